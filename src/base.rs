//! What every phase stands on: names, spans, sources, graphs, spelling suggestions. Knows nothing of the language.

pub(crate) mod graph;
pub(crate) mod names;
pub(crate) mod order;
pub(crate) mod shell;
pub(crate) mod source;
pub(crate) mod span;
pub(crate) mod spelling;

pub(crate) use names::Name;
pub(crate) use source::{FileId, SourceMap};
pub(crate) use span::Span;
