//! Which tier computes how many rows.

use crate::eval::batch::{self, Columns, Values};
use crate::eval::form::{Fault, Form};

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
const MIN_BATCH: usize = 16;

/// The answers of all rows, those that failed with their faults, in their order. `None` where the tier is not to be had.
pub(crate) fn compute<'a>(
    form: &'a Form,
    columns: &Columns<'_, 'a>,
    tier: Tier,
) -> Option<(Values<'a>, Vec<(usize, Fault)>)> {
    let mut out = Values::blank(form.kind, columns.rows);
    let mut faults = Vec::new();
    let mut fail = |row, fault| faults.push((row, fault));
    match tier {
        Tier::Interpreter => return None,
        Tier::Batch => batch::evaluate(form, columns, 0, &mut out, &mut fail),
        Tier::Auto if columns.rows < MIN_BATCH => {
            batch::row_by_row(form, columns, 0..columns.rows, (&mut out, 0), &mut fail);
        }
        Tier::Auto => batch::evaluate(form, columns, 0, &mut out, &mut fail),
        Tier::Jit => return None,
    }
    Some((out, faults))
}
