//! One container of an app.

use indexmap::IndexMap;
use serde_json::json;

use crate::base::Name;
use crate::emit::core::Place;
use crate::emit::core::data::{self, Fields};
use crate::emit::core::volume::Volumes;
use crate::plan::app::{Container, Port};
use crate::plan::{EnvValue, Expr, Plan};
use crate::value::Value;
use crate::yaml::Tree;

/// The container as the API has it; `security` is its level of Pod Security, `config_map` the one of its app.
pub(crate) fn container(
    container: &Container,
    security: Option<&str>,
    config_map: Option<&str>,
    place: Place<'_>,
    volumes: &mut Volumes<'_>,
) -> Tree {
    let plan = place.plan;
    let mut fields = Fields::default();
    fields.put("name", container.name.as_str());
    let image = container.image.as_ref();
    fields.put_some("image", image.map(|it| data::text(it, plan)));
    fields.put_filled("command", texts(&container.command, plan));
    fields.put_filled("args", texts(&container.args, plan));
    let own = ["envFrom", "securityContext"];
    let extra = container.extra.iter();
    for (key, value) in extra.filter(|(key, _)| !own.contains(&key.as_str())) {
        fields.put_filled(key, data::tree(value, plan));
    }
    fields.put_filled("ports", ports(&container.ports));
    fields.put_filled("envFrom", sources(container, config_map, plan));
    fields.put_filled("env", environment(&container.env, plan));
    fields.put_filled("resources", resources(&container.resources, plan));
    for (kind, field) in PROBES {
        if let Some(made) = container.health.get(*kind) {
            fields.put_filled(field, probe(made, container, plan));
        }
    }
    fields.put_filled(
        "securityContext",
        security_context(container, security, plan),
    );
    fields.put_filled("volumeMounts", volumes.mount(container));
    let lifecycle = container.lifecycle.as_ref();
    fields.put_some("lifecycle", lifecycle.map(|it| data::tree(it, plan)));
    fields.into()
}

/// wudi's word for a probe, and the API's field.
const PROBES: &[(&str, &str)] = &[
    ("started", "startupProbe"),
    ("ready", "readinessProbe"),
    ("live", "livenessProbe"),
];

/// The keys of the app's ConfigMap as variables, and what the container states itself.
fn sources(container: &Container, config_map: Option<&str>, plan: &Plan) -> Tree {
    let own = config_map.map(|it| json!({ "configMapRef": { "name": it } }));
    let mut all: Vec<Tree> = own.into_iter().collect();
    let more = container.extra.get("envFrom");
    if let Some(Tree::Array(more)) = more.map(|it| data::tree(it, plan)) {
        all.extend(more);
    }
    Tree::Array(all)
}

fn texts(all: &[Expr], plan: &Plan) -> Tree {
    all.iter().map(|it| data::text(it, plan)).collect()
}

fn ports(ports: &IndexMap<Name, Port>) -> Tree {
    let port = |(name, port): (&Name, &Port)| {
        let mut fields = Fields::default();
        fields.put("name", name.as_str());
        fields.put("containerPort", port.container);
        fields.put_some("protocol", protocol(port));
        Tree::from(fields)
    };
    ports.iter().map(port).collect()
}

/// The protocol, where it is not the API's default.
pub(crate) fn protocol(port: &Port) -> Option<&str> {
    port.protocol.as_deref().filter(|it| *it != "TCP")
}

/// Variables, each with its value or where it is read from.
fn environment(env: &IndexMap<Name, EnvValue>, plan: &Plan) -> Tree {
    let variable = |(name, value): (&Name, &EnvValue)| match value {
        EnvValue::Text(text) => json!({ "name": name.as_str(), "value": data::text(text, plan) }),
        EnvValue::Source(source) => {
            json!({ "name": name.as_str(), "valueFrom": data::tree(source, plan) })
        }
        EnvValue::Secret {
            name: secret, key, ..
        } => {
            let from = json!({ "secretKeyRef": { "name": secret.as_str(), "key": key.as_str() } });
            json!({ "name": name.as_str(), "valueFrom": from })
        }
        EnvValue::Config { name: map, key, .. } => {
            let from = json!({ "configMapKeyRef": { "name": map.as_str(), "key": key.as_str() } });
            json!({ "name": name.as_str(), "valueFrom": from })
        }
        EnvValue::Field { path, .. } => {
            let from = json!({ "fieldRef": { "fieldPath": path.as_str() } });
            json!({ "name": name.as_str(), "valueFrom": from })
        }
    };
    env.iter().map(variable).collect()
}

/// `request..=limit`; one value is both.
fn resources(resources: &IndexMap<Name, Expr>, plan: &Plan) -> Tree {
    let (mut requests, mut limits) = (Fields::default(), Fields::default());
    for (name, amount) in resources {
        let Some(amount) = amount.value() else {
            continue;
        };
        let (request, limit) = if let Value::Range(ends) = amount {
            (&ends.0, &ends.1)
        } else {
            (amount, amount)
        };
        let stated = |it: &Value| (!it.is_none()).then(|| data::plain(it, plan));
        requests.put_some(name, stated(request));
        limits.put_some(name, stated(limit));
    }
    let mut fields = Fields::default();
    fields.put_filled("requests", requests);
    fields.put_filled("limits", limits);
    fields.into()
}

/// `http(..)`, `tcp(..)`, `exec(..)` as the API's probe.
fn probe(made: &Expr, container: &Container, plan: &Plan) -> Tree {
    let mut fields = Fields::default();
    let stated = |field: &str| made.get(field).and_then(|it| it.value().cloned());
    let port = || match made.get("port").and_then(|it| it.text().map(str::to_owned)) {
        Some(port) => Tree::String(port),
        None => container
            .ports
            .keys()
            .next()
            .map_or(Tree::Null, |it| Tree::String(it.to_string())),
    };
    match made.maker().map(Name::as_str) {
        Some("http") => {
            let path = made.get("path").map(|it| data::text(&it, plan));
            fields.put("httpGet", json!({ "path": path, "port": port() }));
        }
        Some("tcp") => fields.put("tcpSocket", json!({ "port": port() })),
        Some("exec") => {
            let command = made.get("command").map(|it| data::tree(&it, plan));
            fields.put("exec", json!({ "command": command }));
        }
        _ => return data::tree(made, plan),
    }
    for (word, field) in [
        ("delay", "initialDelaySeconds"),
        ("every", "periodSeconds"),
        ("timeout", "timeoutSeconds"),
    ] {
        if let Some(Value::Duration(time)) = stated(word) {
            fields.put(field, data::seconds(time));
        }
    }
    if let Some(Value::Int(fails)) = stated("fails") {
        fields.put("failureThreshold", fails);
    }
    fields.into()
}

/// What the level of Pod Security asks of each container.
fn security_context(container: &Container, level: Option<&str>, plan: &Plan) -> Tree {
    let mut context = match level {
        Some("restricted") => {
            json!({ "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } })
        }
        Some("baseline") => json!({ "allowPrivilegeEscalation": false }),
        _ => json!({}),
    };
    if let Some(stated) = container.extra.get("securityContext") {
        data::merge(&mut context, &data::tree(stated, plan));
    }
    context
}
