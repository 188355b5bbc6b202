//! Results that a pipeline uses, and nodes that may leave none.

use indexmap::IndexSet;

use crate::admit::substitution;
use crate::import::pipeline::nodes;
use crate::import::reference::Shape;
use crate::yaml::Node;
use crate::yaml::node::Data;

/// Every result that is used in a pipeline: node, result, and what the use says of its shape.
pub(crate) fn uses(spec: &Node) -> Vec<(String, String, Shape)> {
    in_value(spec)
}

/// The results that are used in a value.
pub(crate) fn in_value(node: &Node) -> Vec<(String, String, Shape)> {
    let mut found = Vec::new();
    collect(node, &mut found);
    found
}

fn collect(node: &Node, found: &mut Vec<(String, String, Shape)>) {
    match &node.data {
        Data::Null | Data::Bool(_) | Data::Number(_) => {}
        Data::String(text) => {
            for reference in substitution::references(text) {
                found.extend(result(reference.expression));
            }
        }
        Data::List(items) => items.iter().for_each(|it| collect(it, found)),
        Data::Map(entries) => entries.iter().for_each(|it| collect(&it.value, found)),
    }
}

/// `tasks.NODE.results.RESULT`, and what follows.
fn result(expression: &str) -> Option<(String, String, Shape)> {
    let (node, rest) = expression.strip_prefix("tasks.")?.split_once(".results.")?;
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    let shape = match rest.chars().next() {
        Some('[') => Shape::Array,
        Some(_) => Shape::Object,
        None => Shape::String,
    };
    Some((node.to_owned(), name.to_owned(), shape))
}

/// The nodes whose results a node needs.
pub(crate) fn needed(node: &Node) -> impl Iterator<Item = String> {
    in_value(node).into_iter().map(|(node, ..)| node)
}

/// Whether `when` may skip the node, or a node whose result it needs.
pub(crate) fn may_be_skipped(spec: &Node, name: &str) -> bool {
    some_before(spec, name, &|it| !it.list("when").is_empty())
}

/// Whether it may leave no result: it is skipped, or fails and is let pass.
pub(crate) fn may_be_absent(spec: &Node, name: &str) -> bool {
    let absent = |it: &Node| !it.list("when").is_empty() || it.text_of("onError") == "continue";
    some_before(spec, name, &absent)
}

/// Whether it holds of the node or of one whose result it needs, near or far.
fn some_before(spec: &Node, name: &str, holds: &dyn Fn(&Node) -> bool) -> bool {
    let mut open = vec![name.to_owned()];
    let mut seen = IndexSet::new();
    while let Some(name) = open.pop() {
        let found = nodes(spec).find(|it| it.text_of("name") == name);
        let Some(node) = found.filter(|_| seen.insert(name)) else {
            continue;
        };
        if holds(node) {
            return true;
        }
        open.extend(needed(node));
    }
    false
}
