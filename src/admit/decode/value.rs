//! Values of params and results: strings, lists of strings, maps of strings; whatever else stands there becomes a string.

use crate::admit::errors::decode as errors;
use crate::diag::Sink;
use crate::yaml::node::{Data, Entry};
use crate::yaml::{Node, go_json, go_number};

/// The value as Tekton has it.
pub(crate) fn decode(node: &Node, sink: &mut Sink) -> Node {
    match &node.data {
        Data::String(_) => node.clone(),
        Data::Null => Node::new(node.span, Data::String(String::new())),
        Data::Bool(_) | Data::Number(_) => {
            let text = match &node.data {
                Data::Number(it) => go_number(it),
                Data::Bool(true) => "true".to_owned(),
                Data::Bool(_) | Data::Null | Data::String(_) | Data::List(_) | Data::Map(_) => {
                    "false".to_owned()
                }
            };
            if node.is_retyped() {
                sink.push(errors::retyped(node.span, &text));
            }
            Node::new(node.span, Data::String(text))
        }
        Data::List(items) => {
            let strings: Option<Vec<Node>> = items.iter().map(string).collect();
            let list = strings.map(|it| Node::new(node.span, Data::List(it)));
            list.unwrap_or_else(|| as_json(node, "list", sink))
        }
        Data::Map(entries) => {
            let entry = |it: &Entry| {
                let value = string(&it.value)?;
                Some(Entry {
                    value,
                    ..it.clone()
                })
            };
            let strings: Option<Vec<Entry>> = entries.iter().map(entry).collect();
            let map = strings.map(|it| Node::new(node.span, Data::Map(it)));
            map.unwrap_or_else(|| as_json(node, "map", sink))
        }
    }
}

/// A string within a list or a map; null is the empty one.
fn string(node: &Node) -> Option<Node> {
    match &node.data {
        Data::String(_) => Some(node.clone()),
        Data::Null => Some(Node::new(node.span, Data::String(String::new()))),
        Data::Bool(_) | Data::Number(_) | Data::List(_) | Data::Map(_) => None,
    }
}

fn as_json(node: &Node, of: &str, sink: &mut Sink) -> Node {
    let json = go_json(node);
    let mut shown = json.clone();
    if let Some((end, _)) = shown.char_indices().nth(60) {
        shown.truncate(end);
        shown.push('…');
    }
    sink.push(errors::becomes_json(node.span, of, &shown));
    Node::new(node.span, Data::String(json))
}
