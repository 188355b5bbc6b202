//! Actions: steps that steps of tasks are made from, and the steps that are.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::check::kind::block::Place;
use crate::check::kind::{errors, groups, node, task};
use crate::check::tables::Callable;
use crate::check::{Body, Meaning, Signature, Stage};
use crate::syntax::ast::{Decl, Field, Init};
use crate::types::{FieldType, FnType};

/// An action as an item.
pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    let Signature::Callable(callable) = body.checker.signature(body.item) else {
        return;
    };
    let Some(place) = Place::new(body, "action", &decl.head.name) else {
        return;
    };
    place.parts(body, decl.block.as_ref());
    body.push_scope();
    body.bind_group("params", callable.params_group(), Stage::Run);
    let paths = groups::result_paths(callable.results.fields.keys());
    body.bind_group("results", paths.clone(), Stage::Run);
    let step = groups::record([(Name::new_static("results"), paths)]);
    body.bind_group("step", step, Stage::Run);
    body.bind_group("context", groups::task_context(), Stage::Run);
    let params = decl.head.params.as_deref().unwrap_or_default();
    body.bind_params(params, &callable.function.params, Stage::Run);
    let is_extern = decl.is_extern;
    place.fields(body, decl.block.as_ref(), &mut |body, field| {
        from_of_extern(body, field, is_extern)
    });
    body.pop_scope();
}

/// `from: { … }` of what is declared elsewhere.
pub(crate) fn from_of_extern(body: &mut Body<'_, '_>, field: &Field, is_extern: bool) -> bool {
    let is_from = is_extern && field.key.name == "from";
    if is_from {
        let reference = body.checker.prelude_type("Reference");
        body.check_by(&field.value, &reference, Stage::Compile, "`from`");
    }
    is_from
}

/// The action that a step is made from; what is wrong with the name is reported.
pub(crate) fn find(body: &mut Body<'_, '_>, step: &Decl) -> Option<Arc<Callable>> {
    match step.init.as_ref()? {
        Init::Base(base) => node::called(body, base, &["action"]).map(|(_, it)| it),
        Init::Literal(it) => {
            body.report(errors::not_supported(it.span, "what is embedded in a step"));
            None
        }
    }
}

/// The same, found before.
fn found(body: &mut Body<'_, '_>, step: &Decl) -> Option<Arc<Callable>> {
    let Some(Init::Base(base)) = &step.init else {
        return None;
    };
    let tables = body.checker.tables(body.item);
    let Some(Meaning::Item(id)) = tables.and_then(|it| it.meanings.get(&base.id)).cloned() else {
        return None;
    };
    match body.checker.signature(id) {
        Signature::Callable(it) if it.kind == "action" => Some(it),
        Signature::Callable(_)
        | Signature::None
        | Signature::Value(..)
        | Signature::Type(_)
        | Signature::Thing(_) => None,
    }
}

/// The results of an action, as the fields of a step that is made from it.
pub(crate) fn results(callable: &Callable) -> IndexMap<Name, FieldType> {
    callable.results.fields.clone()
}

/// Checks `step x = action(arguments) { options }`.
pub(crate) fn step(body: &mut Body<'_, '_>, step: &Decl) {
    let Some(Init::Base(base)) = &step.init else {
        return;
    };
    if let Some(results) = &step.results
        && !results.is_empty()
    {
        let name = &step.head.name;
        body.report(errors::results_of_action(name.span, &name.name));
    }
    match found(body, step) {
        Some(callee) => {
            let args = base.args.as_deref().unwrap_or_default();
            let function = FnType {
                params: callee.function.params.clone(),
                result: callee.function.result.clone(),
            };
            body.arguments(base.id, base.span, &callee.what(), &function, args);
            body.as_written(args.iter().map(|it| &it.value));
        }
        None => node::infer_args(body, base.args.as_deref()),
    }
    if let Some(mut place) = Place::new(body, "step", &step.head.name) {
        place.record = body.checker.prelude_record("ActionStepBody");
        place.parts(body, step.block.as_ref());
        place.fields(body, step.block.as_ref(), &mut |body, field| {
            let name = field.key.name.as_str();
            let of_action = !place.record.fields.contains_key(name) && is_of_action(body, name);
            if of_action {
                body.report(errors::of_action(field.key.span, name));
                body.infer(&field.value);
            }
            of_action || task::container_field(body, field)
        });
    }
}

fn is_of_action(body: &mut Body<'_, '_>, name: &str) -> bool {
    body.checker
        .prelude_record("StepBody")
        .fields
        .contains_key(name)
}
