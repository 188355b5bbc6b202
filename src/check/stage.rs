//! When values are known, and which places must know them early.

use crate::check::{Body, Stage, errors};
use crate::syntax::ast::Expr;
use crate::types::Type;

/// The stage at which the fields of a thing are known, by its kind; the thing itself is known with its name.
pub(crate) fn of_fields(kind: &str) -> Stage {
    match kind {
        "node" | "step" | "workspace" | "sidecar" => Stage::Run,
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

    /// Reports an expression, checked before, that is known too late.
    pub(crate) fn known_by(&mut self, expr: &Expr, latest: Stage, what: &str) {
        let stage = self.stage_of(expr.id);
        if stage > latest && !self.type_of(expr.id).is_error() {
            let found = errors::late_value(expr.span, what, stage, latest);
            self.report(found);
        }
    }

    /// The latest stage of expressions met from here on as values of fields; answers what it was.
    pub(crate) fn set_latest(&mut self, latest: Stage) -> Stage {
        std::mem::replace(&mut self.latest, latest)
    }
}
