//! What the kinds of declarations mean: their signatures and their blocks, a file per kind.

pub(crate) mod absence;
pub(crate) mod action;
pub(crate) mod allow;
pub(crate) mod analysis;
pub(crate) mod block;
pub(crate) mod callable;
pub(crate) mod embedded;
pub(crate) mod env;
pub(crate) mod errors;
pub(crate) mod event;
pub(crate) mod groups;
pub(crate) mod node;
pub(crate) mod pipeline;
pub(crate) mod resource;
pub(crate) mod run;
pub(crate) mod secret;
pub(crate) mod task;
pub(crate) mod thing;
pub(crate) mod walk;

use crate::check::{Body, Checker, Signature};
use crate::resolve::ItemId;
use crate::schema::kinds::{self, Kind};
use crate::syntax::ast::Decl;
use crate::types::ThingType;

/// How the declarations of a kind are typed.
struct Rules {
    kind: &'static str,
    /// What it is, seen from outside.
    signature: fn(&mut Body<'_, '_>, &Decl) -> Signature,
    /// Its inside.
    body: fn(&mut Body<'_, '_>, &Decl),
}

/// A row for each kind that stands by itself; steps and their like are checked by what holds them.
static RULES: &[Rules] = &[
    rules("task", callable::signature, task::body),
    rules("action", callable::signature, action::body),
    rules("pipeline", callable::signature, pipeline::body),
    rules("run", run::signature, run::body),
    rules("analysis", analysis::signature, analysis::body),
    rules("secret", secret::signature, secret::body),
    rules("env", env::signature, env::body),
    rules("image", thing::signature, thing::body),
    rules("repository", thing::signature, thing::body),
    rules("app", thing::signature, thing::body),
    rules("cluster", thing::signature, thing::body),
    rules("gitops", nothing, thing::body),
    rules("resource", nothing, resource::body),
    rules("allow", nothing, allow::body),
];

const fn rules(
    kind: &'static str,
    signature: fn(&mut Body<'_, '_>, &Decl) -> Signature,
    body: fn(&mut Body<'_, '_>, &Decl),
) -> Rules {
    Rules {
        kind,
        signature,
        body,
    }
}

fn nothing(_: &mut Body<'_, '_>, _: &Decl) -> Signature {
    Signature::None
}

fn rules_of(decl: &Decl) -> Option<&'static Rules> {
    RULES.iter().find(|it| it.kind == decl.kind.name)
}

/// What a declared thing is, seen from outside.
pub(crate) fn signature(checker: &mut Checker<'_>, id: ItemId, decl: &Decl) -> Signature {
    rules_of(decl).map_or(Signature::None, |it| {
        (it.signature)(&mut checker.body_of(id), decl)
    })
}

/// Checks the inside of a declaration.
pub(crate) fn body(checker: &mut Checker<'_>, id: ItemId, decl: &Decl) {
    declaration(&mut checker.body_of(id), decl, "");
}

/// Checks a declaration that stands in a block of that kind; `""` is the file.
pub(crate) fn declaration(body: &mut Body<'_, '_>, decl: &Decl, place: &str) {
    if let Some(kind) = admitted(body, decl, place)
        && let Some(rules) = RULES.iter().find(|it| it.kind == kind.name)
    {
        (rules.body)(body, decl);
    }
}

/// The row of a declaration's kind, if it may stand in that place and this version carries it; else that is reported.
pub(crate) fn admitted(body: &mut Body<'_, '_>, decl: &Decl, place: &str) -> Option<&'static Kind> {
    let word = &decl.kind;
    let Some(kind) = kinds::find(&word.name) else {
        let here = kinds::KINDS.iter().filter(|it| it.places.contains(&place));
        let known: Vec<&'static str> = here.map(|it| it.name).collect();
        body.report(errors::unknown_kind(word.span, &word.name, &known));
        return None;
    };
    if !kind.places.contains(&place) {
        body.report(errors::member_not_allowed(word.span, kind, place));
        return None;
    }
    if !kind.supported {
        let what = format!("a `{}`", kind.name);
        body.report(errors::not_supported(word.span, &what));
        return None;
    }
    parts_of_head(body, kind, decl);
    Some(kind)
}

/// Reports parts of a declaration's head that its kind has no use for.
fn parts_of_head(body: &mut Body<'_, '_>, kind: &'static Kind, decl: &Decl) {
    let name = kind.name;
    let at = decl.head.name.span;
    let mut refuse = |wrong: bool, span, what: &str| {
        if wrong {
            body.report(errors::no_such_part(span, what, name));
        }
    };
    refuse(
        decl.is_extern && !kind.can_be_extern,
        decl.kind.span,
        "`extern`",
    );
    refuse(decl.head.params.is_some() && !kind.params, at, "parameters");
    refuse(decl.results.is_some() && !kind.results, at, "results");
    refuse(decl.head.optional && name != "workspace", at, "`?`");
    if let Some(mode) = &decl.head.mode {
        refuse(name != "workspace", mode.span, "access mode");
    }
    if let Some(subject) = &decl.subject {
        refuse(name != "resource", subject.span, "second name");
    }
    if let Some(because) = &decl.because {
        refuse(name != "allow", because.span, "`because`");
    }
    if decl.init.is_some() && !kind.based {
        let what = format!("a `{name}` made from another");
        body.report(errors::not_supported(at, &what));
    }
}

/// Anything of a kind, for `to: Env`: what may stand after its dot.
pub(crate) fn anything(checker: &mut Checker<'_>, kind: &str) -> ThingType {
    thing::anything(checker, kind)
}
