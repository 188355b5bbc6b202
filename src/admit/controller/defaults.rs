//! Defaults of parameters that are made of other parameters.

use indexmap::IndexMap;

use crate::admit::controller::model::{self, Declared, Shape};
use crate::admit::controller::pipeline::{Pipeline, Task};
use crate::admit::controller::task::Scope;
use crate::admit::controller::variable::{Variable, variables};
use crate::admit::errors::controller::defaults as errors;
use crate::base::graph::Dag;
use crate::base::spelling::nearest;
use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::yaml::Node;

/// How many defaults may stand behind one another.
const DEEPEST: usize = 10;

/// Judges the defaults of a pipeline that no argument replaces.
pub(crate) fn of_pipeline(pipeline: &Pipeline<'_>, sink: &mut Sink) {
    let passed = pipeline.arguments();
    let is_passed = |name: &str| passed.iter().any(|it| it.name == name);
    let mut graph = Dag::default();
    let mut places: IndexMap<Name, Span> = IndexMap::new();
    for param in pipeline.params.values().filter(|it| !is_passed(it.name)) {
        let Some(default) = param.default().filter(|_| param.shape == Shape::String) else {
            continue;
        };
        let own = Name::new(param.name);
        places.insert(own.clone(), default.span);
        for it in variables(default) {
            of_result(pipeline, param, &it, sink);
            let Some((name, rest)) = it.param() else {
                continue;
            };
            let is_string = pipeline
                .params
                .get(name)
                .is_some_and(|it| it.shape == Shape::String && it.default().is_some());
            if is_passed(name) {
                continue;
            }
            if is_string && rest.is_empty() {
                graph.add_edge(&Name::new(name), &own);
            } else {
                unresolved(pipeline, param, &it, name, sink);
            }
        }
    }
    circles(&graph, &places, sink);
}

/// A result in a default is one in each text that the parameter becomes part of.
fn of_result(pipeline: &Pipeline<'_>, param: &Declared<'_>, it: &Variable<'_>, sink: &mut Sink) {
    let Some(result) = it.task_result() else {
        return;
    };
    let is_used = |task: &Task<'_>| {
        let mut all = model::all_variables(task.node).into_iter();
        all.any(|it| it.param().is_some_and(|it| it.0 == param.name))
    };
    let producer = pipeline.task(result.task);
    let is_known = match producer {
        None => false,
        Some(it) => it.results().is_none_or(|it| it.contains_key(result.result)),
    };
    if !is_known && pipeline.tasks.iter().any(is_used) {
        sink.push(errors::result_of_nobody(
            it,
            param,
            result.task,
            result.result,
        ));
    }
}

fn unresolved(
    pipeline: &Pipeline<'_>,
    param: &Declared<'_>,
    it: &Variable<'_>,
    name: &str,
    sink: &mut Sink,
) {
    let declared = pipeline.params.get(name);
    match declared {
        None if it
            .dotted()
            .is_some_and(|it| pipeline.params.contains_key(it.as_str())) => {}
        None => {
            let near = nearest(name, pipeline.params.keys().copied());
            sink.push(errors::undefined(it, param, name, near));
        }
        // Without a default of its own every run passes it, and then it is there in time.
        Some(declared) if declared.default().is_none() && pipeline.run.is_none() => {}
        Some(declared) if declared.default().is_none() && declared.shape == Shape::String => {}
        Some(declared) => sink.push(errors::too_late(
            it,
            param,
            declared,
            pipeline.run.is_none(),
        )),
    }
}

fn circles(graph: &Dag, places: &IndexMap<Name, Span>, sink: &mut Sink) {
    let cycles = graph.cycles();
    for cycle in &cycles {
        if let Some((first, span)) = cycle.first().and_then(|it| Some((it, places.get(it)?))) {
            sink.push(errors::circle(*span, first, cycle));
        }
    }
    let Some(order) = graph.order().filter(|_| cycles.is_empty()) else {
        return;
    };
    let mut depths: IndexMap<Name, usize> = IndexMap::new();
    for name in order {
        let parents = graph.parents(&name);
        let below = parents.iter().filter_map(|it| depths.get(it)).max();
        let depth = below.map_or(0, |it| it + 1);
        if depth == DEEPEST + 1
            && let Some(span) = places.get(&name)
        {
            sink.push(errors::too_deep(*span, &name, DEEPEST));
        }
        depths.insert(name, depth);
    }
}

/// Judges the defaults of a task: a parameter in one must exist.
pub(crate) fn of_task(scope: &Scope<'_>, sink: &mut Sink) {
    for param in scope.params.values() {
        let Some(default) = param.default() else {
            continue;
        };
        crate::admit::controller::model::texts(default, &mut |node: &Node| {
            for it in variables(node) {
                let Some((name, _)) = it.param() else {
                    continue;
                };
                let dotted = it.dotted().is_some_and(|it| scope.param(&it).is_some());
                if scope.param(name).is_none() && !dotted {
                    let near = nearest(name, scope.param_names());
                    sink.push(errors::stays(&it, param, name, near));
                }
            }
        });
    }
}
