//! `resource Kind name { … }`: any object of Kubernetes, as its API has it. Where a published schema describes the kind, its fields
//! are checked against it.

use std::sync::Arc;

use crate::base::Name;
use crate::check::fields::Fields;
use crate::check::kind::block::Place;
use crate::check::kind::{errors, groups};
use crate::check::{Body, Stage};
use crate::schema::{self, KindSchema};
use crate::syntax::ast::{Block, Decl, Field, MemberKind};
use crate::types::{FieldType, ObjectType, RecordType, Type};

/// Fields of an object that are not written so: its kind stands before its name, and nobody but a controller says its status.
const NOT_WRITTEN: &[&str] = &["kind", "status"];

pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    if decl.subject.is_none() {
        body.report(errors::missing_subject(decl.head.name.span));
    }
    let Some(mut place) = Place::new(body, "resource", &decl.head.name) else {
        return;
    };
    let known = known_kind(body, decl);
    let record = known
        .and_then(|it| it.object())
        .map(|it| record_of(ObjectType::new(it)));
    if let Some(record) = &record {
        place.record = Arc::clone(record);
    }
    if decl.is_extern {
        place.mode = Fields::Amend;
    }
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
    let typed = record.is_some();
    place.fields(body, decl.block.as_ref(), &mut |body, field| {
        let before = body.set_latest(Stage::Compile);
        if typed {
            body.field_of(field, &place.record, &place.what, Fields::Whole);
        } else {
            body.field_value(field, &untyped(field), Fields::Whole);
        }
        let what = format!("`{}`", field.key.name);
        body.known_by(&field.value, Stage::Compile, &what);
        body.set_latest(before);
        true
    });
    body.pop_scope();
}

/// The schema of the kind, by the `apiVersion` that is stated or that the kind alone means. A version that its group does not have
/// is reported.
fn known_kind(body: &mut Body<'_, '_>, decl: &Decl) -> Option<KindSchema> {
    let kind = decl.subject.as_ref()?;
    let Some(stated) = api_version(decl.block.as_ref()) else {
        return schema::only_kind(&kind.name);
    };
    let text = stated.value.plain_text()?;
    let found = schema::find(&text, &kind.name);
    let all = schema::kinds_called(&kind.name);
    let group = text.rsplit_once('/').map_or("", |it| it.0);
    if found.is_none() && all.iter().any(|it| it.group() == group) {
        let versions: Vec<&str> = all.iter().map(|it| it.api_version).collect();
        let found = errors::unknown_version(stated.value.span, &text, &kind.name, &versions);
        body.report(found);
    }
    found
}

fn api_version(block: Option<&Block>) -> Option<&Field> {
    let mut fields = block?.members.iter().filter_map(|it| {
        if let MemberKind::Field(field) = &it.kind {
            Some(field)
        } else {
            None
        }
    });
    fields.find(|it| it.key.name == "apiVersion")
}

/// The fields of the object, and those that stand for parts of its metadata.
fn record_of(object: ObjectType) -> Arc<RecordType> {
    let record = object.record();
    let own = |name: &'static str, ty: Type| {
        let ty = Type::Optional(Box::new(ty));
        (Name::new_static(name), FieldType::new(ty))
    };
    let texts = || Type::Map(Box::new(Type::string()));
    let mut fields = record.fields.clone();
    // Written from the head of the declaration.
    for name in ["apiVersion", "metadata"] {
        if let Some(field) = fields.get_mut(name) {
            field.ty = field.ty.clone().optional();
        }
    }
    NOT_WRITTEN.iter().for_each(|it| {
        fields.shift_remove(*it);
    });
    fields.extend([
        own("name", Type::string()),
        own("namespace", Type::string()),
        own("labels", texts()),
        own("annotations", texts()),
        own("file", Type::string()),
    ]);
    Arc::new(RecordType {
        name: record.name.clone(),
        fields,
    })
}

/// The type of a field of a kind that no schema describes.
fn untyped(field: &Field) -> Type {
    match field.key.name.as_str() {
        "apiVersion" | "name" | "namespace" | "file" => Type::string(),
        "labels" | "annotations" => Type::Map(Box::new(Type::string())),
        _ => Type::Json,
    }
}
