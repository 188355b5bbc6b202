//! A run of a pipeline.

use indexmap::IndexSet;

use crate::admit::Object;
use crate::admit::admission::variable::Names;
use crate::admit::admission::{
    Admission, dag, field, inline, metadata, param, pipeline, pipeline_task, place, place_of,
    place_of_key, target, timeout, workspace,
};
use crate::admit::errors::removed;
use crate::admit::errors::run as errors;
use crate::admit::substitution::result_ref;
use crate::base::{Name, Span};
use crate::schema::profile::ApiFields;
use crate::yaml::Node;

const STATUSES: &[&str] = &[
    "Cancelled",
    "CancelledRunFinally",
    "StoppedRunFinally",
    "PipelineRunPending",
];

pub(crate) fn object(cx: &mut Admission<'_>, object: &Object) {
    metadata::check(cx, object);
    let Some(spec) = object.spec() else {
        cx.say(errors::nothing_to_run(object.span(), "pipeline"));
        return;
    };
    pending(cx, object, spec, "PipelineRunPending");
    what(cx, spec);
    params(cx, spec);
    if let Some(embedded) = field(spec, "pipelineSpec") {
        inline::pipeline(cx, spec.list("params"), embedded);
        if cx.is_beta() {
            propagated(cx, spec, embedded);
        }
    }
    timeouts(cx, spec);
    for it in spec.list("taskRunSpecs") {
        of_task(cx, it, field(spec, "timeouts"));
    }
    status(cx, spec, STATUSES);
    workspace::bindings(cx, spec.list("workspaces"), workspace::Names::AsWritten);
    let template = spec.at("taskRunTemplate.podTemplate");
    forbidden_env(cx, template);
    if cx.is_beta() {
        forbidden_env(cx, spec.get("podTemplate"));
        let resources = field(spec, "resources");
        if let Some(resources) = resources {
            cx.say(removed::resources(resources.span));
        }
    }
}

fn what(cx: &mut Admission<'_>, spec: &Node) {
    let reference = field(spec, "pipelineRef");
    let embedded = field(spec, "pipelineSpec");
    match (reference, embedded) {
        (None, None) => cx.say(errors::nothing_to_run(place(spec), "pipeline")),
        (Some(_), Some(_)) => {
            let span = place_of_key(spec, "pipelineSpec");
            cx.say(errors::both_to_run(span, "pipeline"));
        }
        (Some(_), None) | (None, Some(_)) => {}
    }
    if let Some(reference) = reference {
        target::check(cx, reference);
    }
    if let Some(embedded) = embedded {
        let span = place_of_key(spec, "pipelineSpec");
        pipeline_task::no_inline(cx, "pipelinerun", span, "pipelineSpec");
        pipeline::check(cx, embedded);
    }
}

/// A run's own parameters: bound once, and of no results, for there are none yet.
fn params(cx: &mut Admission<'_>, spec: &Node) {
    let params = spec.list("params");
    param::bound_once_in_run(cx, params);
    for param in params {
        let found = dag::expressions(&param::texts(param)).into_iter();
        for (expression, span) in found.filter(|it| result_ref(it.0).is_some()) {
            cx.say(errors::result_in_param(span, expression));
        }
    }
}

fn timeouts(cx: &mut Admission<'_>, spec: &Node) {
    let older = field(spec, "timeout").filter(|_| cx.is_beta());
    if older.is_some() {
        timeout::not_negative(cx, spec);
    }
    let Some(timeouts) = field(spec, "timeouts") else {
        return;
    };
    if older.is_some() {
        cx.say(errors::timeout_and_timeouts(place_of_key(spec, "timeout")));
    }
    timeout::of_run(cx, timeouts);
}

/// What a run says of one of its tasks.
fn of_task(cx: &mut Admission<'_>, spec: &Node, timeouts: Option<&Node>) {
    resources(cx, spec);
    let template = if cx.is_beta() {
        "taskPodTemplate"
    } else {
        "podTemplate"
    };
    forbidden_env(cx, spec.get(template));
    timeout::of_task(cx, spec, timeouts);
}

/// What a run says of the resources of a task: of each step and sidecar, or of all together.
pub(crate) fn resources(cx: &mut Admission<'_>, spec: &Node) {
    let (steps, sidecars, inner) = if cx.is_beta() {
        ("stepOverrides", "sidecarOverrides", "resources")
    } else {
        ("stepSpecs", "sidecarSpecs", "computeResources")
    };
    for key in [steps, sidecars] {
        if field(spec, key).is_some() {
            let feature = format!("`{key}`");
            cx.needs(ApiFields::Beta, &feature, place_of_key(spec, key));
            named_once(cx, spec.list(key), key);
        }
    }
    if field(spec, "computeResources").is_none() {
        return;
    }
    let span = place_of_key(spec, "computeResources");
    cx.needs(ApiFields::Beta, "`computeResources` of a run", span);
    let says = |it: &Node| {
        let parts = ["limits", "requests", "claims"].into_iter();
        let mut parts = parts.filter_map(|part| it.get(part));
        parts.any(|it| !it.entries().is_empty() || !it.items().is_empty())
    };
    let mut each = spec.list(steps).iter().filter_map(|it| it.get(inner));
    if each.any(says) {
        cx.say(errors::resources_twice(span, steps));
    }
}

fn named_once(cx: &mut Admission<'_>, specs: &[Node], key: &str) {
    let mut seen = IndexSet::new();
    for spec in specs {
        let name = spec.text_of("name");
        if name.is_empty() {
            cx.say(errors::override_without_name(place(spec), key));
        } else if !seen.insert(name.to_lowercase()) {
            cx.say(errors::override_twice(place(spec), key, name));
        }
    }
}

/// A status that a run may be asked for.
pub(crate) fn status(cx: &mut Admission<'_>, spec: &Node, known: &[&str]) {
    let status = spec.text_of("status");
    if !status.is_empty() && !known.contains(&status) {
        cx.say(errors::status(place_of(spec, "status"), status, known));
    }
}

/// What has started is no longer pending.
pub(crate) fn pending(cx: &mut Admission<'_>, object: &Object, spec: &Node, pending: &str) {
    let started = object.root.at("status.startTime");
    let started = started.is_some_and(|it| !it.is_null());
    if started && spec.text_of("status") == pending {
        cx.say(errors::pending_after_start(place_of(spec, "status")));
    }
}

/// Variables that an installation does not let a pod template set.
pub(crate) fn forbidden_env(cx: &mut Admission<'_>, template: Option<&Node>) {
    let forbidden = cx.tekton.defaults.get("default-forbidden-env").cloned();
    let forbidden = forbidden.unwrap_or_default();
    let forbidden: IndexSet<&str> = forbidden.split(',').map(str::trim).collect();
    for env in template.map_or(&[] as &[_], |it| it.list("env")) {
        let name = env.text_of("name");
        if !name.is_empty() && forbidden.contains(name) {
            let span: Span = place(env);
            cx.say(errors::forbidden_env(span, name));
        }
    }
}

/// The older API wants every workspace that a task takes to be somewhere in the run.
fn propagated(cx: &mut Admission<'_>, spec: &Node, embedded: &Node) {
    let names = |node: &Node| -> Vec<Name> {
        let workspaces = node.list("workspaces").iter();
        workspaces.map(|it| Name::new(it.text_of("name"))).collect()
    };
    let mut known: Names = names(spec).into_iter().chain(names(embedded)).collect();
    for task in pipeline::all_tasks(embedded) {
        known.extend(names(task));
        pipeline_task::workspaces(cx, task, &known);
    }
}
