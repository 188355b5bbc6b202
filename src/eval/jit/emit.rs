//! From the nodes of a form to instructions, for one row.
//!
//! What is cheap is computed whether it is needed or not, and chosen after; what may call is branched around. Failures are
//! collected in one variable: a failure counts where its place was active.

use std::sync::Arc;

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Signature, Type, Value, types};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_frontend::{FunctionBuilder, Variable};

use crate::eval::form::{
    Answer, Arithmetic, BoolExpr, Compare, Find, FloatExpr, Form, IntExpr, Slot, TextExpr,
};
use crate::eval::jit::text;

/// What code points at. Boxes, so that addresses stay.
#[derive(Default)]
pub(crate) struct Constants {
    texts: Vec<Box<str>>,
    patterns: Vec<Arc<regex::Regex>>,
}

/// Where the values of inputs are.
pub(crate) enum Source {
    /// One row: numbers, texts, the missing.
    Row(Value, Value, Value),
    /// A row of columns: where each begins, and its marks of presence.
    Columns {
        row: Value,
        data: Vec<Value>,
        present: Vec<Value>,
    },
}

pub(crate) struct Emitter<'f, 'c> {
    pub(crate) builder: FunctionBuilder<'f>,
    config: TargetFrontendConfig,
    source: Source,
    form: &'c Form,
    constants: &'c mut Constants,
    /// Whether anything failed: a byte.
    bad: Variable,
}

/// Whether a place counts; `None` where it does whenever it is reached.
type Active = Option<Value>;

/// Nodes that are computed rather than branched around.
const CHEAP: u32 = 12;

/// Bytes of a constant that are compared in place.
const INLINE_BYTES: usize = 32;

const BYTES_OF_TEXT: i64 = 16;

impl<'f, 'c> Emitter<'f, 'c> {
    /// Code for one row.
    pub(crate) fn one(
        mut builder: FunctionBuilder<'f>,
        config: TargetFrontendConfig,
        form: &'c Form,
        constants: &'c mut Constants,
    ) -> Option<()> {
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        let [numbers, texts, absent] = *builder.block_params(entry) else {
            return None;
        };
        let source = Source::Row(numbers, texts, absent);
        let mut emitter = Emitter::new(builder, config, source, form, constants);
        if form.needed != 0 {
            let needed = form.needed.cast_signed();
            let needed = emitter.builder.ins().iconst(types::I64, needed);
            let missing = emitter.builder.ins().band(absent, needed);
            let is_missing = emitter
                .builder
                .ins()
                .icmp_imm_s(IntCC::NotEqual, missing, 0);
            emitter.fails_if(is_missing, None);
        }
        let answer = emitter.answer()?;
        let ins = emitter.builder.ins();
        let bits = match form.answer {
            Answer::Bool(_) => ins.uextend(types::I64, answer),
            Answer::Float(_) => ins.bitcast(types::I64, MemFlagsData::new(), answer),
            Answer::Int(_) | Answer::Text(_) => answer,
        };
        let bad = emitter.bad();
        let bad = emitter.builder.ins().uextend(types::I64, bad);
        emitter.builder.ins().return_(&[bits, bad]);
        emitter.finish();
        Some(())
    }

    pub(crate) fn new(
        mut builder: FunctionBuilder<'f>,
        config: TargetFrontendConfig,
        source: Source,
        form: &'c Form,
        constants: &'c mut Constants,
    ) -> Self {
        let bad = builder.declare_var(types::I8);
        let zero = builder.ins().iconst(types::I8, 0);
        builder.def_var(bad, zero);
        Self {
            builder,
            config,
            source,
            form,
            constants,
            bad,
        }
    }

    pub(crate) fn finish(mut self) {
        self.builder.seal_all_blocks();
        self.builder.finalize(self.config);
    }

    /// The value of the form.
    pub(crate) fn answer(&mut self) -> Option<Value> {
        match &self.form.answer {
            Answer::Bool(it) => Some(self.bool(it, None)),
            Answer::Int(it) => Some(self.int(it, None)),
            Answer::Float(it) => Some(self.float(it, None)),
            Answer::Text(_) => None,
        }
    }

    /// Whether anything has failed so far.
    pub(crate) fn bad(&mut self) -> Value {
        self.builder.use_var(self.bad)
    }

    fn fails_if(&mut self, condition: Value, active: Active) {
        let counts = match active {
            Some(active) => self.builder.ins().band(active, condition),
            None => condition,
        };
        let before = self.bad();
        let bad = self.builder.ins().bor(before, counts);
        self.builder.def_var(self.bad, bad);
    }

    fn both(&mut self, active: Active, condition: Value) -> Value {
        match active {
            Some(active) => self.builder.ins().band(active, condition),
            None => condition,
        }
    }

    fn not(&mut self, condition: Value) -> Value {
        self.builder.ins().bxor_imm_s(condition, 1)
    }

    fn number(&mut self, slot: Slot, ty: Type) -> Value {
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        let offset = |size: usize| i32::try_from(slot * size).unwrap_or(i32::MAX);
        match &self.source {
            Source::Row(numbers, ..) if ty == types::I8 => {
                let numbers = *numbers;
                let ins = self.builder.ins();
                let byte = if cfg!(target_endian = "little") { 0 } else { 7 };
                ins.load(types::I8, flags, numbers, offset(8) + byte)
            }
            Source::Row(numbers, ..) => {
                let numbers = *numbers;
                self.builder.ins().load(ty, flags, numbers, offset(8))
            }
            Source::Columns { row, data, .. } => {
                let (row, column) = (*row, data.get(slot).copied().unwrap_or(*row));
                let bytes = i64::from(ty.bytes());
                let at = self.at(column, row, bytes);
                self.builder.ins().load(ty, flags, at, 0)
            }
        }
    }

    /// `base + row * bytes`
    fn at(&mut self, base: Value, row: Value, bytes: i64) -> Value {
        let distance = match bytes {
            1 => row,
            bytes => self.builder.ins().imul_imm_s(row, bytes),
        };
        self.builder.ins().iadd(base, distance)
    }

    fn input_text(&mut self, slot: Slot) -> (Value, Value) {
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        let (at, offset) = match &self.source {
            Source::Row(_, texts, _) => (*texts, i32::try_from(slot * 16).unwrap_or(i32::MAX)),
            Source::Columns { row, data, .. } => {
                let (row, column) = (*row, data.get(slot).copied().unwrap_or(*row));
                (self.at(column, row, BYTES_OF_TEXT), 0)
            }
        };
        let bytes = self.builder.ins().load(types::I64, flags, at, offset);
        let length = self.builder.ins().load(types::I64, flags, at, offset + 8);
        (bytes, length)
    }

    fn present(&mut self, slot: Slot) -> Value {
        match &self.source {
            Source::Row(_, _, absent) => {
                let absent = *absent;
                let mask = self.builder.ins().iconst(types::I64, 1_i64 << slot);
                let bit = self.builder.ins().band(absent, mask);
                self.builder.ins().icmp_imm_s(IntCC::Equal, bit, 0)
            }
            Source::Columns { row, present, .. } => {
                let flags = MemFlagsData::trusted().with_readonly();
                let (row, marks) = (*row, present.get(slot).copied().unwrap_or(*row));
                let at = self.at(marks, row, 1);
                self.builder.ins().load(types::I8, flags, at, 0)
            }
        }
    }

    fn bool(&mut self, expr: &BoolExpr, active: Active) -> Value {
        match expr {
            BoolExpr::Const(it) => self.builder.ins().iconst(types::I8, i64::from(*it)),
            BoolExpr::Input(slot) => self.number(*slot, types::I8),
            BoolExpr::Present(slot) => self.present(*slot),
            BoolExpr::Not(it) => {
                let it = self.bool(it, active);
                self.not(it)
            }
            BoolExpr::And(two) => self.joined(two, active, true),
            BoolExpr::Or(two) => self.joined(two, active, false),
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
            BoolExpr::Texts(op, two) => self.compared(*op, two, active),
            BoolExpr::Find(find, two) => self.found(*find, two, active),
            BoolExpr::Matches(it, pattern) => {
                let (bytes, length) = self.text(it, active);
                let address = Arc::as_ptr(pattern).addr();
                self.constants.patterns.push(Arc::clone(pattern));
                let pattern = self.address(address);
                let found = self.call(text::matches_address(), &[pattern, bytes, length]);
                self.builder.ins().ireduce(types::I8, found)
            }
            BoolExpr::If(three) => {
                let condition = self.bool(&three.0, active);
                let cheap = cheap(three.1.cost() + three.2.cost());
                self.choose(condition, active, (cheap, types::I8), |it, then, active| {
                    it.bool(if then { &three.1 } else { &three.2 }, active)
                })
            }
            BoolExpr::Else(slot, other) => {
                let present = self.present(*slot);
                self.choose(
                    present,
                    active,
                    (cheap(other.cost()), types::I8),
                    |it, own, active| match own {
                        true => it.number(*slot, types::I8),
                        false => it.bool(other, active),
                    },
                )
            }
        }
    }

    /// `a && b` where `and`, else `a || b`.
    fn joined(&mut self, two: &(BoolExpr, BoolExpr), active: Active, and: bool) -> Value {
        let left = self.bool(&two.0, active);
        if cheap(two.1.cost()) {
            let open = if and { left } else { self.not(left) };
            let inner = match two.1.can_fail() {
                true => Some(self.both(active, open)),
                false => None,
            };
            let right = self.bool(&two.1, inner);
            return match and {
                true => self.builder.ins().band(left, right),
                false => self.builder.ins().bor(left, right),
            };
        }
        self.choose(
            left,
            active,
            (false, types::I8),
            |it, holds, active| match holds == and {
                true => it.bool(&two.1, active),
                false => it.builder.ins().iconst(types::I8, i64::from(!and)),
            },
        )
    }

    /// One of two values: both computed where that is cheap, otherwise behind a branch.
    fn choose(
        &mut self,
        condition: Value,
        active: Active,
        (cheap, ty): (bool, Type),
        mut value: impl FnMut(&mut Self, bool, Active) -> Value,
    ) -> Value {
        if cheap {
            let then = Some(self.both(active, condition));
            let then = value(self, true, then);
            let negated = self.not(condition);
            let otherwise = Some(self.both(active, negated));
            let otherwise = value(self, false, otherwise);
            return self.builder.ins().select(condition, then, otherwise);
        }
        let blocks = [(); 3].map(|()| self.builder.create_block());
        let [then, otherwise, after] = blocks;
        self.builder.append_block_param(after, ty);
        self.builder
            .ins()
            .brif(condition, then, &[], otherwise, &[]);
        for (block, which) in [(then, true), (otherwise, false)] {
            self.builder.switch_to_block(block);
            let found = value(self, which, active);
            self.builder.ins().jump(after, &[found.into()]);
        }
        self.builder.switch_to_block(after);
        self.builder
            .block_params(after)
            .first()
            .copied()
            .unwrap_or(condition)
    }

    fn int(&mut self, expr: &IntExpr, active: Active) -> Value {
        match expr {
            IntExpr::Const(it) => self.builder.ins().iconst(types::I64, *it),
            IntExpr::Input(slot) => self.number(*slot, types::I64),
            IntExpr::Neg(it, _) => {
                let it = self.int(it, active);
                self.fails_at_minimum(it, active);
                self.builder.ins().ineg(it)
            }
            IntExpr::Abs(it, _) => {
                let it = self.int(it, active);
                self.fails_at_minimum(it, active);
                self.builder.ins().iabs(it)
            }
            IntExpr::Arithmetic(op, two, _) => {
                let (a, b) = (self.int(&two.0, active), self.int(&two.1, active));
                let ins = self.builder.ins();
                let (result, overflow) = match op {
                    Arithmetic::Add => ins.sadd_overflow(a, b),
                    Arithmetic::Sub => ins.ssub_overflow(a, b),
                    Arithmetic::Mul => ins.smul_overflow(a, b),
                };
                self.fails_if(overflow, active);
                result
            }
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
                let condition = self.bool(&three.0, active);
                let cheap = cheap(three.1.cost() + three.2.cost());
                self.choose(
                    condition,
                    active,
                    (cheap, types::I64),
                    |it, then, active| it.int(if then { &three.1 } else { &three.2 }, active),
                )
            }
            IntExpr::Else(slot, other) => {
                let present = self.present(*slot);
                let how = (cheap(other.cost()), types::I64);
                self.choose(present, active, how, |it, own, active| match own {
                    true => it.number(*slot, types::I64),
                    false => it.int(other, active),
                })
            }
        }
    }

    fn less(&mut self, a: Value, b: Value, less: bool) -> Value {
        let is_less = self.builder.ins().icmp(IntCC::SignedLessThan, a, b);
        match less {
            true => self.builder.ins().select(is_less, a, b),
            false => self.builder.ins().select(is_less, b, a),
        }
    }

    fn fails_at_minimum(&mut self, it: Value, active: Active) {
        let minimum = self.builder.ins().iconst(types::I64, i64::MIN);
        let is_minimum = self.builder.ins().icmp(IntCC::Equal, it, minimum);
        self.fails_if(is_minimum, active);
    }

    /// A division traps where it has no answer, so that it is done by one instead there.
    fn divided(&mut self, two: &(IntExpr, IntExpr), active: Active, quotient: bool) -> Value {
        let (a, b) = (self.int(&two.0, active), self.int(&two.1, active));
        let safe = matches!(two.1, IntExpr::Const(it) if it != 0 && it != -1);
        let by = if safe {
            b
        } else {
            let is_zero = self.builder.ins().icmp_imm_s(IntCC::Equal, b, 0);
            self.fails_if(is_zero, active);
            let minimum = self.builder.ins().iconst(types::I64, i64::MIN);
            let is_minimum = self.builder.ins().icmp(IntCC::Equal, a, minimum);
            let is_minus = self.builder.ins().icmp_imm_s(IntCC::Equal, b, -1);
            let overflows = self.builder.ins().band(is_minimum, is_minus);
            if quotient {
                self.fails_if(overflows, active);
            }
            let odd = self.builder.ins().bor(is_zero, overflows);
            let one = self.builder.ins().iconst(types::I64, 1);
            self.builder.ins().select(odd, one, b)
        };
        match quotient {
            true => self.builder.ins().sdiv(a, by),
            false => self.builder.ins().srem(a, by),
        }
    }

    fn float(&mut self, expr: &FloatExpr, active: Active) -> Value {
        match expr {
            FloatExpr::Const(it) => self.builder.ins().f64const(*it),
            FloatExpr::Input(slot) => self.number(*slot, types::F64),
            FloatExpr::Neg(it) => {
                let it = self.float(it, active);
                self.builder.ins().fneg(it)
            }
            FloatExpr::Arithmetic(op, two) => {
                let (a, b) = (self.float(&two.0, active), self.float(&two.1, active));
                let ins = self.builder.ins();
                match op {
                    Arithmetic::Add => ins.fadd(a, b),
                    Arithmetic::Sub => ins.fsub(a, b),
                    Arithmetic::Mul => ins.fmul(a, b),
                }
            }
            FloatExpr::Div(two, _) => {
                let (a, b) = (self.float(&two.0, active), self.float(&two.1, active));
                let safe = matches!(two.1, FloatExpr::Const(it) if it != 0.0);
                if !safe {
                    let zero = self.builder.ins().f64const(0.0);
                    let is_zero = self.builder.ins().fcmp(FloatCC::Equal, b, zero);
                    self.fails_if(is_zero, active);
                }
                self.builder.ins().fdiv(a, b)
            }
            FloatExpr::If(three) => {
                let condition = self.bool(&three.0, active);
                let cheap = cheap(three.1.cost() + three.2.cost());
                self.choose(
                    condition,
                    active,
                    (cheap, types::F64),
                    |it, then, active| it.float(if then { &three.1 } else { &three.2 }, active),
                )
            }
            FloatExpr::Else(slot, other) => {
                let present = self.present(*slot);
                let how = (cheap(other.cost()), types::F64);
                self.choose(present, active, how, |it, own, active| match own {
                    true => it.number(*slot, types::F64),
                    false => it.float(other, active),
                })
            }
        }
    }

    /// Where the bytes of a text are, and how many.
    fn text(&mut self, expr: &TextExpr, active: Active) -> (Value, Value) {
        match expr {
            TextExpr::Const(it) => {
                let kept: Box<str> = it.as_str().into();
                let (address, length) = (kept.as_ptr().addr(), kept.len());
                self.constants.texts.push(kept);
                (self.address(address), self.address(length))
            }
            TextExpr::Input(slot) => self.input_text(*slot),
            TextExpr::If(three) => {
                let condition = self.bool(&three.0, active);
                let negated = self.not(condition);
                let (then, otherwise) = (self.both(active, condition), self.both(active, negated));
                let a = self.text(&three.1, Some(then));
                let b = self.text(&three.2, Some(otherwise));
                self.pick(condition, a, b)
            }
            TextExpr::Else(slot, other) => {
                let present = self.present(*slot);
                let missing = self.not(present);
                let inner = self.both(active, missing);
                let (a, b) = (self.input_text(*slot), self.text(other, Some(inner)));
                self.pick(present, a, b)
            }
        }
    }

    fn pick(&mut self, condition: Value, a: (Value, Value), b: (Value, Value)) -> (Value, Value) {
        let bytes = self.builder.ins().select(condition, a.0, b.0);
        let length = self.builder.ins().select(condition, a.1, b.1);
        (bytes, length)
    }

    fn compared(&mut self, op: Compare, two: &(TextExpr, TextExpr), active: Active) -> Value {
        let constant = match (op, two) {
            (
                Compare::Eq | Compare::Ne,
                (other, TextExpr::Const(it)) | (TextExpr::Const(it), other),
            ) if it.len() <= INLINE_BYTES => Some((other, it.clone())),
            _ => None,
        };
        if let Some((other, constant)) = constant {
            let (bytes, length) = self.text(other, active);
            let wanted = i64::try_from(constant.len()).unwrap_or(i64::MAX);
            let same_length = self.builder.ins().icmp_imm_s(IntCC::Equal, length, wanted);
            let same = self.begins(bytes, same_length, constant.as_bytes());
            return match op {
                Compare::Ne => self.not(same),
                Compare::Eq | Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge => same,
            };
        }
        let (a, b) = (self.text(&two.0, active), self.text(&two.1, active));
        let order = self.call(text::compare_address(), &[a.0, a.1, b.0, b.1]);
        self.builder.ins().icmp_imm_s(int_condition(op), order, 0)
    }

    fn found(&mut self, find: Find, two: &(TextExpr, TextExpr), active: Active) -> Value {
        if let (Find::Prefix, TextExpr::Const(it)) = (find, &two.1)
            && it.len() <= INLINE_BYTES
        {
            let (bytes, length) = self.text(&two.0, active);
            let wanted = i64::try_from(it.len()).unwrap_or(i64::MAX);
            let long = IntCC::UnsignedGreaterThanOrEqual;
            let long = self.builder.ins().icmp_imm_s(long, length, wanted);
            return self.begins(bytes, long, it.as_bytes());
        }
        let (a, b) = (self.text(&two.0, active), self.text(&two.1, active));
        let find = self.address(match find {
            Find::Prefix => text::PREFIX,
            Find::Suffix => text::SUFFIX,
            Find::Part => text::PART,
        });
        let found = self.call(text::find_address(), &[find, a.0, a.1, b.0, b.1]);
        self.builder.ins().ireduce(types::I8, found)
    }

    /// Whether the bytes, of which there are enough where `long` says so, begin with a constant.
    fn begins(&mut self, bytes: Value, long: Value, constant: &[u8]) -> Value {
        if constant.is_empty() {
            return long;
        }
        self.choose(long, None, (false, types::I8), |it, long, _| {
            if !long {
                return it.builder.ins().iconst(types::I8, 0);
            }
            let mut differs: Option<Value> = None;
            for (offset, width) in words(constant.len()) {
                let one = it.differs(bytes, constant, (offset, width));
                differs = Some(match differs {
                    None => one,
                    Some(before) => it.builder.ins().bor(before, one),
                });
            }
            match differs {
                Some(differs) => it.builder.ins().icmp_imm_s(IntCC::Equal, differs, 0),
                None => it.builder.ins().iconst(types::I8, 1),
            }
        })
    }

    /// Not zero where a word of memory is not that of the constant.
    fn differs(&mut self, bytes: Value, constant: &[u8], (offset, width): (usize, usize)) -> Value {
        let mut word = 0_u64;
        let part = constant.get(offset..offset + width).unwrap_or_default();
        for (index, byte) in part.iter().enumerate() {
            let place = if cfg!(target_endian = "little") {
                index
            } else {
                width - 1 - index
            };
            word |= u64::from(*byte) << (8 * place);
        }
        let ty = match width {
            8 => types::I64,
            4 => types::I32,
            2 => types::I16,
            _ => types::I8,
        };
        let flags = MemFlagsData::new().with_notrap().with_readonly();
        let at = i32::try_from(offset).unwrap_or(i32::MAX);
        let found = self.builder.ins().load(ty, flags, bytes, at);
        let found = match ty {
            types::I64 => found,
            _ => self.builder.ins().uextend(types::I64, found),
        };
        let wanted = self.builder.ins().iconst(types::I64, word.cast_signed());
        self.builder.ins().bxor(found, wanted)
    }

    fn address(&mut self, address: usize) -> Value {
        let address = i64::try_from(address).unwrap_or_default();
        self.builder.ins().iconst(types::I64, address)
    }

    /// Calls a function of words that gives a word.
    fn call(&mut self, address: usize, args: &[Value]) -> Value {
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params = vec![AbiParam::new(types::I64); args.len()];
        signature.returns = vec![AbiParam::new(types::I64)];
        let signature = self.builder.import_signature(signature);
        let callee = self.address(address);
        let call = self.builder.ins().call_indirect(signature, callee, args);
        let results = self.builder.inst_results(call);
        results.first().copied().unwrap_or(callee)
    }
}

/// Words that together cover so many bytes: offset and width of each. They may overlap.
fn words(length: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < length {
        let left = length - at;
        let width = match left {
            8.. => 8,
            4.. => 4,
            2.. => 2,
            _ => 1,
        };
        // `abcdefg` is `abcd` and `defg`.
        let last = match left {
            5..8 if length >= 8 => Some(8),
            3 | 5..8 if length >= 4 => Some(4),
            _ => None,
        };
        if let Some(width) = last {
            if left > width {
                found.push((at, width));
            }
            found.push((length - width, width));
            break;
        }
        found.push((at, width));
        at += width;
    }
    found
}

fn cheap(cost: u32) -> bool {
    cost <= CHEAP
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
