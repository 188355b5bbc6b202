//! Bindings of workspaces.

use crate::base::Span;
use crate::diag::Diagnostic;

/// A run binds a workspace once.
pub(crate) fn bound_twice(span: Span, name: &str) -> Diagnostic {
    let message = format!("the workspace `{name}` is bound twice");
    Diagnostic::new("duplicate-name", span, message).note("only one of the two could be mounted")
}

/// A binding has a source.
pub(crate) fn no_source(span: Span, name: &str) -> Diagnostic {
    let message = format!("nothing stands behind the workspace `{name}`");
    Diagnostic::new("missing-field", span, message)
        .note("it is a volume claim, a template of one, an empty directory, a ConfigMap, a Secret, or a projected or CSI volume")
}

/// A binding has one source.
pub(crate) fn several_sources(span: Span, name: &str, first: &str, second: &str) -> Diagnostic {
    let message = format!("the workspace `{name}` has `{first}` and `{second}`");
    Diagnostic::new("exclusive-fields", span, message).note("one volume stands behind a workspace")
}

/// The source of a binding says which volume it is.
pub(crate) fn source_without(span: Span, source: &str, needed: &str) -> Diagnostic {
    let message = format!("`{source}` has no `{needed}`");
    Diagnostic::new("missing-field", span, message).note("nothing could be mounted")
}
