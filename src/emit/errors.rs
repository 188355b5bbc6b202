//! What cannot be emitted, in words.

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::plan::{Expr, ExprKind, Ref};

/// Two objects would be one file.
pub(crate) fn same_file(span: Span, first: Span, path: &str) -> Diagnostic {
    Diagnostic::new("file-conflict", span, format!("a second file `{path}`"))
        .label(first, "the first one")
        .help("give one of them another name, or say `file: \"…\"` in its block")
}

/// The cluster would have to compute.
pub(crate) fn not_computed(expr: &Expr) -> Diagnostic {
    let what = match &expr.kind {
        ExprKind::Call(name, _) => format!("`{name}` of a value that is known only when running"),
        ExprKind::Binary(op, _) => format!(
            "`{}` with a value that is known only when running",
            op.symbol()
        ),
        ExprKind::If(_) => "a choice by a value that is known only when running".to_owned(),
        ExprKind::Each(_) => "`each`".to_owned(),
        ExprKind::Unary(..) => "an operator on a value that is known only when running".to_owned(),
        ExprKind::Make(name, _) => format!("`{name}(…)`"),
        ExprKind::Const(_)
        | ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Error => "a list or record".to_owned(),
    };
    not_computed_at(expr.span, &what)
}

pub(crate) fn not_computed_at(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new("late-value", span, format!("{what} cannot stand here"))
        .note("Tekton puts text in the place of `$(…)` and computes nothing")
        .help("compute it in a step, or from what is known when compiling")
}

/// A reference that Tekton has no variable for.
pub(crate) fn not_in_text(reference: &Ref, span: Span) -> Diagnostic {
    let (what, help) = match reference {
        Ref::SecretKey(..) => (
            "a key of a secret",
            "it can be an environment variable, a workspace or a volume",
        ),
        Ref::ConfigKey(..) => (
            "a key of a ConfigMap",
            "it can be an environment variable, a workspace or a volume",
        ),
        Ref::Field(_) => ("a field of the pod", "it can be an environment variable"),
        Ref::Param(_)
        | Ref::ResultPath(_)
        | Ref::StepResultPath(..)
        | Ref::StepResult(..)
        | Ref::StepExitCodePath(_)
        | Ref::Workspace(..)
        | Ref::NodeResult(..)
        | Ref::NodeStatus(_)
        | Ref::NodeReason(_)
        | Ref::NodeLength(_)
        | Ref::TasksStatus
        | Ref::Context(_)
        | Ref::Each(_)
        | Ref::Event(_)
        | Ref::Metric(_) => (
            "a measured value",
            "it is there in `pass` and `fail` of its metric",
        ),
    };
    Diagnostic::new("late-value", span, format!("{what} cannot stand in text")).help(help)
}

/// How a node went, in the text of an embedded task.
pub(crate) fn not_in_task(reference: &Ref, span: Span) -> Diagnostic {
    let what = match reference {
        Ref::NodeStatus(node) => format!("`{node}.status`"),
        Ref::NodeReason(node) => format!("`{node}.reason`"),
        Ref::NodeLength(node) => format!("`{node}.length`"),
        Ref::TasksStatus => "`tasks.status`".to_owned(),
        Ref::Param(_)
        | Ref::ResultPath(_)
        | Ref::StepResultPath(..)
        | Ref::StepResult(..)
        | Ref::StepExitCodePath(_)
        | Ref::Workspace(..)
        | Ref::NodeResult(..)
        | Ref::Context(_)
        | Ref::Each(_)
        | Ref::Event(_)
        | Ref::Metric(_)
        | Ref::SecretKey(..)
        | Ref::ConfigKey(..)
        | Ref::Field(_) => "this value".to_owned(),
    };
    Diagnostic::new(
        "late-value",
        span,
        format!("{what} is not known within an embedded task"),
    )
    .note("Tekton fills it in among the arguments of a node only")
    .help("give the task a parameter for it, and pass it by `params: { … }`")
}

pub(crate) fn no_event_variable(field: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        "late-value",
        span,
        format!("`event.{field}` cannot be passed on"),
    )
    .note("Pipelines as Code has no variable for it with this forge")
    .help("read it out of `event.body`")
}

pub(crate) fn lines_of_event(field: &str, span: Span) -> Diagnostic {
    Diagnostic::new("target-feature", span, format!("`event.{field}` may have several lines"))
        .note("Pipelines as Code writes it into the file before YAML is read, so a line of it could become a field of the run")
        .help("pass `event.number` or `event.sha`, and ask the forge for the text in a step")
}

/// A condition that is neither `input in values` nor safe CEL.
pub(crate) fn when_form(piece: &Expr, cel: Option<&str>) -> Diagnostic {
    let note = match cel {
        Some(reason) => format!("as CEL it cannot stand either: {reason}"),
        None => "CEL could say more, but the target lacks the flag `enable-cel-in-whenexpression`"
            .to_owned(),
    };
    Diagnostic::new("when-form", piece.span, "Tekton's `when` cannot express this")
        .note("`when` is a list of `a == b`, `a in list`, their contraries and Booleans, all of which must hold")
        .note(note)
        .help("decide it in a task that writes a result, and compare the result")
}

pub(crate) fn no_flag(span: Span, what: &str, flag: &str) -> Diagnostic {
    Diagnostic::new(
        "target-feature",
        span,
        format!("{what} needs the flag `{flag}`"),
    )
    .help(format!(
        "add `flags = [\"{flag}\"]` to `[target.tekton]` in `wudi.toml`, if the cluster has it"
    ))
}

pub(crate) fn negative_duration(span: Span) -> Diagnostic {
    Diagnostic::new("bad-literal", span, "a duration below zero")
}

pub(crate) fn event_starts_task(span: Span) -> Diagnostic {
    Diagnostic::new("target-feature", span, "an event cannot start a task alone")
        .note("Pipelines as Code starts pipelines; a TaskRun in `.tekton/` it does not look at")
        .help("make a pipeline with one node of it")
}

pub(crate) fn no_cel(span: Span, reason: &str) -> Diagnostic {
    Diagnostic::new("cel", span, "this filter cannot be said in CEL").note(reason)
}
