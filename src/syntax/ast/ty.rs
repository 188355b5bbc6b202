//! Types, parameters and results as written.

use crate::base::{Name, Span};
use crate::syntax::ast::{Doc, Expr, Ident, Word};

#[derive(Clone, Debug)]
pub(crate) struct TypeExpr {
    pub(crate) span: Span,
    pub(crate) kind: TypeExprKind,
}

#[derive(Clone, Debug)]
pub(crate) enum TypeExprKind {
    /// `Int`, `List<T>`, `Int(1..=50)`, `String(r"^v")`
    Named {
        name: Word,
        args: Vec<TypeExpr>,
        refined: Option<Box<Expr>>,
    },
    /// `"dev"`
    Literal(Name),
    /// `A | B`
    Union(Vec<TypeExpr>),
    /// `T?`
    Optional(Box<TypeExpr>),
    /// `{ name: Name, port: Port = 8080, ..Base }`
    Record(Vec<TypeField>),
    /// `(value: Float) -> Bool`
    Function {
        params: Vec<Param>,
        result: Box<TypeExpr>,
    },
    Error,
}

#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "few of them, and always behind a list"
)]
pub(crate) enum TypeField {
    Field(Param),
    /// `..Base`
    Spread(Word),
}

/// `name: Type = default`, with its doc lines; a parameter, a result or a field of a record type.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) span: Span,
    pub(crate) docs: Vec<Doc>,
    pub(crate) name: Ident,
    pub(crate) ty: TypeExpr,
    pub(crate) default: Option<Expr>,
}
