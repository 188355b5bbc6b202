//! Argo Rollouts: the Rollout of an app, and the templates of the analyses that judge it.

pub(crate) mod analysis;
mod condition;
mod route;

use indexmap::IndexMap;
use serde_json::json;

use crate::base::Name;
use crate::emit::core::data::{self, Fields};
use crate::emit::core::{Place, pod, workload};
use crate::plan::app::{App, Workload};
use crate::plan::rollout::{AnalysisUse, BlueGreen, Canary, CanaryStep, Promote, Rollout};
use crate::plan::{Expr, ExprKind, Ref};
use crate::value::Value;
use crate::yaml::Tree;

/// The `spec` of the Rollout.
pub(crate) fn spec(app: &App, place: Place<'_>) -> Tree {
    let mut fields = workload::common(app);
    let strategy = match &app.rollout {
        Rollout::Canary(it) => json!({ "canary": canary(it, place) }),
        Rollout::BlueGreen(it) => json!({ "blueGreen": blue_green(it, place) }),
        Rollout::Rolling { .. } | Rollout::Recreate => Tree::Null,
    };
    fields.put_filled("strategy", strategy);
    if let Workload::Existing(reference) = &app.workload {
        fields.put("workloadRef", data::tree(reference, place.plan));
    } else {
        fields.put("template", pod::template(app, place));
    }
    fields.into()
}

fn canary(canary: &Canary, place: Place<'_>) -> Tree {
    let mut fields = Fields::default();
    fields.put_some("stableService", canary.stable.as_deref());
    fields.put_some("canaryService", canary.canary.as_deref());
    let route = canary.route.as_ref();
    fields.put_some(
        "trafficRouting",
        route.map(|it| route::traffic_routing(it, place)),
    );
    let stated = |it: &Option<Expr>| {
        it.as_ref()
            .map_or(Tree::Null, |it| data::tree(it, place.plan))
    };
    fields.put_filled("maxSurge", stated(&canary.max_surge));
    fields.put_filled("maxUnavailable", stated(&canary.max_unavailable));
    fields.put_filled("analysis", analyses(&canary.watch, place));
    let steps = canary.steps.iter().map(|(it, _)| step(it, place));
    fields.put("steps", steps.collect::<Tree>());
    fields.into()
}

fn step(step: &CanaryStep, place: Place<'_>) -> Tree {
    match step {
        CanaryStep::Weight(percent) => json!({ "setWeight": percent / data::PERCENT }),
        CanaryStep::Pause(None) => json!({ "pause": {} }),
        CanaryStep::Pause(Some(time)) => json!({ "pause": { "duration": data::duration(*time) } }),
        CanaryStep::Analyze(it) => json!({ "analysis": analyses(std::slice::from_ref(it), place) }),
        CanaryStep::Other(name, body) => other_step(name, body, place),
    }
}

/// A step in the API's words, or `scale(..)`.
fn other_step(name: &str, body: &Expr, place: Place<'_>) -> Tree {
    if name != "scale" && name != "setCanaryScale" {
        return data::record([(name, data::tree(body, place.plan))]);
    }
    let value = |word: &str| body.get(word).and_then(|it| it.value().cloned());
    let mut fields = Fields::default();
    match value("weight") {
        Some(Value::Percent(share)) => fields.put("weight", share / data::PERCENT),
        Some(Value::Int(share)) => fields.put("weight", share),
        _ => {}
    }
    if let Some(Value::Int(replicas)) = value("replicas") {
        fields.put("replicas", replicas);
    }
    let matching = value("match-traffic").or_else(|| value("matchTrafficWeight"));
    if let Some(Value::Bool(matching)) = matching {
        fields.put("matchTrafficWeight", matching);
    }
    json!({ "setCanaryScale": Tree::from(fields) })
}

fn blue_green(it: &BlueGreen, place: Place<'_>) -> Tree {
    let mut fields = Fields::default();
    fields.put("activeService", it.active.as_str());
    fields.put_some("previewService", it.preview.as_deref());
    fields.put_some("previewReplicaCount", it.preview_replicas);
    match it.promote {
        Promote::Automatic => {}
        Promote::Manual => fields.put("autoPromotionEnabled", false),
        Promote::After(time) => fields.put("autoPromotionSeconds", data::seconds(time)),
    }
    fields.put_filled("prePromotionAnalysis", analyses(&it.check_before, place));
    fields.put_filled("postPromotionAnalysis", analyses(&it.check_after, place));
    fields.put_some(
        "scaleDownDelaySeconds",
        it.scale_down_delay.map(data::seconds),
    );
    let aborted = it.abort_scale_down_delay.map(data::seconds);
    fields.put_some("abortScaleDownDelaySeconds", aborted);
    fields.into()
}

/// Analyses that run together, and the arguments of all of them; null where there is none.
fn analyses(uses: &[AnalysisUse], place: Place<'_>) -> Tree {
    let mut args: IndexMap<&Name, Tree> = IndexMap::new();
    for (name, value) in uses.iter().flat_map(|it| &it.args) {
        args.entry(name)
            .or_insert_with(|| argument(name, value, place));
    }
    let template = |it: &AnalysisUse| {
        let found = analysis::find(&it.analysis, place);
        let mut fields = Fields::default();
        fields.put(
            "templateName",
            found.map_or(it.analysis.as_str(), |it| it.meta.name.as_str()),
        );
        if found.is_some_and(|it| it.cluster_scoped) {
            fields.put("clusterScope", true);
        }
        Tree::from(fields)
    };
    let mut fields = Fields::default();
    fields.put_filled("templates", uses.iter().map(template).collect::<Tree>());
    fields.put_filled("args", args.into_values().collect::<Tree>());
    if fields.is_empty() {
        Tree::Null
    } else {
        fields.into()
    }
}

/// An argument: text, a hash of the rollout's pods, or a field of the Rollout.
fn argument(name: &str, value: &Expr, place: Place<'_>) -> Tree {
    let ExprKind::Ref(Ref::Field(path)) = &value.kind else {
        return json!({ "name": name, "value": data::text(value, place.plan) });
    };
    let from = match path.as_str() {
        "rollout.latest-hash" => json!({ "podTemplateHashValue": "Latest" }),
        "rollout.stable-hash" => json!({ "podTemplateHashValue": "Stable" }),
        path => json!({ "fieldRef": { "fieldPath": path } }),
    };
    json!({ "name": name, "valueFrom": from })
}

/// `notify: [slack("deployments", on: [..])]`, as the annotations by which Argo's notifications are subscribed to.
pub(crate) fn subscriptions(app: &App) -> Tree {
    let is_rollout = workload::kind(app).1 == "Rollout";
    let mut channels: IndexMap<String, Vec<String>> = IndexMap::new();
    for made in app.notify.iter().filter(|_| is_rollout) {
        let (Some(service), Some(channel)) = (made.maker(), made.get("channel")) else {
            continue;
        };
        let events = made.get("on");
        let events = events.as_ref().and_then(|it| it.value()?.as_list());
        for event in events.into_iter().flatten().filter_map(Value::as_str) {
            let key = format!("notifications.argoproj.io/subscribe.on-{event}.{service}");
            let channel = channel.text().unwrap_or_default();
            channels.entry(key).or_default().push(channel.to_owned());
        }
    }
    data::record(channels.into_iter().map(|(key, all)| (key, all.join(";"))))
}
