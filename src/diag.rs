//! Diagnostics: what a phase has to say about the program, and how people and machines read it.

pub(crate) mod code;
pub(crate) mod diagnostic;
pub(crate) mod explain;
pub(crate) mod mend;
pub(crate) mod render;
pub(crate) mod sink;

pub use code::{Code, Gate, Severity};
pub use diagnostic::{Diagnostic, Edit, Fix, Label};
pub(crate) use sink::Sink;
