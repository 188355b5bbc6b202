//! A task of a pipeline: what it is, and how it is set.

use indexmap::IndexSet;

use crate::admit::admission::variable::Names;
use crate::admit::admission::{
    Admission, field, metadata, pipeline, place, place_of, place_of_key, step, target, task,
};
use crate::admit::errors::pipeline_task as errors;
use crate::admit::errors::removed;
use crate::schema::profile::ApiFields;
use crate::yaml::Node;

/// What a task can be, each instead of the others.
const WHAT: &[&str] = &["taskRef", "taskSpec", "pipelineRef", "pipelineSpec"];

pub(crate) fn check(cx: &mut Admission<'_>, it: &Node) {
    let name = it.text_of("name");
    if !metadata::is_label(name) {
        cx.say(errors::name_form(place(it), name));
    }
    what(cx, it);
    inline(cx, it);
    steps_or_kind(cx, it);
    on_error(cx, it);
    if is_custom(it) {
        custom(cx, it);
    } else {
        parts(cx, it);
    }
    let resources = field(it, "resources").filter(|_| cx.is_beta());
    if let Some(resources) = resources {
        cx.say(removed::resources(resources.span));
    }
}

/// Resolvers are not for every installation.
pub(crate) fn resolvers(cx: &mut Admission<'_>, it: &Node) {
    let Some(reference) = field(it, "taskRef") else {
        return;
    };
    if !reference.text_of("resolver").is_empty() {
        let span = place_of_key(reference, "resolver");
        cx.needs(ApiFields::Beta, "`resolver`", span);
    }
    if !reference.list("params").is_empty() {
        let span = place_of_key(reference, "params");
        cx.needs(ApiFields::Beta, "`params` of a resolver", span);
    }
}

fn what(cx: &mut Admission<'_>, it: &Node) {
    let said = WHAT.iter().filter(|key| field(it, key).is_some());
    let said: Vec<&str> = said.copied().collect();
    for key in said.iter().filter(|key| key.starts_with("pipeline")) {
        let feature = format!("`{key}` of a task");
        cx.needs(ApiFields::Alpha, &feature, place_of_key(it, key));
    }
    match said.as_slice() {
        [] => cx.say(errors::nothing_to_run(place(it), it.text_of("name"))),
        [_] => {}
        [_, second, ..] => {
            let span = place_of_key(it, second);
            cx.say(errors::several_to_run(span, it.text_of("name"), &said));
        }
    }
}

/// An installation may want everything by reference.
fn inline(cx: &mut Admission<'_>, it: &Node) {
    for key in ["taskSpec", "pipelineSpec"] {
        if field(it, key).is_some() {
            no_inline(cx, "pipeline", place_of_key(it, key), key);
        }
    }
}

/// Says so where `disable-inline-spec` has the kind of the object.
pub(crate) fn no_inline(cx: &mut Admission<'_>, kind: &str, span: crate::base::Span, key: &str) {
    let disabled = cx.tekton.flags.get("disable-inline-spec");
    let disabled = disabled.is_some_and(|it| it.split(',').any(|it| it == kind));
    if disabled {
        cx.say(errors::inline_disabled(span, key, kind));
    }
}

fn steps_or_kind(cx: &mut Admission<'_>, it: &Node) {
    let spec = field(it, "taskSpec");
    let Some(spec) = spec.filter(|it| !it.list("steps").is_empty()) else {
        return;
    };
    for key in ["apiVersion", "kind"] {
        if !spec.text_of(key).is_empty() {
            cx.say(errors::kind_beside_steps(place_of_key(spec, key), key));
        }
    }
}

fn on_error(cx: &mut Admission<'_>, it: &Node) {
    let value = it.text_of("onError");
    if value.is_empty() || step::is_param(value) {
        return;
    }
    let span = place_of(it, "onError");
    cx.needs(ApiFields::Beta, "`onError` of a task", span);
    if !matches!(value, "continue" | "stopAndFail") {
        cx.say(errors::on_error(span, value));
    }
    let retries = it.get("retries").and_then(Node::integer).unwrap_or(0);
    if value == "continue" && retries > 0 {
        cx.say(errors::retries_and_continue(span, retries));
    }
}

/// Something that is not Tekton's own task.
fn is_custom(it: &Node) -> bool {
    let says = |of: &Node| {
        let kind = of.text_of("kind");
        !matches!(kind, "" | "Task") || !of.text_of("apiVersion").is_empty()
    };
    field(it, "taskRef").is_some_and(says) || field(it, "taskSpec").is_some_and(says)
}

fn custom(cx: &mut Admission<'_>, it: &Node) {
    for key in ["taskRef", "taskSpec"] {
        let Some(of) = field(it, key) else {
            continue;
        };
        let (kind, version) = (of.text_of("kind"), of.text_of("apiVersion"));
        if kind.is_empty() {
            cx.say(errors::custom_without_kind(
                place_of(of, "apiVersion"),
                version,
            ));
        }
        if version.is_empty() {
            cx.say(errors::custom_without_version(place_of(of, "kind"), kind));
        } else if !is_group_version(version) {
            cx.say(errors::custom_version(place_of(of, "apiVersion"), version));
        }
    }
}

fn is_group_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    matches!(parts.as_slice(), [group, version] if !group.is_empty() && !version.is_empty())
}

fn parts(cx: &mut Admission<'_>, it: &Node) {
    if let Some(spec) = field(it, "taskSpec") {
        task::check(cx, spec);
    }
    if let Some(reference) = field(it, "taskRef") {
        target::check(cx, reference);
    }
    // The older API does not look at them.
    if cx.is_beta() {
        return;
    }
    if let Some(reference) = field(it, "pipelineRef") {
        target::check(cx, reference);
    }
    if let Some(spec) = field(it, "pipelineSpec") {
        pipeline::check(cx, spec);
    }
}

/// Workspaces are bound once, to what the pipeline declares.
pub(crate) fn workspaces(cx: &mut Admission<'_>, it: &Node, declared: &Names) {
    let mut seen = IndexSet::new();
    for binding in it.list("workspaces") {
        let name = binding.text_of("name");
        if !seen.insert(name) {
            cx.say(errors::workspace_twice(place(binding), name));
        }
        let (behind, span) = match binding.text_of("workspace") {
            "" => (name, place(binding)),
            behind => (behind, place_of(binding, "workspace")),
        };
        if !declared.contains(behind) {
            cx.say(errors::no_workspace(span, behind, declared));
        }
    }
}
