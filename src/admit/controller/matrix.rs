//! The matrix of a task: what it spreads, and what `include` really adds.

use indexmap::IndexMap;

use crate::admit::controller::model::{self, Named, Shape};
use crate::admit::controller::params;
use crate::admit::controller::pipeline::{Pipeline, Task};
use crate::admit::controller::variable::variables;
use crate::admit::errors::controller::matrix as errors;
use crate::diag::Sink;
use crate::yaml::{Data, Node};

/// All parameters that a matrix gives, those of `include` too.
pub(crate) fn params<'a>(task: &Task<'a>) -> Vec<Named<'a>> {
    let Some(matrix) = task.node.get("matrix") else {
        return Vec::new();
    };
    let mut found = model::named(matrix, "params");
    for include in matrix.list("include") {
        found.extend(model::named(include, "params"));
    }
    found
}

pub(crate) fn of_task(pipeline: &Pipeline<'_>, task: &Task<'_>, sink: &mut Sink) {
    let Some(matrix) = task.node.get("matrix") else {
        return;
    };
    let spread = model::named(matrix, "params");
    for it in &spread {
        let is_result = variables(it.value())
            .iter()
            .any(|it| it.task_result().is_some());
        let shape = params::shape_of(pipeline, it.value());
        if shape.is_some_and(|it| it != Shape::Array) && !is_result {
            sink.push(errors::not_a_list(it));
        }
        if is_result && shape == Some(Shape::String) {
            sink.push(errors::not_a_list(it));
        }
    }
    for include in matrix.list("include") {
        let given = model::named(include, "params");
        for it in given.iter().filter(|it| it.shape() != Shape::String) {
            sink.push(errors::not_a_string(it));
        }
        if !spread.is_empty() {
            of_include(&spread, include, &given, sink);
        }
    }
}

/// An entry that names parameters of the matrix either fits combinations or is one of its own; one that fits by one parameter
/// and not by another is neither.
fn of_include(spread: &[Named<'_>], include: &Node, given: &[Named<'_>], sink: &mut Sink) {
    let mut lists: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for it in spread {
        let Some(texts) = literal(it.value()) else {
            return;
        };
        lists.insert(it.name, texts);
    }
    let known = given
        .iter()
        .all(|it| it.value().text().is_some_and(|it| !it.contains("$(")));
    if !known {
        return;
    }
    let is_in = |it: &&Named<'_>| {
        let list = lists.get(it.name)?;
        Some(list.contains(&it.value().text()?))
    };
    let within: Vec<&Named<'_>> = given.iter().filter(|it| is_in(it) == Some(true)).collect();
    let outside: Vec<&Named<'_>> = given.iter().filter(|it| is_in(it) == Some(false)).collect();
    match (within.as_slice(), outside.as_slice()) {
        ([fits, ..], [other, ..]) => sink.push(errors::include_of_nothing(include, fits, other)),
        ([], [_, second, ..]) => sink.push(errors::include_counts_twice(second, outside.len())),
        ([], [] | [_]) | ([..], []) => {}
    }
}

/// The texts of a list that are known here.
fn literal(value: &Node) -> Option<Vec<&str>> {
    let Data::List(items) = &value.data else {
        return None;
    };
    let known = |it: &&str| !it.contains("$(");
    items.iter().map(|it| it.text().filter(known)).collect()
}
