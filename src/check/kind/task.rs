//! Tasks: what runs in one pod.

use indexmap::IndexMap;

use crate::base::Name;
use crate::check::kind::block::{Parts, Place, unique};
use crate::check::kind::callable::{Role, Written, carried};
use crate::check::kind::groups::Viewer;
use crate::check::kind::{action, errors, groups, walk};
use crate::check::tables::Callable;
use crate::check::{Body, Signature, Stage};
use crate::syntax::ast::{Amend, Decl, Entry, Expr, ExprKind, Field, TypeField};
use crate::types::{FieldType, Form, Type};

/// A task as an item.
pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    let Signature::Callable(callable) = body.checker.signature(body.item) else {
        return;
    };
    let Some(place) = Place::new(body, "task", &decl.head.name) else {
        return;
    };
    let written = Written::of(decl);
    let parts = place.parts(body, decl.block.as_ref());
    if decl.is_extern {
        for (step, member) in parts
            .decls
            .iter()
            .filter(|(it, _)| it.kind.name != "workspace")
        {
            let _ = step;
            body.stray_member(member, &format!("extern {}", place.what), &place.record);
        }
    }
    body.push_scope();
    bind(body, &written, &callable, &parts);
    place.fields(body, decl.block.as_ref(), &mut |body, field| {
        special_field(body, field, &callable, decl.is_extern)
    });
    members(body, &parts);
    body.pop_scope();
}

/// Binds what the inside of a task sees: parameters, workspaces, steps and the groups.
pub(crate) fn bind(
    body: &mut Body<'_, '_>,
    written: &Written<'_>,
    callable: &Callable,
    parts: &Parts<'_>,
) {
    body.bind_group("params", callable.params_group(), Stage::Run);
    let paths = groups::result_paths(callable.results.fields.keys());
    body.bind_group("results", paths, Stage::Run);
    body.bind_group(
        "workspaces",
        callable.workspaces_group(Viewer::Task),
        Stage::Compile,
    );
    body.bind_group("context", groups::task_context(), Stage::Run);
    body.bind_params(written.params, &callable.function.params, Stage::Run);
    workspaces(body, written, Viewer::Task);
    let steps: Vec<&Decl> = parts.of("step").collect();
    let named = |it: &&&Decl| it.head.name.name != "_";
    let first = unique(body, steps.iter().filter(named).map(|it| &it.head.name));
    let sidecars: Vec<&Decl> = parts.of("sidecar").collect();
    unique(body, sidecars.iter().filter(named).map(|it| &it.head.name));
    let mut group: IndexMap<Name, Type> = IndexMap::new();
    for step in steps.iter().filter(|it| first.contains(&it.head.name.id)) {
        let ty = step_type(body, step);
        group.insert(step.head.name.name.clone(), ty.clone());
        body.bind(&step.head.name, ty, Stage::Compile);
    }
    body.bind_group("steps", groups::record(group), Stage::Compile);
}

/// Binds the workspaces and checks how they are declared.
pub(crate) fn workspaces(body: &mut Body<'_, '_>, written: &Written<'_>, viewer: Viewer) {
    let first = unique(body, written.workspaces().map(|(it, _)| &it.head.name));
    for (decl, _) in written.workspaces() {
        let name = &decl.head.name;
        if first.contains(&name.id) {
            let ty = groups::workspace(Some(&name.name), viewer);
            body.bind(name, ty, Stage::Compile);
        }
        if let Some(mode) = &decl.head.mode
            && !matches!(mode.name.as_str(), "ro" | "rw")
        {
            body.report(errors::workspace_mode(mode.span, &mode.name));
        }
    }
    for (decl, _) in written.workspaces() {
        if let Some(place) = Place::new(body, "workspace", &decl.head.name) {
            place.parts(body, decl.block.as_ref());
            place.fields(body, decl.block.as_ref(), &mut |_, _| false);
        }
    }
}

/// A step as later steps see it: its results, and where its exit code is.
fn step_type(body: &mut Body<'_, '_>, step: &Decl) -> Type {
    if step.init.is_some() {
        let callee = action::find(body, step);
        let fields = callee.map_or_else(IndexMap::new, |it| action::results(&it));
        return finished_step(step, fields);
    }
    let results = step.results.as_deref().unwrap_or_default();
    let mut fields = body.record_type(results).fields;
    for field in results {
        if let TypeField::Field(it) = field
            && let Some(known) = fields.get_mut(&it.name.name)
        {
            known.ty = carried(body, it.ty.span, &it.name.name, &known.ty, Role::Result);
        }
    }
    finished_step(step, fields)
}

fn finished_step(step: &Decl, mut fields: IndexMap<Name, FieldType>) -> Type {
    let path = groups::record([(Name::new_static("path"), Type::form(Form::Path))]);
    let code = Name::new_static("exitCode");
    fields.entry(code).or_insert_with(|| FieldType::new(path));
    Type::thing("step", Some(&step.head.name.name), fields)
}

/// The fields of a task that no record type says: results that are passed on, and where an `extern` one is.
pub(crate) fn special_field(
    body: &mut Body<'_, '_>,
    field: &Field,
    callable: &Callable,
    is_extern: bool,
) -> bool {
    match field.key.name.as_str() {
        "results" => {
            results_field(body, field, callable);
            true
        }
        "cache" => {
            cache_field(body, field, callable);
            false
        }
        _ => action::from_of_extern(body, field, is_extern),
    }
}

/// `cache: { inputs: { source: […] } }`: each is a workspace of the task.
fn cache_field(body: &mut Body<'_, '_>, field: &Field, callable: &Callable) {
    let what = callable.what();
    let known: Vec<&str> = callable.workspaces.keys().map(Name::as_str).collect();
    let parts = written(&field.value);
    let parts = parts.filter(|it| matches!(it.key.name.as_str(), "inputs" | "outputs"));
    for it in parts.flat_map(|it| written(&it.value)) {
        let (span, name) = (it.key.span, &it.key.name);
        if it.computed.is_none() && !known.contains(&name.as_str()) {
            body.report(errors::unknown_workspace(span, name, &what, &known));
        }
    }
}

/// The fields of a record that are written in it.
fn written(record: &Expr) -> impl Iterator<Item = &Field> {
    let entries = if let ExprKind::Record(entries) = &record.peeled().kind {
        entries.as_slice()
    } else {
        &[]
    };
    entries.iter().filter_map(|it| match it {
        Entry::Field(it) => Some(it),
        Entry::Spread(..) => None,
    })
}

/// `results: { digest: build.digest }`: each must be declared, and is checked against what is declared.
pub(crate) fn results_field(body: &mut Body<'_, '_>, field: &Field, callable: &Callable) {
    let what = callable.what();
    crate::check::kind::block::entries(body, &field.value, &what, &mut |body, entry| {
        let known = callable.results.fields.get(&entry.key.name);
        match known.map(|it| it.ty.clone()) {
            Some(ty) => {
                body.check(&entry.value, &ty);
            }
            None => {
                let names = callable.results.fields.keys();
                let found = errors::unknown_result(entry.key.span, &entry.key.name, &what, names);
                body.report(found);
                body.infer(&entry.value);
            }
        }
    });
}

/// Steps, sidecars and the block `host`.
pub(crate) fn members(body: &mut Body<'_, '_>, parts: &Parts<'_>) {
    let steps: Vec<&Decl> = parts.of("step").collect();
    for (at, it) in steps.iter().enumerate() {
        step(body, it);
        for later in steps.iter().skip(at + 1) {
            ordered(body, it, later);
        }
    }
    for it in parts.of("sidecar") {
        container(body, "sidecar", it);
    }
    for it in &parts.amends {
        host(body, it);
    }
}

fn step(body: &mut Body<'_, '_>, step: &Decl) {
    if step.init.is_some() {
        if step.head.name.name == "_" {
            action::find(body, step);
        }
        return action::step(body, step);
    }
    body.push_scope();
    let names = step.results.iter().flatten().filter_map(|it| match it {
        TypeField::Field(it) => Some(&it.name.name),
        TypeField::Spread(_) => None,
    });
    let own = [(Name::new_static("results"), groups::result_paths(names))];
    body.bind_group("step", groups::record(own), Stage::Run);
    container(body, "step", step);
    body.pop_scope();
}

fn container(body: &mut Body<'_, '_>, kind: &str, decl: &Decl) {
    if let Some(place) = Place::new(body, kind, &decl.head.name) {
        place.parts(body, decl.block.as_ref());
        place.fields(body, decl.block.as_ref(), &mut container_field);
    }
}

/// `workspaces: { token: {} }` of a step or sidecar: each is one of the task.
pub(crate) fn container_field(body: &mut Body<'_, '_>, field: &Field) -> bool {
    if field.key.name == "workspaces"
        && let ExprKind::Record(entries) = &field.value.peeled().kind
    {
        let known: Vec<Name> = body.scopes.names().map(Name::new).collect();
        let is_workspace = |name: &Name| {
            let bound = body.scopes.find(name).map(|it| &it.ty);
            matches!(bound, Some(Type::Thing(it)) if it.kind == "workspace")
        };
        let known: Vec<&str> = known
            .iter()
            .filter(|it| is_workspace(it))
            .map(|it| it.as_str())
            .collect();
        for entry in entries {
            if let Entry::Field(it) = entry
                && it.computed.is_none()
                && !known.contains(&it.key.name.as_str())
            {
                let key = &it.key;
                body.report(errors::unknown_workspace(
                    key.span, &key.name, "the task", &known,
                ));
            }
        }
    }
    false
}

/// Steps run in the order of the text: an earlier one cannot read a later one's results.
fn ordered(body: &mut Body<'_, '_>, step: &Decl, later: &Decl) {
    let name = &later.head.name;
    let Some(block) = step.block.as_ref().filter(|_| name.name != "_") else {
        return;
    };
    let mut found: Option<&Expr> = None;
    // A group of that name is meant where it has the field.
    let group = body.scopes.group(&name.name).map(|it| it.ty.clone());
    let of_group = |field: &Name| {
        let fields = group.as_ref().and_then(Type::record);
        fields.is_some_and(|it| it.fields.contains_key(field))
    };
    walk::each_in_block(block, &mut |it| {
        if let ExprKind::Field(of, field) = &it.kind
            && matches!(&of.kind, ExprKind::Name(it) if *it == name.name)
            && field.name != "exitCode"
            && !of_group(&field.name)
        {
            found = found.or(Some(it));
        }
        true
    });
    if let Some(it) = found {
        body.report(errors::later_step(it.span, &name.name, name.span));
    }
}

/// `host { … }`: the steps for plain processes. They have names of their own.
fn host(body: &mut Body<'_, '_>, amend: &Amend) {
    let Some(mut place) = Place::new(body, "host", &amend.name) else {
        return;
    };
    place.what = errors::block("host");
    let parts = place.parts(body, Some(&amend.block));
    place.fields(body, Some(&amend.block), &mut |_, _| false);
    let steps: Vec<&Decl> = parts.of("step").collect();
    let named = |it: &&&Decl| it.head.name.name != "_";
    let first = unique(body, steps.iter().filter(named).map(|it| &it.head.name));
    body.push_scope();
    for it in steps.iter().filter(|it| first.contains(&it.head.name.id)) {
        let ty = step_type(body, it);
        body.bind(&it.head.name, ty, Stage::Compile);
    }
    for (at, it) in steps.iter().enumerate() {
        step(body, it);
        for later in steps.iter().skip(at + 1) {
            ordered(body, it, later);
        }
    }
    body.pop_scope();
}
