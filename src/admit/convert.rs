//! `v1beta1` objects as `v1`, by the conversion of Tekton's webhook: fields that moved or are called otherwise. Step actions,
//! which have no `v1`, are the same in both of their versions.

use crate::admit::{Kind, Object, Version};
use crate::yaml::Node;
use crate::yaml::node::{Data, Entry};

/// The object as `v1` has it; one that is `v1` already, or has no `v1`, is left alone.
pub(crate) fn to_v1(object: &Object) -> Object {
    let mut object = object.clone();
    if object.kind == Kind::StepAction {
        for entry in fields(&mut object.root).filter(|it| it.key == "apiVersion") {
            entry.value.data = Data::String("tekton.dev/v1beta1".to_owned());
        }
        return object;
    }
    let served = match object.kind {
        Kind::Task | Kind::Pipeline | Kind::TaskRun | Kind::PipelineRun => true,
        Kind::StepAction | Kind::CustomRun | Kind::Repository | Kind::Other => false,
    };
    if object.version != Version::V1beta1 || !served {
        return object;
    }
    object.version = Version::V1;
    for entry in fields(&mut object.root) {
        match entry.key.as_str() {
            "apiVersion" => entry.value.data = Data::String("tekton.dev/v1".to_owned()),
            "spec" => spec(&mut entry.value, object.kind),
            _ => {}
        }
    }
    object
}

fn spec(node: &mut Node, kind: Kind) {
    match kind {
        Kind::Task => task(node),
        Kind::Pipeline => pipeline(node),
        Kind::TaskRun => {
            overrides(node);
            with(node, "taskSpec", task);
        }
        Kind::PipelineRun => {
            with(node, "pipelineSpec", pipeline);
            pipeline_run(node);
        }
        Kind::StepAction | Kind::CustomRun | Kind::Repository | Kind::Other => {}
    }
}

fn pipeline(node: &mut Node) {
    for key in ["tasks", "finally"] {
        each(node, key, |it| {
            with(it, "taskSpec", task);
            // What the conversion does not know is lost.
            remove(it, &["pipelineRef", "pipelineSpec"]);
            each(it, "params", valued);
        });
    }
}

/// An argument that has no value becomes one of no text.
fn valued(param: &mut Node) {
    let span = param.span;
    if param.get("value").is_none_or(Node::is_null)
        && let Some(entries) = entries_mut(param)
    {
        entries.retain(|it| it.key != "value");
        entries.push(Entry {
            at: span,
            key: "value".to_owned(),
            value: Node::new(span, Data::String(String::new())),
        });
    }
}

fn task(node: &mut Node) {
    /// What a step of `v1beta1` may say and nothing reads.
    const DEAD: &[&str] = &[
        "ports",
        "livenessProbe",
        "readinessProbe",
        "startupProbe",
        "lifecycle",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "stdin",
        "stdinOnce",
        "tty",
    ];
    each(node, "steps", |it| {
        rename(it, "resources", "computeResources");
        remove(it, DEAD);
    });
    each(node, "sidecars", |it| {
        rename(it, "resources", "computeResources")
    });
    with(node, "stepTemplate", |it| {
        rename(it, "resources", "computeResources");
        remove(it, DEAD);
        remove(it, &["name"]);
    });
}

fn overrides(node: &mut Node) {
    for (from, to) in [
        ("stepOverrides", "stepSpecs"),
        ("sidecarOverrides", "sidecarSpecs"),
    ] {
        each(node, from, |it| rename(it, "resources", "computeResources"));
        rename(node, from, to);
    }
}

fn pipeline_run(node: &mut Node) {
    each(node, "params", valued);
    remove(node, &["managedBy"]);
    each(node, "taskRunSpecs", |it| {
        rename(it, "taskServiceAccountName", "serviceAccountName");
        rename(it, "taskPodTemplate", "podTemplate");
        overrides(it);
    });
    move_into(
        node,
        "taskRunTemplate",
        &["serviceAccountName", "podTemplate"],
    );
    if let Some(mut timeout) = take(node, "timeout") {
        timeout.key = "pipeline".to_owned();
        put(node, "timeouts", timeout);
    }
}

fn move_into(node: &mut Node, parent: &str, keys: &[&str]) {
    for key in keys {
        if let Some(entry) = take(node, key) {
            put(node, parent, entry);
        }
    }
}

/// Puts a field into the map that stands in a field; makes that where it is missing.
fn put(node: &mut Node, parent: &str, entry: Entry) {
    let span = node.span;
    let Some(entries) = entries_mut(node) else {
        return;
    };
    let found = entries.iter_mut().find(|it| it.key == parent);
    match found.and_then(|it| entries_mut(&mut it.value)) {
        Some(inner) => inner.push(entry),
        None => entries.push(Entry {
            at: entry.at,
            key: parent.to_owned(),
            value: Node::new(span, Data::Map(vec![entry])),
        }),
    }
}

fn take(node: &mut Node, key: &str) -> Option<Entry> {
    let entries = entries_mut(node)?;
    let at = entries.iter().position(|it| it.key == key)?;
    Some(entries.remove(at))
}

fn rename(node: &mut Node, from: &str, to: &str) {
    for entry in fields(node).filter(|it| it.key == from) {
        entry.key = to.to_owned();
    }
}

fn remove(node: &mut Node, keys: &[&str]) {
    if let Some(entries) = entries_mut(node) {
        entries.retain(|it| !keys.contains(&it.key.as_str()));
    }
}

fn each(node: &mut Node, key: &str, change: impl Fn(&mut Node)) {
    for entry in fields(node).filter(|it| it.key == key) {
        if let Data::List(items) = &mut entry.value.data {
            items.iter_mut().for_each(&change);
        }
    }
}

fn with(node: &mut Node, key: &str, change: impl Fn(&mut Node)) {
    let mut found = fields(node).filter(|it| it.key == key);
    if let Some(entry) = found.next() {
        change(&mut entry.value);
    }
}

fn fields(node: &mut Node) -> impl Iterator<Item = &mut Entry> {
    entries_mut(node).into_iter().flatten()
}

/// The fields of a map; `None` of anything else.
fn entries_mut(node: &mut Node) -> Option<&mut Vec<Entry>> {
    match &mut node.data {
        Data::Map(entries) => Some(entries),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::List(_) => None,
    }
}
