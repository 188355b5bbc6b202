//! The annotations of a run: what starts it, and what it takes from elsewhere.

use std::sync::LazyLock;

use regex::Regex;

use crate::admit::Object;
use crate::admit::admission::cel;
use crate::admit::errors::pac as errors;
use crate::admit::pac::{PREFIX, glob};
use crate::base::Span;
use crate::base::spelling::nearest;
use crate::diag::Sink;
use crate::yaml::Node;
use crate::yaml::node::Entry;

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

/// Annotations that people write; others are the controller's own.
const KNOWN: &[&str] = &[
    "on-event",
    "on-target-branch",
    "on-cel-expression",
    "on-comment",
    "on-label",
    "on-path-change",
    "on-path-change-ignore",
    "task",
    "pipeline",
    "max-keep-runs",
    "cancel-in-progress",
    "target-namespace",
];

/// What `on-event` can name.
const EVENTS: &[&str] = &["pull_request", "push", "incoming"];

/// The annotations of an object that Pipelines as Code reads.
pub(crate) fn of(object: &Object) -> impl Iterator<Item = (&str, &Entry)> {
    let all = object.root.at("metadata.annotations");
    let all = all.map_or(&[] as &[_], Node::entries).iter();
    all.filter_map(|it| Some((it.key.strip_prefix(PREFIX)?, it)))
}

/// Judges the annotations of a run; `params` are those that a Repository declares.
pub(crate) fn judge(object: &Object, params: Option<&[&str]>, sink: &mut Sink) {
    for (name, entry) in of(object) {
        value(name, entry, params, sink);
    }
    let find = |name: &str| of(object).find(|it| it.0 == name).map(|it| it.1);
    starts(
        [find("on-event"), find("on-target-branch")],
        find("on-cel-expression"),
        find("on-comment"),
        sink,
    );
    let pipelines = find("pipeline").and_then(|it| it.value.text());
    if let (Some(entry), Some(text)) = (find("pipeline"), pipelines)
        && items(text).is_some_and(|it| it.len() > 1)
    {
        sink.push(errors::several_pipelines(entry.value.span));
    }
}

/// What the one who causes an event writes, so that it may be anything.
const STRANGERS: &[&str] = &[
    "source_branch",
    "sender",
    "trigger_comment",
    "pull_request_labels",
    "body",
    "headers",
    "cel:",
];

/// Judges the labels of a run: few texts can be one.
pub(crate) fn labels(object: &Object, sink: &mut Sink) {
    let labels = object.root.at("metadata.labels");
    for label in labels.map_or(&[][..], Node::entries) {
        let text = label.value.text().unwrap_or("");
        let holes = text
            .split("{{")
            .skip(1)
            .filter_map(|it| it.split_once("}}"));
        let mut names = holes.map(|it| it.0.trim());
        let is_of_stranger = |it: &&str| STRANGERS.iter().any(|of| it.starts_with(of));
        if let Some(name) = names.find(is_of_stranger) {
            // What stands in the value is another text by then.
            sink.push(errors::label_of_stranger(label.at, &label.key, name));
        }
    }
}

/// What one annotation says.
fn value(name: &str, entry: &Entry, params: Option<&[&str]>, sink: &mut Sink) {
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
    } else if !KNOWN.contains(&name)
        && !is_task
        && let Some(near) = nearest(name, KNOWN.iter().copied())
    {
        sink.push(errors::unknown(entry.at, name, near));
    }
    match name {
        "max-keep-runs" if text.parse::<i64>().is_err() => {
            sink.push(errors::no_number(span, text));
        }
        "on-comment" if Regex::new(text).is_err() => sink.push(errors::no_pattern(span, text)),
        "on-cel-expression" => expression(&entry.value, params, sink),
        "on-event" => events(&entry.value, sink),
        "on-target-branch" | "on-path-change" | "on-path-change-ignore" => {
            for pattern in items(text).unwrap_or_default() {
                if let Some(flaw) = glob::flaw(&pattern) {
                    sink.push(errors::no_glob(span, &pattern, flaw));
                }
            }
        }
        _ => {}
    }
}

fn events(value: &Node, sink: &mut Sink) {
    let all = items(value.text().unwrap_or("")).unwrap_or_default();
    let known = all.iter().any(|it| EVENTS.contains(&it.as_str()));
    for event in all.iter().filter(|it| !EVENTS.contains(&it.as_str())) {
        let near = nearest(event, EVENTS.iter().copied());
        sink.push(errors::no_event(value.span, event, EVENTS, near, known));
    }
}

/// The variables that an expression has.
const VARIABLES: &[&str] = &[
    "event",
    "event_type",
    "event_title",
    "target_branch",
    "source_branch",
    "target_url",
    "source_url",
    "headers",
    "body",
    "files",
];

static PATHS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?:"([^"\\]*)"|'([^'\\]*)')\s*\.\s*pathChanged\("#).ok());

static EVENT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\bevent\s*==\s*(?:"([^"\\]*)"|'([^'\\]*)')"#).ok());

/// A text in quotes that a pattern finds, and where it stands, quotes included.
fn quoted<'t>(pattern: &Option<Regex>, text: &'t str) -> Vec<(&'t str, std::ops::Range<usize>)> {
    let found = pattern.iter().flat_map(|it| it.captures_iter(text));
    let found = found.filter_map(|it| it.get(1).or_else(|| it.get(2)));
    found
        .map(|it| (it.as_str(), it.start().saturating_sub(1)..it.end() + 1))
        .collect()
}

/// An expression that says of each event whether it starts the run.
fn expression(value: &Node, params: Option<&[&str]>, sink: &mut Sink) {
    let text = value.text().unwrap_or("");
    let found = match cel::compile_filter(text, VARIABLES, params.unwrap_or_default()) {
        Err(flaw) => {
            sink.push(errors::no_filter(value.span, &flaw));
            return;
        }
        Ok(found) => found,
    };
    for name in &found.unknown {
        let at = text
            .find(name.as_str())
            .map_or(value.span, |at| value.part(at..at + name.len()));
        let near = nearest(name, VARIABLES.iter().copied());
        let is_event = EVENTS.contains(&name.as_str());
        sink.push(match params.is_some() || near.is_some() || is_event {
            true if is_event => errors::no_quotes(at, name),
            true => errors::no_variable(at, name, near),
            false => errors::of_a_repository(at, name),
        });
    }
    if found.outcome == cel::Outcome::Other {
        sink.push(errors::never_true(value.span));
    }
    for (pattern, range) in quoted(&PATHS, text) {
        if let Some(flaw) = glob::flaw(pattern) {
            sink.push(errors::no_glob(value.part(range), pattern, flaw));
        }
    }
    for (event, range) in quoted(&EVENT, text) {
        if !EVENTS.contains(&event) {
            let near = nearest(event, EVENTS.iter().copied());
            sink.push(errors::no_event(
                value.part(range),
                event,
                EVENTS,
                near,
                true,
            ));
        }
    }
}

/// The elements of a value; `None` where it is neither one word nor a list of something.
pub(crate) fn items(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let plain = |it: &str| it.replace("&#44;", ",").trim().to_owned();
    let inner = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    match inner {
        Some(inner) if inner.contains('\n') => None,
        Some(inner) => {
            let all: Vec<String> = inner.split(',').map(plain).collect();
            all.first().is_some_and(|it| !it.is_empty()).then_some(all)
        }
        None => {
            let is_word = !text.contains(|it: char| "[]".contains(it) || it.is_whitespace());
            is_word.then(|| vec![plain(text)])
        }
    }
}

/// What starts the run.
fn starts(
    filters: [Option<&Entry>; 2],
    cel: Option<&Entry>,
    comment: Option<&Entry>,
    sink: &mut Sink,
) {
    let half = |one: Span, missing: &str| errors::half_a_filter(one, missing);
    match (filters, cel, comment) {
        ([Some(one), _] | [_, Some(one)], Some(_), _) => {
            sink.push(errors::filter_beside_cel(one.at));
        }
        ([Some(one), None], None, None) => sink.push(half(one.at, "on-target-branch")),
        ([None, Some(one)], None, None) => sink.push(half(one.at, "on-event")),
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
        for (text, all) in [
            ("push", Some(&["push"][..])),
            ("[push, pull_request]", Some(&["push", "pull_request"])),
            ("[a&#44;b]", Some(&["a,b"])),
            ("[push", None),
            ("[]", None),
            ("push, pull_request", None),
            ("push,pull_request", Some(&["push,pull_request"])),
            ("", Some(&[""])),
            ("[,push]", None),
        ] {
            let expected = all.map(|it| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
            assert_eq!(items(text), expected, "{text}");
        }
    }
}
