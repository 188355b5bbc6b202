//! Steps and sidecars.

use crate::base::Span;
use crate::diag::Diagnostic;

/// The steps of a task have different names.
pub(crate) fn name_twice(span: Span, name: &str) -> Diagnostic {
    let message = format!("two steps are called `{name}`");
    Diagnostic::new("duplicate-name", span, message)
        .note("steps become containers of one pod, whose names differ")
}

/// The name of a step is a DNS label: lower-case letters, digits and `-`, with a letter or digit at both ends.
pub(crate) fn name_form(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` cannot be the name of a step");
    Diagnostic::new("name-form", span, message)
        .note("a container's name is lower-case letters, digits and `-`, 63 at most, with a letter or digit at both ends")
}

/// A step that refers to an action has no `image`, `command`, `args`, `script`, `workingDir`, `env`, `volumeMounts` or `results`.
pub(crate) fn field_beside_ref(span: Span, key: &str) -> Diagnostic {
    let message = format!("`{key}` beside `ref`");
    Diagnostic::new("exclusive-fields", span, message)
        .note(format!("the step action says the `{key}`"))
        .help("pass it as a param, or write the step out")
}

/// Only a step that refers to an action has params.
pub(crate) fn params_without_ref(span: Span) -> Diagnostic {
    Diagnostic::new("exclusive-fields", span, "`params` of a step without `ref`")
        .note("only a step action takes them; a step written out has those of its task")
}

/// A step that refers to no action has an image, its own or that of the template; so have sidecars and step actions.
pub(crate) fn no_image(span: Span, owner: &str) -> Diagnostic {
    let message = format!("this {owner} has no image");
    Diagnostic::new("missing-field", span, message).note("a container is made from an image")
}

/// A step, sidecar or step action has a script or a command.
pub(crate) fn script_and_command(span: Span) -> Diagnostic {
    Diagnostic::new("exclusive-fields", span, "`script` beside `command`")
        .note("a script is the command; `args` may stand beside it")
        .help("leave one of the two out")
}

/// The timeout of a step is not below zero.
pub(crate) fn negative_timeout(span: Span) -> Diagnostic {
    Diagnostic::new("bad-timeout", span, "a step's timeout below zero").note("`0s` is no timeout")
}

/// A step mounts nothing under `/tekton/` but under `/tekton/home`.
pub(crate) fn mounted_at_tekton(span: Span, path: &str) -> Diagnostic {
    let message = format!("a volume is mounted at `{path}`");
    Diagnostic::new("mount-path", span, message)
        .note("`/tekton` is Tekton's own, but for `/tekton/home`")
}

/// A step mounts no volume whose name starts with `tekton-internal-`.
pub(crate) fn internal_volume(span: Span, name: &str) -> Diagnostic {
    let message = format!("the volume `{name}` has a name of Tekton's own");
    Diagnostic::new("name-form", span, message)
        .note("names that start with `tekton-internal-` belong to volumes that Tekton adds")
}

/// `onError` of a step is `continue`, `stopAndFail` or a parameter.
pub(crate) fn on_error(span: Span, value: &str) -> Diagnostic {
    let message = format!("`{value}` is nothing that a step can do on an error");
    Diagnostic::new("bad-value", span, message)
        .note("it is `continue`, `stopAndFail` or a parameter")
}

/// Results of steps stand in `env`, `command` and `args` alone.
pub(crate) fn step_result_too_early(span: Span) -> Diagnostic {
    Diagnostic::new(
        "reference-form",
        span,
        "the result of a step stands where it cannot be replaced",
    )
    .note("it is known when the container exists, so only `env`, `command` and `args` can hold it")
    .help("pass it by `env` and read the variable")
}

/// Artifacts of steps stand in `env`, `command`, `args` and `script` alone.
pub(crate) fn step_artifact_too_early(span: Span) -> Diagnostic {
    Diagnostic::new("reference-form", span, "the artifact of a step stands where it cannot be replaced")
        .note("it is known when the container exists, so only `env`, `command`, `args` and `script` can hold it")
}

/// No sidecar has the name of Tekton's own.
pub(crate) fn reserved_sidecar(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` is the name of Tekton's own sidecar");
    Diagnostic::new("name-form", span, message)
        .note("Tekton adds it where results come from the logs of a sidecar")
}
