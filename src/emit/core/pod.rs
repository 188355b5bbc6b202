//! The pod template of an app: its containers and what they share.

use serde_json::json;

use crate::emit::core::data::{self, Fields};
use crate::emit::core::volume::Volumes;
use crate::emit::core::{NAME_LABEL, Place, config, container, selector};
use crate::plan::app::{App, Container};
use crate::schema::Node;
use crate::yaml::Tree;

/// `metadata` and `spec` of the pods.
pub(crate) fn template(app: &App, place: Place<'_>) -> Tree {
    let mut labels = data::record([(NAME_LABEL, app.meta.name.as_str())]);
    data::merge(&mut labels, &selector(app));
    json!({ "metadata": { "labels": labels }, "spec": spec(app, place) })
}

fn spec(app: &App, place: Place<'_>) -> Tree {
    let mut volumes = Volumes::new(app, place);
    let (containers, init) = containers(app, place, &mut volumes);
    let mut fields = Fields::default();
    fields.put_some("serviceAccountName", account_name(app));
    if matches!(
        app.workload,
        crate::plan::app::Workload::Job(_) | crate::plan::app::Workload::Cron(_)
    ) {
        fields.put("restartPolicy", "Never");
    }
    fields.put_filled("securityContext", security(&app.container));
    fields.put_filled("topologySpreadConstraints", spread(app));
    fields.put_filled("initContainers", Tree::Array(init));
    fields.put("containers", containers);
    fields.put_filled("volumes", Tree::Array(volumes.into_list()));
    let mut spec = Tree::from(fields);
    if let Some(more) = &app.pod {
        let more = data::tree(more, place.plan);
        match crate::schema::object_called("PodSpec") {
            Some(id) => data::merge_as(&mut spec, &more, &Node::Object(id)),
            None => data::merge(&mut spec, &more),
        }
    }
    spec
}

/// The containers, and those that start before them: first the ones that end, then the ones that stay.
fn containers(app: &App, place: Place<'_>, volumes: &mut Volumes<'_>) -> (Vec<Tree>, Vec<Tree>) {
    let security = app.container.security.as_deref();
    let config_map = config::name(app, place);
    let config_map = config_map.as_deref();
    let main = with_ports(app);
    let main = container::container(&main, security, config_map, place, volumes);
    let mut one = |it: &Container| {
        let level = it.security.as_deref().or(security);
        container::container(it, level, None, place, volumes)
    };
    let mut all = vec![main];
    all.extend(app.containers.values().map(&mut one));
    let mut init: Vec<Tree> = app.init.values().map(&mut one).collect();
    for sidecar in app.sidecars.values() {
        let mut tree = one(sidecar);
        data::merge(&mut tree, &json!({ "restartPolicy": "Always" }));
        init.push(tree);
    }
    (all, init)
}

/// The main container with the ports of the app, whether they are stated for the one or the other.
fn with_ports(app: &App) -> Container {
    let mut container = app.container.clone();
    for (name, port) in &app.ports {
        let given = container.ports.contains_key(name);
        if !given {
            container.ports.insert(name.clone(), port.clone());
        }
    }
    container
}

/// The ServiceAccount, where the app has one of its own.
pub(crate) fn account_name(app: &App) -> Option<&str> {
    let account = app.account.as_ref()?;
    Some(account.name.as_deref().unwrap_or(&app.meta.name))
}

/// What the level of Pod Security asks of the pod as a whole.
fn security(main: &Container) -> Tree {
    match main.security.as_deref() {
        Some("restricted") => {
            json!({ "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } })
        }
        Some("baseline") => json!({ "seccompProfile": { "type": "RuntimeDefault" } }),
        _ => Tree::Null,
    }
}

/// `spread: "zone"`: pods of one app keep apart as far as there is room.
fn spread(app: &App) -> Tree {
    let key = match app.spread.as_deref() {
        Some("zone") => "topology.kubernetes.io/zone",
        Some("host") => "kubernetes.io/hostname",
        _ => return Tree::Null,
    };
    json!([{
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": { "matchLabels": selector(app) },
    }])
}
