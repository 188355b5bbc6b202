//! What a run must bind, and what a node must not leave open.

use indexmap::IndexMap;

use crate::base::Name;
use crate::diag::Sink;
use crate::plan::{Callee, Node, Pipeline, Plan, Run, Target, Workspace};
use crate::verify::errors;

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    for pipeline in plan.pipelines.values() {
        maybe_unbound(plan, pipeline, sink);
    }
    for run in plan.runs.values() {
        let Some((what, workspaces)) = needed(plan, run) else {
            continue;
        };
        let unbound = workspaces
            .values()
            .filter(|it| !it.optional && !run.workspaces.contains_key(&it.name));
        for workspace in unbound {
            sink.push(errors::unbound(
                run.meta.span,
                &run.meta.name,
                &what,
                workspace,
            ));
        }
    }
}

/// A task must have what it declares, also behind a `when` that asks whether it is bound.
fn maybe_unbound(plan: &Plan, pipeline: &Pipeline, sink: &mut Sink) {
    for node in pipeline.nodes.iter().chain(&pipeline.finally) {
        let Some(needed) = workspaces(plan, node) else {
            continue;
        };
        for (name, used) in &node.workspaces {
            let given = pipeline.workspaces.get(&used.workspace);
            let Some(given) = given.filter(|it| it.optional) else {
                continue;
            };
            if let Some(needed) = needed.get(name).filter(|it| !it.optional) {
                sink.push(errors::maybe_unbound(used.span, &node.name, needed, given));
            }
        }
    }
}

/// The workspaces of what a node calls.
fn workspaces<'a>(plan: &'a Plan, node: &'a Node) -> Option<&'a IndexMap<Name, Workspace>> {
    match &node.callee {
        Callee::Task(name) => plan.tasks.get(name).map(|it| &it.workspaces),
        Callee::Embedded(task) => Some(&task.workspaces),
        Callee::Pipeline(name) => plan.pipelines.get(name).map(|it| &it.workspaces),
    }
}

fn needed<'a>(plan: &'a Plan, run: &Run) -> Option<(String, &'a IndexMap<Name, Workspace>)> {
    match &run.target {
        Target::Pipeline(name) => {
            let pipeline = plan.pipelines.get(name)?;
            Some((format!("pipeline `{name}`"), &pipeline.workspaces))
        }
        Target::Task(name) => {
            let task = plan.tasks.get(name)?;
            Some((format!("task `{name}`"), &task.workspaces))
        }
    }
}
