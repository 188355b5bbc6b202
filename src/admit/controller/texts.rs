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
    /// Whether the controller looks there for results of other tasks.
    pub(crate) is_scanned: bool,
}

impl<'a> Text<'a> {
    fn new(node: &'a Node, spot: Spot) -> Self {
        Self {
            node,
            spot,
            untouched: None,
            is_list: false,
            is_scanned: false,
        }
    }
}

/// Fields of a step or sidecar in which results of other tasks order tasks.
pub(crate) const SCANNED: [&str; 8] = [
    "name",
    "image",
    "imagePullPolicy",
    "script",
    "workingDir",
    "command",
    "args",
    "env",
];

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
        all(Text::new(volume, Spot::Volume), see);
    }
    for workspace in spec.list("workspaces") {
        if let Some(path) = workspace.get("mountPath") {
            all(Text::new(path, Spot::MountPath), see);
        }
    }
    for result in spec.list("results") {
        if let Some(value) = result.get("value") {
            all(Text::new(value, Spot::Result), see);
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
        "params" | "when" => {
            let text = Text::new(&field.value, Spot::StepAside(at));
            let is_list = true;
            all(Text { is_list, ..text }, see);
        }
        "env" => {
            for variable in field.value.items() {
                for it in variable.entries() {
                    let spot = match it.key.as_str() {
                        "value" => Spot::Step(at),
                        _ => Spot::StepAside(at),
                    };
                    let text = Text::new(&it.value, spot);
                    let is_scanned = true;
                    all(Text { is_scanned, ..text }, see);
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
    let is_of_template = spot == Spot::Template;
    let text = Text {
        untouched: (!OF_CONTAINERS.contains(&name)).then_some(name),
        is_list: matches!(name, "command" | "args"),
        is_scanned: SCANNED.contains(&name) && !is_of_template,
        ..Text::new(&field.value, spot)
    };
    all(text, see);
}

/// Sees all texts in the node of a text.
fn all<'a>(text: Text<'a>, see: &mut dyn FnMut(Text<'a>)) {
    crate::admit::controller::model::texts(text.node, &mut |node| see(Text { node, ..text }));
}
