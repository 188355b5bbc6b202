//! Code for all rows of columns.
#![expect(unsafe_code, reason = "machine code is called by its address")]

use std::mem;
use std::sync::Arc;

use crate::eval::batch::{self, Columns, Data, Values};
use crate::eval::form::{Answer, Family, Fault, Form};
use crate::eval::jit::code::{Compiled, Shape};
use crate::eval::jit::{lanes, rows};

/// Columns, their marks of presence, first row, row behind the last, answers; the row at which it stopped.
#[cfg(target_arch = "x86_64")]
type Rows = unsafe extern "sysv64" fn(*const *const u8, *const *const u8, u64, u64, *mut u8) -> u64;
#[cfg(target_arch = "aarch64")]
type Rows = unsafe extern "C" fn(*const *const u8, *const *const u8, u64, u64, *mut u8) -> u64;

const SHAPE: Shape = Shape {
    name: "rows",
    params: 5,
    results: 1,
};

/// Rows that are done by the form when code stops at one of them: it may have failed, or those beside it that are computed at once.
const STRIDE: usize = lanes::ROWS;

/// Code of a form over columns.
pub(crate) struct ColumnCode {
    form: Arc<Form>,
    rows: Rows,
    /// What the address is of.
    _compiled: Compiled,
}

impl ColumnCode {
    /// Makes code; `None` where the form gives a text, or the machine or its owner allow no new code.
    pub(crate) fn new(form: Arc<Form>) -> Option<Self> {
        let compiled = Compiled::new(&form, &SHAPE, rows::emit)?;
        // SAFETY: it was defined with parameters and results of these types and this calling convention; it lives until the
        // value is dropped that this one owns.
        let rows = unsafe { mem::transmute::<*const u8, Rows>(compiled.address()) };
        Some(Self {
            form,
            rows,
            _compiled: compiled,
        })
    }

    /// The answers of all rows; those that failed are given to `fail`, in their order.
    pub(crate) fn evaluate_all<'t>(
        &'t self,
        columns: &Columns<'_, 't>,
        out: &mut Values<'t>,
        fail: &mut dyn FnMut(usize, Fault),
    ) {
        let form = &*self.form;
        let Some(pointers) = self.pointers(columns, out) else {
            batch::row_by_row(form, columns, 0..columns.rows, (out, 0), fail);
            return;
        };
        let mut row = 0;
        while row < columns.rows {
            let present = pointers.whole_until(columns, form.needed, row);
            if present > row {
                // SAFETY: `pointers` holds for each column of the form an array of the type that the code reads from it, of
                // at least `columns.rows` elements, and `out` as many of the answer's type; no row is at or past `present`.
                let stopped = unsafe {
                    (self.rows)(
                        pointers.data.as_ptr(),
                        pointers.present.as_ptr(),
                        row as u64,
                        present as u64,
                        pointers.out,
                    )
                };
                row = usize::try_from(stopped).unwrap_or(columns.rows);
            }
            if row < columns.rows {
                let end = columns.rows.min(row + STRIDE);
                batch::row_by_row(form, columns, row..end, (out, row), fail);
                row = end;
            }
        }
    }

    /// Where the columns are; `None` where one is missing, too short, or not of its input's kind.
    fn pointers(&self, columns: &Columns<'_, '_>, out: &mut Values<'_>) -> Option<Pointers> {
        let mut pointers = Pointers {
            data: Vec::new(),
            present: Vec::new(),
            out: match (&self.form.answer, out) {
                (Answer::Bool(_), Values::Bools(all)) if all.len() >= columns.rows => {
                    all.as_mut_ptr()
                }
                (Answer::Int(_), Values::Ints(all)) if all.len() >= columns.rows => {
                    all.as_mut_ptr().cast()
                }
                (Answer::Float(_), Values::Floats(all)) if all.len() >= columns.rows => {
                    all.as_mut_ptr().cast()
                }
                _ => return None,
            },
            ones: Vec::new(),
        };
        let is_whole = |(input, column): (&crate::eval::form::Input, &batch::Column<'_, '_>)| {
            input.optional && column.present.is_none()
        };
        if self.form.inputs.iter().zip(&columns.all).any(is_whole) {
            pointers.ones = vec![1; columns.rows];
        }
        for (slot, input) in self.form.inputs.iter().enumerate() {
            let column = columns.all.get(slot)?;
            let (data, length): (*const u8, usize) = match (input.kind.family(), column.data) {
                (Family::Bool, Data::Bools(all)) => (all.as_ptr(), all.len()),
                (Family::Int, Data::Ints(all)) => (all.as_ptr().cast(), all.len()),
                (Family::Float, Data::Floats(all)) => (all.as_ptr().cast(), all.len()),
                (Family::Text, Data::Texts(all)) => (all.as_ptr().cast(), all.len()),
                _ => return None,
            };
            let present = column.present.unwrap_or(&pointers.ones);
            let is_short =
                present.len() < columns.rows && (input.optional || column.present.is_some());
            if length < columns.rows || is_short {
                return None;
            }
            pointers.data.push(data);
            pointers.present.push(present.as_ptr());
        }
        Some(pointers)
    }
}

/// Addresses of columns, as code takes them.
struct Pointers {
    data: Vec<*const u8>,
    present: Vec<*const u8>,
    out: *mut u8,
    /// Marks for columns of which no value is missing; the vector's own memory does not move.
    ones: Vec<u8>,
}

impl Pointers {
    /// The first row from `row` on that lacks an input which must be there.
    fn whole_until(&self, columns: &Columns<'_, '_>, needed: u64, row: usize) -> usize {
        let mut end = columns.rows;
        for (slot, column) in columns.all.iter().enumerate() {
            if needed >> slot & 1 == 1
                && let Some(present) = column.present
                && let Some(part) = present.get(row..end)
                && let Some(at) = part.iter().position(|it| *it == 0)
            {
                end = row + at;
            }
        }
        end
    }
}
