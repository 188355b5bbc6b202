//! How much an item may compute. Every expression ends, but `[[[x for a in r] for b in r] for c in r]` ends late.

use crate::base::Span;
use crate::diag::Sink;
use crate::lower::errors;

/// Steps of evaluation and elements built, for one item of the program.
const STEPS: u64 = 1_000_000;

/// The same for a whole program, which may have many items.
const ALL_STEPS: u64 = 100_000_000;

/// Expressions within expressions, through functions and names; the stack has room for it.
pub(crate) const DEPTH: usize = 20_000;

/// Lists and records within each other; whoever reads the output takes less.
pub(crate) const NESTING: usize = 2_000;

/// Bytes of one text.
pub(crate) const TEXT_BYTES: usize = 1 << 20;

/// What is left of it.
pub(crate) struct Budget {
    left: u64,
    left_of_all: u64,
    /// Whose it is.
    of: Option<Span>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            left: STEPS,
            left_of_all: ALL_STEPS,
            of: None,
        }
    }
}

impl Budget {
    /// Begins anew, for the declaration at that place.
    pub(crate) fn renew(&mut self, of: Option<Span>) {
        self.left = STEPS.min(self.left_of_all);
        self.of = of;
    }

    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Takes `amount`; `false` where it is used up, which is reported once.
    pub(crate) fn spend(&mut self, amount: u64, span: Span, sink: &mut Sink) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left = self.left.saturating_sub(amount);
        self.left_of_all = self.left_of_all.saturating_sub(amount);
        if self.left == 0 {
            sink.push(errors::too_much(span, self.of));
        }
        self.left > 0
    }
}
