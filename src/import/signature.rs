//! `(params) -> { results }`: what a task, action or pipeline takes and gives.

use crate::import::reference::{Scope, Shape};
use crate::import::value::{self, shape};
use crate::import::write;
use crate::yaml::Node;

/// `(a: String, b: List<String> = [])`; nothing where there are none.
pub(crate) fn params(spec: &Node, level: usize) -> String {
    let params: Vec<String> = spec
        .list("params")
        .iter()
        .map(|it| param(it, level + 1))
        .collect();
    match params.is_empty() {
        true => String::new(),
        false => write::parenthesised(&params, level),
    }
}

fn param(param: &Node, level: usize) -> String {
    let (name, ty) = (write::name(param.text_of("name")), param_type(param, level));
    let default = match param.get("default") {
        // The defaults of an object stand with its fields.
        Some(it) if shape(param) != Shape::Object => {
            format!(" = {}", value::value(it, &Scope::default(), level))
        }
        Some(_) | None => String::new(),
    };
    documented(param, &format!("{name}: {ty}{default}"), level)
}

fn param_type(param: &Node, level: usize) -> String {
    let options = param.list("enum");
    if !options.is_empty() {
        let options = options.iter().filter_map(Node::text);
        let options: Vec<String> = options.map(|it| write::plain(it, level)).collect();
        return options.join(" | ");
    }
    match shape(param) {
        Shape::String => "String".to_owned(),
        Shape::Array => "List<String>".to_owned(),
        Shape::Object => object_type(param, level),
    }
}

/// The fields of `properties`, and what only a default has, with their defaults.
pub(crate) fn object_type(node: &Node, level: usize) -> String {
    let mut keys: Vec<&str> = entries(node.get("properties"));
    let default = node.get("default");
    for key in entries(default) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let field = |key: &&str| {
        let default = default.and_then(|it| it.get(key));
        let default = default.map(|it| value::value(it, &Scope::default(), level + 1));
        let default = default.map_or_else(String::new, |it| format!(" = {it}"));
        (write::name(key), format!("String{default}"))
    };
    write::record(&keys.iter().map(field).collect::<Vec<_>>(), level)
}

fn entries(node: Option<&Node>) -> Vec<&str> {
    let entries = node.map_or(&[][..], Node::entries);
    entries.iter().map(|it| it.key.as_str()).collect()
}

/// ` -> { commit: String }`; nothing where there are none.
pub(crate) fn results(spec: &Node, level: usize) -> String {
    let result = |it: &Node| {
        let ty = match shape(it) {
            Shape::String => "String".to_owned(),
            Shape::Array => "List<String>".to_owned(),
            Shape::Object => object_type(it, level + 1),
        };
        let text = format!("{}: {ty}", write::name(it.text_of("name")));
        documented(it, &text, level + 1)
    };
    let results: Vec<String> = spec.list("results").iter().map(result).collect();
    match results.is_empty() {
        true => String::new(),
        false => format!(" -> {}", write::braces(&results, level)),
    }
}

/// A parameter or result with its description as a doc comment before it.
pub(crate) fn documented(node: &Node, text: &str, level: usize) -> String {
    let description = node.get("description").and_then(Node::text);
    let Some(description) = description.filter(|it| !it.is_empty()) else {
        return text.to_owned();
    };
    let margin = "  ".repeat(level);
    let mut done = String::new();
    for line in description.split('\n') {
        let line = line.trim_end_matches('\r');
        let space = if line.is_empty() { "" } else { " " };
        done.push_str(&format!("///{space}{line}\n{margin}"));
    }
    done.push_str(text);
    done
}

/// The names that a ParamSpec list declares.
pub(crate) fn declare(spec: &Node, scope: &mut Scope) {
    for param in spec.list("params") {
        let name = param.text_of("name").to_owned();
        scope.far_params.shift_remove(&name);
        scope.params.insert(name, shape(param));
    }
}
