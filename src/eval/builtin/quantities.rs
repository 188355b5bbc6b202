//! Built-ins between numbers and what has units.

use crate::eval::EvalError;
use crate::eval::builtin::numbers::{float, whole};
use crate::eval::builtin::{Outcome, argument, int, one};
use crate::value::Value;

const SECOND: i64 = 1_000_000_000;
const MILLISECOND: i64 = 1_000_000;

/// Millionths of a percent in a whole.
const WHOLE: f64 = 100_000_000.0;

fn duration(args: &[Value]) -> Result<i64, EvalError> {
    let given = one(args)?;
    let Value::Duration(nanoseconds) = given else {
        return Err(argument(given));
    };
    Ok(*nanoseconds)
}

/// So many of a unit.
fn times(args: &[Value], unit: i64, name: &'static str) -> Outcome {
    let nanoseconds = int(one(args)?)?.checked_mul(unit);
    let nanoseconds = nanoseconds.ok_or(EvalError::Overflow(name))?;
    Ok(Value::Duration(nanoseconds))
}

pub(super) fn seconds(args: &[Value]) -> Outcome {
    Ok(Value::Int(duration(args)? / SECOND))
}

pub(super) fn as_seconds(args: &[Value]) -> Outcome {
    times(args, SECOND, "as-seconds")
}

pub(super) fn milliseconds(args: &[Value]) -> Outcome {
    Ok(Value::Int(duration(args)? / MILLISECOND))
}

pub(super) fn as_milliseconds(args: &[Value]) -> Outcome {
    times(args, MILLISECOND, "as-milliseconds")
}

pub(super) fn bytes(args: &[Value]) -> Outcome {
    let given = one(args)?;
    let Value::Bytes(count) = given else {
        return Err(argument(given));
    };
    Ok(Value::Int(*count))
}

pub(super) fn as_bytes(args: &[Value]) -> Outcome {
    int(one(args)?).map(Value::Bytes)
}

pub(super) fn millicores(args: &[Value]) -> Outcome {
    let given = one(args)?;
    let Value::Cpu(thousandths) = given else {
        return Err(argument(given));
    };
    Ok(Value::Int(*thousandths))
}

pub(super) fn as_millicores(args: &[Value]) -> Outcome {
    int(one(args)?).map(Value::Cpu)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the nearest double is what is asked for"
)]
pub(super) fn fraction(args: &[Value]) -> Outcome {
    let given = one(args)?;
    let Value::Percent(millionths) = given else {
        return Err(argument(given));
    };
    Ok(Value::Float(*millionths as f64 / WHOLE))
}

pub(super) fn as_percent(args: &[Value]) -> Outcome {
    let millionths = whole((float(one(args)?)? * WHOLE).round(), "as-percent")?;
    let Value::Int(millionths) = millionths else {
        return Err(argument(&millionths));
    };
    Ok(Value::Percent(millionths))
}
