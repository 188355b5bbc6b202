//! A node of YAML to an object of the API, as the API server and the webhook decode it.

pub(crate) mod text;
mod typed;
mod value;

use crate::admit::errors::decode as errors;
use crate::admit::{Kind, Object, Version};
use crate::diag::Sink;
use crate::schema;
use crate::yaml::Node;

use typed::{Decoder, Typed};

/// The objects that a document is: one, those of a `List`, or none where it is no object of Kubernetes.
pub(crate) fn objects(node: &Node, sink: &mut Sink) -> Vec<Object> {
    if node.text_of("apiVersion") == "v1" && node.text_of("kind") == "List" {
        let items = node.list("items").iter();
        return items.filter_map(|it| object(it, sink)).collect();
    }
    object(node, sink).into_iter().collect()
}

/// The same where the document lies in a directory of Pipelines as Code.
pub(crate) fn in_repository(node: &Node, sink: &mut Sink) -> Vec<Object> {
    decoded(node, true, sink).into_iter().collect()
}

/// The object that a document is; what is wrong with it is reported.
pub(crate) fn object(node: &Node, sink: &mut Sink) -> Option<Object> {
    decoded(node, false, sink)
}

fn decoded(node: &Node, in_repository: bool, sink: &mut Sink) -> Option<Object> {
    let (api, named) = called(node, sink)?;
    let name = named.text()?;
    let (kind, version) = kind_of(api, name);
    let group = group(api);
    let found = schema::find(api, name);
    if found.is_none() && !is_version(api) {
        let at = node.get("apiVersion").map_or(named.span, |it| it.span);
        sink.push(errors::no_version(at, api));
        return None;
    }
    if found.is_none() && is_tektons(group) {
        let mut others = schema::kinds_called(name)
            .iter()
            .filter(|it| it.group() == group);
        let instead = others.next().map(|it| it.api_version);
        sink.push(errors::not_served(named.span, api, name, instead));
        return None;
    }
    let is_resolved = matches!(kind, Kind::Task | Kind::Pipeline | Kind::PipelineRun);
    let decoder = if is_resolved && in_repository {
        Decoder::PipelinesAsCode
    } else if is_tektons(group) {
        Decoder::Webhook
    } else {
        Decoder::ApiServer
    };
    let before = sink.errors();
    let root = match found.and_then(|it| it.object()) {
        Some(object) => Typed::new(decoder, sink).root(node, object.get()),
        None => node.clone(),
    };
    Some(Object {
        kind,
        version,
        broken: sink.errors() > before,
        root,
    })
}

/// Whether a document is meant as an object: it says what it is, or has what only objects have.
pub(crate) fn is_object(node: &Node) -> bool {
    let has = |key: &str| {
        let mut keys = node.entries().iter().map(|it| it.key.as_str());
        keys.any(|it| it.eq_ignore_ascii_case(key))
    };
    let said = (has("apiVersion"), has("kind"));
    // `Chart.yaml` and `kustomization.yaml` say one of both.
    said == (true, true) || (said.0 || said.1) && (has("metadata") || has("spec"))
}

/// What an object says it is: its `apiVersion`, and the node of its `kind`. Where one of them is missing or no text, that is
/// reported.
fn called<'a>(node: &'a Node, sink: &mut Sink) -> Option<(&'a str, &'a Node)> {
    let said = |key: &str| {
        let folded = || {
            node.entries()
                .iter()
                .find(|it| it.key.eq_ignore_ascii_case(key))
        };
        let entry = node.entry(key).or_else(folded);
        entry.map(|it| &it.value).filter(|it| !it.is_null())
    };
    let (api, kind) = (said("apiVersion"), said("kind"));
    let (version, name) = (api.and_then(Node::text), kind.and_then(Node::text));
    match (version, name, kind) {
        (Some(version), Some(name), Some(kind)) if !version.is_empty() && !name.is_empty() => {
            return Some((version, kind));
        }
        _ if !is_object(node) => sink.push(errors::no_object(node)),
        (Some(version), ..) if !version.is_empty() => {
            let at = kind.or(api).map_or(node.span, |it| it.span);
            sink.push(errors::no_kind(at, "kind", kind));
        }
        _ => {
            let at = api.or(kind).map_or(node.span, |it| it.span);
            sink.push(errors::no_kind(at, "apiVersion", api));
        }
    }
    None
}

fn group(api: &str) -> &str {
    api.split_once('/').map_or("", |(group, _)| group)
}

/// Whether a text could be that of an API: `v1`, or a group and a version.
fn is_version(text: &str) -> bool {
    let is_name = |it: &str| {
        let inner = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-.".contains(it);
        !it.is_empty() && it.chars().all(inner)
    };
    match text.split_once('/') {
        Some((group, version)) => is_name(group) && is_name(version),
        None => text == "v1",
    }
}

/// Whether Tekton's webhook decodes the objects of the group.
fn is_tektons(group: &str) -> bool {
    matches!(group, "tekton.dev" | "resolution.tekton.dev")
}

fn kind_of(api: &str, kind: &str) -> (Kind, Version) {
    let (group, version) = api.split_once('/').unwrap_or(("", api));
    let version = match version {
        "v1alpha1" => Version::V1alpha1,
        "v1beta1" => Version::V1beta1,
        _ => Version::V1,
    };
    let kind = match (group, kind) {
        ("tekton.dev", "Task") => Kind::Task,
        ("tekton.dev", "Pipeline") => Kind::Pipeline,
        ("tekton.dev", "TaskRun") => Kind::TaskRun,
        ("tekton.dev", "PipelineRun") => Kind::PipelineRun,
        ("tekton.dev", "StepAction") => Kind::StepAction,
        ("tekton.dev", "CustomRun") => Kind::CustomRun,
        ("pipelinesascode.tekton.dev", "Repository") => Kind::Repository,
        _ => Kind::Other,
    };
    (kind, version)
}
