//! What a place that expects a type takes of each form of literal.

use std::sync::Arc;

use crate::types::{FnType, Form, RecordType, StringType, Type, assignable};

/// The function that is expected, `T?` looked through.
pub(crate) fn function(want: &Type) -> Option<FnType> {
    match want.without_none() {
        Type::Function(function) => Some((**function).clone()),
        _ => None,
    }
}

/// Whether anything may stand: data, or what is wrong already.
pub(crate) fn is_open(want: &Type) -> bool {
    match want {
        Type::Error | Type::Json | Type::Variable(_) => true,
        Type::Optional(inner) => is_open(inner),
        _ => false,
    }
}

/// The members of a union, or the type itself, `T?` looked through.
pub(crate) fn members(want: &Type) -> Vec<&Type> {
    match want {
        Type::Optional(inner) => members(inner),
        Type::Union(all) => all.iter().flat_map(members).collect(),
        other => vec![other],
    }
}

/// The texts that fit.
pub(crate) fn strings(want: &Type) -> Vec<&StringType> {
    let all = members(want).into_iter();
    all.filter_map(|it| {
        if let Type::String(string) = it {
            Some(string)
        } else {
            None
        }
    })
    .collect()
}

/// The elements of the list that fits.
pub(crate) fn element(want: &Type) -> Option<&Type> {
    members(want).into_iter().find_map(|it| {
        if let Type::List(of) = it {
            Some(&**of)
        } else {
            None
        }
    })
}

/// What the range that fits is of.
pub(crate) fn range(want: &Type) -> Option<&Type> {
    members(want).into_iter().find_map(|it| {
        if let Type::Range(of) = it {
            Some(&**of)
        } else {
            None
        }
    })
}

/// What a record literal may become.
pub(crate) enum RecordPlace {
    /// These fields; with the type that the record has then.
    Record(Arc<RecordType>, Type),
    Map(Type),
    /// The list of that type, as a map from the field that tells its elements apart to what stands there.
    Keyed(Type, Type),
    /// Any keys, any data.
    Open,
}

/// The record that knows the most of these keys, else a map, else open data.
pub(crate) fn record<'k>(
    want: &Type,
    keys: impl Iterator<Item = &'k str> + Clone,
) -> Option<RecordPlace> {
    let all = members(want);
    let known = |record: &RecordType| {
        keys.clone()
            .filter(|it| record.fields.contains_key(*it))
            .count()
    };
    let records = all.iter().filter_map(|it| Some((it.record()?, *it)));
    let mut best: Option<(Arc<RecordType>, &Type, usize)> = None;
    for (record, ty) in records {
        let count = known(&record);
        if best.as_ref().is_none_or(|it| count > it.2) {
            best = Some((record, ty, count));
        }
    }
    let open = || {
        all.iter()
            .any(|it| is_open(it))
            .then_some(RecordPlace::Open)
    };
    let map = || {
        all.iter().find_map(|it| {
            if let Type::Map(of) = it {
                Some(RecordPlace::Map((**of).clone()))
            } else {
                None
            }
        })
    };
    match best {
        Some((record, ty, _)) => Some(RecordPlace::Record(record, ty.clone())),
        None => map().or_else(|| keyed(&all)).or_else(open),
    }
}

/// The list that is written as a map.
fn keyed(all: &[&Type]) -> Option<RecordPlace> {
    all.iter().find_map(|it| {
        if let Type::List(of) = it
            && let Type::Object(element) = &**of
        {
            return Some(RecordPlace::Keyed(element.entry()?, (*it).clone()));
        }
        None
    })
}

/// Whether defaults may be filled in somewhere within, so that the place decides what a value is.
pub(crate) fn is_composite(ty: &Type) -> bool {
    match ty {
        Type::List(_) | Type::Map(_) | Type::Record(_) | Type::Object(_) => true,
        Type::Optional(inner) => is_composite(inner),
        Type::Union(all) => all.iter().any(is_composite),
        _ => false,
    }
}

/// Whether a published schema says what the value is.
pub(crate) fn has_schema(ty: &Type) -> bool {
    match ty {
        Type::Object(_) => true,
        Type::Optional(of) | Type::List(of) => has_schema(of),
        _ => false,
    }
}

/// The type without bounds.
pub(crate) fn unbounded(ty: &Type) -> Type {
    match ty {
        Type::Int { .. } => Type::INT,
        Type::Percent { .. } => Type::PERCENT,
        other => other.clone(),
    }
}

/// Whether values of the type are numbers, with or without unit, and so have an order.
pub(crate) fn has_order(ty: &Type) -> bool {
    match ty {
        Type::Error
        | Type::Int { .. }
        | Type::Float
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. } => true,
        Type::Json
        | Type::None
        | Type::Bool
        | Type::String(_)
        | Type::List(_)
        | Type::Map(_)
        | Type::Optional(_)
        | Type::Secret(_)
        | Type::Range(_)
        | Type::Record(_)
        | Type::Object(_)
        | Type::Function(_)
        | Type::Union(_)
        | Type::Opaque(_)
        | Type::Thing(_)
        | Type::Variable(_) => false,
    }
}

/// A declared thing that is a parameter is passed by its name, `""` for `none`: so it fits where a text is expected.
pub(crate) fn erased(found: Type, expected: &Type) -> Type {
    let name = match &found {
        Type::Thing(thing) if thing.name.is_none() && thing.kind != "workspace" => {
            Type::form(Form::Name)
        }
        Type::Optional(inner) => match &**inner {
            Type::Thing(thing) if thing.name.is_none() && thing.kind != "workspace" => {
                Type::string()
            }
            _ => return found,
        },
        _ => return found,
    };
    if !assignable(&found, expected) && assignable(&name, expected) {
        name
    } else {
        found
    }
}
