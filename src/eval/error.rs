//! Why an expression has no value.

use crate::base::Name;
use crate::value::{BinaryOp, UnaryOp, Value};

/// A reason. Its text completes a message; [`EvalError::code`] says which.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum EvalError {
    #[error("the result of `{0}` does not fit into 64 bits")]
    Overflow(&'static str),
    #[error("division by zero")]
    DivisionByZero,
    #[error("index {index} is out of range of a list of {length}")]
    OutOfRange { index: i64, length: usize },
    #[error("there is no key `{0}`")]
    NoKey(Name),
    #[error("the range has no {0}")]
    OpenRange(&'static str),
    #[error("the value is larger than {0} characters and elements together")]
    TooLarge(usize),
    #[error("`{}` is not defined for {left} and {right}", .op.symbol())]
    Binary {
        op: BinaryOp,
        left: &'static str,
        right: &'static str,
    },
    #[error("`{}` is not defined for {operand}", symbol(*.op))]
    Unary { op: UnaryOp, operand: &'static str },
    #[error("`{function}` does not take {found}")]
    Argument { function: Name, found: &'static str },
    #[error("`{0}` was given too few or too many arguments")]
    Arity(Name),
    #[error("there is no function `{0}`")]
    UnknownFunction(Name),
    #[error("this is no regular expression: {0}")]
    Regex(String),
    #[error("`{0}` is no time; write it as `2026-01-31T12:00:00Z`")]
    NoTime(String),
    #[error("this is no JSON: {0}")]
    Json(String),
    #[error("`{0}` is no JSON path; write it as `$.items[0]['a.b']`")]
    Path(String),
    #[error("{0} has no text")]
    NoText(&'static str),
    #[error("a condition must be a `Bool`, and this is {0}")]
    NoTruth(&'static str),
    #[error("`{0}` has no value")]
    Missing(Name),
    #[error("this has a value only while a run goes on")]
    Unknown,
    #[error("this takes more than {0} steps")]
    TooLong(u64),
    /// What lies behind it has been reported.
    #[error("an error that was reported already")]
    Reported,
}

impl EvalError {
    /// The code under which the compiler reports it.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Overflow(_)
            | Self::DivisionByZero
            | Self::OutOfRange { .. }
            | Self::OpenRange(_) => "bad-number",
            Self::NoKey(_) => "unknown-field",
            Self::TooLarge(_) | Self::TooLong(_) => "too-large",
            Self::Missing(_) => "missing-argument",
            Self::Unknown => "late-value",
            Self::Regex(_) | Self::NoTime(_) | Self::Json(_) | Self::Path(_) => "bad-literal",
            Self::Binary { .. }
            | Self::Unary { .. }
            | Self::Argument { .. }
            | Self::NoText(_)
            | Self::NoTruth(_) => "type-mismatch",
            Self::Arity(_) | Self::UnknownFunction(_) | Self::Reported => "internal-error",
        }
    }
}

fn symbol(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Not => "!",
        UnaryOp::Neg => "-",
    }
}

/// What a value is, with its article, for messages.
pub(crate) fn describe(value: &Value) -> &'static str {
    match value {
        Value::None => "`none`",
        Value::Bool(_) => "a `Bool`",
        Value::Int(_) => "an `Int`",
        Value::Float(_) => "a `Float`",
        Value::Str(_) => "a `String`",
        Value::Duration(_) => "a `Duration`",
        Value::Bytes(_) => "a `Bytes`",
        Value::Cpu(_) => "a `Cpu`",
        Value::Percent(_) => "a `Percent`",
        Value::List(_) => "a list",
        Value::Record(_) => "a record",
        Value::Range(_) => "a range",
        Value::Make(_) => "what a function of the prelude made",
        Value::Thing(_) => "something declared",
    }
}
