//! Names of objects.

use crate::base::Span;
use crate::diag::Diagnostic;

/// An object has a name, or a prefix from which one is made.
pub(crate) fn no_name(span: Span) -> Diagnostic {
    Diagnostic::new("missing-field", span, "this object has no name")
        .note("the API server stores objects by their names")
        .help("give `metadata` a `name`, or a `generateName` from which each run makes its own")
}

/// The name of an object is a DNS subdomain: lower-case letters, digits, `-` and `.`, with a letter or digit at both ends.
pub(crate) fn no_subdomain(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` cannot be the name of an object");
    Diagnostic::new("name-form", span, message).note(
        "names are lower-case letters, digits, `-` and `.`, with a letter or digit at both ends",
    )
}

/// The name of an object has 63 characters at most.
pub(crate) fn too_long(span: Span, name: &str) -> Diagnostic {
    let message = format!("a name of {} characters, where 63 fit", name.len());
    Diagnostic::new("name-form", span, message)
        .note("Tekton labels pods with it, and the value of a label has 63 characters at most")
}
