//! Finds the items of a file: each begins in column 0, and nothing within one does.

use std::ops::Range;

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

/// The lines of a piece that begin in column 0 with what may not stand there, as offsets.
pub(crate) fn strays(piece: &str) -> Vec<Range<usize>> {
    let mut strays = Vec::new();
    let mut at = 0;
    for line in piece.split_inclusive('\n') {
        let body = line.trim_end();
        let fine = body.is_empty()
            || line.starts_with([' ', '\t', ')', ']', '}', '\r'])
            || line.starts_with("//");
        if !fine && at > 0 && !begins_item(line) || !fine && at == 0 && !begins_item(piece) {
            strays.push(at..at + body.len());
        }
        at += line.len();
    }
    strays
}

fn is_doc(line: &str) -> bool {
    line.starts_with("///") && !line.starts_with("////")
}
