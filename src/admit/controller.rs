//! The rules of the controllers: what objects say to one another; and what neither webhook nor controller sees although it is
//! wrong.

use crate::admit::{Context, Object};
use crate::diag::Sink;

/// Judges one object together with those that it refers to.
pub(crate) fn object(_ctx: &Context<'_>, _object: &Object, _sink: &mut Sink) {}
