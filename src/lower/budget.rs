//! How much an item may compute. Every expression ends, but `[[[x for a in r] for b in r] for c in r]` ends late.

use crate::base::Span;
use crate::diag::Sink;
use crate::lower::errors;

/// Steps of evaluation and elements built, for one item of the program.
const STEPS: u64 = 2_000_000;

/// Bytes of one text.
pub(crate) const TEXT_BYTES: usize = 1 << 20;

/// What is left of it.
pub(crate) struct Budget {
    left: u64,
    /// Whose it is.
    of: Option<Span>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            left: STEPS,
            of: None,
        }
    }
}

impl Budget {
    /// The budget of the declaration at that place.
    pub(crate) fn of(span: Option<Span>) -> Self {
        Self {
            of: span,
            ..Self::default()
        }
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
        if self.left == 0 {
            sink.push(errors::too_much(span, self.of));
        }
        self.left > 0
    }
}
