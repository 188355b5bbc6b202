//! Events and the runs they start: none twice by accident, no filter that nothing passes.

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::plan::{Plan, Run, Trigger};
use crate::verify::{errors, glob};

const CODE: &str = "same-event";

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    let started: Vec<&Run> = plan.runs.values().filter(|it| !it.on.is_empty()).collect();
    for (at, second) in started.iter().enumerate() {
        filters(plan, second, sink);
        let mut earlier = started.iter().take(at);
        let found = earlier.find_map(|first| Some((*first, same_event(first, second)?)));
        if let Some((first, clash)) =
            found.filter(|(first, _)| !is_allowed(first) && !is_allowed(second))
        {
            sink.push(errors::same_event(&first.meta, &second.meta, &clash));
        }
    }
}

fn is_allowed(run: &Run) -> bool {
    run.allowed.iter().any(|it| it == CODE)
}

/// An event that starts two runs.
pub(crate) struct Clash {
    /// `a push to `main` that changes `src/x``
    pub(crate) event: String,
    pub(crate) first: Span,
    pub(crate) second: Span,
}

/// One that surely starts both; what conditions or CEL decide is not judged.
fn same_event(first: &Run, second: &Run) -> Option<Clash> {
    if first.condition != second.condition {
        return None;
    }
    let mut pairs = first
        .on
        .iter()
        .flat_map(|a| second.on.iter().map(move |b| (a, b)));
    pairs.find_map(|((a, first), (b, second))| {
        Some(Clash {
            event: witness(a, b)?,
            first: *first,
            second: *second,
        })
    })
}

fn witness(first: &Trigger, second: &Trigger) -> Option<String> {
    match (first, second) {
        (
            Trigger::Push {
                to: a,
                changing: x,
                ignoring: v,
            },
            Trigger::Push {
                to: b,
                changing: y,
                ignoring: w,
            },
        ) => {
            let branch = meet(a, b, "main")?;
            let path = changed(x, y, v, w)?;
            Some(format!("a push to `{branch}`{path}"))
        }
        (
            Trigger::PullRequest {
                to: a,
                changing: x,
                ignoring: v,
                labels: l,
            },
            Trigger::PullRequest {
                to: b,
                changing: y,
                ignoring: w,
                labels: m,
            },
        ) => {
            let label = label(l, m)?;
            let branch = meet(a, b, "main")?;
            let path = changed(x, y, v, w)?;
            Some(format!("a pull request into `{branch}`{label}{path}"))
        }
        (Trigger::Tag { matching: a }, Trigger::Tag { matching: b }) => {
            let tag = meet(a, b, "v1")?;
            Some(format!("a push of the tag `{tag}`"))
        }
        (Trigger::Incoming { to: a }, Trigger::Incoming { to: b }) => {
            let branch = meet(a, b, "main")?;
            Some(format!("an incoming request for `{branch}`"))
        }
        (Trigger::Comment { matching: a }, Trigger::Comment { matching: b }) if a == b => {
            Some(format!("a comment that matches `{a}`"))
        }
        (Trigger::Cel(a), Trigger::Cel(b)) if a == b => {
            Some("an event that the expression matches".to_owned())
        }
        (
            Trigger::Push { .. }
            | Trigger::PullRequest { .. }
            | Trigger::Comment { .. }
            | Trigger::Tag { .. }
            | Trigger::Incoming { .. }
            | Trigger::Cel(_),
            _,
        ) => None,
    }
}

/// A text that a pattern of either list matches; an empty list matches any.
fn meet(first: &[Name], second: &[Name], any: &str) -> Option<String> {
    let all = [Name::new_static("*")];
    let first = if first.is_empty() { &all } else { first };
    let second = if second.is_empty() { &all } else { second };
    if first == all && second == all {
        return Some(any.to_owned());
    }
    first
        .iter()
        .find_map(|a| second.iter().find_map(|b| glob::common(a, b)))
}

/// A change that both paths ask for: one file is enough to start both.
fn changed(first: &[Name], second: &[Name], ignored: &[Name], too: &[Name]) -> Option<String> {
    if first.is_empty() && second.is_empty() {
        return Some(String::new());
    }
    let path = meet(first, second, "x")?.replace("//", "/");
    let ignores = |it: &&Name| glob::common(it, &path).is_some();
    let seen = !ignored.iter().chain(too).any(|it| ignores(&it));
    seen.then(|| format!(" that changes `{path}`"))
}

fn label(first: &[Name], second: &[Name]) -> Option<String> {
    match (first, second) {
        ([], []) => Some(String::new()),
        ([one, ..], []) | ([], [one, ..]) => Some(format!(" labelled `{one}`")),
        (some, other) => {
            let both = some.iter().find(|it| other.contains(it))?;
            Some(format!(" labelled `{both}`"))
        }
    }
}

/// Filters that nothing passes, and those that the forge knows nothing of.
fn filters(plan: &Plan, run: &Run, sink: &mut Sink) {
    for (trigger, span) in &run.on {
        match trigger {
            Trigger::Push {
                to,
                changing,
                ignoring,
            } => {
                branches(to, *span, sink);
                paths(changing, ignoring, *span, sink);
            }
            Trigger::PullRequest {
                to,
                changing,
                ignoring,
                labels,
            } => {
                branches(to, *span, sink);
                paths(changing, ignoring, *span, sink);
                if !labels.is_empty() {
                    labelled(plan, *span, sink);
                }
            }
            Trigger::Tag { matching } => branches(matching, *span, sink),
            Trigger::Incoming { to } => branches(to, *span, sink),
            Trigger::Comment { .. } | Trigger::Cel(_) => {}
        }
    }
}

fn branches(patterns: &[Name], span: Span, sink: &mut Sink) {
    for pattern in patterns {
        if let Some(flaw) = glob::flaw(pattern) {
            sink.push(errors::bad_pattern(span, pattern, flaw));
        } else if let Some(why) = no_reference(pattern) {
            sink.push(errors::nothing_matches(span, pattern, why));
        }
    }
}

/// Why git has no branch or tag of that form.
fn no_reference(pattern: &str) -> Option<&'static str> {
    let odd = |it: char| it.is_control() || matches!(it, ' ' | '~' | '^' | ':');
    if pattern.is_empty() {
        Some("no branch has an empty name")
    } else if pattern.contains(odd) || pattern.contains("..") {
        Some("git has no such names: no blank, `~`, `^`, `:` or `..` is in them")
    } else if pattern.starts_with('/') || pattern.ends_with('/') || pattern.ends_with(".lock") {
        Some("git has no such names: none begins or ends with `/`, none ends with `.lock`")
    } else {
        None
    }
}

fn paths(changing: &[Name], ignoring: &[Name], span: Span, sink: &mut Sink) {
    for pattern in changing.iter().chain(ignoring) {
        if let Some(flaw) = glob::flaw(pattern) {
            sink.push(errors::bad_pattern(span, pattern, flaw));
        } else if pattern.is_empty() || pattern.starts_with(['/']) || pattern.starts_with("./") {
            let why = "paths are relative to the repository, without `/` or `./` before them";
            sink.push(errors::nothing_matches(span, pattern, why));
        }
    }
    let ignored = |it: &Name| {
        ignoring
            .iter()
            .any(|other| it == other || other == "**" || other == "*")
    };
    if !changing.is_empty() && changing.iter().all(ignored) {
        let why = "each of these paths is ignored by the same filter";
        sink.push(errors::nothing_matches(span, &changing.join(", "), why));
    }
}

fn labelled(plan: &Plan, span: Span, sink: &mut Sink) {
    let without = plan
        .repositories
        .values()
        .filter_map(|it| it.forge.as_ref());
    let mut without = without.filter(|it| it.starts_with("bitbucket"));
    if plan.repositories.len() == 1
        && let Some(forge) = without.next()
    {
        sink.push(errors::no_labels(span, forge));
    }
}
