//! Results that a pipeline uses, and nodes that may leave none.

use indexmap::{IndexMap, IndexSet};

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

/// The results that are used in a text.
pub(crate) fn in_text(text: &str) -> Vec<Use> {
    let all = substitution::references(text).into_iter();
    all.filter_map(|it| result(it.expression)).collect()
}

fn collect(node: &Node, found: &mut Vec<Use>) {
    match &node.data {
        Data::Null | Data::Bool(_) | Data::Number(_) => {}
        Data::String(text) => found.extend(in_text(text)),
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

/// Which nodes of a pipeline may leave no result.
#[derive(Debug, Default)]
pub(crate) struct Absent {
    /// `when` may skip it, or a node whose result it needs.
    pub(crate) skipped: IndexSet<String>,
    /// That, or it fails and is let pass, or one whose result it needs.
    pub(crate) absent: IndexSet<String>,
}

pub(crate) fn of(spec: &Node) -> Absent {
    let mut users: IndexMap<String, Vec<&str>> = IndexMap::new();
    for node in nodes(spec) {
        for producer in needed(node) {
            users
                .entry(producer)
                .or_default()
                .push(node.text_of("name"));
        }
    }
    let spread = |holds: &dyn Fn(&Node) -> bool| {
        let first = nodes(spec).filter(|it| holds(it));
        let mut open: Vec<&str> = first.map(|it| it.text_of("name")).collect();
        let mut found = IndexSet::new();
        while let Some(name) = open.pop() {
            if found.insert(name.to_owned()) {
                open.extend(users.get(name).into_iter().flatten());
            }
        }
        found
    };
    let skips = |it: &Node| !it.list("when").is_empty();
    Absent {
        skipped: spread(&skips),
        absent: spread(&|it| skips(it) || it.text_of("onError") == "continue"),
    }
}
