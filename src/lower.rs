//! Checked tree to plan: defaults filled, amendments laid over, everything computed that is known when compiling.

use crate::check::Checked;
use crate::diag::Sink;
use crate::plan::{Plan, Profile};
use crate::resolve::Program;

/// Lowers a program that was checked without an error.
pub(crate) fn lower(
    _program: &Program,
    _checked: &Checked,
    profile: Profile,
    _sink: &mut Sink,
) -> Plan {
    Plan {
        profile,
        ..Plan::default()
    }
}
