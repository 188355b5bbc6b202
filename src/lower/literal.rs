//! Numbers with and without unit, read by the type that their place expects. The checker has refused those that do not fit.

use crate::types::{self, Type};
use crate::value::Value;

/// The value of `text` where a value of `ty` is expected.
pub(crate) fn value(text: &str, ty: &Type) -> Value {
    let mut expected = ty.without_none();
    if let Type::Range(inner) | Type::Secret(inner) = expected {
        expected = inner;
    }
    // A bound may speak of the number behind a `-`.
    types::literal(text, expected)
        .or_else(|_| types::literal(text, unbounded(expected)))
        .or_else(|_| types::literal(text, &Type::Error))
        .unwrap_or_else(|_| Value::str(text))
}

fn unbounded(ty: &Type) -> &Type {
    if matches!(ty, Type::Int { .. }) {
        return &Type::INT;
    }
    if matches!(ty, Type::Percent { .. }) {
        return &Type::PERCENT;
    }
    ty
}
