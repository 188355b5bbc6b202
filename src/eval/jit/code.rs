//! Code in memory: made, called, freed. Pages are written before they can be executed, and never after.
#![expect(
    unsafe_code,
    reason = "machine code is called by its address, and freed by hand"
)]

use std::mem;
use std::sync::Arc;

use cranelift_codegen::ir::{AbiParam, Signature, types};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module, default_libcall_names};

use crate::eval::form::row::{Outcome, Raw, Row};
use crate::eval::form::{Answer, Form, Text};
use crate::eval::jit::emit::{self, Constants};

/// What code for one row gives: the bits of the answer, and whether they count for nothing.
#[repr(C)]
struct Given {
    bits: u64,
    bad: u64,
}

/// Numbers, texts, the missing.
#[cfg(target_arch = "x86_64")]
type One = unsafe extern "sysv64" fn(*const u64, *const Text<'static>, u64) -> Given;
#[cfg(target_arch = "aarch64")]
type One = unsafe extern "C" fn(*const u64, *const Text<'static>, u64) -> Given;

const SHAPE: Shape = Shape {
    name: "one",
    params: 3,
    results: 2,
};

/// A function of so many words that gives so many.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) params: usize,
    pub(crate) results: usize,
}

/// One function of machine code. It owns its pages, and what they point at.
pub(crate) struct Compiled {
    address: *const u8,
    module: Option<JITModule>,
    /// Texts and patterns that the code names by their addresses.
    _constants: Constants,
}

/// Writes the body of a function of a form.
type Body = fn(FunctionBuilder<'_>, TargetFrontendConfig, &Form, &mut Constants) -> Option<()>;

// SAFETY: the pages and constants are written before the value exists, and only read after; functions keep no state.
unsafe impl Send for Compiled {}
// SAFETY: as above.
unsafe impl Sync for Compiled {}

impl Compiled {
    /// Makes code; `None` where the form gives a text, or the machine or its owner allow no new code.
    pub(crate) fn new(form: &Form, shape: &Shape, body: Body) -> Option<Self> {
        if matches!(form.answer, Answer::Text(_)) {
            return None;
        }
        let mut flags = settings::builder();
        flags.set("opt_level", "speed").ok()?;
        flags.set("is_pic", "false").ok()?;
        flags.set("use_colocated_libcalls", "false").ok()?;
        let verifies = if cfg!(debug_assertions) {
            "true"
        } else {
            "false"
        };
        flags.set("enable_verifier", verifies).ok()?;
        let isa = cranelift_native::builder().ok()?;
        let isa = isa.finish(settings::Flags::new(flags)).ok()?;
        let builder = JITBuilder::with_isa(isa, default_libcall_names());
        // Owned from here on, so that its pages are freed on every way out.
        let mut compiled = Self {
            address: std::ptr::null(),
            module: Some(JITModule::new(builder)),
            _constants: Constants::default(),
        };
        let module = compiled.module.as_mut()?;
        let constants = &mut compiled._constants;
        let id = define(module, shape, |builder, config| {
            body(builder, config, form, constants)
        })?;
        module.finalize_definitions().ok()?;
        compiled.address = module.get_finalized_function(id);
        Some(compiled)
    }

    pub(crate) fn address(&self) -> *const u8 {
        self.address
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            // SAFETY: no address of its code has left it, or the owner of those that have is gone with it.
            unsafe { module.free_memory() };
        }
    }
}

fn define(
    module: &mut JITModule,
    shape: &Shape,
    body: impl FnOnce(FunctionBuilder<'_>, TargetFrontendConfig) -> Option<()>,
) -> Option<cranelift_module::FuncId> {
    let mut signature = Signature::new(CallConv::SystemV);
    signature.params = vec![AbiParam::new(types::I64); shape.params];
    signature.returns = vec![AbiParam::new(types::I64); shape.results];
    let id = module.declare_function(shape.name, Linkage::Local, &signature);
    let id = id.ok()?;
    let mut context = module.make_context();
    context.func.signature = signature;
    let mut functions = FunctionBuilderContext::new();
    let config = module.target_config();
    body(
        FunctionBuilder::new(&mut context.func, &mut functions),
        config,
    )?;
    module.define_function(id, &mut context).ok()?;
    Some(id)
}

/// Code of a form for one row.
pub(crate) struct RowCode {
    form: Arc<Form>,
    one: One,
    /// How many numbers and texts a row must have at least.
    width: (usize, usize),
    /// What the address is of.
    _compiled: Compiled,
}

impl RowCode {
    /// Makes code; `None` where the form gives a text, or the machine or its owner allow no new code.
    pub(crate) fn new(form: Arc<Form>) -> Option<Self> {
        let compiled = Compiled::new(&form, &SHAPE, emit::one)?;
        // SAFETY: it was defined with parameters and results of these types and this calling convention; it lives until the
        // value is dropped that this one owns.
        let one = unsafe { mem::transmute::<*const u8, One>(compiled.address()) };
        Some(Self {
            width: form.width,
            form,
            one,
            _compiled: compiled,
        })
    }

    /// The answer for a row.
    #[inline]
    pub(crate) fn evaluate<'t>(&'t self, row: &Row<'_, 't>) -> Outcome<'t> {
        match self.bits(row) {
            Some(bits) => Ok(Raw::Bits(bits)),
            None => self.again(*row),
        }
    }

    /// The bits of the answer, in registers; `None` where something went wrong, of which [`RowCode::evaluate`] says what.
    #[inline]
    pub(crate) fn bits(&self, row: &Row<'_, '_>) -> Option<u64> {
        let (numbers, texts) = self.width;
        if row.numbers.len() < numbers || row.texts.len() < texts {
            return None;
        }
        // SAFETY: the code reads numbers and texts up to the highest input that is one, which were just compared with what is
        // there; it writes nothing.
        let given =
            unsafe { (self.one)(row.numbers.as_ptr(), row.texts.as_ptr().cast(), row.absent) };
        (given.bad == 0).then_some(given.bits)
    }

    /// By the form, which says what went wrong.
    #[cold]
    fn again<'t>(&'t self, row: Row<'_, 't>) -> Outcome<'t> {
        self.form.evaluate(&row)
    }
}
