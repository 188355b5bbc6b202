//! What an app asks of the cluster beside its pods: how many, how few at least, and as whom they run.

use serde_json::json;

use crate::emit::core::data::{self, Fields};
use crate::emit::core::{Place, expressions, object, pod, selector, workload};
use crate::plan::app::{App, Replicas};
use crate::yaml::Tree;

/// The ServiceAccount.
pub(crate) fn account(app: &App, place: Place<'_>) -> Option<Tree> {
    let account = app.account.as_ref()?;
    let name = pod::account_name(app)?;
    let mut body = Fields::default();
    body.put_some("automountServiceAccountToken", account.mount_token);
    let mut tree = object("v1", "ServiceAccount", name, app, place, body);
    let mut metadata = Fields::default();
    metadata.put_filled("annotations", expressions(&account.annotations, place.plan));
    data::merge(&mut tree, &json!({ "metadata": Tree::from(metadata) }));
    Some(tree)
}

/// The HorizontalPodAutoscaler of `replicas: auto(2..=10, cpu: 70%)`.
pub(crate) fn autoscaler(app: &App, place: Place<'_>) -> Option<Tree> {
    let Some(Replicas::Auto { min, max, cpu }) = app.replicas else {
        return None;
    };
    let (api_version, kind) = workload::kind(app);
    let mut spec = Fields::default();
    let target = json!({ "apiVersion": api_version, "kind": kind, "name": app.meta.name.as_str() });
    spec.put("scaleTargetRef", target);
    spec.put("minReplicas", min);
    spec.put("maxReplicas", max);
    if let Some(cpu) = cpu {
        let target = json!({ "type": "Utilization", "averageUtilization": cpu / data::PERCENT });
        let metric = json!({ "type": "Resource", "resource": { "name": "cpu", "target": target } });
        spec.put("metrics", json!([metric]));
    }
    let mut body = Fields::default();
    body.put("spec", Tree::from(spec));
    let kind = "HorizontalPodAutoscaler";
    Some(object(
        "autoscaling/v2",
        kind,
        &app.meta.name,
        app,
        place,
        body,
    ))
}

/// The PodDisruptionBudget of `disruption: { max-unavailable: 1 }`.
pub(crate) fn disruption_budget(app: &App, place: Place<'_>) -> Option<Tree> {
    let stated = app.disruption.as_ref()?;
    let mut spec = Fields::default();
    for (word, field) in [
        ("min-available", "minAvailable"),
        ("max-unavailable", "maxUnavailable"),
    ] {
        if let Some(count) = stated.get(word) {
            spec.put_filled(field, data::tree(&count, place.plan));
        }
    }
    spec.put("selector", json!({ "matchLabels": selector(app) }));
    let mut body = Fields::default();
    body.put("spec", Tree::from(spec));
    Some(object(
        "policy/v1",
        "PodDisruptionBudget",
        &app.meta.name,
        app,
        place,
        body,
    ))
}
