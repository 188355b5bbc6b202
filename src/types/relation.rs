//! Which type fits where, and what two types have in common.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::types::{FieldType, FnType, RecordType, StringType, ThingType, Type};

/// Whether every value of `from` may stand where `to` is expected.
pub(crate) fn assignable(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Error, _) | (_, Type::Error) => true,
        (Type::Union(all), _) => all.iter().all(|it| assignable(it, to)),
        (_, Type::Json) => is_data(from),
        (Type::None, Type::None | Type::Optional(_)) => true,
        (Type::Optional(from), Type::Optional(to)) => assignable(from, to),
        (Type::Optional(inner), Type::Union(_)) => {
            assignable(&Type::None, to) && assignable(inner, to)
        }
        (_, Type::Optional(to)) => assignable(from, to),
        (_, Type::Union(all)) => all.iter().any(|it| assignable(from, it)),
        (Type::Json, _) => json_fits(to),
        (Type::Bool, Type::Bool)
        | (Type::Float, Type::Float)
        | (Type::Duration, Type::Duration)
        | (Type::Bytes, Type::Bytes)
        | (Type::Cpu, Type::Cpu) => true,
        (Type::Int { min: a, max: b }, Type::Int { min: c, max: d })
        | (Type::Percent { min: a, max: b }, Type::Percent { min: c, max: d }) => {
            within((*a, *b), (*c, *d))
        }
        (Type::String(from), Type::String(to)) => string_fits(from, to),
        (Type::List(from), Type::List(to))
        | (Type::Map(from), Type::Map(to))
        | (Type::Secret(from), Type::Secret(to))
        | (Type::Range(from), Type::Range(to)) => assignable(from, to),
        (_, Type::List(to)) if !matches!(from, Type::List(_)) => keyed_fits(from, to),
        (Type::Object(from), Type::Object(to)) => from.id == to.id && (to.partial || !from.partial),
        (Type::Record(from), Type::Object(to)) => record_fits(from, &to.record()),
        (Type::Object(from), Type::Record(to)) => record_fits(&from.record(), to),
        (Type::Record(from), Type::Map(to)) => {
            let fits = |it: &FieldType| assignable(it.ty.without_none(), to);
            from.fields.values().all(fits)
        }
        (Type::Record(from), Type::Record(to)) => record_fits(from, to),
        (Type::Function(from), Type::Function(to)) => function_fits(from, to),
        (Type::Opaque(from), Type::Opaque(to)) | (Type::Variable(from), Type::Variable(to)) => {
            from == to
        }
        (Type::Thing(from), Type::Thing(to)) => {
            from.kind == to.kind && (to.name.is_none() || from.name == to.name)
        }
        _ => false,
    }
}

/// The least type that both fit; a union where they have nothing in common.
pub(crate) fn join(a: &Type, b: &Type) -> Type {
    if a.is_error() || assignable(a, b) {
        return b.clone();
    }
    if b.is_error() || assignable(b, a) {
        return a.clone();
    }
    match (a, b) {
        (Type::None, other) | (other, Type::None) => other.clone().optional(),
        (Type::Optional(a), b) | (b, Type::Optional(a)) => join(a, b.without_none()).optional(),
        (Type::Int { min: a, max: b }, Type::Int { min: c, max: d }) => {
            let (min, max) = hull((*a, *b), (*c, *d));
            Type::Int { min, max }
        }
        (Type::Percent { min: a, max: b }, Type::Percent { min: c, max: d }) => {
            let (min, max) = hull((*a, *b), (*c, *d));
            Type::Percent { min, max }
        }
        (Type::String(a), Type::String(b)) => Type::String(join_strings(a, b)),
        (Type::List(a), Type::List(b)) => join(a, b).list(),
        (Type::Map(a), Type::Map(b)) => Type::Map(Box::new(join(a, b))),
        (Type::Range(a), Type::Range(b)) => Type::Range(Box::new(join(a, b))),
        (Type::Record(record), Type::Map(of)) | (Type::Map(of), Type::Record(record)) => {
            let fields = record.fields.values();
            let of = fields.fold((**of).clone(), |of, it| join(&of, it.ty.without_none()));
            Type::Map(Box::new(of))
        }
        (Type::Record(a), Type::Record(b)) => Type::Record(Arc::new(join_records(a, b))),
        (Type::Thing(a), Type::Thing(b)) if a.kind == b.kind => {
            Type::Thing(Arc::new(join_things(a, b)))
        }
        (a, b) => union(a, b),
    }
}

/// Whether `a == b` can be true: the types overlap, and their values can be compared at all.
pub(crate) fn comparable(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Error, _) | (_, Type::Error) => true,
        (Type::Union(all), other) | (other, Type::Union(all)) => {
            all.iter().any(|it| comparable(it, other))
        }
        (Type::None, other) | (other, Type::None) => {
            matches!(other, Type::None | Type::Optional(_) | Type::Json)
        }
        (Type::Optional(inner), other) | (other, Type::Optional(inner)) => comparable(inner, other),
        (Type::Json, other) | (other, Type::Json) => is_data(other),
        (Type::String(a), Type::String(b)) => strings_overlap(a, b),
        (Type::List(a), Type::List(b))
        | (Type::Map(a), Type::Map(b))
        | (Type::Range(a), Type::Range(b)) => comparable(a, b),
        (Type::Record(record), Type::Map(of)) | (Type::Map(of), Type::Record(record)) => {
            record.fields.values().all(|it| comparable(&it.ty, of))
        }
        (Type::Record(a), Type::Record(b)) => {
            let shared = a
                .fields
                .iter()
                .filter_map(|(name, a)| Some((a, b.fields.get(name)?)));
            shared.into_iter().all(|(a, b)| comparable(&a.ty, &b.ty))
        }
        (Type::Int { .. }, Type::Int { .. })
        | (Type::Percent { .. }, Type::Percent { .. })
        | (Type::Bool, Type::Bool)
        | (Type::Float, Type::Float)
        | (Type::Duration, Type::Duration)
        | (Type::Bytes, Type::Bytes)
        | (Type::Cpu, Type::Cpu) => true,
        (Type::Object(_), Type::Object(_) | Type::Record(_) | Type::Map(_))
        | (Type::Record(_) | Type::Map(_), Type::Object(_)) => true,
        (Type::Thing(a), Type::Thing(b)) => a.kind == b.kind,
        (Type::Variable(a), Type::Variable(b)) => a == b,
        _ => false,
    }
}

/// Whether every value of the type can be written as JSON.
pub(crate) fn is_data(ty: &Type) -> bool {
    match ty {
        Type::Error
        | Type::Json
        | Type::None
        | Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::String(_) => true,
        Type::List(of) | Type::Map(of) | Type::Optional(of) => is_data(of),
        Type::Record(record) => record.fields.values().all(|it| is_data(&it.ty)),
        Type::Object(_) => true,
        Type::Union(all) => all.iter().all(is_data),
        Type::Secret(_)
        | Type::Range(_)
        | Type::Function(_)
        | Type::Opaque(_)
        | Type::Thing(_)
        | Type::Variable(_) => false,
    }
}

/// Open data is believed to be plain data; what narrows it (a form, bounds) needs an `as`.
fn json_fits(to: &Type) -> bool {
    match to {
        Type::Error | Type::Json | Type::Bool | Type::Float => true,
        Type::Int { min, max } => min.is_none() && max.is_none(),
        Type::String(string) => *string == StringType::default(),
        Type::List(of) | Type::Map(of) | Type::Optional(of) => json_fits(of),
        Type::Record(record) => record.fields.values().all(|it| json_fits(&it.ty)),
        Type::Object(_) => true,
        Type::Union(all) => all.iter().any(json_fits),
        Type::None
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::Secret(_)
        | Type::Range(_)
        | Type::Function(_)
        | Type::Opaque(_)
        | Type::Thing(_)
        | Type::Variable(_) => false,
    }
}

/// A map may stand for a list of what one field tells apart.
fn keyed_fits(from: &Type, element: &Type) -> bool {
    let Type::Object(element) = element else {
        return false;
    };
    let Some(entry) = element.entry() else {
        return false;
    };
    if let Type::Map(of) = from {
        return assignable(of, &entry);
    }
    let Type::Record(record) = from else {
        return false;
    };
    let mut fields = record.fields.values();
    fields.all(|it| assignable(it.ty.without_none(), &entry))
}

type Bounds = (Option<i64>, Option<i64>);

fn within(inner: Bounds, outer: Bounds) -> bool {
    let low = outer
        .0
        .is_none_or(|low| inner.0.is_some_and(|it| it >= low));
    let high = outer
        .1
        .is_none_or(|high| inner.1.is_some_and(|it| it <= high));
    low && high
}

fn hull(a: Bounds, b: Bounds) -> Bounds {
    let low = a.0.zip(b.0).map(|(a, b)| a.min(b));
    let high = a.1.zip(b.1).map(|(a, b)| a.max(b));
    (low, high)
}

fn string_fits(from: &StringType, to: &StringType) -> bool {
    if to.of.is_some() && from.of != to.of {
        return false;
    }
    // Each literal of one is looked for among all of the other.
    if from == to {
        return true;
    }
    if let Some(literals) = &from.literals {
        return literals.iter().all(|it| to.problem(it).is_none());
    }
    let form = to
        .form
        .is_none_or(|to| from.form.is_some_and(|it| it.refines(to)));
    let pattern = to.pattern.is_none() || from.pattern == to.pattern;
    let size = to
        .max_bytes
        .is_none_or(|most| from.longest().is_some_and(|it| it <= most));
    to.literals.is_none() && form && pattern && size
}

fn strings_overlap(a: &StringType, b: &StringType) -> bool {
    let some = |narrow: &StringType, wide: &StringType| {
        let all = narrow.literals.as_ref()?;
        Some(all.iter().any(|it| wide.problem(it).is_none()))
    };
    some(a, b).or_else(|| some(b, a)).unwrap_or(true)
}

fn join_strings(a: &StringType, b: &StringType) -> StringType {
    if let (Some(left), Some(right)) = (&a.literals, &b.literals) {
        let more = right.iter().filter(|it| !left.contains(it));
        let literals = Some(left.iter().chain(more).cloned().collect());
        return StringType {
            literals,
            form: a.form.filter(|_| a.form == b.form),
            ..StringType::default()
        };
    }
    let form = match (a.form, b.form) {
        (Some(a), Some(b)) if a.refines(b) => Some(b),
        (Some(a), Some(b)) if b.refines(a) => Some(a),
        _ => None,
    };
    StringType {
        form,
        literals: None,
        pattern: a.pattern.clone().filter(|_| a.pattern == b.pattern),
        max_bytes: a.longest().zip(b.longest()).map(|(a, b)| a.max(b)),
        of: a.of.clone().filter(|_| a.of == b.of),
    }
}

/// No field too few, none too many: a record is written out as an object, where one too many would be refused.
fn record_fits(from: &RecordType, to: &RecordType) -> bool {
    let known = from.fields.keys().all(|it| to.fields.contains_key(it));
    let fits = |(name, to): (&Name, &FieldType)| match from.fields.get(name) {
        None => to.may_be_absent(),
        // Left out, the field has its default.
        Some(from) if to.default.is_some() => assignable(from.ty.without_none(), &to.ty),
        Some(from) => assignable(&from.ty, &to.ty),
    };
    known && to.fields.iter().all(fits)
}

fn function_fits(from: &FnType, to: &FnType) -> bool {
    let params = from.params.iter().zip(&to.params);
    from.params.len() == to.params.len()
        && params
            .into_iter()
            .all(|(from, to)| assignable(&to.ty, &from.ty))
        && assignable(&from.result, &to.result)
}

/// A field that only one of them has is optional in what they have in common.
fn join_records(a: &RecordType, b: &RecordType) -> RecordType {
    let mut fields = IndexMap::new();
    for (name, a) in &a.fields {
        let ty = match b.fields.get(name) {
            Some(b) => join(&a.ty, &b.ty),
            None => a.ty.clone().optional(),
        };
        fields.insert(name.clone(), FieldType::new(ty));
    }
    for (name, b) in &b.fields {
        if !a.fields.contains_key(name) {
            fields.insert(name.clone(), FieldType::new(b.ty.clone().optional()));
        }
    }
    RecordType { name: None, fields }
}

fn join_things(a: &ThingType, b: &ThingType) -> ThingType {
    let shared = |(name, field): (&Name, &FieldType)| {
        let ty = join(&field.ty, &b.fields.get(name)?.ty);
        Some((name.clone(), FieldType::new(ty)))
    };
    ThingType {
        kind: a.kind.clone(),
        name: None,
        fields: a.fields.iter().filter_map(shared).collect(),
    }
}

fn union(a: &Type, b: &Type) -> Type {
    let mut all: Vec<Type> = Vec::new();
    for ty in members(a).iter().chain(members(b)) {
        if all.iter().any(|it| assignable(ty, it)) {
            continue;
        }
        all.retain(|it| !assignable(it, ty));
        all.push(ty.clone());
    }
    Type::Union(all)
}

fn members(ty: &Type) -> &[Type] {
    if let Type::Union(all) = ty {
        all
    } else {
        std::slice::from_ref(ty)
    }
}

#[cfg(test)]
#[path = "relation_tests.rs"]
mod tests;
