//! Operators on values.

use crate::eval::{EvalError, binary, unary};
use crate::value::{BinaryOp, UnaryOp, Value};

const SECOND: i64 = 1_000_000_000;

#[test]
fn arithmetic_is_checked() {
    let max = Value::Int(i64::MAX);
    let min = Value::Int(i64::MIN);
    let one = Value::Int(1);
    let minus = Value::Int(-1);
    assert_eq!(
        binary(BinaryOp::Add, &max, &one),
        Err(EvalError::Overflow("+"))
    );
    assert_eq!(
        binary(BinaryOp::Sub, &min, &one),
        Err(EvalError::Overflow("-"))
    );
    assert_eq!(
        binary(BinaryOp::Mul, &max, &Value::Int(2)),
        Err(EvalError::Overflow("*"))
    );
    assert_eq!(
        binary(BinaryOp::Div, &min, &minus),
        Err(EvalError::Overflow("/"))
    );
    assert_eq!(
        binary(BinaryOp::Div, &one, &Value::Int(0)),
        Err(EvalError::DivisionByZero)
    );
    assert_eq!(
        binary(BinaryOp::Div, &Value::Int(-7), &Value::Int(2)),
        Ok(Value::Int(-3))
    );
    assert_eq!(unary(UnaryOp::Neg, &min), Err(EvalError::Overflow("-")));
}

#[test]
fn units_follow_arithmetic() {
    let ten = Value::Duration(10 * SECOND);
    assert_eq!(
        binary(BinaryOp::Add, &ten, &ten),
        Ok(Value::Duration(20 * SECOND))
    );
    assert_eq!(
        binary(BinaryOp::Mul, &Value::Int(3), &ten),
        Ok(Value::Duration(30 * SECOND))
    );
    assert_eq!(
        binary(BinaryOp::Div, &ten, &Value::Duration(4 * SECOND)),
        Ok(Value::Float(2.5))
    );
    assert_eq!(
        binary(BinaryOp::Div, &ten, &Value::Duration(0)),
        Err(EvalError::DivisionByZero)
    );
    let mixed = binary(BinaryOp::Add, &ten, &Value::Int(1));
    assert!(matches!(mixed, Err(EvalError::Binary { .. })));
    assert_eq!(mixed.map_err(|it| it.code()), Err("type-mismatch"));
}

#[test]
fn comparisons_are_within_one_type() {
    let less = |a: Value, b: Value| binary(BinaryOp::Lt, &a, &b);
    assert_eq!(
        less(Value::Cpu(500), Value::Cpu(1000)),
        Ok(Value::Bool(true))
    );
    assert_eq!(
        less(Value::Float(f64::NAN), Value::Float(1.0)),
        Ok(Value::Bool(false))
    );
    assert_eq!(
        less(Value::Int(1), Value::Float(1.5)),
        Ok(Value::Bool(true))
    );
    assert_eq!(
        less(
            Value::Int(9_007_199_254_740_993),
            Value::Float(9_007_199_254_740_992.0)
        ),
        Ok(Value::Bool(false))
    );
    assert!(less(Value::Int(1), Value::str("2")).is_err());
}

#[test]
fn in_asks_lists_and_ranges() {
    let list = Value::list(vec![Value::str("a"), Value::str("b")]);
    assert_eq!(
        binary(BinaryOp::In, &Value::str("b"), &list),
        Ok(Value::Bool(true))
    );
    let range = Value::Range((Value::None, Value::Int(5)).into());
    assert_eq!(
        binary(BinaryOp::In, &Value::Int(-9), &range),
        Ok(Value::Bool(true))
    );
    assert_eq!(
        binary(BinaryOp::In, &Value::Int(6), &range),
        Ok(Value::Bool(false))
    );
    assert!(binary(BinaryOp::In, &Value::str("a"), &Value::str("ab")).is_err());
}

#[test]
fn doubling_ends_at_the_limit() {
    let mut text = Value::str("xxxxxxxx");
    let mut list = Value::list(vec![Value::Int(1)]);
    for _ in 0..15 {
        text = binary(BinaryOp::Add, &text, &text).unwrap();
        list = binary(BinaryOp::Add, &list, &list).unwrap();
    }
    for _ in 0..5 {
        let Ok(more) = binary(BinaryOp::Add, &text, &text) else {
            return;
        };
        text = more;
    }
    panic!("no limit was met");
}
