//! Steps and sidecars.

use indexmap::IndexSet;

use crate::admit::admission::variable::{self, Names, Text};
use crate::admit::admission::{
    Admission, field, metadata, place, place_of, place_of_key, result, target, timeout, when,
};
use crate::admit::errors::step as errors;
use crate::admit::substitution::{has_any_artifact, has_step_artifact, has_step_result};
use crate::base::Name;
use crate::schema::profile::ApiFields;
use crate::yaml::Node;

/// What a step with a `ref` must leave to it.
const OF_THE_ACTION: &[&str] = &[
    "image",
    "command",
    "args",
    "script",
    "workingDir",
    "env",
    "volumeMounts",
    "results",
];

/// The name that Tekton's own sidecar has.
const RESERVED_SIDECAR: &str = "tekton-log-results";

/// The steps of a task after its template.
pub(crate) fn all(cx: &mut Admission<'_>, steps: &[Node]) {
    let mut names = IndexSet::new();
    for step in steps {
        let name = step.text_of("name");
        if !name.is_empty() && !names.insert(name) {
            cx.say(errors::name_twice(place(step), name));
        }
        check(cx, step);
        if let Some(results) = field(step, "results") {
            results_in_script(cx, step, results);
            for it in results.items() {
                result::of_step(cx, it);
            }
        }
        when::all(cx, step);
    }
}

fn check(cx: &mut Admission<'_>, step: &Node) {
    if asks_for_artifacts(step) && !cx.tekton.has("enable-artifacts") {
        cx.needs_flag("enable-artifacts", "artifacts", place(step));
        return;
    }
    match field(step, "ref") {
        Some(reference) => by_reference(cx, step, reference),
        None => by_itself(cx, step),
    }
    let name = step.text_of("name");
    if !name.is_empty() && !metadata::is_label(name) {
        cx.say(errors::name_form(place(step), name));
    }
    if timeout::is_negative(step.get("timeout")) {
        cx.say(errors::negative_timeout(place_of(step, "timeout")));
        return;
    }
    mounts(cx, step);
    on_error(cx, step);
    streams(cx, step);
    step_results(cx, step);
}

fn by_reference(cx: &mut Admission<'_>, step: &Node, reference: &Node) {
    target::check(cx, reference);
    for key in OF_THE_ACTION {
        let says = match *key {
            "env" => field(step, key).is_some(),
            _ => !step.text_of(key).is_empty() || !step.list(key).is_empty(),
        };
        if says {
            cx.say(errors::field_beside_ref(place_of_key(step, key), key));
        }
    }
}

fn by_itself(cx: &mut Admission<'_>, step: &Node) {
    if !step.list("params").is_empty() {
        cx.say(errors::params_without_ref(place_of_key(step, "params")));
    }
    if step.text_of("image").is_empty() {
        cx.say(errors::no_image(place(step), "step"));
    }
    script_or_command(cx, step);
}

/// A script is the command.
pub(crate) fn script_or_command(cx: &mut Admission<'_>, step: &Node) {
    if !step.text_of("script").is_empty() && !step.list("command").is_empty() {
        cx.say(errors::script_and_command(place_of_key(step, "script")));
    }
}

/// Scripts for Windows are not for every installation.
pub(crate) fn windows(cx: &mut Admission<'_>, step: &Node) {
    let script = step.text_of("script").trim();
    if script.starts_with("#!win") {
        let span = place_of_key(step, "script");
        cx.needs(ApiFields::Alpha, "a script for Windows", span);
    }
}

fn mounts(cx: &mut Admission<'_>, step: &Node) {
    for mount in step.list("volumeMounts") {
        let (name, path) = (mount.text_of("name"), mount.text_of("mountPath"));
        let clean = clean(path);
        if clean.starts_with("/tekton/") && !clean.starts_with("/tekton/home") {
            cx.say(errors::mounted_at_tekton(
                place_of(mount, "mountPath"),
                path,
            ));
        }
        if name.starts_with("tekton-internal-") {
            cx.say(errors::internal_volume(place(mount), name));
        }
    }
}

fn on_error(cx: &mut Admission<'_>, step: &Node) {
    let value = step.text_of("onError");
    if !matches!(value, "" | "continue" | "stopAndFail") && !is_param(value) {
        cx.say(errors::on_error(place_of(step, "onError"), value));
    }
}

/// Tekton looks at the beginning only.
pub(crate) fn is_param(text: &str) -> bool {
    text.starts_with("$(params")
}

fn streams(cx: &mut Admission<'_>, step: &Node) {
    windows(cx, step);
    for key in ["stdoutConfig", "stderrConfig"] {
        if field(step, key).is_some() {
            let feature = format!("`{key}`");
            cx.needs(ApiFields::Alpha, &feature, place_of_key(step, key));
        }
    }
}

/// Results and artifacts of steps are known when the containers exist, so they cannot say what the containers are.
fn step_results(cx: &mut Admission<'_>, step: &Node) {
    let script = Text::in_field(step, "script");
    for text in fixed(step).into_iter().chain(script) {
        if has_step_result(text.text) {
            cx.say(errors::step_result_too_early(text.span()));
        }
    }
    for text in fixed(step) {
        if has_step_artifact(text.text) {
            cx.say(errors::step_artifact_too_early(text.span()));
        }
    }
}

/// Texts that a container has when it is made.
fn fixed(step: &Node) -> Vec<Text<'_>> {
    let own = ["name", "image", "imagePullPolicy", "workingDir"].into_iter();
    let own = own.filter_map(|it| Text::in_field(step, it));
    let sources = step.list("envFrom").iter().flat_map(|it| {
        let prefix = it.get("prefix");
        let named = [prefix, it.at("configMapRef.name"), it.at("secretRef.name")];
        named.into_iter().flatten().filter_map(Text::of)
    });
    let of = |key: &'static str, fields: &'static [&'static str]| {
        let items = step.list(key).iter();
        items.flat_map(move |it| fields.iter().filter_map(|field| Text::in_field(it, field)))
    };
    let mounts = of("volumeMounts", &["name", "mountPath", "subPath"]);
    let devices = of("volumeDevices", &["name", "devicePath"]);
    own.chain(sources).chain(mounts).chain(devices).collect()
}

fn asks_for_artifacts(step: &Node) -> bool {
    let lists = ["command", "args"].into_iter();
    let lists = lists.flat_map(|it| Text::in_list(step, it));
    let env = step.list("env").iter();
    let env = env.filter_map(|it| Text::in_field(it, "value"));
    let script = Text::in_field(step, "script").into_iter();
    let mut texts = script.chain(lists).chain(env);
    texts.any(|it| has_any_artifact(it.text))
}

/// A script writes only to results that its step declares.
pub(crate) fn results_in_script(cx: &mut Admission<'_>, step: &Node, results: &Node) {
    let results = results.items().iter();
    let results: Names = results.map(|it| Name::new(it.text_of("name"))).collect();
    if let Some(script) = Text::in_field(step, "script") {
        variable::exist(cx, script, "step.results", &results);
    }
}

pub(crate) fn sidecar(cx: &mut Admission<'_>, sidecar: &Node) {
    if sidecar.text_of("name") == RESERVED_SIDECAR {
        cx.say(errors::reserved_sidecar(place(sidecar), RESERVED_SIDECAR));
    }
    // The older API leaves the rest to the pod.
    if cx.is_beta() {
        return;
    }
    if sidecar.text_of("image").is_empty() {
        cx.say(errors::no_image(place(sidecar), "sidecar"));
    }
    script_or_command(cx, sidecar);
}

/// A path without `.`, `..` and repeated slashes; `.` where nothing is left.
pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| *it != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let path = parts.join("/");
    match (rooted, path.is_empty()) {
        (true, _) => format!("/{path}"),
        (false, true) => ".".to_owned(),
        (false, false) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn paths_are_cleaned_as_go_cleans_them() {
        for (path, clean_path) in [
            ("", "."),
            ("/", "/"),
            ("/a//b/./c/", "/a/b/c"),
            ("/../a/..", "/"),
            ("../../a", "../../a"),
            ("a/../..", ".."),
            ("/tekton/home/..", "/tekton"),
        ] {
            assert_eq!(clean(path), clean_path, "{path}");
        }
    }
}
