//! Analyses: what an AnalysisRun would refuse when it starts, in the middle of a rollout.

mod errors;

use crate::base::Name;
use crate::diag::Sink;
use crate::plan::analysis::{Analysis, Metric};
use crate::plan::{Expr, ExprKind, Plan, Ref};
use crate::value::Value;

/// Providers whose answer may be no number at all.
const QUERIES: &[&str] = &["prometheus"];

/// Providers that judge by themselves.
const JUDGES: &[&str] = &["job", "job-metric", "kayenta"];

/// Built-in functions that the condition language of Argo Rollouts has as well.
const FUNCTIONS: &[&str] = &[
    "abs",
    "contains",
    "count",
    "ends-with",
    "length",
    "matches",
    "max",
    "min",
    "starts-with",
];

/// Applies the rules to every analysis, as it is in every environment.
pub(crate) fn verify(plan: &Plan, sink: &mut Sink) {
    let own = plan
        .environments
        .values()
        .flat_map(|it| it.analyses.values());
    for analysis in plan.analyses.values().chain(own).filter(|it| !it.external) {
        if analysis.metrics.is_empty() {
            sink.push(errors::no_metrics(analysis.meta.span, &analysis.meta.name));
        }
        for metric in &analysis.metrics {
            counts(metric, analysis, sink);
            conditions(metric, sink);
        }
    }
}

/// What is counted, and how often.
fn counts(metric: &Metric, analysis: &Analysis, sink: &mut Sink) {
    let number = |it: &Option<Expr>| it.as_ref().and_then(|it| it.value()?.as_int());
    let count = number(&metric.count);
    if count.is_some_and(|it| it > 1) && metric.every.is_none() {
        sink.push(errors::count_without_interval(metric.span, &metric.name));
    }
    let failures = number(&metric.failure_limit).unwrap_or_default();
    if let Some(count) = count
        && count > 0
        && failures > count
        && let Some(limit) = &metric.failure_limit
    {
        sink.push(errors::limit_above_count(limit.span, failures, count));
    }
    let Some(stated) = &metric.count else {
        return;
    };
    if count.is_some_and(|it| it <= 0) {
        sink.push(errors::count_of_none(stated.span));
    }
    if let ExprKind::Ref(Ref::Param(name)) = &stated.kind {
        let param = analysis.params.get(name);
        let default = param.and_then(|it| number(&it.default));
        if default.is_none_or(|it| it <= 0) {
            let declared = param.map_or(stated.span, |it| it.span);
            sink.push(errors::count_without_default(declared, name, stated.span));
        }
    }
}

/// What `pass` and `fail` can say.
fn conditions(metric: &Metric, sink: &mut Sink) {
    let maker = metric.provider.maker().map_or("", Name::as_str);
    let stated = metric.pass.as_ref().or(metric.fail.as_ref());
    let Some(first) = stated else {
        return;
    };
    if JUDGES.contains(&maker) {
        sink.push(errors::judges_itself(first.span, maker));
        return;
    }
    if QUERIES.contains(&maker) && metric.no_data.is_none() {
        sink.push(errors::no_data_unanswered(metric.span, &metric.name));
    }
    for condition in metric.pass.iter().chain(&metric.fail) {
        expressible(condition, sink);
    }
}

/// Reports what the controller cannot compute.
fn expressible(expr: &Expr, sink: &mut Sink) {
    match &expr.kind {
        ExprKind::Call(name, args) => {
            if !FUNCTIONS.contains(&name.as_str()) {
                sink.push(errors::not_in_conditions(expr.span, name));
            }
            args.iter().for_each(|it| expressible(it, sink));
        }
        ExprKind::Unary(_, of) | ExprKind::Field(of, _) | ExprKind::Each(of) => {
            expressible(of, sink);
        }
        ExprKind::Binary(_, two) | ExprKind::Index(two) => {
            expressible(&two.0, sink);
            expressible(&two.1, sink);
        }
        ExprKind::If(three) => {
            expressible(&three.0, sink);
            expressible(&three.1, sink);
            expressible(&three.2, sink);
        }
        ExprKind::List(items) => items.iter().for_each(|it| expressible(it, sink)),
        ExprKind::Const(Value::Make(make)) => {
            sink.push(errors::not_in_conditions(expr.span, &make.name));
        }
        ExprKind::Make(name, _) => sink.push(errors::not_in_conditions(expr.span, name)),
        ExprKind::Const(_)
        | ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::Record(_)
        | ExprKind::Error => {}
    }
}
