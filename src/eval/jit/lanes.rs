//! Rows side by side in vector registers, of forms over floats alone: what such conditions of metrics are.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::V128Imm;
use cranelift_codegen::ir::{Block, Endianness, InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_frontend::FunctionBuilder;

use crate::eval::form::{Answer, BoolExpr, FloatExpr, Form};
use crate::eval::jit::operations::{self, float_condition};

/// Rows of one turn of the loop.
pub(crate) const ROWS: usize = 8;

/// Rows of one register.
const LANES: usize = 2;

/// Whether a form has only what vector registers do here.
pub(crate) fn can(form: &Form) -> bool {
    match &form.answer {
        Answer::Bool(it) => bools(it),
        Answer::Float(it) => floats(it),
        Answer::Int(_) | Answer::Text(_) => false,
    }
}

fn bools(expr: &BoolExpr) -> bool {
    match expr {
        BoolExpr::Const(_) => true,
        BoolExpr::Not(it) => bools(it),
        BoolExpr::And(two) | BoolExpr::Or(two) | BoolExpr::Same(two) => {
            bools(&two.0) && bools(&two.1)
        }
        BoolExpr::Floats(_, two) => floats(&two.0) && floats(&two.1),
        BoolExpr::If(three) => bools(&three.0) && bools(&three.1) && bools(&three.2),
        BoolExpr::Input(_)
        | BoolExpr::Present(_)
        | BoolExpr::Ints(..)
        | BoolExpr::Texts(..)
        | BoolExpr::Find(..)
        | BoolExpr::Matches(..)
        | BoolExpr::Else(..) => false,
    }
}

fn floats(expr: &FloatExpr) -> bool {
    match expr {
        FloatExpr::Const(_) | FloatExpr::Input(_) => true,
        FloatExpr::Neg(it) => floats(it),
        FloatExpr::Arithmetic(_, two) | FloatExpr::Div(two, _) => floats(&two.0) && floats(&two.1),
        FloatExpr::If(three) => bools(&three.0) && floats(&three.1) && floats(&three.2),
        FloatExpr::Ratio(..) | FloatExpr::Else(..) => false,
    }
}

/// A loop of whole turns; leaves for `exit` with the first row of a turn in which one failed. Gives the first row that is left.
pub(crate) fn emit(
    builder: &mut FunctionBuilder<'_>,
    form: &Form,
    data: &[Value],
    (start, end, out): (Value, Value, Value),
    exit: Block,
) -> Option<Value> {
    let blocks = [(); 3].map(|()| builder.create_block());
    let [header, body, after] = blocks;
    builder.append_block_param(header, types::I64);
    builder.ins().jump(header, &[start.into()]);

    builder.switch_to_block(header);
    let row = *builder.block_params(header).first()?;
    let rows = i64::try_from(ROWS).ok()?;
    let next = builder.ins().iadd_imm_s(row, rows);
    let over = builder.ins().icmp(IntCC::UnsignedGreaterThan, next, end);
    builder.ins().brif(over, after, &[], body, &[]);

    builder.switch_to_block(body);
    let mut lanes = Lanes {
        builder,
        data,
        row,
        offset: 0,
        bad: None,
    };
    // Registers in pairs, each stored before the next is begun: few values live at a time, and all stay in registers. What is
    // stored of a turn that fails is computed again.
    for pair in 0..ROWS / LANES / 2 {
        let mut answers = [row; 2];
        for (index, answer) in answers.iter_mut().enumerate() {
            let register = pair * 2 + index;
            lanes.offset = i32::try_from(register * LANES * 8).ok()?;
            *answer = match &form.answer {
                Answer::Bool(it) => lanes.bool(it, None),
                Answer::Float(it) => lanes.float(it, None),
                Answer::Int(_) | Answer::Text(_) => return None,
            };
        }
        let first = i32::try_from(pair * 2 * LANES).ok()?;
        match &form.answer {
            Answer::Bool(_) => store_bools(lanes.builder, answers, (out, row), first),
            Answer::Int(_) | Answer::Float(_) | Answer::Text(_) => {
                store_floats(lanes.builder, answers, (out, row), first * 8);
            }
        }
    }
    let bad = lanes.bad;
    match bad {
        Some(bad) => {
            let any = builder.ins().vany_true(bad);
            builder
                .ins()
                .brif(any, exit, &[row.into()], header, &[next.into()]);
        }
        None => {
            builder.ins().jump(header, &[next.into()]);
        }
    }
    builder.switch_to_block(after);
    Some(row)
}

/// Masks as bytes of one and zero, four rows at once.
fn store_bools(
    builder: &mut FunctionBuilder<'_>,
    [a, b]: [Value; 2],
    (out, row): (Value, Value),
    offset: i32,
) {
    let first_bytes: [u8; 16] = [0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24];
    let at = builder.ins().iadd(out, row);
    let (a, b) = (
        bitcast(builder, types::I8X16, a),
        bitcast(builder, types::I8X16, b),
    );
    let picked = V128Imm::from(&first_bytes[..]);
    let picked = builder.func.dfg.immediates.push(picked.0.as_slice().into());
    let bytes = builder.ins().shuffle(a, b, picked);
    let words = bitcast(builder, types::I32X4, bytes);
    let word = builder.ins().extractlane(words, 0);
    let ones = builder.ins().band_imm_s(word, 0x0101_0101);
    let flags = MemFlagsData::new().with_notrap();
    builder.ins().store(flags, ones, at, offset);
}

fn store_floats(
    builder: &mut FunctionBuilder<'_>,
    values: [Value; 2],
    (out, row): (Value, Value),
    offset: i32,
) {
    let distance = builder.ins().imul_imm_s(row, 8);
    let at = builder.ins().iadd(out, distance);
    let flags = MemFlagsData::new().with_notrap();
    for (value, offset) in values.into_iter().zip([offset, offset + 16]) {
        builder.ins().store(flags, value, at, offset);
    }
}

fn bitcast(builder: &mut FunctionBuilder<'_>, ty: Type, value: Value) -> Value {
    let flags = MemFlagsData::new().with_endianness(Endianness::Little);
    builder.ins().bitcast(ty, flags, value)
}

/// Emission for the rows of one register.
struct Lanes<'f, 'b, 'd> {
    builder: &'b mut FunctionBuilder<'f>,
    data: &'d [Value],
    row: Value,
    /// Bytes from the row of the turn to those of the register.
    offset: i32,
    /// Rows that failed, of all registers together.
    bad: Option<Value>,
}

impl Lanes<'_, '_, '_> {
    /// A mask of ones where the condition holds.
    fn bool(&mut self, expr: &BoolExpr, active: Option<Value>) -> Value {
        match expr {
            BoolExpr::Const(it) => {
                let all = self.builder.ins().iconst(types::I64, -i64::from(*it));
                self.builder.ins().splat(types::I64X2, all)
            }
            BoolExpr::Not(it) => {
                let it = self.bool(it, active);
                self.builder.ins().bnot(it)
            }
            BoolExpr::And(two) => {
                let left = self.bool(&two.0, active);
                let inner = self.both(active, left);
                let right = self.bool(&two.1, Some(inner));
                self.builder.ins().band(left, right)
            }
            BoolExpr::Or(two) => {
                let left = self.bool(&two.0, active);
                let open = self.builder.ins().bnot(left);
                let inner = self.both(active, open);
                let right = self.bool(&two.1, Some(inner));
                self.builder.ins().bor(left, right)
            }
            BoolExpr::Same(two) => {
                let (a, b) = (self.bool(&two.0, active), self.bool(&two.1, active));
                let differ = self.builder.ins().bxor(a, b);
                self.builder.ins().bnot(differ)
            }
            BoolExpr::Floats(op, two) => {
                let (a, b) = (self.float(&two.0, active), self.float(&two.1, active));
                self.builder.ins().fcmp(float_condition(*op), a, b)
            }
            BoolExpr::If(three) => {
                let condition = self.bool(&three.0, active);
                let (then, otherwise) = self.sides(condition, active);
                let a = self.bool(&three.1, Some(then));
                let b = self.bool(&three.2, Some(otherwise));
                self.builder.ins().bitselect(condition, a, b)
            }
            // `can` has refused these.
            BoolExpr::Input(_)
            | BoolExpr::Present(_)
            | BoolExpr::Ints(..)
            | BoolExpr::Texts(..)
            | BoolExpr::Find(..)
            | BoolExpr::Matches(..)
            | BoolExpr::Else(..) => self.bool(&BoolExpr::Const(false), None),
        }
    }

    fn float(&mut self, expr: &FloatExpr, active: Option<Value>) -> Value {
        match expr {
            FloatExpr::Const(it) => {
                let it = self.builder.ins().f64const(*it);
                self.builder.ins().splat(types::F64X2, it)
            }
            FloatExpr::Input(slot) => {
                let base = self.data.get(*slot).copied().unwrap_or(self.row);
                let distance = self.builder.ins().imul_imm_s(self.row, 8);
                let at = self.builder.ins().iadd(base, distance);
                let flags = MemFlagsData::new().with_notrap();
                self.builder
                    .ins()
                    .load(types::F64X2, flags, at, self.offset)
            }
            FloatExpr::Neg(it) => {
                let it = self.float(it, active);
                self.builder.ins().fneg(it)
            }
            FloatExpr::Arithmetic(op, two) => {
                let two = (self.float(&two.0, active), self.float(&two.1, active));
                operations::floats(self.builder, *op, two)
            }
            FloatExpr::Div(two, _) => {
                let (a, b) = (self.float(&two.0, active), self.float(&two.1, active));
                if !matches!(two.1, FloatExpr::Const(it) if it != 0.0) {
                    let zero = self.float(&FloatExpr::Const(0.0), None);
                    let is_zero = self.builder.ins().fcmp(FloatCC::Equal, b, zero);
                    self.fails_where(is_zero, active);
                }
                self.builder.ins().fdiv(a, b)
            }
            FloatExpr::If(three) => {
                let condition = self.bool(&three.0, active);
                let (then, otherwise) = self.sides(condition, active);
                let a = self.float(&three.1, Some(then));
                let b = self.float(&three.2, Some(otherwise));
                let mask = bitcast(self.builder, types::F64X2, condition);
                self.builder.ins().bitselect(mask, a, b)
            }
            FloatExpr::Ratio(..) | FloatExpr::Else(..) => self.float(&FloatExpr::Const(0.0), None),
        }
    }

    fn both(&mut self, active: Option<Value>, mask: Value) -> Value {
        match active {
            Some(active) => self.builder.ins().band(active, mask),
            None => mask,
        }
    }

    fn sides(&mut self, condition: Value, active: Option<Value>) -> (Value, Value) {
        let not = self.builder.ins().bnot(condition);
        (self.both(active, condition), self.both(active, not))
    }

    fn fails_where(&mut self, mask: Value, active: Option<Value>) {
        let counts = self.both(active, mask);
        self.bad = Some(match self.bad {
            Some(before) => self.builder.ins().bor(before, counts),
            None => counts,
        });
    }
}
