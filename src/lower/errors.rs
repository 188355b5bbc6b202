//! What lowering finds wrong: arithmetic without an answer, values that grow beyond a limit, what is not carried yet.

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::eval::EvalError;

pub(crate) fn too_much(span: Span, of: Option<Span>) -> Diagnostic {
    let found = Diagnostic::new(
        "too-large",
        span,
        "this takes more steps to compute than wudi allows",
    )
    .note("what is known when compiling is computed, at most a million steps for one declaration");
    match of.filter(|it| it.start > span.start || it.end < span.start) {
        Some(of) => found.label(of, "computed for this"),
        None => found,
    }
}

/// Two items that are called differently and make one object.
pub(crate) fn same_object(span: Span, kind: &str, name: &str, first: Span) -> Diagnostic {
    let message = format!("this is the {kind} `{name}` for the second time");
    Diagnostic::new("duplicate-name", span, message)
        .label(first, "the first")
        .note("of two objects of one kind and name a cluster keeps the later one")
        .help("give one of them another `name:`")
}

pub(crate) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(
        "too-large",
        span,
        "functions and values use each other too deeply here",
    )
}

pub(crate) fn too_nested(span: Span) -> Diagnostic {
    Diagnostic::new(
        "too-large",
        span,
        "lists and records stand too deep within each other here",
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
pub(crate) fn no_answer(span: Span, error: &EvalError, call: Option<Span>) -> Diagnostic {
    let found = Diagnostic::new(error.code(), span, error.to_string());
    match call {
        Some(call) => found.label(call, "with the arguments of this call"),
        None => found,
    }
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

/// What an inlined pipeline cannot be, where the target has no pipelines in pipelines.
pub(crate) fn not_inlined(span: Span, what: &str, reason: &'static str) -> Diagnostic {
    Diagnostic::new(
        "target-feature",
        span,
        format!("{what} needs pipelines in pipelines, which the target does not have"),
    )
    .note("without them the nodes of a called pipeline stand in the pipeline that calls it")
    .note(reason)
    .help("add `enable-api-fields=alpha` to `flags` of `[target.tekton]` in `wudi.toml`")
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

/// `resource Schedule x { … }` without `apiVersion:`
pub(crate) fn which_api(span: Span, kind: &str) -> Diagnostic {
    Diagnostic::new(
        "missing-field",
        span,
        format!("the kind `{kind}` alone does not say which API it is of"),
    )
    .help("add `apiVersion: \"group/version\"` to the block")
}

/// `canary(steps: [..])` with what is no step.
pub(crate) fn not_a_step(span: Span, found: &str) -> Diagnostic {
    Diagnostic::new(
        "rollout-step",
        span,
        format!("{found} is no step of a rollout"),
    )
    .help("steps are made by `weight(20%)`, `pause(10s)`, `analyze(..)` and their like")
}

/// `wudi-ap { replicas: 2 }` in an environment.
pub(crate) fn override_unknown(span: Span, name: &str, candidate: Option<&str>) -> Diagnostic {
    Diagnostic::new(
        "override-unknown",
        span,
        format!("nothing called `{name}` is there to be amended"),
    )
    .did_you_mean(span, candidate)
}
