//! Pipelines: graphs of nodes. What the nodes are is in `node`, which results may be absent in `absence`.

use indexmap::IndexMap;

use crate::base::Name;
use crate::check::kind::absence::Absence;
use crate::check::kind::block::{Parts, Place, entries, unique};
use crate::check::kind::callable::Written;
use crate::check::kind::groups::Viewer;
use crate::check::kind::node::{self, Node};
use crate::check::kind::{errors, groups, task};
use crate::check::tables::Callable;
use crate::check::{Body, Signature, Stage};
use crate::syntax::ast::{Block, Decl, Field};
use crate::types::{FieldType, Type};

/// A pipeline as an item.
pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    let Signature::Callable(callable) = body.checker.signature(body.item) else {
        return;
    };
    let Some(place) = Place::new(body, "pipeline", &decl.head.name) else {
        return;
    };
    let written = Written::of(decl);
    let mut special = |body: &mut Body<'_, '_>, field: &Field| {
        let from = decl.is_extern && field.key.name == "from";
        if from {
            let reference = body.checker.prelude_type("Reference");
            body.check_by(&field.value, &reference, Stage::Compile, "`from`");
        }
        from
    };
    inside(body, &place, &written, &callable, &mut special);
    if decl.is_extern {
        return;
    }
    all_results_given(body, &place, decl.block.as_ref(), &callable);
}

/// Reports declared results without a field `results`.
pub(crate) fn all_results_given(
    body: &mut Body<'_, '_>,
    place: &Place,
    block: Option<&Block>,
    callable: &Callable,
) {
    let given = crate::check::kind::walk::field(block, "results").is_some();
    if let Some((name, _)) = callable.results.fields.first().filter(|_| !given) {
        body.report(errors::missing_result(place.at, name, &place.what));
    }
}

/// The inside of a pipeline, as an item or embedded; `special` takes over fields that are no pipeline's.
pub(crate) fn inside(
    body: &mut Body<'_, '_>,
    place: &Place,
    written: &Written<'_>,
    callable: &Callable,
    special: &mut dyn FnMut(&mut Body<'_, '_>, &Field) -> bool,
) {
    let parts = place.parts(body, written.block);
    let finally = finally_parts(body, &parts);
    body.push_scope();
    body.bind_group("params", callable.params_group(), Stage::Run);
    body.bind_group(
        "workspaces",
        callable.workspaces_group(Viewer::Pipeline),
        Stage::Compile,
    );
    body.bind_group("context", groups::pipeline_context(), Stage::Run);
    body.bind_params(written.params, &callable.function.params, Stage::Run);
    task::workspaces(body, written, Viewer::Pipeline);
    let nodes = bind_nodes(body, &parts, &finally);
    let absence = Absence::of(body, &nodes);
    place.fields(body, written.block, &mut |body, field| {
        if field.key.name == "results" {
            results(body, field, callable, &absence, place);
            return true;
        }
        special(body, field)
    });
    for it in &nodes {
        node::check(body, it);
    }
    absence.check(body);
    body.pop_scope();
}

/// What stands in the blocks `finally { … }`.
fn finally_parts<'a>(body: &mut Body<'_, '_>, parts: &Parts<'a>) -> Parts<'a> {
    let mut all = Parts::default();
    for block in &parts.amends {
        let Some(mut place) = Place::new(body, "finally", &block.name) else {
            continue;
        };
        place.what = errors::block("finally");
        let found = place.parts(body, Some(&block.block));
        place.fields(body, Some(&block.block), &mut |_, _| false);
        all.bindings.extend(found.bindings);
    }
    all
}

/// Finds out what the nodes are, and binds their names and the group `tasks`.
fn bind_nodes<'a>(
    body: &mut Body<'_, '_>,
    parts: &Parts<'a>,
    finally: &Parts<'a>,
) -> Vec<Node<'a>> {
    let main = parts.bindings.iter().map(|it| (*it, false));
    let all = main.chain(finally.bindings.iter().map(|it| (*it, true)));
    let nodes: Vec<Node<'a>> = all.map(|(it, last)| node::find(body, it, last)).collect();
    let first = unique(body, nodes.iter().map(|it| &it.binding.name));
    let mut group: IndexMap<Name, FieldType> = IndexMap::new();
    for it in nodes
        .iter()
        .filter(|it| first.contains(&it.binding.name.id))
    {
        group.insert(it.binding.name.name.clone(), FieldType::new(it.ty.clone()));
        body.bind(&it.binding.name, it.ty.clone(), Stage::Compile);
    }
    let status = FieldType::new(groups::tasks_status());
    group.insert(Name::new_static("status"), status);
    body.bind_group("tasks", Type::thing("tasks", None, group), Stage::Compile);
    nodes
}

/// `results: { digest: build-image.digest }`: each declared result once.
fn results(
    body: &mut Body<'_, '_>,
    field: &Field,
    callable: &Callable,
    absence: &Absence<'_>,
    place: &Place,
) {
    task::results_field(body, field, callable);
    let mut given: Vec<Name> = Vec::new();
    entries(body, &field.value, &place.what, &mut |body, entry| {
        given.push(entry.key.name.clone());
        let known = callable.results.fields.get(&entry.key.name);
        if known.is_some_and(|it| !matches!(it.ty, Type::Optional(_) | Type::Error)) {
            absence.pipeline_result(body, entry);
        }
    });
    for name in callable.results.fields.keys() {
        if !given.contains(name) {
            body.report(errors::missing_result(field.key.span, name, &place.what));
        }
    }
}
