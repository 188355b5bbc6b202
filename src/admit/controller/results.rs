//! Results: a reference names what its task declares, in the form that its type has.

use crate::admit::controller::model::{self, Declared, Shape};
use crate::admit::controller::pipeline::{Pipeline, Task};
use crate::admit::controller::variable::{Part, TaskResult, Variable};
use crate::admit::errors::controller::results as errors;
use crate::base::spelling::nearest;
use crate::diag::{Diagnostic, Sink};
use crate::yaml::Node;

/// The fields of a task of a pipeline in which a result orders tasks.
pub(crate) const FIELDS: [&str; 3] = ["params", "when", "matrix"];

/// Judges the results that a task of a pipeline uses.
pub(crate) fn of_task(pipeline: &Pipeline<'_>, task: &Task<'_>, sink: &mut Sink) {
    let fields = FIELDS.iter().filter_map(|it| task.node.get(it));
    for it in fields.flat_map(model::all_variables) {
        if let Some(found) = judge(pipeline, &it) {
            sink.push(found);
        }
    }
}

/// Judges the results that a pipeline gives.
pub(crate) fn of_pipeline(pipeline: &Pipeline<'_>, sink: &mut Sink) {
    for result in pipeline.spec.list("results") {
        let values = result.get("value").map(model::all_variables);
        for it in values.unwrap_or_default() {
            if let Some(found) = judge(pipeline, &it) {
                sink.push(found);
            }
        }
        of_one_task(pipeline, result, sink);
    }
}

/// A result that only a task gives which a run may pass over is left out silently; one whose task may fail, too.
fn of_one_task(_pipeline: &Pipeline<'_>, _result: &Node, _sink: &mut Sink) {}

fn judge(pipeline: &Pipeline<'_>, it: &Variable<'_>) -> Option<Diagnostic> {
    let result = it.task_result()?;
    let producer = pipeline.task(result.task)?;
    let results = producer.results()?;
    let Some(declared) = results.get(result.result) else {
        let near = nearest(result.result, results.keys().copied());
        return Some(errors::unknown(it, result, producer, near));
    };
    if producer.is_matrixed() {
        return None;
    }
    form(it, result, declared)
}

/// Whether what follows the result fits its type.
fn form(
    it: &Variable<'_>,
    result: TaskResult<'_, '_>,
    declared: &Declared<'_>,
) -> Option<Diagnostic> {
    match (declared.shape, result.rest) {
        (Shape::String, [])
        | (Shape::Array, [] | [Part::Star | Part::Index(_)])
        | (Shape::Object, [] | [Part::Star]) => None,
        (Shape::Object, [Part::Name(key)]) => {
            let keys: Vec<&str> = declared.keys().collect();
            let known = keys.is_empty() || keys.contains(key);
            (!known).then(|| errors::unknown_key(it, declared, key, nearest(key, keys)))
        }
        (Shape::String | Shape::Array | Shape::Object, [..]) => Some(errors::form(it, declared)),
    }
}
