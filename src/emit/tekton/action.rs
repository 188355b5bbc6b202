//! StepActions, which have no other version than `v1beta1`.

use crate::diag::Sink;
use crate::emit::core::data::Fields;
use crate::emit::expr::{self, Context};
use crate::emit::tekton::{meta, param, step};
use crate::plan::Action;
use crate::yaml::Tree;

/// A StepAction.
pub(crate) fn object(action: &Action, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let ctx = ctx.in_action(action);
    let mut spec = Fields::default();
    spec.put_some("description", action.meta.description.as_deref());
    spec.put_filled("params", param::params(&action.params, ctx, sink));
    let what = &action.step;
    spec.put_filled("results", param::results(&what.results, ctx, sink));
    step::what_runs(what, &mut spec, ctx, sink);
    for (key, value) in &what.extra {
        let (key, value) = step::field(key, expr::tree(value, ctx, sink), ctx);
        spec.put(&key, value);
    }
    if let Some(script) = &what.script {
        spec.put("script", expr::text(script, ctx, sink));
    }
    let mut fields = Fields::default();
    fields.put("apiVersion", "tekton.dev/v1beta1");
    fields.put("kind", "StepAction");
    fields.put("metadata", meta::metadata(&action.meta, ctx, sink));
    fields.put("spec", spec);
    fields.into()
}
