//! Finds the items of a file: each begins in column 0, and nothing within one does.

use std::ops::Range;

use crate::syntax::lex::{Flaw, FlawKind, Lexed, word_length};

/// Cuts a text into pieces that begin where an item does; what stands before the first is a piece of its own.
pub(crate) fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    let mut start = 0;
    // Doc lines belong to the item that follows them.
    let mut in_docs = false;
    for line in text.split_inclusive('\n') {
        let is_doc = is_doc(line);
        let begins = is_doc || line.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
        if begins && !in_docs && at > start {
            pieces.push(start..at);
            start = at;
        }
        let is_idle = line.trim().is_empty() || line.trim_start().starts_with("//");
        in_docs = is_doc || in_docs && is_idle;
        at += line.len();
    }
    if at > start {
        pieces.push(start..at);
    }
    pieces
}

/// Whether a piece begins an item.
pub(crate) fn begins_item(piece: &str) -> bool {
    is_doc(piece) || piece.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
}

/// The first line of a piece that begins in column 0 with what may not stand there.
pub(crate) fn stray(piece: &str) -> Option<Range<usize>> {
    let mut at = 0;
    for line in piece.split_inclusive('\n') {
        let body = line.trim_end();
        let fine = body.is_empty()
            || line.starts_with([' ', '\t', ')', ']', '}', '\r'])
            || line.starts_with("//")
            || begins_item(line);
        if !fine {
            return Some(at..at + body.len());
        }
        at += line.len();
    }
    None
}

/// How many of the pieces behind one belong to it, though they begin in column 0: the rest of a text block, or fields of a
/// block that is still open.
pub(crate) fn belonging(
    file: &str,
    end: usize,
    following: &[Range<usize>],
    lexed: &Lexed,
) -> usize {
    let slice = |it: &Range<usize>| file.get(it.clone()).unwrap_or_default();
    for flaw in &lexed.flaws {
        if let FlawKind::UnclosedText(quotes) = flaw.kind {
            let Some(closed) = closing_fence(file, end, quotes) else {
                return 0;
            };
            let before = following.iter().take_while(|it| it.start <= closed);
            return before.count();
        }
    }
    let is_open = |it: &Flaw| it.kind == FlawKind::UnclosedBracket;
    if !lexed.flaws.iter().any(is_open) {
        return 0;
    }
    let fields = following.iter().take_while(|it| begins_field(slice(it)));
    fields.count()
}

/// Where a line behind `from` closes a text block of that many quotes, before any line opens one.
fn closing_fence(file: &str, from: usize, quotes: usize) -> Option<usize> {
    let fence = "\"".repeat(quotes);
    let mut at = from;
    for line in file.get(from..)?.split_inclusive('\n') {
        if line.trim_start().starts_with(&fence) {
            return Some(at);
        }
        if line.trim_end().ends_with(&fence) {
            return None;
        }
        at += line.len();
    }
    None
}

fn begins_field(piece: &str) -> bool {
    let behind = piece.get(word_length(piece)..).unwrap_or_default();
    behind.starts_with(':')
}

fn is_doc(line: &str) -> bool {
    line.starts_with("///") && !line.starts_with("////")
}
