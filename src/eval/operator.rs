//! What the operators do to values. Which types they take is also said by the checker; both follow the language reference.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::base::Name;
use crate::eval::EvalError;
use crate::eval::error::describe;
use crate::eval::limit::{check_size, check_text};
use crate::value::{BinaryOp, UnaryOp, Value};

/// `op value`
pub(crate) fn unary(op: UnaryOp, value: &Value) -> Result<Value, EvalError> {
    match op {
        UnaryOp::Not => match value.as_bool() {
            Some(truth) => Ok(Value::Bool(!truth)),
            None => Err(not_defined(op, value)),
        },
        UnaryOp::Neg => negate(value),
    }
}

/// `left op right`, both known. `&&`, `||` and `??` look at the right side too; who wants them lazy decides before.
pub(crate) fn binary(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, EvalError> {
    match op {
        BinaryOp::Add => add(left, right),
        BinaryOp::Sub => subtract(left, right),
        BinaryOp::Mul => multiply(left, right),
        BinaryOp::Div => divide(left, right),
        BinaryOp::Range => Ok(Value::Range(Arc::new((left.clone(), right.clone())))),
        BinaryOp::Coalesce => Ok(if left.is_none() { right } else { left }.clone()),
        BinaryOp::Eq => Ok(Value::Bool(equal(left, right))),
        BinaryOp::Ne => Ok(Value::Bool(!equal(left, right))),
        BinaryOp::Lt => ordered(op, left, right, Ordering::is_lt),
        BinaryOp::Le => ordered(op, left, right, Ordering::is_le),
        BinaryOp::Gt => ordered(op, left, right, Ordering::is_gt),
        BinaryOp::Ge => ordered(op, left, right, Ordering::is_ge),
        BinaryOp::In => within(left, right),
        BinaryOp::And => both_bools(op, left, right, |a, b| a && b),
        BinaryOp::Or => both_bools(op, left, right, |a, b| a || b),
    }
}

/// Whether two values are the same: numbers by value, records by key in any order, a thing also by its name as text.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            compare(left, right) == Some(Ordering::Equal)
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b))
        }
        (Value::Record(a), Value::Record(b)) => {
            let same = |(key, a): (&Name, &Value)| b.get(key).is_some_and(|b| equal(a, b));
            a.len() == b.len() && a.iter().all(same)
        }
        (Value::Range(a), Value::Range(b)) => equal(&a.0, &b.0) && equal(&a.1, &b.1),
        (Value::Thing(thing), Value::Str(text)) | (Value::Str(text), Value::Thing(thing)) => {
            thing.name == *text
        }
        (a, b) => a == b,
    }
}

/// The order of two values of one type; `None` where there is none.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b))
        | (Value::Duration(a), Value::Duration(b))
        | (Value::Bytes(a), Value::Bytes(b))
        | (Value::Cpu(a), Value::Cpu(b))
        | (Value::Percent(a), Value::Percent(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Float(b)) => compare_mixed(*a, *b),
        (Value::Float(a), Value::Int(b)) => compare_mixed(*b, *a).map(Ordering::reverse),
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Exact where the int has more digits than a double holds: 2^53 + 1 is not 2^53.
fn compare_mixed(int: i64, float: f64) -> Option<Ordering> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= LIMIT {
        return Some(Ordering::Less);
    }
    if float < -LIMIT {
        return Some(Ordering::Greater);
    }
    let whole = float.trunc();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the bounds were checked, the fraction is gone"
    )]
    let order = int.cmp(&(whole as i64));
    let by_fraction = || 0.0.partial_cmp(&(float - whole)).unwrap_or(Ordering::Equal);
    Some(order.then_with(by_fraction))
}

fn ordered(
    op: BinaryOp,
    left: &Value,
    right: &Value,
    holds: fn(Ordering) -> bool,
) -> Result<Value, EvalError> {
    match compare(left, right) {
        Some(order) => Ok(Value::Bool(holds(order))),
        // A NaN is neither less nor more than anything.
        None if matches!(
            (left, right),
            (
                Value::Float(_) | Value::Int(_),
                Value::Float(_) | Value::Int(_)
            )
        ) =>
        {
            Ok(Value::Bool(false))
        }
        None => Err(not_defined_for(op, left, right)),
    }
}

fn within(left: &Value, right: &Value) -> Result<Value, EvalError> {
    if let Some(all) = right.as_list() {
        return Ok(Value::Bool(all.iter().any(|it| equal(it, left))));
    }
    let Value::Range(ends) = right else {
        return Err(not_defined_for(BinaryOp::In, left, right));
    };
    let (low, high) = (&ends.0, &ends.1);
    let not_above = |a: &Value, b: &Value| ordered(BinaryOp::In, a, b, Ordering::is_le);
    let above = low.is_none() || truth(not_above(low, left)?);
    let below = high.is_none() || truth(not_above(left, high)?);
    Ok(Value::Bool(above && below))
}

fn truth(value: Value) -> bool {
    value == Value::Bool(true)
}

fn both_bools(
    op: BinaryOp,
    left: &Value,
    right: &Value,
    decide: fn(bool, bool) -> bool,
) -> Result<Value, EvalError> {
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(decide(*a, *b))),
        (left, right) => Err(not_defined_for(op, left, right)),
    }
}

fn negate(value: &Value) -> Result<Value, EvalError> {
    let checked = |number: i64| number.checked_neg().ok_or(EvalError::Overflow("-"));
    match value {
        Value::Int(it) => checked(*it).map(Value::Int),
        Value::Float(it) => Ok(Value::Float(-it)),
        Value::Duration(it) => checked(*it).map(Value::Duration),
        Value::Bytes(it) => checked(*it).map(Value::Bytes),
        Value::Cpu(it) => checked(*it).map(Value::Cpu),
        Value::Percent(it) => checked(*it).map(Value::Percent),
        Value::None
        | Value::Bool(_)
        | Value::Str(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Make(_)
        | Value::Thing(_) => Err(not_defined(UnaryOp::Neg, value)),
    }
}

fn add(left: &Value, right: &Value) -> Result<Value, EvalError> {
    match (left, right) {
        (Value::Str(a), Value::Str(b)) => {
            check_text(a.len().checked_add(b.len()))?;
            Ok(Value::str(format!("{a}{b}")))
        }
        (Value::List(a), Value::List(b)) => {
            check_text(a.len().checked_add(b.len()))?;
            let sum = Value::list(a.iter().chain(b.iter()).cloned().collect());
            check_size(&sum).map(|()| sum)
        }
        (left, right) => same_unit(BinaryOp::Add, left, right, i64::checked_add, |a, b| a + b),
    }
}

fn subtract(left: &Value, right: &Value) -> Result<Value, EvalError> {
    same_unit(BinaryOp::Sub, left, right, i64::checked_sub, |a, b| a - b)
}

/// Sums and differences: both sides have one unit, and so has the result.
fn same_unit(
    op: BinaryOp,
    left: &Value,
    right: &Value,
    ints: fn(i64, i64) -> Option<i64>,
    floats: fn(f64, f64) -> f64,
) -> Result<Value, EvalError> {
    let checked = |a: i64, b: i64| ints(a, b).ok_or(EvalError::Overflow(op.symbol()));
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => checked(*a, *b).map(Value::Int),
        (Value::Float(a), Value::Float(b)) => Ok(Value::Float(floats(*a, *b))),
        (Value::Duration(a), Value::Duration(b)) => checked(*a, *b).map(Value::Duration),
        (Value::Bytes(a), Value::Bytes(b)) => checked(*a, *b).map(Value::Bytes),
        (Value::Cpu(a), Value::Cpu(b)) => checked(*a, *b).map(Value::Cpu),
        (Value::Percent(a), Value::Percent(b)) => checked(*a, *b).map(Value::Percent),
        (left, right) => Err(not_defined_for(op, left, right)),
    }
}

/// At most one side has a unit.
fn multiply(left: &Value, right: &Value) -> Result<Value, EvalError> {
    let checked = |a: i64, b: i64| a.checked_mul(b).ok_or(EvalError::Overflow("*"));
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => checked(*a, *b).map(Value::Int),
        (Value::Float(a), Value::Float(b)) => Ok(Value::Float(a * b)),
        (Value::Duration(a), Value::Int(b)) | (Value::Int(b), Value::Duration(a)) => {
            checked(*a, *b).map(Value::Duration)
        }
        (Value::Bytes(a), Value::Int(b)) | (Value::Int(b), Value::Bytes(a)) => {
            checked(*a, *b).map(Value::Bytes)
        }
        (Value::Cpu(a), Value::Int(b)) | (Value::Int(b), Value::Cpu(a)) => {
            checked(*a, *b).map(Value::Cpu)
        }
        (Value::Percent(a), Value::Int(b)) | (Value::Int(b), Value::Percent(a)) => {
            checked(*a, *b).map(Value::Percent)
        }
        (left, right) => Err(not_defined_for(BinaryOp::Mul, left, right)),
    }
}

/// Ints, and what has a unit by an int, are divided towards zero; two of one unit give their ratio, a double.
fn divide(left: &Value, right: &Value) -> Result<Value, EvalError> {
    let checked = |a: i64, b: i64| {
        if b == 0 {
            return Err(EvalError::DivisionByZero);
        }
        a.checked_div(b).ok_or(EvalError::Overflow("/"))
    };
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => checked(*a, *b).map(Value::Int),
        (Value::Duration(a), Value::Duration(b))
        | (Value::Bytes(a), Value::Bytes(b))
        | (Value::Cpu(a), Value::Cpu(b))
        | (Value::Percent(a), Value::Percent(b)) => match ratio(*a, *b) {
            Some(ratio) => Ok(Value::Float(ratio)),
            None => Err(EvalError::DivisionByZero),
        },
        (Value::Float(_), Value::Float(0.0)) => Err(EvalError::DivisionByZero),
        (Value::Float(a), Value::Float(b)) => Ok(Value::Float(a / b)),
        (Value::Duration(a), Value::Int(b)) => checked(*a, *b).map(Value::Duration),
        (Value::Bytes(a), Value::Int(b)) => checked(*a, *b).map(Value::Bytes),
        (Value::Cpu(a), Value::Int(b)) => checked(*a, *b).map(Value::Cpu),
        (Value::Percent(a), Value::Int(b)) => checked(*a, *b).map(Value::Percent),
        (left, right) => Err(not_defined_for(BinaryOp::Div, left, right)),
    }
}

/// How often one amount is in another; `None` for nothing.
#[expect(
    clippy::cast_precision_loss,
    reason = "the quotient of the nearest doubles is what is asked for"
)]
pub(crate) fn ratio(a: i64, b: i64) -> Option<f64> {
    (b != 0).then(|| a as f64 / b as f64)
}

fn not_defined(op: UnaryOp, value: &Value) -> EvalError {
    EvalError::Unary {
        op,
        operand: describe(value),
    }
}

fn not_defined_for(op: BinaryOp, left: &Value, right: &Value) -> EvalError {
    EvalError::Binary {
        op,
        left: describe(left),
        right: describe(right),
    }
}

#[cfg(test)]
#[path = "operator_tests.rs"]
mod tests;
