//! Environments: what is declared is amended there, and what exists only there is declared.

use std::sync::Arc;

use crate::base::{Name, spelling};
use crate::check::kind::block::{Parts, Place, unique};
use crate::check::kind::{self, analysis, errors, groups, secret, thing};
use crate::check::{Body, Meaning, Signature, Stage};
use crate::resolve::ItemId;
use crate::schema::kinds::{self, Namespace};
use crate::syntax::ast::{Amend, Decl, ExprKind, Field, Init, ItemKind};
use crate::types::Type;

/// Kinds that an environment can amend.
const AMENDED: &[&str] = &["image", "secret", "app", "analysis"];

pub(crate) fn signature(body: &mut Body<'_, '_>, decl: &Decl) -> Signature {
    thing::signature(body, decl)
}

pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    let Some(mut place) = Place::new(body, "env", &decl.head.name) else {
        return;
    };
    place.amends = true;
    match &decl.init {
        Some(Init::Base(it)) => {
            thing::based(body, decl, it);
            place = place.amending();
        }
        Some(Init::Literal(it)) => {
            body.report(errors::not_supported(it.span, "a literal here"));
        }
        None => {}
    }
    let parts = place.parts(body, decl.block.as_ref());
    body.push_scope();
    groups::bind_env(body);
    bind(body, &parts);
    place.fields(body, decl.block.as_ref(), &mut taken_away);
    unique(body, parts.amends.iter().map(|it| &it.name));
    for it in &parts.amends {
        amend(body, it, &parts);
    }
    for (it, _) in &parts.decls {
        kind::declaration(body, it, "env");
    }
    body.pop_scope();
}

/// Binds what is declared in the environment alone.
fn bind(body: &mut Body<'_, '_>, parts: &Parts<'_>) {
    let mut first = unique(body, parts.of("app").map(|it| &it.head.name));
    first.extend(unique(body, parts.of("secret").map(|it| &it.head.name)));
    for (decl, _) in &parts.decls {
        let ty = match decl.kind.name.as_str() {
            "secret" => secret::of(body, decl),
            "app" => thing::of(body, decl),
            "analysis" => {
                body.report(errors::not_supported(
                    decl.kind.span,
                    "an `analysis` of one environment",
                ));
                continue;
            }
            _ => continue,
        };
        if first.contains(&decl.head.name.id) {
            body.bind(&decl.head.name, Type::Thing(Arc::new(ty)), Stage::Compile);
        }
    }
}

/// `debug-tool: none` takes a declared thing away.
fn taken_away(body: &mut Body<'_, '_>, field: &Field) -> bool {
    let key = &field.key;
    let known = body.checker.prelude_record("EnvBody");
    if known.fields.contains_key(&key.name) {
        return false;
    }
    let none = matches!(field.value.peeled().kind, ExprKind::None);
    match declared(body, &key.name) {
        Some((_, kind)) if AMENDED.contains(&kind) => {
            if !none {
                body.report(errors::only_none(key.span, &key.name));
                body.infer(&field.value);
            } else if kind != "app" {
                let what = format!("taking away {}", errors::block(kind));
                body.report(errors::not_supported(key.span, &what));
            }
            true
        }
        None if none => {
            let names = amendable(body);
            let near = spelling::nearest(&key.name, names.iter().map(Name::as_str));
            body.report(errors::override_unknown(key.span, &key.name, near));
            true
        }
        Some(_) | None => false,
    }
}

/// A declared thing of that name with its kind.
fn declared<'p>(body: &Body<'_, 'p>, name: &Name) -> Option<(ItemId, &'p str)> {
    let program: &'p _ = body.checker.program;
    let value = program.find(body.package, Namespace::Value, name);
    let id = value.or_else(|| program.find(body.package, Namespace::Callable, name))?;
    match &program.item(id)?.tree.kind {
        ItemKind::Decl(it) => Some((id, it.kind.name.as_str())),
        _ => None,
    }
}

/// The names of all that can be amended.
fn amendable(body: &Body<'_, '_>) -> Vec<Name> {
    let kinds = AMENDED.iter();
    kinds.flat_map(|it| thing::names_of(body, it)).collect()
}

/// `wudi-app { replicas: 1 }`
fn amend(body: &mut Body<'_, '_>, amend: &Amend, parts: &Parts<'_>) {
    let name = &amend.name;
    if parts
        .decls
        .iter()
        .any(|(it, _)| it.head.name.name == name.name)
    {
        return body.report(errors::amends_own(name.span, &name.name));
    }
    let Some((id, kind)) = declared(body, &name.name) else {
        let names = amendable(body);
        let near = spelling::nearest(&name.name, names.iter().map(Name::as_str));
        return body.report(errors::override_unknown(name.span, &name.name, near));
    };
    if !AMENDED.contains(&kind) {
        return body.report(errors::cannot_amend(name.span, &name.name, kind));
    }
    body.record_meaning(name.id, Meaning::Item(id));
    if kind == "analysis" {
        return analysis::amended(body, amend, id);
    }
    if kinds::find(kind).is_none_or(|it| !it.supported) {
        return;
    }
    let Some(place) = Place::new(body, kind, name) else {
        return;
    };
    let place = place.amending();
    place.parts(body, Some(&amend.block));
    place.fields(body, Some(&amend.block), &mut |_, _| false);
}
