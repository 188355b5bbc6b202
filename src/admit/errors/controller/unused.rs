//! Messages about what nothing uses.

use crate::admit::controller::model::Declared;
use crate::diag::Diagnostic;

pub(crate) fn param(declared: &Declared<'_>) -> Diagnostic {
    let message = format!("nothing uses the parameter `{}`", declared.name);
    Diagnostic::new("unused", declared.span(), message)
}

pub(crate) fn result(declared: &Declared<'_>) -> Diagnostic {
    let name = declared.name;
    let message = format!("no step writes the result `{name}`");
    Diagnostic::new("unused", declared.span(), message)
        .note("the task succeeds all the same, and what asks for the result fails")
        .help(format!("write it into `$(results.{name}.path)`"))
}
