//! References as Tekton writes them. Only the dotted form makes an edge of the graph, so brackets stand only around dotted parameters.

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::emit::errors;
use crate::emit::expr::{Context, event, text as text_of};
use crate::plan::expr::WorkspaceField;
use crate::plan::{Expr, ExprKind, ParamShape, Ref};
use crate::value::Value;

/// A reference in text.
pub(crate) fn text(reference: &Ref, span: Span, ctx: Context<'_>, sink: &mut Sink) -> String {
    if let Ref::Event(path) = reference {
        return event::placeholder(path, span, ctx, sink);
    }
    if ctx.task.is_some() && is_of_pipeline(reference) {
        sink.push(errors::not_in_task(reference, span));
        return String::new();
    }
    match path(reference) {
        Some(path) => format!("$({path})"),
        None => {
            sink.push(errors::not_in_text(reference, span));
            String::new()
        }
    }
}

/// What Tekton fills in for the arguments of a node, and not within an embedded task.
fn is_of_pipeline(reference: &Ref) -> bool {
    matches!(
        reference,
        Ref::NodeStatus(_) | Ref::NodeReason(_) | Ref::NodeLength(_) | Ref::TasksStatus
    )
}

/// `record.field`
pub(crate) fn field(
    of: &Expr,
    name: &Name,
    span: Span,
    ctx: Context<'_>,
    sink: &mut Sink,
) -> String {
    match &of.kind {
        ExprKind::Ref(Ref::Event(path)) => {
            event::placeholder(&Name::new(format!("{path}.{name}")), span, ctx, sink)
        }
        ExprKind::Ref(it @ (Ref::Param(_) | Ref::NodeResult(..) | Ref::StepResult(..))) => {
            let base = path(it).unwrap_or_default();
            format!("$({base}.{name})")
        }
        ExprKind::Field(inner, first) => {
            let joined = Name::new(format!("{first}.{name}"));
            field(inner, &joined, span, ctx, sink)
        }
        ExprKind::Error => String::new(),
        ExprKind::Const(_)
        | ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Make(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_) => {
            sink.push(errors::not_computed_at(
                span,
                "a field of what is computed while running",
            ));
            String::new()
        }
    }
}

/// `list[0]`, `record["key"]`
pub(crate) fn index(of: &Expr, at: &Expr, span: Span, ctx: Context<'_>, sink: &mut Sink) -> String {
    match (&of.kind, at.value()) {
        (ExprKind::Error, _) => String::new(),
        (_, Some(Value::Str(key))) => field(of, key, span, ctx, sink),
        (ExprKind::Ref(it), Some(Value::Int(number))) => match path(it) {
            Some(base) => format!("$({base}[{number}])"),
            None => text(it, span, ctx, sink),
        },
        (_, Some(_) | None) => {
            let _ = text_of(at, ctx, sink);
            sink.push(errors::not_computed_at(
                span,
                "an index that is computed while running",
            ));
            String::new()
        }
    }
}

/// A whole list or record, where the expression refers to one: it stands alone in its string.
pub(crate) fn whole(expr: &Expr, ctx: Context<'_>) -> Option<String> {
    let ExprKind::Ref(reference) = &expr.kind else {
        return None;
    };
    let many = match reference {
        Ref::Param(name) => ctx.param(name)?.shape != ParamShape::String,
        Ref::NodeResult(node, result) => {
            let node = ctx.pipeline?.node(node)?;
            let shape = ctx.task_of(node)?.results.get(result).map(|it| &it.shape);
            node.fans_out() || shape.is_some_and(|it| *it != ParamShape::String)
        }
        Ref::StepResult(step, result) => {
            let mut steps = ctx.task?.steps.iter();
            let step = steps.find(|it| it.name.as_ref() == Some(step))?;
            step.results.get(result)?.shape != ParamShape::String
        }
        Ref::ResultPath(_)
        | Ref::StepResultPath(..)
        | Ref::StepExitCodePath(_)
        | Ref::Workspace(..)
        | Ref::NodeStatus(_)
        | Ref::NodeReason(_)
        | Ref::NodeLength(_)
        | Ref::TasksStatus
        | Ref::Context(_)
        | Ref::Each(_)
        | Ref::Event(_)
        | Ref::Metric(_)
        | Ref::SecretKey(..)
        | Ref::ConfigKey(..)
        | Ref::Field(_) => false,
    };
    let path = many.then(|| path(reference)).flatten()?;
    Some(format!("$({path}[*])"))
}

/// What stands within `$(…)`; `None` for what Tekton does not substitute.
pub(crate) fn path(reference: &Ref) -> Option<String> {
    let path = match reference {
        Ref::Param(name) | Ref::Each(name) if name.contains('.') => format!("params[\"{name}\"]"),
        Ref::Param(name) | Ref::Each(name) => format!("params.{name}"),
        Ref::ResultPath(name) if name.contains('.') => format!("results[\"{name}\"].path"),
        Ref::ResultPath(name) => format!("results.{name}.path"),
        Ref::StepResultPath(_, name) => format!("step.results.{name}.path"),
        Ref::StepResult(step, name) => format!("steps.{step}.results.{name}"),
        // By the name of the container, unlike the results of a step.
        Ref::StepExitCodePath(step) => format!("steps.step-{step}.exitCode.path"),
        Ref::Workspace(name, field) => format!("workspaces.{name}.{}", workspace_field(*field)),
        Ref::NodeResult(node, name) => format!("tasks.{node}.results.{name}"),
        Ref::NodeStatus(node) => format!("tasks.{node}.status"),
        Ref::NodeReason(node) => format!("tasks.{node}.reason"),
        Ref::NodeLength(node) => format!("tasks.{node}.matrix.length"),
        Ref::TasksStatus => "tasks.status".to_owned(),
        Ref::Context(path) => format!("context.{path}"),
        Ref::Event(_)
        | Ref::Metric(_)
        | Ref::SecretKey(..)
        | Ref::ConfigKey(..)
        | Ref::Field(_) => return None,
    };
    Some(path)
}

fn workspace_field(field: WorkspaceField) -> &'static str {
    match field {
        WorkspaceField::Path => "path",
        WorkspaceField::Bound => "bound",
        WorkspaceField::Claim => "claim",
        WorkspaceField::Volume => "volume",
    }
}
