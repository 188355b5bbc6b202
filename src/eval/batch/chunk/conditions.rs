//! Conditions over a chunk: masks of one and zero.

use crate::eval::batch::chunk::{Chunk, Done};
use crate::eval::batch::columns::Data;
use crate::eval::batch::lanes::{self, Active, Lanes};
use crate::eval::form::{BoolExpr, Slot, Text, TextExpr};

impl<'a> Chunk<'_, 'a> {
    pub(crate) fn bools(&self, expr: &'a BoolExpr, active: Active<'_>, out: &mut [u8]) -> Done {
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
                    lanes::compare(*op, (a, b), out);
                    Ok(())
                })
            })?,
            BoolExpr::Floats(op, two) => self.float_buffer(|a| {
                self.float_buffer(|b| {
                    let a = self.floats(&two.0, active, a)?;
                    let b = self.floats(&two.1, active, b)?;
                    lanes::compare(*op, (a, b), out);
                    Ok(())
                })
            })?,
            BoolExpr::Texts(op, two) => {
                self.two_texts(two, active, out, |a, b| op.texts(a, b))?;
            }
            BoolExpr::Find(find, two) => {
                self.two_texts(two, active, out, |a, b| find.holds(a, b))?;
            }
            BoolExpr::Matches(text, pattern) => self.text_buffer(|texts| {
                let texts = self.texts(text, active, texts)?;
                let none = Lanes::All(Text::new(""));
                let matches = |a: Text<'_>, _: Text<'_>| pattern.is_match(a.as_str());
                lanes::hold((texts, none), active, out, matches);
                Ok(())
            })?,
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
        two: &'a (BoolExpr, BoolExpr),
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
        two: &'a (TextExpr, TextExpr),
        active: Active<'_>,
        out: &mut [u8],
        holds: impl Fn(&str, &str) -> bool,
    ) -> Done {
        self.text_buffer(|a| {
            self.text_buffer(|b| {
                let a = self.texts(&two.0, active, a)?;
                let b = self.texts(&two.1, active, b)?;
                let holds = |a: Text<'_>, b: Text<'_>| holds(a.as_str(), b.as_str());
                lanes::hold((a, b), active, out, holds);
                Ok(())
            })
        })
    }
}
