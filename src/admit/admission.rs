//! The rules of the validating webhooks: what one object says by itself.

use crate::admit::{Context, Kind, Object};
use crate::diag::Sink;

/// Judges one object as its webhook would.
pub(crate) fn object(_ctx: &Context<'_>, object: &Object, _sink: &mut Sink) {
    match object.kind {
        Kind::Task
        | Kind::Pipeline
        | Kind::TaskRun
        | Kind::PipelineRun
        | Kind::StepAction
        | Kind::CustomRun
        | Kind::Repository
        | Kind::Other => {}
    }
}
