//! The graph of a pipeline has no cycle, and its edges carry what they say.

use crate::base::Name;
use crate::diag::Sink;
use crate::plan::{Callee, Node, Pipeline, Plan, Ref};
use crate::verify::errors;

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    for pipeline in plan.pipelines.values() {
        results_of_pipelines(pipeline, sink);
        for cycle in pipeline.graph().cycles() {
            let places = cycle
                .iter()
                .filter_map(|it| Some((it, pipeline.node(it)?.span)));
            let places: Vec<_> = places.map(|(name, span)| (name.clone(), span)).collect();
            if let Some(((_, first), rest)) = places.split_first() {
                sink.push(errors::cycle(*first, &cycle, rest));
            }
        }
    }
}

/// Results that a node would have of a pipeline it calls.
fn results_of_pipelines(pipeline: &Pipeline, sink: &mut Sink) {
    let calls_pipeline = |name: &Name| {
        let node = pipeline.node(name);
        node.is_some_and(|it| matches!(it.callee, Callee::Pipeline(_)))
    };
    let nodes = pipeline.nodes.iter().chain(&pipeline.finally);
    let results = pipeline.results.values();
    let expressions = nodes
        .flat_map(Node::expressions)
        .chain(results.filter_map(|it| it.value.as_ref()));
    for expr in expressions {
        expr.each_ref(&mut |it, span| {
            if let Ref::NodeResult(node, result) = it
                && calls_pipeline(node)
            {
                sink.push(errors::result_of_pipeline(span, node, result));
            }
        });
    }
}
