//! Precedence: operands and operators in a row become a tree.

use crate::base::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::errors;
use crate::syntax::lower::Lowering;
use crate::value::BinaryOp;

/// How tightly an operator binds; the higher, the tighter.
fn strength(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Mul | BinaryOp::Div => 7,
        BinaryOp::Add | BinaryOp::Sub => 6,
        BinaryOp::Range => 5,
        BinaryOp::Coalesce => 4,
        BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Lt
        | BinaryOp::Le
        | BinaryOp::Gt
        | BinaryOp::Ge
        | BinaryOp::In => COMPARISON,
        BinaryOp::And => 2,
        BinaryOp::Or => 1,
    }
}

const COMPARISON: u8 = 3;

/// The chain `first op operand op operand …`, with two stacks, so that its length costs no depth here.
pub(crate) fn tree(
    lowering: &mut Lowering<'_>,
    first: Expr,
    rest: Vec<(BinaryOp, Span, Expr)>,
) -> Expr {
    let mut operands = vec![first];
    let mut operators: Vec<(BinaryOp, Span)> = Vec::new();
    let mut is_chained = false;
    for (op, at, operand) in rest {
        while let Some((last, last_at)) = operators.last().copied()
            && strength(last) >= strength(op)
        {
            if strength(last) == COMPARISON && strength(op) == COMPARISON {
                lowering.found.push(errors::chained_comparison(at, last_at));
                is_chained = true;
            }
            operators.pop();
            join(lowering, &mut operands, last, last_at);
        }
        operators.push((op, at));
        operands.push(operand);
    }
    while let Some((op, at)) = operators.pop() {
        join(lowering, &mut operands, op, at);
    }
    let whole = operands.pop();
    if is_chained && let Some(whole) = &whole {
        return lowering.hole(whole.span);
    }
    whole.unwrap_or_else(|| lowering.hole(lowering.range(0, 0)))
}

fn join(lowering: &mut Lowering<'_>, operands: &mut Vec<Expr>, op: BinaryOp, at: Span) {
    let (Some(right), Some(left)) = (operands.pop(), operands.pop()) else {
        return;
    };
    let span = left.span.to(right.span);
    let kind = ExprKind::Binary(Box::new(left), op, at, Box::new(right));
    operands.push(lowering.make(span, kind));
}
