//! What lowering finds wrong: arithmetic without an answer, values that grow beyond a limit, what is not carried yet.

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::eval::EvalError;

pub(crate) fn too_much(span: Span) -> Diagnostic {
    Diagnostic::new(
        "too-large",
        span,
        "this takes more steps to compute than wudi allows",
    )
    .note("what is known when compiling is computed, at most two million steps for one declaration")
}

pub(crate) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(
        "too-large",
        span,
        "functions and values use each other too deeply here",
    )
}

pub(crate) fn text_too_large(span: Span, limit: usize) -> Diagnostic {
    let limit = limit >> 20;
    Diagnostic::new(
        "too-large",
        span,
        format!("this text is larger than {limit} MiB"),
    )
}

/// An evaluation has no answer.
pub(crate) fn no_answer(span: Span, error: &EvalError) -> Diagnostic {
    Diagnostic::new(error.code(), span, error.to_string())
}

/// A known value does not have the form that `as` says it has.
pub(crate) fn cast(span: Span, reason: &str) -> Diagnostic {
    Diagnostic::new("bad-literal", span, reason)
}

pub(crate) fn must_be_known(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        "late-value",
        span,
        format!("{what} must be known when compiling"),
    )
    .note("parameters, results and fields of the event get their values later")
}

pub(crate) fn no_environment(span: Span) -> Diagnostic {
    Diagnostic::new("late-value", span, "`env` has no value here")
        .note("only what an environment deploys is computed once for each environment")
}

pub(crate) fn not_supported(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        "not-supported",
        span,
        format!("{what} is not carried by this version"),
    )
}

/// The tables and the tree do not agree.
pub(crate) fn internal(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new("internal-error", span, format!("lowering met {what}"))
        .note("this is a mistake of wudi, not of the program")
}
