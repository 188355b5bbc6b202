//! How an app is watched: a PodMonitor, which scrapes each pod once under every rollout, and a PrometheusRule.

use serde_json::json;

use crate::base::Name;
use crate::emit::core::data::{self, Fields};
use crate::emit::core::{Place, object, selector, service};
use crate::plan::app::{Alert, App};
use crate::yaml::Tree;

const API_VERSION: &str = "monitoring.coreos.com/v1";

pub(crate) fn pod_monitor(app: &App, place: Place<'_>) -> Option<Tree> {
    let metrics = app.metrics.as_ref()?;
    let first = || service::ports(app).keys().next();
    let mut endpoint = Fields::default();
    let port = metrics.port.as_ref().or_else(first);
    endpoint.put_some("port", port.map(Name::as_str));
    endpoint.put("path", metrics.path.as_str());
    endpoint.put_some("interval", metrics.every.map(data::duration));
    let spec = json!({
        "selector": { "matchLabels": selector(app) },
        "podMetricsEndpoints": [Tree::from(endpoint)],
    });
    let mut body = Fields::default();
    body.put("spec", spec);
    Some(object(
        API_VERSION,
        "PodMonitor",
        &app.meta.name,
        app,
        place,
        body,
    ))
}

pub(crate) fn rules(app: &App, place: Place<'_>) -> Option<Tree> {
    if app.alerts.is_empty() {
        return None;
    }
    let rules: Tree = app.alerts.values().map(|it| rule(it, place)).collect();
    let mut body = Fields::default();
    let group = json!({ "name": app.meta.name.as_str(), "rules": rules });
    body.put("spec", json!({ "groups": [group] }));
    Some(object(
        API_VERSION,
        "PrometheusRule",
        &app.meta.name,
        app,
        place,
        body,
    ))
}

fn rule(alert: &Alert, place: Place<'_>) -> Tree {
    let mut fields = Fields::default();
    fields.put("alert", alert.name.as_str());
    fields.put("expr", data::text(&alert.expr, place.plan));
    fields.put_some("for", alert.for_.map(data::duration));
    if let Some(severity) = &alert.severity {
        fields.put("labels", json!({ "severity": severity.as_str() }));
    }
    if let Some(summary) = &alert.summary {
        fields.put(
            "annotations",
            json!({ "summary": data::text(summary, place.plan) }),
        );
    }
    fields.into()
}
