//! Where phases put what they find.

use std::collections::HashSet;

use crate::base::{Name, Span};
use crate::diag::{Diagnostic, Severity};

/// Collects diagnostics in the order in which they are found; a second one of the same code at the same span is dropped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sink {
    found: Vec<Diagnostic>,
    /// Code and place of each; never iterated.
    seen: HashSet<(&'static str, Span)>,
    errors: usize,
    /// Places at which findings of a code are accepted.
    accepted: Vec<(Span, Name)>,
}

impl Sink {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        if self.is_accepted(&diagnostic) {
            return;
        }
        if self.seen.insert((diagnostic.code.name, diagnostic.span)) {
            self.errors += usize::from(diagnostic.severity == Severity::Error);
            self.found.push(diagnostic);
        }
    }

    /// Findings of that code within `place` are dropped from now on: somebody said why they do not count.
    pub(crate) fn accept(&mut self, place: Span, code: Name) {
        self.accepted.push((place, code));
    }

    fn is_accepted(&self, it: &Diagnostic) -> bool {
        let covers = |place: &Span| {
            let (start, end) = (it.span.start, it.span.end);
            place.file == it.span.file && place.start <= start && end <= place.end
        };
        let mut accepted = self.accepted.iter();
        accepted.any(|(place, code)| code == it.code.name && covers(place))
    }

    /// How many errors there are so far.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// How many findings there are so far.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
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
