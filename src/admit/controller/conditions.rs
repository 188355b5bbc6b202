//! Conditions of tasks that cannot come out, or come out the same in every run.

use crate::admit::Object;
use crate::admit::admission::cel::{self, Outcome};
use crate::admit::controller::model::{self, Declared, Named};
use crate::admit::controller::pipeline::{Pipeline, Task};
use crate::admit::controller::variable::{Part, variables};
use crate::admit::errors::controller::conditions as errors;
use crate::diag::Sink;
use crate::yaml::{Data, Node};

/// Judges the conditions of a task by themselves.
pub(crate) fn of_task(task: &Task<'_>, sink: &mut Sink) {
    for condition in task.node.list("when") {
        let Some(cel) = condition.get("cel") else {
            continue;
        };
        if let Ok(Outcome::Other) = cel::compile(cel.text().unwrap_or_default()) {
            sink.push(errors::no_condition(cel));
        }
    }
}

/// Judges conditions that look into lists, by what the run passes for them. A pipeline that the run names is judged once more, with
/// its values in place, as soon as something has started: then a condition without values is refused.
pub(crate) fn of_run(pipeline: &Pipeline<'_>, run: &Object, sink: &mut Sink) {
    let is_named = run.root.at("spec.pipelineRef").is_some();
    let run = run.name();
    for task in &pipeline.tasks {
        for condition in task.node.list("when") {
            let values = condition.list("values");
            let is_empty = values.iter().all(|it| is_empty_list(pipeline, it));
            if let (Some(first), true) = (values.first(), is_empty) {
                let holds = condition.text_of("operator") == "notin";
                let fails = is_named && (holds && is_alone(task) || starts(pipeline));
                sink.push(match fails {
                    true => errors::refused_list(first.span, run),
                    false => errors::empty_list(first.span, holds, (run, task.name)),
                });
            }
        }
    }
}

/// Whether the task has no other condition, and waits for nothing.
fn is_alone(task: &Task<'_>) -> bool {
    task.node.list("when").len() < 2 && is_first(task)
}

/// Whether some task starts whatever comes.
fn starts(pipeline: &Pipeline<'_>) -> bool {
    let mut tasks = pipeline.tasks.iter();
    tasks.any(|it| it.node.list("when").is_empty() && is_first(it))
}

fn is_first(task: &Task<'_>) -> bool {
    let used = model::all_variables(task.node);
    let waits = used.iter().any(|it| it.head() == "tasks");
    !task.is_final && task.node.list("runAfter").is_empty() && !waits
}

/// Whether a value is `$(params.NAME[*])` of a parameter that is an empty list in this run.
fn is_empty_list(pipeline: &Pipeline<'_>, value: &Node) -> bool {
    let all = variables(value);
    let [it] = all.as_slice() else {
        return false;
    };
    let Some((name, [Part::Star])) = it.param().filter(|_| it.is_whole()) else {
        return false;
    };
    let given = pipeline.arguments();
    let passed = given.iter().find(|it| it.name == name).map(Named::value);
    let default = || pipeline.params.get(name).and_then(Declared::default);
    passed
        .or_else(default)
        .is_some_and(|it| matches!(&it.data, Data::List(items) if items.is_empty()))
}
