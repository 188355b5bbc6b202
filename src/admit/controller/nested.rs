//! Pipelines that a task of a pipeline runs: what it passes and binds, and that none comes to run itself.

use crate::admit::Context;
use crate::admit::controller::model::{self, Declared};
use crate::admit::controller::params::{self, Callee};
use crate::admit::controller::pipeline::{self, Pipeline, Task};
use crate::admit::controller::resolve;
use crate::admit::errors::controller::nested as errors;
use crate::diag::Sink;
use crate::yaml::Node;

/// Judges what a task passes to the pipeline that it runs, and that pipeline, where it is written there.
pub(crate) fn of_task<'a>(
    ctx: &Context<'a>,
    pipeline: &Pipeline<'a>,
    task: &Task<'a>,
    sink: &mut Sink,
) {
    let embedded = embedded(task.node);
    let Some(spec) = embedded.or_else(|| resolve::pipeline(ctx, task.node)) else {
        return;
    };
    let callee = Callee {
        what: "pipeline",
        spec,
    };
    params::of_callee(ctx, pipeline, task, callee, sink);
    workspaces(task, spec, sink);
    if embedded.is_some() {
        // The run that is made of it sees what the task gives it, and nothing else.
        pipeline::judge(ctx, spec, Some(task.node), sink);
    }
}

fn embedded(task: &Node) -> Option<&Node> {
    task.get("pipelineSpec").filter(|it| !it.is_null())
}

fn workspaces(task: &Task<'_>, spec: &Node, sink: &mut Sink) {
    let bound = model::named(task.node, "workspaces");
    let is_bound = |it: &Declared<'_>| bound.iter().any(|bound| bound.name == it.name);
    for it in model::declared(spec, "workspaces").values() {
        if !model::is_optional(it.node) && !is_bound(it) {
            sink.push(errors::not_bound(task.name, model::place(task.node), it));
        }
    }
}

/// Judges that a pipeline does not run itself, by whatever way. What is written into it is judged by itself.
pub(crate) fn circle<'a>(ctx: &Context<'a>, spec: &'a Node, sink: &mut Sink) {
    for task in tasks(spec).filter(|it| embedded(it).is_none()) {
        let mut seen: Vec<&Node> = Vec::new();
        let mut open: Vec<&Node> = called(ctx, task).into_iter().collect();
        while let Some(next) = open.pop() {
            if std::ptr::eq(next, spec) {
                let at = task.at("pipelineRef.name").unwrap_or(task);
                sink.push(errors::circle(at));
                break;
            }
            if !seen.iter().any(|it| std::ptr::eq(*it, next)) {
                seen.push(next);
                open.extend(tasks(next).filter_map(|it| called(ctx, it)));
            }
        }
    }
}

fn tasks(spec: &Node) -> impl Iterator<Item = &Node> {
    spec.list("tasks").iter().chain(spec.list("finally"))
}

fn called<'a>(ctx: &Context<'a>, task: &'a Node) -> Option<&'a Node> {
    embedded(task).or_else(|| resolve::pipeline(ctx, task))
}
