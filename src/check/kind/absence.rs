//! Which results may be absent, and who uses one where it must exist; what `finally` may and may not use.

use indexmap::IndexMap;

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
struct Read {
    /// The node that is read, by its index.
    node: usize,
    field: Name,
    /// It is `node.results.field`.
    is_long: bool,
    span: Span,
}

/// The words of a node itself, which results do not hide.
const OWN: &[&str] = &["status", "reason", "results"];

/// The nodes of a pipeline, what each reads of others, and whose results may be absent.
pub(crate) struct Absence<'a> {
    nodes: &'a [Node<'a>],
    names: IndexMap<&'a Name, usize>,
    /// What groups have that nodes share their names with: there the group is meant.
    hidden: IndexMap<Name, Type>,
    /// By node.
    reads: Vec<Vec<Read>>,
    /// By node.
    skips: Vec<Skip>,
}

impl<'a> Absence<'a> {
    pub(crate) fn of(body: &Body<'_, '_>, nodes: &'a [Node<'a>]) -> Self {
        let named = nodes.iter().enumerate().rev();
        let group = |it: &Node<'_>| {
            let name = &it.binding.name.name;
            Some((name.clone(), body.scopes.group(name)?.ty.clone()))
        };
        let mut found = Self {
            nodes,
            hidden: nodes.iter().filter_map(group).collect(),
            names: named.map(|(at, it)| (&it.binding.name.name, at)).collect(),
            reads: Vec::new(),
            skips: nodes.iter().map(own_skip).collect(),
        };
        found.reads = nodes.iter().map(|it| found.reads_of(it)).collect();
        found.skip_with_producers();
        found
    }

    /// Whoever says `if-absent: "skip"` is skipped with its producer, and may itself be a producer.
    fn skip_with_producers(&mut self) {
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            if !skips_if_absent(node) {
                continue;
            }
            for read in self.reads.get(at).into_iter().flatten() {
                if self.is_result(read)
                    && let Some(users) = users.get_mut(read.node)
                {
                    users.push(at);
                }
            }
        }
        let gone = self.skips.iter().enumerate();
        let gone = gone.filter(|(_, it)| **it != Skip::Never);
        let mut gone: Vec<usize> = gone.map(|it| it.0).collect();
        while let Some(producer) = gone.pop() {
            for user in users.get(producer).into_iter().flatten() {
                let option = self.nodes.get(*user).and_then(|it| option(it, "if-absent"));
                if let Some(slot @ Skip::Never) = self.skips.get_mut(*user)
                    && let Some(option) = option
                {
                    *slot = Skip::Parent(option.span);
                    gone.push(*user);
                }
            }
        }
    }

    fn skip(&self, node: usize) -> Skip {
        self.skips.get(node).copied().unwrap_or(Skip::Never)
    }

    /// The declared type of the result that is read; `None` for a workspace or a status.
    fn result(&self, read: &Read) -> Option<&Type> {
        if OWN.contains(&read.field.as_str()) && !read.is_long {
            return None;
        }
        let callee = self.nodes.get(read.node)?.callee.as_deref()?;
        callee.results.fields.get(&read.field).map(|it| &it.ty)
    }

    fn is_result(&self, read: &Read) -> bool {
        self.result(read).is_some()
    }

    fn may_be_unwritten(&self, read: &Read) -> bool {
        matches!(self.result(read), Some(Type::Optional(_)))
    }

    /// What a node reads of others, in its arguments, its options and, where it is embedded, its steps.
    fn reads_of(&self, user: &Node<'_>) -> Vec<Read> {
        let mut found = Vec::new();
        if let Init::Base(base) = &user.binding.init {
            for arg in base.args.iter().flatten() {
                self.reads_in(&arg.value, &mut found);
            }
        }
        let is_embedded = matches!(user.binding.init, Init::Literal(_));
        if let Some(block) = &user.binding.block {
            walk::each_in_block(block, &mut |it| {
                if !(is_embedded && is_of_task(it)) {
                    found.extend(self.read_by(it));
                }
                true
            });
        }
        found
    }

    fn reads_in(&self, expr: &Expr, found: &mut Vec<Read>) {
        walk::each_expr(expr, &mut |it| {
            found.extend(self.read_by(it));
            true
        });
    }

    /// `node.field`, `tasks.node.field`, or either with `results` before the field, where the expression is one.
    fn read_by(&self, expr: &Expr) -> Option<Read> {
        let (of, field) = member(expr)?;
        let (node, is_long) = match self.node_of(of) {
            Some(node) => (node, false),
            None => {
                let (of, word) = member(of.peeled())?;
                (self.node_of(of).filter(|_| word == "results")?, true)
            }
        };
        let group = &self.nodes.get(node)?.binding.name.name;
        let hidden = match (self.hidden.get(group), &of.peeled().kind) {
            (Some(Type::Record(it)), ExprKind::Name(_)) => it.fields.contains_key(&field),
            (Some(Type::Thing(it)), ExprKind::Name(_)) => it.fields.contains_key(&field),
            _ => false,
        };
        (!hidden).then_some(Read {
            node,
            field,
            is_long,
            span: expr.span,
        })
    }

    /// The node that an expression names.
    fn node_of(&self, expr: &Expr) -> Option<usize> {
        if let ExprKind::Name(name) = &expr.peeled().kind {
            return self.names.get(name).copied();
        }
        let (group, name) = member(expr.peeled())?;
        let is_group = matches!(&group.peeled().kind, ExprKind::Name(it) if it == "tasks");
        self.names.get(&name).copied().filter(|_| is_group)
    }

    /// Reports results that may be absent where they must exist, and what nodes and `finally` cannot have of each other.
    pub(crate) fn check(&self, body: &mut Body<'_, '_>) {
        for (at, user) in self.nodes.iter().enumerate() {
            for read in self.reads.get(at).into_iter().flatten() {
                let Some(node) = self.nodes.get(read.node) else {
                    continue;
                };
                if !user.finally {
                    self.used_by_task(body, user, node, read);
                } else if node.finally && read.node != at {
                    let name = &node.binding.name;
                    body.report(errors::finally_used(read.span, &name.name, name.span));
                }
            }
            if !user.finally {
                self.after_finally(body, user);
            }
        }
    }

    fn used_by_task(&self, body: &mut Body<'_, '_>, user: &Node<'_>, node: &Node<'_>, read: &Read) {
        let name = &node.binding.name;
        if node.finally {
            return body.report(errors::finally_used(read.span, &name.name, name.span));
        }
        if !self.is_result(read) {
            if matches!(read.field.as_str(), "status" | "reason") {
                body.report(errors::status_of_running(
                    read.span,
                    &name.name,
                    &read.field,
                ));
            }
            return;
        }
        let skip = self.skip(read.node);
        let Some(why) = self.reason(node, read) else {
            return;
        };
        let found = errors::absent_result(read.span, &name.name, &read.field, why);
        match skip {
            Skip::Never => body.report(found),
            Skip::Ignored(_) => body.report(errors::absent_ignored(found)),
            Skip::When(_) | Skip::Parent(_) if !skips_if_absent(user) => {
                body.report(errors::absent_skippable(found));
            }
            Skip::When(_) | Skip::Parent(_) => {}
        }
    }

    /// `after: [report]`, where `report` is a node of `finally`.
    fn after_finally(&self, body: &mut Body<'_, '_>, user: &Node<'_>) {
        let Some(after) = option(user, "after") else {
            return;
        };
        let mut found: Vec<(&Node<'_>, Span)> = Vec::new();
        walk::each_expr(after, &mut |it| {
            if let ExprKind::Name(name) = &it.kind
                && let Some(node) = self.names.get(name).and_then(|it| self.nodes.get(*it))
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

    /// Reports a result of a pipeline that must exist and comes from a node that may be skipped.
    pub(crate) fn pipeline_result(&self, body: &mut Body<'_, '_>, entry: &Field) {
        let mut found = Vec::new();
        self.reads_in(&entry.value, &mut found);
        for read in found.iter().filter(|it| self.is_result(it)) {
            let Some(node) = self.nodes.get(read.node) else {
                continue;
            };
            if let Some(why) = self.reason(node, read) {
                let name = &node.binding.name.name;
                let found = errors::absent_result(read.span, name, &read.field, why);
                body.report(errors::absent_pipeline_result(found, &entry.key.name));
            }
        }
    }

    /// Why a result may be absent, and where that is said.
    fn reason(&self, node: &Node<'_>, read: &Read) -> Option<(Span, &'static str)> {
        match self.skip(read.node) {
            Skip::When(span) => Some((span, "it may be skipped")),
            Skip::Ignored(span) => Some((span, "it may fail, and the run goes on")),
            Skip::Parent(span) => Some((span, "it is skipped with the node whose result it needs")),
            Skip::Never if self.may_be_unwritten(read) => Some((
                node.binding.name.span,
                "the task may end without writing it",
            )),
            Skip::Never => None,
        }
    }
}

/// `of.name` and `of["name"]`
fn member(expr: &Expr) -> Option<(&Expr, Name)> {
    if let ExprKind::Field(of, word) = &expr.kind {
        return Some((of, word.name.clone()));
    }
    let ExprKind::Index(of, index) = &expr.kind else {
        return None;
    };
    Some((of, Name::new(index.plain_text()?)))
}

/// Whether it is a field of a group of the inside of a task.
fn is_of_task(expr: &Expr) -> bool {
    const GROUPS: &[&str] = &[
        "params",
        "workspaces",
        "results",
        "steps",
        "step",
        "context",
    ];
    let group = member(expr).map(|it| it.0);
    group.is_some_and(|it| matches!(&it.kind, ExprKind::Name(it) if GROUPS.contains(&it.as_str())))
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
