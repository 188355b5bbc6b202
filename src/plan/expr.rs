//! Expressions that are left for later: what is known is a [`ExprKind::Const`], what is not is a [`Ref`] somewhere within.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::value::{BinaryOp, Thing, UnaryOp, Value};

/// An expression of the plan. Functions, comprehensions, `match` and amendments are gone; whatever holds no [`Ref`] is a `Const`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    pub(crate) kind: ExprKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ExprKind {
    Const(Value),
    Ref(Ref),
    /// A string with holes.
    Text(Arc<Vec<Part>>),
    List(Arc<Vec<Expr>>),
    Record(Arc<IndexMap<Name, Expr>>),
    /// A constructor of the prelude, see [`crate::value::Make`].
    Make(Name, Arc<IndexMap<Name, Expr>>),
    /// `a.b` of a record known only when running.
    Field(Arc<Expr>, Name),
    Index(Arc<(Expr, Expr)>),
    Unary(UnaryOp, Arc<Expr>),
    Binary(BinaryOp, Arc<(Expr, Expr)>),
    /// A built-in function with its arguments in the order of its parameters; also `unsafe(x)`.
    Call(Name, Arc<Vec<Expr>>),
    /// Condition, then, else. `match` becomes a chain of these.
    If(Arc<(Expr, Expr, Expr)>),
    /// `each list`, only directly as an argument of a node.
    Each(Arc<Expr>),
    /// Already reported.
    Error,
}

/// A piece of a [`ExprKind::Text`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Text(Name),
    Hole(Expr),
}

/// Something that is known only when an event starts the run or while it runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ref {
    /// A parameter of the enclosing task, pipeline or analysis.
    Param(Name),
    /// `results.commit.path` of the enclosing task.
    ResultPath(Name),
    /// `step.results.digest.path`, of a step's own result: step, result.
    StepResultPath(Name, Name),
    /// A result of an earlier step: step, result.
    StepResult(Name, Name),
    /// Path of a step's exit code.
    StepExitCodePath(Name),
    /// `path`, `bound`, `claim` or `volume` of a workspace.
    Workspace(Name, WorkspaceField),
    /// A result of a node: node, result.
    NodeResult(Name, Name),
    /// `Succeeded`, `Failed`, `None`
    NodeStatus(Name),
    NodeReason(Name),
    /// How many instances a node with `each` has.
    NodeLength(Name),
    /// `tasks.status`: of all nodes together.
    TasksStatus,
    /// `context.pipelineRun.name`, by its dotted path without `context.`.
    Context(Name),
    /// `each.os`
    Each(Name),
    /// A field of the event, by wudi's name (`sha`, `target-branch`, `body.pull_request.title`).
    Event(Name),
    /// `value`, `values` of a metric.
    Metric(Name),
    /// A key of a secret: secret, key.
    SecretKey(Name, Name),
    /// A key of a config map: name, key.
    ConfigKey(Name, Name),
    /// `rollout.latest-hash`, `rollout.stable-hash`, or a downward-API path, `field("status.podIP")`.
    Field(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum WorkspaceField {
    Path,
    Bound,
    Claim,
    Volume,
}

impl Expr {
    pub(crate) fn constant(span: Span, value: Value) -> Self {
        let kind = ExprKind::Const(value);
        Self { span, kind }
    }

    pub(crate) fn reference(span: Span, reference: Ref) -> Self {
        let kind = ExprKind::Ref(reference);
        Self { span, kind }
    }

    pub(crate) fn error(span: Span) -> Self {
        let kind = ExprKind::Error;
        Self { span, kind }
    }

    /// The value, where it is known.
    pub(crate) fn value(&self) -> Option<&Value> {
        if let ExprKind::Const(value) = &self.kind {
            Some(value)
        } else {
            None
        }
    }

    /// The text, where it is known and text.
    pub(crate) fn text(&self) -> Option<&str> {
        self.value()?.as_str()
    }

    /// The thing that it names, if it names one.
    pub(crate) fn thing(&self) -> Option<&Thing> {
        if let ExprKind::Const(Value::Thing(thing)) = &self.kind {
            Some(thing)
        } else {
            None
        }
    }

    /// A field of a record or an argument of a constructor, known or not.
    pub(crate) fn get(&self, field: &str) -> Option<Self> {
        match &self.kind {
            ExprKind::Const(value) => value
                .get(field)
                .map(|it| Self::constant(self.span, it.clone())),
            ExprKind::Record(fields) | ExprKind::Make(_, fields) => fields.get(field).cloned(),
            ExprKind::Ref(_)
            | ExprKind::Text(_)
            | ExprKind::List(_)
            | ExprKind::Field(..)
            | ExprKind::Index(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Call(..)
            | ExprKind::If(_)
            | ExprKind::Each(_)
            | ExprKind::Error => None,
        }
    }

    /// The elements of a list; of anything else, the thing itself.
    pub(crate) fn elements(&self) -> Vec<Self> {
        if let ExprKind::List(all) = &self.kind {
            return all.to_vec();
        }
        let Some(all) = self.value().and_then(Value::as_list) else {
            return vec![self.clone()];
        };
        let element = |it: &Value| Self::constant(self.span, it.clone());
        all.iter().map(element).collect()
    }

    /// The fields of a record; none of anything else.
    pub(crate) fn fields(&self) -> Vec<(Name, Self)> {
        if let ExprKind::Record(fields) = &self.kind {
            let fields = fields.iter();
            return fields.map(|(key, it)| (key.clone(), it.clone())).collect();
        }
        let known = self.value().and_then(Value::as_record);
        let field =
            |(key, it): (&Name, &Value)| (key.clone(), Self::constant(self.span, it.clone()));
        known.into_iter().flatten().map(field).collect()
    }

    /// The name of the constructor that made it.
    pub(crate) fn maker(&self) -> Option<&Name> {
        if let ExprKind::Make(name, _) = &self.kind {
            return Some(name);
        }
        if let Some(Value::Make(make)) = self.value() {
            return Some(&make.name);
        }
        None
    }

    /// Whether it is a condition in CEL's own words, `cel("…")`.
    pub(crate) fn is_cel(&self) -> bool {
        self.maker().is_some_and(|it| it == "cel")
    }

    /// What must hold for the condition to hold, in the order of the text: the parts that `&&` joins.
    pub(crate) fn conjuncts(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(it) = open.pop() {
            if let ExprKind::Binary(BinaryOp::And, two) = &it.kind {
                open.extend([&two.1, &two.0]);
            } else {
                found.push(it);
            }
        }
        found
    }

    /// Calls `visit` with every reference within, in the order of the text.
    pub(crate) fn each_ref<'a>(&'a self, visit: &mut dyn FnMut(&'a Ref, Span)) {
        if let ExprKind::Ref(reference) = &self.kind {
            visit(reference, self.span);
        }
        self.each_child(&mut |it| it.each_ref(visit));
    }

    /// Visits the expressions that this one is made of.
    pub(crate) fn each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        match &self.kind {
            ExprKind::Const(_) | ExprKind::Error | ExprKind::Ref(_) => {}
            ExprKind::Text(parts) => {
                for part in parts.iter() {
                    if let Part::Hole(expr) = part {
                        visit(expr);
                    }
                }
            }
            ExprKind::List(all) | ExprKind::Call(_, all) => all.iter().for_each(visit),
            ExprKind::Record(fields) | ExprKind::Make(_, fields) => {
                fields.values().for_each(visit);
            }
            ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::Each(of) => visit(of),
            ExprKind::Index(two) | ExprKind::Binary(_, two) => {
                visit(&two.0);
                visit(&two.1);
            }
            ExprKind::If(three) => {
                visit(&three.0);
                visit(&three.1);
                visit(&three.2);
            }
        }
    }
}
