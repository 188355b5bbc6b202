//! What stands in a block.

use crate::base::Span;
use crate::syntax::ast::{Decl, Doc, Expr, Ident, Init, LetItem, StrPart, Word};

/// `{ members }`; `span` includes the brackets.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) span: Span,
    pub(crate) members: Vec<Member>,
}

impl Block {
    /// Whether something within did not parse, near or deep.
    pub(crate) fn is_broken(&self) -> bool {
        self.members.iter().any(|it| match &it.kind {
            MemberKind::Error => true,
            MemberKind::Binding(it) => it.block.as_ref().is_some_and(Self::is_broken),
            MemberKind::Amend(it) => it.block.is_broken(),
            MemberKind::Decl(it) => it.block.as_ref().is_some_and(Self::is_broken),
            MemberKind::Field(_) | MemberKind::Assert(_) | MemberKind::Let(_) => false,
        })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) span: Span,
    pub(crate) docs: Vec<Doc>,
    pub(crate) kind: MemberKind,
}

#[derive(Clone, Debug)]
pub(crate) enum MemberKind {
    /// `name: value`; `name:` alone is `name: name`.
    Field(Field),
    /// `name = callee(arguments) { options }`
    Binding(Binding),
    /// `name { … }`: amends what is declared elsewhere; also `finally { … }` and `host { … }`.
    Amend(Amend),
    /// `assert condition because "why"`
    Assert(Assert),
    /// `let name = value`
    Let(LetItem),
    /// `step build { … }`, `workspace w: rw`, …
    Decl(Box<Decl>),
    /// Text that did not parse; already reported.
    Error,
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) key: Word,
    /// A key with holes, `"#{x}": 1`; then `key.name` is empty.
    pub(crate) computed: Option<Vec<StrPart>>,
    /// For `name:` alone the parser fills in the name as an expression and sets `shorthand`.
    pub(crate) value: Expr,
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) shorthand: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) name: Ident,
    pub(crate) init: Init,
    pub(crate) block: Option<Block>,
}

#[derive(Clone, Debug)]
pub(crate) struct Amend {
    pub(crate) name: Ident,
    pub(crate) block: Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Assert {
    pub(crate) condition: Expr,
    pub(crate) because: Option<Expr>,
}
