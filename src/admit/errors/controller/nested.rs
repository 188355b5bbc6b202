//! Messages about pipelines in pipelines.

use crate::admit::controller::model::Declared;
use crate::base::Span;
use crate::diag::Diagnostic;
use crate::yaml::Node;

/// A task that runs a pipeline binds every workspace of it that is not optional.
pub(crate) fn not_bound(task: &str, at: Span, declared: &Declared<'_>) -> Diagnostic {
    let name = declared.name;
    let message = format!("`{task}` binds no workspace `{name}`, which its pipeline needs");
    Diagnostic::new("unbound-workspace", at, message)
        .label(declared.span(), "declared here, and not optional")
        .help(format!(
            "add `{name}` to `workspaces`, or say `optional: true` where it is declared"
        ))
}

/// No pipeline runs itself, by whatever way.
pub(crate) fn circle(at: &Node) -> Diagnostic {
    let message = "the pipeline comes to run itself here";
    Diagnostic::new("endless-nesting", at.span, message)
        .note("the controller fails the run that would be the second of one pipeline")
}
