//! Messages about conditions.

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
pub(crate) fn empty_list(
    condition: &Node,
    values: &[Node],
    holds: bool,
    (run, task): (&str, &str),
) -> Diagnostic {
    let at = values.first().map_or(condition.span, |it| it.span);
    let run = match run {
        "" => "this run".to_owned(),
        name => format!("the run `{name}`"),
    };
    let message = match holds {
        true => format!("the list is empty in {run}, where `{task}` runs whatever the input is"),
        false => format!("the list is empty in {run}, where `{task}` never runs"),
    };
    let mut found = Diagnostic::new("constant-condition", at, message);
    found.severity = Severity::Warning;
    found.note("nothing is among no values")
}
