//! Text to tree: grammar, recovery, comments. The only home of pest.

pub(crate) mod ast;
mod errors;
mod grammar;
mod items;
pub(crate) mod lex;
mod lower;
mod recover;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, Sink};
use ast::{Comment, Item, ItemKind};
use lex::{Lexed, Token, TokenKind};
use lower::Lowering;
use recover::{Gaps, Source};

/// More than any program has that a person reads.
const MAX_FILE_BYTES: usize = 16 << 20;
/// An item becomes an object, and etcd takes none that is larger.
const MAX_ITEM_BYTES: usize = 1 << 20;

/// Parsed items by their text, so that an edit parses one item anew.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    files: HashMap<FileId, HashMap<Arc<str>, Piece>>,
}

/// What a piece of a file gave: at most one item, and what stands behind it.
#[derive(Clone, Debug)]
struct Piece {
    /// Where it begins in the file.
    base: usize,
    item: Option<Arc<Item>>,
    /// Comments outside of the item.
    comments: Vec<Comment>,
    found: Vec<Diagnostic>,
}

/// Parses a file. What does not parse is reported and stands in the tree as an error.
pub(crate) fn parse(file: FileId, text: &str, cache: &mut Cache, sink: &mut Sink) -> ast::Tree {
    let mut tree = ast::Tree {
        file,
        items: Vec::new(),
        comments: Vec::new(),
    };
    if text.len() > MAX_FILE_BYTES {
        sink.push(errors::large_file(file, MAX_FILE_BYTES));
        return tree;
    }
    let mut known = cache.files.remove(&file).unwrap_or_default();
    let mut kept = HashMap::new();
    for range in items::pieces(text) {
        let base = range.start;
        let text = text.get(range).unwrap_or_default();
        let piece = match known.remove_entry(text) {
            Some((key, piece)) if piece.base == base => {
                kept.insert(key, piece.clone());
                piece
            }
            Some(_) | None => {
                let piece = parse_piece(file, text, base);
                kept.insert(text.into(), piece.clone());
                piece
            }
        };
        tree.items.extend(piece.item);
        tree.comments.extend(piece.comments);
        for found in piece.found {
            sink.push(found);
        }
    }
    cache.files.insert(file, kept);
    tree
}

fn parse_piece(file: FileId, text: &str, base: usize) -> Piece {
    let mut piece = Piece {
        base,
        item: None,
        comments: Vec::new(),
        found: Vec::new(),
    };
    let whole = Span::new(file, base, base + text.trim_end().len());
    if text.len() > MAX_ITEM_BYTES {
        let first = text.lines().next().unwrap_or_default().len().min(80);
        let at = Span::new(file, base, base + first);
        piece.found.push(errors::large_item(at, MAX_ITEM_BYTES));
        piece.item = Some(Arc::new(broken(whole)));
        return piece;
    }
    let lexed = lex::lex(text);
    let source = Source {
        file,
        text,
        base,
        lexed: &lexed,
    };
    for stray in items::strays(text) {
        let at = source.at(stray.start, stray.end);
        piece.found.push(errors::column_zero(at));
    }
    let tokens = item_tokens(&lexed);
    let (from, to) = source.extent(&tokens);
    let comments = lexed
        .tokens
        .iter()
        .filter(|it| it.kind == TokenKind::Comment);
    let outside = comments.filter(|it| it.start < from || it.end > to);
    let comment = |it: &Token| Comment {
        span: source.at(it.start, it.end),
    };
    piece.comments = outside.map(comment).collect();
    if tokens.is_empty() {
        return piece;
    }
    piece.item = Some(Arc::new(match items::begins_item(text) {
        true if piece.found.is_empty() => {
            let mut lowering = Lowering::new(file, Gaps::default());
            let item = recover::item(&mut lowering, source, tokens);
            piece.found = lowering.found;
            item
        }
        true => broken(whole),
        false => {
            if piece.found.is_empty() {
                piece.found.push(errors::indented_item(source.at(from, to)));
            }
            broken(source.at(from, to))
        }
    }));
    piece
}

/// The tokens of a piece without what stands around its item.
fn item_tokens(lexed: &Lexed) -> Range<usize> {
    let means = |it: &Token| !matches!(it.kind, TokenKind::LineBreak | TokenKind::Comment);
    let start = lexed.tokens.iter().position(means);
    let end = lexed.tokens.iter().rposition(means);
    match (start, end) {
        (Some(start), Some(end)) => start..end + 1,
        _ => 0..0,
    }
}

fn broken(span: Span) -> Item {
    Item {
        span,
        docs: Vec::new(),
        kind: ItemKind::Error,
        nodes: 0,
        comments: Vec::new(),
    }
}
