//! From the nodes of a form to instructions, for one row.
//!
//! A failure that counts leaves at once for a block of its own, out of the way of what goes well. Where rows are computed in
//! a loop, what is cheap is computed whether it is needed or not, and chosen after: its failures are collected in a variable,
//! and count where their place was active. Where one row is computed alone, what can fail is branched around instead.

mod conditions;
mod numbers;
mod texts;

use std::sync::Arc;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, InstBuilder, MemFlagsData, Signature, Type, Value, types,
};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_frontend::{FunctionBuilder, Variable};

use crate::eval::form::{Answer, Form, Slot};

/// What code points at. Their addresses stay while they are held.
#[derive(Default)]
pub(crate) struct Constants {
    texts: Vec<Arc<str>>,
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

/// Where a failure goes that counts.
pub(crate) struct Failed {
    pub(crate) block: Block,
    pub(crate) args: Vec<BlockArg>,
}

pub(crate) struct Emitter<'f, 'c> {
    pub(crate) builder: FunctionBuilder<'f>,
    config: TargetFrontendConfig,
    source: Source,
    form: &'c Form,
    constants: &'c mut Constants,
    failed: Failed,
    /// Whether anything failed that was computed without being asked for: a byte.
    bad: Variable,
    /// Whether anything was collected in `bad`.
    collects: bool,
    /// What can fail is computed before it is known whether it is needed.
    speculates: bool,
}

/// Whether a place counts; `None` where it does whenever it is reached.
type Active = Option<Value>;

/// Nodes that are computed rather than branched around.
const CHEAP: u32 = 12;

const BYTES_OF_TEXT: i64 = 16;

/// Code for one row: the bits of the answer, and whether they count for nothing.
pub(crate) fn one(
    mut builder: FunctionBuilder<'_>,
    config: TargetFrontendConfig,
    form: &Form,
    constants: &mut Constants,
) -> Option<()> {
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let [numbers, texts, absent] = *builder.block_params(entry) else {
        return None;
    };
    let source = Source::Row(numbers, texts, absent);
    let block = builder.create_block();
    builder.set_cold_block(block);
    let args = Vec::new();
    let mut emitter = Emitter::new(
        (builder, config),
        (source, false),
        form,
        constants,
        Failed { block, args },
    );
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
    if let Answer::Bool(condition) = &form.answer {
        let [yes, no] = emitter.blocks();
        emitter.jump(condition, None, (yes, no));
        for (block, bit) in [(yes, 1), (no, 0)] {
            emitter.builder.switch_to_block(block);
            let bit = emitter.builder.ins().iconst(types::I64, bit);
            emitter.give(bit);
        }
    } else {
        let answer = emitter.answer()?;
        let bits = match form.answer {
            Answer::Float(_) => {
                let ins = emitter.builder.ins();
                ins.bitcast(types::I64, MemFlagsData::new(), answer)
            }
            Answer::Bool(_) | Answer::Int(_) | Answer::Text(_) => answer,
        };
        emitter.give(bits);
    }
    emitter.builder.switch_to_block(block);
    let (zero, bad) = (emitter.word(0), emitter.word(1));
    emitter.builder.ins().return_(&[zero, bad]);
    emitter.finish();
    Some(())
}

impl<'f, 'c> Emitter<'f, 'c> {
    pub(crate) fn new(
        (mut builder, config): (FunctionBuilder<'f>, TargetFrontendConfig),
        (source, speculates): (Source, bool),
        form: &'c Form,
        constants: &'c mut Constants,
        failed: Failed,
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
            failed,
            bad,
            collects: false,
            speculates,
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

    /// Ends with an answer, unless what was collected says otherwise.
    fn give(&mut self, bits: Value) {
        self.settle();
        let fine = self.word(0);
        self.builder.ins().return_(&[bits, fine]);
    }

    /// Fails where something that was collected has failed.
    pub(crate) fn settle(&mut self) {
        if self.collects {
            let bad = self.builder.use_var(self.bad);
            self.fails_if(bad, None);
        }
    }

    fn fails_if(&mut self, condition: Value, active: Active) {
        let Some(active) = active else {
            let next = self.builder.create_block();
            let Failed { block, args } = &self.failed;
            self.builder.ins().brif(condition, *block, args, next, &[]);
            self.builder.switch_to_block(next);
            return;
        };
        let counts = self.builder.ins().band(active, condition);
        let before = self.builder.use_var(self.bad);
        let bad = self.builder.ins().bor(before, counts);
        self.builder.def_var(self.bad, bad);
        self.collects = true;
    }

    fn blocks<const N: usize>(&mut self) -> [Block; N] {
        [(); N].map(|()| self.builder.create_block())
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

    fn word(&mut self, word: i64) -> Value {
        self.builder.ins().iconst(types::I64, word)
    }

    fn address(&mut self, address: usize) -> Value {
        self.word(i64::try_from(address).unwrap_or_default())
    }

    /// Whether something is computed before it is known to be needed.
    fn is_ahead(&self, cost: u32, can_fail: bool) -> bool {
        cost <= CHEAP && (self.speculates || !can_fail)
    }

    /// One of two values: both computed where `ahead`, otherwise behind a branch.
    fn choose(
        &mut self,
        condition: Value,
        active: Active,
        (ahead, ty): (bool, Type),
        mut value: impl FnMut(&mut Self, bool, Active) -> Value,
    ) -> Value {
        if ahead {
            let then = Some(self.both(active, condition));
            let then = value(self, true, then);
            let negated = self.not(condition);
            let otherwise = Some(self.both(active, negated));
            let otherwise = value(self, false, otherwise);
            return self.builder.ins().select(condition, then, otherwise);
        }
        let [then, otherwise] = self.blocks();
        let ins = self.builder.ins();
        ins.brif(condition, then, &[], otherwise, &[]);
        self.join((then, otherwise), ty, |it, then| value(it, then, active))
    }

    /// The value of whichever of two blocks is gone through.
    fn join(
        &mut self,
        (then, otherwise): (Block, Block),
        ty: Type,
        mut value: impl FnMut(&mut Self, bool) -> Value,
    ) -> Value {
        let after = self.builder.create_block();
        let joined = self.builder.append_block_param(after, ty);
        for (block, which) in [(then, true), (otherwise, false)] {
            self.builder.switch_to_block(block);
            let found = value(self, which);
            self.builder.ins().jump(after, &[found.into()]);
        }
        self.builder.switch_to_block(after);
        joined
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
