//! When values are known, and which places must know them early.

use crate::check::{Body, Stage, errors};
use crate::syntax::ast::{Element, Entry, Expr, ExprKind};
use crate::types::Type;

/// The stage at which the fields of a thing are known, by its kind; the thing itself is known with its name.
pub(crate) fn of_fields(kind: &str) -> Stage {
    match kind {
        "node" | "tasks" | "step" | "workspace" | "sidecar" => Stage::Run,
        _ => Stage::Compile,
    }
}

impl Body<'_, '_> {
    /// Checks an expression at a place that must know it by `latest`; `what` names the place, as `` `timeout` ``.
    pub(crate) fn check_by(
        &mut self,
        expr: &Expr,
        expected: &Type,
        latest: Stage,
        what: &str,
    ) -> Type {
        let ty = self.check(expr, expected);
        self.known_by(expr, latest, what);
        ty
    }

    /// Reports an expression, checked before, that is known too late: at the parts of it that are.
    pub(crate) fn known_by(&mut self, expr: &Expr, latest: Stage, what: &str) {
        let stage = self.stage_of(expr.id);
        if stage <= latest || self.type_of(expr.id).is_error() {
            return;
        }
        let parts: Vec<&Expr> = match &expr.kind {
            ExprKind::Group(inner) => vec![inner],
            ExprKind::Record(entries) => entries.iter().map(entry_value).collect(),
            ExprKind::List {
                elements,
                comprehension: None,
            } => elements.iter().map(element_value).collect(),
            _ => Vec::new(),
        };
        if parts.is_empty() {
            let found = errors::late_value(expr.span, what, stage, latest);
            self.report(found);
        }
        for part in parts {
            self.known_by(part, latest, what);
        }
    }

    /// The latest stage of expressions met from here on as values of fields; answers what it was.
    pub(crate) fn set_latest(&mut self, latest: Stage) -> Stage {
        std::mem::replace(&mut self.latest, latest)
    }
}

fn entry_value(entry: &Entry) -> &Expr {
    match entry {
        Entry::Field(field) => &field.value,
        Entry::Spread(value, _) => value,
    }
}

fn element_value(element: &Element) -> &Expr {
    match element {
        Element::Expr(value) | Element::Spread(value, _) => value,
    }
}
