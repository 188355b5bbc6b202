//! Messages about conditions.

use crate::base::Span;
use crate::diag::{Diagnostic, Severity};
use crate::yaml::Node;

/// A condition in CEL is true or false.
pub(crate) fn no_condition(cel: &Node) -> Diagnostic {
    let message = "this is never true or false";
    Diagnostic::new("cel", cel.span, message)
        .note("the controller fails a run whose condition comes out as anything else")
        .help("compare it with something: `\u{2026} == 'x'`")
}

/// A list in which a condition looks has something in it.
pub(crate) fn empty_list(at: Span, holds: bool, (run, task): (&str, &str)) -> Diagnostic {
    let run = named(run);
    let message = match holds {
        true => format!("the list is empty in {run}, where `{task}` runs whatever the input is"),
        false => format!("the list is empty in {run}, where `{task}` never runs"),
    };
    let mut found = Diagnostic::new("constant-condition", at, message);
    found.severity = Severity::Warning;
    found.note("nothing is among no values")
}

/// A run that names its pipeline passes no empty list to a condition.
pub(crate) fn refused_list(at: Span, run: &str) -> Diagnostic {
    let message = format!("the list is empty in {}, which fails for it", named(run));
    Diagnostic::new("empty-condition", at, message)
        .note("once a task has started, the controller judges the pipeline again, with the values in place, and refuses a condition without values")
        .help("pass a list that has something in it, if only a text that nothing is equal to")
}

fn named(run: &str) -> String {
    match run {
        "" => "this run".to_owned(),
        name => format!("the run `{name}`"),
    }
}
