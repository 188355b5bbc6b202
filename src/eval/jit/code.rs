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

use crate::eval::batch::{self, Columns, Data, Values};
use crate::eval::form::row::{Outcome, Raw, Row};
use crate::eval::form::{Answer, Fault, Form, Text};
use crate::eval::jit::emit::Constants;
use crate::eval::jit::{emit, lanes, rows};

/// What code for one row gives: the bits of the answer, and whether they count.
#[repr(C)]
struct Given {
    bits: u64,
    bad: u64,
}

#[cfg(target_arch = "x86_64")]
type One = unsafe extern "sysv64" fn(*const u64, *const Text<'static>, u64) -> Given;
#[cfg(target_arch = "aarch64")]
type One = unsafe extern "C" fn(*const u64, *const Text<'static>, u64) -> Given;

/// Columns, their marks of presence, first row, row behind the last, answers; the row at which it stopped.
#[cfg(target_arch = "x86_64")]
type Rows = unsafe extern "sysv64" fn(*const *const u8, *const *const u8, u64, u64, *mut u8) -> u64;
#[cfg(target_arch = "aarch64")]
type Rows = unsafe extern "C" fn(*const *const u8, *const *const u8, u64, u64, *mut u8) -> u64;

/// Code of a form. It owns its pages, and what they point at.
pub(crate) struct Code {
    form: Arc<Form>,
    one: One,
    rows: Rows,
    /// How many numbers and texts a row must have at least.
    width: (usize, usize),
    module: Option<JITModule>,
    /// Texts and patterns that the code names by their addresses.
    _constants: Constants,
}

// SAFETY: the pages and constants are written before the value exists, and only read after; functions keep no state.
unsafe impl Send for Code {}
// SAFETY: as above.
unsafe impl Sync for Code {}

/// Rows that are done by the form when code stops at one of them: it may have failed, or those beside it that are computed at once.
const STRIDE: usize = lanes::ROWS;

impl Code {
    /// Makes code; `None` where the form gives a text, or the machine or its owner allow no new code.
    pub(crate) fn new(form: Arc<Form>) -> Option<Self> {
        if matches!(form.answer, Answer::Text(_)) {
            return None;
        }
        let mut flags = settings::builder();
        flags.set("opt_level", "speed").ok()?;
        flags.set("is_pic", "false").ok()?;
        flags.set("use_colocated_libcalls", "false").ok()?;
        flags
            .set(
                "enable_verifier",
                if cfg!(debug_assertions) {
                    "true"
                } else {
                    "false"
                },
            )
            .ok()?;
        let isa = cranelift_native::builder().ok()?;
        let isa = isa.finish(settings::Flags::new(flags)).ok()?;
        let builder = JITBuilder::with_isa(isa, default_libcall_names());
        // Owned from here on, so that its pages are freed on every way out.
        let mut pages = Pages(Some(JITModule::new(builder)));
        let module = pages.0.as_mut()?;
        let mut constants = Constants::default();
        let one = define(module, "one", 3, 2, |builder, config| {
            emit::one(builder, config, &form, &mut constants)
        })?;
        let rows = define(module, "rows", 5, 1, |builder, config| {
            rows::emit(builder, config, &form, &mut constants)
        })?;
        module.finalize_definitions().ok()?;
        let (one, rows) = (
            module.get_finalized_function(one),
            module.get_finalized_function(rows),
        );
        // SAFETY: both were defined above with parameters and results of these types and this calling convention; they live
        // until `drop` frees the module, which this value owns.
        let (one, rows) = unsafe {
            (
                mem::transmute::<*const u8, One>(one),
                mem::transmute::<*const u8, Rows>(rows),
            )
        };
        Some(Self {
            width: form.width,
            form,
            one,
            rows,
            module: pages.0.take(),
            _constants: constants,
        })
    }

    /// The answer for a row.
    #[inline]
    pub(crate) fn evaluate<'t>(&'t self, row: &Row<'_, 't>) -> Outcome<'t> {
        let (numbers, texts) = self.width;
        if row.numbers.len() < numbers || row.texts.len() < texts {
            return self.again(row);
        }
        // SAFETY: the code reads numbers and texts up to the highest input that is one, which were just compared with what is
        // there; it writes nothing.
        let given =
            unsafe { (self.one)(row.numbers.as_ptr(), row.texts.as_ptr().cast(), row.absent) };
        if given.bad == 0 {
            return Ok(Raw::Bits(given.bits));
        }
        self.again(row)
    }

    /// By the form, which says what went wrong.
    #[cold]
    fn again<'t>(&'t self, row: &Row<'_, 't>) -> Outcome<'t> {
        self.form.evaluate(row)
    }

    /// The answers of all rows; those that failed are given to `fail`, in their order.
    pub(crate) fn evaluate_all<'t>(
        &'t self,
        columns: &Columns<'_, 't>,
        out: &mut Values<'t>,
        fail: &mut dyn FnMut(usize, Fault),
    ) {
        let form = &*self.form;
        let Some(pointers) = self.pointers(columns, out) else {
            batch::row_by_row(form, columns, 0..columns.rows, (out, 0), fail);
            return;
        };
        let mut row = 0;
        while row < columns.rows {
            let present = pointers.whole_until(columns, form.needed, row);
            if present > row {
                // SAFETY: `pointers` holds for each column of the form an array of the type that the code reads from it, of
                // at least `columns.rows` elements, and `out` as many of the answer's type; no row is at or past `present`.
                let stopped = unsafe {
                    (self.rows)(
                        pointers.data.as_ptr(),
                        pointers.present.as_ptr(),
                        row as u64,
                        present as u64,
                        pointers.out,
                    )
                };
                row = usize::try_from(stopped).unwrap_or(columns.rows);
            }
            if row < columns.rows {
                let end = columns.rows.min(row + STRIDE);
                batch::row_by_row(form, columns, row..end, (out, row), fail);
                row = end;
            }
        }
    }

    /// Where the columns are; `None` where one is missing, too short, or not of its input's kind.
    fn pointers(&self, columns: &Columns<'_, '_>, out: &mut Values<'_>) -> Option<Pointers> {
        use crate::eval::form::Family;
        let mut pointers = Pointers {
            data: Vec::new(),
            present: Vec::new(),
            out: match (&self.form.answer, out) {
                (Answer::Bool(_), Values::Bools(all)) if all.len() >= columns.rows => {
                    all.as_mut_ptr()
                }
                (Answer::Int(_), Values::Ints(all)) if all.len() >= columns.rows => {
                    all.as_mut_ptr().cast()
                }
                (Answer::Float(_), Values::Floats(all)) if all.len() >= columns.rows => {
                    all.as_mut_ptr().cast()
                }
                _ => return None,
            },
            ones: Vec::new(),
        };
        let is_whole = |(input, column): (&crate::eval::form::Input, &batch::Column<'_, '_>)| {
            input.optional && column.present.is_none()
        };
        if self.form.inputs.iter().zip(&columns.all).any(is_whole) {
            pointers.ones = vec![1; columns.rows];
        }
        for (slot, input) in self.form.inputs.iter().enumerate() {
            let column = columns.all.get(slot)?;
            let (data, length): (*const u8, usize) = match (input.kind.family(), column.data) {
                (Family::Bool, Data::Bools(all)) => (all.as_ptr(), all.len()),
                (Family::Int, Data::Ints(all)) => (all.as_ptr().cast(), all.len()),
                (Family::Float, Data::Floats(all)) => (all.as_ptr().cast(), all.len()),
                (Family::Text, Data::Texts(all)) => (all.as_ptr().cast(), all.len()),
                _ => return None,
            };
            let present = column.present.unwrap_or(&pointers.ones);
            let is_short =
                present.len() < columns.rows && (input.optional || column.present.is_some());
            if length < columns.rows || is_short {
                return None;
            }
            pointers.data.push(data);
            pointers.present.push(present.as_ptr());
        }
        Some(pointers)
    }
}

/// Addresses of columns, as code takes them.
struct Pointers {
    data: Vec<*const u8>,
    present: Vec<*const u8>,
    out: *mut u8,
    /// Marks for columns of which no value is missing; the vector's own memory does not move.
    ones: Vec<u8>,
}

impl Pointers {
    /// The first row from `row` on that lacks an input which must be there.
    fn whole_until(&self, columns: &Columns<'_, '_>, needed: u64, row: usize) -> usize {
        let mut end = columns.rows;
        for (slot, column) in columns.all.iter().enumerate() {
            if needed >> slot & 1 == 1
                && let Some(present) = column.present
                && let Some(part) = present.get(row..end)
                && let Some(at) = part.iter().position(|it| *it == 0)
            {
                end = row + at;
            }
        }
        end
    }
}

/// Pages of a module that is not finished.
struct Pages(Option<JITModule>);

impl Drop for Pages {
    fn drop(&mut self) {
        if let Some(module) = self.0.take() {
            // SAFETY: no address of its code has left it, or the owner of those that have is gone.
            unsafe { module.free_memory() };
        }
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        drop(Pages(self.module.take()));
    }
}

/// Defines a function of so many words that gives so many.
fn define(
    module: &mut JITModule,
    name: &str,
    params: usize,
    results: usize,
    body: impl FnOnce(FunctionBuilder<'_>, TargetFrontendConfig) -> Option<()>,
) -> Option<cranelift_module::FuncId> {
    let mut signature = Signature::new(CallConv::SystemV);
    signature.params = vec![AbiParam::new(types::I64); params];
    signature.returns = vec![AbiParam::new(types::I64); results];
    let id = module.declare_function(name, Linkage::Local, &signature);
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
    module.clear_context(&mut context);
    Some(id)
}
