//! The order of the nodes of a pipeline: what Tekton sees by itself, and what `runAfter` must say.

use indexmap::{IndexMap, IndexSet};

use crate::base::order::Orders;
use crate::base::{Name, Span};
use crate::plan::{Node, Pipeline, Ref};

/// The orders of a pipeline.
pub(crate) fn orders(pipeline: &Pipeline) -> Orders {
    let nodes = || pipeline.nodes.iter();
    let names = |of: &mut dyn Iterator<Item = &Node>| -> IndexSet<Name> {
        of.map(|it| it.name.clone()).collect()
    };
    let goes_on = |it: &Node| it.continue_on_error || it.on_error.is_some();
    let guarded = names(&mut nodes().filter(|it| it.when.is_some()));
    let failing = names(&mut nodes().filter(|it| goes_on(it)));
    let may_be_skipped = |it: &&Node| {
        let mut producers = it.producers().into_keys();
        let lacks =
            producers.any(|from| goes_on(it) || guarded.contains(&from) || failing.contains(&from));
        it.fans_out() || lacks
    };
    let skipped = names(&mut nodes().filter(may_be_skipped));
    Orders::new(&pipeline.graph(), &guarded, &skipped)
}

/// The nodes that must come first and that no reference, near or far, orders before it.
pub(crate) fn run_after(orders: &Orders, node: &Node) -> Vec<Name> {
    let seen = seen_by_tekton(node);
    let said = node.after.iter().map(|(it, _)| it.clone());
    let wanted: IndexSet<Name> = node.producers().into_keys().chain(said).collect();
    let parents: Vec<Name> = seen.keys().chain(&wanted).cloned().collect();
    let implied = orders.implied(&parents);
    let wanted = wanted.into_iter();
    wanted
        .filter(|it| !seen.contains_key(it) && !implied.contains(it))
        .collect()
}

/// Nodes whose results are used where Tekton looks for an order: in arguments, conditions, and the containers of a task that is
/// written in its place. A count of instances makes none.
fn seen_by_tekton(node: &Node) -> IndexMap<Name, Span> {
    let mut found = IndexMap::new();
    let included = node.include.iter().flat_map(|(_, params)| params.values());
    let arguments = node.args.values().chain(node.matrix.values());
    let containers = node.embedded().map(|it| it.steps.iter());
    let containers = containers.into_iter().flatten().flat_map(|step| {
        let env = step.env.values().filter_map(crate::plan::EnvValue::expr);
        let words = step.image.iter().chain(&step.command).chain(&step.args);
        words
            .chain(&step.script)
            .chain(&step.working_dir)
            .chain(env)
    });
    for expr in arguments
        .chain(included)
        .chain(&node.when)
        .chain(containers)
    {
        expr.each_ref(&mut |it, span| {
            if let Ref::NodeResult(producer, _) = it {
                found.entry(producer.clone()).or_insert(span);
            }
        });
    }
    found
}
