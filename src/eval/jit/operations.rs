//! What one row and rows side by side have in common: instructions of operators, whatever the width of their operands.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_frontend::FunctionBuilder;

use crate::eval::form::{Arithmetic, Compare};

/// Sum, difference or product of doubles.
pub(crate) fn floats(
    builder: &mut FunctionBuilder<'_>,
    op: Arithmetic,
    (a, b): (Value, Value),
) -> Value {
    let ins = builder.ins();
    match op {
        Arithmetic::Add => ins.fadd(a, b),
        Arithmetic::Sub => ins.fsub(a, b),
        Arithmetic::Mul => ins.fmul(a, b),
    }
}

pub(crate) fn int_condition(op: Compare) -> IntCC {
    match op {
        Compare::Eq => IntCC::Equal,
        Compare::Ne => IntCC::NotEqual,
        Compare::Lt => IntCC::SignedLessThan,
        Compare::Le => IntCC::SignedLessThanOrEqual,
        Compare::Gt => IntCC::SignedGreaterThan,
        Compare::Ge => IntCC::SignedGreaterThanOrEqual,
    }
}

pub(crate) fn float_condition(op: Compare) -> FloatCC {
    match op {
        Compare::Eq => FloatCC::Equal,
        Compare::Ne => FloatCC::NotEqual,
        Compare::Lt => FloatCC::LessThan,
        Compare::Le => FloatCC::LessThanOrEqual,
        Compare::Gt => FloatCC::GreaterThan,
        Compare::Ge => FloatCC::GreaterThanOrEqual,
    }
}
