//! Text to tree: grammar, recovery, comments. The only home of pest.

pub(crate) mod ast;

use crate::base::FileId;
use crate::diag::Sink;

/// Parsed items by their text, so that an edit parses one item anew.
#[derive(Debug, Default)]
pub(crate) struct Cache {}

/// Parses a file. What does not parse is reported and stands in the tree as an error.
pub(crate) fn parse(file: FileId, _text: &str, _cache: &mut Cache, _sink: &mut Sink) -> ast::Tree {
    ast::Tree {
        file,
        items: Vec::new(),
        comments: Vec::new(),
    }
}
