//! Text to tree: grammar, recovery, comments. The only home of pest.

pub(crate) mod ast;
mod errors;
mod grammar;
mod items;
pub(crate) mod lex;
mod lower;
mod recover;
mod shift;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, Sink};
use ast::{Comment, Item, ItemKind};
pub(crate) use items::pieces;
use lex::{Lexed, Token, TokenKind};
use lower::Lowering;
use recover::{Gaps, Source};
pub(crate) use shift::renumbered;

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

/// Parses an expression as the body of a function with those parameters, `x: Int, y: Float?`, that says nothing of its result.
/// Places are those of the expression alone.
pub(crate) fn parse_expression(
    file: FileId,
    (name, params): (&str, &str),
    text: &str,
    sink: &mut Sink,
) -> ast::Tree {
    let signature = format!("fn {name}({params}) -> Json =\n ");
    // In column 0 begins an item, so that the lines of an expression must not.
    let whole = format!("{signature}{text}");
    let mut found = Sink::default();
    let mut tree = parse(file, &whole, &mut Cache::default(), &mut found);
    let mut found = found.into_sorted();
    shift::back(&mut tree, &mut found, signature.len());
    let is_one = matches!(tree.items.as_slice(), [item] if matches!(item.kind, ItemKind::Fn(_) | ItemKind::Error));
    if found.is_empty() && !is_one {
        found.push(errors::not_one_expression(Span::new(file, 0, text.len())));
    }
    for item in &mut tree.items {
        if let ItemKind::Fn(function) = &mut Arc::make_mut(item).kind {
            function.result.kind = ast::TypeExprKind::Error;
        }
    }
    found.into_iter().for_each(|it| sink.push(it));
    tree
}

/// Parses a file. What does not parse is reported and stands in the tree as an error.
pub(crate) fn parse(file: FileId, text: &str, cache: &mut Cache, sink: &mut Sink) -> ast::Tree {
    if text.len() > MAX_FILE_BYTES {
        sink.push(errors::large_file(file, MAX_FILE_BYTES));
        return blank_tree(file);
    }
    parse_pieces(file, text, &pieces(text), cache, sink)
}

/// Parses the items of a file that stand in those of its [`pieces`].
pub(crate) fn parse_pieces(
    file: FileId,
    text: &str,
    pieces: &[Range<usize>],
    cache: &mut Cache,
    sink: &mut Sink,
) -> ast::Tree {
    let mut tree = blank_tree(file);
    let mut known = cache.files.remove(&file).unwrap_or_default();
    let mut kept = HashMap::new();
    let mut next = 0;
    while let Some(range) = pieces.get(next).cloned() {
        next += 1;
        let base = range.start;
        let alone = text.get(range.clone()).unwrap_or_default();
        let piece = match known.remove_entry(alone) {
            Some((key, mut piece)) => {
                shift::piece(&mut piece, base);
                kept.insert(key, piece.clone());
                piece
            }
            None if alone.len() > MAX_ITEM_BYTES => large_piece(file, alone, base),
            None => {
                let found = Found::new(text, range, pieces.get(next..).unwrap_or_default());
                next += found.taken;
                let piece = parse_piece(file, &found, base);
                kept.insert(found.text.into(), piece.clone());
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

fn blank_tree(file: FileId) -> ast::Tree {
    ast::Tree {
        file,
        items: Vec::new(),
        comments: Vec::new(),
    }
}

/// A piece of a file, with what stands in column 0 behind it and plainly belongs to it.
struct Found<'a> {
    text: &'a str,
    lexed: Lexed,
    /// How many of the following pieces it takes in.
    taken: usize,
    /// The first line in column 0 that begins no item.
    stray: Option<Range<usize>>,
}

impl<'a> Found<'a> {
    fn new(file: &'a str, range: Range<usize>, following: &[Range<usize>]) -> Self {
        let slice = |end: usize| file.get(range.start..end).unwrap_or_default();
        let text = slice(range.end);
        let mut found = Self {
            text,
            lexed: lex::lex(text),
            taken: 0,
            stray: items::stray(text),
        };
        let more = items::belonging(file, range.end, following, &found.lexed);
        if let Some(last) = more.checked_sub(1).and_then(|it| following.get(it)) {
            let first_line = slice(last.end).get(text.len()..).unwrap_or_default();
            let first_line = first_line.lines().next().unwrap_or_default();
            let line = text.len()..text.len() + first_line.trim_end().len();
            found.stray = found.stray.or(Some(line));
            found.taken = more;
            found.text = slice(last.end);
            found.lexed = lex::lex(found.text);
        }
        found
    }
}

fn parse_piece(file: FileId, found: &Found<'_>, base: usize) -> Piece {
    let lexed = &found.lexed;
    let source = Source {
        file,
        text: found.text,
        base,
        lexed,
    };
    let tokens = item_tokens(lexed);
    let (from, to) = source.extent(&tokens);
    let outside = |it: &&Token| it.kind == TokenKind::Comment && (it.start < from || it.end > to);
    let comment = |it: &Token| Comment {
        span: source.at(it.start, it.end),
    };
    let mut piece = Piece {
        base,
        item: None,
        comments: lexed.tokens.iter().filter(outside).map(comment).collect(),
        found: Vec::new(),
    };
    if tokens.is_empty() {
        return piece;
    }
    if items::begins_item(found.text) {
        let mut lowering = Lowering::new(file, Gaps::default());
        piece.item = Some(Arc::new(recover::item(&mut lowering, source, tokens)));
        piece.found = lowering.found;
    } else {
        let line = found.text.get(from..).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default().trim_end().len();
        let at = source.at(from, from + line);
        piece.item = Some(Arc::new(broken(source.at(from, to))));
        piece.found = vec![errors::indented_item(at)];
    }
    if let Some(stray) = &found.stray {
        // What is wrong behind it mostly follows from it.
        let at = source.at(stray.start, stray.end);
        piece.found.retain(|it| it.span.start < at.start);
        let line = found.text.get(stray.clone()).unwrap_or_default();
        piece.found.push(errors::stray_line(at, line));
    }
    piece
}

fn large_piece(file: FileId, text: &str, base: usize) -> Piece {
    let first = text.lines().next().unwrap_or_default();
    let first = first.char_indices().nth(80).map_or(first.len(), |it| it.0);
    let at = Span::new(file, base, base + first);
    let whole = Span::new(file, base, base + text.trim_end().len());
    Piece {
        base,
        item: Some(Arc::new(broken(whole))),
        comments: Vec::new(),
        found: vec![errors::large_item(at, MAX_ITEM_BYTES)],
    }
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
        lost: Vec::new(),
        nodes: 0,
        comments: Vec::new(),
    }
}
