//! `allow CODE because "why"`: a finding that is accepted where it stands.

use crate::check::kind::errors;
use crate::check::{Body, Stage};
use crate::diag::code;
use crate::syntax::ast::Decl;
use crate::types::Type;

pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    let name = &decl.head.name;
    if code::find(&name.name).is_none() {
        body.report(errors::unknown_code(name.span, &name.name));
    }
    match &decl.because {
        None => body.report(errors::allow_without_reason(name.span, &name.name)),
        Some(why) => {
            body.check_by(why, &Type::string(), Stage::Compile, "the reason");
        }
    }
}
