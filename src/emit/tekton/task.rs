//! Tasks.

use crate::diag::Sink;
use crate::emit::core::data::Fields;
use crate::emit::expr::{self, Context};
use crate::emit::tekton::{meta, param, step, volume};
use crate::plan::Task;
use crate::yaml::Tree;

/// A Task.
pub(crate) fn object(task: &Task, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let metadata = meta::metadata(&task.meta, ctx, sink);
    meta::object("Task", metadata, spec(task, ctx, sink), ctx)
}

/// A TaskSpec.
pub(crate) fn spec(task: &Task, ctx: Context<'_>, sink: &mut Sink) -> Fields {
    let ctx = ctx.in_task(task);
    let mut fields = Fields::default();
    meta::describe(&task.meta, &mut fields, ctx, sink);
    fields.put_filled("params", param::params(&task.params, ctx, sink));
    fields.put_filled("workspaces", param::workspaces(&task.workspaces, ctx, sink));
    fields.put_filled("results", param::results(&task.results, ctx, sink));
    let mut rest = task.extra.clone();
    if let Some(volumes) = rest.shift_remove("volumes") {
        fields.put_filled("volumes", volume::volumes(&volumes, ctx, sink));
    }
    if let Some(template) = rest.shift_remove("stepTemplate") {
        let template = expr::tree(&template, ctx, sink);
        fields.put_filled("stepTemplate", step::container(template, ctx));
    }
    let steps = task.steps.iter().map(|it| step::step(it, ctx, sink));
    fields.put_filled("steps", steps.collect::<Tree>());
    if let Some(sidecars) = rest.shift_remove("sidecars") {
        fields.put_filled(
            "sidecars",
            self::sidecars(expr::tree(&sidecars, ctx, sink), ctx),
        );
    }
    for (key, value) in &rest {
        fields.put(key, expr::tree(value, ctx, sink));
    }
    fields
}

/// A list of containers.
fn sidecars(sidecars: Tree, ctx: Context<'_>) -> Tree {
    match sidecars {
        Tree::Array(all) => all.into_iter().map(|it| step::container(it, ctx)).collect(),
        Tree::Object(_) | Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => {
            sidecars
        }
    }
}
