//! The meaning of expressions: operators and built-ins on values, and the interpreter of expressions of the plan.

pub(crate) mod builtin;
pub(crate) mod error;
pub(crate) mod interp;
pub(crate) mod json;
pub(crate) mod limit;
pub(crate) mod operator;
pub(crate) mod spelling;

pub(crate) use builtin::{call, is_builtin};
pub(crate) use error::EvalError;
pub(crate) use interp::evaluate;
pub(crate) use json::{from_json, to_json};
pub(crate) use limit::check_size;
pub(crate) use operator::{binary, equal, unary};
pub(crate) use spelling::to_text;
