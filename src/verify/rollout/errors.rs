//! What is said about rollouts.

use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::plan::analysis::Metric;

pub(crate) fn weight_out_of_range(at: Span) -> Diagnostic {
    let message = "a weight lies between 0% and 100%";
    let found = Diagnostic::new("rollout-step", at, message);
    found.note("Argo Rollouts refuses the whole Rollout: it stays as it is and counts as degraded")
}

pub(crate) fn weight_not_whole(at: Span) -> Diagnostic {
    let message = "a weight is a whole number of percents";
    let found = Diagnostic::new("rollout-step", at, message);
    found.note("`setWeight` takes an integer")
}

pub(crate) fn weights_fall(at: Span, before: Span) -> Diagnostic {
    let message = "this weight is lower than the one before";
    let found = Diagnostic::new("weights-fall", at, message).label(before, "more than here");
    found.note("the share of the new version goes down again although nothing failed")
}

/// `shown` in percents.
pub(crate) fn coarse_weight(
    at: Span,
    replicas: i64,
    shown: i64,
    environment: Option<&str>,
) -> Diagnostic {
    let place = environment.map_or_else(String::new, |it| format!(" of `{it}`"));
    let message = match replicas {
        1 => format!("the one replica{place} shows this as {shown}%"),
        _ => format!("the {replicas} replicas{place} show this as {shown}%"),
    };
    let found = Diagnostic::new("coarse-weight", at, message);
    let found = found.note("without a `route:` the share of the traffic is the share of the pods");
    found.help("take more replicas, other weights, or a `route:`")
}

pub(crate) fn endless_pause(at: Span) -> Diagnostic {
    let message = "this pause ends only when a person promotes the rollout";
    let found = Diagnostic::new("endless-pause", at, message);
    found.help("give it a time, `pause(10m)`, or let an analysis decide, `analyze(..)`")
}

pub(crate) fn part_of_a_second(at: Span) -> Diagnostic {
    let message = "a pause is a whole number of seconds";
    let found = Diagnostic::new("rollout-step", at, message);
    found.note("Argo Rollouts drops the rest: `500ms` would be no pause at all")
}

pub(crate) fn one_service(at: Span, first: &str, second: &str, name: &str) -> Diagnostic {
    let message = format!("`{first}` and `{second}` are both `{name}`");
    let found = Diagnostic::new("rollout-step", at, message);
    found.note("the two Services tell the versions apart, so Argo Rollouts refuses one for both")
}

pub(crate) fn not_stateless(at: Span, app: &str) -> Diagnostic {
    let message = format!("`{app}` is not stateless, so it cannot be rolled out this way");
    let found = Diagnostic::new("rollout-step", at, message);
    found.note("a Rollout takes the place of a Deployment, of no other workload")
}

pub(crate) fn no_ports(at: Span, app: &str) -> Diagnostic {
    let message = format!("`{app}` has no ports, so the rollout has no Services to switch");
    let found = Diagnostic::new("unknown-route", at, message);
    found.help(format!("give `{app}` a port: `ports: {{ http: 8080 }}`"))
}

pub(crate) fn unknown_analysis(at: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("there is no analysis `{name}`");
    let found = Diagnostic::new("unknown-analysis", at, message);
    match near {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found,
    }
}

pub(crate) fn endless_gate(at: Span, analysis: &str, metric: &Metric) -> Diagnostic {
    let message = format!("`{analysis}` never ends, and the rollout would wait for it");
    let found = Diagnostic::new("endless-gate", at, message);
    let found = found.label(metric.span, "measured again and again");
    let help = "give every metric of it a `count`, or use it as `watch:`";
    found.help(help)
}

pub(crate) fn guard_that_ends(at: Span, analysis: &str, metric: &Metric) -> Diagnostic {
    let message =
        format!("`{analysis}` ends, so it would stop watching before the rollout is done");
    let found = Diagnostic::new("type-mismatch", at, message);
    let found = found.label(metric.span, "ends by itself");
    let name = &metric.name;
    found.help(format!(
        "make one without an end: `analysis {analysis}-watch = {analysis} {{ {name} {{ count: none }} }}`"
    ))
}

pub(crate) fn step_without_route(at: Span, step: &str) -> Diagnostic {
    let message = format!("`{step}` needs a `route:`");
    let found = Diagnostic::new("rollout-step", at, message);
    found.note("without a router the share of the traffic is the share of the pods")
}

pub(crate) fn step_of_other_routers(
    at: Span,
    step: &str,
    routes: &[Name],
    able: &[&str],
) -> Diagnostic {
    let routes: Vec<String> = routes.iter().map(|it| format!("`{it}`")).collect();
    let message = format!("{} has no `{step}`", routes.join(", "));
    let able: Vec<String> = able.iter().map(|it| format!("`{it}`")).collect();
    let found = Diagnostic::new("rollout-step", at, message);
    found.help(format!("routers that have it: {}", able.join(", ")))
}

pub(crate) fn unknown_route(at: Span, kind: &str, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("there is no {kind} `{name}`");
    let found = Diagnostic::new("unknown-route", at, message);
    match near {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help(format!(
            "declare it, `resource {kind} {name} {{ .. }}`, or say that it exists: `extern resource {kind} {name}`"
        )),
    }
}
