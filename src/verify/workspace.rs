//! What a run must bind.

use indexmap::IndexMap;

use crate::base::Name;
use crate::diag::Sink;
use crate::plan::{Plan, Run, Target, Workspace};
use crate::verify::errors;

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
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
