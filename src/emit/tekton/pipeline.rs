//! Pipelines.

use crate::diag::Sink;
use crate::emit::core::data::Fields;
use crate::emit::expr::{self, Context};
use crate::emit::tekton::node::{self, Tasks};
use crate::emit::tekton::{meta, order, param};
use crate::plan::{Pipeline, PipelineResult};
use crate::yaml::Tree;

/// A Pipeline.
pub(crate) fn object(pipeline: &Pipeline, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let metadata = meta::metadata(&pipeline.meta, ctx, sink);
    meta::object(
        "Pipeline",
        metadata,
        spec(pipeline, Tasks::Referred, ctx, sink),
        ctx,
    )
}

/// A PipelineSpec.
pub(crate) fn spec(pipeline: &Pipeline, tasks: Tasks, ctx: Context<'_>, sink: &mut Sink) -> Fields {
    let ctx = ctx.in_pipeline(pipeline);
    let mut fields = Fields::default();
    meta::describe(&pipeline.meta, &mut fields, ctx, sink);
    fields.put_filled("params", param::params(&pipeline.params, ctx, sink));
    fields.put_filled(
        "workspaces",
        param::pipeline_workspaces(&pipeline.workspaces),
    );
    let results = pipeline.results.values().map(|it| result(it, ctx, sink));
    fields.put_filled("results", results.collect::<Tree>());
    let orders = order::orders(pipeline);
    let written = node::written(ctx);
    let nodes = pipeline.nodes.iter().map(|it| node::wired(it, pipeline));
    let nodes = nodes.map(|it| {
        let run_after = order::run_after(&orders, &it);
        node::node(&it, run_after, tasks, &written, ctx, sink)
    });
    fields.put_filled("tasks", nodes.collect::<Tree>());
    let last = pipeline.finally.iter().map(|it| node::wired(it, pipeline));
    let last = last.map(|it| node::node(&it, Vec::new(), tasks, &written, ctx, sink));
    fields.put_filled("finally", last.collect::<Tree>());
    fields
}

fn result(result: &PipelineResult, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let mut fields = Fields::default();
    fields.put("name", result.name.as_str());
    match expr::shape_name(&result.shape) {
        "string" => {}
        shape => fields.put("type", shape),
    }
    fields.put_some("description", result.description.as_deref());
    if let Some(value) = &result.value {
        fields.put("value", expr::argument(value, ctx, sink));
    }
    fields.into()
}
