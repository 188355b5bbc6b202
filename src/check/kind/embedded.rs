//! Tasks and pipelines that are written in their place, in a node or a run: the block holds their own members, their arguments
//! and the options of what they stand in.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::kind::block::{Place, entries};
use crate::check::kind::callable::{Written, callable};
use crate::check::kind::groups::Viewer;
use crate::check::kind::node::{Node, bind_each, options_place, own_option};
use crate::check::kind::{errors, groups, pipeline, task, walk};
use crate::check::tables::Callable;
use crate::check::{Body, Stage};
use crate::syntax::ast::{Binding, Block, Decl, Field, Literal, MemberKind};
use crate::types::{RecordType, Type};

/// Fields of what is embedded that the options of its place have too; there `spec: { … }` says them.
const IN_BOTH: &[&str] = &["displayName"];

/// The signature of what a node embeds.
pub(crate) fn signature(
    body: &mut Body<'_, '_>,
    binding: &Binding,
    literal: &Literal,
) -> Option<Arc<Callable>> {
    if !is_known(body, literal) {
        return None;
    }
    let found = callable(body, &written(binding, literal));
    Some(Arc::new(found))
}

/// Whether the literal is of a kind that can be embedded; else that is reported.
pub(crate) fn is_known(body: &mut Body<'_, '_>, literal: &Literal) -> bool {
    let kind = &literal.kind;
    let known = matches!(kind.name.as_str(), "task" | "pipeline");
    if !known {
        body.report(errors::unknown_kind(
            kind.span,
            &kind.name,
            &["task", "pipeline"],
        ));
    }
    known
}

fn written<'a>(binding: &'a Binding, literal: &'a Literal) -> Written<'a> {
    Written {
        kind: &literal.kind.name,
        name: &binding.name,
        params: literal.params.as_deref().unwrap_or_default(),
        results: literal.results.as_deref().unwrap_or_default(),
        block: binding.block.as_ref(),
    }
}

/// The place of a literal: its own fields, and those of what it stands in where both have one of a name.
fn joint(
    body: &mut Body<'_, '_>,
    kind: &Name,
    name: &crate::syntax::ast::Ident,
    options: &Place,
) -> Option<Place> {
    let mut place = Place::new(body, kind, name)?;
    let mut both = RecordType::clone(&place.record);
    for (name, field) in &options.record.fields {
        both.fields.insert(name.clone(), field.clone());
    }
    both.fields.shift_remove("from");
    place.record = Arc::new(both);
    Some(place)
}

/// `name = task(…) { … }` and `name = pipeline(…) { … }` in a pipeline.
pub(crate) fn in_node(
    body: &mut Body<'_, '_>,
    node: &Node<'_>,
    literal: &Literal,
    callee: &Callable,
) {
    let Some(options) = options_place(body, node) else {
        return;
    };
    let Some(place) = joint(body, &literal.kind.name, &node.binding.name, &options) else {
        return;
    };
    let written = written(node.binding, literal);
    body.push_scope();
    bind_each(body, node);
    given(body, &node.binding.name.span, written.block, callee, true);
    embedded_options(body, node, &options);
    let own = own_record(body, &literal.kind.name);
    let mut special = |body: &mut Body<'_, '_>, field: &Field| {
        embedded_field(body, field, callee, &options, &own)
    };
    if literal.kind.name == "pipeline" {
        // Tekton hands no names on into a pipeline within a pipeline.
        let outer = std::mem::take(&mut body.scopes);
        pipeline::inside(body, &place, &written, callee, &mut special);
        pipeline::all_results_given(body, &place, written.block, callee);
        body.scopes = outer;
    } else {
        let callee = with_all_given(body, written.block, callee);
        inside_task(body, &place, &written, &callee, &mut special);
    }
    body.pop_scope();
}

fn inside_task(
    body: &mut Body<'_, '_>,
    place: &Place,
    written: &Written<'_>,
    callee: &Callable,
    special: &mut dyn FnMut(&mut Body<'_, '_>, &Field) -> bool,
) {
    let parts = place.parts(body, written.block);
    let around = |body: &Body<'_, '_>, group| body.scopes.find(group).map(|it| it.ty.clone());
    let params = around(body, "params");
    let workspaces = around(body, "workspaces").map(as_directories);
    body.push_scope();
    workspaces_around(body);
    body.push_scope();
    task::bind(body, written, callee, &parts);
    group_around(body, "params", params);
    group_around(body, "workspaces", workspaces);
    place.fields(body, written.block, special);
    task::members(body, &parts);
    body.pop_scope();
    body.pop_scope();
}

/// A group within an embedded task has what is around it too.
fn group_around(body: &mut Body<'_, '_>, group: &'static str, around: Option<Type>) {
    let (Some(Type::Record(around)), Some(mut bound)) = (around, body.scopes.find(group).cloned())
    else {
        return;
    };
    if let Type::Record(own) = &bound.ty {
        let mut all = RecordType::clone(&around);
        for (name, own) in &own.fields {
            let mut field = own.clone();
            // Of an object what the task is not given is taken from around it, key by key.
            if let (Some(Type::Record(around)), Type::Record(own)) =
                (all.fields.get(name).map(|it| &it.ty), &own.ty)
            {
                let mut both = RecordType::clone(around);
                both.fields.extend(own.fields.clone());
                field.ty = Type::Record(Arc::new(both));
            }
            all.fields.insert(name.clone(), field);
        }
        bound.ty = Type::Record(Arc::new(all));
        body.scopes.rebind(Name::new_static(group), bound);
    }
}

/// The group `workspaces` of a pipeline, as a task sees it.
fn as_directories(group: Type) -> Type {
    let Type::Record(all) = &group else {
        return group;
    };
    let names = all.fields.keys();
    groups::record(names.map(|it| (it.clone(), groups::workspace(Some(it), Viewer::Task))))
}

/// An embedded task sees the workspaces around it, as directories.
fn workspaces_around(body: &mut Body<'_, '_>) {
    let names: Vec<Name> = body.scopes.names().map(Name::new).collect();
    for name in names {
        let Some(mut bound) = body.scopes.find(&name).cloned() else {
            continue;
        };
        if matches!(&bound.ty, Type::Thing(it) if it.kind == "workspace") {
            bound.ty = groups::workspace(Some(&name), Viewer::Task);
            body.scopes.rebind(name, bound);
        }
    }
}

/// The fields of the literal's own kind that only `spec: { … }` can say.
fn own_record(body: &mut Body<'_, '_>, kind: &str) -> RecordType {
    let name = if kind == "pipeline" {
        "PipelineBody"
    } else {
        "TaskBody"
    };
    let whole = body.checker.prelude_record(name);
    let fields = whole.fields.iter();
    let fields = fields.filter(|(name, _)| IN_BOTH.contains(&name.as_str()));
    RecordType {
        name: None,
        fields: fields
            .map(|(name, it)| (name.clone(), it.clone()))
            .collect(),
    }
}

/// A field in the block of an embedded task that is not one of the task.
fn embedded_field(
    body: &mut Body<'_, '_>,
    field: &Field,
    callee: &Callable,
    options: &Place,
    own: &RecordType,
) -> bool {
    let name = field.key.name.as_str();
    match name {
        "spec" => {
            let own = Type::Record(Arc::new(own.clone()));
            body.check(&field.value, &own);
            true
        }
        "name" | "namespace" | "metadata" | "file" => {
            body.report(errors::no_object(field.key.span, name));
            true
        }
        _ if options.record.fields.contains_key(name) && name != "from" => true,
        _ if callee.kind == "pipeline" => false,
        _ => task::special_field(body, field, callee, false),
    }
}

/// The options in the block of an embedded task: they see what stands around it, not what is within.
fn embedded_options(body: &mut Body<'_, '_>, node: &Node<'_>, options: &Place) {
    let members = node.binding.block.iter().flat_map(|it| &it.members);
    for member in members {
        let MemberKind::Field(field) = &member.kind else {
            continue;
        };
        let name = field.key.name.as_str();
        let argument = matches!(name, "params" | "workspaces" | "from");
        if argument || !options.record.fields.contains_key(name) || own_option(body, node, field) {
            continue;
        }
        let latest = if options.kind.early.contains(&name) {
            Stage::Compile
        } else {
            Stage::Run
        };
        options.field_by(body, field, latest);
    }
}

/// `params: { … }` and `workspaces: { … }` of a literal, which take the place of arguments.
fn given(
    body: &mut Body<'_, '_>,
    at: &Span,
    block: Option<&Block>,
    callee: &Callable,
    workspaces: bool,
) {
    let plain = callee.plain_params().count();
    let mut found: Vec<(bool, Name)> = Vec::new();
    for field in ["params", "workspaces"] {
        let Some(expr) = walk::field(block, field).filter(|_| workspaces || field == "params")
        else {
            continue;
        };
        let before = std::mem::replace(&mut body.each, workspaces);
        entries(body, expr, &callee.what(), &mut |body, entry| {
            argument(body, entry, callee, field == "workspaces");
            body.as_written(std::iter::once(&entry.value));
            if callee.kind == "run" {
                body.known_by(&entry.value, Stage::Event, "an argument of a run");
            }
            found.push((field == "workspaces", entry.key.name.clone()));
        });
        body.each = before;
    }
    for (at_param, param) in callee.function.params.iter().enumerate() {
        let is_workspace = at_param >= plain;
        if found.contains(&(is_workspace, param.name.clone())) {
            continue;
        }
        match callee.workspaces.get(&param.name).filter(|_| is_workspace) {
            Some(access) if !access.optional && workspaces => {
                // A workspace of the same name around it is taken over.
                if body.scopes.find(&param.name).is_none() {
                    body.report(errors::unbound_workspace(*at, &param.name, &callee.what()));
                }
            }
            None if param.default.is_none()
                && !param.ty.has_all_defaults()
                && !param.ty.is_error() =>
            {
                body.report(errors::missing_param(*at, &param.name, &callee.what()));
            }
            Some(_) | None => {}
        }
    }
}

fn argument(body: &mut Body<'_, '_>, entry: &Field, callee: &Callable, workspace: bool) {
    let plain = callee.plain_params().count();
    let (params, workspaces) = callee
        .function
        .params
        .split_at_checked(plain)
        .unwrap_or_default();
    let params = if workspace { workspaces } else { params };
    let known = params.iter().find(|it| it.name == entry.key.name);
    match known.map(|it| it.ty.clone()) {
        Some(ty) => {
            body.check(&entry.value, &ty);
        }
        // What a run gives beyond what is declared, its pipeline sees all the same.
        None if callee.kind == "run" => {
            body.infer(&entry.value);
        }
        None => {
            let names: Vec<&str> = params.iter().map(|it| it.name.as_str()).collect();
            let key = &entry.key;
            body.report(errors::extra_argument(
                key.span,
                &key.name,
                &callee.what(),
                &names,
            ));
            body.infer(&entry.value);
        }
    }
}

/// `run name = pipeline(…) { … }` and `run name = task(…) { … }`. The fields of the run are checked by `own`, and see the event.
pub(crate) fn in_run(
    body: &mut Body<'_, '_>,
    decl: &Decl,
    literal: &Literal,
    callee: &Callable,
    run: &Place,
    own: &mut dyn FnMut(&mut Body<'_, '_>, &Field) -> bool,
) {
    let name = &decl.head.name;
    let Some(mut place) = joint(body, &literal.kind.name, name, run) else {
        return;
    };
    place.what.clone_from(&run.what);
    let written = Written {
        kind: &literal.kind.name,
        name,
        params: literal.params.as_deref().unwrap_or_default(),
        results: literal.results.as_deref().unwrap_or_default(),
        block: decl.block.as_ref(),
    };
    given(body, &name.span, written.block, callee, false);
    run_fields(body, decl, run, own);
    let callee = with_all_given(body, written.block, callee);
    let is_task = literal.kind.name == "task";
    let mut special = |body: &mut Body<'_, '_>, field: &Field| {
        let name = field.key.name.as_str();
        let of_run = name == "params" || run.record.fields.contains_key(name);
        let of_literal = matches!(name, "results" | "displayName");
        if of_run && !of_literal {
            return true;
        }
        is_task && task::special_field(body, field, &callee, false)
    };
    if is_task {
        inside_task(body, &place, &written, &callee, &mut special);
    } else {
        pipeline::inside(body, &place, &written, &callee, &mut special);
        pipeline::all_results_given(body, &place, written.block, &callee);
    }
}

/// The fields of the run itself.
fn run_fields(
    body: &mut Body<'_, '_>,
    decl: &Decl,
    run: &Place,
    own: &mut dyn FnMut(&mut Body<'_, '_>, &Field) -> bool,
) {
    for member in decl.block.iter().flat_map(|it| &it.members) {
        let MemberKind::Field(field) = &member.kind else {
            continue;
        };
        let name = field.key.name.as_str();
        let of_literal = matches!(name, "results" | "displayName" | "params");
        if of_literal || !run.record.fields.contains_key(name) || own(body, field) {
            continue;
        }
        let latest = if run.kind.early.contains(&name) {
            Stage::Compile
        } else {
            Stage::Event
        };
        run.field_by(body, field, latest);
    }
}

/// The callee with the parameters and workspaces that the run gives beyond those declared: they are seen within by
/// `params.name` and `workspaces.name`.
fn with_all_given(body: &Body<'_, '_>, block: Option<&Block>, callee: &Callable) -> Callable {
    let mut callee = callee.clone();
    let mut params: Vec<crate::types::ParamType> = callee.plain_params().cloned().collect();
    let mut workspaces: IndexMap<Name, crate::check::WorkspaceAccess> = callee.workspaces.clone();
    let declared =
        callee.function.params.len() - workspaces.len().min(callee.function.params.len());
    let tail: Vec<_> = callee.function.params.split_off(declared);
    for (name, ty) in entries_of(body, block, "params") {
        if !params.iter().any(|it| it.name == name) {
            params.push(crate::types::ParamType {
                name,
                ty,
                default: None,
                doc: None,
            });
        }
    }
    params.extend(tail);
    for (name, _) in entries_of(body, block, "workspaces") {
        if !workspaces.contains_key(&name) {
            let ty = groups::workspace(Some(&name), Viewer::Pipeline);
            let (default, doc) = (None, None);
            params.push(crate::types::ParamType {
                name: name.clone(),
                ty,
                default,
                doc,
            });
            let (write, optional) = (true, false);
            workspaces.insert(name, crate::check::WorkspaceAccess { write, optional });
        }
    }
    callee.function.params = params;
    callee.workspaces = workspaces;
    callee
}

fn entries_of(body: &Body<'_, '_>, block: Option<&Block>, field: &str) -> Vec<(Name, Type)> {
    use crate::syntax::ast::{Entry, ExprKind};
    let Some(ExprKind::Record(all)) = walk::field(block, field).map(|it| &it.peeled().kind) else {
        return Vec::new();
    };
    let entry = |it: &Entry| match it {
        Entry::Field(it) => Some((it.key.name.clone(), body.type_of(it.value.id))),
        Entry::Spread(..) => None,
    };
    all.iter().filter_map(entry).collect()
}
