//! Argo CD: an AppProject that allows exactly what is used, an Application for each environment and for each cluster with objects
//! of its own.

use std::collections::BTreeSet;

use serde_json::json;

use crate::base::Name;
use crate::diag::Sink;
use crate::emit::Files;
use crate::emit::core::data::{self, Fields};
use crate::emit::core::{Place, envelope};
use crate::emit::kustomize::objects::{self, Piece};
use crate::plan::env::{Cluster, Delivery, Environment, Sync};
use crate::plan::{Expr, Plan};
use crate::value::{Thing, Value};
use crate::yaml::Tree;

const API_VERSION: &str = "argoproj.io/v1alpha1";

/// The cluster that Argo CD itself runs in.
const OWN_SERVER: &str = "https://kubernetes.default.svc";

/// A directory of the output that an Application carries somewhere.
struct Carried<'a> {
    /// The Application's name behind that of the delivery, and its file's.
    name: String,
    directory: String,
    cluster: Option<&'a Cluster>,
    namespace: Name,
    sync: Option<&'a Sync>,
    pieces: Vec<Piece>,
}

pub(crate) fn emit(plan: &Plan, files: &mut Files, _sink: &mut Sink) {
    for delivery in plan.deliveries.values() {
        let carried = carried(plan, delivery);
        if carried.is_empty() {
            continue;
        }
        let prefix = match plan.deliveries.len() {
            1 => String::new(),
            _ => format!("{}-", delivery.name),
        };
        let project = project(plan, delivery, &carried);
        files.add(
            format!("argocd/{prefix}project.yaml"),
            delivery.span,
            &project,
        );
        for it in &carried {
            let path = format!("argocd/{prefix}{}.yaml", it.name);
            files.add(path, delivery.span, &application(plan, delivery, it));
        }
    }
}

fn carried<'a>(plan: &'a Plan, delivery: &'a Delivery) -> Vec<Carried<'a>> {
    let environment = |it: &'a Environment| {
        let place = Place {
            plan,
            environment: Some(it),
        };
        Carried {
            name: it.name.to_string(),
            directory: format!("envs/{}", it.name),
            cluster: it.cluster.as_ref().and_then(|it| plan.clusters.get(it)),
            namespace: it.namespace.clone(),
            sync: it.sync.as_ref().or(delivery.sync.as_ref()),
            pieces: objects::of(place),
        }
    };
    let cluster = |(name, pieces): (Name, Vec<Piece>)| Carried {
        name: format!("cluster-{name}"),
        directory: format!("clusters/{name}"),
        cluster: plan.clusters.get(&name),
        namespace: pieces
            .iter()
            .find_map(namespace)
            .unwrap_or_else(|| Name::new("default")),
        sync: delivery.sync.as_ref(),
        pieces,
    };
    let environments = plan.environments.values().map(environment);
    let clusters = objects::of_clusters(plan).into_iter().map(cluster);
    let all = environments.chain(clusters);
    all.filter(|it| !it.pieces.is_empty()).collect()
}

/// The namespace that an object states.
fn namespace(piece: &Piece) -> Option<Name> {
    let stated = piece.tree.get("metadata")?.get("namespace")?;
    stated.as_str().map(Name::new)
}

fn metadata(name: &str, delivery: &Delivery) -> Fields {
    let mut fields = Fields::default();
    fields.put("name", name);
    fields.put("namespace", delivery.namespace.as_str());
    fields
}

fn application(plan: &Plan, delivery: &Delivery, it: &Carried<'_>) -> Tree {
    let path = delivery.path.trim_end_matches('/');
    let path = match path {
        "." | "" => it.directory.clone(),
        path => format!("{path}/{}", it.directory),
    };
    let repository = plan.repositories.get(&delivery.repository);
    let branch = repository
        .and_then(|it| it.branch.as_deref())
        .unwrap_or("HEAD");
    let mut spec = Fields::default();
    spec.put("project", project_name(delivery));
    let source = json!({ "repoURL": repository_url(plan, delivery), "targetRevision": branch, "path": path });
    spec.put("source", source);
    spec.put("destination", destination(it.cluster, &it.namespace));
    if let Some(Sync::Automatic { prune, self_heal }) = it.sync {
        let mut automated = Fields::default();
        automated.put_some("prune", prune.then_some(true));
        automated.put_some("selfHeal", self_heal.then_some(true));
        spec.put("syncPolicy", json!({ "automated": Tree::from(automated) }));
    }
    let mut body = Fields::default();
    body.put("spec", Tree::from(spec));
    let name = application_name(delivery, &it.name);
    envelope(API_VERSION, "Application", metadata(&name, delivery), body)
}

fn application_name(delivery: &Delivery, of: &str) -> String {
    format!("{}-{of}", delivery.name)
}

fn project_name(delivery: &Delivery) -> &str {
    delivery.project.as_deref().unwrap_or(&delivery.name)
}

fn repository_url<'a>(plan: &'a Plan, delivery: &Delivery) -> &'a str {
    let repository = plan.repositories.get(&delivery.repository);
    repository.map_or("", |it| it.url.as_str())
}

/// A cluster by its address, or by the name that Argo CD knows it by.
fn destination(cluster: Option<&Cluster>, namespace: &str) -> Tree {
    let mut fields = Fields::default();
    match cluster.map(|it| (&it.server, &it.context)) {
        Some((Some(server), _)) => fields.put("server", server.as_str()),
        Some((None, Some(context))) => fields.put("name", context.as_str()),
        Some((None, None)) | None => fields.put("server", OWN_SERVER),
    }
    fields.put("namespace", namespace);
    fields.into()
}

fn project(plan: &Plan, delivery: &Delivery, carried: &[Carried<'_>]) -> Tree {
    let mut destinations: Vec<Tree> = Vec::new();
    let (mut wide, mut namespaced) = (BTreeSet::new(), BTreeSet::new());
    for it in carried {
        let stated = it.pieces.iter().filter_map(namespace);
        for namespace in std::iter::once(it.namespace.clone()).chain(stated) {
            let destination = destination(it.cluster, &namespace);
            if !destinations.contains(&destination) {
                destinations.push(destination);
            }
        }
        let in_environment = it.directory.starts_with("envs/");
        for piece in &it.pieces {
            let in_namespace = in_environment || namespace(piece).is_some();
            let kinds = if in_namespace {
                &mut namespaced
            } else {
                &mut wide
            };
            kinds.insert(group_and_kind(piece));
        }
    }
    let mut spec = Fields::default();
    spec.put("sourceRepos", json!([repository_url(plan, delivery)]));
    spec.put("destinations", destinations);
    spec.put_filled("clusterResourceWhitelist", kinds(wide));
    spec.put_filled("namespaceResourceWhitelist", kinds(namespaced));
    let windows = delivery.windows.iter().map(|it| window(it, delivery));
    spec.put_filled("syncWindows", windows.collect::<Tree>());
    let mut body = Fields::default();
    body.put("spec", Tree::from(spec));
    let metadata = metadata(project_name(delivery), delivery);
    envelope(API_VERSION, "AppProject", metadata, body)
}

/// The group, `""` for the core's, and the kind.
fn group_and_kind(piece: &Piece) -> (String, String) {
    let (api_version, kind, _) = piece.key();
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    (group.to_owned(), kind)
}

fn kinds(all: BTreeSet<(String, String)>) -> Tree {
    let kind = |(group, kind)| json!({ "group": group, "kind": kind });
    all.into_iter().map(kind).collect()
}

/// `deny("0 18 * * 5", for: 60h, envs: [prod])`
fn window(made: &Expr, delivery: &Delivery) -> Tree {
    let value = |word: &str| made.get(word).and_then(|it| it.value().cloned());
    let text = |word: &str| value(word).and_then(|it| it.as_str().map(str::to_owned));
    let mut fields = Fields::default();
    fields.put_some("kind", made.maker().map(Name::as_str));
    fields.put_some("schedule", text("schedule"));
    if let Some(Value::Duration(time)) = value("for") {
        fields.put("duration", data::duration(time));
    }
    fields.put_some("timeZone", text("zone"));
    let environments = value("envs");
    let environments = environments.as_ref().and_then(Value::as_list);
    let environments: Vec<String> = environments
        .into_iter()
        .flatten()
        .filter_map(environment_name)
        .map(|it| application_name(delivery, it))
        .collect();
    if environments.is_empty() {
        fields.put("applications", json!(["*"]));
    } else {
        fields.put("applications", environments);
    }
    if value("manual").and_then(|it| it.as_bool()) == Some(true) {
        fields.put("manualSync", true);
    }
    fields.into()
}

fn environment_name(value: &Value) -> Option<&str> {
    match value {
        Value::Thing(Thing { name, .. }) | Value::Str(name) => Some(name),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Make(_) => None,
    }
}
