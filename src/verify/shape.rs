//! What a task, step or node must have, and what it cannot have together.

use crate::diag::Sink;
use crate::plan::{Plan, Step, Task};
use crate::verify::{errors, walk};

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    for task in walk::tasks(plan).filter(|it| it.external.is_none()) {
        if task.steps.is_empty() {
            sink.push(errors::no_steps(task.meta.span, &task.meta.name));
        }
        for step in &task.steps {
            of_step(task, step, sink);
        }
    }
    for action in plan.actions.values().filter(|it| it.external.is_none()) {
        let step = &action.step;
        if step.image.is_none() {
            sink.push(errors::no_image(action.meta.span, Some(&action.meta.name)));
        }
        if step.script.is_some() && !step.command.is_empty() {
            sink.push(errors::script_and_command(action.meta.span));
        }
    }
    for pipeline in plan.pipelines.values().filter(|it| it.external.is_none()) {
        if pipeline.nodes.is_empty() {
            sink.push(errors::no_nodes(pipeline.meta.span, &pipeline.meta.name));
        }
        for node in walk::nodes(pipeline).filter(|it| it.continue_on_error && it.retries > 0) {
            sink.push(errors::retried_and_ignored(node.span, &node.name));
        }
    }
}

fn of_step(task: &Task, step: &Step, sink: &mut Sink) {
    let by_reference = step.action.is_some();
    let from_template = task
        .extra
        .get("stepTemplate")
        .is_some_and(|it| it.get("image").is_some());
    if step.image.is_none() && !by_reference && !from_template {
        sink.push(errors::no_image(step.span, step.name.as_deref()));
    }
    if step.script.is_some() && !step.command.is_empty() {
        sink.push(errors::script_and_command(step.span));
    }
}
