//! `(params) -> { results }`: what a task, action or pipeline takes and gives.

use indexmap::IndexSet;

use crate::admit::substitution;
use crate::import::comment::Comments;
use crate::import::reference::{Scope, Shape};
use crate::import::value::{self, shape};
use crate::import::write;
use crate::types::Form;
use crate::yaml::Node;
use crate::yaml::node::Data;

/// `(a: String, b: List<String> = [])`; nothing where there are none. `images` are those that hold the reference of one.
pub(crate) fn params(
    spec: &Node,
    images: &IndexSet<String>,
    comments: &Comments,
    level: usize,
) -> String {
    let params = spec.list("params").iter();
    let params = params.map(|it| param(it, images, comments, level + 1));
    let params: Vec<String> = params.collect();
    match params.is_empty() {
        true => String::new(),
        false => write::parenthesised(&params, level),
    }
}

fn param(param: &Node, images: &IndexSet<String>, comments: &Comments, level: usize) -> String {
    let name = write::name(param.text_of("name"));
    let ty = match images.contains(param.text_of("name")) {
        true => "Image".to_owned(),
        false => param_type(param, level),
    };
    let default = match param.get("default") {
        // The defaults of an object stand with its fields.
        Some(it) if shape(param) != Shape::Object => {
            format!(" = {}", value::value(it, &blank(), level))
        }
        Some(_) | None => String::new(),
    };
    documented(param, &format!("{name}: {ty}{default}"), comments, level)
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

/// A default is put in the place of its parameter as it is.
fn blank() -> Scope {
    Scope {
        is_blank: true,
        ..Scope::default()
    }
}

/// The fields of `properties`, and what only a default has, with their defaults.
pub(crate) fn object_type(node: &Node, level: usize) -> String {
    let default = node.get("default");
    let keys = keys(node);
    let field = |key: &String| {
        let default = default.and_then(|it| it.get(key));
        let default = default.map(|it| value::value(it, &blank(), level + 1));
        let default = default.map_or_else(String::new, |it| format!(" = {it}"));
        (write::name(key), format!("String{default}"))
    };
    write::record(&keys.iter().map(field).collect::<Vec<_>>(), level)
}

/// The keys of an object: those of `properties`, then what only a default has.
pub(crate) fn keys(node: &Node) -> Vec<String> {
    let fields = ["properties", "default"].into_iter();
    let fields = fields.filter_map(|it| node.get(it)).flat_map(Node::entries);
    let keys: IndexSet<&String> = fields.map(|it| &it.key).collect();
    keys.into_iter().cloned().collect()
}

/// ` -> { commit: String }`; nothing where there are none.
pub(crate) fn results(spec: &Node, comments: &Comments, level: usize) -> String {
    let result = |it: &Node| {
        let ty = match shape(it) {
            Shape::String => "String".to_owned(),
            Shape::Array => "List<String>".to_owned(),
            Shape::Object => object_type(it, level + 1),
        };
        let text = format!("{}: {ty}", write::name(it.text_of("name")));
        documented(it, &text, comments, level + 1)
    };
    let results: Vec<String> = spec.list("results").iter().map(result).collect();
    match results.is_empty() {
        true => String::new(),
        false => format!(" -> {}", write::braces(&results, level)),
    }
}

/// A parameter or result with its comments and its description, as a doc comment, before it.
pub(crate) fn documented(node: &Node, text: &str, comments: &Comments, level: usize) -> String {
    let mut done = comments.lead(node.span, level);
    let description = node.get("description").and_then(Node::text);
    let Some(description) = description.filter(|it| !it.trim_end().is_empty()) else {
        return done + text;
    };
    let margin = "  ".repeat(level);
    for line in description.trim_end().split('\n') {
        let line = line.trim_end_matches('\r');
        let space = if line.is_empty() { "" } else { " " };
        done.push_str(&format!("///{space}{line}\n{margin}"));
    }
    done.push_str(text);
    done
}

/// Parameters of a task that are used as the image of a container, whose default is one, if there is any, and that no condition
/// compares with something else.
pub(crate) fn images(spec: &Node) -> IndexSet<String> {
    let is_image = |it: &&Node| {
        let default = it.get("default").filter(|it| !it.is_null());
        let is_one = |it: &Node| it.text().is_some_and(|it| Form::Image.check(it).is_ok());
        shape(it) == Shape::String && it.list("enum").is_empty() && default.is_none_or(is_one)
    };
    let declared = spec.list("params").iter().filter(is_image);
    let mut found: IndexSet<String> = declared.map(|it| it.text_of("name").to_owned()).collect();
    let mut used: IndexSet<String> = IndexSet::new();
    for entry in spec.entries().iter().filter(|it| it.key != "params") {
        // Of an action the image stands here.
        visit(&entry.value, &entry.key, &mut found, &mut used);
    }
    found.retain(|it| used.contains(it));
    found
}

/// Takes out of `found` what a condition uses, and notes in `used` what is used as an image.
fn visit(node: &Node, key: &str, found: &mut IndexSet<String>, used: &mut IndexSet<String>) {
    match &node.data {
        Data::String(text) => {
            for reference in substitution::references(text) {
                let name = reference.expression.strip_prefix("params.");
                match name.filter(|_| key == "image" && reference.whole() == *text) {
                    Some(name) => {
                        used.insert(name.to_owned());
                    }
                    None if key == "when" => {
                        found.retain(|it| !reference.expression.contains(it.as_str()));
                    }
                    None => {}
                }
            }
        }
        Data::List(items) => items.iter().for_each(|it| visit(it, key, found, used)),
        Data::Map(entries) => {
            for it in entries {
                let key = if key == "when" { key } else { &it.key };
                visit(&it.value, key, found, used);
            }
        }
        Data::Null | Data::Bool(_) | Data::Number(_) => {}
    }
}

/// The names that a ParamSpec list declares.
pub(crate) fn declare(spec: &Node, scope: &mut Scope) {
    for param in spec.list("params") {
        let name = param.text_of("name").to_owned();
        scope.far_params.shift_remove(&name);
        let options = param.list("enum").iter().filter_map(Node::text);
        let options: Vec<String> = options.map(str::to_owned).collect();
        match options.is_empty() {
            true => scope.options.shift_remove(&name),
            false => scope.options.insert(name.clone(), options),
        };
        match shape(param) {
            Shape::Object => scope.keys.insert(format!("params.{name}"), keys(param)),
            Shape::String | Shape::Array => scope.keys.shift_remove(&format!("params.{name}")),
        };
        scope.params.insert(name, shape(param));
    }
}
