//! A form for one row, node by node. Leaves are read in place, since most operands are leaves.

use crate::eval::form::row::{Outcome, Raw, Row};
use crate::eval::form::{
    Answer, Arithmetic, BoolExpr, Compare, Fault, Find, FloatExpr, Form, IntExpr, Slot, TextExpr,
};
use crate::eval::operator::ratio;

impl Form {
    /// The value for a row.
    pub(crate) fn evaluate<'t>(&'t self, row: &Row<'_, 't>) -> Outcome<'t> {
        if let Some(fault) = self.absence(row.absent) {
            return Err(fault);
        }
        match &self.answer {
            Answer::Bool(it) => it.evaluate(row).map(|it| Raw::Bits(u64::from(it))),
            Answer::Int(it) => it.evaluate(row).map(|it| Raw::Bits(it.cast_unsigned())),
            Answer::Float(it) => it.evaluate(row).map(|it| Raw::Bits(it.to_bits())),
            Answer::Text(it) => it.evaluate(row).map(Raw::Text),
        }
    }
}

impl Row<'_, '_> {
    #[inline]
    pub(crate) fn bits(&self, slot: Slot) -> u64 {
        self.numbers.get(slot).copied().unwrap_or_default()
    }

    #[inline]
    pub(crate) fn is_present(&self, slot: Slot) -> bool {
        self.absent >> slot & 1 == 0
    }
}

impl<'t> Row<'_, 't> {
    #[inline]
    fn text(&self, slot: Slot) -> &'t str {
        self.texts.get(slot).map_or("", |it| it.as_str())
    }
}

impl Compare {
    #[inline]
    pub(crate) fn holds<T: PartialOrd>(self, left: T, right: T) -> bool {
        match self {
            Self::Eq => left == right,
            Self::Ne => left != right,
            Self::Lt => left < right,
            Self::Le => left <= right,
            Self::Gt => left > right,
            Self::Ge => left >= right,
        }
    }
}

impl Compare {
    #[inline]
    pub(crate) fn texts(self, left: &str, right: &str) -> bool {
        match self {
            Self::Eq => same(left.as_bytes(), right.as_bytes()),
            Self::Ne => !same(left.as_bytes(), right.as_bytes()),
            Self::Lt | Self::Le | Self::Gt | Self::Ge => self.holds(left, right),
        }
    }
}

/// Whether two texts are the same. Short ones, as most are, are two words each that may overlap: a call costs more.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if a.len() > 16 {
        return a == b;
    }
    if let (Some(x), Some(y)) = (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        return x == y && a.last_chunk::<8>() == b.last_chunk::<8>();
    }
    if let (Some(x), Some(y)) = (a.first_chunk::<4>(), b.first_chunk::<4>()) {
        return x == y && a.last_chunk::<4>() == b.last_chunk::<4>();
    }
    a.iter().zip(b).all(|(a, b)| a == b)
}

impl Find {
    #[inline]
    pub(crate) fn holds(self, text: &str, part: &str) -> bool {
        let (bytes, sought) = (text.as_bytes(), part.as_bytes());
        match self {
            Self::Prefix => {
                let start = bytes.get(..sought.len());
                start.is_some_and(|it| same(it, sought))
            }
            Self::Suffix => text.ends_with(part),
            Self::Part => text.contains(part),
        }
    }
}

impl Arithmetic {
    #[inline]
    pub(crate) fn ints(self, left: i64, right: i64) -> Option<i64> {
        match self {
            Self::Add => left.checked_add(right),
            Self::Sub => left.checked_sub(right),
            Self::Mul => left.checked_mul(right),
        }
    }

    #[inline]
    pub(crate) fn floats(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Add => left + right,
            Self::Sub => left - right,
            Self::Mul => left * right,
        }
    }
}

impl BoolExpr {
    pub(crate) fn evaluate(&self, row: &Row<'_, '_>) -> Result<bool, Fault> {
        match self {
            Self::Const(it) => Ok(*it),
            Self::Input(slot) => Ok(row.bits(*slot) != 0),
            Self::Present(slot) => Ok(row.is_present(*slot)),
            Self::Not(it) => it.evaluate(row).map(|it| !it),
            Self::And(two) => Ok(two.0.evaluate(row)? && two.1.evaluate(row)?),
            Self::Or(two) => Ok(two.0.evaluate(row)? || two.1.evaluate(row)?),
            Self::Same(two) => Ok(two.0.evaluate(row)? == two.1.evaluate(row)?),
            Self::Ints(op, two) => Ok(op.holds(two.0.evaluate(row)?, two.1.evaluate(row)?)),
            Self::Floats(op, two) => Ok(op.holds(two.0.evaluate(row)?, two.1.evaluate(row)?)),
            Self::Texts(op, two) => Ok(op.texts(two.0.evaluate(row)?, two.1.evaluate(row)?)),
            Self::Find(find, two) => Ok(find.holds(two.0.evaluate(row)?, two.1.evaluate(row)?)),
            Self::Matches(text, pattern) => Ok(pattern.is_match(text.evaluate(row)?)),
            Self::If(three) => if three.0.evaluate(row)? {
                &three.1
            } else {
                &three.2
            }
            .evaluate(row),
            Self::Else(slot, _) if row.is_present(*slot) => Ok(row.bits(*slot) != 0),
            Self::Else(_, other) => other.evaluate(row),
        }
    }
}

impl IntExpr {
    #[inline]
    pub(crate) fn evaluate(&self, row: &Row<'_, '_>) -> Result<i64, Fault> {
        if let Self::Input(slot) = self {
            return Ok(row.bits(*slot).cast_signed());
        }
        if let Self::Const(it) = self {
            return Ok(*it);
        }
        self.computed(row)
    }

    fn computed(&self, row: &Row<'_, '_>) -> Result<i64, Fault> {
        match self {
            Self::Const(it) => Ok(*it),
            Self::Input(slot) => Ok(row.bits(*slot).cast_signed()),
            Self::Neg(it, fault) => it.evaluate(row)?.checked_neg().ok_or(*fault),
            Self::Arithmetic(op, two, fault) => {
                let (a, b) = (two.0.evaluate(row)?, two.1.evaluate(row)?);
                op.ints(a, b).ok_or(*fault)
            }
            Self::Div(two, zero, overflow) => {
                let (a, b) = (two.0.evaluate(row)?, two.1.evaluate(row)?);
                if b == 0 {
                    return Err(*zero);
                }
                a.checked_div(b).ok_or(*overflow)
            }
            Self::Rem(two, zero) => {
                let (a, b) = (two.0.evaluate(row)?, two.1.evaluate(row)?);
                if b == 0 {
                    return Err(*zero);
                }
                Ok(a.wrapping_rem(b))
            }
            Self::Abs(it, fault) => it.evaluate(row)?.checked_abs().ok_or(*fault),
            Self::Min(two) => Ok(two.0.evaluate(row)?.min(two.1.evaluate(row)?)),
            Self::Max(two) => Ok(two.0.evaluate(row)?.max(two.1.evaluate(row)?)),
            Self::Length(text) => {
                let length = text.evaluate(row)?.chars().count();
                Ok(i64::try_from(length).unwrap_or(i64::MAX))
            }
            Self::If(three) => if three.0.evaluate(row)? {
                &three.1
            } else {
                &three.2
            }
            .evaluate(row),
            Self::Else(slot, _) if row.is_present(*slot) => Ok(row.bits(*slot).cast_signed()),
            Self::Else(_, other) => other.evaluate(row),
        }
    }
}

impl FloatExpr {
    #[inline]
    pub(crate) fn evaluate(&self, row: &Row<'_, '_>) -> Result<f64, Fault> {
        if let Self::Input(slot) = self {
            return Ok(f64::from_bits(row.bits(*slot)));
        }
        if let Self::Const(it) = self {
            return Ok(*it);
        }
        self.computed(row)
    }

    fn computed(&self, row: &Row<'_, '_>) -> Result<f64, Fault> {
        match self {
            Self::Const(it) => Ok(*it),
            Self::Input(slot) => Ok(f64::from_bits(row.bits(*slot))),
            Self::Neg(it) => it.evaluate(row).map(|it| -it),
            Self::Arithmetic(op, two) => Ok(op.floats(two.0.evaluate(row)?, two.1.evaluate(row)?)),
            Self::Div(two, zero) => {
                let (a, b) = (two.0.evaluate(row)?, two.1.evaluate(row)?);
                if b == 0.0 { Err(*zero) } else { Ok(a / b) }
            }
            Self::Ratio(two, zero) => {
                let (a, b) = (two.0.evaluate(row)?, two.1.evaluate(row)?);
                ratio(a, b).ok_or(*zero)
            }
            Self::If(three) => if three.0.evaluate(row)? {
                &three.1
            } else {
                &three.2
            }
            .evaluate(row),
            Self::Else(slot, _) if row.is_present(*slot) => Ok(f64::from_bits(row.bits(*slot))),
            Self::Else(_, other) => other.evaluate(row),
        }
    }
}

impl TextExpr {
    #[inline]
    pub(crate) fn evaluate<'t>(&'t self, row: &Row<'_, 't>) -> Result<&'t str, Fault> {
        if let Self::Input(slot) = self {
            return Ok(row.text(*slot));
        }
        if let Self::Const(it) = self {
            return Ok(it);
        }
        self.computed(row)
    }

    fn computed<'t>(&'t self, row: &Row<'_, 't>) -> Result<&'t str, Fault> {
        match self {
            Self::Const(it) => Ok(it),
            Self::Input(slot) => Ok(row.text(*slot)),
            Self::If(three) => if three.0.evaluate(row)? {
                &three.1
            } else {
                &three.2
            }
            .evaluate(row),
            Self::Else(slot, _) if row.is_present(*slot) => Ok(row.text(*slot)),
            Self::Else(_, other) => other.evaluate(row),
        }
    }
}
