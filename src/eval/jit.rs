//! Machine code for forms, on machines for which it can be made. The only home of `unsafe`.
//!
//! Code computes an answer and whether anything went wrong on the way there; what, the form says, evaluated once more row by
//! row. A form reads parameters and nothing else, so that no secret is ever in machine code or near it.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod code;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod columns;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod emit;
#[cfg(all(test, feature = "arm64"))]
pub(crate) mod foreign;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod lanes;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod none;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod operations;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod rows;
mod text;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) use code::RowCode;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) use columns::ColumnCode;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) use none::{ColumnCode, RowCode};
pub(crate) use text::Text;
