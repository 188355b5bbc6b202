//! Fields of the older API that are still read, so that they can be refused.

use crate::base::Span;
use crate::diag::Diagnostic;

/// `resources` of the older API (PipelineResources) is set nowhere.
pub(crate) fn resources(span: Span) -> Diagnostic {
    let message = "`resources` is no longer a thing of Tekton";
    Diagnostic::new("removed-field", span, message)
        .note("PipelineResources were taken out; the webhook refuses every object that has them")
        .help("pass files by a workspace and values by params and results")
}

/// `bundle` of a reference is not set.
pub(crate) fn bundle(span: Span) -> Diagnostic {
    let message = "`bundle` is no longer a field of a reference";
    Diagnostic::new("removed-field", span, message)
        .note("the webhook refuses it in whatever is created")
        .help("use `resolver: bundles` with the params `bundle`, `name` and `kind`")
}
