//! Machine code for forms, on machines for which it can be made. The only home of `unsafe`.
//!
//! Code computes an answer and whether anything went wrong on the way there; what, the form says, evaluated once more row by
//! row. A form reads parameters and nothing else, so that no secret is ever in machine code or near it.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod code;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[path = "jit/none.rs"]
mod code;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod emit;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod lanes;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod operations;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod rows;
mod text;

pub(crate) use code::Code;
pub(crate) use text::Text;
