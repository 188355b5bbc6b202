//! The tree of a program, as written: names unresolved, nothing computed, nothing lost but layout.
//!
//! Every expression and every place that binds a name has a [`NodeId`], unique in its item; later phases keep what they find out in tables by that id.
//! Spans are absolute in the file.

pub(crate) mod expr;
pub(crate) mod item;
pub(crate) mod member;
pub(crate) mod ty;

use crate::base::{Name, Span};

pub(crate) use expr::{
    Arg, Comprehension, Element, Entry, Expr, ExprKind, MatchArm, StrPart, StrStyle,
};
pub(crate) use item::{
    Base, Decl, FnItem, Head, Import, Init, Item, ItemKind, LetItem, Literal, Tree, TypeItem,
};
pub(crate) use member::{Amend, Assert, Binding, Block, Field, Member, MemberKind};
pub(crate) use ty::{Param, TypeExpr, TypeExprKind, TypeField};

/// An expression or binding place; an index into the tables of its item, counted from zero in the order of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) u32);

/// A name where it stands. `quoted` where it was written as a string (`"a.b"`).
#[derive(Clone, Debug)]
pub(crate) struct Ident {
    pub(crate) id: NodeId,
    pub(crate) name: Name,
    pub(crate) span: Span,
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) quoted: bool,
}

/// A word with its place that binds nothing: a field after `.`, a kind, a label.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) quoted: bool,
}

/// One `/// …` line; `text` without the slashes and one blank after them.
#[derive(Clone, Debug)]
pub(crate) struct Doc {
    pub(crate) text: Name,
    pub(crate) span: Span,
}

/// A `// …` comment; `span` starts at the slashes and ends before the line break.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) span: Span,
}

/// The doc lines as one text, line breaks kept; `None` where there is none. A last line that is empty ends it with a line break.
pub(crate) fn doc_text(docs: &[Doc]) -> Option<String> {
    if docs.is_empty() {
        return None;
    }
    let lines: Vec<&str> = docs.iter().map(|it| it.text.as_str()).collect();
    Some(lines.join("\n"))
}
