//! Conditions: as bytes of one and zero, or as jumps where only the way matters.

use std::sync::Arc;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use crate::eval::form::{BoolExpr, Compare, Find, TextExpr};
use crate::eval::jit::emit::{Active, Emitter};
use crate::eval::jit::operations::{float_condition, int_condition};
use crate::eval::jit::text;

/// Where to go when a condition holds, and when it does not.
type Ways = (Block, Block);

impl Emitter<'_, '_> {
    /// Goes one of two ways.
    pub(super) fn jump(&mut self, expr: &BoolExpr, active: Active, ways: Ways) {
        match expr {
            BoolExpr::Not(it) => self.jump(it, active, (ways.1, ways.0)),
            BoolExpr::And(two) if !self.is_ahead_of(&two.1) => {
                let [next] = self.blocks();
                self.jump(&two.0, active, (next, ways.1));
                self.builder.switch_to_block(next);
                self.jump(&two.1, active, ways);
            }
            BoolExpr::Or(two) if !self.is_ahead_of(&two.1) => {
                let [next] = self.blocks();
                self.jump(&two.0, active, (ways.0, next));
                self.builder.switch_to_block(next);
                self.jump(&two.1, active, ways);
            }
            BoolExpr::If(three) if !self.are_ahead(&three.1, &three.2) => {
                let [then, otherwise] = self.blocks();
                self.jump(&three.0, active, (then, otherwise));
                self.builder.switch_to_block(then);
                self.jump(&three.1, active, ways);
                self.builder.switch_to_block(otherwise);
                self.jump(&three.2, active, ways);
            }
            BoolExpr::Texts(op, two) => match constant(*op, two) {
                Some((other, it)) => {
                    let ways = match op {
                        Compare::Ne => (ways.1, ways.0),
                        Compare::Eq | Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge => ways,
                    };
                    self.jump_begins((other, IntCC::Equal), it, active, ways);
                }
                None => {
                    let order = self.order(two, active);
                    let ins = self.builder.ins();
                    let holds = ins.icmp_imm_s(int_condition(*op), order, 0);
                    self.part(holds, ways);
                }
            },
            BoolExpr::Find(find, two) => match prefix(*find, two) {
                Some(it) => {
                    let long = IntCC::UnsignedGreaterThanOrEqual;
                    self.jump_begins((&two.0, long), it, active, ways);
                }
                None => {
                    let found = self.found(*find, two, active);
                    self.part(found, ways);
                }
            },
            BoolExpr::Const(_)
            | BoolExpr::Input(_)
            | BoolExpr::Present(_)
            | BoolExpr::And(_)
            | BoolExpr::Or(_)
            | BoolExpr::Same(_)
            | BoolExpr::Ints(..)
            | BoolExpr::Floats(..)
            | BoolExpr::Matches(..)
            | BoolExpr::If(_)
            | BoolExpr::Else(..) => {
                let holds = self.bool(expr, active);
                self.part(holds, ways);
            }
        }
    }

    pub(super) fn part(&mut self, holds: Value, (then, otherwise): Ways) {
        let ins = self.builder.ins();
        ins.brif(holds, then, &[], otherwise, &[]);
    }

    fn is_ahead_of(&self, expr: &BoolExpr) -> bool {
        self.is_ahead(expr.cost(), expr.can_fail())
    }

    fn are_ahead(&self, a: &BoolExpr, b: &BoolExpr) -> bool {
        self.is_ahead(a.cost() + b.cost(), a.can_fail() || b.can_fail())
    }

    /// One or zero.
    pub(super) fn bool(&mut self, expr: &BoolExpr, active: Active) -> Value {
        match expr {
            BoolExpr::Const(it) => self.builder.ins().iconst(types::I8, i64::from(*it)),
            BoolExpr::Input(slot) => self.number(*slot, types::I8),
            BoolExpr::Present(slot) => self.present(*slot),
            BoolExpr::Not(it) => {
                let it = self.bool(it, active);
                self.not(it)
            }
            BoolExpr::And(two) if self.is_ahead_of(&two.1) => self.joined(two, active, true),
            BoolExpr::Or(two) if self.is_ahead_of(&two.1) => self.joined(two, active, false),
            BoolExpr::And(_) | BoolExpr::Or(_) | BoolExpr::Texts(..) | BoolExpr::Find(..) => {
                self.landed(expr, active)
            }
            BoolExpr::Same(two) => {
                let (a, b) = (self.bool(&two.0, active), self.bool(&two.1, active));
                self.builder.ins().icmp(IntCC::Equal, a, b)
            }
            BoolExpr::Ints(op, two) => {
                let (a, b) = (self.int(&two.0, active), self.int(&two.1, active));
                self.builder.ins().icmp(int_condition(*op), a, b)
            }
            BoolExpr::Floats(op, two) => {
                let (a, b) = (self.float(&two.0, active), self.float(&two.1, active));
                self.builder.ins().fcmp(float_condition(*op), a, b)
            }
            BoolExpr::Matches(it, pattern) => {
                let (bytes, length) = self.text(it, active);
                let address = Arc::as_ptr(pattern).addr();
                self.constants.patterns.push(Arc::clone(pattern));
                let pattern = self.address(address);
                let found = self.call(text::matches_address(), &[pattern, bytes, length]);
                self.builder.ins().ireduce(types::I8, found)
            }
            BoolExpr::If(three) if self.are_ahead(&three.1, &three.2) => {
                let condition = self.bool(&three.0, active);
                self.choose(condition, active, (true, types::I8), |it, then, active| {
                    it.bool(if then { &three.1 } else { &three.2 }, active)
                })
            }
            BoolExpr::If(_) => self.landed(expr, active),
            BoolExpr::Else(slot, other) => {
                let present = self.present(*slot);
                let ahead = self.is_ahead_of(other);
                self.choose(
                    present,
                    active,
                    (ahead, types::I8),
                    |it, own, active| match own {
                        true => it.number(*slot, types::I8),
                        false => it.bool(other, active),
                    },
                )
            }
        }
    }

    /// What is computed by jumps, as a byte.
    fn landed(&mut self, expr: &BoolExpr, active: Active) -> Value {
        let ways = self.blocks();
        let [yes, no] = ways;
        self.jump(expr, active, (yes, no));
        self.join((yes, no), types::I8, |it, holds| {
            it.builder.ins().iconst(types::I8, i64::from(holds))
        })
    }

    /// `a && b` where `and`, else `a || b`; both are computed.
    fn joined(&mut self, two: &(BoolExpr, BoolExpr), active: Active, and: bool) -> Value {
        let left = self.bool(&two.0, active);
        let open = if and { left } else { self.not(left) };
        let inner = match two.1.can_fail() {
            true => Some(self.both(active, open)),
            false => None,
        };
        let right = self.bool(&two.1, inner);
        match and {
            true => self.builder.ins().band(left, right),
            false => self.builder.ins().bor(left, right),
        }
    }
}

/// Bytes of a constant that are compared in place.
const INLINE_BYTES: usize = 32;

/// A text that is asked to be, or not to be, a constant.
fn constant(op: Compare, two: &(TextExpr, TextExpr)) -> Option<(&TextExpr, &[u8])> {
    let (other, it) = match (op, two) {
        (
            Compare::Eq | Compare::Ne,
            (other, TextExpr::Const(it)) | (TextExpr::Const(it), other),
        ) => (other, it),
        _ => return None,
    };
    (it.len() <= INLINE_BYTES).then_some((other, it.as_bytes()))
}

/// A constant that a text is asked to begin with.
fn prefix(find: Find, two: &(TextExpr, TextExpr)) -> Option<&[u8]> {
    match (find, &two.1) {
        (Find::Prefix, TextExpr::Const(it)) if it.len() <= INLINE_BYTES => Some(it.as_bytes()),
        _ => None,
    }
}
