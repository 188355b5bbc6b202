//! How a value is spelled where a text is wanted: in a hole of a string, as a parameter of Tekton.

use crate::value::{Value, text};

/// The text of a value; `None` for what has none (lists, records, ranges). `none` is the empty text, a thing its name.
pub(crate) fn to_text(value: &Value) -> Option<String> {
    match value {
        Value::None => Some(String::new()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(text::float(*number)),
        Value::Str(text) => Some(text.to_string()),
        Value::Duration(it) => Some(text::duration(*it)),
        Value::Bytes(it) => Some(text::bytes(*it)),
        Value::Cpu(it) => Some(text::cpu(*it)),
        Value::Percent(it) => Some(text::percent(*it)),
        Value::Thing(thing) => Some(thing.name.to_string()),
        Value::List(_) | Value::Record(_) | Value::Range(_) | Value::Make(_) => None,
    }
}
