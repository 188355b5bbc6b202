//! What holds in a run that Pipelines as Code writes its pipeline and tasks into.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::plan::{Callee, Node, Param, ParamShape, Pipeline, Plan, Task};
use crate::verify::{errors, walk};

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    let started = plan.runs.values().filter(|it| !it.on.is_empty());
    for name in walk::pipelines_of(plan, started) {
        if let Some(pipeline) = plan.pipelines.get(&name) {
            shapes(plan, pipeline, sink);
        }
    }
}

/// Tekton's webhook takes all parameters of one name within such a run for one. What runs at the end it does not look at.
fn shapes(plan: &Plan, pipeline: &Pipeline, sink: &mut Sink) {
    let mut seen: IndexMap<&Name, (&'static str, Span)> = IndexMap::new();
    for param in pipeline.params.values() {
        seen.insert(&param.name, (word(param), param.span));
    }
    for node in &pipeline.nodes {
        let Some(task) = written(plan, node) else {
            continue;
        };
        for param in task.params.values() {
            let what = word(param);
            let (before, first) = *seen.entry(&param.name).or_insert((what, node.span));
            if before != what {
                let words = (what, before);
                sink.push(errors::two_shapes(node.span, &param.name, words, first));
            }
        }
    }
}

/// The task that is written into the run.
fn written<'a>(plan: &'a Plan, node: &'a Node) -> Option<&'a Task> {
    match &node.callee {
        Callee::Task(name) => plan.tasks.get(name).filter(|it| it.external.is_none()),
        Callee::Embedded(task) => Some(task),
        Callee::Pipeline(_) => None,
    }
}

fn word(param: &Param) -> &'static str {
    match param.shape {
        ParamShape::String => "text",
        ParamShape::Array => "a list",
        ParamShape::Object(_) => "a record",
    }
}
