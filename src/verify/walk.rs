//! Ways through a plan that several rules share.

use indexmap::IndexSet;

use crate::base::Name;
use crate::plan::{
    Callee, Expr, ExprKind, Node, Part, Pipeline, Plan, Ref, Run, Step, Target, Task,
};

/// Every task, declared or written in a pipeline.
pub(crate) fn tasks(plan: &Plan) -> impl Iterator<Item = &Task> {
    let embedded = plan
        .pipelines
        .values()
        .flat_map(nodes)
        .filter_map(Node::embedded);
    plan.tasks.values().chain(embedded)
}

/// The nodes of a pipeline, those of `finally` last.
pub(crate) fn nodes(pipeline: &Pipeline) -> impl Iterator<Item = &Node> {
    pipeline.nodes.iter().chain(&pipeline.finally)
}

/// The steps of a task, those for plain processes too.
pub(crate) fn steps(task: &Task) -> impl Iterator<Item = &Step> {
    task.steps.iter().chain(task.host_steps.iter().flatten())
}

/// The pipelines that runs reach, by name.
pub(crate) fn pipelines_of<'a>(plan: &Plan, runs: impl Iterator<Item = &'a Run>) -> IndexSet<Name> {
    let mut found = IndexSet::new();
    let mut open: Vec<Name> = runs
        .filter_map(|it| match &it.target {
            Target::Pipeline(name) => Some(name.clone()),
            Target::Task(_) => None,
        })
        .collect();
    while let Some(name) = open.pop() {
        let pipeline = plan.pipelines.get(&name);
        if !found.insert(name) {
            continue;
        }
        for node in pipeline.into_iter().flat_map(nodes) {
            if let Callee::Pipeline(inner) = &node.callee {
                open.push(inner.clone());
            }
        }
    }
    found
}

/// The tasks that pipelines use, declared or written in place.
pub(crate) fn tasks_of<'a>(plan: &'a Plan, pipelines: &'a IndexSet<Name>) -> Vec<&'a Task> {
    let mut found: Vec<&Task> = Vec::new();
    let mut seen: IndexSet<&Name> = IndexSet::new();
    let all = pipelines.iter().filter_map(|it| plan.pipelines.get(it));
    for node in all.flat_map(nodes) {
        match &node.callee {
            Callee::Task(name) if seen.insert(name) => found.extend(plan.tasks.get(name)),
            Callee::Embedded(task) => found.push(task),
            Callee::Task(_) | Callee::Pipeline(_) => {}
        }
    }
    found
}

/// Calls `visit` with each expression that is a reference and no `unsafe` surrounds, innermost first.
pub(crate) fn bare_refs<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Ref, &'a Expr)) {
    match &expr.kind {
        ExprKind::Call(name, _) if name == "unsafe" => {}
        ExprKind::Ref(reference) => visit(reference, expr),
        ExprKind::Const(_) | ExprKind::Error => {}
        ExprKind::Text(parts) => {
            for part in parts.iter() {
                if let Part::Hole(hole) = part {
                    bare_refs(hole, visit);
                }
            }
        }
        ExprKind::List(all) | ExprKind::Call(_, all) => {
            all.iter().for_each(|it| bare_refs(it, visit))
        }
        ExprKind::Record(fields) | ExprKind::Make(_, fields) => {
            fields.values().for_each(|it| bare_refs(it, visit));
        }
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::Each(of) => {
            bare_refs(of, visit)
        }
        ExprKind::Index(two) | ExprKind::Binary(_, two) => {
            bare_refs(&two.0, visit);
            bare_refs(&two.1, visit);
        }
        ExprKind::If(three) => {
            bare_refs(&three.0, visit);
            bare_refs(&three.1, visit);
            bare_refs(&three.2, visit);
        }
    }
}
