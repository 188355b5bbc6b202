//! Which nodes of a pipeline run: all, those from some on, only some.

use indexmap::{IndexMap, IndexSet};

use crate::base::Name;
use crate::base::spelling::nearest;
use crate::plan::{Node, Pipeline, Ref};
use crate::run::RunError;

/// The nodes that are done again, beside what failed: those that are chosen, and what comes after those in `from`.
pub(crate) fn again(
    pipeline: &Pipeline,
    from: &[String],
    only: &[String],
) -> Result<IndexSet<Name>, RunError> {
    known(pipeline, from)?;
    let mut follows: IndexMap<Name, Vec<&Name>> = IndexMap::new();
    for node in pipeline.nodes.iter().filter(|_| !from.is_empty()) {
        for it in before(node) {
            follows.entry(it).or_default().push(&node.name);
        }
    }
    let mut after: IndexSet<Name> = IndexSet::new();
    let mut open: Vec<Name> = from.iter().map(Name::new).collect();
    while let Some(name) = open.pop() {
        let next = follows.get(&name).into_iter().flatten();
        let next: Vec<Name> = next.map(|it| (*it).clone()).collect();
        if after.insert(name) {
            open.extend(next);
        }
    }
    after.extend(only.iter().map(Name::new));
    Ok(after)
}

/// Says which of the names no node has.
fn known(pipeline: &Pipeline, names: &[String]) -> Result<(), RunError> {
    let mistakes = names.iter().filter_map(|it| unknown(pipeline, it));
    match mistakes.collect::<Vec<_>>() {
        mistakes if mistakes.is_empty() => Ok(()),
        mistakes => Err(RunError::Arguments(mistakes)),
    }
}

fn unknown(pipeline: &Pipeline, name: &str) -> Option<String> {
    let all = || pipeline.nodes.iter().chain(&pipeline.finally);
    if all().any(|it| it.name == name) {
        return None;
    }
    let near = nearest(name, all().map(|it| it.name.as_str()));
    let near = near.map_or_else(String::new, |it| format!(": did you mean `{it}`?"));
    Some(format!("there is no task `{name}`{near}"))
}

/// The nodes that one waits for.
fn before(node: &Node) -> IndexSet<Name> {
    let producers = node.producers().into_keys();
    let after = node.after.iter().map(|(name, _)| name.clone());
    producers.chain(after).collect()
}

/// The pipeline with `only` these nodes, and what is known of those before them.
pub(crate) fn restrict(
    pipeline: &Pipeline,
    only: &[String],
    finished: &IndexSet<Name>,
) -> Result<Pipeline, RunError> {
    known(pipeline, only)?;
    let chosen: IndexSet<Name> = only.iter().map(Name::new).collect();
    let all = pipeline.nodes.iter().chain(&pipeline.finally);
    let nodes: IndexMap<&Name, &Node> = all.map(|it| (&it.name, it)).collect();
    let mut kept = chosen.clone();
    let mut open: Vec<Name> = only.iter().map(Name::new).collect();
    while let Some(name) = open.pop() {
        let before = nodes.get(&name).map(|it| before(it));
        for it in before.unwrap_or_default() {
            if finished.contains(&it) && kept.insert(it.clone()) {
                open.push(it);
            }
        }
    }
    let mut mistakes = Vec::new();
    let all = pipeline.nodes.iter().chain(&pipeline.finally);
    for node in all.filter(|it| chosen.contains(&it.name)) {
        for producer in node.producers().into_keys() {
            if !kept.contains(&producer) {
                mistakes.push(format!(
                    "`{}` needs what `{producer}` gives, and no earlier run did that: add `{producer}` to --only",
                    node.name
                ));
            }
        }
    }
    if !mistakes.is_empty() {
        return Err(RunError::Arguments(mistakes));
    }
    let mut pipeline = pipeline.clone();
    pipeline.nodes.retain(|it| kept.contains(&it.name));
    pipeline.finally.retain(|it| chosen.contains(&it.name));
    pipeline.results.retain(|_, it| {
        let mut known = true;
        if let Some(expr) = &it.value {
            expr.each_ref(&mut |it, _| {
                if let Ref::NodeResult(node, _) = it {
                    known &= kept.contains(node);
                }
            });
        }
        known
    });
    Ok(pipeline)
}
