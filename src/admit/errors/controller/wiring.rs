//! Messages about variables of pipelines.

use crate::admit::controller::variable::Variable;
use crate::diag::Diagnostic;

fn literal(it: &Variable<'_>, message: String) -> Diagnostic {
    Diagnostic::new("literal-variable", it.span, message)
}

/// What only the texts of a task can use.
pub(crate) fn of_a_task(it: &Variable<'_>) -> Diagnostic {
    literal(
        it,
        format!("a pipeline does not know `$({})` here", it.expression),
    )
    .note("it is a variable of tasks: nothing replaces it before the pipeline uses the text")
}

pub(crate) fn not_of_the_task(it: &Variable<'_>, name: &str) -> Diagnostic {
    literal(it, format!("the task has no workspace `{name}`")).note(
        "the variable is passed on as text, and the task replaces only what it declares itself",
    )
}

pub(crate) fn no_such_status(it: &Variable<'_>, word: &str) -> Diagnostic {
    let near = crate::base::spelling::nearest(word, ["status", "reason"]);
    let right = near.map(|near| format!("$({})", it.expression.replacen(word, near, 1)));
    literal(it, format!("a task has no `.{word}`"))
        .note("nothing replaces the variable then: its text is passed on")
        .did_you_mean(it.span, right.as_deref())
}

pub(crate) fn length_without_order(it: &Variable<'_>, producer: &str, task: &str) -> Diagnostic {
    let message = format!("`{task}` may start before the length of `{producer}` is known");
    literal(it, message)
        .note("unlike a result, a length makes no order between two tasks")
        .help(format!("add `{producer}` to `runAfter`"))
}
