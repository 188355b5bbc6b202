//! Loops over the rows of a chunk.

use crate::eval::batch::chunk::Dirty;

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

/// An error where a pair fails in a row that counts. The first look is at all rows, and without a branch.
#[inline]
pub(crate) fn check<T: Copy>(
    (a, b): (Lanes<'_, T>, Lanes<'_, T>),
    active: Active<'_>,
    fails: impl Fn(T, T) -> bool,
) -> Result<(), Dirty> {
    let any = match (a, b) {
        (Lanes::Each(a), Lanes::Each(b)) => any(a.iter().zip(b).map(|(a, b)| fails(*a, *b))),
        (Lanes::Each(a), Lanes::All(b)) => any(a.iter().map(|a| fails(*a, b))),
        (Lanes::All(a), Lanes::Each(b)) => any(b.iter().map(|b| fails(a, *b))),
        (Lanes::All(a), Lanes::All(b)) => fails(a, b),
    };
    if !any {
        return Ok(());
    }
    let Some(active) = active else {
        return Err(Dirty);
    };
    let counts = |row: usize| match (a.get(row), b.get(row)) {
        (Some(a), Some(b)) => fails(a, b),
        _ => false,
    };
    let mut rows = active.iter().enumerate();
    match rows.any(|(row, it)| *it != 0 && counts(row)) {
        true => Err(Dirty),
        false => Ok(()),
    }
}

/// Whether one holds, of all, so that no branch breaks the loop.
#[inline]
fn any(all: impl Iterator<Item = bool>) -> bool {
    all.fold(0_u64, |any, it| any | u64::from(it)) != 0
}

impl<T: Copy> Lanes<'_, T> {
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
