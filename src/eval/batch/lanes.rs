//! Loops over the rows of a chunk.

use crate::eval::batch::chunk::Dirty;
use crate::eval::form::Compare;

/// The values of an operand: one for each row, or one for all.
#[derive(Clone, Copy)]
pub(crate) enum Lanes<'l, T> {
    Each(&'l [T]),
    All(T),
}

/// Which rows count; `None` for all.
pub(crate) type Active<'m> = Option<&'m [u8]>;

/// `out = apply(a, b)` for all rows.
#[inline]
pub(crate) fn zip<T: Copy, R: Copy>(
    (a, b): (Lanes<'_, T>, Lanes<'_, T>),
    out: &mut [R],
    apply: impl Fn(T, T) -> R,
) {
    match (a, b) {
        (Lanes::Each(a), Lanes::Each(b)) => {
            for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                *out = apply(*a, *b);
            }
        }
        (Lanes::Each(a), Lanes::All(b)) => {
            for (out, a) in out.iter_mut().zip(a) {
                *out = apply(*a, b);
            }
        }
        (Lanes::All(a), Lanes::Each(b)) => {
            for (out, b) in out.iter_mut().zip(b) {
                *out = apply(a, *b);
            }
        }
        (Lanes::All(a), Lanes::All(b)) => out.fill(apply(a, b)),
    }
}

/// `out = apply(a, b)` for all rows, where `apply` also says whether it failed; an error where one failed that counts. The
/// first look is at all rows, and without a branch.
#[inline]
pub(crate) fn checked<T: Copy, R: Copy>(
    two: (Lanes<'_, T>, Lanes<'_, T>),
    active: Active<'_>,
    out: &mut [R],
    apply: impl Fn(T, T) -> (R, bool),
) -> Result<(), Dirty> {
    let mut any = 0_u64;
    let mut one = |out: &mut R, a: T, b: T| {
        let (value, failed) = apply(a, b);
        *out = value;
        any |= u64::from(failed);
    };
    match two {
        (Lanes::Each(a), Lanes::Each(b)) => {
            for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                one(out, *a, *b);
            }
        }
        (Lanes::Each(a), Lanes::All(b)) => {
            for (out, a) in out.iter_mut().zip(a) {
                one(out, *a, b);
            }
        }
        (Lanes::All(a), Lanes::Each(b)) => {
            for (out, b) in out.iter_mut().zip(b) {
                one(out, a, *b);
            }
        }
        (Lanes::All(a), Lanes::All(b)) => {
            let (value, failed) = apply(a, b);
            out.fill(value);
            any = u64::from(failed);
        }
    }
    if any == 0 {
        return Ok(());
    }
    let fails = |row: usize| match (two.0.get(row), two.1.get(row)) {
        (Some(a), Some(b)) => apply(a, b).1,
        _ => false,
    };
    match (0..out.len()).any(|row| counts(active, row) && fails(row)) {
        true => Err(Dirty),
        false => Ok(()),
    }
}

fn counts(active: Active<'_>, row: usize) -> bool {
    active.is_none_or(|it| it.get(row).is_some_and(|it| *it != 0))
}

/// One where a pair holds, of the rows that count; the others are not looked at.
pub(crate) fn hold<T: Copy>(
    (a, b): (Lanes<'_, T>, Lanes<'_, T>),
    active: Active<'_>,
    out: &mut [u8],
    holds: impl Fn(T, T) -> bool,
) {
    let Some(active) = active else {
        zip((a, b), out, |a, b| u8::from(holds(a, b)));
        return;
    };
    for (row, (out, active)) in out.iter_mut().zip(active).enumerate() {
        *out = 0;
        if let (true, Some(a), Some(b)) = (*active != 0, a.get(row), b.get(row)) {
            *out = u8::from(holds(a, b));
        }
    }
}

pub(crate) fn compare<T: Copy + PartialOrd>(
    op: Compare,
    two: (Lanes<'_, T>, Lanes<'_, T>),
    out: &mut [u8],
) {
    match op {
        Compare::Eq => masked(two, out, |a, b| a == b),
        Compare::Ne => masked(two, out, |a, b| a != b),
        Compare::Lt => masked(two, out, |a, b| a < b),
        Compare::Le => masked(two, out, |a, b| a <= b),
        Compare::Gt => masked(two, out, |a, b| a > b),
        Compare::Ge => masked(two, out, |a, b| a >= b),
    }
}

/// Rows whose masks are made narrow together: those of wide numbers fill one register of bytes.
const NARROWED: usize = 16;

/// As [`zip`], for conditions on numbers of eight bytes.
#[inline]
fn masked<T: Copy>(
    (a, b): (Lanes<'_, T>, Lanes<'_, T>),
    out: &mut [u8],
    holds: impl Fn(T, T) -> bool,
) {
    let (many, rest) = out.as_chunks_mut::<NARROWED>();
    let (a, a_rest) = a.chunks();
    let (b, b_rest) = b.chunks();
    match (a, b) {
        (Lanes::Each(a), Lanes::Each(b)) => {
            for ((out, a), b) in many.iter_mut().zip(a).zip(b) {
                let mut wide = [0_u64; NARROWED];
                for ((out, a), b) in wide.iter_mut().zip(a).zip(b) {
                    *out = u64::from(holds(*a, *b));
                }
                *out = narrow(wide);
            }
        }
        (Lanes::Each(a), Lanes::All(b)) => {
            for (out, a) in many.iter_mut().zip(a) {
                let [b, ..] = b;
                *out = narrow(a.map(|a| u64::from(holds(a, b))));
            }
        }
        (Lanes::All(a), Lanes::Each(b)) => {
            for (out, b) in many.iter_mut().zip(b) {
                let [a, ..] = a;
                *out = narrow(b.map(|b| u64::from(holds(a, b))));
            }
        }
        (Lanes::All([a, ..]), Lanes::All([b, ..])) => {
            many.fill([u8::from(holds(a, b)); NARROWED]);
        }
    }
    zip((a_rest, b_rest), rest, |a, b| u8::from(holds(a, b)));
}

/// Halving the width again and again is what vector instructions do.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a mask is one or zero, however wide"
)]
fn narrow(wide: [u64; NARROWED]) -> [u8; NARROWED] {
    wide.map(|it| it as u32)
        .map(|it| it as u16)
        .map(|it| it as u8)
}

impl<'l, T: Copy> Lanes<'l, T> {
    /// Whole groups of rows, and the rows behind them.
    fn chunks(self) -> (Lanes<'l, [T; NARROWED]>, Self) {
        match self {
            Lanes::Each(all) => {
                let (many, rest) = all.as_chunks();
                (Lanes::Each(many), Lanes::Each(rest))
            }
            Lanes::All(it) => (Lanes::All([it; NARROWED]), Lanes::All(it)),
        }
    }

    /// The value of a row.
    fn get(self, row: usize) -> Option<T> {
        match self {
            Lanes::Each(all) => all.get(row).copied(),
            Lanes::All(it) => Some(it),
        }
    }

    pub(crate) fn copy_to(self, out: &mut [T]) {
        match self {
            Lanes::Each(all) => out.copy_from_slice(all),
            Lanes::All(it) => out.fill(it),
        }
    }
}

/// `out = mask ? then : otherwise`
#[inline]
pub(crate) fn blend<T: Copy>(
    mask: &[u8],
    (then, otherwise): (Lanes<'_, T>, Lanes<'_, T>),
    out: &mut [T],
) {
    let pick = |it: u8, a: T, b: T| if it != 0 { a } else { b };
    match (then, otherwise) {
        (Lanes::Each(a), Lanes::Each(b)) => {
            for (((out, it), a), b) in out.iter_mut().zip(mask).zip(a).zip(b) {
                *out = pick(*it, *a, *b);
            }
        }
        (Lanes::Each(a), Lanes::All(b)) => {
            for ((out, it), a) in out.iter_mut().zip(mask).zip(a) {
                *out = pick(*it, *a, b);
            }
        }
        (Lanes::All(a), Lanes::Each(b)) => {
            for ((out, it), b) in out.iter_mut().zip(mask).zip(b) {
                *out = pick(*it, a, *b);
            }
        }
        (Lanes::All(a), Lanes::All(b)) => {
            for (out, it) in out.iter_mut().zip(mask) {
                *out = pick(*it, a, b);
            }
        }
    }
}
