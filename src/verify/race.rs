//! Workspaces are checked like memory: where one node writes, no other touches the same files at the same time.

use indexmap::{IndexMap, IndexSet};

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::plan::expr::WorkspaceField;
use crate::plan::{Expr, ExprKind, Node, Pipeline, Plan, Ref};
use crate::verify::errors;

const CODE: &str = "race";

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    for pipeline in plan.pipelines.values() {
        if pipeline.own && !pipeline.allowed.iter().any(|it| it == CODE) {
            between_tasks(pipeline, sink);
            between_finally(pipeline, sink);
        }
    }
}

/// How a node touches a workspace.
struct Touch<'a> {
    node: &'a Node,
    workspace: &'a Name,
    span: Span,
    sub_path: Option<&'a Expr>,
    writes: bool,
}

fn between_tasks(pipeline: &Pipeline, sink: &mut Sink) {
    let touches = touches(pipeline, &pipeline.nodes);
    if !touches.iter().any(|it| it.writes) {
        return;
    }
    let graph = pipeline.graph();
    let mut before: IndexMap<&Name, IndexSet<Name>> = IndexMap::new();
    for touch in &touches {
        let name = &touch.node.name;
        let ancestors = || graph.ancestors(name).into_iter().collect();
        before.entry(name).or_insert_with(ancestors);
    }
    let precedes = |a: &Name, b: &Name| before.get(b).is_some_and(|it| it.contains(a));
    let ordered = |a: &Node, b: &Node| precedes(&a.name, &b.name) || precedes(&b.name, &a.name);
    report(&touches, Some(&ordered), sink);
}

/// Nodes of `finally` all run at once.
fn between_finally(pipeline: &Pipeline, sink: &mut Sink) {
    report(&touches(pipeline, &pipeline.finally), None, sink);
}

/// Whether two nodes are ordered.
type Order<'a> = dyn Fn(&Node, &Node) -> bool + 'a;

/// `ordered` is absent where nothing can be: in `finally`.
fn report(touches: &[Touch<'_>], ordered: Option<&Order<'_>>, sink: &mut Sink) {
    let last = ordered.is_none();
    for (at, second) in touches.iter().enumerate() {
        if second.writes
            && second.node.fans_out()
            && !is_of_instance(second)
            && !is_allowed(second.node)
        {
            sink.push(errors::race_of_instances(
                second.span,
                &second.node.name,
                second.workspace,
            ));
        }
        let mut earlier = touches.iter().take(at);
        let clash = earlier.find(|first| {
            first.node.name != second.node.name
                && first.workspace == second.workspace
                && (first.writes || second.writes)
                && !ordered.is_some_and(|it| it(first.node, second.node))
                && overlap(first.sub_path, second.sub_path)
                && !is_allowed(first.node)
        });
        if let Some(first) = clash.filter(|_| !is_allowed(second.node)) {
            let writer = if first.writes { first } else { second };
            let names = (&first.node.name, &second.node.name, &writer.node.name);
            let found = errors::race(first.span, second.span, names, second.workspace);
            sink.push(if last {
                errors::race_at_the_end(found)
            } else {
                errors::race_of_tasks(found, &first.node.name, &second.node.name)
            });
        }
    }
}

fn is_allowed(node: &Node) -> bool {
    node.allowed.iter().any(|it| it == CODE)
}

/// Whether each instance has a sub-path of its own.
fn is_of_instance(touch: &Touch<'_>) -> bool {
    let mut found = false;
    if let Some(path) = touch.sub_path {
        path.each_ref(&mut |it, _| found |= matches!(it, Ref::Each(_)));
    }
    found
}

fn touches<'a>(pipeline: &'a Pipeline, nodes: &'a [Node]) -> Vec<Touch<'a>> {
    let mut found = Vec::new();
    for node in nodes {
        for used in node.workspaces.values() {
            found.push(Touch {
                node,
                workspace: &used.workspace,
                span: used.span,
                sub_path: used.sub_path.as_ref(),
                writes: used.writes,
            });
        }
        found.extend(propagated(pipeline, node));
    }
    found
}

/// An embedded task sees the workspaces around it.
fn propagated<'a>(pipeline: &'a Pipeline, node: &'a Node) -> Vec<Touch<'a>> {
    let mut found: IndexMap<&Name, Touch<'a>> = IndexMap::new();
    let Some(task) = node.embedded() else {
        return Vec::new();
    };
    for expr in task.expressions() {
        expr.each_ref(&mut |it, span| {
            if let Ref::Workspace(name, WorkspaceField::Path) = it
                && !task.workspaces.contains_key(name)
                && let Some(workspace) = pipeline.workspaces.get(name)
            {
                found.entry(name).or_insert(Touch {
                    node,
                    workspace: name,
                    span,
                    sub_path: None,
                    writes: !workspace.read_only,
                });
            }
        });
    }
    found.into_values().collect()
}

/// Whether two sub-paths may share a file; a path that is known only when running may be any.
fn overlap(first: Option<&Expr>, second: Option<&Expr>) -> bool {
    let (Some(first), Some(second)) = (first, second) else {
        return true;
    };
    let (first, second) = (known_start(first), known_start(second));
    let mut parts = first.iter().zip(&second);
    let differs = parts.any(|(a, b)| a != b);
    !differs
}

/// The parts of a path up to the first that is not known.
fn known_start(path: &Expr) -> Vec<String> {
    let (text, whole) = match &path.kind {
        ExprKind::Const(value) => (value.as_str().unwrap_or_default(), true),
        ExprKind::Text(parts) => match parts.first() {
            Some(crate::plan::Part::Text(text)) => (text.as_str(), false),
            Some(crate::plan::Part::Hole(_)) | None => ("", false),
        },
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
        | ExprKind::Error => ("", false),
    };
    // Of `a/b#{x}` only `a` is whole.
    let mut parts: Vec<String> = text
        .split('/')
        .filter(|it| !it.is_empty() && *it != ".")
        .map(str::to_owned)
        .collect();
    if !whole && !text.ends_with('/') {
        parts.pop();
    }
    parts
}
