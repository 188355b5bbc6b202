//! Values as JSON and back.

use serde_json::{Map, Number};

use crate::base::Name;
use crate::eval::to_text;
use crate::value::Value;

/// The value as JSON: what has units is text, as the targets spell it. `None` for what JSON cannot say (a range, a NaN).
pub(crate) fn to_json(value: &Value) -> Option<serde_json::Value> {
    match value {
        Value::None => Some(serde_json::Value::Null),
        Value::Bool(truth) => Some(serde_json::Value::Bool(*truth)),
        Value::Int(number) => Some(serde_json::Value::from(*number)),
        Value::Float(number) => Number::from_f64(*number).map(serde_json::Value::Number),
        Value::Str(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::Thing(_) => to_text(value).map(serde_json::Value::String),
        Value::List(all) => {
            let all: Option<Vec<_>> = all.iter().map(to_json).collect();
            all.map(serde_json::Value::Array)
        }
        Value::Record(fields) => {
            let field = |(key, it): (&Name, &Value)| Some((key.to_string(), to_json(it)?));
            let fields: Option<Map<_, _>> = fields.iter().map(field).collect();
            fields.map(serde_json::Value::Object)
        }
        Value::Range(_) | Value::Make(_) => None,
    }
}

/// JSON as a value: numbers without a fraction that fit are ints.
pub(crate) fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Value::str(text),
        serde_json::Value::Array(all) => Value::list(all.iter().map(from_json).collect()),
        serde_json::Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, it)| (Name::new(key), from_json(it)));
            Value::record(fields.collect())
        }
    }
}
