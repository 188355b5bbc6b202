//! The rules of the controllers: what objects say to one another; and what neither webhook nor controller sees although it is
//! wrong.

pub(crate) mod model;
mod resolve;
mod substitutions;
mod task;
mod texts;
pub(crate) mod variable;

use crate::admit::controller::task::{Outer, Scope};
use crate::admit::{Context, Kind, Object};
use crate::diag::Sink;

/// Judges one object together with those that it refers to.
pub(crate) fn object<'a>(ctx: &Context<'a>, object: &'a Object, sink: &mut Sink) {
    let Some(spec) = object.spec() else {
        return;
    };
    match object.kind {
        Kind::Task => {
            let scope = Scope::new(ctx, spec, Outer::default());
            substitutions::of_task(&scope, sink);
        }
        Kind::Pipeline
        | Kind::TaskRun
        | Kind::PipelineRun
        | Kind::StepAction
        | Kind::CustomRun
        | Kind::Repository
        | Kind::Other => {}
    }
}
