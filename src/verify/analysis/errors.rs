//! What is said about analyses.

use crate::base::Span;
use crate::diag::Diagnostic;

pub(crate) fn no_metrics(at: Span, analysis: &str) -> Diagnostic {
    let message = format!("`{analysis}` measures nothing");
    let found = Diagnostic::new("missing-field", at, message);
    found.help("add a metric: `success = prometheus(..) { pass: value >= 0.95 }`")
}

pub(crate) fn count_without_interval(at: Span, metric: &str) -> Diagnostic {
    let message = format!("`{metric}` is measured more than once, and nothing says how often");
    let found = Diagnostic::new("missing-field", at, message);
    found.help("say it with `every: 30s`")
}

pub(crate) fn limit_above_count(at: Span, limit: i64, count: i64) -> Diagnostic {
    let message = format!("{limit} failures cannot be among {count} measurements");
    let found = Diagnostic::new("bad-literal", at, message);
    found.note("Argo Rollouts refuses an analysis whose `count` is below its `failure-limit`")
}

pub(crate) fn count_of_none(at: Span) -> Diagnostic {
    let message = "a `count` is at least 1";
    let found = Diagnostic::new("bad-literal", at, message);
    found.note("Argo Rollouts takes 0 for no count, so the analysis would never end")
}

pub(crate) fn count_without_default(at: Span, param: &str, used: Span) -> Diagnostic {
    let message = format!("`{param}` is a `count`, so it needs a default of at least 1");
    let found = Diagnostic::new("endless-gate", at, message).label(used, "counts here");
    found.note(
        "Argo Rollouts checks the template before any argument is known, and takes it for endless",
    )
}

pub(crate) fn judges_itself(at: Span, provider: &str) -> Diagnostic {
    let message = format!("`{provider}` passes or fails by itself");
    let found = Diagnostic::new("member-not-allowed", at, message);
    found.note("there is no value to compare; Argo Rollouts would ignore the condition")
}

pub(crate) fn no_data_unanswered(at: Span, metric: &str) -> Diagnostic {
    let message = format!("nothing says what `{metric}` is where the query answers nothing");
    let found = Diagnostic::new("missing-field", at, message);
    let found = found
        .note("an empty answer or NaN would count as an error or a failure, and abort the rollout");
    found.help("add `no-data: \"inconclusive\"`, `\"pass\"` or `\"fail\"`")
}

pub(crate) fn not_in_conditions(at: Span, function: &str) -> Diagnostic {
    let message = format!("`{function}` cannot be computed while the rollout runs");
    let found = Diagnostic::new("late-value", at, message);
    found.note("the condition is evaluated by Argo Rollouts, which has no such function")
}
