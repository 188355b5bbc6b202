//! A script cannot be injected into: what is spliced into it is known when compiling or made by the target itself.

mod rewrite;

use crate::base::Span;
use crate::base::shell::programs;
use crate::diag::{Fix, Sink};
use crate::plan::expr::WorkspaceField;
use crate::plan::{Expr, ExprKind, Plan, Ref, Step, Task};
use crate::types::Type;
use crate::value::Value;
use crate::verify::{errors, walk};

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    for node in plan.pipelines.values().flat_map(walk::nodes) {
        if let Some(when) = &node.when {
            own_words(when, sink);
        }
    }
    let enums = plan.profile.tekton.has("enable-param-enum");
    for task in walk::tasks(plan) {
        let is_safe = |it: &Ref| is_made_by_target(it) || enums && is_enumerated(task, it);
        // What an action runs is looked at where it is declared.
        for step in walk::steps(task).filter(|it| it.action.is_none()) {
            if let Some(script) = &step.script {
                spliced(script, &is_safe, &|it| rewrite::fix(step, script, it), sink);
            }
            arguments(step, &is_safe, sink);
        }
        for script in sidecar_scripts(task) {
            spliced(&script, &is_safe, &no_fix, sink);
        }
    }
    for action in plan.actions.values() {
        of_action(&action.step, sink);
    }
}

/// The script of an action takes no parameter at all, wanted or not: Tekton refuses it.
fn of_action(step: &Step, sink: &mut Sink) {
    if let Some(script) = &step.script {
        script.each_ref(&mut |reference, span| {
            if matches!(reference, Ref::Param(_)) {
                let hole = Expr::reference(span, reference.clone());
                let (place, hole_at) = place_of(&hole, script);
                let mut found = errors::injection(place, reference, hole_at);
                found.fixes.extend(rewrite::fix(step, script, &hole));
                sink.push(found);
            }
        });
    }
    arguments(step, &is_made_by_target, sink);
}

/// `fix` says how the hole is mended, where that is known.
fn spliced(
    script: &Expr,
    is_safe: &dyn Fn(&Ref) -> bool,
    fix: &dyn Fn(&Expr) -> Option<Fix>,
    sink: &mut Sink,
) {
    walk::bare_refs(script, &mut |reference, expr| {
        if !is_safe(reference) {
            let (place, hole) = place_of(expr, script);
            let mut found = errors::injection(place, reference, hole);
            found.fixes.extend(fix(expr));
            sink.push(found);
        }
    });
}

fn no_fix(_: &Expr) -> Option<Fix> {
    None
}

/// A parameter whose few texts the target enforces.
fn is_enumerated(task: &Task, reference: &Ref) -> bool {
    let Ref::Param(name) = reference else {
        return false;
    };
    let ty = task.params.get(name).map(|it| &it.ty);
    matches!(ty, Some(Type::String(text)) if text.literals.is_some())
}

/// `cel("…")`: Tekton puts text into it before it is read.
fn own_words(when: &Expr, sink: &mut Sink) {
    for it in when.conjuncts().into_iter().filter(|it| it.is_cel()) {
        if let Some(expression) = it.get("expression") {
            spliced(&expression, &is_made_by_target, &no_fix, sink);
        }
    }
}

/// Where to edit: the hole, or the script if the hole came into it from elsewhere, which is then the second place.
fn place_of(hole: &Expr, script: &Expr) -> (Span, Option<Span>) {
    let (hole, script) = (hole.span, script.span);
    let within = hole.file == script.file && hole.start >= script.start && hole.end <= script.end;
    if within {
        (hole, None)
    } else {
        (script, Some(hole))
    }
}

/// The word after `-c` is code too, and so are its like.
fn arguments(step: &Step, is_safe: &dyn Fn(&Ref) -> bool, sink: &mut Sink) {
    let words: Vec<&Expr> = step.command.iter().chain(&step.args).collect();
    let known: Vec<Option<&str>> = words.iter().map(|it| it.text()).collect();
    for (flag, code) in programs(&known) {
        let flag = known.get(flag).copied().flatten().unwrap_or_default();
        let Some(code) = words.get(code) else {
            continue;
        };
        walk::bare_refs(code, &mut |reference, expr| {
            if !is_safe(reference) {
                let (place, hole) = place_of(expr, code);
                sink.push(errors::injection_of_word(place, reference, flag, hole));
            }
        });
    }
}

fn is_made_by_target(reference: &Ref) -> bool {
    match reference {
        Ref::ResultPath(_) | Ref::StepResultPath(..) | Ref::StepExitCodePath(_) => true,
        Ref::Workspace(_, field) => match field {
            WorkspaceField::Path | WorkspaceField::Bound | WorkspaceField::Volume => true,
            WorkspaceField::Claim => true,
        },
        Ref::Context(_)
        | Ref::NodeStatus(_)
        | Ref::NodeReason(_)
        | Ref::NodeLength(_)
        | Ref::TasksStatus => true,
        Ref::Event(field) => field == "sha",
        Ref::Param(_)
        | Ref::StepResult(..)
        | Ref::NodeResult(..)
        | Ref::Each(_)
        | Ref::Metric(_)
        | Ref::SecretKey(..)
        | Ref::ConfigKey(..)
        | Ref::Field(_) => false,
    }
}

fn sidecar_scripts(task: &Task) -> Vec<Expr> {
    let Some(sidecars) = task.extra.get("sidecars") else {
        return Vec::new();
    };
    let each: Vec<Expr> = match &sidecars.kind {
        ExprKind::List(all) => all.to_vec(),
        ExprKind::Record(all) => all.values().cloned().collect(),
        ExprKind::Const(Value::List(_) | Value::Record(_)) => return Vec::new(),
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
        | ExprKind::Each(_)
        | ExprKind::Error => return Vec::new(),
    };
    each.iter().filter_map(|it| it.get("script")).collect()
}
