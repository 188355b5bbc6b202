//! Runs: a pipeline or task with its arguments, and the event that starts it.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{Name, Span, spelling};
use crate::check::fields::Fields;
use crate::check::kind::block::{Place, entries};
use crate::check::kind::callable::{self, Written};
use crate::check::kind::event::{self, Trigger};
use crate::check::kind::{embedded, errors, node, walk};
use crate::check::tables::Callable;
use crate::check::{Body, Signature, Stage};
use crate::resolve::ItemId;
use crate::schema::kinds::Namespace;
use crate::syntax::ast::{Base, Decl, Expr, Field, Init, ItemKind, Literal};
use crate::types::{FieldType, FnType, Type};

/// What a run may be made from.
const CALLED: &[&str] = &["pipeline", "task", "run"];

/// A run is called, by runs that are laid over it, as what it runs is.
pub(crate) fn signature(body: &mut Body<'_, '_>, decl: &Decl) -> Signature {
    if let Some(Init::Literal(literal)) = &decl.init {
        let written = Written {
            params: literal.params.as_deref().unwrap_or_default(),
            results: literal.results.as_deref().unwrap_or_default(),
            ..Written::of(decl)
        };
        return Signature::Callable(Arc::new(callable::callable(body, &written)));
    }
    let Some(base) = base_of(decl) else {
        return Signature::None;
    };
    let [word] = base.path.as_slice() else {
        return Signature::None;
    };
    let program = body.checker.program;
    let Some(id) = program.find(body.package, Namespace::Callable, &word.name) else {
        return Signature::None;
    };
    body.checker.note_use(body.item, id);
    match body.checker.signature(id) {
        Signature::Callable(it) if CALLED.contains(&it.kind.as_str()) => {
            let callable = Callable {
                kind: Name::new_static("run"),
                name: decl.head.name.name.clone(),
                function: it.function.clone(),
                results: it.results.clone(),
                workspaces: it.workspaces.clone(),
            };
            Signature::Callable(Arc::new(callable))
        }
        Signature::None | Signature::Value(..) | Signature::Callable(_) => Signature::None,
        Signature::Type(_) | Signature::Thing(_) => Signature::None,
    }
}

fn base_of(decl: &Decl) -> Option<&Base> {
    match &decl.init {
        Some(Init::Base(it)) => Some(it),
        Some(Init::Literal(_)) | None => None,
    }
}

pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    let name = &decl.head.name;
    let Some(mut place) = Place::new(body, "run", name) else {
        return;
    };
    if !chain(body, decl).is_empty() {
        place = place.amending();
    }
    match &decl.init {
        Some(Init::Base(base)) => of_base(body, decl, base, &place),
        Some(Init::Literal(literal)) => of_literal(body, decl, literal, &place),
        None => body.report(errors::missing_base(name.span, "run")),
    }
}

/// `run name = callee(arguments) { … }`
fn of_base(body: &mut Body<'_, '_>, decl: &Decl, base: &Base, place: &Place) {
    let callee = node::called(body, base, CALLED);
    let chain = chain(body, decl);
    body.push_scope();
    bind_event(body, decl, &chain);
    if let Some((_, callee)) = &callee {
        let args = base.args.as_deref().unwrap_or_default();
        if callee.kind == "run" {
            body.arguments_over(base.id, &callee.what(), &callee.function, args);
            body.as_written(args.iter().map(|it| &it.value));
        } else {
            let function = FnType {
                params: callee.plain_params().cloned().collect(),
                result: callee.function.result.clone(),
            };
            body.arguments(base.id, base.span, &callee.what(), &function, args);
            body.as_written(args.iter().map(|it| &it.value));
        }
        for arg in args {
            body.known_by(&arg.value, Stage::Event, "an argument of a run");
        }
    }
    if callee.is_none() {
        node::infer_args(body, base.args.as_deref());
    }
    let what = called_at_last(body, decl, &chain);
    place.parts(body, decl.block.as_ref());
    place.fields(body, decl.block.as_ref(), &mut |body, field| {
        of_other_runs(body, field, what.as_deref());
        let Some((_, callee)) = callee.as_ref().filter(|_| field.key.name == "workspaces") else {
            return false;
        };
        let is_open = is_literal(chain.last().copied());
        workspaces(body, field, callee, place, is_open);
        true
    });
    body.pop_scope();
}

fn is_literal(decl: Option<&Decl>) -> bool {
    decl.is_some_and(|it| matches!(it.init, Some(Init::Literal(_))))
}

/// `run name = pipeline(…) { … }`
fn of_literal(body: &mut Body<'_, '_>, decl: &Decl, literal: &Literal, place: &Place) {
    let Signature::Callable(callee) = body.checker.signature(body.item) else {
        return;
    };
    if !embedded::is_known(body, literal) {
        return;
    }
    body.push_scope();
    bind_event(body, decl, &[]);
    let kind = literal.kind.name.clone();
    embedded::in_run(body, decl, literal, &callee, place, &mut |body, field| {
        of_other_runs(body, field, Some(&kind));
        if field.key.name == "workspaces" {
            workspaces(body, field, &callee, place, true);
            return true;
        }
        false
    });
    body.pop_scope();
}

/// Fields of runs of pipelines alone, and of tasks alone.
const OF_PIPELINES: &[&str] = &["taskRunTemplate", "taskRunSpecs", "timeouts"];
const OF_TASKS: &[&str] = &[
    "timeout",
    "retries",
    "statusMessage",
    "debug",
    "stepSpecs",
    "sidecarSpecs",
    "computeResources",
];

/// Reports a field that runs of what this one runs do not have.
fn of_other_runs(body: &mut Body<'_, '_>, field: &Field, kind: Option<&str>) {
    let key = &field.key;
    let name = key.name.as_str();
    match kind {
        Some("task") if OF_PIPELINES.contains(&name) => {
            body.report(errors::not_of_run(key.span, name, "a task", "a pipeline"));
        }
        Some("pipeline") if OF_TASKS.contains(&name) => {
            body.report(errors::not_of_run(key.span, name, "a pipeline", "a task"));
        }
        Some(_) | None => {}
    }
}

/// `task` or `pipeline`, whatever the run runs in the end.
fn called_at_last(body: &mut Body<'_, '_>, decl: &Decl, chain: &[&Decl]) -> Option<Name> {
    let last = chain.last().copied().unwrap_or(decl);
    match last.init.as_ref()? {
        Init::Literal(it) => Some(it.kind.name.clone()),
        Init::Base(base) => {
            let [word] = base.path.as_slice() else {
                return None;
            };
            let program = body.checker.program;
            let id = program.find(body.package, Namespace::Callable, &word.name)?;
            match body.checker.signature(id) {
                Signature::Callable(it) => Some(it.kind.clone()),
                Signature::None
                | Signature::Value(..)
                | Signature::Type(_)
                | Signature::Thing(_) => None,
            }
        }
    }
}

/// `workspaces: { shared-data: volume(2Gi) }`: each is one of what is run; `none` takes an inherited one away.
/// Where the pipeline or task is written in the run, it sees further ones all the same: `is_open`.
fn workspaces(
    body: &mut Body<'_, '_>,
    field: &Field,
    callee: &Callable,
    place: &Place,
    is_open: bool,
) {
    let known = place.record.fields.get("workspaces");
    let source = match known.map(|it| it.ty.without_none()) {
        Some(Type::Map(it)) => (**it).clone(),
        _ => Type::Error,
    };
    let before = body.set_latest(Stage::Event);
    entries(body, &field.value, &place.what, &mut |body, entry| {
        let key = &entry.key;
        if !is_open && !callee.workspaces.contains_key(&key.name) {
            let names: Vec<&str> = callee.workspaces.keys().map(Name::as_str).collect();
            body.report(errors::unknown_workspace(
                key.span,
                &key.name,
                &callee.what(),
                &names,
            ));
        }
        body.field_value(entry, &source, Fields::Amend);
        body.known_by(&entry.value, Stage::Event, "a workspace of a run");
    });
    body.set_latest(before);
}

/// The runs that this one is laid over, the nearest first. A circle ends where it closes; it is reported elsewhere.
fn chain<'p>(body: &Body<'_, 'p>, decl: &Decl) -> Vec<&'p Decl> {
    let mut found: Vec<&'p Decl> = Vec::new();
    let mut seen: Vec<ItemId> = vec![body.item];
    let mut base = base_of(decl).cloned();
    while let Some([word]) = base.as_ref().map(|it| it.path.as_slice()) {
        let program: &'p _ = body.checker.program;
        let id = program.find(body.package, Namespace::Callable, &word.name);
        let item = id.and_then(|it| program.item(it));
        let Some(item) = item.filter(|it| !seen.contains(&it.id)) else {
            break;
        };
        let ItemKind::Decl(next) = &item.tree.kind else {
            break;
        };
        if next.kind.name != "run" {
            break;
        }
        seen.push(item.id);
        found.push(next);
        base = base_of(next).cloned();
    }
    found
}

/// The triggers that hold for a run: its own, else those of the nearest run below it.
fn triggers(decl: &Decl, chain: &[&Decl]) -> Option<Vec<Trigger>> {
    let all = std::iter::once(decl).chain(chain.iter().copied());
    let mut on = all.filter_map(|it| walk::field(it.block.as_ref(), "on"));
    on.next().map(event::triggers)
}

/// Binds `event` with the fields that its triggers have in common. What reads another is reported, once for each place.
fn bind_event(body: &mut Body<'_, '_>, decl: &Decl, chain: &[&Decl]) {
    let base = base_of(decl);
    let triggers = triggers(decl, chain);
    let known = triggers
        .as_deref()
        .map_or_else(IndexMap::new, event::fields);
    let mut fields = known.clone();
    let mut reads: Vec<(Name, Span)> = Vec::new();
    for arg in base.iter().flat_map(|it| &it.args).flatten() {
        event::reads(&arg.value, &mut reads);
    }
    if let Some(block) = &decl.block {
        walk::each_in_block(block, &mut |it: &Expr| {
            event::read(it, &mut reads);
            true
        });
    }
    for (field, span) in reads {
        if known.contains_key(&field) {
            continue;
        }
        fields.insert(field.clone(), FieldType::new(Type::Error));
        let found = match &triggers {
            None => errors::no_event(span, &decl.head.name.name),
            Some(_) => {
                let who = event::who_has(&field);
                let near = spelling::nearest(&field, known.keys().map(Name::as_str));
                errors::unknown_event_field(span, &field, who, near)
            }
        };
        body.report(found);
    }
    if let Some(base) = base.filter(|_| triggers.is_some()) {
        inherited(body, decl, base, chain, &known);
    }
    let ty = Type::thing("event", None, fields);
    body.bind_group("event", ty, Stage::Event);
}

/// Arguments that are taken over from the runs below and read what this run's events lack.
fn inherited(
    body: &mut Body<'_, '_>,
    decl: &Decl,
    base: &Base,
    chain: &[&Decl],
    known: &IndexMap<Name, FieldType>,
) {
    let label = |it: &crate::syntax::ast::Arg| it.label.as_ref().map(|it| it.name.clone());
    let mut given: Vec<Name> = base.args.iter().flatten().filter_map(label).collect();
    // What the base reads in vain is reported there, unless its own events have it.
    for below in chain {
        let Some(base) = base_of(below) else {
            continue;
        };
        for arg in base.args.iter().flatten() {
            let name = label(arg);
            if name.as_ref().is_some_and(|it| given.contains(it)) {
                continue;
            }
            let mut reads = Vec::new();
            event::reads(&arg.value, &mut reads);
            for (field, span) in reads {
                if !known.contains_key(&field) && event::who_has(&field).is_some() {
                    let run = &decl.head.name;
                    body.report(errors::inherited_event_field(
                        run.span, &run.name, &field, span,
                    ));
                }
            }
            given.extend(name);
        }
    }
}
