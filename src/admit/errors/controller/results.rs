//! Messages about results of tasks.

use crate::admit::controller::model::{self, Declared};
use crate::admit::controller::pipeline::Task;
use crate::admit::controller::variable::{TaskResult, Variable};
use crate::diag::Diagnostic;

pub(crate) fn unknown(
    it: &Variable<'_>,
    result: TaskResult<'_, '_>,
    producer: &Task<'_>,
    near: Option<&str>,
) -> Diagnostic {
    let (task, name) = (result.task, result.result);
    let message = format!("the task of `{task}` declares no result `{name}`");
    let found = Diagnostic::new("unknown-result", it.span, message).label(
        model::place(producer.node),
        format!("`{task}` is called here"),
    );
    match near {
        Some(near) => {
            let old = format!("results.{name}");
            let new = it.expression.replacen(&old, &format!("results.{near}"), 1);
            found.did_you_mean(it.span, Some(&format!("$({new})")))
        }
        None => found.help("declare it in `results` of the task"),
    }
}

pub(crate) fn unknown_key(
    it: &Variable<'_>,
    declared: &Declared<'_>,
    key: &str,
    near: Option<&str>,
) -> Diagnostic {
    let message = format!("the result `{}` has no key `{key}`", declared.name);
    let found = Diagnostic::new("literal-variable", it.span, message)
        .label(declared.span(), "declared here")
        .note("nothing replaces the variable then: its text is passed on");
    let right = near.map(|near| {
        let start = it.expression.len() - key.len();
        format!("$({}{near})", it.expression.get(..start).unwrap_or(""))
    });
    found.did_you_mean(it.span, right.as_deref())
}

pub(crate) fn form(it: &Variable<'_>, declared: &Declared<'_>) -> Diagnostic {
    let shape = declared.shape.name();
    let message = format!(
        "`{}` is of type {shape}, which cannot be used as `$({})`",
        declared.name, it.expression
    );
    Diagnostic::new("literal-variable", it.span, message)
        .label(declared.span(), "declared here")
        .note("nothing replaces the variable then: its text is passed on, and the run goes on")
}
