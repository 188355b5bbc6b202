//! Expressions of the plan as Tekton's text: `$(params.x)`, `$(tasks.t.results.r)`, and `{{ revision }}` for what Pipelines as Code writes in.
//! What the target cannot say is reported where it stands, never left out in silence.

pub(crate) mod cel;
mod event;
mod reference;
pub(crate) mod when;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::emit::core::data;
use crate::emit::errors;
use crate::plan::{
    Action, Expr, ExprKind, Node, Param, ParamShape, Part, Pipeline, Plan, Ref, Task,
};
use crate::value::{BinaryOp, Value};
use crate::yaml::Tree;

pub(crate) use event::{Forge, forge, needs_block};

/// What surrounds an expression.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) plan: &'a Plan,
    /// The task whose block it stands in.
    pub(crate) task: Option<&'a Task>,
    /// The action whose block it stands in.
    pub(crate) action: Option<&'a Action>,
    /// The pipeline whose block it stands in, around an embedded task too.
    pub(crate) pipeline: Option<&'a Pipeline>,
    /// Within a pipeline that is written in a node: there Tekton fills in no types.
    pub(crate) nested: bool,
}

impl<'a> Context<'a> {
    /// Outside of tasks and pipelines: in a run.
    pub(crate) fn of(plan: &'a Plan) -> Self {
        Self {
            plan,
            task: None,
            action: None,
            pipeline: None,
            nested: false,
        }
    }

    pub(crate) fn in_pipeline(self, pipeline: &'a Pipeline) -> Self {
        Self {
            pipeline: Some(pipeline),
            ..self
        }
    }

    pub(crate) fn in_task(self, task: &'a Task) -> Self {
        Self {
            task: Some(task),
            ..self
        }
    }

    pub(crate) fn in_action(self, action: &'a Action) -> Self {
        Self {
            action: Some(action),
            ..self
        }
    }

    /// The parameter of that name, the innermost one.
    pub(crate) fn param(&self, name: &str) -> Option<&'a Param> {
        let own = self.action.and_then(|it| it.params.get(name));
        let own = own.or_else(|| self.task.and_then(|it| it.params.get(name)));
        own.or_else(|| self.pipeline.and_then(|it| it.params.get(name)))
    }

    /// What a node calls, where that is a task.
    pub(crate) fn task_of(&self, node: &'a Node) -> Option<&'a Task> {
        match &node.callee {
            crate::plan::Callee::Task(name) => self.plan.tasks.get(name),
            crate::plan::Callee::Embedded(task) => Some(task),
            crate::plan::Callee::Pipeline(_) => None,
        }
    }
}

/// Text of one value: a parameter's, a script's, an image's.
pub(crate) fn text(expr: &Expr, ctx: Context<'_>, sink: &mut Sink) -> String {
    match &expr.kind {
        ExprKind::Const(value) => data::plain(value, ctx.plan),
        ExprKind::Text(parts) => {
            let part = |it: &Part| match it {
                Part::Text(text) => text.to_string(),
                Part::Hole(hole) => text(hole, ctx, sink),
            };
            parts.iter().map(part).collect()
        }
        ExprKind::Ref(it) => reference::text(it, expr.span, ctx, sink),
        ExprKind::Field(of, field) => reference::field(of, field, expr.span, ctx, sink),
        ExprKind::Index(two) => reference::index(&two.0, &two.1, expr.span, ctx, sink),
        ExprKind::Call(name, args) if name == "unsafe" => args
            .first()
            .map_or_else(String::new, |it| text(it, ctx, sink)),
        ExprKind::Binary(BinaryOp::Add, two) if is_text(&two.0, ctx) || is_text(&two.1, ctx) => {
            text(&two.0, ctx, sink) + &text(&two.1, ctx, sink)
        }
        ExprKind::Error => String::new(),
        ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Make(..)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_) => {
            sink.push(errors::not_computed(expr));
            String::new()
        }
    }
}

/// Whether `+` joins it.
fn is_text(expr: &Expr, ctx: Context<'_>) -> bool {
    match &expr.kind {
        ExprKind::Const(value) => value.as_str().is_some(),
        ExprKind::Text(_) => true,
        ExprKind::Ref(Ref::Param(name)) => {
            let param = ctx.param(name);
            param.is_some_and(|it| matches!(it.ty, crate::types::Type::String(_)))
        }
        ExprKind::Ref(Ref::Event(_) | Ref::Context(_)) => true,
        ExprKind::Binary(BinaryOp::Add, two) => is_text(&two.0, ctx) || is_text(&two.1, ctx),
        ExprKind::Ref(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Make(..)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => false,
    }
}

/// What is given to a parameter: text, a list of texts or a record of texts.
pub(crate) fn argument(expr: &Expr, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    match &expr.kind {
        ExprKind::Const(Value::List(items)) => {
            items.iter().map(|it| data::plain(it, ctx.plan)).collect()
        }
        ExprKind::Const(Value::Record(fields)) => {
            let fields = fields.iter();
            data::record(fields.map(|(key, it)| (key, data::plain(it, ctx.plan))))
        }
        ExprKind::List(items) => list(items, ctx, sink),
        ExprKind::Record(fields) => {
            let fields = fields.iter();
            data::record(fields.map(|(key, it)| (key, text(it, ctx, sink))))
        }
        ExprKind::Each(of) => argument(of, ctx, sink),
        ExprKind::Const(_)
        | ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::Make(..)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Error => {
            let Some(whole) = reference::whole(expr, ctx) else {
                return Tree::String(text(expr, ctx, sink));
            };
            // A list by a name with dots is seen as an element only, not as the whole value.
            match whole.starts_with("$(params[") {
                true => Tree::Array(vec![Tree::String(whole)]),
                false => Tree::String(whole),
            }
        }
    }
}

/// Texts one after the other, as in `args`; a list among them is spliced.
pub(crate) fn list(items: &[Expr], ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let item =
        |it: &Expr| Tree::String(reference::whole(it, ctx).unwrap_or_else(|| text(it, ctx, sink)));
    items.iter().map(item).collect()
}

/// Data of an object's field: numbers and truth values stay such, references become text.
pub(crate) fn tree(expr: &Expr, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    match &expr.kind {
        ExprKind::Const(value) => data::value(value, ctx.plan),
        ExprKind::List(items) => items.iter().map(|it| tree(it, ctx, sink)).collect(),
        ExprKind::Record(fields) => {
            let fields = fields.iter();
            data::record(fields.map(|(key, it)| (key, tree(it, ctx, sink))))
        }
        ExprKind::Make(..)
        | ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => {
            let whole = reference::whole(expr, ctx);
            Tree::String(whole.unwrap_or_else(|| text(expr, ctx, sink)))
        }
    }
}

/// A map of texts: labels, annotations.
pub(crate) fn texts(map: &IndexMap<Name, Expr>, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    data::record(map.iter().map(|(key, it)| (key, text(it, ctx, sink))))
}

/// A duration in the target's form, whose unit is the second.
pub(crate) fn duration(nanoseconds: i64, span: Span, sink: &mut Sink) -> String {
    if nanoseconds < 0 {
        sink.push(errors::negative_duration(span));
    }
    let text = data::duration(nanoseconds);
    if text == "0s" { "0".to_owned() } else { text }
}

/// `type`, where it is not `string`.
pub(crate) fn shape_name(shape: &ParamShape) -> &'static str {
    match shape {
        ParamShape::String => "string",
        ParamShape::Array => "array",
        ParamShape::Object(_) => "object",
    }
}
