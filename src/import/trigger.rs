//! What starts a run: annotations of Pipelines as Code as triggers.

use crate::admit::Object;
use crate::import::write::{self, Writer};
use crate::yaml::Node;

const GROUP: &str = "pipelinesascode.tekton.dev/";

/// What the annotations of a run say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Triggers {
    on: Vec<String>,
    max_keep_runs: Option<String>,
    cancel_in_progress: Option<String>,
    /// Annotations that are said by these; the others stay as they are.
    pub(crate) said: Vec<String>,
}

impl Triggers {
    /// Fields of `event` that it lacks where these start the run, or that are no text.
    pub(crate) fn lacking(&self) -> Vec<&'static str> {
        let all = |words: &[&str]| {
            let is = |on: &String| words.iter().any(|it| on.starts_with(&format!("{it}(")));
            self.on.iter().all(is)
        };
        let mut lacking = vec!["tag", "labels"];
        if !all(&["pull-request", "comment", "cel"]) {
            lacking.push("number");
        }
        if !all(&["comment", "cel"]) {
            lacking.push("comment");
        }
        lacking
    }
}

/// The triggers of a run; `None` where no event starts it.
pub(crate) fn of(object: &Object) -> Option<Triggers> {
    let annotations = object.root.at("metadata.annotations")?;
    let get = |key: &str| {
        let mut entries = annotations.entries().iter();
        let entry = entries.find(|it| it.key.strip_prefix(GROUP) == Some(key))?;
        entry.value.text()
    };
    let list = |key: &str| get(key).and_then(elements);
    let mut found = Triggers::default();
    if let Some(expression) = get("on-cel-expression") {
        found
            .on
            .push(format!("cel({})", write::plain(expression, 1)));
        found.said.push(format!("{GROUP}on-cel-expression"));
    } else if let (Some(events), Some(branches)) = (list("on-event"), list("on-target-branch")) {
        let mut arguments = Vec::new();
        if branches != ["*"] {
            arguments.push(format!("to: {}", texts(&branches)));
        }
        let mut said = vec!["on-event", "on-target-branch"];
        for (key, word) in [
            ("on-path-change", "changing"),
            ("on-path-change-ignore", "ignoring"),
            ("on-label", "labels"),
        ] {
            if let Some(values) = list(key) {
                arguments.push(format!("{word}: {}", texts(&values)));
                said.push(key);
            }
        }
        for event in &events {
            let word = match event.as_str() {
                "push" => "push",
                "pull_request" => "pull-request",
                "incoming" => "incoming",
                _ => return None,
            };
            found.on.push(format!("{word}({})", arguments.join(", ")));
        }
        found
            .said
            .extend(said.iter().map(|it| format!("{GROUP}{it}")));
    }
    if let Some(comment) = get("on-comment") {
        found
            .on
            .push(format!("comment(matching: {})", regex(comment)));
        found.said.push(format!("{GROUP}on-comment"));
    }
    if found.on.is_empty() {
        return None;
    }
    if let Some(count) = get("max-keep-runs").filter(|it| it.parse::<u32>().is_ok()) {
        found.max_keep_runs = Some(count.to_owned());
        found.said.push(format!("{GROUP}max-keep-runs"));
    }
    if let Some(cancel) = get("cancel-in-progress").filter(|it| ["true", "false"].contains(it)) {
        found.cancel_in_progress = Some(cancel.to_owned());
        found.said.push(format!("{GROUP}cancel-in-progress"));
    }
    Some(found)
}

/// `on: …` and the fields beside it.
pub(crate) fn fields(w: &mut Writer, triggers: &Triggers) {
    match triggers.on.as_slice() {
        [only] => w.field("on", only),
        all => {
            let list = write::list(all, w.level());
            w.field("on", &list);
        }
    }
    if let Some(count) = &triggers.max_keep_runs {
        w.field("max-keep-runs", count);
    }
    if let Some(cancel) = &triggers.cancel_in_progress {
        w.field("cancel-in-progress", cancel);
    }
}

/// `[a, b]` or `a`, as Pipelines as Code reads it.
fn elements(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let inner = match text.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None => text,
    };
    let unquoted = |it: &str| it.trim().trim_matches(['"', '\'']).replace("&#44;", ",");
    let found: Vec<String> = inner
        .split(',')
        .map(unquoted)
        .filter(|it| !it.is_empty())
        .collect();
    (!found.is_empty()).then_some(found)
}

fn texts(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|it| write::plain(it, 1)).collect();
    write::list(&values, 1)
}

/// `r"…"` where the text has no quote.
fn regex(text: &str) -> String {
    match text.contains(['"', '\n']) {
        true => write::plain(text, 1),
        false => format!("r\"{text}\""),
    }
}

/// The annotations that no trigger says.
pub(crate) fn others<'a>(
    object: &'a Object,
    triggers: Option<&Triggers>,
) -> Vec<(&'a str, &'a Node)> {
    let entries = object
        .root
        .at("metadata.annotations")
        .map_or(&[][..], Node::entries);
    let said = |key: &str| triggers.is_some_and(|it| it.said.iter().any(|it| it == key));
    let others = entries.iter().filter(|it| !said(&it.key));
    others.map(|it| (it.key.as_str(), &it.value)).collect()
}
