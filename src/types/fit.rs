//! Whether a known value is of a type: what `as` checks, and what a computed value must hold.

use indexmap::IndexMap;

use crate::base::Name;
use crate::types::{FieldType, Form, RecordType, Type, assignable};
use crate::value::{Value, text};

/// Why the value is none of the type, with the byte of the text that is wrong where it is a text; `None` if it is one.
///
/// What values do not show (whose secret, which image's digest) is not asked.
pub(crate) fn misfit(value: &Value, ty: &Type) -> Option<(Option<usize>, String)> {
    match (ty, value) {
        (Type::Error | Type::Json | Type::Variable(_) | Type::Function(_), _) => None,
        (Type::Optional(_) | Type::None, Value::None) => None,
        (Type::Optional(inner), _) | (Type::Secret(inner), _) => misfit(value, inner),
        (Type::Bool, Value::Bool(_))
        | (Type::Float, Value::Float(_))
        | (Type::Duration, Value::Duration(_))
        | (Type::Bytes, Value::Bytes(_))
        | (Type::Cpu, Value::Cpu(_)) => None,
        (Type::Int { min, max }, Value::Int(number)) => {
            outside(*number, (*min, *max), |it| it.to_string())
        }
        (Type::Percent { min, max }, Value::Percent(number)) => {
            outside(*number, (*min, *max), text::percent)
        }
        (Type::String(string), Value::Str(text)) => {
            let error = string.problem(text)?;
            let form = string.form.map_or("String", Form::name);
            Some((
                Some(error.at),
                format!("`{text}` is no `{form}`: {}", error.reason),
            ))
        }
        (Type::List(of), Value::List(all)) => all.iter().find_map(|it| misfit(it, of)),
        (Type::Map(of), Value::Record(all)) => all.values().find_map(|it| misfit(it, of)),
        (Type::Record(record), Value::Record(fields)) => record_misfit(record, fields),
        (Type::Object(object), Value::Record(fields)) => record_misfit(&object.record(), fields),
        (Type::List(of), Value::Record(all)) if let Some(entry) = entry_of(of) => {
            all.values().find_map(|it| misfit(it, &entry))
        }
        (Type::Range(of), Value::Range(ends)) => {
            let some = |it: &Value| if it.is_none() { None } else { misfit(it, of) };
            some(&ends.0).or_else(|| some(&ends.1))
        }
        (Type::Union(all), _) => {
            let fits = all.iter().any(|it| misfit(value, it).is_none());
            (!fits).then(|| (None, another_type(ty)))
        }
        // Which function made it is the checker's knowledge.
        (Type::Opaque(_), Value::Make(_)) => None,
        (Type::Thing(thing), Value::Thing(it)) if thing.kind == it.kind => None,
        _ => Some((None, another_type(ty))),
    }
}

/// What stands in a map that is written for a list of such elements.
fn entry_of(element: &Type) -> Option<Type> {
    if let Type::Object(object) = element {
        object.entry()
    } else {
        None
    }
}

fn record_misfit(
    record: &RecordType,
    fields: &IndexMap<Name, Value>,
) -> Option<(Option<usize>, String)> {
    let misfits = record.fields.iter();
    misfits
        .map(|(name, field)| field_misfit(name, field, fields.get(name)))
        .find_map(|it| it)
        .or_else(|| unknown_field(record, fields.keys()))
}

fn another_type(ty: &Type) -> String {
    format!("a `{ty}` was expected")
}

fn outside(
    number: i64,
    bounds: (Option<i64>, Option<i64>),
    show: impl Fn(i64) -> String,
) -> Option<(Option<usize>, String)> {
    let low = bounds.0.filter(|it| number < *it);
    let high = bounds.1.filter(|it| number > *it);
    let shown = show(number);
    if let Some(low) = low {
        return Some((None, format!("`{shown}` is less than {}", show(low))));
    }
    Some((None, format!("`{shown}` is more than {}", show(high?))))
}

fn field_misfit(
    name: &Name,
    field: &FieldType,
    value: Option<&Value>,
) -> Option<(Option<usize>, String)> {
    match value {
        Some(value) => {
            misfit(value, &field.ty).map(|it| (None, format!("field `{name}`: {}", it.1)))
        }
        None if field.may_be_absent() => None,
        None => Some((None, format!("field `{name}` is missing"))),
    }
}

fn unknown_field<'a>(
    record: &RecordType,
    mut names: impl Iterator<Item = &'a Name>,
) -> Option<(Option<usize>, String)> {
    let name = names.find(|it| !record.fields.contains_key(*it))?;
    Some((
        None,
        format!(
            "`{name}` is no field of `{}`",
            Type::Record(record.clone().into())
        ),
    ))
}

/// Whether `from as to` can ever hold: one narrows the other, or both are texts, or one is open data.
pub(crate) fn castable(from: &Type, to: &Type) -> bool {
    let texts = matches!((from, to), (Type::String(_), Type::String(_)));
    let numbers = matches!(
        (from, to),
        (Type::Int { .. }, Type::Int { .. }) | (Type::Percent { .. }, Type::Percent { .. })
    );
    let open = matches!(from, Type::Json);
    let narrowed = matches!(from, Type::Optional(inner) if castable(inner, to));
    texts || numbers || open || narrowed || assignable(from, to) || assignable(to, from)
}
