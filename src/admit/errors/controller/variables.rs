//! Messages about `$(…)`.

use crate::admit::controller::model::Shape;
use crate::admit::controller::variable::Variable;
use crate::base::Span;
use crate::diag::{Diagnostic, Severity};
use crate::yaml::Node;

const STAYS: &str = "Tekton leaves a variable that it does not know as it is: the text itself reaches the container";

fn literal(it: &Variable<'_>, message: String) -> Diagnostic {
    Diagnostic::new("literal-variable", it.span, message)
}

/// A variable in which one word is wrong: the fix writes the whole anew.
fn mended(found: Diagnostic, it: &Variable<'_>, wrong: &str, near: Option<&str>) -> Diagnostic {
    let Some(near) = near else {
        return found;
    };
    let right = format!("$({})", it.expression.replacen(wrong, near, 1));
    found.did_you_mean(it.span, Some(&right))
}

pub(crate) fn unknown(it: &Variable<'_>, head: Option<&str>) -> Diagnostic {
    let found = literal(
        it,
        format!("`$({})` is no variable of Tekton", it.expression),
    )
    .note(STAYS);
    match head {
        Some(whole) if whole.contains('.') => {
            found.did_you_mean(it.span, Some(&format!("$({whole})")))
        }
        _ => mended(found, it, it.head(), head),
    }
}

/// `what`: `parameter`, `workspace`, `result`, …
pub(crate) fn undeclared(
    it: &Variable<'_>,
    what: &str,
    name: &str,
    near: Option<&str>,
) -> Diagnostic {
    let message = format!("nothing declares the {what} `{name}`");
    mended(literal(it, message).note(STAYS), it, name, near)
}

/// In a pipeline that a task of a pipeline runs: what is around that does not come to it.
pub(crate) fn undeclared_within(it: &Variable<'_>, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("nothing declares the parameter `{name}`");
    let mut found = Diagnostic::new("undeclared-variable", it.span, message).note(
        "a pipeline in a pipeline sees the `params` of its own task, and those around it not",
    );
    found.severity = Severity::Error;
    mended(found, it, name, near)
}

pub(crate) fn undeclared_of(
    it: &Variable<'_>,
    owner: &str,
    name: &str,
    near: Option<&str>,
) -> Diagnostic {
    let message = format!("`{owner}` declares no result `{name}`");
    mended(literal(it, message).note(STAYS), it, name, near)
}

/// Of a task of the pipeline around: the controller looks.
pub(crate) fn unknown_result(
    it: &Variable<'_>,
    task: &str,
    name: &str,
    near: Option<&str>,
) -> Diagnostic {
    let message = format!("the task of `{task}` declares no result `{name}`");
    mended(
        Diagnostic::new("unknown-result", it.span, message),
        it,
        name,
        near,
    )
}

/// Of a task that the pipeline around does not have: the controller looks.
pub(crate) fn result_of_nobody(it: &Variable<'_>, task: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the pipeline has no task `{task}`");
    let found = Diagnostic::new("unknown-result", it.span, message);
    mended(found, it, task, near)
}

pub(crate) fn untouched(it: &Variable<'_>, field: &str) -> Diagnostic {
    literal(
        it,
        format!(
            "`$({})` stands in `{field}`, where nothing replaces it",
            it.expression
        ),
    )
    .note(
        "Tekton substitutes variables in some fields only, and passes this one on as it is written",
    )
}

/// `[0]` or `.key` on a string.
pub(crate) fn no_parts(it: &Variable<'_>, name: &str, shape: Shape) -> Diagnostic {
    let message = format!("`{name}` is a {}, which has no parts", shape.name());
    literal(it, message).note(STAYS).help(format!(
        "write `$(params.{name})`, or declare `{name}` as an array"
    ))
}

pub(crate) fn whole_in_text(it: &Variable<'_>, name: &str, shape: Shape) -> Diagnostic {
    let shape = shape.name();
    literal(it, format!("the {shape} `{name}` cannot stand in a text"))
        .note(format!(
            "an {shape} as a whole stands only alone, as an element of `args` or `command`"
        ))
        .help(format!("take one element: `$(params.{name}[0])`"))
}

pub(crate) fn no_such_form(it: &Variable<'_>, name: &str, shape: Shape) -> Diagnostic {
    let shape = shape.name();
    let message = format!(
        "`$({})` is no way to use the {shape} `{name}`",
        it.expression
    );
    literal(it, message).note(STAYS)
}

pub(crate) fn unknown_key(
    it: &Variable<'_>,
    name: &str,
    key: &str,
    near: Option<&str>,
) -> Diagnostic {
    let message = format!("the object `{name}` has no key `{key}`");
    mended(literal(it, message).note(STAYS), it, key, near)
}

pub(crate) fn property(
    it: &Variable<'_>,
    what: &str,
    known: &[&str],
    given: Option<&str>,
) -> Diagnostic {
    let listed: Vec<String> = known.iter().map(|it| format!("`.{it}`")).collect();
    let message = match given {
        Some(given) => format!("a {what} has no `.{given}`"),
        None => format!("`$({})` is not all of a variable", it.expression),
    };
    let found = literal(it, message)
        .note(STAYS)
        .help(format!("what follows a {what} is {}", listed.join(" or ")));
    match (known, given) {
        ([only], Some(given)) => {
            let text = format!("$({})", replace_last(it.expression, given, only));
            found.fix(format!("replace with `{text}`"), it.span, text)
        }
        ([..], _) => found,
    }
}

fn replace_last(text: &str, old: &str, new: &str) -> String {
    match text.rsplit_once(old) {
        Some((before, after)) => format!("{before}{new}{after}"),
        None => text.to_owned(),
    }
}

pub(crate) fn outside_a_step(it: &Variable<'_>) -> Diagnostic {
    literal(
        it,
        format!("`$({})` stands outside of a step", it.expression),
    )
    .note("only a step that runs can read what steps wrote")
}

pub(crate) fn later_step(it: &Variable<'_>, name: &str, step: &Node) -> Diagnostic {
    let at: Span = crate::admit::controller::model::place(step);
    Diagnostic::new(
        "step-order",
        it.span,
        format!("the step `{name}` has not run yet when this is read"),
    )
    .label(at, format!("`{name}` stands here"))
    .note("steps run in the order of the text, each after the one before it has ended")
}

pub(crate) fn exit_code(it: &Variable<'_>, step: &str, exists: bool) -> Diagnostic {
    let message = if exists {
        format!("the exit code of `{step}` is asked for by the name of its container")
    } else {
        format!("there is no container `{step}`")
    };
    let found = literal(it, message).note(STAYS);
    if exists {
        let right = format!("$(steps.step-{step}.exitCode.path)");
        found.did_you_mean(it.span, Some(&right))
    } else {
        found.help("containers of steps are called `step-NAME`, or `step-unnamed-NUMBER`")
    }
}

pub(crate) fn context_of_pipeline(it: &Variable<'_>) -> Diagnostic {
    literal(it, format!("a task does not know `$({})`", it.expression))
        .note(STAYS)
        .help("declare a parameter, and let the pipeline pass the variable to it")
}

pub(crate) fn result_in_task(it: &Variable<'_>) -> Diagnostic {
    literal(
        it,
        format!(
            "a task does not see the other tasks of a pipeline: `$({})`",
            it.expression
        ),
    )
    .note(STAYS)
    .help("declare a parameter, and let the pipeline pass the result to it")
}

/// `$(tasks.a.result.x)`, `$(tasks['a'].results.x)`.
pub(crate) fn result_form(it: &Variable<'_>) -> Diagnostic {
    let names: Vec<&str> = it.parts.iter().filter_map(|it| it.name()).collect();
    let found = literal(
        it,
        format!("`$({})` is not seen as the result of a task", it.expression),
    )
    .note("so it makes no order between the two tasks, and the text itself is passed on");
    match names.as_slice() {
        [head, task, third, result] if is_near_results(third) => {
            let right = format!("$({head}.{task}.results.{result})");
            found.did_you_mean(it.span, Some(&right))
        }
        [..] => found.help("write `$(tasks.TASK.results.RESULT)`"),
    }
}

fn is_near_results(word: &str) -> bool {
    word == "results" || crate::base::spelling::nearest(word, ["results"]).is_some()
}
