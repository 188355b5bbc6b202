//! `resource Kind name { … }`: any object of Kubernetes, as its API has it.

use crate::check::fields::Fields;
use crate::check::kind::block::Place;
use crate::check::kind::{errors, groups};
use crate::check::{Body, Stage};
use crate::syntax::ast::{Decl, MemberKind};
use crate::types::Type;

pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    if decl.subject.is_none() {
        body.report(errors::missing_subject(decl.head.name.span));
    }
    let Some(place) = Place::new(body, "resource", &decl.head.name) else {
        return;
    };
    if let Some(block) = &decl.block {
        for member in &block.members {
            match &member.kind {
                MemberKind::Field(_) | MemberKind::Let(_) | MemberKind::Error => {}
                MemberKind::Binding(_)
                | MemberKind::Amend(_)
                | MemberKind::Assert(_)
                | MemberKind::Decl(_) => {
                    body.stray_member(member, &place.what, &place.record);
                }
            }
        }
    }
    body.push_scope();
    groups::bind_env(body);
    place.fields(body, decl.block.as_ref(), &mut |body, field| {
        let ty = match field.key.name.as_str() {
            "apiVersion" | "name" | "namespace" | "file" => Type::string(),
            "labels" | "annotations" => Type::Map(Box::new(Type::string())),
            _ => Type::Json,
        };
        let before = body.set_latest(Stage::Compile);
        body.field_value(field, &ty, Fields::Whole);
        let what = format!("`{}`", field.key.name);
        body.known_by(&field.value, Stage::Compile, &what);
        body.set_latest(before);
        true
    });
    body.pop_scope();
}
