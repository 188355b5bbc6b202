//! Whole numbers and doubles over a chunk.

use crate::eval::batch::chunk::{Chunk, Dirty, Done};
use crate::eval::batch::lanes::{Active, Lanes, blend, checked, zip};
use crate::eval::form::{Arithmetic, FloatExpr, IntExpr, Text};
use crate::eval::operator::ratio;

impl<'a> Chunk<'_, 'a> {
    pub(crate) fn ints_into(&self, expr: &'a IntExpr, out: &mut [i64]) -> Done {
        self.int_buffer(|it| self.ints(expr, None, it).map(|it| it.copy_to(out)))
    }

    pub(crate) fn floats_into(&self, expr: &'a FloatExpr, out: &mut [f64]) -> Done {
        self.float_buffer(|it| self.floats(expr, None, it).map(|it| it.copy_to(out)))
    }

    /// The values of an operand, in `buffer` where they have to be computed.
    pub(super) fn ints<'l>(
        &'l self,
        expr: &'a IntExpr,
        active: Active<'_>,
        buffer: &'l mut [i64],
    ) -> Result<Lanes<'l, i64>, Dirty> {
        match expr {
            IntExpr::Const(it) => return Ok(Lanes::All(*it)),
            IntExpr::Input(slot) => return self.int_column(*slot),
            IntExpr::Neg(it, _) => self.int_buffer(|inner| {
                let two = (self.ints(it, active, inner)?, Lanes::All(0));
                checked(two, active, buffer, |a, _| a.overflowing_neg())
            })?,
            IntExpr::Abs(it, _) => self.int_buffer(|inner| {
                let two = (self.ints(it, active, inner)?, Lanes::All(0));
                checked(two, active, buffer, |a, _| a.overflowing_abs())
            })?,
            IntExpr::Arithmetic(op, two, _) => self.two_ints(two, active, |two| match op {
                Arithmetic::Add => checked(two, active, buffer, i64::overflowing_add),
                Arithmetic::Sub => checked(two, active, buffer, i64::overflowing_sub),
                Arithmetic::Mul => checked(two, active, buffer, i64::overflowing_mul),
            })?,
            IntExpr::Div(two, ..) => self.two_ints(two, active, |two| {
                checked(two, active, buffer, |a, b| match a.checked_div(b) {
                    Some(it) => (it, false),
                    None => (0, true),
                })
            })?,
            IntExpr::Rem(two, _) => self.two_ints(two, active, |two| {
                checked(two, active, buffer, |a, b| match b {
                    0 => (0, true),
                    b => (a.wrapping_rem(b), false),
                })
            })?,
            IntExpr::Min(two) => self.two_ints(two, active, |two| {
                zip(two, buffer, i64::min);
                Ok(())
            })?,
            IntExpr::Max(two) => self.two_ints(two, active, |two| {
                zip(two, buffer, i64::max);
                Ok(())
            })?,
            IntExpr::Length(text) => self.text_buffer(|texts| {
                let texts = self.texts(text, active, texts)?;
                zip((texts, Lanes::All(Text::new(""))), buffer, |it, _| {
                    i64::try_from(it.as_str().chars().count()).unwrap_or(i64::MAX)
                });
                Ok(())
            })?,
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

    fn two_ints(
        &self,
        two: &'a (IntExpr, IntExpr),
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

    pub(super) fn floats<'l>(
        &'l self,
        expr: &'a FloatExpr,
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
                checked(two, active, buffer, |a, b| (a / b, b == 0.0))
            })?,
            FloatExpr::Ratio(two, _) => self.two_ints(two, active, |two| {
                checked(two, active, buffer, |a, b| match ratio(a, b) {
                    Some(it) => (it, false),
                    None => (0.0, true),
                })
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
        two: &'a (FloatExpr, FloatExpr),
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
