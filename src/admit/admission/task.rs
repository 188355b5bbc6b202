//! What a task says: by itself, in a run, or in a pipeline.

use indexmap::IndexSet;

use crate::admit::Object;
use crate::admit::admission::param::{self, Spec};
use crate::admit::admission::usage::{self, Owner};
use crate::admit::admission::variable::{self, Names, Text};
use crate::admit::admission::{Admission, field, merge, metadata, place, place_of, result, step};
use crate::admit::errors::removed;
use crate::admit::errors::task as errors;
use crate::base::Name;
use crate::schema::profile::ApiFields;
use crate::yaml::Node;

pub(crate) fn object(cx: &mut Admission<'_>, object: &Object) {
    metadata::check(cx, object);
    let Some(spec) = object.spec() else {
        cx.say(errors::no_steps(object.span()));
        return;
    };
    check(cx, spec);
    let steps = merge::steps(spec, cx.version);
    usage::declared(cx, &steps, Owner::Step, &param::specs(spec));
}

/// A task as a spec, wherever it stands.
pub(crate) fn check(cx: &mut Admission<'_>, spec: &Node) {
    if spec.list("steps").is_empty() {
        cx.say(errors::no_steps(place_of(spec, "steps")));
    }
    volumes(cx, spec);
    mount_paths(cx, spec);
    isolated_workspaces(cx, spec, "steps");
    isolated_workspaces(cx, spec, "sidecars");
    for (node, key, name) in merge::apart(spec) {
        cx.say(errors::twice_apart(place(node), key, name));
    }
    let steps = merge::steps(spec, cx.version);
    step::all(cx, &steps);
    for sidecar in spec.list("sidecars") {
        step::sidecar(cx, sidecar);
    }
    let specs = param::specs(spec);
    param::types(cx, &specs);
    params(cx, &steps, &specs);
    context(cx, &steps);
    results_in_scripts(cx, &steps, spec);
    for it in spec.list("results") {
        result::of_task(cx, it);
    }
    let resources = field(spec, "resources").filter(|_| cx.is_beta());
    if let Some(resources) = resources {
        cx.say(removed::resources(resources.span));
    }
}

/// What is asked of declared parameters and of arrays among them.
pub(crate) fn params(cx: &mut Admission<'_>, steps: &[Node], specs: &[Spec]) {
    param::declared_once(cx, specs);
    param::options(cx, specs);
    param::name_form(cx, specs);
    usage::arrays(cx, steps, Owner::Step, specs);
}

fn volumes(cx: &mut Admission<'_>, spec: &Node) {
    let mut seen = IndexSet::new();
    for volume in spec.list("volumes") {
        let name = volume.text_of("name");
        if !seen.insert(name) {
            cx.say(errors::volume_twice(place(volume), name));
        }
    }
}

/// Workspaces have names and places of their own.
fn mount_paths(cx: &mut Admission<'_>, spec: &Node) {
    let template = field(spec, "stepTemplate").into_iter();
    let mounting = spec.list("steps").iter().chain(template);
    let mounts = mounting.flat_map(|it| it.list("volumeMounts"));
    let mut paths: IndexSet<String> = mounts
        .map(|it| step::clean(it.text_of("mountPath")))
        .collect();
    let mut names = IndexSet::new();
    for workspace in spec.list("workspaces") {
        let name = workspace.text_of("name");
        if !names.insert(name) {
            cx.say(errors::workspace_twice(place(workspace), name));
        }
        let path = match workspace.text_of("mountPath") {
            "" => step::clean(&format!("/workspace/{name}")),
            path => step::clean(path),
        };
        if !paths.insert(path.clone()) {
            let span = place_of(workspace, "mountPath");
            cx.say(errors::mounted_twice(span, name, &path));
        }
    }
}

/// Workspaces that only some steps see are workspaces of the task.
fn isolated_workspaces(cx: &mut Admission<'_>, spec: &Node, key: &str) {
    let declared = spec.list("workspaces").iter();
    let declared: Names = declared.map(|it| Name::new(it.text_of("name"))).collect();
    for owner in spec.list(key) {
        let used = owner.list("workspaces");
        if let Some(first) = used.first() {
            let feature = format!("`workspaces` of {key}");
            cx.needs(ApiFields::Beta, &feature, place(first));
        }
        for workspace in used {
            let name = workspace.text_of("name");
            if !declared.contains(name) {
                cx.say(errors::no_workspace(place(workspace), name, &declared));
            }
        }
    }
}

/// What the context of a task has.
fn context(cx: &mut Admission<'_>, steps: &[Node]) {
    let run = ["name", "namespace", "uid"].map(Name::new_static);
    let task = ["name", "retry-count"].map(Name::new_static);
    let run = Names::from_iter(run);
    let task = Names::from_iter(task);
    usage::exist(cx, steps, Owner::Step, "context.taskRun", &run);
    usage::exist(cx, steps, Owner::Step, "context.task", &task);
}

/// A script writes only to results that the task declares.
fn results_in_scripts(cx: &mut Admission<'_>, steps: &[Node], spec: &Node) {
    let results = spec.list("results").iter();
    let results: Names = results.map(|it| Name::new(it.text_of("name"))).collect();
    for script in steps.iter().filter_map(|it| Text::in_field(it, "script")) {
        variable::exist(cx, script, "results", &results);
    }
}
