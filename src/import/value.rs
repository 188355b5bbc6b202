//! Plain data of an object as values of the language.

use crate::import::reference::{Scope, Shape};
use crate::import::write::{self, Piece, Writer};
use crate::yaml::Node;
use crate::yaml::node::Data;

/// The value of a node; strings may refer to what stands around.
pub(crate) fn value(node: &Node, scope: &Scope, level: usize) -> String {
    match &node.data {
        Data::Null => "none".to_owned(),
        Data::Bool(it) => it.to_string(),
        Data::Number(it) => number(it),
        Data::String(text) => string(text, scope, level),
        Data::List(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|it| element(it, scope, level + 1))
                .collect();
            write::list(&items, level)
        }
        Data::Map(entries) => {
            let field = |key: &str, it: &Node| (write::name(key), value(it, scope, level + 1));
            let fields = entries.iter().map(|it| field(&it.key, &it.value));
            write::record(&fields.collect::<Vec<_>>(), level)
        }
    }
}

/// An element of a list; a reference to a whole list is spread.
pub(crate) fn element(node: &Node, scope: &Scope, level: usize) -> String {
    let whole = node.text().and_then(|it| scope.whole_list(it));
    whole.map_or_else(|| value(node, scope, level), |it| format!("..{it}"))
}

/// A string of a form, `Image` or `Name`: what is put together only when running is taken for one.
pub(crate) fn formed(text: &str, form: &str, scope: &Scope, level: usize) -> String {
    let pieces = scope.pieces(text, false);
    let mut images = scope.images.iter();
    let is_one = images.any(|it| *text == format!("$(params.{it})"));
    let known = is_one || matches!(pieces.as_slice(), [] | [Piece::Text(_)]);
    let text = write::string(&pieces, level);
    match known {
        true => text,
        false => format!("{text} as {form}"),
    }
}

/// A string that may refer to what stands around.
pub(crate) fn string(text: &str, scope: &Scope, level: usize) -> String {
    write::string(&scope.pieces(text, false), level)
}

/// The language has no exponents.
fn number(number: &serde_json::Number) -> String {
    if let Some(it) = number.as_i64() {
        return it.to_string();
    }
    match number.as_f64() {
        Some(it) => format!("{it}"),
        None => number.to_string(),
    }
}

/// A field of the node as a field of the block, where it is there.
pub(crate) fn field(writer: &mut Writer, node: &Node, key: &str, scope: &Scope) {
    if let Some(it) = node.get(key).filter(|it| !is_empty(it)) {
        let text = value(it, scope, writer.level());
        writer.field(key, &text);
    }
}

/// Whether a field says nothing: null, or nothing in it.
pub(crate) fn is_empty(node: &Node) -> bool {
    match &node.data {
        Data::Null => true,
        Data::List(items) => items.is_empty(),
        Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Map(_) => false,
    }
}

/// What a ParamSpec or a result holds.
pub(crate) fn shape(node: &Node) -> Shape {
    match node.text_of("type") {
        "array" => Shape::Array,
        "object" => Shape::Object,
        _ if node.get("properties").is_some() => Shape::Object,
        _ => match node.get("default").map(|it| &it.data) {
            Some(Data::List(_)) => Shape::Array,
            Some(Data::Map(_)) => Shape::Object,
            Some(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) | None => {
                Shape::String
            }
        },
    }
}

/// A list told apart by a field, as a map from it; as a list where a key is missing or repeats.
pub(crate) fn keyed(items: &[Node], key: &str, scope: &Scope, level: usize) -> String {
    let mut keys: Vec<&str> = items.iter().map(|it| it.text_of(key)).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.len() != items.len() || keys.contains(&"") || keys.iter().any(|it| it.contains("$(")) {
        let items = items.iter().map(|it| value(it, scope, level + 1));
        return write::list(&items.collect::<Vec<_>>(), level);
    }
    let field = |it: &Node| {
        let rest: Vec<(String, String)> = it
            .entries()
            .iter()
            .filter(|it| it.key != key)
            .map(|it| (write::name(&it.key), value(&it.value, scope, level + 2)))
            .collect();
        (
            write::name(it.text_of(key)),
            write::record(&rest, level + 1),
        )
    };
    write::record(&items.iter().map(field).collect::<Vec<_>>(), level)
}
