//! The nodes of a form over one chunk.

use std::cell::RefCell;

use crate::eval::batch::columns::{Column, Columns, Data};
use crate::eval::batch::lanes::{Active, Lanes, blend, check, zip};
use crate::eval::form::{Arithmetic, BoolExpr, Compare, FloatExpr, IntExpr, Slot, Text, TextExpr};

/// A row that counts has failed, or lacks an input: the chunk is done again row by row.
#[derive(Debug)]
pub(crate) struct Dirty;

/// Some rows of the columns.
pub(crate) struct Chunk<'c, 'a> {
    pub(crate) columns: &'c Columns<'c, 'a>,
    pub(crate) start: usize,
    pub(crate) length: usize,
    pub(crate) pool: &'c Pool,
}

/// Temporaries to use again.
#[derive(Default)]
pub(crate) struct Pool {
    masks: RefCell<Vec<Vec<u8>>>,
    ints: RefCell<Vec<Vec<i64>>>,
    floats: RefCell<Vec<Vec<f64>>>,
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

    pub(crate) fn bools(&self, expr: &BoolExpr, active: Active<'_>, out: &mut [u8]) -> Done {
        match expr {
            BoolExpr::Const(it) => out.fill(u8::from(*it)),
            BoolExpr::Input(slot) => self.copy_bools(*slot, out),
            BoolExpr::Present(slot) => match self.present(*slot) {
                Some(present) => out.copy_from_slice(present),
                None => out.fill(1),
            },
            BoolExpr::Not(it) => {
                self.bools(it, active, out)?;
                out.iter_mut().for_each(|it| *it ^= 1);
            }
            BoolExpr::And(two) => self.joined(two, (active, 1), out)?,
            BoolExpr::Or(two) => self.joined(two, (active, 0), out)?,
            BoolExpr::Same(two) => {
                self.bools(&two.0, active, out)?;
                self.mask(|right| {
                    self.bools(&two.1, active, right)?;
                    out.iter_mut()
                        .zip(right)
                        .for_each(|(out, it)| *out ^= *it ^ 1);
                    Ok(())
                })?;
            }
            BoolExpr::Ints(op, two) => self.int_buffer(|a| {
                self.int_buffer(|b| {
                    let a = self.ints(&two.0, active, a)?;
                    let b = self.ints(&two.1, active, b)?;
                    compare(*op, (a, b), out);
                    Ok(())
                })
            })?,
            BoolExpr::Floats(op, two) => self.float_buffer(|a| {
                self.float_buffer(|b| {
                    let a = self.floats(&two.0, active, a)?;
                    let b = self.floats(&two.1, active, b)?;
                    compare(*op, (a, b), out);
                    Ok(())
                })
            })?,
            BoolExpr::Texts(op, two) => {
                self.two_texts(two, active, out, |a, b| op.holds(a, b))?;
            }
            BoolExpr::Find(find, two) => {
                self.two_texts(two, active, out, |a, b| find.holds(a, b))?;
            }
            BoolExpr::Matches(text, pattern) => {
                let mut texts = vec![Text::new(""); self.length];
                self.texts(text, active, &mut texts)?;
                for (row, (out, text)) in out.iter_mut().zip(&texts).enumerate() {
                    *out = u8::from(counts(active, row) && pattern.is_match(text.as_str()));
                }
            }
            BoolExpr::If(three) => self.mask(|condition| {
                self.bools(&three.0, active, condition)?;
                self.mask(|then| {
                    self.narrowed(active, (condition, 1), |it| {
                        self.bools(&three.1, Some(it), then)
                    })?;
                    self.narrowed(active, (condition, 0), |it| {
                        self.bools(&three.2, Some(it), out)
                    })?;
                    for ((out, it), then) in out.iter_mut().zip(condition.iter()).zip(then) {
                        *out = (*it & *then) | ((*it ^ 1) & *out);
                    }
                    Ok(())
                })
            })?,
            BoolExpr::Else(slot, other) => {
                let Some(present) = self.present(*slot) else {
                    self.copy_bools(*slot, out);
                    return Ok(());
                };
                self.narrowed(active, (present, 0), |it| self.bools(other, Some(it), out))?;
                self.mask(|own| {
                    self.copy_bools(*slot, own);
                    for ((out, it), own) in out.iter_mut().zip(present).zip(own) {
                        *out = (*it & *own) | ((*it ^ 1) & *out);
                    }
                });
            }
        }
        Ok(())
    }

    /// `a && b` looks at `b` where `a` is one, `a || b` where it is zero.
    fn joined(
        &self,
        two: &(BoolExpr, BoolExpr),
        (active, open): (Active<'_>, u8),
        out: &mut [u8],
    ) -> Done {
        self.bools(&two.0, active, out)?;
        if !out.contains(&open) {
            return Ok(());
        }
        self.mask(|right| {
            self.narrowed(active, (out, open), |it| {
                self.bools(&two.1, Some(it), right)
            })?;
            let pairs = out.iter_mut().zip(right);
            if open == 1 {
                pairs.for_each(|(out, it)| *out &= *it);
            } else {
                pairs.for_each(|(out, it)| *out |= *it);
            }
            Ok(())
        })
    }

    fn copy_bools(&self, slot: Slot, out: &mut [u8]) {
        if let Some(Data::Bools(all)) = self.column(slot).map(|it| it.data) {
            out.copy_from_slice(self.part(all));
        }
    }

    fn two_texts(
        &self,
        two: &(TextExpr, TextExpr),
        active: Active<'_>,
        out: &mut [u8],
        holds: impl Fn(&str, &str) -> bool,
    ) -> Done {
        let mut a = vec![Text::new(""); self.length];
        let mut b = a.clone();
        self.texts(&two.0, active, &mut a)?;
        self.texts(&two.1, active, &mut b)?;
        for (row, ((out, a), b)) in out.iter_mut().zip(&a).zip(&b).enumerate() {
            *out = u8::from(counts(active, row) && holds(a.as_str(), b.as_str()));
        }
        Ok(())
    }

    pub(crate) fn ints_into(&self, expr: &IntExpr, out: &mut [i64]) -> Done {
        self.int_buffer(|it| self.ints(expr, None, it).map(|it| it.copy_to(out)))
    }

    pub(crate) fn floats_into(&self, expr: &FloatExpr, out: &mut [f64]) -> Done {
        self.float_buffer(|it| self.floats(expr, None, it).map(|it| it.copy_to(out)))
    }

    pub(crate) fn texts<'t>(
        &self,
        expr: &'t TextExpr,
        active: Active<'_>,
        out: &mut [Text<'t>],
    ) -> Done
    where
        'a: 't,
    {
        match expr {
            TextExpr::Const(it) => out.fill(Text::new(it)),
            TextExpr::Input(slot) => self.copy_texts(*slot, out)?,
            TextExpr::If(three) => self.mask(|condition| {
                self.bools(&three.0, active, condition)?;
                let mut then = vec![Text::new(""); self.length];
                self.narrowed(active, (condition, 1), |it| {
                    self.texts(&three.1, Some(it), &mut then)
                })?;
                self.narrowed(active, (condition, 0), |it| {
                    self.texts(&three.2, Some(it), out)
                })?;
                let chosen = out.iter_mut().zip(condition).zip(then);
                let chosen = chosen.filter(|((_, it), _)| **it != 0);
                chosen.for_each(|((out, _), then)| *out = then);
                Ok(())
            })?,
            TextExpr::Else(slot, other) => {
                let Some(present) = self.present(*slot) else {
                    return self.copy_texts(*slot, out);
                };
                let mut other_texts = vec![Text::new(""); self.length];
                self.narrowed(active, (present, 0), |it| {
                    self.texts(other, Some(it), &mut other_texts)
                })?;
                self.copy_texts(*slot, out)?;
                let missing = out.iter_mut().zip(present).zip(other_texts);
                let missing = missing.filter(|((_, it), _)| **it == 0);
                missing.for_each(|((out, _), other)| *out = other);
            }
        }
        Ok(())
    }

    fn copy_texts<'t>(&self, slot: Slot, out: &mut [Text<'t>]) -> Done
    where
        'a: 't,
    {
        match self.column(slot).map(|it| it.data) {
            Some(Data::Texts(all)) => {
                out.copy_from_slice(self.part(all));
                Ok(())
            }
            _ => Err(Dirty),
        }
    }

    /// The values of an operand, in `buffer` where they have to be computed.
    fn ints<'l>(
        &'l self,
        expr: &IntExpr,
        active: Active<'_>,
        buffer: &'l mut [i64],
    ) -> Result<Lanes<'l, i64>, Dirty> {
        match expr {
            IntExpr::Const(it) => return Ok(Lanes::All(*it)),
            IntExpr::Input(slot) => return self.int_column(*slot),
            IntExpr::Neg(it, _) => self.int_buffer(|inner| {
                let two = (self.ints(it, active, inner)?, Lanes::All(0));
                zip(two, buffer, |a, _| a.wrapping_neg());
                check(two, active, |a, _| a == i64::MIN)
            })?,
            IntExpr::Abs(it, _) => self.int_buffer(|inner| {
                let two = (self.ints(it, active, inner)?, Lanes::All(0));
                zip(two, buffer, |a, _| a.wrapping_abs());
                check(two, active, |a, _| a == i64::MIN)
            })?,
            IntExpr::Arithmetic(op, two, _) => self.two_ints(two, active, |two| match op {
                Arithmetic::Add => {
                    zip(two, buffer, i64::wrapping_add);
                    check(two, active, |a, b| a.overflowing_add(b).1)
                }
                Arithmetic::Sub => {
                    zip(two, buffer, i64::wrapping_sub);
                    check(two, active, |a, b| a.overflowing_sub(b).1)
                }
                Arithmetic::Mul => {
                    zip(two, buffer, i64::wrapping_mul);
                    check(two, active, |a, b| a.overflowing_mul(b).1)
                }
            })?,
            IntExpr::Div(two, ..) => self.two_ints(two, active, |two| {
                zip(two, buffer, |a, b| a.checked_div(b).unwrap_or_default());
                check(two, active, |a, b| b == 0 || (a == i64::MIN && b == -1))
            })?,
            IntExpr::Rem(two, _) => self.two_ints(two, active, |two| {
                zip(two, buffer, |a, b| a.checked_rem(b).unwrap_or_default());
                check(two, active, |_, b| b == 0)
            })?,
            IntExpr::Min(two) => self.two_ints(two, active, |two| {
                zip(two, buffer, i64::min);
                Ok(())
            })?,
            IntExpr::Max(two) => self.two_ints(two, active, |two| {
                zip(two, buffer, i64::max);
                Ok(())
            })?,
            IntExpr::Length(text) => {
                let mut texts = vec![Text::new(""); self.length];
                self.texts(text, active, &mut texts)?;
                for (out, text) in buffer.iter_mut().zip(&texts) {
                    *out = i64::try_from(text.as_str().chars().count()).unwrap_or(i64::MAX);
                }
            }
            IntExpr::If(three) => self.mask(|condition| {
                self.bools(&three.0, active, condition)?;
                self.int_buffer(|a| {
                    self.int_buffer(|b| {
                        let then = self.narrowed(active, (condition, 1), |it| {
                            self.ints(&three.1, Some(it), a)
                        })?;
                        let otherwise = self.narrowed(active, (condition, 0), |it| {
                            self.ints(&three.2, Some(it), b)
                        })?;
                        blend(condition, (then, otherwise), buffer);
                        Ok(())
                    })
                })
            })?,
            IntExpr::Else(slot, other) => {
                let own = self.int_column(*slot)?;
                let Some(present) = self.present(*slot) else {
                    return Ok(own);
                };
                self.int_buffer(|b| {
                    let other =
                        self.narrowed(active, (present, 0), |it| self.ints(other, Some(it), b))?;
                    blend(present, (own, other), buffer);
                    Ok(())
                })?;
            }
        }
        Ok(Lanes::Each(buffer))
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

    fn two_ints(
        &self,
        two: &(IntExpr, IntExpr),
        active: Active<'_>,
        action: impl FnOnce((Lanes<'_, i64>, Lanes<'_, i64>)) -> Done,
    ) -> Done {
        self.int_buffer(|a| {
            self.int_buffer(|b| {
                let a = self.ints(&two.0, active, a)?;
                let b = self.ints(&two.1, active, b)?;
                action((a, b))
            })
        })
    }

    fn floats<'l>(
        &'l self,
        expr: &FloatExpr,
        active: Active<'_>,
        buffer: &'l mut [f64],
    ) -> Result<Lanes<'l, f64>, Dirty> {
        match expr {
            FloatExpr::Const(it) => return Ok(Lanes::All(*it)),
            FloatExpr::Input(slot) => return self.float_column(*slot),
            FloatExpr::Neg(it) => self.float_buffer(|inner| {
                let two = (self.floats(it, active, inner)?, Lanes::All(0.0));
                zip(two, buffer, |a, _| -a);
                Ok(())
            })?,
            FloatExpr::Arithmetic(op, two) => self.two_floats(two, active, |two| {
                match op {
                    Arithmetic::Add => zip(two, buffer, |a, b| a + b),
                    Arithmetic::Sub => zip(two, buffer, |a, b| a - b),
                    Arithmetic::Mul => zip(two, buffer, |a, b| a * b),
                }
                Ok(())
            })?,
            FloatExpr::Div(two, _) => self.two_floats(two, active, |two| {
                zip(two, buffer, |a, b| a / b);
                check(two, active, |_, b| b == 0.0)
            })?,
            FloatExpr::If(three) => self.mask(|condition| {
                self.bools(&three.0, active, condition)?;
                self.float_buffer(|a| {
                    self.float_buffer(|b| {
                        let then = self.narrowed(active, (condition, 1), |it| {
                            self.floats(&three.1, Some(it), a)
                        })?;
                        let otherwise = self.narrowed(active, (condition, 0), |it| {
                            self.floats(&three.2, Some(it), b)
                        })?;
                        blend(condition, (then, otherwise), buffer);
                        Ok(())
                    })
                })
            })?,
            FloatExpr::Else(slot, other) => {
                let own = self.float_column(*slot)?;
                let Some(present) = self.present(*slot) else {
                    return Ok(own);
                };
                self.float_buffer(|b| {
                    let other =
                        self.narrowed(active, (present, 0), |it| self.floats(other, Some(it), b))?;
                    blend(present, (own, other), buffer);
                    Ok(())
                })?;
            }
        }
        Ok(Lanes::Each(buffer))
    }

    fn two_floats(
        &self,
        two: &(FloatExpr, FloatExpr),
        active: Active<'_>,
        action: impl FnOnce((Lanes<'_, f64>, Lanes<'_, f64>)) -> Done,
    ) -> Done {
        self.float_buffer(|a| {
            self.float_buffer(|b| {
                let a = self.floats(&two.0, active, a)?;
                let b = self.floats(&two.1, active, b)?;
                action((a, b))
            })
        })
    }
}

fn compare<T: Copy + PartialOrd>(op: Compare, two: (Lanes<'_, T>, Lanes<'_, T>), out: &mut [u8]) {
    match op {
        Compare::Eq => zip(two, out, |a, b| u8::from(a == b)),
        Compare::Ne => zip(two, out, |a, b| u8::from(a != b)),
        Compare::Lt => zip(two, out, |a, b| u8::from(a < b)),
        Compare::Le => zip(two, out, |a, b| u8::from(a <= b)),
        Compare::Gt => zip(two, out, |a, b| u8::from(a > b)),
        Compare::Ge => zip(two, out, |a, b| u8::from(a >= b)),
    }
}

fn counts(active: Active<'_>, row: usize) -> bool {
    active.is_none_or(|it| it.get(row).is_some_and(|it| *it != 0))
}
