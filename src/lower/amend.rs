//! Laying one value over another: records and maps merge by key, all else is replaced, `none` removes, `exactly(v)` replaces a whole map.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{Expr, ExprKind};
use crate::value::Value;

/// `base` with `over` laid over it.
pub(crate) fn amend(base: &Expr, over: &Expr) -> Expr {
    if let Some(whole) = exactly(over) {
        return whole;
    }
    let (Some(mut fields), Some(changes)) = (record(base), record(over)) else {
        return over.clone();
    };
    amend_fields(&mut fields, changes);
    crate::lower::fold::record(over.span, fields)
}

/// Lays `changes` over `fields`.
pub(crate) fn amend_fields(fields: &mut IndexMap<Name, Expr>, changes: IndexMap<Name, Expr>) {
    for (key, change) in changes {
        if is_none(&change) {
            fields.shift_remove(&key);
            continue;
        }
        let value = match fields.get(&key) {
            Some(base) => amend(base, &change),
            None => alone(change),
        };
        fields.insert(key, value);
    }
}

/// What is laid over nothing: there is nothing to remove either.
pub(crate) fn alone(change: Expr) -> Expr {
    if let Some(whole) = exactly(&change) {
        return whole;
    }
    let Some(changes) = record(&change) else {
        return change;
    };
    let mut fields = IndexMap::new();
    amend_fields(&mut fields, changes);
    crate::lower::fold::record(change.span, fields)
}

/// The fields of a record, known or not; `None` for anything else.
pub(crate) fn record(expr: &Expr) -> Option<IndexMap<Name, Expr>> {
    match &expr.kind {
        ExprKind::Const(Value::Record(fields)) => {
            let constant = |it: &Value| Expr::constant(expr.span, it.clone());
            let fields = fields.iter();
            Some(
                fields
                    .map(|(key, it)| (key.clone(), constant(it)))
                    .collect(),
            )
        }
        ExprKind::Record(fields) => Some(Arc::unwrap_or_clone(fields.clone())),
        ExprKind::Const(_)
        | ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Make(..)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => None,
    }
}

pub(crate) fn is_none(expr: &Expr) -> bool {
    expr.value().is_some_and(Value::is_none)
}

/// `v` of `exactly(v)`.
pub(crate) fn exactly(expr: &Expr) -> Option<Expr> {
    let is_open = matches!(&expr.kind, ExprKind::Make(name, _) if name == "exactly");
    let is_known =
        matches!(&expr.kind, ExprKind::Const(Value::Make(make)) if make.name == "exactly");
    if is_open || is_known {
        expr.get("value")
    } else {
        None
    }
}
