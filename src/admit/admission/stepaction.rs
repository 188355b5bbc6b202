//! A step that tasks refer to.

use indexmap::IndexSet;

use crate::admit::admission::param::{self, Spec};
use crate::admit::admission::usage::{self, Owner};
use crate::admit::admission::variable::{self, Names, Text};
use crate::admit::admission::{
    Admission, field, metadata, place, place_of, place_of_key, result, step,
};
use crate::admit::errors::step as step_errors;
use crate::admit::errors::stepaction as errors;
use crate::admit::substitution::variables;
use crate::admit::{Object, Version};
use crate::base::Name;
use crate::yaml::Node;

pub(crate) fn object(cx: &mut Admission<'_>, object: &Object) {
    metadata::check(cx, object);
    let Some(spec) = object.spec() else {
        cx.say(step_errors::no_image(object.span(), "step action"));
        return;
    };
    if spec.text_of("image").is_empty() {
        cx.say(step_errors::no_image(
            place_of(spec, "image"),
            "step action",
        ));
    }
    step::script_or_command(cx, spec);
    step::windows(cx, spec);
    if !variables(spec.text_of("script"), "params").is_empty() {
        cx.say(errors::param_in_script(place_of_key(spec, "script")));
    }
    let specs = param::specs(spec);
    params(cx, spec, &specs);
    if object.version == Version::V1alpha1 {
        defaults(cx, spec, &specs);
    }
    results(cx, spec);
    mounts(cx, spec, &specs);
}

fn params(cx: &mut Admission<'_>, spec: &Node, specs: &[Spec]) {
    let steps = std::slice::from_ref(spec);
    usage::declared(cx, steps, Owner::StepAction, specs);
    param::types(cx, specs);
    param::declared_once(cx, specs);
    param::name_form(cx, specs);
    usage::arrays(cx, steps, Owner::StepAction, specs);
}

fn results(cx: &mut Admission<'_>, spec: &Node) {
    let results = spec.list("results");
    let names = results.iter();
    let names: Names = names.map(|it| Name::new(it.text_of("name"))).collect();
    if let Some(script) = Text::in_field(spec, "script") {
        variable::exist(cx, script, "step.results", &names);
        variable::exist(cx, script, "results", &names);
    }
    for it in results {
        result::of_step(cx, it);
    }
}

/// A step action cannot name a volume: whoever uses it says which.
fn mounts(cx: &mut Admission<'_>, spec: &Node, specs: &[Spec]) {
    let names = param::names(specs);
    for mount in spec.list("volumeMounts") {
        let name = mount.text_of("name");
        let found = variables(name, "params");
        let alone = matches!(found.as_slice(), [it] if it.end - it.start == name.len());
        if !alone {
            cx.say(errors::mount_is_no_param(place(mount), name));
            return;
        }
        if let Some(text) = Text::in_field(mount, "name") {
            variable::exist(cx, text, "params", &names);
        }
    }
}

/// The oldest API looks into defaults: they refer to parameters that exist, and not in a circle.
fn defaults(cx: &mut Admission<'_>, spec: &Node, specs: &[Spec]) {
    let names = param::names(specs);
    let mut open: Vec<(&Node, Vec<&str>)> = Vec::new();
    let mut known: IndexSet<&str> = IndexSet::new();
    for node in spec.list("params") {
        let default = field(node, "default").and_then(Node::text).unwrap_or("");
        let needs: Vec<&str> = variables(default, "params")
            .iter()
            .filter_map(|it| default.get(it.start..it.end))
            .map(|it| it.strip_prefix("$(params.").unwrap_or(it))
            .map(|it| it.strip_suffix(')').unwrap_or(it))
            .collect();
        let unknown = needs.iter().find(|it| !names.contains(**it));
        if let Some(unknown) = unknown {
            let span = place_of(node, "default");
            cx.say(errors::default_of_unknown(span, unknown, &names));
        } else if needs.is_empty() {
            known.insert(node.text_of("name"));
        } else {
            open.push((node, needs));
        }
    }
    loop {
        let before = open.len();
        open.retain(|(node, needs)| {
            let ready = needs.iter().all(|it| known.contains(it));
            if ready {
                known.insert(node.text_of("name"));
            }
            !ready
        });
        if open.len() == before {
            break;
        }
    }
    for (node, _) in open {
        cx.say(errors::default_in_circle(place_of(node, "default")));
    }
}
