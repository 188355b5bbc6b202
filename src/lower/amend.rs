//! Laying one value over another: records and maps merge by key, all else is replaced, `none` removes, `exactly(v)` replaces a whole map.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{Expr, ExprKind};
use crate::value::Value;

/// What becomes of a list that another is laid over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lists {
    Replace,
    /// Elements that one field tells apart merge by it, as `kubectl apply` does.
    Merge,
}

/// The fields by which Kubernetes tells the elements of a list apart.
const MERGE_KEYS: &[&str] = &[
    "name",
    "mountPath",
    "devicePath",
    "containerPort",
    "topologyKey",
    "ip",
];

/// `base` with `over` laid over it.
pub(crate) fn amend(base: &Expr, over: &Expr) -> Expr {
    laid(base, over, Lists::Replace)
}

/// A part of an object of Kubernetes with `over` laid over it.
pub(crate) fn amend_object(base: &Expr, over: &Expr) -> Expr {
    laid(base, over, Lists::Merge)
}

fn laid(base: &Expr, over: &Expr, lists: Lists) -> Expr {
    if let Some(whole) = exactly(over) {
        return whole;
    }
    if let (Some(mut fields), Some(changes)) = (record(base), record(over)) {
        lay_fields(&mut fields, changes, lists);
        return crate::lower::fold::record(over.span, fields);
    }
    let merged = (lists == Lists::Merge).then(|| merged_list(base, over));
    merged.flatten().unwrap_or_else(|| over.clone())
}

/// The elements of `over` laid over those of `base` that have the same key; new ones at the end. `None` where no key tells
/// the elements of both apart.
fn merged_list(base: &Expr, over: &Expr) -> Option<Expr> {
    let (base_elements, changes) = (
        crate::lower::fold::elements(base)?,
        crate::lower::fold::elements(over)?,
    );
    let keyed = |all: &[Expr], key: &str| -> Option<IndexMap<String, Expr>> {
        let of = |it: &Expr| Some((crate::eval::to_text(it.get(key)?.value()?)?, it.clone()));
        let found: IndexMap<String, Expr> = all.iter().map(of).collect::<Option<_>>()?;
        (found.len() == all.len()).then_some(found)
    };
    let both = |key: &&str| Some((keyed(&base_elements, key)?, keyed(&changes, key)?));
    let (mut merged, changes) = MERGE_KEYS.iter().find_map(both)?;
    for (key, change) in changes {
        let value = match merged.get(&key) {
            Some(before) => laid(before, &change, Lists::Merge),
            None => alone(change),
        };
        merged.insert(key, value);
    }
    let elements = merged.into_values().collect();
    Some(crate::lower::fold::list(over.span, elements))
}

/// Lays `changes` over `fields`.
pub(crate) fn amend_fields(fields: &mut IndexMap<Name, Expr>, changes: IndexMap<Name, Expr>) {
    lay_fields(fields, changes, Lists::Replace);
}

fn lay_fields(fields: &mut IndexMap<Name, Expr>, changes: IndexMap<Name, Expr>, lists: Lists) {
    for (key, change) in changes {
        if is_none(&change) {
            fields.shift_remove(&key);
            continue;
        }
        let value = match fields.get(&key) {
            Some(base) => laid(base, &change, lists),
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
