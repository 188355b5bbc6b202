//! The nodes of a form over one chunk.

mod conditions;
mod numbers;
mod texts;

use std::cell::RefCell;

use crate::eval::batch::columns::{Column, Columns, Data};
use crate::eval::batch::lanes::{Active, Lanes};
use crate::eval::form::{Slot, Text};

/// A row that counts has failed, or lacks an input: the chunk is done again row by row.
#[derive(Debug)]
pub(crate) struct Dirty;

/// Some rows of the columns.
pub(crate) struct Chunk<'c, 'a> {
    pub(crate) columns: &'c Columns<'c, 'a>,
    pub(crate) start: usize,
    pub(crate) length: usize,
    pub(crate) pool: &'c Pool<'a>,
}

/// Temporaries to use again.
#[derive(Default)]
pub(crate) struct Pool<'a> {
    masks: RefCell<Vec<Vec<u8>>>,
    ints: RefCell<Vec<Vec<i64>>>,
    floats: RefCell<Vec<Vec<f64>>>,
    texts: RefCell<Vec<Vec<Text<'a>>>>,
}

/// Takes a temporary of the pool for the time of `action`.
fn with<T: Copy, R>(
    pool: &RefCell<Vec<Vec<T>>>,
    length: usize,
    zero: T,
    action: impl FnOnce(&mut [T]) -> R,
) -> R {
    let mut buffer = pool.borrow_mut().pop().unwrap_or_default();
    buffer.resize(length, zero);
    let result = action(&mut buffer);
    pool.borrow_mut().push(buffer);
    result
}

type Done = Result<(), Dirty>;

impl<'c, 'a> Chunk<'c, 'a> {
    /// An error where a row lacks an input that must be there.
    pub(crate) fn all_there(&self, needed: u64) -> Done {
        for slot in 0..self.columns.all.len() {
            let is_needed = needed >> slot & 1 == 1;
            if is_needed && self.present(slot).is_some_and(|it| it.contains(&0)) {
                return Err(Dirty);
            }
        }
        Ok(())
    }

    fn column(&self, slot: Slot) -> Option<&Column<'c, 'a>> {
        self.columns.all.get(slot)
    }

    fn part<'s, T>(&self, all: &'s [T]) -> &'s [T] {
        let range = self.start..self.start + self.length;
        all.get(range).unwrap_or_default()
    }

    fn present(&self, slot: Slot) -> Option<&'c [u8]> {
        self.column(slot)?.present.map(|it| self.part(it))
    }

    fn mask<R>(&self, action: impl FnOnce(&mut [u8]) -> R) -> R {
        with(&self.pool.masks, self.length, 0, action)
    }

    fn int_buffer<R>(&self, action: impl FnOnce(&mut [i64]) -> R) -> R {
        with(&self.pool.ints, self.length, 0, action)
    }

    fn float_buffer<R>(&self, action: impl FnOnce(&mut [f64]) -> R) -> R {
        with(&self.pool.floats, self.length, 0.0, action)
    }

    /// Those of the active rows in which `mask` is `wanted`.
    fn narrowed<R>(
        &self,
        active: Active<'_>,
        (mask, wanted): (&[u8], u8),
        action: impl FnOnce(&[u8]) -> R,
    ) -> R {
        let flip = wanted ^ 1;
        if active.is_none() && flip == 0 {
            return action(mask);
        }
        self.mask(|narrow| {
            match active {
                Some(active) => {
                    for ((out, it), active) in narrow.iter_mut().zip(mask).zip(active) {
                        *out = (it ^ flip) & active;
                    }
                }
                None => {
                    for (out, it) in narrow.iter_mut().zip(mask) {
                        *out = it ^ flip;
                    }
                }
            }
            action(narrow)
        })
    }

    fn text_buffer<R>(&self, action: impl FnOnce(&mut [Text<'a>]) -> R) -> R {
        with(&self.pool.texts, self.length, Text::new(""), action)
    }

    fn int_column(&self, slot: Slot) -> Result<Lanes<'c, i64>, Dirty> {
        match self.column(slot).map(|it| it.data) {
            Some(Data::Ints(all)) => Ok(Lanes::Each(self.part(all))),
            _ => Err(Dirty),
        }
    }

    fn float_column(&self, slot: Slot) -> Result<Lanes<'c, f64>, Dirty> {
        match self.column(slot).map(|it| it.data) {
            Some(Data::Floats(all)) => Ok(Lanes::Each(self.part(all))),
            _ => Err(Dirty),
        }
    }

    fn text_column(&self, slot: Slot) -> Result<Lanes<'c, Text<'a>>, Dirty> {
        match self.column(slot).map(|it| it.data) {
            Some(Data::Texts(all)) => Ok(Lanes::Each(self.part(all))),
            _ => Err(Dirty),
        }
    }
}
