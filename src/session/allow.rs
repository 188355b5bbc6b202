//! `allow CODE because "why"`: where in a program findings of a code are accepted.

use crate::base::{Name, Span};
use crate::syntax::ast::{Block, Decl, ItemKind, MemberKind, Tree};

/// The places of a file at which a code is accepted: all of the declaration or node that says so.
pub(crate) fn places(tree: &Tree) -> Vec<(Span, Name)> {
    let mut found = Vec::new();
    for item in &tree.items {
        if let ItemKind::Decl(decl) = &item.kind {
            declaration(item.span, decl, &mut found);
        }
    }
    found
}

fn declaration(span: Span, decl: &Decl, found: &mut Vec<(Span, Name)>) {
    if let Some(it) = &decl.block {
        block(span, it, found);
    }
}

/// `span` is that of what the block belongs to.
fn block(span: Span, block: &Block, found: &mut Vec<(Span, Name)>) {
    for member in &block.members {
        match &member.kind {
            MemberKind::Decl(decl) if decl.kind.name == "allow" => {
                found.push((span, decl.head.name.name.clone()));
            }
            MemberKind::Decl(decl) => declaration(member.span, decl, found),
            MemberKind::Binding(binding) => {
                if let Some(it) = &binding.block {
                    self::block(member.span, it, found);
                }
            }
            MemberKind::Amend(amend) => self::block(member.span, &amend.block, found),
            MemberKind::Field(_)
            | MemberKind::Assert(_)
            | MemberKind::Let(_)
            | MemberKind::Error => {}
        }
    }
}
