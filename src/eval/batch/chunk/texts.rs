//! Texts over a chunk.

use crate::eval::batch::chunk::{Chunk, Dirty, Done};
use crate::eval::batch::lanes::{Active, Lanes, blend};
use crate::eval::form::{Text, TextExpr};

impl<'c, 'a> Chunk<'c, 'a> {
    pub(crate) fn texts_into(&self, expr: &'a TextExpr, out: &mut [Text<'a>]) -> Done {
        self.text_buffer(|it| self.texts(expr, None, it).map(|it| it.copy_to(out)))
    }

    /// The texts of an operand, in `buffer` where they have to be chosen.
    pub(super) fn texts<'l>(
        &'l self,
        expr: &'a TextExpr,
        active: Active<'_>,
        buffer: &'l mut [Text<'a>],
    ) -> Result<Lanes<'l, Text<'a>>, Dirty> {
        match expr {
            TextExpr::Const(it) => return Ok(Lanes::All(Text::new(it))),
            TextExpr::Input(slot) => return self.text_column(*slot),
            TextExpr::If(three) => self.mask(|condition| {
                self.bools(&three.0, active, condition)?;
                self.text_buffer(|a| {
                    self.text_buffer(|b| {
                        let then = self.narrowed(active, (condition, 1), |it| {
                            self.texts(&three.1, Some(it), a)
                        })?;
                        let otherwise = self.narrowed(active, (condition, 0), |it| {
                            self.texts(&three.2, Some(it), b)
                        })?;
                        blend(condition, (then, otherwise), buffer);
                        Ok(())
                    })
                })
            })?,
            TextExpr::Else(slot, other) => {
                let own = self.text_column(*slot)?;
                let Some(present) = self.present(*slot) else {
                    return Ok(own);
                };
                self.text_buffer(|b| {
                    let other =
                        self.narrowed(active, (present, 0), |it| self.texts(other, Some(it), b))?;
                    blend(present, (own, other), buffer);
                    Ok(())
                })?;
            }
        }
        Ok(Lanes::Each(buffer))
    }
}
