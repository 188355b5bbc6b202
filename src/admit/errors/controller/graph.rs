//! Messages about the order of tasks.

use crate::admit::controller::model;
use crate::admit::controller::pipeline::Task;
use crate::admit::controller::variable::Variable;
use crate::base::Span;
use crate::diag::{Diagnostic, Severity};

pub(crate) fn race(first: (&str, Span), second: (&str, Span), writer: &str) -> Diagnostic {
    let message = format!(
        "`{}` and `{}` work in one workspace at the same time",
        second.0, first.0
    );
    let mut found = Diagnostic::new("race", second.1, message)
        .label(first.1, format!("`{}` has it here", first.0))
        .note(format!("no order separates them, and `{writer}` writes"));
    found.severity = Severity::Warning;
    found
}

pub(crate) fn race_of_tasks(found: Diagnostic, earlier: &str) -> Diagnostic {
    found.help(format!(
        "say `runAfter: [{earlier}]`, or give each a directory of its own with `subPath`"
    ))
}

pub(crate) fn race_at_the_end(found: Diagnostic) -> Diagnostic {
    found
        .note("tasks of `finally` run all at once")
        .help("do both in one task, or give each a directory of its own with `subPath`")
}

pub(crate) fn absent(it: &Variable<'_>, producer: &Task<'_>) -> Diagnostic {
    let name = producer.name;
    let message = format!("the run fails here when `{name}` fails, although it is told to go on");
    let mut found = Diagnostic::new("absent-result", it.span, message)
        .label(
            model::place(producer.node),
            "`onError: continue` is said of this one",
        )
        .note("a task that failed may not have written its result, and nothing can take its place");
    found.severity = Severity::Warning;
    found.help("use the result in `finally` only, or write it before anything can fail")
}

pub(crate) fn hangs(it: &Variable<'_>, producer: &Task<'_>, later: &Task<'_>) -> Diagnostic {
    let name = producer.name;
    let message = format!("the run can hang here until its timeout, when `{name}` fails");
    Diagnostic::new("hanging-run", it.span, message)
        .label(model::place(producer.node), "goes on after a failure, and then without this result")
        .label(model::place(later.node), "becomes ready at the same moment")
        .note("Tekton starts nothing more for the lack of the result, and ends nothing for the sake of the other task")
        .help("use the result in `finally` only, or write it before anything can fail")
}
