//! Typing: every expression gets a type and a stage, every name its meaning. Results are tables beside the tree, by item and node id.

pub(crate) mod body;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the types and expressions, and refuses the others alike"
)]
pub(crate) mod call;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the types and expressions, and refuses the others alike"
)]
pub(crate) mod checker;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the types and expressions, and refuses the others alike"
)]
pub(crate) mod errors;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the types and expressions, and refuses the others alike"
)]
pub(crate) mod expr;
pub(crate) mod fields;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the types and expressions, and refuses the others alike"
)]
pub(crate) mod item;
pub(crate) mod kind;
pub(crate) mod scope;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the types and expressions, and refuses the others alike"
)]
pub(crate) mod stage;
pub(crate) mod tables;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the types and expressions, and refuses the others alike"
)]
pub(crate) mod ty;

pub(crate) use body::Body;
pub(crate) use checker::Checker;
pub(crate) use tables::{Callable, Checked, Meaning, Signature, Stage, WorkspaceAccess};

use crate::diag::Sink;
use crate::resolve::Program;

/// Types every item of a program; what is wrong is reported once and typed as [`crate::types::Type::Error`].
pub(crate) fn check(program: &Program, sink: &mut Sink) -> Checked {
    let mut checker = Checker::new(program, sink);
    for item in &program.items {
        checker.signature(item.id);
    }
    for item in &program.items {
        item::body(&mut checker, item.id);
    }
    checker.report_cycles();
    checker.finish()
}
