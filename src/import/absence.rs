//! Results that a pipeline uses, and nodes that may leave none.

use indexmap::IndexSet;

use crate::admit::substitution;
use crate::import::pipeline::nodes;
use crate::import::reference::Shape;
use crate::yaml::Node;
use crate::yaml::node::Data;

/// A result that is used.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) node: String,
    pub(crate) result: String,
    /// What the use says of it.
    pub(crate) shape: Shape,
    /// The key of an object.
    pub(crate) key: Option<String>,
}

/// The results that are used in a value.
pub(crate) fn in_value(node: &Node) -> Vec<Use> {
    let mut found = Vec::new();
    collect(node, &mut found);
    found
}

fn collect(node: &Node, found: &mut Vec<Use>) {
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
fn result(expression: &str) -> Option<Use> {
    let (node, rest) = expression.strip_prefix("tasks.")?.split_once(".results.")?;
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (result, rest) = rest.split_at(end);
    let key = rest.strip_prefix('.');
    let shape = match (key, rest) {
        (Some(_), _) => Shape::Object,
        (None, "") => Shape::String,
        (None, _) => Shape::Array,
    };
    Some(Use {
        node: node.to_owned(),
        result: result.to_owned(),
        shape,
        key: key.map(str::to_owned),
    })
}

/// The nodes whose results a node needs.
pub(crate) fn needed(node: &Node) -> impl Iterator<Item = String> {
    in_value(node).into_iter().map(|it| it.node)
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
