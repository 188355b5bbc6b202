//! What Pipelines as Code says: its webhook of Repositories, and its controller of the annotations on runs.

use indexmap::IndexMap;

use crate::admit::errors::pac as errors;
use crate::admit::{Kind, Object};
use crate::base::Span;
use crate::diag::Sink;
use crate::yaml::Node;
use crate::yaml::node::Entry;

const PREFIX: &str = "pipelinesascode.tekton.dev/";

/// Namespaces in which the controller is installed; a Repository there holds settings for all.
const SYSTEM: &[&str] = &["pipelines-as-code", "openshift-pipelines"];

/// Annotations whose value is one word, or a list in brackets.
const LISTS: &[&str] = &[
    "on-event",
    "on-target-branch",
    "on-path-change",
    "on-path-change-ignore",
    "on-label",
    "pipeline",
    "task",
];

/// Judges one object as Pipelines as Code would.
pub(crate) fn object(object: &Object, sink: &mut Sink) {
    match object.kind {
        Kind::Repository => repository(object, sink),
        Kind::PipelineRun => annotations(object, sink),
        Kind::Task
        | Kind::Pipeline
        | Kind::TaskRun
        | Kind::StepAction
        | Kind::CustomRun
        | Kind::Other => {}
    }
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

fn annotations(object: &Object, sink: &mut Sink) {
    let all = object.root.at("metadata.annotations");
    let all = all.map_or(&[] as &[_], Node::entries);
    for entry in all {
        if let Some(name) = entry.key.strip_prefix(PREFIX) {
            value(name, entry, sink);
        }
    }
    let find = |name: &str| {
        let key = format!("{PREFIX}{name}");
        all.iter().find(|it| it.key == key)
    };
    starts(
        [find("on-event"), find("on-target-branch")],
        find("on-cel-expression"),
        find("on-comment"),
        sink,
    );
    let pipelines = find("pipeline").and_then(|it| it.value.text());
    if let (Some(entry), Some(text)) = (find("pipeline"), pipelines)
        && items(text).is_some_and(|it| it > 1)
    {
        sink.push(errors::several_pipelines(entry.value.span));
    }
}

/// What one annotation says.
fn value(name: &str, entry: &Entry, sink: &mut Sink) {
    let text = entry.value.text().unwrap_or("");
    let span = entry.value.span;
    // What a template puts there is not known.
    if text.contains("{{") {
        return;
    }
    let number = name.strip_prefix("task-");
    let is_task = number.is_some_and(|it| it.chars().all(|it| it.is_ascii_digit()));
    if number.is_some() && !is_task {
        sink.push(errors::task_without_number(entry.at, name));
    } else if (LISTS.contains(&name) || is_task) && items(text).is_none() {
        sink.push(errors::no_list(span, name));
    }
    let is_number = || text.parse::<i64>().is_ok();
    match name {
        "max-keep-runs" if !is_number() => sink.push(errors::no_number(span, text)),
        "on-comment" if regex::Regex::new(text).is_err() => {
            sink.push(errors::no_pattern(span, text));
        }
        _ => {}
    }
}

/// How many elements a value has; `None` where it is neither one word nor a list of something.
fn items(text: &str) -> Option<usize> {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    match inner {
        Some(inner) if inner.contains('\n') => None,
        Some(inner) => {
            let first = inner.split(',').next().unwrap_or("");
            (!first.trim().is_empty()).then(|| inner.split(',').count())
        }
        None => (!text.contains(|it: char| "[]".contains(it) || it.is_whitespace())).then_some(1),
    }
}

/// What starts the run.
fn starts(
    filters: [Option<&Entry>; 2],
    cel: Option<&Entry>,
    comment: Option<&Entry>,
    sink: &mut Sink,
) {
    match (filters, cel, comment) {
        ([Some(one), _] | [_, Some(one)], Some(_), _) => {
            sink.push(errors::filter_beside_cel(one.at))
        }
        ([Some(one), None], None, None) => {
            sink.push(errors::half_a_filter(one.at, "on-target-branch"));
        }
        ([None, Some(one)], None, None) => sink.push(errors::half_a_filter(one.at, "on-event")),
        ([Some(_), Some(_)] | [None, None], None, _)
        | ([None, None], Some(_), _)
        | (_, None, Some(_)) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::items;

    #[test]
    fn a_value_is_a_word_or_a_list() {
        for (text, count) in [
            ("push", Some(1)),
            ("[push, pull_request]", Some(2)),
            ("[push", None),
            ("[]", None),
            ("push, pull_request", None),
            ("push,pull_request", Some(1)),
            ("", Some(1)),
            ("[,push]", None),
        ] {
            assert_eq!(items(text), count, "{text}");
        }
    }
}
