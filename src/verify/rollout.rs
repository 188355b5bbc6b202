//! Rollouts: what the controller would refuse, and what it would take and do otherwise than one thinks.

mod errors;

use crate::base::{Name, Span, spelling};
use crate::diag::Sink;
use crate::plan::analysis::Analysis;
use crate::plan::app::{App, Replicas, Workload};
use crate::plan::env::Environment;
use crate::plan::rollout::{AnalysisUse, BlueGreen, Canary, CanaryStep, Rollout};
use crate::plan::{Expr, Plan};
use crate::value::Value;

/// Millionths of a percent.
const WHOLE: i64 = 100_000_000;
const ONE_PERCENT: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;

/// Where an app is rolled out.
#[derive(Clone, Copy)]
struct Place<'a> {
    plan: &'a Plan,
    environment: Option<&'a Environment>,
}

/// Applies the rules to every app, as it is in every environment.
pub(crate) fn verify(plan: &Plan, sink: &mut Sink) {
    let environments = plan.environments.values().map(Some);
    for environment in std::iter::once(None).chain(environments) {
        let place = Place { plan, environment };
        let apps = environment.map_or(&plan.apps, |it| &it.apps);
        for app in apps.values().filter(|it| !it.external) {
            app_rules(app, place, sink);
        }
    }
}

fn app_rules(app: &App, place: Place<'_>, sink: &mut Sink) {
    let (span, has_services) = match &app.rollout {
        Rollout::Rolling { .. } | Rollout::Recreate => return,
        Rollout::Canary(it) => (it.span, it.route.is_some()),
        Rollout::BlueGreen(it) => (it.span, true),
    };
    let rolls = matches!(app.workload, Workload::Stateless | Workload::Existing(_));
    if !rolls {
        sink.push(errors::not_stateless(span, &app.meta.name));
        return;
    }
    if has_services && app.ports.is_empty() && app.container.ports.is_empty() {
        sink.push(errors::no_ports(span, &app.meta.name));
    }
    match &app.rollout {
        Rollout::Rolling { .. } | Rollout::Recreate => {}
        Rollout::Canary(it) => {
            canary(it, place, sink);
            shares(it, app, place, sink);
        }
        Rollout::BlueGreen(it) => blue_green(it, place, sink),
    }
}

/// Without a router a share of the traffic is a share of the pods, and few pods have coarse shares.
fn shares(canary: &Canary, app: &App, place: Place<'_>, sink: &mut Sink) {
    let Some(Replicas::Fixed(replicas)) = app.replicas else {
        return;
    };
    if canary.route.is_some() {
        return;
    }
    let surge = canary.max_surge.as_ref().and_then(Expr::value);
    let no_surge = matches!(surge, Some(Value::Int(0) | Value::Percent(0)));
    for (step, span) in &canary.steps {
        if let CanaryStep::Weight(share) = step
            && let Some(shown) = shown_share(*share, replicas, no_surge)
            && (shown - share).abs() > 10 * ONE_PERCENT
        {
            let environment = place.environment.map(|it| it.name.as_str());
            let shown = shown / ONE_PERCENT;
            sink.push(errors::coarse_weight(*span, replicas, shown, environment));
        }
    }
}

/// The share that Argo Rollouts comes closest with, at so many pods and, where there is a surge, one more.
fn shown_share(share: i64, replicas: i64, no_surge: bool) -> Option<i64> {
    if !(1..WHOLE).contains(&share) || !(1..=10_000).contains(&replicas) {
        return None;
    }
    let alone = replicas == 1 && no_surge;
    let down = replicas * share / WHOLE;
    let up = (replicas * share + WHOLE - 1) / WHOLE;
    let totals = [Some(replicas), (!no_surge).then_some(replicas + 1)];
    let pairs = totals.into_iter().flatten();
    let pairs = pairs.flat_map(|total| [(up, total), (down, total)]);
    let allowed = pairs.filter(|(pods, total)| alone || (*pods > 0 && pods < total));
    let shown = allowed.map(|(pods, total)| pods * WHOLE / total);
    shown.min_by_key(|it| (it - share).abs())
}

fn canary(canary: &Canary, place: Place<'_>, sink: &mut Sink) {
    if let (Some(stable), Some(preview)) = (&canary.stable, &canary.canary)
        && stable == preview
    {
        sink.push(errors::one_service(canary.span, "stable", "canary", stable));
    }
    weights(canary, sink);
    for (step, span) in &canary.steps {
        match step {
            CanaryStep::Weight(_) => {}
            CanaryStep::Pause(None) => sink.push(errors::endless_pause(*span)),
            CanaryStep::Pause(Some(time)) if time % SECOND != 0 => {
                sink.push(errors::part_of_a_second(*span));
            }
            CanaryStep::Pause(Some(_)) => {}
            CanaryStep::Analyze(it) => gate(it, place, sink),
            CanaryStep::Other(name, _) => router_step(name, *span, canary, sink),
        }
    }
    for it in &canary.watch {
        guard(it, place, sink);
    }
    if let Some(route) = &canary.route {
        for made in route.elements() {
            routed_object(&made, place, sink);
        }
    }
}

/// Weights lie between 0 and 100, are whole, and rise.
fn weights(canary: &Canary, sink: &mut Sink) {
    let mut before: Option<(i64, Span)> = None;
    for (step, span) in &canary.steps {
        let CanaryStep::Weight(share) = step else {
            continue;
        };
        if !(0..=WHOLE).contains(share) {
            sink.push(errors::weight_out_of_range(*span));
            continue;
        }
        if share % ONE_PERCENT != 0 {
            sink.push(errors::weight_not_whole(*span));
        }
        if let Some((highest, at)) = before
            && highest > *share
        {
            sink.push(errors::weights_fall(*span, at));
        }
        before = Some((*share, *span));
    }
}

fn blue_green(it: &BlueGreen, place: Place<'_>, sink: &mut Sink) {
    if it.preview.as_ref() == Some(&it.active) {
        sink.push(errors::one_service(
            it.span, "active", "preview", &it.active,
        ));
    }
    for used in it.check_before.iter().chain(&it.check_after) {
        gate(used, place, sink);
    }
}

/// What the rollout waits for must exist and end.
fn gate(used: &AnalysisUse, place: Place<'_>, sink: &mut Sink) {
    let Some(analysis) = analysis(used, place, sink) else {
        return;
    };
    if let Some(metric) = analysis.metrics.iter().find(|it| !it.ends()) {
        sink.push(errors::endless_gate(used.span, &used.analysis, metric));
    }
}

/// What is kept up beside a rollout must not end before it.
fn guard(used: &AnalysisUse, place: Place<'_>, sink: &mut Sink) {
    let Some(analysis) = analysis(used, place, sink) else {
        return;
    };
    if let Some(metric) = analysis.metrics.iter().find(|it| it.ends()) {
        sink.push(errors::guard_that_ends(used.span, &used.analysis, metric));
    }
}

/// The analysis meant; an `extern` one is taken on trust.
fn analysis<'a>(used: &AnalysisUse, place: Place<'a>, sink: &mut Sink) -> Option<&'a Analysis> {
    let own = place
        .environment
        .and_then(|it| it.analyses.get(&used.analysis));
    let found = own.or_else(|| place.plan.analyses.get(&used.analysis));
    if found.is_none() {
        let own = place
            .environment
            .into_iter()
            .flat_map(|it| it.analyses.keys());
        let known = own.chain(place.plan.analyses.keys()).map(Name::as_str);
        let near = spelling::nearest(&used.analysis, known);
        sink.push(errors::unknown_analysis(used.span, &used.analysis, near));
    }
    found.filter(|it| !it.external)
}

/// Steps that only some routers can take: the step, and the constructors of those that can.
const ROUTER_STEPS: &[(&str, &[&str])] = &[
    (
        "setHeaderRoute",
        &["alb", "apisix", "gateway-api", "istio", "plugin"],
    ),
    ("setMirrorRoute", &["gateway-api", "istio", "plugin"]),
    (
        "header",
        &["alb", "apisix", "gateway-api", "istio", "plugin"],
    ),
    ("mirror", &["gateway-api", "istio", "plugin"]),
];

fn router_step(name: &str, span: Span, canary: &Canary, sink: &mut Sink) {
    let needs_route = matches!(name, "scale" | "setCanaryScale");
    let able = ROUTER_STEPS.iter().find(|(step, _)| *step == name);
    let Some(route) = &canary.route else {
        if needs_route || able.is_some() {
            sink.push(errors::step_without_route(span, name));
        }
        return;
    };
    let Some((_, able)) = able else {
        return;
    };
    let makers: Vec<Name> = route
        .elements()
        .iter()
        .filter_map(|it| it.maker().cloned())
        .collect();
    let can = makers.is_empty() || makers.iter().any(|it| able.contains(&it.as_str()));
    if !can {
        sink.push(errors::step_of_other_routers(span, name, &makers, able));
    }
}

/// What a route names, by its constructor: the argument, and the kinds of objects that it can be.
const ROUTED: &[(&str, &str, &str)] = &[
    ("alb", "ingress", "Ingress"),
    ("gateway-api", "http-route", "HTTPRoute"),
    ("istio", "destination-rule", "DestinationRule"),
    ("istio", "virtual-service", "VirtualService"),
    ("nginx", "ingress", "Ingress"),
    ("traefik", "service", "TraefikService"),
];

/// The objects that a route names must be declared.
fn routed_object(made: &Expr, place: Place<'_>, sink: &mut Sink) {
    let maker = made.maker().map(Name::as_str);
    for (_, argument, kind) in ROUTED.iter().filter(|(it, ..)| Some(*it) == maker) {
        let Some(stated) = made.get(argument) else {
            continue;
        };
        let Some(name) = stated.text() else {
            continue;
        };
        let known = declared(kind, place);
        if !known.contains(&name) {
            let near = spelling::nearest(name, known.iter().copied());
            sink.push(errors::unknown_route(stated.span, kind, name, near));
        }
    }
}

/// The objects of a kind that the program declares for this place.
fn declared<'a>(kind: &str, place: Place<'a>) -> Vec<&'a str> {
    let own = place.environment.map_or(&[][..], |it| &it.objects);
    let all = place.plan.objects.iter().chain(own);
    let declared = all
        .filter(|it| it.kind == kind)
        .map(|it| it.meta.name.as_str());
    let external = place.plan.extern_objects.iter();
    let external = external
        .filter(|(it, _)| it == kind)
        .map(|(_, name)| name.as_str());
    declared.chain(external).collect()
}

#[cfg(test)]
mod tests {
    use super::{ONE_PERCENT, shown_share};

    #[test]
    fn few_replicas_show_few_shares() {
        let shown = |share, replicas| shown_share(share * ONE_PERCENT, replicas, false);
        assert_eq!(shown(20, 10), Some(20 * ONE_PERCENT));
        assert_eq!(shown(20, 5), Some(20 * ONE_PERCENT));
        assert_eq!(shown(20, 2).map(|it| it / ONE_PERCENT), Some(33));
        assert_eq!(shown(20, 1), Some(50 * ONE_PERCENT));
        assert_eq!(shown(0, 1), None);
    }
}
