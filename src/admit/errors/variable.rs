//! Variables in texts.

use crate::admit::admission::variable::Names;
use crate::base::Span;
use crate::base::spelling::nearest;
use crate::diag::Diagnostic;

/// A variable of a parameter, a context or a result names something that exists.
pub(crate) fn unknown(span: Span, prefix: &str, name: &str, names: &Names) -> Diagnostic {
    let message = match prefix {
        "params" => format!("no parameter `{name}` is declared"),
        "results" | "step.results" => format!("no result `{name}` is declared"),
        _ => match prefix.strip_prefix("params.") {
            Some(object) => format!("the object `{object}` has no key `{name}`"),
            None => format!("`{prefix}` has no `{name}`"),
        },
    };
    let finding = Diagnostic::new("unknown-name", span, message)
        .note("what names nothing is not replaced, so the webhook refuses it");
    match nearest(name, names.iter().map(|it| it.as_str())) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

/// A parameter is followed by one key at most; a name with dots stands in brackets.
pub(crate) fn too_deep(span: Span, prefix: &str, inner: &str) -> Diagnostic {
    let message = format!("`$({prefix}.{inner})` has more dots than Tekton reads");
    Diagnostic::new("reference-form", span, message)
        .note("behind the prefix stand a name and at most one key of it")
        .help(format!(
            "write `$({prefix}[\"{inner}\"])` where the dots belong to the name"
        ))
}

/// An array stands only where a list can take its elements; elsewhere one element of it can.
pub(crate) fn array_in_text(span: Span, prefix: &str, name: &str) -> Diagnostic {
    let message = format!("`{name}` is an array, and here stands one text");
    Diagnostic::new("reference-form", span, message)
        .note("only lists, such as `args`, `command` and `values`, can take all elements")
        .help(format!("take one element, `$({prefix}.{name}[0])`"))
}

/// An array in a list is all of its element.
pub(crate) fn array_among_text(span: Span, prefix: &str, name: &str) -> Diagnostic {
    let message = format!("the array `{name}` stands among other text");
    Diagnostic::new("reference-form", span, message)
        .note("its elements take the place of the whole element, so nothing else can stand there")
        .help(format!(
            "make `$({prefix}.{name}[*])` an element of its own"
        ))
}

/// An object does not stand as a whole where a text is wanted; a value of it does.
pub(crate) fn object_in_text(span: Span, prefix: &str, name: &str) -> Diagnostic {
    let message = format!("`{name}` is an object, and here stands one text");
    Diagnostic::new("reference-form", span, message)
        .note("an object can be passed on as the whole value of a parameter, and nowhere else")
        .help(format!(
            "take the value of one key, `$({prefix}.{name}.KEY)`"
        ))
}
