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
    let mut keys: Vec<&str> = entries(node.get("properties"));
    let default = node.get("default");
    for key in entries(default) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let field = |key: &&str| {
        let default = default.and_then(|it| it.get(key));
        let default = default.map(|it| value::value(it, &blank(), level + 1));
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
    let Some(description) = description.filter(|it| !it.is_empty()) else {
        return done + text;
    };
    let margin = "  ".repeat(level);
    for line in description.split('\n') {
        let line = line.trim_end_matches('\r');
        let space = if line.is_empty() { "" } else { " " };
        done.push_str(&format!("///{space}{line}\n{margin}"));
    }
    done.push_str(text);
    done
}

/// Parameters of a task with an image as default that are used as the image of a container and as nothing else.
pub(crate) fn images(spec: &Node) -> IndexSet<String> {
    let is_image = |it: &&Node| {
        let default = it.get("default").and_then(Node::text);
        shape(it) == Shape::String
            && it.list("enum").is_empty()
            && default.is_some_and(|it| Form::Image.check(it).is_ok())
    };
    let declared = spec.list("params").iter().filter(is_image);
    let mut found: IndexSet<String> = declared.map(|it| it.text_of("name").to_owned()).collect();
    let mut used: IndexSet<String> = IndexSet::new();
    for entry in spec.entries().iter().filter(|it| it.key != "params") {
        // Of an action the image stands here.
        visit(&entry.value, entry.key == "image", &mut found, &mut used);
    }
    found.retain(|it| used.contains(it));
    found
}

/// Takes out of `found` what is used otherwise, and notes in `used` what is used as an image.
fn visit(node: &Node, is_image: bool, found: &mut IndexSet<String>, used: &mut IndexSet<String>) {
    match &node.data {
        Data::String(text) => {
            for reference in substitution::references(text) {
                let name = reference.expression.strip_prefix("params.");
                let whole = reference.whole() == *text;
                match name.filter(|_| is_image && whole) {
                    Some(name) => {
                        used.insert(name.to_owned());
                    }
                    None => found.retain(|it| !reference.expression.contains(it.as_str())),
                }
            }
        }
        Data::List(items) => items.iter().for_each(|it| visit(it, false, found, used)),
        Data::Map(entries) => {
            for it in entries {
                visit(&it.value, it.key == "image", found, used);
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
        scope.params.insert(name, shape(param));
    }
}
