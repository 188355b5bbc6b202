//! What starts a run, and the fields of `event` that follow from it.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::kind::walk;
use crate::syntax::ast::{Element, Expr, ExprKind};
use crate::types::{FieldType, Form, Type};

/// The kinds of triggers, as the prelude's constructors are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    Push,
    PullRequest,
    Comment,
    Tag,
    Incoming,
    Cel,
    /// A value that is computed: any event.
    Any,
}

/// The triggers that `on: …` names.
pub(crate) fn triggers(on: &Expr) -> Vec<Trigger> {
    if let ExprKind::Call(callee, _) = &on.peeled().kind {
        return vec![trigger(callee)];
    }
    let ExprKind::List {
        elements,
        comprehension: None,
    } = &on.peeled().kind
    else {
        return vec![Trigger::Any];
    };
    let all = elements.iter().flat_map(|it| match it {
        Element::Expr(it) => triggers(it),
        Element::Spread(..) => vec![Trigger::Any],
    });
    all.collect()
}

fn trigger(callee: &Expr) -> Trigger {
    let ExprKind::Name(name) = &callee.peeled().kind else {
        return Trigger::Any;
    };
    match name.as_str() {
        "push" => Trigger::Push,
        "pull-request" => Trigger::PullRequest,
        "comment" => Trigger::Comment,
        "tag" => Trigger::Tag,
        "incoming" => Trigger::Incoming,
        "cel" => Trigger::Cel,
        _ => Trigger::Any,
    }
}

/// The fields that every event has.
fn common() -> Vec<(&'static str, Type)> {
    vec![
        ("repo-url", Type::form(Form::GitUrl)),
        ("sha", Type::form(Form::GitSha)),
        ("repo-owner", Type::string()),
        ("repo-name", Type::string()),
        ("source-url", Type::form(Form::GitUrl)),
        ("source-branch", Type::form(Form::GitRef)),
        ("target-branch", Type::form(Form::GitRef)),
        ("sender", Type::string()),
        ("type", Type::string()),
        ("files", Type::Json),
        ("headers", Type::Json),
        ("body", Type::Json),
        ("params", Type::Json),
        ("git-auth", Type::string()),
    ]
}

/// The fields that only some events have, and which.
fn special() -> Vec<(&'static str, Type, &'static [Trigger])> {
    use Trigger::{Any, Cel, Comment, PullRequest};
    let counted = Type::Int {
        min: Some(1),
        max: None,
    };
    vec![
        ("number", counted, &[PullRequest, Comment, Cel, Any]),
        ("labels", Type::string().list(), &[PullRequest, Cel, Any]),
        ("title", Type::string(), &[PullRequest, Cel, Any]),
        ("comment", Type::string(), &[Comment, Cel, Any]),
    ]
}

/// The fields common to the events of these triggers.
pub(crate) fn fields(triggers: &[Trigger]) -> IndexMap<Name, FieldType> {
    let mut found: IndexMap<Name, FieldType> = common()
        .into_iter()
        .map(|(name, ty)| (Name::new_static(name), FieldType::new(ty)))
        .collect();
    for (name, ty, of) in special() {
        if triggers.iter().all(|it| of.contains(it)) {
            found.insert(Name::new_static(name), FieldType::new(ty));
        }
    }
    found
}

/// Which events have the field, in words; `None` where none has it.
pub(crate) fn who_has(field: &str) -> Option<&'static str> {
    match field {
        "number" => Some("pull requests and comments"),
        "labels" | "title" => Some("pull requests"),
        "comment" => Some("comments"),
        _ => None,
    }
}

/// The fields of `event` that an expression reads, each with its place.
pub(crate) fn reads(expr: &Expr, found: &mut Vec<(Name, Span)>) {
    walk::each_expr(expr, &mut |it| {
        read(it, found);
        true
    });
}

/// The same for the expression alone, not for its parts.
pub(crate) fn read(expr: &Expr, found: &mut Vec<(Name, Span)>) {
    if let ExprKind::Field(of, field) = &expr.kind
        && matches!(&of.peeled().kind, ExprKind::Name(name) if name == "event")
    {
        found.push((field.name.clone(), field.span));
    }
}
