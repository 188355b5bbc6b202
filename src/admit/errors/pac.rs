//! Pipelines as Code.

use crate::base::Span;
use crate::diag::{Diagnostic, Severity};

/// A Repository outside of the controller's own namespace has a URL.
pub(crate) fn no_url(span: Span) -> Diagnostic {
    Diagnostic::new("missing-field", span, "this Repository has no `url`")
        .note("events find their Repository by it")
}

/// The URL of a Repository is of `http` or `https`.
pub(crate) fn url_scheme(span: Span, url: &str) -> Diagnostic {
    let message = format!("`{url}` is of neither `http` nor `https`");
    Diagnostic::new("bad-value", span, message)
        .note("it is the address of the project as a browser shows it")
}

/// The URL of a Repository on GitHub is that of a project: an owner and a name.
pub(crate) fn github_path(span: Span, url: &str) -> Diagnostic {
    let message = format!("`{url}` is no project of GitHub");
    Diagnostic::new("bad-value", span, message)
        .note("behind the host stand an owner and a name, and nothing else")
}

/// No two Repositories have one URL.
pub(crate) fn url_twice(span: Span, url: &str, other: Span, name: &str) -> Diagnostic {
    let message = format!("`{url}` is the project of `{name}` too");
    Diagnostic::new("duplicate-name", span, message)
        .label(other, "the other")
        .note("events find their Repository by its URL")
}

/// `concurrency_limit` of a Repository is not zero.
pub(crate) fn no_concurrency(span: Span) -> Diagnostic {
    Diagnostic::new("bad-value", span, "a `concurrency_limit` of zero")
        .note("no run would ever start")
        .help("leave it out where there is no limit")
}

/// An annotation that holds a list is one word, or words in brackets with commas between them.
pub(crate) fn no_list(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` is neither one word nor a list");
    Diagnostic::new("event-without-run", span, message)
        .note("an event that meets it is given up, for all runs of the project")
        .help("write `WORD`, or `[WORD, WORD]`")
}

/// A run with `on-event` has `on-target-branch`, and the other way round, unless something else starts it.
pub(crate) fn half_a_filter(span: Span, missing: &str) -> Diagnostic {
    let message = format!("`{missing}` is missing beside this");
    let mut finding = Diagnostic::new("event-without-run", span, message)
        .note("an event starts the run only where both match");
    finding.severity = Severity::Warning;
    finding
}

/// `on-event` and `on-target-branch` stand without `on-cel-expression`.
pub(crate) fn filter_beside_cel(span: Span) -> Diagnostic {
    Diagnostic::new("unused", span, "this is ignored beside `on-cel-expression`")
        .note("the expression alone says whether the run starts")
}

/// A task from elsewhere stands in `task`, or in `task-` and a number.
pub(crate) fn task_without_number(span: Span, name: &str) -> Diagnostic {
    let message = format!("nobody reads `{name}`");
    Diagnostic::new("unused", span, message)
        .note("tasks from elsewhere stand in `task`, `task-1`, `task-2` and so on")
}

/// A run names one pipeline from elsewhere.
pub(crate) fn several_pipelines(span: Span) -> Diagnostic {
    Diagnostic::new(
        "event-without-run",
        span,
        "more than one pipeline from elsewhere",
    )
    .note("a run is of one pipeline")
}

/// `max-keep-runs` is a whole number.
pub(crate) fn no_number(span: Span, text: &str) -> Diagnostic {
    let message = format!("`max-keep-runs` is `{text}`, which is no whole number");
    Diagnostic::new("type-mismatch", span, message)
        .note("the controller fails whenever it cleans up")
}

/// `on-comment` is a regular expression.
pub(crate) fn no_pattern(span: Span, text: &str) -> Diagnostic {
    let message = format!("`{text}` is no regular expression");
    let mut finding =
        Diagnostic::new("event-without-run", span, message).note("no comment starts the run");
    finding.severity = Severity::Warning;
    finding
}
