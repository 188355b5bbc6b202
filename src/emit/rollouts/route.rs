//! Who splits the traffic of a canary.

use serde_json::json;

use crate::base::Name;
use crate::emit::core::Place;
use crate::emit::core::data::{self, Fields};
use crate::plan::Expr;
use crate::yaml::Tree;

/// The `trafficRouting` of `nginx(..)`, `istio(..)`, …, of a list of them, or as the API has it.
pub(crate) fn traffic_routing(route: &Expr, place: Place<'_>) -> Tree {
    let mut all = json!({});
    for made in route.elements() {
        data::merge(&mut all, &one(&made, place));
    }
    all
}

fn one(made: &Expr, place: Place<'_>) -> Tree {
    let tree = |word: &str| made.get(word).map(|it| data::tree(&it, place.plan));
    let text = |word: &str| tree(word).filter(|it| !it.is_null());
    let mut fields = Fields::default();
    match made.maker().map(Name::as_str) {
        Some("nginx") => {
            fields.put_some("stableIngress", text("ingress"));
            fields.put_some("annotationPrefix", text("annotation-prefix"));
            json!({ "nginx": Tree::from(fields) })
        }
        Some("alb") => {
            fields.put_some("ingress", text("ingress"));
            fields.put_some("servicePort", text("port"));
            fields.put_some("rootService", text("root-service"));
            json!({ "alb": Tree::from(fields) })
        }
        Some("istio") => istio(&text),
        Some("traefik") => json!({ "traefik": { "weightedTraefikServiceName": text("service") } }),
        Some("smi") => {
            fields.put_some("rootService", text("root-service"));
            fields.put_some("trafficSplitName", text("traffic-split"));
            json!({ "smi": Tree::from(fields) })
        }
        Some("gateway-api") => {
            fields.put_some("httpRoute", text("http-route"));
            let namespace = place.environment.map(|it| it.namespace.as_str());
            fields.put_some("namespace", namespace);
            json!({ "plugins": { "argoproj-labs/gatewayAPI": Tree::from(fields) } })
        }
        _ => data::tree(made, place.plan),
    }
}

fn istio(text: &dyn Fn(&str) -> Option<Tree>) -> Tree {
    let mut service = Fields::default();
    service.put_some("name", text("virtual-service"));
    service.put_filled("routes", text("routes").unwrap_or_default());
    let mut rule = Fields::default();
    if let Some(name) = text("destination-rule") {
        rule.put("name", name);
        rule.put_some("stableSubsetName", text("stable-subset"));
        rule.put_some("canarySubsetName", text("canary-subset"));
    }
    let mut fields = Fields::default();
    fields.put("virtualService", Tree::from(service));
    fields.put_filled("destinationRule", rule);
    json!({ "istio": Tree::from(fields) })
}
