//! Runs.

use crate::base::Span;
use crate::diag::Diagnostic;

/// A run has a reference or a spec.
pub(crate) fn nothing_to_run(span: Span, kind: &str) -> Diagnostic {
    let message = format!("this run has neither `{kind}Ref` nor `{kind}Spec`");
    Diagnostic::new("missing-field", span, message).note("there would be nothing to run")
}

/// A run has not both a reference and a spec.
pub(crate) fn both_to_run(span: Span, kind: &str) -> Diagnostic {
    let message = format!("`{kind}Spec` beside `{kind}Ref`");
    Diagnostic::new("exclusive-fields", span, message).note("a run is of one thing")
}

/// A parameter of a run takes no result.
pub(crate) fn result_in_param(span: Span, expression: &str) -> Diagnostic {
    let message = format!("`$({expression})` in a parameter of the run");
    Diagnostic::new("reference-form", span, message)
        .note("a run starts with its parameters, and no task has a result by then")
}

/// A run of the older API has `timeout` or `timeouts`.
pub(crate) fn timeout_and_timeouts(span: Span) -> Diagnostic {
    Diagnostic::new("exclusive-fields", span, "`timeout` beside `timeouts`")
        .note("`timeouts.pipeline` is the newer name of `timeout`")
}

/// What a run says of a step or sidecar has its name.
pub(crate) fn override_without_name(span: Span, key: &str) -> Diagnostic {
    let message = format!("an element of `{key}` has no name");
    Diagnostic::new("missing-field", span, message)
        .note("the name says which step or sidecar is meant")
}

/// What a run says of a step or sidecar stands once.
pub(crate) fn override_twice(span: Span, key: &str, name: &str) -> Diagnostic {
    let message = format!("`{key}` has `{name}` twice");
    Diagnostic::new("duplicate-name", span, message)
        .note("names that differ by case alone are one here")
}

/// A run says the resources of a task, or of its steps.
pub(crate) fn resources_twice(span: Span, steps: &str) -> Diagnostic {
    let message = format!("`computeResources` beside resources in `{steps}`");
    Diagnostic::new("exclusive-fields", span, message)
        .note("resources of the whole are shared out among the steps")
}

/// The status of a run is one that it can be asked for.
pub(crate) fn status(span: Span, status: &str, known: &[&str]) -> Diagnostic {
    let message = format!("`{status}` is no status that a run can be asked for");
    let known: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
    Diagnostic::new("bad-value", span, message).note(format!("it is {}", known.join(", ")))
}

/// A run that has started is not pending.
pub(crate) fn pending_after_start(span: Span) -> Diagnostic {
    Diagnostic::new(
        "bad-value",
        span,
        "this run has started and cannot be pending",
    )
    .note("only a run that has not started waits")
}

/// A pod template sets no variable of `default-forbidden-env`.
pub(crate) fn forbidden_env(span: Span, name: &str) -> Diagnostic {
    let message = format!("the installation lets no pod template set `{name}`");
    Diagnostic::new("target-feature", span, message)
        .note("it stands in `default-forbidden-env` of the ConfigMap `config-defaults`")
}

/// `onFailure` of breakpoints is `enabled`.
pub(crate) fn on_failure(span: Span) -> Diagnostic {
    Diagnostic::new("bad-value", span, "`onFailure` of breakpoints is `enabled`")
        .note("breakpoints cannot stand without it")
}

/// `beforeSteps` of breakpoints has each step once.
pub(crate) fn breakpoint_twice(span: Span, step: &str) -> Diagnostic {
    let message = format!("`beforeSteps` has `{step}` twice");
    Diagnostic::new("duplicate-name", span, message).note("a step waits once")
}

/// A `statusMessage` stands beside a `status`.
pub(crate) fn message_without_status(span: Span) -> Diagnostic {
    Diagnostic::new("exclusive-fields", span, "`statusMessage` without `status`")
        .note("it says why the status was asked for")
}

/// The retries of a TaskRun are not below zero.
pub(crate) fn negative_retries(span: Span) -> Diagnostic {
    Diagnostic::new("bad-value", span, "retries below zero").note("a run is tried once at least")
}
