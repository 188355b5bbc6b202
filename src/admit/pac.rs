//! What Pipelines as Code says: its webhook of Repositories, and its controller of the runs that events start.

mod annotations;
mod glob;
pub(crate) mod inline;

use indexmap::IndexMap;

use crate::admit::errors::pac as errors;
use crate::admit::{Kind, Object};
use crate::base::Span;
use crate::diag::Sink;
use crate::yaml::Node;

const PREFIX: &str = "pipelinesascode.tekton.dev/";

/// Namespaces in which the controller is installed; a Repository there holds settings for all.
const SYSTEM: &[&str] = &["pipelines-as-code", "openshift-pipelines"];

/// Judges one object as Pipelines as Code would.
pub(crate) fn object(object: &Object, params: Option<&[&str]>, sink: &mut Sink) {
    match object.kind {
        Kind::Repository => repository(object, sink),
        Kind::PipelineRun => {
            annotations::judge(object, params, sink);
            if inline::is_started(object) {
                annotations::labels(object, sink);
                valueless(&object.root, sink);
            }
        }
        Kind::Task
        | Kind::Pipeline
        | Kind::TaskRun
        | Kind::StepAction
        | Kind::CustomRun
        | Kind::Other => {}
    }
}

/// A run with an argument that has no value cannot be written down again, and so never comes to the cluster.
fn valueless(node: &Node, sink: &mut Sink) {
    for entry in node.entries() {
        match entry.key.as_str() {
            // Here parameters are declared.
            "pipelineSpec" | "taskSpec" => {
                let fields = entry.value.entries().iter();
                let fields = fields.filter(|it| it.key != "params");
                fields.for_each(|it| valueless_in(&it.value, sink));
            }
            "params" => {
                for param in entry.value.items() {
                    if param.get("value").is_none() {
                        let at = param.get("name").map_or(param.span, |it| it.span);
                        sink.push(errors::no_value(at, param.text_of("name")));
                    }
                }
            }
            _ => valueless_in(&entry.value, sink),
        }
    }
}

fn valueless_in(node: &Node, sink: &mut Sink) {
    valueless(node, sink);
    node.items().iter().for_each(|it| valueless_in(it, sink));
}

fn repository(object: &Object, sink: &mut Sink) {
    let Some(spec) = object.spec() else {
        sink.push(errors::no_url(object.span()));
        return;
    };
    let namespace = object.root.at("metadata.namespace").and_then(Node::text);
    let is_system = namespace.is_some_and(|it| SYSTEM.contains(&it));
    let url = spec.text_of("url");
    let span = spec.get("url").map_or_else(|| object.span(), |it| it.span);
    if url.is_empty() {
        if !is_system {
            sink.push(errors::no_url(object.span()));
        }
    } else {
        of_url(spec, url, span, sink);
    }
    let limit = spec.get("concurrency_limit");
    if let Some(limit) = limit.filter(|it| it.integer() == Some(0)) {
        sink.push(errors::no_concurrency(limit.span));
    }
}

fn of_url(spec: &Node, url: &str, span: Span, sink: &mut Sink) {
    let rest = url.split_once("://");
    let rest = rest.filter(|it| matches!(it.0, "http" | "https"));
    let Some((_, rest)) = rest else {
        sink.push(errors::url_scheme(span, url));
        return;
    };
    let provider = spec.at("git_provider.type").and_then(Node::text);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_github = provider == Some("github") || host == "github.com";
    let path = path.split(['?', '#']).next().unwrap_or("");
    if is_github && path.trim_matches('/').split('/').count() != 2 {
        sink.push(errors::github_path(span, url));
    }
}

/// The parameters that the Repositories declare, which expressions can use; `None` where no Repository is at hand.
pub(crate) fn params(objects: &[Object]) -> Option<Vec<&str>> {
    let repositories = objects.iter().filter(|it| it.kind == Kind::Repository);
    let mut specs = repositories.filter_map(Object::spec).peekable();
    specs.peek()?;
    let params = specs.flat_map(|it| it.list("params"));
    Some(params.map(|it| it.text_of("name")).collect())
}

/// No two runs that events start have one name, generated or not: the controller looks them up by it.
pub(crate) fn names(objects: &[Object], sink: &mut Sink) {
    let mut seen: IndexMap<&str, Span> = IndexMap::new();
    for object in objects.iter().filter(|it| inline::is_started(it)) {
        for key in ["metadata.name", "metadata.generateName"] {
            let Some(node) = object.root.at(key) else {
                continue;
            };
            let Some(name) = node
                .text()
                .filter(|it| !it.is_empty() && !it.contains("{{"))
            else {
                continue;
            };
            match seen.get(name) {
                Some(other) => sink.push(errors::name_twice(node.span, name, *other)),
                None => {
                    seen.insert(name, node.span);
                }
            }
        }
    }
}

/// An event finds its Repository by the URL, so that no two have the same.
pub(crate) fn projects(objects: &[Object], sink: &mut Sink) {
    let mut seen: IndexMap<&str, &Object> = IndexMap::new();
    let repositories = objects.iter().filter(|it| it.kind == Kind::Repository);
    for object in repositories.filter(|it| !it.broken) {
        let Some(node) = object.root.at("spec.url") else {
            continue;
        };
        let url = node.text().unwrap_or("");
        let key = url.trim().trim_end_matches('/');
        match seen.get(key) {
            Some(other) if other.name() != object.name() => {
                let finding = errors::url_twice(node.span, url, other.span(), other.name());
                sink.push(finding);
            }
            Some(_) => {}
            None if url.is_empty() => {}
            None => {
                seen.insert(key, object);
            }
        }
    }
}
