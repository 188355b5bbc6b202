//! Which tier computes how many rows.

use std::sync::{Arc, OnceLock};

use crate::eval::batch::{self, Columns, Values};
use crate::eval::form::{Fault, Form};
use crate::eval::jit::Code;

/// How to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    /// Whatever is fastest for so many rows.
    Auto,
    /// The reference interpreter.
    Interpreter,
    /// Machine code.
    Jit,
    /// Column by column.
    Batch,
}

/// Fewer rows are done one by one: a chunk does not pay.
const MIN_BATCH: usize = 8;

/// From so many rows on, machine code is made for them: what making it costs the first time (0.3 ms), by what a row saves
/// (a nanosecond); see the case `eval-rows` of the benches.
const MIN_JIT: usize = 400_000;

/// A form, and code for it once it is wanted.
pub(crate) struct Prepared {
    form: Arc<Form>,
    code: OnceLock<Option<Code>>,
}

impl Prepared {
    pub(crate) fn new(form: Form) -> Self {
        Self {
            form: Arc::new(form),
            code: OnceLock::new(),
        }
    }

    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    /// Machine code, made at the first call; `None` where it cannot be.
    pub(crate) fn code(&self) -> Option<&Code> {
        let code = self.code.get_or_init(|| Code::new(Arc::clone(&self.form)));
        code.as_ref()
    }

    /// The answers of all rows; those that failed are given to `fail`, in their order. `false` where the tier cannot do it.
    pub(crate) fn evaluate_all<'t>(
        &'t self,
        columns: &Columns<'_, 't>,
        tier: Tier,
        out: &mut Values<'t>,
        fail: &mut dyn FnMut(usize, Fault),
    ) -> bool {
        let code = match tier {
            Tier::Interpreter => return false,
            Tier::Batch => None,
            Tier::Jit => match self.code() {
                Some(code) => Some(code),
                None => return false,
            },
            Tier::Auto if columns.rows < MIN_BATCH => {
                batch::row_by_row(&self.form, columns, 0..columns.rows, (out, 0), fail);
                return true;
            }
            Tier::Auto if columns.rows < MIN_JIT => match self.code.get() {
                Some(made) => made.as_ref(),
                None => None,
            },
            Tier::Auto => self.code(),
        };
        match code {
            Some(code) => code.evaluate_all(columns, out, fail),
            None => batch::evaluate(&self.form, columns, 0, out, fail),
        }
        true
    }
}
