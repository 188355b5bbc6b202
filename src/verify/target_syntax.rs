//! Text that a target would substitute is refused in a string: what is meant is a reference, which is checked.

use crate::diag::Sink;
use crate::plan::{Expr, ExprKind, Part, Plan, Task};
use crate::value::Value;
use crate::verify::{errors, walk};

/// What the first word of Tekton's `$(…)` may be.
const TEKTON: &[&str] = &[
    "params",
    "inputs",
    "results",
    "tasks",
    "finally",
    "workspaces",
    "context",
    "steps",
    "step",
    "credentials",
    "artifacts",
];

/// What Pipelines as Code knows by name; `body`, `headers` and `files` go on from there.
const PAC: &[&str] = &[
    "revision",
    "repo_url",
    "repo_owner",
    "repo_name",
    "target_branch",
    "source_branch",
    "git_tag",
    "source_url",
    "sender",
    "target_namespace",
    "event_type",
    "trigger_comment",
    "pull_request_labels",
    "pull_request_number",
    "git_auth_secret",
];

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    for task in walk::tasks(plan) {
        each_text(task, &mut |expr, text| tekton(expr, text, sink));
    }
    for pipeline in plan.pipelines.values() {
        let defaults = pipeline
            .params
            .values()
            .filter_map(|it| it.default.as_ref());
        let own = walk::nodes(pipeline).filter(|it| it.embedded().is_none());
        for expr in defaults.chain(own.flat_map(|it| it.expressions())) {
            texts(expr, &mut |expr, text| tekton(expr, text, sink));
        }
    }
    for run in plan.runs.values() {
        for expr in run.args.values() {
            texts(expr, &mut |expr, text| tekton(expr, text, sink));
        }
    }
    of_events(plan, sink);
}

/// What goes to `.tekton/`, where Pipelines as Code replaces text as well.
fn of_events(plan: &Plan, sink: &mut Sink) {
    let started: Vec<_> = plan.runs.values().filter(|it| !it.on.is_empty()).collect();
    for run in &started {
        for expr in run.args.values() {
            texts(expr, &mut |expr, text| pac(plan, expr, text, sink));
        }
    }
    let pipelines = walk::pipelines_of(plan, started.iter().copied());
    for task in walk::tasks_of(plan, &pipelines) {
        each_text(task, &mut |expr, text| pac(plan, expr, text, sink));
    }
    for pipeline in pipelines.iter().filter_map(|it| plan.pipelines.get(it)) {
        let own = walk::nodes(pipeline).filter(|it| it.embedded().is_none());
        for expr in own.flat_map(|it| it.expressions()) {
            texts(expr, &mut |expr, text| pac(plan, expr, text, sink));
        }
    }
}

fn each_text(task: &Task, visit: &mut dyn FnMut(&Expr, &str)) {
    let defaults = task.params.values().filter_map(|it| it.default.as_ref());
    let steps = task.steps.iter().flat_map(|it| it.expressions());
    for expr in defaults.chain(steps).chain(task.extra.values()) {
        texts(expr, visit);
    }
}

/// Calls `visit` with every known text within, and the expression that holds it.
fn texts(expr: &Expr, visit: &mut dyn FnMut(&Expr, &str)) {
    match &expr.kind {
        ExprKind::Const(value) => value_texts(value, &mut |text| visit(expr, text)),
        ExprKind::Text(parts) => {
            for part in parts.iter() {
                match part {
                    Part::Text(text) => visit(expr, text),
                    Part::Hole(hole) => texts(hole, visit),
                }
            }
        }
        // Who says `unsafe` knows what the text is.
        ExprKind::Call(name, _) if name == "unsafe" => {}
        ExprKind::List(all) | ExprKind::Call(_, all) => all.iter().for_each(|it| texts(it, visit)),
        ExprKind::Record(fields) | ExprKind::Make(_, fields) => {
            fields.values().for_each(|it| texts(it, visit))
        }
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::Each(of) => texts(of, visit),
        ExprKind::Index(two) | ExprKind::Binary(_, two) => {
            texts(&two.0, visit);
            texts(&two.1, visit);
        }
        ExprKind::If(three) => {
            texts(&three.0, visit);
            texts(&three.1, visit);
            texts(&three.2, visit);
        }
        ExprKind::Ref(_) | ExprKind::Error => {}
    }
}

fn value_texts(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::Str(text) => visit(text),
        Value::List(all) => all.iter().for_each(|it| value_texts(it, visit)),
        Value::Record(fields) => fields.values().for_each(|it| value_texts(it, visit)),
        Value::Make(make) => make.args.values().for_each(|it| value_texts(it, visit)),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::Range(_)
        | Value::Thing(_) => {}
    }
}

fn tekton(expr: &Expr, text: &str, sink: &mut Sink) {
    for (at, _) in text.match_indices("$(") {
        let rest = text.get(at + 2..).unwrap_or_default();
        let word_end = rest
            .find(|it: char| !it.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        let inside = after.split(')').next().filter(|it| it.len() < after.len());
        if let Some(inside) = inside
            && TEKTON.contains(&word)
            && inside.starts_with(['.', '['])
            && !inside.contains([' ', '\n', '|'])
        {
            sink.push(errors::tekton_syntax(
                expr.span,
                &format!("$({word}{inside})"),
            ));
            return;
        }
    }
}

fn pac(plan: &Plan, expr: &Expr, text: &str, sink: &mut Sink) {
    for (at, _) in text.match_indices("{{") {
        let rest = text.get(at + 2..).unwrap_or_default();
        let Some((inside, _)) = rest.split_once("}}") else {
            return;
        };
        let name = inside.trim();
        let param = plan
            .repositories
            .values()
            .any(|it| it.params.contains_key(name));
        let deep = ["body.", "headers[", "headers.", "files.", "cel:"];
        if param || PAC.contains(&name) || deep.iter().any(|it| name.starts_with(it)) {
            sink.push(errors::pac_syntax(expr.span, name));
            return;
        }
    }
}
