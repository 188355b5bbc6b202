//! What stands in column 0.

use std::sync::Arc;

use crate::base::{FileId, Name, Span};
use crate::syntax::ast::{
    Block, Comment, Doc, Expr, Ident, NodeId, Param, TypeExpr, TypeField, Word,
};

/// A whole file.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) file: FileId,
    /// In the order of the text; broken ones are [`ItemKind::Error`].
    pub(crate) items: Vec<Arc<Item>>,
    /// Comments between the items.
    pub(crate) comments: Vec<Comment>,
}

/// One item: the unit of parsing and caching.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// From its first doc line to its last token.
    pub(crate) span: Span,
    pub(crate) docs: Vec<Doc>,
    pub(crate) kind: ItemKind,
    /// Of a broken item, the words it begins with: one of them is the name that it would have declared.
    pub(crate) lost: Vec<Name>,
    /// How many node ids the item uses: they are `0..nodes`.
    pub(crate) nodes: u32,
    /// Comments within the item, in the order of the text.
    pub(crate) comments: Vec<Comment>,
}

#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "few of them, and always behind a list"
)]
pub(crate) enum ItemKind {
    /// `import { a, b } from "std/git"`
    Import(Import),
    /// `let name: T = expr`; also a member.
    Let(LetItem),
    /// `fn name(params) -> T = expr`
    Fn(FnItem),
    /// `type Name = T`
    Type(TypeItem),
    /// `kind name(params) -> { results } { members }`
    Decl(Decl),
    /// Text that did not parse; already reported.
    Error,
}

#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) names: Vec<Ident>,
    pub(crate) from: Name,
    pub(crate) from_span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct LetItem {
    pub(crate) name: Ident,
    pub(crate) ty: Option<TypeExpr>,
    pub(crate) value: Expr,
}

#[derive(Clone, Debug)]
pub(crate) struct FnItem {
    /// `extern fn`: declared in the prelude, implemented by the evaluator; no body.
    pub(crate) is_extern: bool,
    pub(crate) name: Ident,
    pub(crate) params: Vec<Param>,
    pub(crate) result: TypeExpr,
    pub(crate) body: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct TypeItem {
    /// `extern type`: opaque, made only by functions of the prelude; no definition.
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) is_extern: bool,
    pub(crate) name: Ident,
    pub(crate) definition: Option<TypeExpr>,
}

/// The one form of all declarations, as an item and as a member.
#[derive(Clone, Debug)]
pub(crate) struct Decl {
    pub(crate) span: Span,
    pub(crate) is_extern: bool,
    /// `task`, `app`, `workspace`, `resource`, … any word; the table of kinds says what it means.
    pub(crate) kind: Word,
    /// The API's kind in `resource NetworkPolicy default-deny { … }`.
    pub(crate) subject: Option<Word>,
    pub(crate) head: Head,
    /// `-> { results }`
    pub(crate) results: Option<Vec<TypeField>>,
    /// `= base(arguments)` or `= task(params) { … }`
    pub(crate) init: Option<Init>,
    pub(crate) block: Option<Block>,
    /// `because "why"`, on `allow`.
    pub(crate) because: Option<Expr>,
}

/// `name`, `name?`, `name: mode`, `name(params)`.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) name: Ident,
    pub(crate) optional: bool,
    pub(crate) mode: Option<Word>,
    pub(crate) params: Option<Vec<Param>>,
}

/// What stands after `=` in a declaration or binding.
#[derive(Clone, Debug)]
pub(crate) enum Init {
    /// `base(arguments)`: an instance of something declared.
    Base(Base),
    /// `task(params) -> { results } { … }`: embedded; the block is the binding's own.
    Literal(Literal),
}

#[derive(Clone, Debug)]
pub(crate) struct Base {
    /// Stands for the call as an expression.
    pub(crate) id: NodeId,
    pub(crate) span: Span,
    /// `success-rate` or `cart.main`; at least one word.
    pub(crate) path: Vec<Word>,
    /// `None` where no brackets stand: `run b = a { … }`.
    pub(crate) args: Option<Vec<crate::syntax::ast::Arg>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Literal {
    pub(crate) span: Span,
    /// `task` or `pipeline`.
    pub(crate) kind: Word,
    pub(crate) params: Option<Vec<Param>>,
    pub(crate) results: Option<Vec<TypeField>>,
}

impl Item {
    /// The name that the item declares, if it declares one.
    pub(crate) fn name(&self) -> Option<&Ident> {
        match &self.kind {
            ItemKind::Import(_) | ItemKind::Error => None,
            ItemKind::Let(it) => Some(&it.name),
            ItemKind::Fn(it) => Some(&it.name),
            ItemKind::Type(it) => Some(&it.name),
            ItemKind::Decl(it) => Some(&it.head.name),
        }
    }
}
