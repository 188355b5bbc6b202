//! `allow CODE because "why"`: a finding that is accepted where it stands.

use crate::check::kind::errors;
use crate::check::{Body, Stage};
use crate::diag::{Gate, code};
use crate::syntax::ast::Decl;
use crate::types::Type;

pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    let name = &decl.head.name;
    match code::find(&name.name).map(|it| it.gate) {
        None => body.report(errors::unknown_code(name.span, &name.name)),
        Some(gate @ (Gate::Decode | Gate::Admission)) => {
            body.report(errors::not_allowable(name.span, &name.name, gate));
        }
        Some(Gate::Controller | Gate::Run | Gate::None) => {}
    }
    match &decl.because {
        None => body.report(errors::allow_without_reason(name.span, &name.name)),
        Some(why) => {
            body.check_by(why, &Type::string(), Stage::Compile, "the reason");
        }
    }
}
