//! Conditions of tasks that cannot come out, or come out the same in every run.

use crate::admit::admission::cel::{self, Outcome};
use crate::admit::controller::model::{Declared, Named};
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

/// Judges conditions that look into lists, by what the run passes for them.
pub(crate) fn of_run(pipeline: &Pipeline<'_>, run: &str, sink: &mut Sink) {
    for task in &pipeline.tasks {
        for condition in task.node.list("when") {
            let values = condition.list("values");
            if !values.is_empty() && values.iter().all(|it| is_empty_list(pipeline, it)) {
                let holds = condition.text_of("operator") == "notin";
                let found = errors::empty_list(condition, values, holds, (run, task.name));
                sink.push(found);
            }
        }
    }
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
