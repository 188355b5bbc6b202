//! Plain data of an object as values of the language.

use crate::base::Span;
use crate::import::reference::{Scope, Shape};
use crate::import::write::{self, Piece, Writer};
use crate::yaml::Node;
use crate::yaml::node::{Data, Entry};

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
            let fields = entries.iter().map(|it| entry(it, scope, level + 1));
            write::record(&fields.collect::<Vec<_>>(), level)
        }
    }
}

/// A field of a map, its comments before its name.
fn entry(entry: &Entry, scope: &Scope, level: usize) -> (String, String) {
    let text = value(&entry.value, scope, level);
    let lead = scope.comments.lead(span_of(entry), level);
    (format!("{lead}{}", write::name(&entry.key)), text)
}

/// Where a key and its value stand.
pub(crate) fn span_of(entry: &Entry) -> Span {
    let end = entry.value.span.end.max(entry.at.end);
    Span::new(entry.at.file, entry.at.start as usize, end as usize)
}

/// An element of a list; a reference to a whole list is spread.
pub(crate) fn element(node: &Node, scope: &Scope, level: usize) -> String {
    let whole = node.text().and_then(|it| scope.whole_list(it));
    let text = whole.map_or_else(|| value(node, scope, level), |it| format!("..{it}"));
    format!("{}{text}", scope.comments.lead(node.span, level))
}

/// The comments of an element that is written otherwise.
pub(crate) fn comments_of(writer: &mut Writer, node: &Node, scope: &Scope) {
    for line in scope.comments.take(node.span) {
        writer.line(&line);
    }
}

/// The comments above a list, whose elements have their own.
pub(crate) fn comments_of_list(writer: &mut Writer, node: &Node, key: &str, scope: &Scope) {
    if let Some(entry) = node.entry(key) {
        for line in scope.comments.take(entry.at) {
            writer.line(&line);
        }
    }
}

/// The comments of a field that is written otherwise.
pub(crate) fn comments(writer: &mut Writer, node: &Node, key: &str, scope: &Scope) {
    if let Some(entry) = node.entry(key) {
        for line in scope.comments.take(span_of(entry)) {
            writer.line(&line);
        }
    }
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
        comments(writer, node, key, scope);
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
        let items = items.iter().map(|it| element(it, scope, level + 1));
        return write::list(&items.collect::<Vec<_>>(), level);
    }
    let field = |it: &Node| {
        let rest: Vec<(String, String)> = it
            .entries()
            .iter()
            .filter(|it| it.key != key)
            .map(|it| entry(it, scope, level + 2))
            .collect();
        let lead = scope.comments.lead(it.span, level + 1);
        let name = write::name(it.text_of(key));
        (format!("{lead}{name}"), write::record(&rest, level + 1))
    };
    write::record(&items.iter().map(field).collect::<Vec<_>>(), level)
}
