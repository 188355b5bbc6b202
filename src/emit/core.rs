//! Apps as objects of Kubernetes: the workload and what it needs, exactly what the app's fields ask for.

pub(crate) mod config;
pub(crate) mod container;
pub(crate) mod data;
pub(crate) mod network;
pub(crate) mod observe;
pub(crate) mod pod;
pub(crate) mod scale;
pub(crate) mod secret;
pub(crate) mod service;
pub(crate) mod volume;
pub(crate) mod workload;

use indexmap::IndexMap;

use crate::base::Name;
use crate::emit::core::data::Fields;
use crate::plan::app::{App, PATCH_WORDS};
use crate::plan::env::Environment;
use crate::plan::{Meta, Object, Plan};
use crate::schema::Node;
use crate::yaml::Tree;

/// The label that says of which app an object is.
pub(crate) const NAME_LABEL: &str = "app.kubernetes.io/name";

/// Where an app runs: its environment, or none where the program has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) environment: Option<&'a Environment>,
}

impl<'a> Place<'a> {
    pub(crate) fn app(self, name: &str) -> Option<&'a App> {
        let apps = self.environment.map_or(&self.plan.apps, |it| &it.apps);
        apps.get(name)
    }
}

/// All objects of an app, the workload first.
pub(crate) fn app_objects(app: &App, place: Place<'_>) -> Vec<Tree> {
    let mut objects = vec![workload::workload(app, place)];
    objects.extend(service::services(app, place));
    objects.extend(config::config_map(app, place));
    objects.extend(scale::account(app, place));
    objects.extend(scale::autoscaler(app, place));
    objects.extend(scale::disruption_budget(app, place));
    objects.extend(network::policy(app, place));
    objects.extend(observe::pod_monitor(app, place));
    objects.extend(observe::rules(app, place));
    if let Some(patches) = &app.patch {
        let patches = data::tree(patches, place.plan);
        objects.iter_mut().for_each(|it| amend(it, &patches));
    }
    objects
}

/// `patch: { service: { … } }`: lays fields over the object that the word means.
fn amend(object: &mut Tree, patches: &Tree) {
    let word = object.get("kind").and_then(Tree::as_str).and_then(word_of);
    let Some(patch) = word.and_then(|it| patches.get(it)) else {
        return;
    };
    match schema_of(object) {
        Some(node) => data::merge_as(object, patch, &node),
        None => data::merge(object, patch),
    }
}

/// What the published schema of an object's kind says, where there is one.
fn schema_of(object: &Tree) -> Option<Node> {
    let text = |field: &str| object.get(field).and_then(Tree::as_str);
    let kind = crate::schema::find(text("apiVersion")?, text("kind")?)?;
    kind.object().map(Node::Object)
}

/// The word for an object of an app in `patch:`.
fn word_of(kind: &str) -> Option<&'static str> {
    let found = PATCH_WORDS.iter().find(|(_, kinds)| kinds.contains(&kind));
    found.map(|(word, _)| *word)
}

/// An object of an app, with the app's labels.
pub(crate) fn object(
    api_version: &str,
    kind: &str,
    name: &str,
    app: &App,
    place: Place<'_>,
    body: Fields,
) -> Tree {
    let mut labels = data::record([(NAME_LABEL, app.meta.name.as_str())]);
    data::merge(&mut labels, &expressions(&app.meta.labels, place.plan));
    let mut metadata = Fields::default();
    metadata.put("name", name);
    metadata.put("labels", labels);
    envelope(api_version, kind, metadata, body)
}

/// `apiVersion`, `kind`, `metadata`, and the rest behind them.
pub(crate) fn envelope(api_version: &str, kind: &str, metadata: Fields, body: Fields) -> Tree {
    let mut fields = Fields::default();
    fields.put("apiVersion", api_version);
    fields.put("kind", kind);
    fields.put("metadata", metadata);
    let mut tree = Tree::from(fields);
    data::merge(&mut tree, &body.into());
    tree
}

/// An object that is passed on as it is written.
pub(crate) fn plain_object(object: &Object, plan: &Plan) -> Tree {
    let mut body = Fields::default();
    for (key, value) in &object.body {
        body.put(key, data::tree(value, plan));
    }
    let metadata = metadata(&object.meta, plan);
    envelope(&object.api_version, &object.kind, metadata, body)
}

/// The metadata that an item states itself.
pub(crate) fn metadata(meta: &Meta, plan: &Plan) -> Fields {
    let mut fields = Fields::default();
    // Where the API server makes the name there is none.
    let made = meta.metadata.as_ref().and_then(|it| it.get("generateName"));
    if made.is_none() {
        fields.put("name", meta.name.as_str());
    }
    fields.put_some("namespace", meta.namespace.as_deref());
    fields.put_filled("labels", expressions(&meta.labels, plan));
    fields.put_filled("annotations", expressions(&meta.annotations, plan));
    let Some(more) = &meta.metadata else {
        return fields;
    };
    let mut all = Tree::from(fields);
    data::merge(&mut all, &data::tree(more, plan));
    let mut fields = Fields::default();
    for (key, value) in all.as_object().into_iter().flatten() {
        fields.put(key, value.clone());
    }
    fields
}

/// A map of texts: labels, annotations.
pub(crate) fn expressions(map: &IndexMap<Name, crate::plan::Expr>, plan: &Plan) -> Tree {
    data::record(map.iter().map(|(key, it)| (key, data::text(it, plan))))
}

/// The labels by which the app's pods are found.
pub(crate) fn selector(app: &App) -> Tree {
    if app.selector.is_empty() {
        return data::record([(NAME_LABEL, app.meta.name.as_str())]);
    }
    data::record(app.selector.iter().map(|(key, it)| (key, it.as_str())))
}
