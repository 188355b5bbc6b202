//! What a run must bind, and what a node must not leave open.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::plan::{Callee, Expr, Node, Pipeline, Plan, Run, Target, Workspace};
use crate::schema::profile::Coschedule;
use crate::verify::errors;

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    for pipeline in plan.pipelines.values() {
        maybe_unbound(plan, pipeline, sink);
    }
    for run in plan.runs.values() {
        if plan.profile.tekton.coschedule() == Coschedule::Workspaces {
            two_volumes(plan, run, sink);
        }
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

/// A pod that Tekton ties to a node of the cluster mounts one claim.
fn two_volumes(plan: &Plan, run: &Run, sink: &mut Sink) {
    match &run.target {
        Target::Pipeline(name) => {
            let pipeline = plan.pipelines.get(name).into_iter();
            for node in pipeline.flat_map(|it| it.nodes.iter().chain(&it.finally)) {
                let used = node.workspaces.values();
                let used = used.map(|it| (&it.workspace, it.span));
                one_volume(run, &node.name, used, sink);
            }
        }
        Target::Task(_) => {
            let used = run.workspaces.iter();
            let used = used.map(|(name, (source, _))| (name, source.span));
            one_volume(run, &run.meta.name, used, sink);
        }
    }
}

/// One pod, by the workspaces that it uses.
fn one_volume<'a>(
    run: &Run,
    pod: &Name,
    used: impl Iterator<Item = (&'a Name, Span)>,
    sink: &mut Sink,
) {
    let mut first: Option<(&Name, Claim, Span)> = None;
    for (name, span) in used {
        let Some((source, _)) = run.workspaces.get(name) else {
            continue;
        };
        let Some(claim) = claim(name, source) else {
            continue;
        };
        match &first {
            None => first = Some((name, claim, source.span)),
            Some((_, before, _)) if *before == claim => {}
            Some((before, _, at)) => {
                sink.push(errors::two_volumes(
                    span,
                    pod,
                    (*before, name),
                    (*at, source.span),
                ));
                return;
            }
        }
    }
}

/// Which volume stands behind a workspace.
#[derive(PartialEq)]
enum Claim {
    /// Made for the workspace of that name.
    Made(Name),
    Existing(Name),
}

fn claim(workspace: &Name, source: &Expr) -> Option<Claim> {
    if source.get("volumeClaimTemplate").is_some() {
        return Some(Claim::Made(workspace.clone()));
    }
    let name = source.get("persistentVolumeClaim")?.get("claimName")?;
    name.text().map(|it| Claim::Existing(Name::new(it)))
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
