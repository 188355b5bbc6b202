//! Tasks, pipelines and runs as objects of Tekton. What no event starts is in `tekton/`; what an event starts, `pac` writes.

pub(crate) mod action;
pub(crate) mod meta;
pub(crate) mod node;
pub(crate) mod order;
pub(crate) mod param;
pub(crate) mod pipeline;
pub(crate) mod run;
pub(crate) mod step;
pub(crate) mod task;
pub(crate) mod volume;

use indexmap::IndexSet;

use crate::base::Name;
use crate::diag::Sink;
use crate::emit::Files;
use crate::emit::expr::Context;
use crate::plan::{Callee, Pipeline, Plan, Run, Target};
use crate::schema::profile::TektonApi;

/// Pipelines and tasks that something needs, in the order of the plan.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub(crate) pipelines: IndexSet<Name>,
    pub(crate) tasks: IndexSet<Name>,
}

/// `tekton/`: runs started by hand with what they need, and what nothing starts.
pub(crate) fn emit(plan: &Plan, files: &mut Files, sink: &mut Sink) {
    let ctx = Context::of(plan);
    let manual = plan.runs.values().filter(|it| it.on.is_empty());
    for run in manual.clone() {
        let tree = run::object(run, ctx, sink);
        files.add(path("tekton", "", &run.meta), run.meta.span, &tree);
    }
    let started = Needs::of(plan, plan.runs.values().filter(|it| !it.on.is_empty()));
    let mut needs = Needs::of(plan, manual);
    for (name, pipeline) in &plan.pipelines {
        if pipeline.own && !pipeline.embedded && !started.pipelines.contains(name) {
            needs.add_pipeline(plan, name);
        }
    }
    for (name, task) in &plan.tasks {
        if task.own && !task.embedded && !started.tasks.contains(name) {
            needs.tasks.insert(name.clone());
        }
    }
    write(plan, "tekton", &needs, files, sink);
    // Pipelines as Code takes tasks and pipelines along, and no actions: the cluster must have them.
    for action in plan.actions.values().filter(|it| it.external.is_none()) {
        let tree = action::object(action, ctx, sink);
        let path = path("tekton", "actions/", &action.meta);
        files.add(path, action.meta.span, &tree);
    }
}

/// The files of pipelines and tasks below a directory.
pub(crate) fn write(
    plan: &Plan,
    directory: &str,
    needs: &Needs,
    files: &mut Files,
    sink: &mut Sink,
) {
    let ctx = Context::of(plan);
    for (name, pipeline) in &plan.pipelines {
        let is_object = pipeline.external.is_none() && !pipeline.embedded;
        if is_object && needs.pipelines.contains(name) {
            let tree = pipeline::object(pipeline, ctx, sink);
            let path = path(directory, "pipelines/", &pipeline.meta);
            files.add(path, pipeline.meta.span, &tree);
        }
    }
    for (name, task) in &plan.tasks {
        let is_object = task.external.is_none() && !task.embedded;
        if is_object && needs.tasks.contains(name) {
            let tree = task::object(task, ctx, sink);
            files.add(path(directory, "tasks/", &task.meta), task.meta.span, &tree);
        }
    }
}

/// Where an object is written: a file of its name, or what `file:` says.
pub(crate) fn path(directory: &str, kind: &str, meta: &crate::plan::Meta) -> String {
    match &meta.file {
        Some(file) => format!("{directory}/{kind}{file}"),
        None => format!("{directory}/{kind}{}.yaml", meta.name),
    }
}

/// `tekton.dev/v1`
pub(crate) fn api_version(plan: &Plan) -> &'static str {
    match plan.profile.tekton.api {
        TektonApi::V1 => "tekton.dev/v1",
        TektonApi::V1beta1 => "tekton.dev/v1beta1",
    }
}

impl Needs {
    /// What runs need.
    pub(crate) fn of<'a>(plan: &Plan, runs: impl Iterator<Item = &'a Run>) -> Self {
        let mut needs = Self::default();
        for run in runs {
            match &run.target {
                Target::Pipeline(name) => needs.add_pipeline(plan, name),
                Target::Task(name) => {
                    needs.tasks.insert(name.clone());
                }
            }
        }
        needs
    }

    fn add_pipeline(&mut self, plan: &Plan, name: &Name) {
        if self.pipelines.insert(name.clone())
            && let Some(pipeline) = plan.pipelines.get(name)
        {
            self.add_nodes(plan, pipeline);
        }
    }

    fn add_nodes(&mut self, plan: &Plan, pipeline: &Pipeline) {
        for node in pipeline.nodes.iter().chain(&pipeline.finally) {
            match &node.callee {
                Callee::Task(task) => {
                    self.tasks.insert(task.clone());
                }
                Callee::Pipeline(inner) => self.add_pipeline(plan, inner),
                Callee::Embedded(_) => {}
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
