//! A form over columns: a thousand rows at a time, operator by operator, in loops that the compiler makes vector instructions of.
//!
//! Operators compute all rows of a chunk, and remember whether one that counts has failed. Such a chunk is done again row by
//! row, which says where and why: what is rare is slow, what is common has no branch.

mod chunk;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the values, and refuses the others alike"
)]
pub(crate) mod columns;
mod lanes;

use crate::eval::form::row::Raw;
use crate::eval::form::{Answer, Fault, Form, Row, Text};

pub(crate) use columns::{Column, Columns, Data, Values};

use chunk::{Chunk, Dirty, Pool};

/// Rows of a chunk: its temporaries stay in the nearest cache.
pub(crate) const CHUNK: usize = 1024;

/// Computes the rows from `start` on, as many as `out` holds; gives rows that failed to `fail`.
pub(crate) fn evaluate<'a>(
    form: &'a Form,
    columns: &Columns<'_, 'a>,
    start: usize,
    out: &mut Values<'a>,
    fail: &mut dyn FnMut(usize, Fault),
) {
    let pool = Pool::default();
    let rows = out.len();
    let mut done = 0;
    while done < rows {
        let length = CHUNK.min(rows - done);
        let chunk = Chunk {
            columns,
            start: start + done,
            length,
            pool: &pool,
        };
        if compute(form, &chunk, done, out).is_err() {
            row_by_row(
                form,
                columns,
                start + done..start + done + length,
                (out, done),
                fail,
            );
        }
        done += length;
    }
}

fn compute<'a>(
    form: &'a Form,
    chunk: &Chunk<'_, 'a>,
    at: usize,
    out: &mut Values<'a>,
) -> Result<(), Dirty> {
    chunk.all_there(form.needed)?;
    let range = at..at + chunk.length;
    match (&form.answer, out) {
        (Answer::Bool(it), Values::Bools(out)) => {
            chunk.bools(it, None, out.get_mut(range).ok_or(Dirty)?)
        }
        (Answer::Int(it), Values::Ints(out)) => {
            chunk.ints_into(it, out.get_mut(range).ok_or(Dirty)?)
        }
        (Answer::Float(it), Values::Floats(out)) => {
            chunk.floats_into(it, out.get_mut(range).ok_or(Dirty)?)
        }
        (Answer::Text(it), Values::Texts(out)) => {
            chunk.texts_into(it, out.get_mut(range).ok_or(Dirty)?)
        }
        _ => Err(Dirty),
    }
}

/// Rows one after the other; also what the automatic tier does for few of them.
pub(crate) fn row_by_row<'a>(
    form: &'a Form,
    columns: &Columns<'_, 'a>,
    rows: std::ops::Range<usize>,
    (out, at): (&mut Values<'a>, usize),
    fail: &mut dyn FnMut(usize, Fault),
) {
    let mut numbers = Vec::new();
    let mut texts: Vec<Text<'a>> = Vec::new();
    for (offset, row) in rows.enumerate() {
        let absent = columns.row(row, &mut numbers, &mut texts);
        let values = Row {
            numbers: &numbers,
            texts: &texts,
            absent,
        };
        match form.evaluate(&values) {
            Ok(Raw::Bits(bits)) => out.set(at + offset, bits),
            Ok(Raw::Text(text)) => out.set_text(at + offset, Text::new(text)),
            Err(fault) => fail(row, fault),
        }
    }
}
