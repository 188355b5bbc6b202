//! Step actions.

use crate::admit::admission::variable::Names;
use crate::base::Span;
use crate::base::spelling::nearest;
use crate::diag::Diagnostic;

/// The script of a step action holds no parameter.
pub(crate) fn param_in_script(span: Span) -> Diagnostic {
    Diagnostic::new(
        "reference-form",
        span,
        "a parameter in the script of a step action",
    )
    .note("text put into a script would be run by whoever gives the value")
    .help("pass it by `env` and read the variable")
}

/// A step action mounts a volume whose name is one parameter.
pub(crate) fn mount_is_no_param(span: Span, name: &str) -> Diagnostic {
    let message = format!("a step action mounts the volume `{name}`");
    Diagnostic::new("reference-form", span, message)
        .note("volumes belong to the task, which says by a parameter which one is meant")
        .help("write `name: $(params.VOLUME)`")
}

/// A default of the oldest API refers to declared parameters.
pub(crate) fn default_of_unknown(span: Span, name: &str, names: &Names) -> Diagnostic {
    let message = format!("the default refers to `{name}`, which is not declared");
    let finding = Diagnostic::new("unknown-name", span, message)
        .note("what names nothing is not replaced, so the webhook refuses it");
    match nearest(name, names.iter().map(|it| it.as_str())) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

/// Defaults of the oldest API do not need each other in a circle.
pub(crate) fn default_in_circle(span: Span) -> Diagnostic {
    Diagnostic::new("cycle", span, "this default needs itself")
        .note("its value could never be known")
}
