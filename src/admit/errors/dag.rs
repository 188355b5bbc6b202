//! The order of tasks.

use indexmap::IndexSet;

use crate::base::spelling::nearest;
use crate::base::{Name, Span};
use crate::diag::Diagnostic;

/// A task runs after tasks of the pipeline that exist, and takes results of such.
pub(crate) fn no_task(span: Span, task: &str, needed: &str, names: &IndexSet<Name>) -> Diagnostic {
    let message = format!("`{task}` waits for `{needed}`, which the pipeline does not have");
    let finding = Diagnostic::new("unknown-name", span, message)
        .note("tasks of `finally` are none to wait for");
    match nearest(needed, names.iter().map(|it| it.as_str())) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

/// Tasks do not wait for each other in a circle.
pub(crate) fn cycle(span: Span, names: &[Name]) -> Diagnostic {
    let message = match names {
        [name] => format!("`{name}` waits for itself"),
        _ => {
            let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
            format!("{} wait for each other", names.join(", "))
        }
    };
    Diagnostic::new("cycle", span, message)
        .note("a task waits for those in `runAfter` and for those whose results it takes")
}
