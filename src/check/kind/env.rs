//! Environments: what is declared is amended there, and what exists only there is declared.

use std::sync::Arc;

use crate::base::{Name, spelling};
use crate::check::kind::block::{Parts, Place, unique};
use crate::check::kind::{self, analysis, errors, groups, secret, thing};
use crate::check::scope::Bound;
use crate::check::{Body, Meaning, Signature, Stage};
use crate::resolve::ItemId;
use crate::schema::kinds::{self, Namespace};
use crate::syntax::ast::{Amend, Decl, ExprKind, Field, Init, ItemKind, MemberKind};
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
    let mut below = Vec::new();
    match &decl.init {
        Some(Init::Base(it)) => {
            if let Some(id) = thing::based(body, decl, it) {
                below = taken_over(body, id);
            }
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
    bind_below(body, &below);
    bind(body, &parts);
    let mut special = |body: &mut Body<'_, '_>, field: &Field| taken_away(body, field, &below);
    place.fields(body, decl.block.as_ref(), &mut special);
    unique(body, parts.amends.iter().map(|it| &it.name));
    for it in &parts.amends {
        amend(body, it, &parts, &below);
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

/// What the environment that one is made from declares, with the item that it stands in.
type Below<'p> = Vec<(ItemId, &'p Decl)>;

/// Apps and secrets that an environment declares, and those that it takes over itself.
fn taken_over<'p>(body: &Body<'_, 'p>, id: ItemId) -> Below<'p> {
    let program: &'p _ = body.checker.program;
    let mut found: Below<'p> = Vec::new();
    let mut seen = Vec::new();
    let mut at = Some(id);
    while let Some(id) = at.take().filter(|it| !seen.contains(it)) {
        seen.push(id);
        let Some(ItemKind::Decl(decl)) = program.item(id).map(|it| &it.tree.kind) else {
            break;
        };
        for member in decl.block.iter().flat_map(|it| &it.members) {
            if let MemberKind::Decl(it) = &member.kind
                && matches!(it.kind.name.as_str(), "app" | "secret")
            {
                found.push((id, &**it));
            }
        }
        if let Some(Init::Base(base)) = &decl.init
            && let [word] = base.path.as_slice()
        {
            at = thing::find(body, "env", &word.name);
        }
    }
    found
}

fn bind_below(body: &mut Body<'_, '_>, below: &Below<'_>) {
    for (item, decl) in below.iter().rev() {
        let ty = match decl.kind.name.as_str() {
            "secret" => secret::of(body, decl),
            _ => thing::of(body, decl),
        };
        let bound = Bound {
            ty: Type::Thing(Arc::new(ty)),
            stage: Stage::Compile,
            meaning: Meaning::Bound(*item, decl.head.name.id),
            span: None,
            rivals: Vec::new(),
            hidden: None,
        };
        body.scopes.bind(decl.head.name.name.clone(), bound);
    }
}

/// `debug-tool: none` takes a declared thing away.
fn taken_away(body: &mut Body<'_, '_>, field: &Field, below: &Below<'_>) -> bool {
    let key = &field.key;
    let taken_over = below.iter().any(|(_, it)| it.head.name.name == key.name);
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
        None if none && taken_over => true,
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
    let ItemKind::Decl(decl) = &program.item(id)?.tree.kind else {
        return None;
    };
    Some((id, decl.kind.name.as_str()))
}

/// The names of all that can be amended.
fn amendable(body: &Body<'_, '_>) -> Vec<Name> {
    let kinds = AMENDED.iter();
    kinds.flat_map(|it| thing::names_of(body, it)).collect()
}

/// `wudi-app { replicas: 1 }`
fn amend(body: &mut Body<'_, '_>, amend: &Amend, parts: &Parts<'_>, below: &Below<'_>) {
    let name = &amend.name;
    if parts
        .decls
        .iter()
        .any(|(it, _)| it.head.name.name == name.name)
    {
        return body.report(errors::amends_own(name.span, &name.name));
    }
    let inner = below.iter().find(|(_, it)| it.head.name.name == name.name);
    if let Some((_, decl)) = inner {
        return amended(body, amend, &decl.kind.name);
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
    amended(body, amend, kind);
}

/// The fields laid over a thing of that kind.
fn amended(body: &mut Body<'_, '_>, amend: &Amend, kind: &str) {
    let Some(place) = Place::new(body, kind, &amend.name) else {
        return;
    };
    let place = place.amending();
    place.parts(body, Some(&amend.block));
    place.fields(body, Some(&amend.block), &mut |_, _| false);
}
