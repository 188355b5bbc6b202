//! The meaning of expressions: operators and built-ins on values.

pub(crate) mod batch;
pub(crate) mod builtin;
pub(crate) mod error;
pub(crate) mod form;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the values, and refuses the others alike"
)]
pub(crate) mod interpret;
pub(crate) mod jit;
pub(crate) mod json;
pub(crate) mod limit;
pub(crate) mod operator;
pub(crate) mod spelling;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the values, and refuses the others alike"
)]
pub(crate) mod table;
pub(crate) mod tier;

pub(crate) use builtin::call;
#[cfg(test)]
pub(crate) use builtin::is_builtin;
pub(crate) use error::EvalError;
pub(crate) use json::{from_json, to_json};
pub(crate) use operator::{binary, equal, unary};
pub(crate) use spelling::to_text;

#[cfg(test)]
mod differential_tests;
