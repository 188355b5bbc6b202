//! Expressions.

use crate::base::{Name, Span};
use crate::syntax::ast::{Ident, NodeId, TypeExpr, Word};
use crate::value::{BinaryOp, UnaryOp};

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) id: NodeId,
    pub(crate) span: Span,
    pub(crate) kind: ExprKind,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    /// `true`, `false`
    Bool(bool),
    /// `none`
    None,
    /// A number with or without unit, as written: `5`, `0.95`, `0o644`, `20%`, `1h30m`, `512Mi`. What it is depends on the type expected.
    Quantity(Name),
    /// A string of any style.
    Str {
        #[expect(
            dead_code,
            reason = "for editors, which ask where and how a thing is written"
        )]
        style: StrStyle,
        parts: Vec<StrPart>,
    },
    /// `[a, ..b]`, `[f(x) for x in xs if c]`
    List {
        elements: Vec<Element>,
        comprehension: Option<Box<Comprehension>>,
    },
    /// `{ a: 1, b:, ..rest }`
    Record(Vec<Entry>),
    /// `(x)`
    Group(Box<Expr>),
    Name(Name),
    /// `each.os`
    EachRef(Word),
    /// `a.b`
    Field(Box<Expr>, Word),
    /// `a[i]`
    Index(Box<Expr>, Box<Expr>),
    /// `f(x, label: y)`
    Call(Box<Expr>, Vec<Arg>),
    /// `x as GitSha`
    Cast(Box<Expr>, TypeExpr),
    Unary(UnaryOp, Box<Expr>),
    /// Operands and operators in turn, precedence settled by the parser: a tree of two-sided nodes.
    Binary(Box<Expr>, BinaryOp, Span, Box<Expr>),
    /// `each list`, as an argument
    Each(Box<Expr>),
    /// `..=10`, a range without a start
    RangeTo(Box<Expr>),
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    Match {
        subject: Box<Expr>,
        arms: Vec<MatchArm>,
    },
    /// Text that did not parse; already reported.
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StrStyle {
    /// `"…"`
    Quoted,
    /// `r"…"`
    Raw,
    /// `"""` … `"""` with this many quotes
    Text(u8),
}

/// A piece of a string: escapes are resolved, the indent of text blocks is gone.
#[derive(Clone, Debug)]
pub(crate) enum StrPart {
    Text(Name, Span),
    /// `#{expr}`; the span includes the brackets.
    Hole(Box<Expr>, Span),
}

#[derive(Clone, Debug)]
pub(crate) enum Element {
    Expr(Expr),
    /// `..xs`
    Spread(Expr, Span),
}

#[derive(Clone, Debug)]
pub(crate) enum Entry {
    Field(crate::syntax::ast::Field),
    /// `..rest`
    Spread(Expr, Span),
}

/// `for name in list if condition`
#[derive(Clone, Debug)]
pub(crate) struct Comprehension {
    pub(crate) name: Ident,
    pub(crate) list: Expr,
    pub(crate) condition: Option<Expr>,
}

/// An argument of a call. `label` is what stands before `:`; `shorthand` for `name:` alone, whose value the parser fills in.
#[derive(Clone, Debug)]
pub(crate) struct Arg {
    pub(crate) span: Span,
    pub(crate) label: Option<Word>,
    pub(crate) value: Expr,
    pub(crate) shorthand: bool,
    /// `..record`
    pub(crate) spread: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct MatchArm {
    /// A value, or the name `_`.
    pub(crate) pattern: Expr,
    pub(crate) value: Expr,
}

impl Expr {
    /// The expression without brackets around it.
    pub(crate) fn peeled(&self) -> &Self {
        let mut it = self;
        while let ExprKind::Group(inner) = &it.kind {
            it = inner;
        }
        it
    }

    /// The whole text of a string without holes.
    pub(crate) fn plain_text(&self) -> Option<String> {
        let ExprKind::Str { parts, .. } = &self.kind else {
            return None;
        };
        let text = |part: &StrPart| match part {
            StrPart::Text(text, _) => Some(text.to_string()),
            StrPart::Hole(..) => None,
        };
        parts.iter().map(text).collect()
    }
}
