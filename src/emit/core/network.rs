//! The NetworkPolicy of an app.

use serde_json::json;

use crate::base::Name;
use crate::emit::core::data::{self, Fields};
use crate::emit::core::{NAME_LABEL, Place, object, selector};
use crate::plan::Expr;
use crate::plan::app::App;
use crate::value::Value;
use crate::yaml::Tree;

/// The policy; a direction that the app does not state stays free.
pub(crate) fn policy(app: &App, place: Place<'_>) -> Option<Tree> {
    let network = app.network.as_ref()?;
    let mut spec = Fields::default();
    spec.put("podSelector", json!({ "matchLabels": selector(app) }));
    let stated = [("Ingress", &network.from), ("Egress", &network.to)];
    let types = stated.iter().filter(|(_, peers)| peers.is_some());
    let types: Tree = types.map(|(word, _)| *word).collect();
    spec.put("policyTypes", types);
    if let Some(peers) = &network.from {
        spec.put_filled("ingress", rules(peers, "from", place));
    }
    if let Some(peers) = &network.to {
        spec.put_filled("egress", rules(peers, "to", place));
    }
    let mut body = Fields::default();
    body.put("spec", Tree::from(spec));
    Some(object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        &app.meta.name,
        app,
        place,
        body,
    ))
}

/// One rule for each set of ports, in the order of the peers.
fn rules(peers: &[Expr], word: &str, place: Place<'_>) -> Tree {
    let mut rules: Vec<(Tree, Vec<Tree>)> = Vec::new();
    for made in peers {
        let ports = ports(made);
        let peer = peer(made, place);
        match rules.iter_mut().find(|(it, _)| *it == ports) {
            Some((_, peers)) => peers.push(peer),
            None => rules.push((ports, vec![peer])),
        }
    }
    let rule = |(ports, peers): (Tree, Vec<Tree>)| {
        let mut fields = Fields::default();
        fields.put(word, peers);
        fields.put_filled("ports", ports);
        Tree::from(fields)
    };
    rules.into_iter().map(rule).collect()
}

fn ports(made: &Expr) -> Tree {
    if made.maker().is_some_and(|it| it == "dns") {
        return json!([{ "protocol": "UDP", "port": 53 }, { "protocol": "TCP", "port": 53 }]);
    }
    match made.get("port").as_ref().and_then(Expr::value) {
        Some(Value::Int(port)) => json!([{ "protocol": "TCP", "port": port }]),
        _ => Tree::Null,
    }
}

/// `namespace(..)`, `dns()`, `pods(..)`, `cidr(..)`.
fn peer(made: &Expr, place: Place<'_>) -> Tree {
    let text = |field: &str| made.get(field).and_then(|it| it.text().map(str::to_owned));
    match made.maker().map(Name::as_str) {
        Some("namespace") => in_namespace(text("name").as_deref().unwrap_or_default()),
        Some("dns") => {
            let mut peer = in_namespace("kube-system");
            let pods = json!({ "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } } });
            data::merge(&mut peer, &pods);
            peer
        }
        Some("pods") => {
            let app = made.get("app").and_then(|it| it.thing().cloned());
            let name = app.map(|it| it.name).unwrap_or_default();
            let labels = place.app(&name).map(selector);
            let labels = labels.unwrap_or_else(|| json!({ NAME_LABEL: name.as_str() }));
            json!({ "podSelector": { "matchLabels": labels } })
        }
        Some("cidr") => json!({ "ipBlock": { "cidr": text("block") } }),
        _ => data::tree(made, place.plan),
    }
}

fn in_namespace(name: &str) -> Tree {
    json!({ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": name } } })
}
