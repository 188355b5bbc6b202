//! Type variables in the signatures of built-ins: `fn first(self: List<T>) -> T?`.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::types::{FieldType, FnType, ParamType, RecordType, Type, assignable, join};

/// Makes `actual` fit `pattern` by giving its variables types; false where it cannot.
///
/// A variable that two arguments bind gets what both have in common.
pub(crate) fn bind(pattern: &Type, actual: &Type, bound: &mut IndexMap<Name, Type>) -> bool {
    match (pattern, actual) {
        (_, Type::Error) => true,
        (Type::Variable(name), _) => {
            let ty = match bound.get(name) {
                Some(before) => join(before, actual),
                None => actual.clone(),
            };
            bound.insert(name.clone(), ty);
            true
        }
        (Type::Optional(_), Type::None) => true,
        (Type::Optional(pattern), _) => bind(pattern, actual.without_none(), bound),
        (Type::List(pattern), Type::List(actual))
        | (Type::Map(pattern), Type::Map(actual))
        | (Type::Secret(pattern), Type::Secret(actual))
        | (Type::Range(pattern), Type::Range(actual)) => bind(pattern, actual, bound),
        (Type::List(pattern) | Type::Map(pattern), Type::Json) => bind(pattern, actual, bound),
        (Type::Map(pattern), Type::Record(record)) => {
            let mut fields = record.fields.values();
            fields.all(|it| bind(pattern, it.ty.without_none(), bound))
        }
        (Type::Function(pattern), Type::Function(actual)) => {
            let params = pattern.params.iter().zip(&actual.params);
            pattern.params.len() == actual.params.len()
                && params
                    .into_iter()
                    .all(|(pattern, actual)| bind(&pattern.ty, &actual.ty, bound))
                && bind(&pattern.result, &actual.result, bound)
        }
        _ => assignable(actual, &substitute(pattern, bound)),
    }
}

/// The type with what its variables are bound to. One that nothing binds fits everywhere: it comes of an empty list, or of an
/// argument that is wrong already.
pub(crate) fn substitute(ty: &Type, bound: &IndexMap<Name, Type>) -> Type {
    let inner = |it: &Type| Box::new(substitute(it, bound));
    match ty {
        Type::Variable(name) => bound.get(name).cloned().unwrap_or(Type::Error),
        Type::List(of) => Type::List(inner(of)),
        Type::Map(of) => Type::Map(inner(of)),
        Type::Optional(of) => substitute(of, bound).optional(),
        Type::Secret(of) => Type::Secret(inner(of)),
        Type::Range(of) => Type::Range(inner(of)),
        Type::Union(all) => Type::Union(all.iter().map(|it| substitute(it, bound)).collect()),
        Type::Record(record) => {
            let field = |(name, field): (&Name, &FieldType)| {
                let ty = substitute(&field.ty, bound);
                (
                    name.clone(),
                    FieldType {
                        ty,
                        ..field.clone()
                    },
                )
            };
            Type::Record(Arc::new(RecordType {
                name: record.name.clone(),
                fields: record.fields.iter().map(field).collect(),
            }))
        }
        Type::Function(function) => {
            let param = |it: &ParamType| ParamType {
                ty: substitute(&it.ty, bound),
                ..it.clone()
            };
            Type::Function(Arc::new(FnType {
                params: function.params.iter().map(param).collect(),
                result: substitute(&function.result, bound),
            }))
        }
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
        | Type::String(_)
        | Type::Opaque(_)
        | Type::Object(_)
        | Type::Thing(_) => ty.clone(),
    }
}
