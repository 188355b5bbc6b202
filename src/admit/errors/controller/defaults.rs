//! Messages about defaults of parameters.

use crate::admit::controller::model::Declared;
use crate::admit::controller::variable::Variable;
use crate::base::{Name, Span};
use crate::diag::{Diagnostic, Severity};

fn mended(found: Diagnostic, it: &Variable<'_>, name: &str, near: Option<&str>) -> Diagnostic {
    let right = near.map(|near| format!("$({})", it.expression.replacen(name, near, 1)));
    found.did_you_mean(it.span, right.as_deref())
}

pub(crate) fn undefined(
    it: &Variable<'_>,
    param: &Declared<'_>,
    name: &str,
    near: Option<&str>,
) -> Diagnostic {
    let message = format!(
        "the default of `{}` asks for `{name}`, which nothing declares",
        param.name
    );
    let found = Diagnostic::new("param-default", it.span, message)
        .note("the controller fails the run before its first task");
    mended(found, it, name, near)
}

/// The parameter is there, but not yet when texts are computed.
pub(crate) fn too_late(
    it: &Variable<'_>,
    param: &Declared<'_>,
    of: &Declared<'_>,
    is_sometimes: bool,
) -> Diagnostic {
    let shape = of.shape.name();
    let message = format!(
        "the default of `{}` asks for `$({})`, which is not known yet",
        param.name, it.expression
    );
    let mut found = Diagnostic::new("param-default", it.span, message)
        .label(of.span(), format!("`{}` is of type {shape}", of.name))
        .note("the controller computes defaults that are strings first, from strings alone");
    if is_sometimes {
        found.severity = Severity::Warning;
        found = found.note(format!(
            "a run that passes `{}` or `{}` is fine",
            of.name, param.name
        ));
    }
    found
}

/// A default that asks for a result which no task gives.
pub(crate) fn result_of_nobody(
    it: &Variable<'_>,
    param: &Declared<'_>,
    task: &str,
    result: &str,
) -> Diagnostic {
    let message = format!("no task `{task}` gives a result `{result}`");
    Diagnostic::new("unknown-result", it.span, message)
        .label(param.span(), "whoever uses the parameter asks for it")
}

pub(crate) fn circle(span: Span, first: &Name, cycle: &[Name]) -> Diagnostic {
    let message = match cycle {
        [_] => format!("the default of `{first}` is made of itself"),
        _ => {
            let names: Vec<String> = cycle.iter().map(|it| format!("`{it}`")).collect();
            format!(
                "the defaults of {} are made of each other",
                names.join(", ")
            )
        }
    };
    Diagnostic::new("param-default", span, message)
        .note("the controller fails each run that leaves them out")
}

pub(crate) fn too_deep(span: Span, name: &Name, deepest: usize) -> Diagnostic {
    let message = format!("behind the default of `{name}` stand more than {deepest} others");
    Diagnostic::new("param-default", span, message)
        .note("the controller gives up there, and fails the run")
}

/// Of a task: the text stays as it is.
pub(crate) fn stays(
    it: &Variable<'_>,
    param: &Declared<'_>,
    name: &str,
    near: Option<&str>,
) -> Diagnostic {
    let message = format!(
        "the default of `{}` asks for `{name}`, which nothing declares",
        param.name
    );
    let found = Diagnostic::new("literal-variable", it.span, message)
        .note("nothing replaces it: the text itself becomes the value");
    mended(found, it, name, near)
}
