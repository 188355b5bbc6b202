//! The values of the inputs, as the fast tiers read them.

use crate::eval::form::{Fault, Kind};
use crate::value::Value;

pub(crate) use crate::eval::jit::Text;

/// One value for each input of a form, by its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'r, 't> {
    /// Whole numbers as they are, floats by their bits, `true` as one. Zero for texts and for what is missing; shorter where
    /// no further input is a number.
    pub(crate) numbers: &'r [u64],
    /// Empty for what is no text; shorter where no further input is a text.
    pub(crate) texts: &'r [Text<'t>],
    /// A bit for each input that is missing.
    pub(crate) absent: u64,
}

/// A value without its kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Raw<'a> {
    Bits(u64),
    Text(&'a str),
}

/// What an evaluation gives.
pub(crate) type Outcome<'a> = Result<Raw<'a>, Fault>;

/// The bits of a value that is no text.
pub(crate) fn bits(kind: Kind, value: &Value) -> Option<u64> {
    match (kind, value) {
        (Kind::Bool, Value::Bool(it)) => Some(u64::from(*it)),
        (Kind::Float, Value::Float(it)) => Some(it.to_bits()),
        (Kind::Int, Value::Int(it))
        | (Kind::Duration, Value::Duration(it))
        | (Kind::Bytes, Value::Bytes(it))
        | (Kind::Cpu, Value::Cpu(it))
        | (Kind::Percent, Value::Percent(it)) => Some(it.cast_unsigned()),
        _ => None,
    }
}

/// A value from what a fast tier gave.
pub(crate) fn value(kind: Kind, raw: Raw<'_>) -> Value {
    let bits = match raw {
        Raw::Text(text) => return Value::str(text),
        Raw::Bits(bits) => bits,
    };
    match kind {
        Kind::Bool => Value::Bool(bits != 0),
        Kind::Float => Value::Float(f64::from_bits(bits)),
        Kind::Int | Kind::Text => Value::Int(bits.cast_signed()),
        Kind::Duration => Value::Duration(bits.cast_signed()),
        Kind::Bytes => Value::Bytes(bits.cast_signed()),
        Kind::Cpu => Value::Cpu(bits.cast_signed()),
        Kind::Percent => Value::Percent(bits.cast_signed()),
    }
}
