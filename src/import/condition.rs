//! `when`: what the API has as inputs and values, as conditions of the language.

use crate::import::reference::Scope;
use crate::import::value::{self, string};
use crate::import::write;
use crate::yaml::Node;

/// All of the conditions hold.
pub(crate) fn all(conditions: &[Node], scope: &Scope, level: usize) -> String {
    let all = conditions.iter().map(|it| condition(it, scope, level));
    all.collect::<Vec<_>>().join(" && ")
}

/// `input in values`, as the language says it: `a == "x"`, `a != "x"`, `a in list`, `!(a in list)`.
fn condition(node: &Node, scope: &Scope, level: usize) -> String {
    if let Some(cel) = node
        .get("cel")
        .and_then(Node::text)
        .filter(|it| !it.is_empty())
    {
        return format!("cel({})", write::string(&scope.pieces(cel, true), level));
    }
    let text = node.text_of("input");
    let is_constant = scope.is_constant(text);
    let known = scope.values_of(text);
    let is_unknown = |it: &str| known.as_ref().is_some_and(|all| !all.contains(&it));
    let mut input = string(text, scope, level);
    let bare = input
        .strip_prefix("\"#{")
        .and_then(|it| it.strip_suffix("}\""));
    if let Some(bare) = bare.filter(|it| it.ends_with(".bound")) {
        input = bare.to_owned();
    }
    let values = node.list("values");
    let wanted = node.text_of("operator") == "in";
    if let [only] = values
        && let Some(text) = only.text()
    {
        let text = text.to_owned();
        if let Some(list) = scope.whole_list(&text) {
            return within(&input, &list, wanted);
        }
        if input.ends_with(".bound") && ["true", "false"].contains(&text.as_str()) {
            let holds = (text == "true") == wanted;
            return if holds { input } else { format!("!{input}") };
        }
        // `"x" == y` would be written with `y` as what is looked at, and `"x" == "y"` is refused.
        let other = string(&text, scope, level);
        if is_constant {
            return within(&input, &write::list(&[other], level), wanted);
        }
        // What it never is may be asked for all the same.
        if scope.is_constant(&text) && is_unknown(&text) {
            input.push_str(" as String");
        }
        let operator = if wanted { "==" } else { "!=" };
        return format!("{input} {operator} {other}");
    }
    if values.iter().filter_map(Node::text).any(is_unknown) {
        input.push_str(" as String");
    }
    let values: Vec<String> = values
        .iter()
        .map(|it| value::element(it, scope, level + 1))
        .collect();
    within(&input, &write::list(&values, level), wanted)
}

fn within(input: &str, list: &str, wanted: bool) -> String {
    match wanted {
        true => format!("{input} in {list}"),
        false => format!("!({input} in {list})"),
    }
}
