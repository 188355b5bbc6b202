//! A step template laid under the steps: the rules act on what comes out.

use std::borrow::Cow;

use crate::admit::Version;
use crate::base::Span;
use crate::yaml::Node;
use crate::yaml::node::{Data, Entry};

/// Fields of which the step's own stands where it says anything.
const PLAIN: &[&str] = &[
    "image",
    "command",
    "args",
    "workingDir",
    "envFrom",
    "imagePullPolicy",
];

/// Lists whose elements are merged where this field of them is the same.
const KEYED: &[(&str, &str)] = &[
    ("env", "name"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
];

/// What `v1beta1` forgets of a step when it has a template.
const FORGOTTEN: &[&str] = &["results", "params", "workspaces"];

/// The steps of a task as its containers will have them.
pub(crate) fn steps(task: &Node, version: Version) -> Cow<'_, [Node]> {
    let steps = task.list("steps");
    match task.get("stepTemplate").filter(|it| !it.is_null()) {
        Some(template) => {
            let merged = steps.iter().map(|it| merged(template, it, version));
            Cow::Owned(merged.collect())
        }
        None => Cow::Borrowed(steps),
    }
}

/// What stands twice in a list of a step, with others between, though the template has such a list: which Tekton cannot merge.
/// With it, the field, and by what it is known.
pub(crate) fn apart(task: &Node) -> Vec<(&Node, &'static str, &str)> {
    let template = task.get("stepTemplate").filter(|it| !it.is_null());
    let Some(template) = template else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let steps = task.list("steps").iter();
    for step in steps.filter(|it| it.get("ref").is_none_or(Node::is_null)) {
        for (key, by) in KEYED.iter().filter(|it| !template.list(it.0).is_empty()) {
            let own = step.list(key);
            let names = own.iter().map(|it| it.text_of(by));
            let names: Vec<&str> = names.collect();
            let all = own.iter().zip(&names).enumerate();
            found.extend(all.filter_map(|(at, (node, name))| {
                let last = names.get(..at)?.iter().rposition(|it| it == name)?;
                (last + 1 < at).then_some((node, *key, *name))
            }));
        }
    }
    found
}

fn merged(template: &Node, step: &Node, version: Version) -> Node {
    if step.get("ref").is_some_and(|it| !it.is_null()) {
        return step.clone();
    }
    let forgets = version != Version::V1;
    let kept = step.entries().iter();
    let kept = kept.filter(|it| !(forgets && FORGOTTEN.contains(&it.key.as_str())));
    let mut entries: Vec<Entry> = kept.cloned().collect();
    for key in PLAIN {
        if step.get(key).is_none_or(is_empty) {
            entries.retain(|it| it.key != *key);
            entries.extend(template.entry(key).cloned());
        }
    }
    for (key, by) in KEYED {
        let (own, under) = (step.list(key), template.list(key));
        let at = step.entry(key).or_else(|| template.entry(key));
        let Some(at) = at.filter(|_| !under.is_empty()) else {
            continue;
        };
        let value = list(at.value.span, keyed(own, under, by));
        entries.retain(|it| it.key != *key);
        entries.push(Entry {
            at: at.at,
            key: at.key.clone(),
            value,
        });
    }
    map(step.span, entries)
}

fn list(span: Span, items: Vec<Node>) -> Node {
    Node::new(span, Data::List(items))
}

fn map(span: Span, entries: Vec<Entry>) -> Node {
    Node::new(span, Data::Map(entries))
}

fn keyed(own: &[Node], under: &[Node], by: &str) -> Vec<Node> {
    let same = |a: &Node, b: &Node| a.text_of(by) == b.text_of(by);
    let one = |it: &Node| match under.iter().find(|other| same(it, other)) {
        Some(other) => resolved(it, overlay(other, it)),
        None => it.clone(),
    };
    let rest = under.iter();
    let rest = rest.filter(|it| !own.iter().any(|other| same(it, other)));
    own.iter().map(one).chain(rest.cloned()).collect()
}

/// A variable that would have a value and a source of it is the step's alone.
fn resolved(own: &Node, merged: Node) -> Node {
    let sourced = merged.get("valueFrom").is_some_and(|it| !it.is_null());
    if sourced && !merged.text_of("value").is_empty() {
        return own.clone();
    }
    merged
}

/// `over` laid over `under`, map by map.
fn overlay(under: &Node, over: &Node) -> Node {
    let mut entries = under.entries().to_vec();
    for entry in over.entries().iter().filter(|it| !is_empty(&it.value)) {
        match entries.iter_mut().find(|it| it.key == entry.key) {
            Some(there) if matches!(there.value.data, Data::Map(_)) => {
                there.value = overlay(&there.value, &entry.value);
            }
            Some(there) => *there = entry.clone(),
            None => entries.push(entry.clone()),
        }
    }
    map(over.span, entries)
}

/// What Go leaves out when it writes the field.
fn is_empty(node: &Node) -> bool {
    match &node.data {
        Data::Null => true,
        Data::String(it) => it.is_empty(),
        Data::List(it) => it.is_empty(),
        Data::Map(it) => it.is_empty(),
        Data::Bool(_) | Data::Number(_) => false,
    }
}
