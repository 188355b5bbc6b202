//! Whole numbers and doubles.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::eval::form::range::Range;
use crate::eval::form::{Arithmetic, FloatExpr, IntExpr};
use crate::eval::jit::emit::{Active, Emitter};
use crate::eval::jit::{operations, text};

impl Emitter<'_, '_> {
    pub(super) fn int(&mut self, expr: &IntExpr, active: Active) -> Value {
        match expr {
            IntExpr::Const(it) => self.builder.ins().iconst(types::I64, *it),
            IntExpr::Input(slot) => self.number(*slot, types::I64),
            IntExpr::Neg(it, _) => {
                let value = self.checked(it, active);
                self.builder.ins().ineg(value)
            }
            IntExpr::Abs(it, _) => {
                let value = self.checked(it, active);
                self.builder.ins().iabs(value)
            }
            IntExpr::Arithmetic(op, two, _) => self.arithmetic(*op, two, active),
            IntExpr::Div(two, ..) => self.divided(two, active, true),
            IntExpr::Rem(two, _) => self.divided(two, active, false),
            IntExpr::Min(two) => {
                let (a, b) = (self.int(&two.0, active), self.int(&two.1, active));
                self.less(a, b, true)
            }
            IntExpr::Max(two) => {
                let (a, b) = (self.int(&two.0, active), self.int(&two.1, active));
                self.less(a, b, false)
            }
            IntExpr::Length(it) => {
                let (bytes, length) = self.text(it, active);
                self.call(text::length_address(), &[bytes, length])
            }
            IntExpr::If(three) => {
                let (a, b) = (&three.1, &three.2);
                let ahead = self.is_ahead(a.cost() + b.cost(), a.can_fail() || b.can_fail());
                if ahead {
                    let condition = self.bool(&three.0, active);
                    let how = (true, types::I64);
                    return self.choose(condition, active, how, |it, then, active| {
                        it.int(if then { a } else { b }, active)
                    });
                }
                let [then, otherwise] = self.blocks();
                self.jump(&three.0, active, (then, otherwise));
                self.join((then, otherwise), types::I64, |it, then| {
                    it.int(if then { a } else { b }, active)
                })
            }
            IntExpr::Else(slot, other) => {
                let present = self.present(*slot);
                let how = (self.is_ahead(other.cost(), other.can_fail()), types::I64);
                self.choose(present, active, how, |it, own, active| match own {
                    true => it.number(*slot, types::I64),
                    false => it.int(other, active),
                })
            }
        }
    }

    /// A sum, difference or product; that it fits is looked at where it may not.
    fn arithmetic(&mut self, op: Arithmetic, two: &(IntExpr, IntExpr), active: Active) -> Value {
        let (a, b) = (self.int(&two.0, active), self.int(&two.1, active));
        let ins = self.builder.ins();
        if Range::of(&two.0).apply(op, Range::of(&two.1)).is_some() {
            return match op {
                Arithmetic::Add => ins.iadd(a, b),
                Arithmetic::Sub => ins.isub(a, b),
                Arithmetic::Mul => ins.imul(a, b),
            };
        }
        let (result, overflow) = match op {
            Arithmetic::Add => ins.sadd_overflow(a, b),
            Arithmetic::Sub => ins.ssub_overflow(a, b),
            Arithmetic::Mul => ins.smul_overflow(a, b),
        };
        self.fails_if(overflow, active);
        result
    }

    fn less(&mut self, a: Value, b: Value, less: bool) -> Value {
        let is_less = self.builder.ins().icmp(IntCC::SignedLessThan, a, b);
        match less {
            true => self.builder.ins().select(is_less, a, b),
            false => self.builder.ins().select(is_less, b, a),
        }
    }

    /// A number of which there is a negative.
    fn checked(&mut self, it: &IntExpr, active: Active) -> Value {
        let value = self.int(it, active);
        if Range::of(it).has(i64::MIN) {
            let minimum = self.builder.ins().iconst(types::I64, i64::MIN);
            let is_minimum = self.builder.ins().icmp(IntCC::Equal, value, minimum);
            self.fails_if(is_minimum, active);
        }
        value
    }

    /// A division traps where it has no answer: either it is not reached then, or it is done by one instead.
    fn divided(&mut self, two: &(IntExpr, IntExpr), active: Active, quotient: bool) -> Value {
        let (a, b) = (self.int(&two.0, active), self.int(&two.1, active));
        let divisor = Range::of(&two.1);
        let mut odd = None;
        if divisor.has(0) {
            let is_zero = self.builder.ins().icmp_imm_s(IntCC::Equal, b, 0);
            self.fails_if(is_zero, active);
            odd = active.is_some().then_some(is_zero);
        }
        // A rest of zero is what is left of it.
        if quotient && divisor.has(-1) && Range::of(&two.0).has(i64::MIN) {
            let minimum = self.builder.ins().iconst(types::I64, i64::MIN);
            let is_minimum = self.builder.ins().icmp(IntCC::Equal, a, minimum);
            let is_minus = self.builder.ins().icmp_imm_s(IntCC::Equal, b, -1);
            let overflows = self.builder.ins().band(is_minimum, is_minus);
            self.fails_if(overflows, active);
            if active.is_some() {
                odd = Some(match odd {
                    Some(odd) => self.builder.ins().bor(odd, overflows),
                    None => overflows,
                });
            }
        }
        let by = match odd {
            Some(odd) => {
                let one = self.builder.ins().iconst(types::I64, 1);
                self.builder.ins().select(odd, one, b)
            }
            None => b,
        };
        match quotient {
            true => self.builder.ins().sdiv(a, by),
            false => self.builder.ins().srem(a, by),
        }
    }

    pub(super) fn float(&mut self, expr: &FloatExpr, active: Active) -> Value {
        match expr {
            FloatExpr::Const(it) => self.builder.ins().f64const(*it),
            FloatExpr::Input(slot) => self.number(*slot, types::F64),
            FloatExpr::Neg(it) => {
                let it = self.float(it, active);
                self.builder.ins().fneg(it)
            }
            FloatExpr::Arithmetic(op, two) => {
                let two = (self.float(&two.0, active), self.float(&two.1, active));
                operations::floats(&mut self.builder, *op, two)
            }
            FloatExpr::Div(two, _) => {
                let (a, b) = (self.float(&two.0, active), self.float(&two.1, active));
                self.fails_at_zero(&two.1, b, active);
                self.builder.ins().fdiv(a, b)
            }
            FloatExpr::Ratio(two, _) => {
                let (a, b) = (self.int(&two.0, active), self.int(&two.1, active));
                if Range::of(&two.1).has(0) {
                    let is_zero = self.builder.ins().icmp_imm_s(IntCC::Equal, b, 0);
                    self.fails_if(is_zero, active);
                }
                let a = self.builder.ins().fcvt_from_sint(types::F64, a);
                let b = self.builder.ins().fcvt_from_sint(types::F64, b);
                self.builder.ins().fdiv(a, b)
            }
            FloatExpr::If(three) => {
                let (a, b) = (&three.1, &three.2);
                let ahead = self.is_ahead(a.cost() + b.cost(), a.can_fail() || b.can_fail());
                if ahead {
                    let condition = self.bool(&three.0, active);
                    let how = (true, types::F64);
                    return self.choose(condition, active, how, |it, then, active| {
                        it.float(if then { a } else { b }, active)
                    });
                }
                let [then, otherwise] = self.blocks();
                self.jump(&three.0, active, (then, otherwise));
                self.join((then, otherwise), types::F64, |it, then| {
                    it.float(if then { a } else { b }, active)
                })
            }
            FloatExpr::Else(slot, other) => {
                let present = self.present(*slot);
                let how = (self.is_ahead(other.cost(), other.can_fail()), types::F64);
                self.choose(present, active, how, |it, own, active| match own {
                    true => it.number(*slot, types::F64),
                    false => it.float(other, active),
                })
            }
        }
    }

    /// What has no bit but that of its sign is zero: looked at beside the arithmetic of doubles, not in its way.
    fn fails_at_zero(&mut self, divisor: &FloatExpr, value: Value, active: Active) {
        if matches!(divisor, FloatExpr::Const(it) if *it != 0.0) {
            return;
        }
        let is_zero = match divisor {
            FloatExpr::Input(slot) => {
                let bits = self.number(*slot, types::I64);
                let magnitude = self.builder.ins().ishl_imm_u(bits, 1);
                self.builder.ins().icmp_imm_s(IntCC::Equal, magnitude, 0)
            }
            FloatExpr::Const(_)
            | FloatExpr::Neg(_)
            | FloatExpr::Arithmetic(..)
            | FloatExpr::Div(..)
            | FloatExpr::Ratio(..)
            | FloatExpr::If(_)
            | FloatExpr::Else(..) => {
                let zero = self.builder.ins().f64const(0.0);
                self.builder.ins().fcmp(FloatCC::Equal, value, zero)
            }
        };
        self.fails_if(is_zero, active);
    }
}
