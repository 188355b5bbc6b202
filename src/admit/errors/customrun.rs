//! Runs of what is not Tekton's own.

use crate::base::Span;
use crate::diag::Diagnostic;

/// A CustomRun has `customRef` or `customSpec`.
pub(crate) fn nothing_to_run(span: Span) -> Diagnostic {
    let message = "this run has neither `customRef` nor `customSpec`";
    Diagnostic::new("missing-field", span, message).note("there would be nothing to run")
}

/// A CustomRun has not both `customRef` and `customSpec`.
pub(crate) fn both_to_run(span: Span) -> Diagnostic {
    let message = "`customSpec` beside `customRef`";
    Diagnostic::new("exclusive-fields", span, message).note("a run is of one thing")
}

/// What a CustomRun runs has an `apiVersion` and a `kind`.
pub(crate) fn without(span: Span, key: &str, needed: &str) -> Diagnostic {
    let message = format!("`{key}` has no `{needed}`");
    Diagnostic::new("missing-field", span, message)
        .note("the controller that runs it finds its runs by both")
}
