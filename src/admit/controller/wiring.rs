//! Variables in a pipeline itself: what it passes to its tasks, their conditions, names and paths.

use crate::admit::controller::model::{self, Shape};
use crate::admit::controller::pipeline::{Callee, Pipeline, Task};
use crate::admit::controller::variable::{Part, Variable, misspelt};
use crate::admit::controller::{matrix, results};
use crate::admit::errors::controller::{variables as errors, wiring};
use crate::admit::substitution;
use crate::base::spelling::nearest;
use crate::diag::{Diagnostic, Sink};
use crate::yaml::Node;

/// Where a text of a pipeline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    /// It is passed to a task, which replaces what it knows too.
    Argument,
    When,
    /// `displayName`, `subPath`: nobody looks there.
    Aside,
}

pub(crate) fn of_task(pipeline: &Pipeline<'_>, task: &Task<'_>, sink: &mut Sink) {
    let node = task.node;
    for field in results::FIELDS {
        let spot = match field {
            "when" => Spot::When,
            _ => Spot::Argument,
        };
        if let Some(value) = node.get(field) {
            all(pipeline, task, value, spot, sink);
        }
    }
    if let Some(name) = node.get("displayName") {
        all(pipeline, task, name, Spot::Aside, sink);
    }
    for path in node
        .list("workspaces")
        .iter()
        .filter_map(|it| it.get("subPath"))
    {
        all(pipeline, task, path, Spot::Aside, sink);
    }
    if let Some(params) = node.at("taskRef.params") {
        all(pipeline, task, params, Spot::Argument, sink);
    }
}

fn all(pipeline: &Pipeline<'_>, task: &Task<'_>, node: &Node, spot: Spot, sink: &mut Sink) {
    for it in model::all_variables(node) {
        if let Some(found) = judge(pipeline, task, spot, &it) {
            sink.push(found);
        }
    }
}

fn judge(
    pipeline: &Pipeline<'_>,
    task: &Task<'_>,
    spot: Spot,
    it: &Variable<'_>,
) -> Option<Diagnostic> {
    match it.head() {
        "params" => param(pipeline, task, spot, it),
        "tasks" | "finally" => result(pipeline, task, spot, it),
        "context" => context(spot, it),
        "workspaces" => workspace(pipeline, task, spot, it),
        "results" | "steps" | "step" | "credentials" | "artifacts" => {
            (spot != Spot::Argument).then(|| wiring::of_a_task(it))
        }
        _ => Some(errors::unknown(it, misspelt(it))),
    }
}

fn param(
    pipeline: &Pipeline<'_>,
    task: &Task<'_>,
    spot: Spot,
    it: &Variable<'_>,
) -> Option<Diagnostic> {
    let (name, rest) = it.param()?;
    if it.dotted().is_some_and(|it| pipeline.param(&it).is_some()) {
        return None;
    }
    // Each combination of a matrix is shown with its own values.
    if spot == Spot::Aside && matrix::params(task).iter().any(|it| it.name == name) {
        return None;
    }
    let Some(shape) = pipeline.param(name) else {
        let names = pipeline.params.keys().copied();
        let near = nearest(name, names);
        return (spot == Spot::Aside).then(|| errors::undeclared(it, "parameter", name, near));
    };
    match (shape, rest) {
        (Shape::String, []) => None,
        (Shape::String, [..]) => Some(errors::no_parts(it, name, shape)),
        (Shape::Array | Shape::Object, [] | [Part::Star]) if spot == Spot::Aside => {
            Some(errors::no_such_form(it, name, shape))
        }
        (Shape::Array | Shape::Object, [..]) => None,
    }
}

/// `tasks.…` in a form that is none of a result, a status or a length.
fn result(
    pipeline: &Pipeline<'_>,
    task: &Task<'_>,
    spot: Spot,
    it: &Variable<'_>,
) -> Option<Diagnostic> {
    if let Some(result) = it.task_result() {
        let known = pipeline.task(result.task).is_some();
        return (!known || result.is_final).then(|| {
            let near = nearest(result.task, pipeline.task_names());
            let is_seen = substitution::result_ref(it.expression).is_some() && !result.is_final;
            match is_seen && spot != Spot::Aside {
                true => errors::result_of_nobody(it, result.task, near),
                false => errors::undeclared(it, "task", result.task, near),
            }
        });
    }
    if it.expression == "tasks.status" {
        return None;
    }
    match it.parts.as_slice() {
        [_, Part::Name(_), Part::Name("status" | "reason")] => None,
        [_, Part::Name(_), Part::Name("outputs" | "inputs"), ..] => None,
        [
            _,
            Part::Name(producer),
            Part::Name("matrix"),
            ..,
            Part::Name("length"),
        ] => {
            let ordered = task.is_final || pipeline.order().reaches(producer, task.name);
            (!ordered).then(|| wiring::length_without_order(it, producer, task.name))
        }
        [_, Part::Name(_), Part::Name(word)] if is_like_status(word) => {
            Some(wiring::no_such_status(it, word))
        }
        [..] => Some(errors::result_form(it)),
    }
}

fn is_like_status(word: &str) -> bool {
    nearest(word, ["status", "reason"]).is_some()
}

const OF_PIPELINE: [&str; 4] = [
    "context.pipelineRun.name",
    "context.pipelineRun.namespace",
    "context.pipelineRun.uid",
    "context.pipeline.name",
];

fn context(spot: Spot, it: &Variable<'_>) -> Option<Diagnostic> {
    let of_task = [
        "context.pipelineTask.retries",
        "context.taskRun.name",
        "context.taskRun.namespace",
        "context.taskRun.uid",
        "context.task.name",
        "context.task.retry-count",
    ];
    let passes = spot == Spot::Argument && of_task.contains(&it.expression);
    let retries = spot == Spot::Aside && it.expression == "context.pipelineTask.retries";
    if passes || retries || OF_PIPELINE.contains(&it.expression) {
        return None;
    }
    if of_task.contains(&it.expression) {
        return Some(wiring::of_a_task(it));
    }
    let near = nearest(it.expression, OF_PIPELINE.into_iter().chain(of_task));
    Some(errors::unknown(it, near))
}

/// A pipeline knows only whether a workspace is bound; a task that gets the variable knows its own workspaces.
fn workspace(
    pipeline: &Pipeline<'_>,
    task: &Task<'_>,
    spot: Spot,
    it: &Variable<'_>,
) -> Option<Diagnostic> {
    let name = it.name(1)?;
    if it.is(2, "bound") && it.parts.len() == 3 {
        let bound = pipeline.bindings();
        let known =
            pipeline.workspaces.contains_key(name) || bound.iter().any(|it| it.name == name);
        let near = nearest(name, pipeline.workspaces.keys().copied());
        let own = knows_workspace(task, name) && spot == Spot::Argument;
        return (!known && !own).then(|| errors::undeclared(it, "workspace", name, near));
    }
    if spot == Spot::Argument {
        return (!knows_workspace(task, name)).then(|| wiring::not_of_the_task(it, name));
    }
    Some(wiring::of_a_task(it))
}

fn knows_workspace(task: &Task<'_>, name: &str) -> bool {
    match task.callee {
        Callee::Named(spec) => model::declared(spec, "workspaces").contains_key(name),
        Callee::Embedded(_) | Callee::Unknown => true,
    }
}
