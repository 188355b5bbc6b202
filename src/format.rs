//! Tree and comments to text: one layout for every program. Knows nothing of meaning.
//!
//! It lays out tokens, not the tree, so that it cannot lose what is written: the author decides where a bracket is broken into
//! lines, the formatter how lines are indented and what stands between two tokens. Strings and comments are left alone.

mod layout;
mod print;
mod space;

use crate::base::Span;
use crate::syntax::ast::{Block, Item, ItemKind, MemberKind, Tree};

/// The text of a tree in the one layout. Items that did not parse are left as they are.
pub(crate) fn format(tree: &Tree, text: &str) -> String {
    let items = tree.items.iter().map(|it| (it.span, Some(&**it)));
    let comments = tree.comments.iter().map(|it| (it.span, None));
    let mut parts: Vec<(Span, Option<&Item>)> = items.chain(comments).collect();
    parts.sort_by_key(|(span, _)| span.start);
    let mut done = String::with_capacity(text.len());
    let mut at = 0;
    for (span, item) in parts {
        let range = span.range();
        let between = text.get(at..range.start).unwrap_or_default();
        let breaks = between.matches('\n').count();
        let slice = text.get(range.clone()).unwrap_or_default();
        done.push_str(match (breaks, done.is_empty()) {
            (_, true) => "",
            // A comment behind an item.
            (0, false) => "  ",
            (1, false) => "\n",
            (_, false) => "\n\n",
        });
        match item {
            Some(item) if is_sound(item) => done.push_str(&print::item(slice)),
            Some(_) => done.push_str(slice.trim_end()),
            None => done.push_str(slice.trim_end()),
        }
        at = range.end;
    }
    if !done.is_empty() {
        done.push('\n');
    }
    done
}

/// Whether all of the item parsed.
fn is_sound(item: &Item) -> bool {
    match &item.kind {
        ItemKind::Error => false,
        ItemKind::Decl(it) => it.block.iter().all(is_sound_block),
        ItemKind::Import(_) | ItemKind::Let(_) | ItemKind::Fn(_) | ItemKind::Type(_) => true,
    }
}

fn is_sound_block(block: &Block) -> bool {
    block.members.iter().all(|it| match &it.kind {
        MemberKind::Error => false,
        MemberKind::Amend(it) => is_sound_block(&it.block),
        MemberKind::Binding(it) => it.block.iter().all(is_sound_block),
        MemberKind::Decl(it) => it.block.iter().all(is_sound_block),
        MemberKind::Field(_) | MemberKind::Assert(_) | MemberKind::Let(_) => true,
    })
}
