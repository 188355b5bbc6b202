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

/// An annotation of a run is one that Pipelines as Code reads.
pub(crate) fn unknown(span: Span, name: &str, near: &str) -> Diagnostic {
    let message = format!("nobody reads `{name}`");
    let found = Diagnostic::new("unused", span, message);
    found.help(format!("did you mean `{near}`?"))
}

/// Each argument in a run that events start has a value.
pub(crate) fn no_value(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new("type-mismatch", span, format!("`{name}` gets no value"))
        .note("Pipelines as Code cannot write the run down again, and so does not create it")
        .help("write a `value`, or drop it to have the default")
}

/// The value of a label is not what a stranger writes: a branch, a comment, what an event carries.
pub(crate) fn label_of_stranger(span: Span, label: &str, name: &str) -> Diagnostic {
    let message = format!("whoever causes the event chooses the label `{label}`, by `{name}`");
    Diagnostic::new("stranger-label", span, message)
        .note("a label has 63 letters, digits, `-`, `_` and `.` at most: of any other text no run is created")
        .help("make it an annotation, or a parameter")
}

/// `on-event` names events that there are.
pub(crate) fn no_event(
    span: Span,
    event: &str,
    all: &[&str],
    near: Option<&str>,
    is_one_of_many: bool,
) -> Diagnostic {
    let names: Vec<String> = all.iter().map(|it| format!("`{it}`")).collect();
    let message = format!("no event is called `{event}`");
    let found = Diagnostic::new("event-without-run", span, message)
        .note(format!("an event is one of {}", names.join(", ")));
    let mut found = match near {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found,
    };
    if !is_one_of_many {
        found = found.note("nothing starts the run");
    }
    found.severity = Severity::Warning;
    found
}

/// `on-target-branch`, `on-path-change` and what `pathChanged()` is asked are patterns.
pub(crate) fn no_glob(span: Span, pattern: &str, flaw: &str) -> Diagnostic {
    let message = format!("`{pattern}` is no pattern: {flaw}");
    Diagnostic::new("event-without-run", span, message)
        .note("the controller stops in the middle of its work at it, for each event of the project")
}

/// `on-cel-expression` is an expression of CEL whose types fit.
pub(crate) fn no_filter(span: Span, flaw: &str) -> Diagnostic {
    let message = format!("this is no expression that CEL can compute: {flaw}");
    Diagnostic::new("cel", span, message).note("the controller reports it, and starts no run")
}

/// `on-cel-expression` uses variables that there are.
pub(crate) fn no_variable(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("an event has no `{name}`");
    Diagnostic::new("cel", span, message)
        .note("the controller reports it, and starts no run")
        .did_you_mean(span, near)
}

/// Names of events are texts in `on-cel-expression`.
pub(crate) fn no_quotes(span: Span, name: &str) -> Diagnostic {
    let quoted = format!("\"{name}\"");
    Diagnostic::new("cel", span, format!("an event has no `{name}`"))
        .note("the controller reports it, and starts no run")
        .fix(format!("replace with `{quoted}`"), span, quoted)
}

/// `on-cel-expression` uses parameters of the Repository, which is at hand to check.
pub(crate) fn of_a_repository(span: Span, name: &str) -> Diagnostic {
    let message =
        format!("`{name}` is known only where the Repository declares a parameter so called");
    let mut found = Diagnostic::new("cel", span, message)
        .note("without it the controller reports the expression, and starts no run")
        .help("check the Repository together with the run");
    found.severity = Severity::Warning;
    found
}

/// `on-cel-expression` is true or false.
pub(crate) fn never_true(span: Span) -> Diagnostic {
    let message = "this expression is neither true nor false";
    Diagnostic::new("event-without-run", span, message).note("only what is true starts a run")
}

/// No two runs that events start have one name.
pub(crate) fn name_twice(span: Span, name: &str, other: Span) -> Diagnostic {
    let message = format!("another run is called `{name}` too");
    Diagnostic::new("duplicate-name", span, message)
        .label(other, "the other")
        .note("Pipelines as Code starts no run of the directory then")
}
