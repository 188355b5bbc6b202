//! The rules of the controllers: what objects say to one another; and what neither webhook nor controller sees although it is
//! wrong.

mod conditions;
mod defaults;
mod graph;
mod image;
mod indices;
mod matrix;
pub(crate) mod model;
mod nested;
pub(crate) mod params;
pub(crate) mod pipeline;
mod pods;
mod quantity;
mod resolve;
mod results;
mod run;
mod script;
mod secret;
mod substitutions;
mod task;
pub(crate) mod texts;
mod timeouts;
mod unused;
pub(crate) mod variable;
mod wiring;
mod workspaces;

use crate::admit::controller::task::{Outer, Scope};
use crate::admit::{Context, Kind, Object};
use crate::diag::Sink;
use crate::yaml::Node;

/// Judges one object together with those that it refers to.
pub(crate) fn object<'a>(ctx: &Context<'a>, object: &'a Object, sink: &mut Sink) {
    let Some(spec) = object.spec() else {
        return;
    };
    match object.kind {
        Kind::Task => task(ctx, spec, sink),
        Kind::Pipeline => {
            secret::of_spec(spec, sink);
            pipeline::judge(ctx, spec, None, sink);
        }
        Kind::TaskRun => run::of_task(ctx, object, spec, sink),
        Kind::PipelineRun => run::of_pipeline(ctx, object, spec, sink),
        Kind::StepAction => action(ctx, spec, sink),
        Kind::CustomRun | Kind::Repository | Kind::Other => {}
    }
}

fn task<'a>(ctx: &Context<'a>, spec: &'a Node, sink: &mut Sink) {
    let scope = Scope::new(ctx, spec, Outer::default());
    secret::of_spec(spec, sink);
    substitutions::of_task(&scope, sink);
    defaults::of_task(&scope, sink);
    script::of_task(ctx, &scope, sink);
    pods::of_task(&scope, None, sink);
    run::steps(&scope, sink);
    timeouts::on_error_of_steps(spec, None, sink);
    unused::params(spec, &scope.params, sink);
    unused::results(&scope, sink);
    indices::judge(spec, &scope.params, &[], None, sink);
}

fn action<'a>(ctx: &Context<'a>, spec: &'a Node, sink: &mut Sink) {
    let scope = Scope::of_action(ctx, spec);
    substitutions::of_action(&scope, sink);
    defaults::of_task(&scope, sink);
    unused::params(spec, &scope.params, sink);
}
