//! A run of a task.

use indexmap::IndexSet;

use crate::admit::Object;
use crate::admit::admission::variable::Text;
use crate::admit::admission::{
    Admission, field, inline, metadata, param, pipeline_task, place, place_of, place_of_key, run,
    target, task, timeout, workspace,
};
use crate::admit::errors::removed;
use crate::admit::errors::run as errors;
use crate::schema::profile::ApiFields;
use crate::yaml::Node;

const STATUSES: &[&str] = &["TaskRunCancelled", "TaskRunPending"];

pub(crate) fn object(cx: &mut Admission<'_>, object: &Object) {
    metadata::check(cx, object);
    let Some(spec) = object.spec() else {
        cx.say(errors::nothing_to_run(object.span(), "task"));
        return;
    };
    run::pending(cx, object, spec, "TaskRunPending");
    what(cx, spec);
    param::bound_once_in_run(cx, spec.list("params"));
    if let Some(embedded) = field(spec, "taskSpec") {
        inline::task(cx, spec.list("params"), embedded);
    }
    workspace::bindings(cx, spec.list("workspaces"), workspace::Names::Folded);
    debug(cx, spec);
    run::resources(cx, spec);
    run::status(cx, spec, STATUSES);
    message(cx, spec);
    retries(cx, spec);
    run::forbidden_env(cx, spec.get("podTemplate"));
    timeout::not_negative(cx, spec);
    let resources = field(spec, "resources").filter(|_| cx.is_beta());
    if let Some(resources) = resources {
        cx.say(removed::resources(resources.span));
    }
}

fn what(cx: &mut Admission<'_>, spec: &Node) {
    let (reference, embedded) = (field(spec, "taskRef"), field(spec, "taskSpec"));
    match (reference, embedded) {
        (None, None) => cx.say(errors::nothing_to_run(place(spec), "task")),
        (Some(_), Some(_)) => {
            cx.say(errors::both_to_run(place_of_key(spec, "taskSpec"), "task"));
        }
        (Some(_), None) | (None, Some(_)) => {}
    }
    if let Some(reference) = reference {
        target::check(cx, reference);
    }
    if let Some(embedded) = embedded {
        let span = place_of_key(spec, "taskSpec");
        pipeline_task::no_inline(cx, "taskrun", span, "taskSpec");
        task::check(cx, embedded);
    }
}

fn debug(cx: &mut Admission<'_>, spec: &Node) {
    let Some(debug) = field(spec, "debug") else {
        return;
    };
    cx.needs(ApiFields::Alpha, "`debug`", place_of_key(spec, "debug"));
    let Some(breakpoints) = field(debug, "breakpoints") else {
        return;
    };
    if breakpoints.text_of("onFailure") != "enabled" {
        cx.say(errors::on_failure(place_of(breakpoints, "onFailure")));
    }
    let mut seen = IndexSet::new();
    for step in Text::in_list(breakpoints, "beforeSteps") {
        if !seen.insert(step.text) {
            cx.say(errors::breakpoint_twice(step.span(), step.text));
        }
    }
}

/// A message says why there is a status.
pub(crate) fn message(cx: &mut Admission<'_>, spec: &Node) {
    let silent = spec.text_of("statusMessage").is_empty();
    if spec.text_of("status").is_empty() && !silent {
        let span = place_of_key(spec, "statusMessage");
        cx.say(errors::message_without_status(span));
    }
}

/// The older API does not look at them.
fn retries(cx: &mut Admission<'_>, spec: &Node) {
    let retries = spec.get("retries").and_then(Node::integer).unwrap_or(0);
    if retries < 0 && !cx.is_beta() {
        cx.say(errors::negative_retries(place_of(spec, "retries")));
    }
}
