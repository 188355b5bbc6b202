//! Messages about the pod of a task.

use crate::admit::controller::model::{Named, place};
use crate::diag::{Diagnostic, Severity};
use crate::yaml::{Entry, Node};

pub(crate) fn no_volume(mount: &Named<'_>, run_is_known: bool, near: Option<&str>) -> Diagnostic {
    let message = format!("nothing declares the volume `{}`", mount.name);
    let mut found = Diagnostic::new("unknown-volume", mount.at.span, message);
    if run_is_known {
        found = found.note("the API server refuses the pod, and the task fails");
    } else {
        found.severity = Severity::Warning;
        found = found.note(
            "the pod is refused, unless the pod template of every run adds a volume of that name",
        );
    }
    found.did_you_mean(mount.at.span, near)
}

const REFUSED: &str = "the API server refuses the pod then, and the task fails";

pub(crate) fn bad_name(it: &Named<'_>, what: &str) -> Diagnostic {
    let message = format!("`{}` cannot be the name of a {what}", it.name);
    Diagnostic::new("refused-pod", it.at.span, message)
        .note(REFUSED)
        .help("use small letters, digits and `-`, with a letter or digit at both ends, 63 at most")
}

pub(crate) fn no_image(sidecar: &Node) -> Diagnostic {
    Diagnostic::new("refused-pod", place(sidecar), "the sidecar has no image").note(REFUSED)
}

pub(crate) fn same_sidecar(it: &Named<'_>, first: &Named<'_>) -> Diagnostic {
    let message = match it.name {
        "" => "two sidecars have no name".to_owned(),
        name => format!("two sidecars are called `{name}`"),
    };
    Diagnostic::new("refused-pod", it.at.span, message)
        .label(first.at.span, "the first")
        .note(REFUSED)
}

pub(crate) fn same_path(path: &Node, first: &Node) -> Diagnostic {
    let message = format!(
        "two volumes are mounted at `{}`",
        path.text().unwrap_or_default()
    );
    Diagnostic::new("refused-pod", path.span, message)
        .label(first.span, "the first")
        .note(REFUSED)
}

pub(crate) fn pull_policy(policy: &Node, near: Option<&str>) -> Diagnostic {
    let text = policy.text().unwrap_or_default();
    let found = Diagnostic::new(
        "refused-pod",
        policy.span,
        format!("`{text}` is no policy for pulling images"),
    )
    .note("it is one of `Always`, `IfNotPresent`, `Never`");
    found.did_you_mean(policy.span, near)
}

pub(crate) fn bad_image(image: &Node, flaw: &str) -> Diagnostic {
    let text = image.text().unwrap_or_default();
    let message = format!("`{text}` is no name of an image: {flaw}");
    Diagnostic::new("bad-image", image.span, message)
        .note("the node cannot pull it, and the task fails with `InvalidImageName`")
}

pub(crate) fn request(request: &Entry, limit: &Node) -> Diagnostic {
    let message = format!("the step asks for more `{}` than its limit", request.key);
    Diagnostic::new("request-over-limit", request.value.span, message)
        .label(limit.span, "the limit")
}

pub(crate) fn same_result(it: &Named<'_>, first: &Named<'_>) -> Diagnostic {
    let message = format!("the result `{}` is declared twice", it.name);
    Diagnostic::new("repeated-result", it.at.span, message)
        .label(first.at.span, "the first")
        .note("the API takes both; they are one file, and one result")
}
