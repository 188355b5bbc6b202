//! Tasks of a pipeline.

use crate::admit::admission::variable::Names;
use crate::base::Span;
use crate::base::spelling::nearest;
use crate::diag::Diagnostic;

/// The name of a task of a pipeline is a DNS label: lower-case letters, digits and `-`, with a letter or digit at both ends.
pub(crate) fn name_form(span: Span, name: &str) -> Diagnostic {
    let message = match name {
        "" => "this task of the pipeline has no name".to_owned(),
        _ => format!("`{name}` cannot be the name of a task of a pipeline"),
    };
    Diagnostic::new("name-form", span, message).note(
        "it is lower-case letters, digits and `-`, 63 at most, with a letter or digit at both ends",
    )
}

/// A task of a pipeline has a `taskRef` or a `taskSpec` (or a pipeline instead, where the target has that).
pub(crate) fn nothing_to_run(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` has neither `taskRef` nor `taskSpec`");
    Diagnostic::new("missing-field", span, message).note("there would be nothing to run")
}

/// A task of a pipeline is one thing.
pub(crate) fn several_to_run(span: Span, name: &str, said: &[&str]) -> Diagnostic {
    let said: Vec<String> = said.iter().map(|it| format!("`{it}`")).collect();
    let message = format!("`{name}` has {}", said.join(" and "));
    Diagnostic::new("exclusive-fields", span, message)
        .note("a task of a pipeline is one thing")
        .help("leave all but one out")
}

/// No spec is embedded where `disable-inline-spec` forbids it.
pub(crate) fn inline_disabled(span: Span, key: &str, kind: &str) -> Diagnostic {
    let message = format!("`{key}`, where `disable-inline-spec` has `{kind}`");
    Diagnostic::new("target-feature", span, message)
        .note("the installation wants everything by reference")
}

/// An embedded task with steps has no `apiVersion` and no `kind`.
pub(crate) fn kind_beside_steps(span: Span, key: &str) -> Diagnostic {
    let message = format!("`{key}` beside `steps`");
    Diagnostic::new("exclusive-fields", span, message).note(format!(
        "with a `{key}` the task is not Tekton's own, and has no steps"
    ))
}

/// `onError` of a task is `continue`, `stopAndFail` or a parameter.
pub(crate) fn on_error(span: Span, value: &str) -> Diagnostic {
    let message = format!("`{value}` is nothing that a task can do on an error");
    Diagnostic::new("bad-value", span, message)
        .note("it is `continue`, `stopAndFail` or a parameter")
}

/// A task that goes on after an error is not retried.
pub(crate) fn retries_and_continue(span: Span, retries: i64) -> Diagnostic {
    let message = format!("`onError: continue` with {retries} retries");
    Diagnostic::new("exclusive-fields", span, message)
        .note("a task whose failure counts for nothing is not tried again")
}

/// A task that is not Tekton's own has a `kind`.
pub(crate) fn custom_without_kind(span: Span, version: &str) -> Diagnostic {
    let message = format!("`apiVersion: {version}` without a `kind`");
    Diagnostic::new("missing-field", span, message)
        .note("with an `apiVersion` the task is not Tekton's own, and its controller needs both")
        .help("leave `apiVersion` out where a Task is meant")
}

/// A task that is not Tekton's own has an `apiVersion`.
pub(crate) fn custom_without_version(span: Span, kind: &str) -> Diagnostic {
    let message = format!("`kind: {kind}` without an `apiVersion`");
    Diagnostic::new("missing-field", span, message)
        .note("what is no `Task` is not Tekton's own, and its controller needs both; there is no ClusterTask any more")
}

/// The `apiVersion` of a task that is not Tekton's own is `GROUP/VERSION`.
pub(crate) fn custom_version(span: Span, version: &str) -> Diagnostic {
    let message = format!("`{version}` is no `apiVersion` of a task");
    Diagnostic::new("bad-value", span, message).note("it is a group, a slash and a version")
}

/// A task of a pipeline binds a workspace once.
pub(crate) fn workspace_twice(span: Span, name: &str) -> Diagnostic {
    let message = format!("the workspace `{name}` is bound twice");
    Diagnostic::new("duplicate-name", span, message).note("only one of the two could be mounted")
}

/// A workspace that a task of a pipeline takes is declared by the pipeline.
pub(crate) fn no_workspace(span: Span, name: &str, declared: &Names) -> Diagnostic {
    let message = format!("the pipeline declares no workspace `{name}`");
    let finding = Diagnostic::new("unknown-name", span, message)
        .note("runs bind only workspaces that the pipeline declares");
    match nearest(name, declared.iter().map(|it| it.as_str())) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}
