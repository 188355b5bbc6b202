//! Where phases put what they find.

use std::collections::HashSet;

use crate::base::Span;
use crate::diag::{Diagnostic, Severity};

/// Collects diagnostics in the order in which they are found; a second one of the same code at the same span is dropped.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    found: Vec<Diagnostic>,
    /// Code and place of each; never iterated.
    seen: HashSet<(&'static str, Span)>,
    errors: usize,
}

impl Sink {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        if self.seen.insert((diagnostic.code.name, diagnostic.span)) {
            self.errors += usize::from(diagnostic.severity == Severity::Error);
            self.found.push(diagnostic);
        }
    }

    /// How many errors there are so far.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    #[cfg(test)]
    pub(crate) fn all(&self) -> &[Diagnostic] {
        &self.found
    }

    /// All findings, in the order of the text.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found
            .sort_by_key(|it| (it.span.file, it.span.start, it.span.end));
        self.found
    }
}
