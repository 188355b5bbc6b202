//! The texts of a task's spec, each with where it stands: that decides which variables it may use, and who looks.

use crate::yaml::{Entry, Node};

/// Where a text of a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// In the step of that number, where the webhook looks at parameters.
    Step(usize),
    /// In the step of that number, where it does not: `when`, `envFrom`, …
    StepAside(usize),
    Template,
    Sidecar,
    Volume,
    MountPath,
    /// `value` of a result.
    Result,
}

/// A text in a place that Tekton substitutes, or does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    pub(crate) node: &'a Node,
    pub(crate) spot: Spot,
    /// The field in which Tekton leaves it as it is.
    pub(crate) untouched: Option<&'a str>,
    /// `args` or `command`: an array may stand as a whole element.
    pub(crate) is_list: bool,
}

/// Fields of a step or sidecar that are substituted.
const OF_CONTAINERS: [&str; 13] = [
    "name",
    "image",
    "imagePullPolicy",
    "command",
    "args",
    "script",
    "workingDir",
    "env",
    "envFrom",
    "volumeMounts",
    "onError",
    "stdoutConfig",
    "stderrConfig",
];

/// Fields of a step in which the webhook looks for parameters that nothing declares.
const CHECKED: [&str; 8] = [
    "name",
    "image",
    "workingDir",
    "script",
    "command",
    "args",
    "volumeMounts",
    "onError",
];

/// Fields that are prose, or that other rules read.
const SKIPPED: [&str; 8] = [
    "displayName",
    "description",
    "results",
    "ref",
    "params",
    "computeResources",
    "resources",
    "timeout",
];

/// Sees all texts of a task's spec in which a variable could be meant.
pub(crate) fn of_task<'a>(spec: &'a Node, see: &mut dyn FnMut(Text<'a>)) {
    for (at, step) in spec.list("steps").iter().enumerate() {
        for it in step.entries() {
            of_step(at, it, see);
        }
    }
    let template = spec.get("stepTemplate").map_or(&[][..], Node::entries);
    for it in template {
        of_container(it, Spot::Template, see);
    }
    for sidecar in spec.list("sidecars") {
        for it in sidecar.entries() {
            of_container(it, Spot::Sidecar, see);
        }
    }
    for volume in spec.list("volumes") {
        all(volume, Spot::Volume, None, false, see);
    }
    for workspace in spec.list("workspaces") {
        if let Some(path) = workspace.get("mountPath") {
            all(path, Spot::MountPath, None, false, see);
        }
    }
    for result in spec.list("results") {
        if let Some(value) = result.get("value") {
            all(value, Spot::Result, None, false, see);
        }
    }
}

/// Sees the texts of an action's spec.
pub(crate) fn of_action<'a>(spec: &'a Node, see: &mut dyn FnMut(Text<'a>)) {
    for it in spec.entries() {
        of_container(it, Spot::Step(0), see);
    }
}

fn of_step<'a>(at: usize, field: &'a Entry, see: &mut dyn FnMut(Text<'a>)) {
    let name = field.key.as_str();
    match name {
        "params" | "when" => all(&field.value, Spot::StepAside(at), None, true, see),
        "env" => {
            for variable in field.value.items() {
                for it in variable.entries() {
                    let spot = match it.key.as_str() {
                        "value" => Spot::Step(at),
                        _ => Spot::StepAside(at),
                    };
                    all(&it.value, spot, None, false, see);
                }
            }
        }
        _ if CHECKED.contains(&name) => of_container(field, Spot::Step(at), see),
        _ => of_container(field, Spot::StepAside(at), see),
    }
}

fn of_container<'a>(field: &'a Entry, spot: Spot, see: &mut dyn FnMut(Text<'a>)) {
    let name = field.key.as_str();
    if SKIPPED.contains(&name) {
        return;
    }
    let untouched = (!OF_CONTAINERS.contains(&name)).then_some(name);
    let is_list = matches!(name, "command" | "args");
    all(&field.value, spot, untouched, is_list, see);
}

fn all<'a>(
    node: &'a Node,
    spot: Spot,
    untouched: Option<&'a str>,
    is_list: bool,
    see: &mut dyn FnMut(Text<'a>),
) {
    crate::admit::controller::model::texts(node, &mut |node| {
        see(Text {
            node,
            spot,
            untouched,
            is_list,
        });
    });
}
