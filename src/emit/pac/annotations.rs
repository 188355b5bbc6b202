//! What starts a run, as annotations; as one CEL expression where annotations cannot say it.

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::emit::core::data::Fields;
use crate::emit::errors;
use crate::emit::expr::{Forge, cel, forge};
use crate::plan::{Plan, Run, Trigger};

const GROUP: &str = "pipelinesascode.tekton.dev";

/// The annotations of Pipelines as Code.
pub(crate) fn annotations(run: &Run, plan: &Plan, sink: &mut Sink) -> Fields {
    let mut fields = Fields::default();
    let triggers: Vec<&(Trigger, Span)> = run.on.iter().collect();
    let simple = run
        .condition
        .is_none()
        .then(|| Filter::of(&triggers))
        .flatten();
    match simple {
        Some(filter) => filter.write(&mut fields),
        None => put(
            &mut fields,
            "on-cel-expression",
            expression(run, plan, sink),
        ),
    }
    if let Some(count) = run.max_keep_runs {
        put(&mut fields, "max-keep-runs", count.to_string());
    }
    if let Some(cancel) = run.cancel_in_progress {
        put(&mut fields, "cancel-in-progress", cancel.to_string());
    }
    fields
}

fn put(fields: &mut Fields, key: &str, value: String) {
    fields.put(&format!("{GROUP}/{key}"), value);
}

/// What annotations can say: all events share the branches and paths.
#[derive(Debug, Default, PartialEq)]
struct Filter {
    events: Vec<&'static str>,
    to: Vec<Name>,
    changing: Vec<Name>,
    ignoring: Vec<Name>,
    labels: Vec<Name>,
    comment: Option<Name>,
    cel: Option<Name>,
}

impl Filter {
    /// The filter of several triggers, where they differ in nothing but the event.
    fn of(triggers: &[&(Trigger, Span)]) -> Option<Self> {
        let mut all = triggers.iter().map(|(it, _)| Self::one(it));
        let mut filter = all.next()?;
        for other in all {
            filter = filter.joined(other)?;
        }
        Some(filter)
    }

    fn one(trigger: &Trigger) -> Self {
        let base = Self::default();
        match trigger.clone() {
            Trigger::Push {
                to,
                changing,
                ignoring,
            } => Self {
                events: vec!["push"],
                to: branches(to),
                changing,
                ignoring,
                ..base
            },
            Trigger::PullRequest {
                to,
                changing,
                ignoring,
                labels,
            } => Self {
                events: vec!["pull_request"],
                to: branches(to),
                changing,
                ignoring,
                labels,
                ..base
            },
            Trigger::Comment { matching } => Self {
                comment: Some(matching),
                ..base
            },
            Trigger::Tag { matching } => Self {
                events: vec!["push"],
                to: matching
                    .iter()
                    .map(|it| Name::new(format!("refs/tags/{it}")))
                    .collect(),
                ..base
            },
            Trigger::Incoming { to } => Self {
                events: vec!["incoming"],
                to: branches(to),
                ..base
            },
            Trigger::Cel(text) => Self {
                cel: Some(text),
                ..base
            },
        }
    }

    /// Both at once; a comment stands beside any other.
    fn joined(mut self, other: Self) -> Option<Self> {
        if self.cel.is_some() || other.cel.is_some() {
            // A comment is looked at first, and no other condition then.
            let is_comment = |it: &Self| it.events.is_empty() && it.cel.is_none();
            let is_cel = |it: &Self| it.cel.is_some() && it.comment.is_none();
            return match (
                is_cel(&self) && is_comment(&other),
                is_comment(&self) && is_cel(&other),
            ) {
                (true, _) => Some(Self {
                    comment: other.comment,
                    ..self
                }),
                (_, true) => Some(Self {
                    comment: self.comment,
                    ..other
                }),
                (false, false) => None,
            };
        }
        if other.events.is_empty() && self.comment.is_none() {
            self.comment = other.comment;
            return Some(self);
        }
        if self.events.is_empty() && other.comment.is_none() {
            let comment = self.comment;
            return Some(Self { comment, ..other });
        }
        let same = self.to == other.to
            && self.changing == other.changing
            && self.ignoring == other.ignoring
            && self.labels == other.labels
            && self.comment.is_none()
            && other.comment.is_none();
        if !same {
            return self.with_branches_of(other);
        }
        for event in other.events {
            if !self.events.contains(&event) {
                self.events.push(event);
            }
        }
        Some(self)
    }

    /// One event with other branches: `push(to: ["main"])` and `tag()`.
    fn with_branches_of(mut self, other: Self) -> Option<Self> {
        let branches_alone = |it: &Self| {
            it.changing.is_empty()
                && it.ignoring.is_empty()
                && it.labels.is_empty()
                && it.comment.is_none()
        };
        if self.events != other.events || !branches_alone(&self) || !branches_alone(&other) {
            return None;
        }
        self.to.extend(other.to);
        Some(self)
    }

    fn write(self, fields: &mut Fields) {
        if !self.events.is_empty() {
            put(fields, "on-event", list(&self.events));
            put(fields, "on-target-branch", list(&self.to));
        }
        let lists = [
            ("on-path-change", &self.changing),
            ("on-path-change-ignore", &self.ignoring),
            ("on-label", &self.labels),
        ];
        for (key, values) in lists {
            if !values.is_empty() {
                put(fields, key, list(values));
            }
        }
        if let Some(comment) = self.comment {
            put(fields, "on-comment", comment.to_string());
        }
        if let Some(cel) = self.cel {
            put(fields, "on-cel-expression", cel.to_string());
        }
    }
}

/// Any branch, where none is named.
fn branches(to: Vec<Name>) -> Vec<Name> {
    if to.is_empty() {
        vec![Name::new_static("*")]
    } else {
        to
    }
}

/// `[a, b]`, in which a comma of an element is written as PAC wants it.
fn list(items: &[impl AsRef<str>]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|it| it.as_ref().replace(',', "&#44;"))
        .collect();
    format!("[{}]", items.join(", "))
}

/// Triggers and condition together.
fn expression(run: &Run, plan: &Plan, sink: &mut Sink) -> String {
    let forge = forge(plan);
    let mut all = Vec::new();
    for (trigger, span) in &run.on {
        match matcher(trigger, forge) {
            Ok(text) => all.push(text),
            Err(reason) => sink.push(errors::no_cel(*span, &reason)),
        }
    }
    let own_words = run.on.iter().any(|(it, _)| matches!(it, Trigger::Cel(_)));
    let triggers = match all.len() {
        1 if !own_words || run.condition.is_none() => all.remove(0),
        1 => format!("({})", all.remove(0)),
        _ => {
            let each: Vec<String> = all.iter().map(|it| format!("({it})")).collect();
            each.join(" || ")
        }
    };
    let Some(condition) = &run.condition else {
        return triggers;
    };
    let triggers = if all.len() > 1 {
        format!("({triggers})")
    } else {
        triggers
    };
    match cel::over_event(condition, plan, forge) {
        Ok(text) => format!("{triggers} && {text}"),
        Err(reason) => {
            sink.push(errors::no_cel(condition.span, &reason));
            triggers
        }
    }
}

fn matcher(trigger: &Trigger, forge: Forge) -> Result<String, String> {
    let mut parts: Vec<String> = Vec::new();
    match trigger {
        Trigger::Push {
            to,
            changing,
            ignoring,
        } => {
            parts.push("event == \"push\"".to_owned());
            parts.extend(branch(to));
            parts.extend(paths(changing, ignoring));
        }
        Trigger::PullRequest {
            to,
            changing,
            ignoring,
            labels,
        } => {
            parts.push("event == \"pull_request\"".to_owned());
            parts.extend(branch(to));
            parts.extend(paths(changing, ignoring));
            parts.extend(labelled(labels, forge)?);
        }
        Trigger::Tag { matching } => {
            parts.push("event == \"push\"".to_owned());
            let tags: Vec<Name> = matching
                .iter()
                .map(|it| Name::new(format!("refs/tags/{it}")))
                .collect();
            parts.extend(branch(&tags));
        }
        Trigger::Incoming { to } => {
            parts.push("event == \"incoming\"".to_owned());
            parts.extend(branch(to));
        }
        Trigger::Comment { .. } => {
            return Err("a comment starts a run by an annotation of its own, beside which no condition is looked at".to_owned());
        }
        Trigger::Cel(text) => parts.push(text.to_string()),
    }
    Ok(parts.join(" && "))
}

fn branch(to: &[Name]) -> Option<String> {
    if to.is_empty() || to.iter().any(|it| it == "*") {
        return None;
    }
    let (patterns, exact): (Vec<&Name>, Vec<&Name>) = to.iter().partition(|it| is_glob(it));
    let exact = match exact.as_slice() {
        [] => None,
        [one] => Some(format!("target_branch == {}", cel::quoted(one))),
        many => Some(format!("target_branch in {}", cel::list_of(many))),
    };
    let patterns = patterns.into_iter().map(|it| {
        let regex = format!("^{}$", regex_of(it));
        format!("target_branch.matches({})", cel::quoted(&regex))
    });
    Some(alternatives(exact.into_iter().chain(patterns).collect()))
}

fn paths(changing: &[Name], ignoring: &[Name]) -> Vec<String> {
    let changed = |it: &Name| format!("{}.pathChanged()", cel::quoted(it));
    let mut parts = Vec::new();
    if !changing.is_empty() {
        parts.push(alternatives(changing.iter().map(changed).collect()));
    }
    parts.extend(ignoring.iter().map(|it| format!("!{}", changed(it))));
    parts
}

fn labelled(labels: &[Name], forge: Forge) -> Result<Option<String>, String> {
    if labels.is_empty() {
        return Ok(None);
    }
    let text = cel::list_of(labels);
    match forge {
        Forge::Github | Forge::Gitea => Ok(Some(format!(
            "body.pull_request.labels.exists(it, it.name in {text})"
        ))),
        Forge::Gitlab => Ok(Some(format!("body.labels.exists(it, it.title in {text})"))),
        Forge::BitbucketCloud | Forge::BitbucketServer | Forge::Unknown => {
            Err("this forge says no labels".to_owned())
        }
    }
}

fn alternatives(mut all: Vec<String>) -> String {
    match all.len() {
        1 => all.remove(0),
        _ => format!("({})", all.join(" || ")),
    }
}

fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '{', '\\'])
}

/// A branch pattern as a regular expression: `*` is any text, also with slashes.
fn regex_of(pattern: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_u32;
    for it in pattern.chars() {
        match it {
            '*' if out.ends_with(".*") => {}
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                out.push(')');
            }
            ',' if depth > 0 => out.push('|'),
            '.' | '+' | '(' | ')' | '|' | '^' | '$' | '}' => {
                out.push('\\');
                out.push(it);
            }
            _ => out.push(it),
        }
    }
    out
}
