//! Expressions: their types, stages and the meaning of their names.

use crate::check::Body;
use crate::syntax::ast::Expr;
use crate::types::Type;

impl Body<'_, '_> {
    /// Checks an expression whose place expects a type; answers the type it has there.
    pub(crate) fn check(&mut self, _expr: &Expr, expected: &Type) -> Type {
        expected.clone()
    }

    /// The same where the value is laid over one there is: records merge, `none` removes.
    pub(crate) fn check_amended(&mut self, _expr: &Expr, expected: &Type) -> Type {
        expected.clone()
    }

    /// The type of an expression of which nothing is expected.
    pub(crate) fn infer(&mut self, _expr: &Expr) -> Type {
        Type::Error
    }
}
