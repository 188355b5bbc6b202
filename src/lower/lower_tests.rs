//! Lowering of small programs, told by the expressions of the plan in short.

use std::path::Path;
use std::sync::Arc;

use crate::base::{Name, SourceMap};
use crate::diag::Sink;
use crate::plan::{Expr, ExprKind, Part, Plan, Profile};
use crate::{check, lower, resolve, stdlib, syntax};

/// The plan of a program, and what was found in it, `code: message`.
fn plan_of(text: &str) -> (Plan, Vec<String>) {
    let mut sources = SourceMap::default();
    let mut sink = Sink::default();
    let mut cache = syntax::Cache::default();
    let file = sources.add(Path::new("main.wudi"), text.into());
    let root = Arc::new(syntax::parse(file, text, &mut cache, &mut sink));
    let mut load = |name: &Name, sink: &mut Sink| {
        let text = stdlib::package(name)?;
        let file = sources.add(Path::new(&format!("{name}.wudi")), text.into());
        let mut cache = syntax::Cache::default();
        Some(vec![Arc::new(syntax::parse(file, text, &mut cache, sink))])
    };
    let program = resolve::resolve(vec![root], &mut load, &mut sink);
    let checked = check::check(&program, &mut sink);
    let mut plan = Plan::default();
    if sink.errors() == 0 {
        plan = lower::lower(&program, &checked, Profile::default(), &mut sink);
    }
    let found = sink.into_sorted();
    let found = found.iter().map(|it| {
        let text = sources.slice(it.span).lines().next().unwrap_or_default();
        format!("{}: {} at `{text}`", it.code.name, it.message)
    });
    (plan, found.collect())
}

/// An expression in short: constants as values, references by their `Debug` form.
fn short(expr: &Expr) -> String {
    let all = |all: &[Expr]| all.iter().map(short).collect::<Vec<_>>().join(", ");
    let fields = |all: &indexmap::IndexMap<Name, Expr>| {
        let all = all.iter().map(|(key, it)| format!("{key}: {}", short(it)));
        all.collect::<Vec<_>>().join(", ")
    };
    match &expr.kind {
        ExprKind::Const(value) => format!("{value:?}"),
        ExprKind::Ref(it) => format!("{it:?}"),
        ExprKind::Text(parts) => {
            let parts = parts.iter().map(|it| match it {
                Part::Text(text) => text.to_string(),
                Part::Hole(hole) => format!("#{{{}}}", short(hole)),
            });
            format!("\"{}\"", parts.collect::<String>())
        }
        ExprKind::List(it) => format!("[{}]", all(it)),
        ExprKind::Record(it) => format!("{{{}}}", fields(it)),
        ExprKind::Make(name, it) => format!("{name}({})", fields(it)),
        ExprKind::Field(of, name) => format!("{}.{name}", short(of)),
        ExprKind::Index(two) => format!("{}[{}]", short(&two.0), short(&two.1)),
        ExprKind::Unary(op, of) => format!("{op:?} {}", short(of)),
        ExprKind::Binary(op, two) => {
            format!("({} {} {})", short(&two.0), op.symbol(), short(&two.1))
        }
        ExprKind::Call(name, it) => format!("{name}({})", all(it)),
        ExprKind::If(it) => format!(
            "if {} then {} else {}",
            short(&it.0),
            short(&it.1),
            short(&it.2)
        ),
        ExprKind::Each(it) => format!("each {}", short(it)),
        ExprKind::Error => "error".to_owned(),
    }
}

#[test]
fn a_program_given_by_hand_is_shown() {
    let Ok(file) = std::env::var("WUDI_SHOW") else {
        return;
    };
    let (plan, found) = plan_of(&std::fs::read_to_string(file).unwrap());
    for it in found {
        println!("{it}");
    }
    for run in plan.runs.values() {
        println!("run {} {:?} {:?}", run.meta.name, run.target, run.on);
        for (name, it) in &run.args {
            println!("  {name}: {}", short(it));
        }
        for (name, (it, _)) in &run.workspaces {
            println!("  workspace {name}: {}", short(it));
        }
    }
    for pipeline in plan.pipelines.values() {
        println!("pipeline {}", pipeline.meta.name);
        for node in pipeline.nodes.iter().chain(&pipeline.finally) {
            println!(
                "  {} after {:?}",
                node.name,
                node.after.iter().map(|it| &it.0).collect::<Vec<_>>()
            );
            for (name, it) in node.args.iter().chain(&node.matrix) {
                println!("    {name}: {}", short(it));
            }
            for (name, it) in &node.workspaces {
                println!(
                    "    {name} <- {} {:?} writes {}",
                    it.workspace, it.sub_path, it.writes
                );
            }
            if let Some(it) = &node.when {
                println!("    when {}", short(it));
            }
        }
        for it in pipeline.results.values() {
            println!(
                "  result {} {}",
                it.name,
                it.value.as_ref().map_or(String::new(), short)
            );
        }
    }
    for task in plan.tasks.values() {
        println!("task {} {:?}", task.meta.name, task.params.keys());
        for step in &task.steps {
            println!("  step {:?}", step.name);
            for it in step.expressions() {
                println!("    {}", short(it));
            }
        }
    }
}
