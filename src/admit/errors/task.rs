//! Tasks.

use crate::admit::admission::variable::Names;
use crate::base::Span;
use crate::base::spelling::nearest;
use crate::diag::Diagnostic;

/// A task has a step.
pub(crate) fn no_steps(span: Span) -> Diagnostic {
    Diagnostic::new("missing-field", span, "this task has no steps")
        .note("a pod needs a container to run")
}

/// The volumes of a task have different names.
pub(crate) fn volume_twice(span: Span, name: &str) -> Diagnostic {
    let message = format!("two volumes are called `{name}`");
    Diagnostic::new("duplicate-name", span, message).note("steps mount volumes by their names")
}

/// The workspaces of a task have different names.
pub(crate) fn workspace_twice(span: Span, name: &str) -> Diagnostic {
    let message = format!("two workspaces are called `{name}`");
    Diagnostic::new("duplicate-name", span, message).note("runs bind workspaces by their names")
}

/// Nothing else is mounted where a workspace of a task is.
pub(crate) fn mounted_twice(span: Span, name: &str, path: &str) -> Diagnostic {
    let message = format!("the workspace `{name}` is at `{path}`, where something else is mounted");
    Diagnostic::new("mount-path", span, message)
        .note("one of the two would hide the other")
        .help("give it a `mountPath` of its own")
}

/// A workspace that a step or sidecar takes for itself is declared by its task.
pub(crate) fn no_workspace(span: Span, name: &str, declared: &Names) -> Diagnostic {
    let message = format!("the task declares no workspace `{name}`");
    let finding = Diagnostic::new("unknown-name", span, message)
        .note("a step takes workspaces of its task for itself");
    match nearest(name, declared.iter().map(|it| it.as_str())) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

/// What a step repeats in `env`, `volumeMounts` or `volumeDevices` follows at once, where the step template has such a list.
pub(crate) fn twice_apart(span: Span, key: &str, name: &str) -> Diagnostic {
    let message = format!("`{name}` stands twice in `{key}`, with others between");
    Diagnostic::new("duplicate-name", span, message)
        .note(format!(
            "Tekton cannot lay it over `{key}` of the step template"
        ))
        .help("keep one of them")
}
