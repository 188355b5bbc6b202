//! The graph of a pipeline has no cycle.

use crate::diag::Sink;
use crate::plan::Plan;
use crate::verify::errors;

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    for pipeline in plan.pipelines.values() {
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
