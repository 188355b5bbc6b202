//! Values as the text that the target carries, and texts as values of a type.

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{Param, ParamShape};
use crate::types::{StringType, Type};
use crate::value::Value;

/// The value as a program that runs sees it.
pub(crate) fn of(value: &Value) -> String {
    match value {
        Value::None => String::new(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => it.to_string(),
        Value::Str(it) => it.to_string(),
        Value::Duration(it) => duration(*it),
        Value::Bytes(it) => it.to_string(),
        Value::Cpu(it) => format!("{it}m"),
        Value::Percent(it) => format!("{}%", fraction(*it, 1_000_000)),
        Value::Range(two) => format!("{}..={}", of(&two.0), of(&two.1)),
        Value::Thing(it) => it.name.to_string(),
        Value::List(_) | Value::Record(_) | Value::Make(_) => json(value).to_string(),
    }
}

/// The value as JSON; what is no plain data becomes its text.
pub(crate) fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::None => serde_json::Value::Null,
        Value::Bool(it) => (*it).into(),
        Value::Int(it) => (*it).into(),
        Value::Float(it) => (*it).into(),
        Value::List(all) => all.iter().map(json).collect(),
        Value::Record(fields) => record(fields),
        Value::Make(make) => record(&make.args),
        Value::Str(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::Range(_)
        | Value::Thing(_) => of(value).into(),
    }
}

fn record(fields: &IndexMap<Name, Value>) -> serde_json::Value {
    let fields = fields.iter().map(|(name, it)| (name.to_string(), json(it)));
    serde_json::Value::Object(fields.collect())
}

/// A value that JSON describes.
pub(crate) fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(it) => Value::Bool(*it),
        serde_json::Value::Number(it) => match it.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(it.as_f64().unwrap_or_default()),
        },
        serde_json::Value::String(it) => Value::str(it),
        serde_json::Value::Array(all) => Value::list(all.iter().map(from_json).collect()),
        serde_json::Value::Object(fields) => {
            let fields = fields.iter();
            Value::record(fields.map(|(name, it)| (Name::new(name), from_json(it))).collect())
        }
    }
}

/// `1h30m`, as Go reads it.
pub(crate) fn duration(nanoseconds: i64) -> String {
    const UNITS: &[(i64, &str)] = &[
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
        (1, "ns"),
    ];
    let mut left = nanoseconds;
    let mut text = String::new();
    for (size, unit) in UNITS {
        if left / size != 0 {
            text += &format!("{}{unit}", left / size);
            left %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

fn fraction(value: i64, one: i64) -> String {
    let text = format!("{}.{:06}", value / one, value % one);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The value that a text gives for a parameter; otherwise what is wrong with it, as the end of `x=… : `.
pub(crate) fn parse(param: &Param, text: &str) -> Result<Value, String> {
    match &param.shape {
        ParamShape::String => parse_one(param.ty.without_none(), text),
        ParamShape::Array => parse_list(&param.ty, text),
        ParamShape::Object(_) => match serde_json::from_str(text) {
            Ok(json @ serde_json::Value::Object(_)) => Ok(from_json(&json)),
            Ok(_) | Err(_) => Err("write it as JSON, {\"key\": \"value\"}".to_owned()),
        },
    }
}

fn parse_list(ty: &Type, text: &str) -> Result<Value, String> {
    let item = match ty.without_none() {
        Type::List(item) => item,
        _ => &Type::string(),
    };
    if text.is_empty() {
        return Ok(Value::list(Vec::new()));
    }
    let texts: Vec<String> = if text.starts_with('[') {
        let bad = |it: serde_json::Error| format!("it is no JSON list: {it}");
        let values: Vec<serde_json::Value> = serde_json::from_str(text).map_err(bad)?;
        values.iter().map(|it| of(&from_json(it))).collect()
    } else {
        text.split(',').map(str::to_owned).collect()
    };
    let values = texts.iter().map(|it| parse_one(item, it));
    Ok(Value::list(values.collect::<Result<_, _>>()?))
}

/// A value of a type that the target sees as a string.
pub(crate) fn parse_one(ty: &Type, text: &str) -> Result<Value, String> {
    match ty {
        Type::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err("expected `true` or `false`".to_owned()),
        },
        Type::Int { min, max } => whole(text, *min, *max),
        Type::Float => {
            let number = text.parse().ok().filter(|it: &f64| it.is_finite());
            number.map(Value::Float).ok_or_else(|| "expected a number".to_owned())
        }
        Type::String(string) => {
            check(string, text)?;
            Ok(Value::str(text))
        }
        Type::Optional(inner) => parse_one(inner, text),
        Type::Union(types) => {
            let mut reasons = Vec::new();
            for ty in types {
                match parse_one(ty, text) {
                    Ok(value) => return Ok(value),
                    Err(reason) => reasons.push(reason),
                }
            }
            Err(reasons.join(", or "))
        }
        Type::Error
        | Type::Json
        | Type::None
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::List(_)
        | Type::Map(_)
        | Type::Secret(_)
        | Type::Range(_)
        | Type::Record(_)
        | Type::Function(_)
        | Type::Opaque(_)
        | Type::Thing(_) => Ok(Value::str(text)),
    }
}

fn whole(text: &str, min: Option<i64>, max: Option<i64>) -> Result<Value, String> {
    let Ok(number) = text.parse::<i64>() else {
        return Err("expected a whole number".to_owned());
    };
    if min.is_some_and(|it| number < it) || max.is_some_and(|it| number > it) {
        let shown = |it: Option<i64>| it.map(|it| it.to_string()).unwrap_or_default();
        return Err(format!("expected {}..={}", shown(min), shown(max)));
    }
    Ok(Value::Int(number))
}

/// What of a string's type the text lacks.
fn check(ty: &StringType, text: &str) -> Result<(), String> {
    if let Some(literals) = &ty.literals
        && !literals.iter().any(|it| it == text)
    {
        let known: Vec<String> = literals.iter().map(|it| format!("`{it}`")).collect();
        return Err(format!("expected {}", known.join(" or ")));
    }
    if let Some(most) = ty.max_bytes
        && text.len() as u64 > most
    {
        return Err(format!("expected at most {most} bytes, found {}", text.len()));
    }
    if let Some(pattern) = &ty.pattern {
        let whole = regex::Regex::new(&format!("^(?:{pattern})$"));
        if whole.is_ok_and(|it| !it.is_match(text)) {
            return Err(format!("expected text that `{pattern}` matches"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{duration, of, parse_one};
    use crate::types::Type;
    use crate::value::Value;

    #[test]
    fn units_are_written_as_targets_read_them() {
        assert_eq!(duration(5_400_000_000_000), "1h30m");
        assert_eq!(duration(0), "0s");
        assert_eq!(of(&Value::Percent(12_500_000)), "12.5%");
        assert_eq!(of(&Value::list(vec![Value::Int(1), Value::str("a")])), r#"[1,"a"]"#);
    }

    #[test]
    fn bounds_are_named() {
        let ty = Type::Int { min: Some(1), max: None };
        assert_eq!(parse_one(&ty, "0"), Err("expected 1..=".to_owned()));
        assert_eq!(parse_one(&ty, "7"), Ok(Value::Int(7)));
    }
}
