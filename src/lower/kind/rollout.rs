//! How a new version of an app takes the place of the old one.

use crate::base::{Name, Span};
use crate::lower::fields::{as_duration, elements};
use crate::lower::{Lowerer, amend, errors};
use crate::plan::rollout::{AnalysisUse, BlueGreen, Canary, CanaryStep, Promote, Rollout};
use crate::plan::{Expr, ExprKind};
use crate::value::Value;

impl Lowerer<'_> {
    /// `rollout: canary(..)` of the app called `app`; without it a Deployment's own way.
    pub(crate) fn rollout(&mut self, made: Option<&Expr>, app: &Name) -> Rollout {
        let plain = Rollout::Rolling {
            max_surge: None,
            max_unavailable: None,
        };
        let Some(made) = made else {
            return plain;
        };
        match made.maker().map(Name::as_str) {
            Some("rolling") => Rollout::Rolling {
                max_surge: given(made, "max-surge"),
                max_unavailable: given(made, "max-unavailable"),
            },
            Some("recreate") => Rollout::Recreate,
            Some("canary") => Rollout::Canary(Box::new(self.canary(made, app))),
            Some("blue-green") => Rollout::BlueGreen(Box::new(blue_green(made, app))),
            // Only what is already reported has no maker.
            Some(_) | None => plain,
        }
    }

    fn canary(&mut self, made: &Expr, app: &Name) -> Canary {
        let route = given(made, "route");
        let (stable, canary) = (text(made, "stable"), text(made, "canary"));
        let has_services = route.is_some() || stable.is_some() || canary.is_some();
        let named = |own: Option<Name>, suffix: &str| {
            let usual = || Name::new(format!("{app}{suffix}"));
            has_services.then(|| own.unwrap_or_else(usual))
        };
        let steps = given(made, "steps").map_or_else(Vec::new, |it| elements(&it));
        let steps = steps.iter().filter_map(|it| self.canary_step(it));
        Canary {
            span: made.span,
            steps: steps.collect(),
            stable: named(stable, ""),
            canary: named(canary, "-canary"),
            route,
            watch: uses(made, "watch"),
            max_surge: given(made, "max-surge"),
            max_unavailable: given(made, "max-unavailable"),
        }
    }

    fn canary_step(&mut self, made: &Expr) -> Option<(CanaryStep, Span)> {
        let step = match made.maker().map(Name::as_str) {
            Some("weight") => weight(made),
            Some("pause") => Some(CanaryStep::Pause(duration(made, "time"))),
            Some("analyze") => {
                let gate = made.get("gate");
                gate.as_ref()
                    .and_then(analysis_use)
                    .map(CanaryStep::Analyze)
            }
            Some(other) => Some(CanaryStep::Other(Name::new(other), made.clone())),
            None => None,
        };
        if step.is_none() && !matches!(made.kind, ExprKind::Error) {
            self.sink.push(errors::not_a_step(made.span, "this"));
        }
        Some((step?, made.span))
    }
}

fn weight(made: &Expr) -> Option<CanaryStep> {
    let share = made.get("percent")?;
    if let Some(Value::Percent(share)) = share.value() {
        Some(CanaryStep::Weight(*share))
    } else {
        None
    }
}

fn blue_green(made: &Expr, app: &Name) -> BlueGreen {
    let preview = || Name::new(format!("{app}-preview"));
    BlueGreen {
        span: made.span,
        active: text(made, "active").unwrap_or_else(|| app.clone()),
        preview: Some(text(made, "preview").unwrap_or_else(preview)),
        promote: promote(given(made, "promote").as_ref()),
        check_before: uses(made, "check-before"),
        check_after: uses(made, "check-after"),
        preview_replicas: given(made, "preview-replicas").and_then(|it| it.value()?.as_int()),
        scale_down_delay: duration(made, "scale-down-delay"),
        abort_scale_down_delay: duration(made, "abort-scale-down-delay"),
    }
}

/// `"manual"`, `after(30s)`, `"automatic"`
fn promote(stated: Option<&Expr>) -> Promote {
    let Some(stated) = stated else {
        return Promote::Automatic;
    };
    match (stated.text(), duration(stated, "time")) {
        (Some("manual"), _) => Promote::Manual,
        (_, Some(time)) => Promote::After(time),
        (Some(_) | None, None) => Promote::Automatic,
    }
}

/// An argument that is there and not `none`.
fn given(made: &Expr, name: &str) -> Option<Expr> {
    made.get(name).filter(|it| !amend::is_none(it))
}

fn text(made: &Expr, name: &str) -> Option<Name> {
    given(made, name)?.text().map(Name::new)
}

fn duration(made: &Expr, name: &str) -> Option<i64> {
    as_duration(&given(made, name)?)
}

/// One analysis, or a list of them.
fn uses(made: &Expr, name: &str) -> Vec<AnalysisUse> {
    let all = given(made, name).map_or_else(Vec::new, |it| elements(&it));
    all.iter().filter_map(analysis_use).collect()
}

/// `success-rate(service: "x")`, as a call of an analysis is lowered.
fn analysis_use(made: &Expr) -> Option<AnalysisUse> {
    let args = made.get("args");
    let args = args.as_ref().and_then(amend::record).unwrap_or_default();
    Some(AnalysisUse {
        analysis: made.get("of")?.thing()?.name.clone(),
        span: made.span,
        args: args.into_iter().collect(),
    })
}
