//! Whether forms have code on a machine that is not this one: `cargo test --features arm64 aarch64`.

use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{AbiParam, Signature, types};
use cranelift_codegen::isa::{self, CallConv, TargetFrontendConfig};
use cranelift_codegen::settings::{self, Configurable as _};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use crate::eval::form::Form;
use crate::eval::jit::emit::Constants;
use crate::eval::jit::{emit, rows};

type Body = fn(FunctionBuilder<'_>, TargetFrontendConfig, &Form, &mut Constants) -> Option<()>;

/// Bytes of the code of both functions of a form.
pub(crate) fn code(machine: &str, form: &Form) -> Vec<usize> {
    let mut flags = settings::builder();
    flags.set("opt_level", "speed").unwrap();
    let isa = isa::lookup_by_name(machine).unwrap();
    let isa = isa.finish(settings::Flags::new(flags)).unwrap();
    let functions: [(usize, usize, Body); 2] = [(3, 2, emit::one), (5, 1, rows::emit)];
    let size = |(params, results, body): (usize, usize, Body)| {
        let mut context = Context::new();
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params = vec![AbiParam::new(types::I64); params];
        signature.returns = vec![AbiParam::new(types::I64); results];
        context.func.signature = signature;
        let mut functions = FunctionBuilderContext::new();
        let builder = FunctionBuilder::new(&mut context.func, &mut functions);
        let mut constants = Constants::default();
        body(builder, isa.frontend_config(), form, &mut constants).unwrap();
        let code = context.compile(&*isa, &mut ControlPlane::default());
        code.unwrap().code_buffer().len()
    };
    functions.into_iter().map(size).collect()
}
