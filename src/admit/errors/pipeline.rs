//! Pipelines.

use crate::admit::admission::variable::Names;
use crate::base::Span;
use crate::base::spelling::nearest;
use crate::diag::Diagnostic;

/// A pipeline says something.
pub(crate) fn empty(span: Span) -> Diagnostic {
    Diagnostic::new("missing-field", span, "this pipeline is empty")
        .note("there would be nothing to run")
        .help("give it `tasks`")
}

/// The tasks of a pipeline, `finally` included, have different names.
pub(crate) fn task_twice(span: Span, name: &str) -> Diagnostic {
    let message = format!("two tasks are called `{name}`");
    Diagnostic::new("duplicate-name", span, message)
        .note("`runAfter` and results name tasks, `finally` included")
}

/// The workspaces of a pipeline have names.
pub(crate) fn workspace_without_name(span: Span) -> Diagnostic {
    Diagnostic::new("missing-field", span, "this workspace has no name")
        .note("runs bind workspaces by their names")
}

/// The workspaces of a pipeline have different names.
pub(crate) fn workspace_twice(span: Span, name: &str) -> Diagnostic {
    let message = format!("two workspaces are called `{name}`");
    Diagnostic::new("duplicate-name", span, message).note("runs bind workspaces by their names")
}

/// A task that runs before `finally` does not ask how another ended.
pub(crate) fn status_too_early(span: Span, expression: &str) -> Diagnostic {
    let message = format!("`$({expression})` stands outside of `finally`");
    Diagnostic::new("reference-form", span, message)
        .note("how tasks ended is known when all of them have")
        .help("move the task to `finally`")
}

/// A task of `finally` asks how a task of the pipeline ended.
pub(crate) fn status_of_no_task(span: Span, task: &str, names: &Names) -> Diagnostic {
    of_no_task(span, task, "tasks", names)
}

/// A result is that of a task which exists, and which runs before.
pub(crate) fn result_of_no_task(
    span: Span,
    task: &str,
    section: &str,
    names: &Names,
) -> Diagnostic {
    of_no_task(span, task, section, names)
}

fn of_no_task(span: Span, task: &str, section: &str, names: &Names) -> Diagnostic {
    let message = format!("`{section}` of the pipeline has no `{task}`");
    let finding = Diagnostic::new("unknown-name", span, message)
        .note("a reference of this form is to a task of that section");
    match nearest(task, names.iter().map(|it| it.as_str())) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

/// A result of a pipeline refers to results of its tasks.
pub(crate) fn result_of_nothing(span: Span, name: &str) -> Diagnostic {
    let message = format!("the result `{name}` refers to no result of a task");
    Diagnostic::new("reference-form", span, message)
        .note("a pipeline passes on what its tasks have made")
        .help("write `$(tasks.TASK.results.RESULT)`")
}

/// A reference in a result of a pipeline can be read as that of a result.
pub(crate) fn result_of_no_result(span: Span, name: &str, expression: &str) -> Diagnostic {
    let message =
        format!("`$({expression})` in the result `{name}` has more dots than Tekton reads");
    Diagnostic::new("reference-form", span, message)
        .note("behind the name of the result stands at most one key")
}

/// A result of a pipeline begins with a reference, and only references have a dollar.
pub(crate) fn text_beside_result(span: Span, name: &str) -> Diagnostic {
    let message =
        format!("the result `{name}` has text before a reference, or a dollar of its own");
    Diagnostic::new("reference-form", span, message)
        .note("what stands between two dollars is read as one reference")
}

/// The results of a pipeline in a pipeline are taken by nobody.
pub(crate) fn result_of_pipeline(span: Span, task: &str) -> Diagnostic {
    let message = format!("a result of `{task}`, which is a pipeline");
    Diagnostic::new("reference-form", span, message)
        .note("Tekton does not hand on results of a pipeline within another yet")
}

/// A pipeline with `finally` has tasks.
pub(crate) fn finally_alone(span: Span) -> Diagnostic {
    Diagnostic::new("finally-order", span, "`finally` without `tasks`")
        .note("it runs when the tasks have ended, and there are none")
}

/// A task of `finally` has no `runAfter`.
pub(crate) fn order_in_finally(span: Span, task: &str) -> Diagnostic {
    let message = format!("`runAfter` of `{task}`, which is in `finally`");
    Diagnostic::new("finally-order", span, message)
        .note("tasks of `finally` start together when all others have ended")
}

/// A task of `finally` takes no result of another.
pub(crate) fn result_of_finally(span: Span, task: &str) -> Diagnostic {
    let message = format!("a result of `{task}`, which is in `finally` too");
    Diagnostic::new("finally-order", span, message)
        .note("tasks of `finally` start together, so none can wait for another")
}

/// What looks like a variable in a parameter, condition or matrix of a task is one of the pipeline.
pub(crate) fn no_variable(span: Span, reference: &str) -> Diagnostic {
    let message = format!("`{reference}` is no variable of a pipeline");
    Diagnostic::new("reference-form", span, message)
        .note("they start with `params`, `tasks`, `finally`, `context`, `workspaces` or `results`")
        .help("a variable of the shell is written `${NAME}`")
}
