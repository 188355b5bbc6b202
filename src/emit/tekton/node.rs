//! Nodes of a pipeline.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::emit::core::data::{self, Fields};
use crate::emit::expr::{self, Context, when};
use crate::emit::tekton::{meta, param, pipeline, step, task};
use crate::plan::{
    Callee, Expr, ExprKind, Node, ParamShape, Pipeline, Ref, Task, Workspace, WorkspaceUse,
};
use crate::value::Value;
use crate::yaml::Tree;

/// How a declared task stands in a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tasks {
    /// By its name.
    Referred,
    /// Written in its place.
    Written,
}

/// A PipelineTask; `written` is what [`written`] finds in its pipeline.
pub(crate) fn node(
    node: &Node,
    run_after: Vec<Name>,
    tasks: Tasks,
    written: &IndexSet<Name>,
    ctx: Context<'_>,
    sink: &mut Sink,
) -> Tree {
    let mut fields = Fields::default();
    fields.put("name", node.name.as_str());
    if let Some(name) = &node.display_name {
        fields.put("displayName", expr::text(name, ctx, sink));
    }
    fields.put_some("description", node.description.as_deref());
    callee(node, tasks, &mut fields, ctx, sink);
    let names = run_after.iter().map(|it| it.as_str());
    fields.put_filled("runAfter", names.collect::<Tree>());
    if let Some(condition) = &node.when {
        fields.put_filled("when", Tree::Array(when::when(condition, ctx, sink)));
    }
    if node.retries > 0 {
        fields.put("retries", node.retries);
    }
    if let Some(timeout) = node.timeout {
        fields.put("timeout", expr::duration(timeout, node.span, sink));
    }
    let on_error = node.on_error.as_ref();
    step::put_on_error(node.continue_on_error, on_error, &mut fields, ctx, sink);
    let mut args = given(node, ctx);
    spelled(&mut args, node, written, ctx);
    fields.put_filled("params", param::arguments(&args, ctx, sink));
    fields.put_filled("matrix", matrix(node, ctx, sink));
    fields.put_filled("workspaces", workspaces(node, ctx, sink));
    fields.into()
}

fn callee(node: &Node, tasks: Tasks, fields: &mut Fields, ctx: Context<'_>, sink: &mut Sink) {
    match &node.callee {
        Callee::Embedded(embedded) => fields.put("taskSpec", task_spec(embedded, ctx, sink)),
        Callee::Task(name) => match ctx.plan.tasks.get(name) {
            Some(it) if tasks == Tasks::Written && it.external.is_none() => {
                // A task written in place sees no parameter of the pipeline that it does not declare: it was checked alone.
                fields.put("taskSpec", task_spec(it, outside(ctx), sink));
            }
            Some(it) => {
                let external = it.external.as_ref().and_then(Option::as_ref);
                let from = node.from.as_ref().or(external);
                put_reference(&it.meta.name, from, fields, ctx, sink);
            }
            None => fields.put("taskRef", data::record([("name", name.as_str())])),
        },
        Callee::Pipeline(name) => {
            let pipeline = ctx.plan.pipelines.get(name);
            if let Some(embedded) = pipeline.filter(|it| it.embedded) {
                let ctx = Context {
                    nested: true,
                    ..Context::of(ctx.plan)
                };
                fields.put("pipelineSpec", pipeline::spec(embedded, tasks, ctx, sink));
                return;
            }
            let external = pipeline.and_then(|it| it.external.as_ref()?.as_ref());
            let from = node.from.as_ref().or(external);
            let name = pipeline.map_or(name, |it| &it.meta.name);
            fields.put("pipelineRef", reference(name, from, ctx, sink));
        }
    }
}

/// What a task sees that is written in place although it was checked alone: nothing of the pipeline.
fn outside(ctx: Context<'_>) -> Context<'_> {
    Context {
        nested: ctx.nested,
        ..Context::of(ctx.plan)
    }
}

fn task_spec(embedded: &Task, ctx: Context<'_>, sink: &mut Sink) -> Fields {
    let mut fields = Fields::default();
    fields.put_filled("metadata", meta::embedded(&embedded.meta, ctx, sink));
    let Tree::Object(spec) = Tree::from(task::spec(embedded, ctx, sink)) else {
        return fields;
    };
    for (key, value) in spec {
        fields.put(&key, value);
    }
    fields
}

/// `taskRef`, `pipelineRef`: the name, or what `from` says.
pub(crate) fn reference(
    name: &str,
    from: Option<&Expr>,
    ctx: Context<'_>,
    sink: &mut Sink,
) -> Tree {
    let from = from.map(|it| expr::tree(it, ctx, sink));
    let Some(Tree::Object(from)) = from else {
        return data::record([("name", name)]);
    };
    let mut fields = Fields::default();
    if !from.contains_key("name") && !from.contains_key("resolver") {
        fields.put("name", name);
    }
    for (key, value) in from {
        // A custom task needs no name: `name: ""` says so.
        if key == "name" && value == "" {
            continue;
        }
        let value = if key == "params" { named(value) } else { value };
        fields.put(&key, value);
    }
    fields.into()
}

/// A reference to a task, or the spec of a custom task that is written in its place.
fn put_reference(
    name: &str,
    from: Option<&Expr>,
    fields: &mut Fields,
    ctx: Context<'_>,
    sink: &mut Sink,
) {
    let is_said = |it: &Expr| !it.value().is_some_and(Value::is_none);
    match from.filter(|it| it.get("spec").is_some_and(|it| is_said(&it))) {
        Some(spec) => fields.put("taskSpec", expr::tree(spec, ctx, sink)),
        None => fields.put("taskRef", reference(name, from, ctx, sink)),
    }
}

/// A map as the list of names and values that the API has.
fn named(params: Tree) -> Tree {
    let Tree::Object(params) = params else {
        return params;
    };
    let param = |(name, value)| {
        let value = match value {
            Tree::Bool(it) => Tree::String(it.to_string()),
            Tree::Number(it) => Tree::String(it.to_string()),
            Tree::Null | Tree::String(_) | Tree::Array(_) | Tree::Object(_) => value,
        };
        data::record([("name", Tree::String(name)), ("value", value)])
    };
    params.into_iter().map(param).collect()
}

/// What is given to the callee.
///
/// Pipelines as Code writes tasks in place, and there a pipeline's parameter would replace the default of a task's parameter of
/// the same name; such a default is given.
fn given(node: &Node, ctx: Context<'_>) -> IndexMap<Name, Expr> {
    let mut args = node.args.clone();
    let Some(task) = ctx.task_of(node).filter(|it| it.external.is_none()) else {
        return args;
    };
    let Some(pipeline) = ctx.pipeline else {
        return args;
    };
    for (name, param) in &task.params {
        let fans_out = node.matrix.contains_key(name);
        let hidden = pipeline.params.contains_key(name) && node.embedded().is_none();
        if let (Some(default), true, false) = (&param.default, hidden, fans_out) {
            args.entry(name.clone()).or_insert_with(|| default.clone());
        }
    }
    args
}

/// The parameters that some node of the pipeline is given as a record that is written out.
pub(crate) fn written(ctx: Context<'_>) -> IndexSet<Name> {
    let mut found = IndexSet::new();
    for node in ctx.pipeline.into_iter().flat_map(|it| &it.nodes) {
        for (name, value) in given(node, ctx) {
            let is_written = matches!(
                value.kind,
                ExprKind::Record(_) | ExprKind::Const(Value::Record(_))
            );
            if is_written {
                found.insert(name);
            }
        }
    }
    found
}

/// A whole record key by key, where another node is given one that is written out under that name: in a run that holds its
/// tasks Tekton's webhook takes parameters of one name for one, and breaks when it meets both forms.
fn spelled(
    args: &mut IndexMap<Name, Expr>,
    node: &Node,
    written: &IndexSet<Name>,
    ctx: Context<'_>,
) {
    for (name, value) in args.iter_mut() {
        let is_whole = matches!(value.kind, ExprKind::Ref(_));
        if !is_whole || !written.contains(name) {
            continue;
        }
        let param = ctx.task_of(node).and_then(|it| it.params.get(name));
        let Some(ParamShape::Object(keys)) = param.map(|it| &it.shape) else {
            continue;
        };
        let span = value.span;
        let whole = Arc::new(value.clone());
        let key = |key: &Name| {
            let kind = ExprKind::Field(whole.clone(), key.clone());
            (key.clone(), Expr { kind, span })
        };
        value.kind = ExprKind::Record(Arc::new(keys.iter().map(key).collect()));
    }
}

fn matrix(node: &Node, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let mut fields = Fields::default();
    fields.put_filled("params", param::arguments(&node.matrix, ctx, sink));
    let include = |(name, params): &(Option<Name>, IndexMap<Name, Expr>)| {
        let mut fields = Fields::default();
        fields.put_some("name", name.as_deref());
        fields.put_filled("params", param::arguments(params, ctx, sink));
        Tree::from(fields)
    };
    let include: Tree = node.include.iter().map(include).collect();
    fields.put_filled("include", include);
    fields.into()
}

fn workspaces(node: &Node, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let workspace = |(name, used): (&Name, &crate::plan::WorkspaceUse)| {
        let mut fields = Fields::default();
        fields.put("name", name.as_str());
        fields.put("workspace", used.workspace.as_str());
        if let Some(path) = &used.sub_path {
            fields.put("subPath", expr::text(path, ctx, sink));
        }
        Tree::from(fields)
    };
    node.workspaces.iter().map(workspace).collect()
}

/// The node with the workspaces wired that its embedded task takes from around it.
///
/// Tekton hands them on by itself only where the pipeline is embedded as well.
pub(crate) fn wired<'a>(node: &'a Node, pipeline: &Pipeline) -> Cow<'a, Node> {
    let Some(task) = node.embedded().filter(|_| !pipeline.embedded) else {
        return Cow::Borrowed(node);
    };
    let mut taken: IndexMap<Name, Span> = IndexMap::new();
    for expr in task.expressions() {
        expr.each_ref(&mut |it, span| {
            if let Ref::Workspace(name, _) = it
                && !task.workspaces.contains_key(name)
            {
                taken.entry(name.clone()).or_insert(span);
            }
        });
    }
    let (mut node, mut task) = (Cow::Borrowed(node), task.clone());
    for (name, span) in taken {
        let Some(workspace) = pipeline.workspaces.get(&name) else {
            continue;
        };
        let used = WorkspaceUse {
            workspace: name.clone(),
            span,
            sub_path: None,
            writes: !workspace.read_only,
        };
        let declared = Workspace {
            description: None,
            ..workspace.clone()
        };
        task.workspaces.insert(name.clone(), declared);
        let node = node.to_mut();
        node.workspaces.insert(name, used);
        node.callee = Callee::Embedded(Box::new(task.clone()));
    }
    node
}
