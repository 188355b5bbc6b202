//! Values as the text that the target carries, and texts as values of a type.

use std::time::Duration;

use crate::eval::{from_json, to_json, to_text};
use crate::plan::{Param, ParamShape};
use crate::types::Type;
use crate::types::fit::misfit;
use crate::types::literal::literal;
use crate::value::Value;

/// The value as a program that runs sees it; what has no text of its own is JSON.
pub(crate) fn of(value: &Value) -> String {
    let json = || to_json(value).map(|it| it.to_string());
    to_text(value).or_else(json).unwrap_or_default()
}

/// The value as the target has it: text, a list of texts or a record of texts.
pub(crate) fn erased(value: &Value) -> Value {
    match value {
        Value::Str(_) => value.clone(),
        Value::List(all) => Value::list(all.iter().map(|it| Value::str(of(it))).collect()),
        Value::Record(fields) => {
            let fields = fields.iter();
            Value::record(
                fields
                    .map(|(name, it)| (name.clone(), Value::str(of(it))))
                    .collect(),
            )
        }
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::Range(_)
        | Value::Make(_)
        | Value::Thing(_) => Value::str(of(value)),
    }
}

/// A duration as Go prints it: `1h0m0s`, `1.5s`, `300ms`.
pub(crate) fn go(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let fraction = |unit: u128, name: &str| {
        let (whole, rest) = (nanos / unit, nanos % unit);
        let digits = unit.ilog10() as usize;
        let rest = format!("{rest:0digits$}");
        let rest = rest.trim_end_matches('0');
        match rest.is_empty() || digits == 0 {
            true => format!("{whole}{name}"),
            false => format!("{whole}.{rest}{name}"),
        }
    };
    match nanos {
        0 => return "0s".to_owned(),
        1..1_000 => return format!("{nanos}ns"),
        1_000..1_000_000 => return fraction(1_000, "µs"),
        1_000_000..1_000_000_000 => return fraction(1_000_000, "ms"),
        _ => {}
    }
    let minutes = duration.as_secs() / 60;
    let seconds = duration - Duration::from_secs(minutes * 60);
    let mut text = String::new();
    if minutes >= 60 {
        text += &format!("{}h", minutes / 60);
    }
    if minutes > 0 {
        text += &format!("{}m", minutes % 60);
    }
    let whole = seconds.as_secs();
    let rest = format!("{:09}", seconds.subsec_nanos());
    match rest.trim_end_matches('0') {
        "" => text + &format!("{whole}s"),
        rest => text + &format!("{whole}.{rest}s"),
    }
}

/// The value that a text gives for a parameter; otherwise what is wrong with it.
pub(crate) fn parse(param: &Param, text: &str) -> Result<Value, String> {
    match &param.shape {
        ParamShape::String => parse_one(&param.ty, text),
        ParamShape::Array => parse_list(&param.ty, text),
        ParamShape::Object(_) => match serde_json::from_str(text) {
            Ok(json @ serde_json::Value::Object(_)) => Ok(from_json(&json)),
            Ok(_) | Err(_) => Err("write it as JSON, {\"key\": \"value\"}".to_owned()),
        },
    }
}

fn parse_list(ty: &Type, text: &str) -> Result<Value, String> {
    let any = Type::string();
    let item = if let Type::List(item) = ty.without_none() {
        item
    } else {
        &any
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
    let ty = ty.without_none();
    if let Type::Union(types) = ty {
        let parsed = types.iter().find_map(|it| parse_one(it, text).ok());
        return parsed.ok_or_else(|| format!("a `{ty}` was expected"));
    }
    let measured = matches!(
        ty,
        Type::Int { .. }
            | Type::Float
            | Type::Duration
            | Type::Bytes
            | Type::Cpu
            | Type::Percent { .. }
    );
    let value = match (ty, text) {
        // A declared thing travels by its name, of which the caller knows as much as we do.
        (Type::Thing(_), _) => return Ok(Value::str(text)),
        (Type::Bool, "true") => Value::Bool(true),
        (Type::Bool, "false") => Value::Bool(false),
        (Type::Bool, _) => return Err("expected `true` or `false`".to_owned()),
        (_, _) if measured => number(text, ty)?,
        (_, _) => Value::str(text),
    };
    if let Type::String(string) = ty
        && string.form.is_none()
    {
        let problem = string.problem(text);
        return problem.map_or(Ok(value), |it| Err(it.reason.into_owned()));
    }
    match misfit(&value, ty) {
        Some((_, reason)) => Err(reason),
        None => Ok(value),
    }
}

fn number(text: &str, ty: &Type) -> Result<Value, String> {
    // Bounds are checked after, so that the message names them.
    let wide = if matches!(ty, Type::Int { .. }) {
        &Type::INT
    } else if matches!(ty, Type::Percent { .. }) {
        &Type::PERCENT
    } else {
        ty
    };
    literal(text, wide).map_err(|_| format!("`{text}` is no `{wide}`"))
}

#[cfg(test)]
mod tests {
    use super::{of, parse_one};
    use crate::types::{Form, Type};
    use crate::value::Value;

    #[test]
    fn lists_are_json() {
        let list = Value::list(vec![Value::Int(1), Value::str("a")]);
        assert_eq!(of(&list), r#"[1,"a"]"#);
    }

    #[test]
    fn bounds_and_forms_hold() {
        let (min, max) = (Some(1), None);
        assert!(parse_one(&Type::Int { min, max }, "0").is_err());
        assert_eq!(parse_one(&Type::Int { min, max }, "7"), Ok(Value::Int(7)));
        assert!(parse_one(&Type::Int { min, max }, "7x").is_err());
        assert!(parse_one(&Type::form(Form::GitSha), "abc").is_err());
        let hour = parse_one(&Type::Duration, "1h");
        assert_eq!(hour, Ok(Value::Duration(3_600_000_000_000)));
    }
}
