//! Where phases put what they find.

use crate::diag::{Diagnostic, Severity};

/// Collects diagnostics in the order in which they are found; a second one of the same code at the same span is dropped.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        let same =
            |it: &Diagnostic| it.code.name == diagnostic.code.name && it.span == diagnostic.span;
        if !self.found.iter().any(same) {
            self.found.push(diagnostic);
        }
    }

    /// How many errors there are so far.
    pub(crate) fn errors(&self) -> usize {
        let errors = self
            .found
            .iter()
            .filter(|it| it.severity == Severity::Error);
        errors.count()
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
