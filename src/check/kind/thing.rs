//! Declared things whose block is a record of the prelude and no more: image, repository, app, cluster, gitops.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::check::kind::block::Place;
use crate::check::kind::{errors, groups};
use crate::check::{Body, Checker, Meaning, Signature};
use crate::resolve::ItemId;
use crate::schema::kinds::Namespace;
use crate::syntax::ast::{Base, Decl, Init, ItemKind};
use crate::types::{FieldType, Form, ThingType, Type};

/// What may stand after the dot of a thing, by its kind; the type of each is that of the field in its block.
fn readable(kind: &str) -> &'static [&'static str] {
    match kind {
        "image" => &["repository"],
        "repository" => &["url", "branch", "forge"],
        "cluster" => &["server", "context"],
        "env" => &["namespace"],
        _ => &[],
    }
}

/// Anything of a kind: what may stand after its dot.
pub(crate) fn anything(checker: &mut Checker<'_>, kind: &str) -> ThingType {
    let record = crate::schema::kinds::find(kind).and_then(|it| it.body);
    let record = record
        .map(|it| checker.prelude_record(it))
        .unwrap_or_default();
    let mut fields = IndexMap::new();
    fields.insert(
        Name::new_static("name"),
        FieldType::new(Type::form(Form::Name)),
    );
    for name in readable(kind) {
        if let Some(field) = record.fields.get(*name) {
            let ty = FieldType::new(field.ty.without_none().clone());
            fields.insert(Name::new_static(name), ty);
        }
    }
    if kind == "env" {
        let cluster = anything(checker, "cluster");
        let ty = Type::Thing(Arc::new(cluster));
        fields.insert(Name::new_static("cluster"), FieldType::new(ty));
    }
    ThingType {
        kind: Name::new(kind),
        name: None,
        fields,
    }
}

pub(crate) fn signature(body: &mut Body<'_, '_>, decl: &Decl) -> Signature {
    Signature::Thing(Arc::new(of(body, decl)))
}

/// The type of a declared thing.
pub(crate) fn of(body: &mut Body<'_, '_>, decl: &Decl) -> ThingType {
    ThingType {
        name: Some(decl.head.name.name.clone()),
        ..anything(body.checker, &decl.kind.name)
    }
}

/// Kinds that an environment is a parameter of.
const DEPLOYED: &[&str] = &["app", "secret", "resource"];

pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    body_with(body, decl, &mut |_, _| false);
}

/// The block of a thing; `special` takes over fields that need more than their type.
pub(crate) fn body_with(
    body: &mut Body<'_, '_>,
    decl: &Decl,
    special: &mut dyn FnMut(&mut Body<'_, '_>, &crate::syntax::ast::Field) -> bool,
) {
    let Some(mut place) = Place::new(body, &decl.kind.name, &decl.head.name) else {
        return;
    };
    match &decl.init {
        Some(Init::Base(it)) => {
            based(body, decl, it);
            place = place.amending();
        }
        Some(Init::Literal(it)) => {
            body.report(errors::not_supported(it.span, "a literal here"));
        }
        None => {}
    }
    if decl.is_extern {
        place = place.amending();
    }
    let parts = place.parts(body, decl.block.as_ref());
    body.push_scope();
    if DEPLOYED.contains(&place.kind.name) {
        groups::bind_env(body);
    }
    place.fields(body, decl.block.as_ref(), special);
    for (it, _) in &parts.decls {
        crate::check::kind::declaration(body, it, place.kind.name);
    }
    body.pop_scope();
}

/// `KIND name = base`: the base must be of the same kind.
pub(crate) fn based(body: &mut Body<'_, '_>, decl: &Decl, base: &Base) -> Option<ItemId> {
    let kind = decl.kind.name.as_str();
    let [word] = base.path.as_slice() else {
        body.report(errors::not_supported(base.span, "a part of an instance"));
        return None;
    };
    if let Some(first) = base.args.iter().flatten().next() {
        body.report(errors::no_arguments(first.span, kind));
    }
    let Some(id) = find(body, kind, &word.name) else {
        if body.may_be_lost(&word.name) {
            return None;
        }
        let names = names_of(body, kind);
        let near = crate::base::spelling::nearest(&word.name, names.iter().map(Name::as_str));
        body.report(errors::unknown_base(word.span, &word.name, kind, near));
        return None;
    };
    let is = body.checker.item(id).and_then(|it| match &it.tree.kind {
        ItemKind::Decl(it) => Some(it.kind.name.as_str()),
        ItemKind::Import(_)
        | ItemKind::Let(_)
        | ItemKind::Fn(_)
        | ItemKind::Type(_)
        | ItemKind::Error => None,
    });
    if is != Some(kind) {
        let is = is.unwrap_or("value").to_owned();
        body.report(errors::other_kind(word.span, &word.name, &is, kind));
        return None;
    }
    body.record_meaning(base.id, Meaning::Item(id));
    body.checker.note_base(body.item, id);
    Some(id)
}

/// An item by its name, in the namespace of its kind.
pub(crate) fn find(body: &Body<'_, '_>, kind: &str, name: &Name) -> Option<ItemId> {
    let program = body.checker.program;
    let namespace = crate::schema::kinds::find(kind)?.namespace;
    match namespace {
        Namespace::Value | Namespace::Callable => program.find(body.package, namespace, name),
        Namespace::Own => {
            let package = program.package(body.package)?;
            package.own.get(&(Name::new(kind), name.clone())).copied()
        }
    }
}

/// The names of all declarations of a kind.
pub(crate) fn names_of(body: &Body<'_, '_>, kind: &str) -> Vec<Name> {
    let items = body.checker.program.items.iter();
    let here = items.filter(|it| it.package == body.package);
    let named = here.filter_map(|it| {
        let ItemKind::Decl(decl) = &it.tree.kind else {
            return None;
        };
        (decl.kind.name == kind).then(|| decl.head.name.name.clone())
    });
    named.collect()
}
