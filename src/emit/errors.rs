//! What cannot be emitted, in words.

use crate::base::Span;
use crate::diag::Diagnostic;

/// Two objects would be one file.
pub(crate) fn same_file(span: Span, first: Span, path: &str) -> Diagnostic {
    Diagnostic::new("file-conflict", span, format!("a second file `{path}`"))
        .label(first, "the first one")
        .help("give one of them another name, or say `file: \"…\"` in its block")
}
