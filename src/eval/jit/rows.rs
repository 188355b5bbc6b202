//! The loop over rows of columns.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, types};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::FunctionBuilder;

use crate::eval::form::{Answer, Form};
use crate::eval::jit::emit::{Constants, Emitter, Failed, Source};
use crate::eval::jit::lanes;

/// Code that computes rows until one fails, and gives that row, or the one behind the last.
pub(crate) fn emit(
    mut builder: FunctionBuilder<'_>,
    config: TargetFrontendConfig,
    form: &Form,
    constants: &mut Constants,
) -> Option<()> {
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let [columns, marks, start, end, out] = *builder.block_params(entry) else {
        return None;
    };
    let flags = MemFlagsData::trusted().with_readonly();
    let mut data = Vec::new();
    let mut present = Vec::new();
    for slot in 0..form.inputs.len() {
        let offset = i32::try_from(slot * 8).ok()?;
        data.push(builder.ins().load(types::I64, flags, columns, offset));
        present.push(builder.ins().load(types::I64, flags, marks, offset));
    }
    let blocks = [(); 3].map(|()| builder.create_block());
    let [header, body, exit] = blocks;
    builder.append_block_param(header, types::I64);
    builder.append_block_param(exit, types::I64);
    let rest = if lanes::can(form) {
        lanes::emit(&mut builder, form, &data, (start, end, out), exit)?
    } else {
        start
    };
    builder.ins().jump(header, &[rest.into()]);

    builder.switch_to_block(header);
    let row = *builder.block_params(header).first()?;
    let done = builder
        .ins()
        .icmp(IntCC::UnsignedGreaterThanOrEqual, row, end);
    builder.ins().brif(done, exit, &[row.into()], body, &[]);

    builder.switch_to_block(body);
    let source = Source::Columns { row, data, present };
    let failed = Failed {
        block: exit,
        args: vec![row.into()],
    };
    let mut emitter = Emitter::new((builder, config), (source, true), form, constants, failed);
    let answer = emitter.answer()?;
    emitter.settle();
    let builder = &mut emitter.builder;
    let bytes = if matches!(form.answer, Answer::Bool(_)) {
        1
    } else {
        8
    };
    let distance = builder.ins().imul_imm_s(row, bytes);
    let at = builder.ins().iadd(out, distance);
    builder.ins().store(MemFlagsData::trusted(), answer, at, 0);
    let next = builder.ins().iadd_imm_s(row, 1);
    builder.ins().jump(header, &[next.into()]);

    builder.switch_to_block(exit);
    let stopped = *builder.block_params(exit).first()?;
    builder.ins().return_(&[stopped]);
    emitter.finish();
    Some(())
}
