//! Which results may be absent, and who uses one where it must exist; what `finally` may and may not use.

use crate::base::{Name, Span};
use crate::check::Body;
use crate::check::kind::node::Node;
use crate::check::kind::{errors, walk};
use crate::syntax::ast::{Expr, ExprKind, Field, Init};
use crate::types::Type;

/// Why the results of a node may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Skip {
    Never,
    /// `when`, here.
    When(Span),
    /// `onError: "continue"`, here.
    Ignored(Span),
    /// `if-absent: "skip"`, here, and its producer may be skipped.
    Parent(Span),
}

/// A field of a node that is read somewhere.
struct Read<'a> {
    node: &'a Node<'a>,
    at: usize,
    field: Name,
    span: Span,
}

/// Reports results that may be absent where they must exist, and what nodes and `finally` cannot have of each other.
pub(crate) fn check(body: &mut Body<'_, '_>, nodes: &[Node<'_>]) {
    let skips = skips(nodes);
    for user in nodes {
        for read in reads_of(user, nodes) {
            if user.finally {
                if read.node.finally && !is_same(user, read.node) {
                    let declared = read.node.binding.name.span;
                    body.report(errors::finally_used(
                        read.span,
                        &read.node.binding.name.name,
                        declared,
                    ));
                }
            } else {
                used_by_task(body, user, &read, &skips);
            }
        }
        if !user.finally {
            after_finally(body, user, nodes);
        }
    }
}

/// `after: [report]`, where `report` is a node of `finally`.
fn after_finally(body: &mut Body<'_, '_>, user: &Node<'_>, nodes: &[Node<'_>]) {
    let Some(after) = option(user, "after") else {
        return;
    };
    let mut found: Vec<(&Node<'_>, Span)> = Vec::new();
    walk::each_expr(after, &mut |it| {
        if let ExprKind::Name(name) = &it.kind
            && let Some(node) = nodes.iter().find(|it| it.binding.name.name == *name)
        {
            found.push((node, it.span));
        }
        true
    });
    for (node, span) in found.into_iter().filter(|(it, _)| it.finally) {
        let name = &node.binding.name;
        body.report(errors::finally_used(span, &name.name, name.span));
    }
}

fn used_by_task(body: &mut Body<'_, '_>, user: &Node<'_>, read: &Read<'_>, skips: &[Skip]) {
    let name = &read.node.binding.name;
    if read.node.finally {
        return body.report(errors::finally_used(read.span, &name.name, name.span));
    }
    if !is_result(read) {
        if matches!(read.field.as_str(), "status" | "reason") {
            body.report(errors::status_of_running(
                read.span,
                &name.name,
                &read.field,
            ));
        }
        return;
    }
    let skip = skips.get(read.at).copied().unwrap_or(Skip::Never);
    if may_be_unwritten(read) && skip == Skip::Never {
        let why = (name.span, "the task may end without writing it");
        body.report(errors::absent_result(
            read.span,
            &name.name,
            &read.field,
            why,
        ));
        return;
    }
    let Some(why) = reason(skip) else {
        return;
    };
    let found = errors::absent_result(read.span, &name.name, &read.field, why);
    match skip {
        Skip::Ignored(_) => body.report(errors::absent_ignored(found)),
        Skip::When(_) | Skip::Parent(_) if !skips_if_absent(user) => {
            body.report(errors::absent_skippable(found));
        }
        Skip::When(_) | Skip::Parent(_) | Skip::Never => {}
    }
}

/// Reports a result of a pipeline that must exist and comes from a node that may be skipped.
pub(crate) fn pipeline_result(body: &mut Body<'_, '_>, nodes: &[Node<'_>], entry: &Field) {
    let skips = skips(nodes);
    let mut found = Vec::new();
    reads_in(&entry.value, nodes, &mut found);
    for read in found.iter().filter(|it| is_result(it)) {
        let name = &read.node.binding.name;
        let skip = skips.get(read.at).copied().unwrap_or(Skip::Never);
        let unwritten = (name.span, "the task may end without writing it");
        let why = reason(skip).or_else(|| may_be_unwritten(read).then_some(unwritten));
        if let Some(why) = why {
            let found = errors::absent_result(read.span, &name.name, &read.field, why);
            body.report(errors::absent_pipeline_result(found, &entry.key.name));
        }
    }
}

fn reason(skip: Skip) -> Option<(Span, &'static str)> {
    match skip {
        Skip::Never => None,
        Skip::When(span) => Some((span, "it may be skipped")),
        Skip::Ignored(span) => Some((span, "it may fail, and the run goes on")),
        Skip::Parent(span) => Some((span, "it is skipped with the node whose result it needs")),
    }
}

/// For each node why its results may be absent.
fn skips(nodes: &[Node<'_>]) -> Vec<Skip> {
    let mut skips: Vec<Skip> = nodes.iter().map(own_skip).collect();
    // Whoever is skipped with its producer may itself be a producer: at most one round for each node.
    for _ in nodes {
        let mut changed = false;
        for (at, node) in nodes.iter().enumerate() {
            if skips.get(at) != Some(&Skip::Never) || !skips_if_absent(node) {
                continue;
            }
            let gone = |read: &Read<'_>| {
                is_result(read) && skips.get(read.at).is_some_and(|it| *it != Skip::Never)
            };
            if reads_of(node, nodes).iter().any(gone)
                && let Some(slot) = skips.get_mut(at)
                && let Some(option) = option(node, "if-absent")
            {
                *slot = Skip::Parent(option.span);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    skips
}

fn own_skip(node: &Node<'_>) -> Skip {
    let ignored = option(node, "onError").filter(|it| is_text(it, "continue"));
    let when = option(node, "when").filter(|it| !matches!(it.peeled().kind, ExprKind::Bool(true)));
    match (ignored, when) {
        (Some(it), _) => Skip::Ignored(it.span),
        (None, Some(it)) => Skip::When(it.span),
        (None, None) => Skip::Never,
    }
}

fn skips_if_absent(node: &Node<'_>) -> bool {
    option(node, "if-absent").is_some()
}

fn option<'a>(node: &Node<'a>, name: &str) -> Option<&'a Expr> {
    walk::field(node.binding.block.as_ref(), name)
}

fn is_text(expr: &Expr, text: &str) -> bool {
    expr.peeled().plain_text().is_some_and(|it| it == text)
}

fn is_same(a: &Node<'_>, b: &Node<'_>) -> bool {
    a.binding.name.id == b.binding.name.id
}

/// Whether what is read is a result, no workspace and no status.
fn is_result(read: &Read<'_>) -> bool {
    let callee = read.node.callee.as_deref();
    callee.is_some_and(|it| it.results.fields.contains_key(&read.field))
}

fn may_be_unwritten(read: &Read<'_>) -> bool {
    let callee = read.node.callee.as_deref();
    let field = callee.and_then(|it| it.results.fields.get(&read.field));
    field.is_some_and(|it| matches!(it.ty, Type::Optional(_)))
}

/// What a node reads of others, in its arguments, its options and, where it is embedded, its steps.
fn reads_of<'a>(user: &Node<'a>, nodes: &'a [Node<'a>]) -> Vec<Read<'a>> {
    let mut found = Vec::new();
    if let Init::Base(base) = &user.binding.init {
        for arg in base.args.iter().flatten() {
            reads_in(&arg.value, nodes, &mut found);
        }
    }
    if let Some(block) = &user.binding.block {
        walk::each_in_block(block, &mut |it| {
            found.extend(read_by(it, nodes));
            true
        });
    }
    found
}

fn reads_in<'a>(expr: &Expr, nodes: &'a [Node<'a>], found: &mut Vec<Read<'a>>) {
    walk::each_expr(expr, &mut |it| {
        found.extend(read_by(it, nodes));
        true
    });
}

/// `node.field` or `tasks.node.field`, where the expression is one.
fn read_by<'a>(expr: &Expr, nodes: &'a [Node<'a>]) -> Option<Read<'a>> {
    let ExprKind::Field(of, field) = &expr.kind else {
        return None;
    };
    let name = if let ExprKind::Name(name) = &of.peeled().kind {
        name
    } else if let ExprKind::Field(group, name) = &of.peeled().kind
        && matches!(&group.kind, ExprKind::Name(it) if it == "tasks")
    {
        &name.name
    } else {
        return None;
    };
    let found = nodes.iter().enumerate();
    let (at, node) = found
        .into_iter()
        .find(|(_, it)| it.binding.name.name == *name)?;
    Some(Read {
        node,
        at,
        field: field.name.clone(),
        span: expr.span,
    })
}
