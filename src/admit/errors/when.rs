//! Conditions.

use crate::base::Span;
use crate::diag::Diagnostic;

/// A condition says something.
pub(crate) fn empty(span: Span) -> Diagnostic {
    Diagnostic::new("when-form", span, "this condition is empty")
        .note("it has `input`, `operator` and `values`, or `cel`")
}

/// The operator of a condition is `in` or `notin`.
pub(crate) fn operator(span: Span, operator: &str) -> Diagnostic {
    let message = match operator {
        "" => "this condition has no operator".to_owned(),
        _ => format!("`{operator}` is no operator of a condition"),
    };
    Diagnostic::new("when-form", span, message).note("it is `in` or `notin`")
}

/// A condition has values to compare with.
pub(crate) fn no_values(span: Span) -> Diagnostic {
    Diagnostic::new("when-form", span, "this condition has no values")
        .note("nothing is among no values")
}

/// A condition is in CEL or has an input, an operator and values.
pub(crate) fn cel_beside(span: Span, key: &str) -> Diagnostic {
    let message = format!("`cel` beside `{key}`");
    Diagnostic::new("when-form", span, message).note("a condition is in one of the two forms")
}

/// A condition in CEL can be compiled before anything is replaced in it, where no variable exists.
pub(crate) fn no_cel(span: Span, problem: &str) -> Diagnostic {
    let message = format!("this is no CEL: {problem}");
    Diagnostic::new("when-form", span, message)
        .note("the webhook compiles it as it stands; a `$(…)` must stand in quotes, and nothing else has a value")
}
