//! What Pipelines as Code makes of the objects of a repository before Tekton sees any: runs in which all that they call by name
//! is embedded. Pipelines and tasks themselves it never creates.

use std::collections::HashSet;

use crate::admit::pac::annotations;
use crate::admit::{Kind, Object, convert};
use crate::yaml::Node;
use crate::yaml::node::{Data, Entry};

/// Whether events start the run.
pub(crate) fn is_started(object: &Object) -> bool {
    object.kind == Kind::PipelineRun && annotations::of(object).any(|it| it.0.starts_with("on-"))
}

/// Embeds into each run that events start what it calls. Gives the places, among the objects, of what stands in a run now.
pub(crate) fn runs(objects: &mut [Object]) -> HashSet<usize> {
    let mut used = HashSet::new();
    let started = |it: &&mut Object| is_started(it) && !it.broken;
    if !objects.iter_mut().any(|it| started(&it)) {
        return used;
    }
    let callees: Vec<Object> = { objects.iter() }
        .map(|it| match it.kind {
            Kind::Task | Kind::Pipeline => convert::to_v1(it),
            Kind::TaskRun
            | Kind::PipelineRun
            | Kind::StepAction
            | Kind::CustomRun
            | Kind::Repository
            | Kind::Other => it.clone(),
        })
        .collect();
    for object in objects.iter_mut().filter(started) {
        let has_remote = annotations::of(object).any(|it| it.0 == "pipeline");
        let mut run = convert::to_v1(object);
        generate_name(&mut run.root);
        let Some(spec) = field(&mut run.root, "spec") else {
            continue;
        };
        if !has_remote {
            embed_pipeline(spec, &callees, &mut used);
        }
        if let Some(pipeline) = field(spec, "pipelineSpec") {
            embed_tasks(pipeline, &callees, &mut used);
        }
        *object = run;
    }
    used
}

/// Each run gets a name of its own, made of the one that stands there.
fn generate_name(root: &mut Node) {
    let metadata = field(root, "metadata").and_then(entries);
    for entry in metadata.into_iter().flatten() {
        if entry.key == "name" {
            "generateName".clone_into(&mut entry.key);
        }
    }
}

/// The first object of a kind and name, which is the one that is taken.
fn find<'o>(callees: &'o [Object], kind: Kind, name: &str) -> Option<(usize, &'o Object)> {
    let mut all = callees.iter().enumerate();
    all.find(|(_, it)| it.kind == kind && it.name() == name && !it.broken)
}

fn embed_pipeline(spec: &mut Node, callees: &[Object], used: &mut HashSet<usize>) {
    let Some(entries) = entries(spec) else {
        return;
    };
    let Some(entry) = entries.iter_mut().find(|it| it.key == "pipelineRef") else {
        return;
    };
    let name = entry.value.text_of("name").to_owned();
    let is_remote = !entry.value.text_of("resolver").is_empty();
    let found = find(callees, Kind::Pipeline, &name).filter(|_| !is_remote);
    if let Some((at, pipeline)) = found
        && let Some(spec) = pipeline.spec()
    {
        used.insert(at);
        "pipelineSpec".clone_into(&mut entry.key);
        entry.value = spec.clone();
    }
}

fn embed_tasks(pipeline: &mut Node, callees: &[Object], used: &mut HashSet<usize>) {
    for key in ["tasks", "finally"] {
        let tasks = field(pipeline, key).map(|it| &mut it.data);
        let Some(Data::List(tasks)) = tasks else {
            continue;
        };
        for task in tasks {
            embed_task(task, callees, used);
        }
    }
}

fn embed_task(task: &mut Node, callees: &[Object], used: &mut HashSet<usize>) {
    let Some(entries) = entries(task) else {
        return;
    };
    let Some(entry) = entries.iter_mut().find(|it| it.key == "taskRef") else {
        return;
    };
    let reference = &entry.value;
    let version = reference.text_of("apiVersion");
    let is_local = reference.text_of("resolver").is_empty()
        && (version.is_empty() || version.starts_with("tekton.dev/"))
        && reference.text_of("kind") != "ClusterTask";
    let name = reference.text_of("name").to_owned();
    let found = find(callees, Kind::Task, &name).filter(|_| is_local);
    let Some((at, called)) = found else {
        return;
    };
    let Some(spec) = called.spec() else {
        return;
    };
    used.insert(at);
    let mut spec = spec.clone();
    let said = called.root.get("metadata");
    let kept = |key: &&str| said.and_then(|it| it.entry(key)).cloned();
    let metadata: Vec<Entry> = ["labels", "annotations"].iter().filter_map(kept).collect();
    if let Data::Map(fields) = &mut spec.data
        && let Some(said) = said
        && !metadata.is_empty()
    {
        fields.push(Entry {
            at: said.span,
            key: "metadata".to_owned(),
            value: Node::new(said.span, Data::Map(metadata)),
        });
    }
    "taskSpec".clone_into(&mut entry.key);
    entry.value = spec;
}

fn entries(node: &mut Node) -> Option<&mut Vec<Entry>> {
    match &mut node.data {
        Data::Map(entries) => Some(entries),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::List(_) => None,
    }
}

fn field<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    let found = entries(node)?.iter_mut().find(|it| it.key == key)?;
    Some(&mut found.value)
}
