//! Secrets that the cluster fetches from a store.

use serde_json::json;

use crate::emit::core::data::{self, Fields};
use crate::emit::core::{Place, envelope};
use crate::plan::env::Secret;
use crate::value::Value;
use crate::yaml::Tree;

/// The ExternalSecret of `external("vault", path: "…")`; `None` where the Secret exists already.
pub(crate) fn external_secret(secret: &Secret, place: Place<'_>) -> Option<Tree> {
    let made = secret.from.as_ref()?;
    if made.maker()? != "external" {
        return None;
    }
    let text = |field: &str| made.get(field).map(|it| data::text(&it, place.plan));
    let cluster_store = made.get("cluster-store");
    let kind = match cluster_store.as_ref().and_then(|it| it.value()?.as_bool()) {
        Some(true) => "ClusterSecretStore",
        _ => "SecretStore",
    };
    let path = text("path");
    let mut spec = Fields::default();
    if let Some(Value::Duration(time)) = made.get("refresh").as_ref().and_then(|it| it.value()) {
        spec.put("refreshInterval", data::duration(*time));
    }
    spec.put(
        "secretStoreRef",
        json!({ "name": text("store"), "kind": kind }),
    );
    let entry = |key: &crate::base::Name| {
        let remote = json!({ "key": path, "property": key.as_str() });
        json!({ "secretKey": key.as_str(), "remoteRef": remote })
    };
    spec.put("data", secret.keys.iter().map(entry).collect::<Tree>());
    let mut body = Fields::default();
    body.put("spec", Tree::from(spec));
    let mut metadata = Fields::default();
    metadata.put("name", secret.name.as_str());
    Some(envelope(
        "external-secrets.io/v1",
        "ExternalSecret",
        metadata,
        body,
    ))
}

/// Whether an object reads the Secret.
pub(crate) fn is_read(object: &Tree, secret: &str) -> bool {
    match object {
        Tree::Object(fields) => fields.iter().any(|(key, it)| match key.as_str() {
            "secretKeyRef" | "secretRef" => it.get("name").and_then(Tree::as_str) == Some(secret),
            "secretName" => it.as_str() == Some(secret),
            _ => is_read(it, secret),
        }),
        Tree::Array(items) => items.iter().any(|it| is_read(it, secret)),
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => false,
    }
}
