//! Between which numbers a whole number lies, whatever the inputs: what cannot fail is not checked by machine code.

use crate::eval::form::{Arithmetic, IntExpr};

/// Both ends are inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    low: i64,
    high: i64,
}

/// Nodes within nodes that are looked at; what lies deeper may be any number.
const DEPTH: usize = 8;

impl Range {
    const ANY: Self = Self {
        low: i64::MIN,
        high: i64::MAX,
    };

    /// Where an expression lies if it has a value.
    pub(crate) fn of(expr: &IntExpr) -> Self {
        Self::within(expr, DEPTH)
    }

    fn within(expr: &IntExpr, depth: usize) -> Self {
        let Some(depth) = depth.checked_sub(1) else {
            return Self::ANY;
        };
        let of = |it: &IntExpr| Self::within(it, depth);
        match expr {
            IntExpr::Const(it) => Self {
                low: *it,
                high: *it,
            },
            IntExpr::Input(_) | IntExpr::Else(..) => Self::ANY,
            IntExpr::Neg(it, _) => {
                let it = of(it);
                Self {
                    low: it.high.saturating_neg(),
                    high: it.low.saturating_neg(),
                }
            }
            IntExpr::Abs(it, _) => {
                let it = of(it);
                let (a, b) = (it.low.saturating_abs(), it.high.saturating_abs());
                let low = if it.has(0) { 0 } else { a.min(b) };
                Self {
                    low,
                    high: a.max(b),
                }
            }
            IntExpr::Arithmetic(op, two, _) => {
                of(&two.0).apply(*op, of(&two.1)).unwrap_or(Self::ANY)
            }
            IntExpr::Div(two, ..) => of(&two.0).divided(of(&two.1)),
            IntExpr::Rem(two, _) => of(&two.0).rest(of(&two.1)),
            IntExpr::Min(two) => {
                let (a, b) = (of(&two.0), of(&two.1));
                Self {
                    low: a.low.min(b.low),
                    high: a.high.min(b.high),
                }
            }
            IntExpr::Max(two) => {
                let (a, b) = (of(&two.0), of(&two.1));
                Self {
                    low: a.low.max(b.low),
                    high: a.high.max(b.high),
                }
            }
            IntExpr::Length(_) => Self {
                low: 0,
                high: i64::MAX,
            },
            IntExpr::If(three) => {
                let (a, b) = (of(&three.1), of(&three.2));
                Self {
                    low: a.low.min(b.low),
                    high: a.high.max(b.high),
                }
            }
        }
    }

    pub(crate) fn has(self, number: i64) -> bool {
        (self.low..=self.high).contains(&number)
    }

    /// Sum, difference or product of two numbers; `None` where it may not fit.
    pub(crate) fn apply(self, op: Arithmetic, other: Self) -> Option<Self> {
        let ends = [
            (self.low, other.low),
            (self.low, other.high),
            (self.high, other.low),
            (self.high, other.high),
        ];
        let mut found: Option<Self> = None;
        for (a, b) in ends {
            let it = op.ints(a, b)?;
            let (low, high) = found.map_or((it, it), |old| (old.low.min(it), old.high.max(it)));
            found = Some(Self { low, high });
        }
        found
    }

    /// Known where the divisor is.
    fn divided(self, by: Self) -> Self {
        if by.low != by.high || matches!(by.low, 0 | -1) {
            return Self::ANY;
        }
        let (a, b) = (self.low / by.low, self.high / by.low);
        Self {
            low: a.min(b),
            high: a.max(b),
        }
    }

    /// Nearer to zero than the divisor, on the side of what is divided.
    fn rest(self, by: Self) -> Self {
        let most = by.low.unsigned_abs().max(by.high.unsigned_abs());
        let most = i64::try_from(most.saturating_sub(1)).unwrap_or(i64::MAX);
        Self {
            low: if self.low < 0 { -most } else { 0 },
            high: if self.high > 0 { most } else { 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::eval::form::range::Range;
    use crate::eval::form::{Arithmetic, Fault, IntExpr};

    #[test]
    fn half_of_anything_added_to_itself_fits() {
        let half = || {
            let two = (IntExpr::Input(0), IntExpr::Const(2));
            IntExpr::Div(two.into(), Fault(0), Fault(0))
        };
        let sum = Range::of(&half()).apply(Arithmetic::Add, Range::of(&half()));
        assert_eq!(
            sum,
            Some(Range {
                low: i64::MIN,
                high: i64::MAX - 1
            })
        );
        let sum = Range::of(&half()).apply(Arithmetic::Add, Range::of(&IntExpr::Input(0)));
        assert_eq!(sum, None);
    }

    #[test]
    fn a_rest_has_the_sign_of_what_is_divided() {
        let two = (IntExpr::Input(0), IntExpr::Const(-7));
        let rest = Range::of(&IntExpr::Rem(two.into(), Fault(0)));
        assert_eq!(rest, Range { low: -6, high: 6 });
        let least = IntExpr::Rem(
            (IntExpr::Input(0), IntExpr::Const(i64::MIN)).into(),
            Fault(0),
        );
        assert_eq!(
            Range::of(&least),
            Range {
                low: -i64::MAX,
                high: i64::MAX
            }
        );
    }
}
