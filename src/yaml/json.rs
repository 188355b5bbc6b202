//! JSON as Go writes it: keys in order, and what HTML would see escaped.

use std::fmt::Write as _;

use crate::yaml::node::Data;
use crate::yaml::{Node, go_number};

/// The text of a value.
pub(crate) fn go_json(node: &Node) -> String {
    let mut text = String::new();
    write(node, &mut text);
    text
}

fn write(node: &Node, into: &mut String) {
    match &node.data {
        Data::Null => into.push_str("null"),
        Data::Bool(it) => into.push_str(if *it { "true" } else { "false" }),
        Data::Number(it) => into.push_str(&go_number(it)),
        Data::String(it) => string(it, into),
        Data::List(items) => {
            into.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                write(item, into);
            }
            into.push(']');
        }
        Data::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            into.push('{');
            for (at, entry) in entries.into_iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                string(&entry.key, into);
                into.push(':');
                write(&entry.value, into);
            }
            into.push('}');
        }
    }
}

fn string(text: &str, into: &mut String) {
    into.push('"');
    for letter in text.chars() {
        match letter {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\u{8}' => into.push_str("\\b"),
            '\u{c}' => into.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..'\u{20}' => {
                let _ = write!(into, "\\u{:04x}", u32::from(letter));
            }
            _ => into.push(letter),
        }
    }
    into.push('"');
}
