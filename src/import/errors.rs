//! What an import cannot carry.

use crate::base::Span;
use crate::diag::Diagnostic;

pub(crate) fn not_sayable(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        "not-importable",
        span,
        format!("the language has no form for {what}"),
    )
    .help("take it out and put it back by hand, or leave this file as YAML")
}
