//! The pod that a task becomes: what the API server, or the node, would refuse of it.

use indexmap::IndexSet;

use crate::admit::controller::model::{self, Named};
use crate::admit::controller::task::Scope;
use crate::admit::controller::{image, quantity};
use crate::admit::errors::controller::pods as errors;
use crate::base::spelling::nearest;
use crate::diag::Sink;
use crate::yaml::Node;

/// Judges the pod of a task; `more` are the volumes of the run's pod template, where the run is known.
pub(crate) fn of_task(scope: &Scope<'_>, more: Option<&[&str]>, sink: &mut Sink) {
    let spec = scope.spec;
    let template = spec.get("stepTemplate");
    volumes(spec, more, sink);
    sidecars(spec, sink);
    for container in containers(spec) {
        pull_policy(container, sink);
        names_of_image(container, sink);
        mount_paths(container, sink);
    }
    for step in spec.list("steps") {
        requests(step, template, sink);
    }
    repeated(spec, sink);
}

fn containers(spec: &Node) -> impl Iterator<Item = &Node> {
    let steps = spec.list("steps").iter();
    steps
        .chain(spec.get("stepTemplate"))
        .chain(spec.list("sidecars"))
}

/// Every mount names a volume.
fn volumes(spec: &Node, more: Option<&[&str]>, sink: &mut Sink) {
    let volumes = model::named(spec, "volumes");
    let known: IndexSet<&str> = volumes.iter().map(|it| it.name).collect();
    for container in containers(spec) {
        for mount in model::named(container, "volumeMounts") {
            let given = known.contains(mount.name)
                || more.is_some_and(|it| it.contains(&mount.name))
                || mount.name.contains("$(")
                || mount.name.starts_with("tekton-internal-");
            if !given {
                let near = nearest(mount.name, known.iter().copied());
                sink.push(errors::no_volume(&mount, more.is_some(), near));
            }
        }
    }
    for it in &volumes {
        if !it.name.contains("$(") && !is_label(it.name) {
            sink.push(errors::bad_name(it, "volume"));
        }
    }
}

fn mount_paths(container: &Node, sink: &mut Sink) {
    let mut seen: Vec<(&str, &Node)> = Vec::new();
    for mount in container.list("volumeMounts") {
        let Some(path) = mount.get("mountPath") else {
            continue;
        };
        let text = path.text().unwrap_or_default();
        match seen.iter().find(|it| it.0 == text) {
            Some((_, first)) => sink.push(errors::same_path(path, first)),
            None => seen.push((text, path)),
        }
    }
}

fn sidecars(spec: &Node, sink: &mut Sink) {
    let mut seen: Vec<Named<'_>> = Vec::new();
    for sidecar in spec.list("sidecars") {
        if sidecar.text_of("image").is_empty() {
            sink.push(errors::no_image(sidecar));
        }
        // Without a name the container is called `sidecar` alone.
        let it = Named {
            name: sidecar.text_of("name"),
            at: sidecar.get("name").unwrap_or(sidecar),
            node: sidecar,
        };
        let name = it.name;
        if !name.contains("$(") && !is_label(&container_name(name)) {
            sink.push(errors::bad_name(&it, "sidecar"));
        }
        match seen.iter().find(|other| other.name == name) {
            Some(first) => sink.push(errors::same_sidecar(&it, first)),
            None => seen.push(it),
        }
    }
}

/// What Tekton calls the container of a sidecar: cut to what fits, without marks at the end.
fn container_name(sidecar: &str) -> String {
    let whole = format!("sidecar-{sidecar}");
    let cut: String = whole.chars().take(63).collect();
    let is_word = |it: char| it.is_ascii_alphanumeric();
    cut.trim_end_matches(|it| !is_word(it)).to_owned()
}

/// A DNS label as Kubernetes has it.
fn is_label(name: &str) -> bool {
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    !name.is_empty()
        && name.len() <= 63
        && name.bytes().all(fits)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn pull_policy(container: &Node, sink: &mut Sink) {
    let known = ["Always", "IfNotPresent", "Never"];
    let Some(policy) = container.get("imagePullPolicy") else {
        return;
    };
    let text = policy.text().unwrap_or_default();
    if !text.is_empty() && !text.contains("$(") && !known.contains(&text) {
        let near = known.iter().find(|it| it.eq_ignore_ascii_case(text));
        let near = near.copied().or_else(|| nearest(text, known));
        sink.push(errors::pull_policy(policy, near));
    }
}

fn names_of_image(container: &Node, sink: &mut Sink) {
    let Some(image) = container.get("image") else {
        return;
    };
    let text = image.text().unwrap_or_default();
    let known = !text.is_empty() && !text.contains("$(") && !text.contains("{{");
    if known && let Err(flaw) = image::check(text) {
        sink.push(errors::bad_image(image, &flaw));
    }
}

/// A step cannot ask for more than it may take.
fn requests(step: &Node, template: Option<&Node>, sink: &mut Sink) {
    for field in ["computeResources", "resources"] {
        let requests = step.get(field).and_then(|it| it.get("requests"));
        for it in requests.map_or(&[][..], Node::entries) {
            let limit_in = |of: &'_ Node| -> Option<Node> {
                of.get(field)?.get("limits")?.get(&it.key).cloned()
            };
            let limit = limit_in(step).or_else(|| template.and_then(limit_in));
            if let Some(limit) = limit
                && let (Some(asked), Some(most)) =
                    (quantity::read(&it.value), quantity::read(&limit))
                && asked > most
            {
                sink.push(errors::request(it, &limit));
            }
        }
    }
}

/// Two results of one name: the API takes them, and only one is ever given.
fn repeated(spec: &Node, sink: &mut Sink) {
    let results = model::named(spec, "results");
    for (at, it) in results.iter().enumerate() {
        if let Some(first) = results.iter().take(at).find(|first| first.name == it.name) {
            sink.push(errors::same_result(it, first));
        }
    }
}
