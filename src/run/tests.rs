//! Runs of plans made by hand: what happens in which order, and how it ends.

mod order;
mod steps;

use std::cell::RefCell;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{FileId, Name, Span};
use crate::plan::expr::WorkspaceField;
use crate::plan::{
    Callee, EnvValue, Expr, ExprKind, Meta, Node, Param, ParamShape, Part, Pipeline, Plan, Ref,
    ResultDecl, Step, Task, Workspace,
};
use crate::run::{Cancel, Event, Outcome, RunError, RunOptions, cancellation, run};
use crate::types::Type;
use crate::value::{BinaryOp, Value};

fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn text(text: &str) -> Expr {
    Expr::constant(span(), Value::str(text))
}

fn reference(reference: Ref) -> Expr {
    Expr::reference(span(), reference)
}

fn result_of(node: &str, result: &str) -> Expr {
    reference(Ref::NodeResult(Name::new(node), Name::new(result)))
}

fn equal(left: Expr, right: &str) -> Expr {
    let kind = ExprKind::Binary(BinaryOp::Eq, Arc::new((left, text(right))));
    Expr { span: span(), kind }
}

/// A script in which `{name}` is a path: of the result `name`, or of the workspace `name` after `@`.
fn script(source: &str) -> Expr {
    let mut parts = Vec::new();
    for (index, piece) in source.split(['{', '}']).enumerate() {
        if index % 2 == 0 {
            parts.push(Part::Text(piece.into()));
            continue;
        }
        let path = match piece.strip_prefix('@') {
            Some(name) => Ref::Workspace(Name::new(name), WorkspaceField::Path),
            None => Ref::ResultPath(Name::new(piece)),
        };
        parts.push(Part::Hole(reference(path)));
    }
    let kind = ExprKind::Text(Arc::new(parts));
    Expr { span: span(), kind }
}

fn step(name: &str, source: &str) -> Step {
    Step {
        action: None,
        on_error: None,
        name: Some(Name::new(name)),
        span: span(),
        description: None,
        image: None,
        command: Vec::new(),
        args: Vec::new(),
        script: Some(script(source)),
        working_dir: None,
        env: IndexMap::new(),
        when: None,
        timeout: None,
        continue_on_error: false,
        results: IndexMap::new(),
        extra: IndexMap::new(),
    }
}

fn param(name: &str) -> (Name, Param) {
    let name = Name::new(name);
    let param = Param {
        name: name.clone(),
        span: span(),
        shape: ParamShape::String,
        ty: Type::string(),
        default: None,
        description: None,
    };
    (name, param)
}

fn workspace(name: &str) -> (Name, Workspace) {
    let name = Name::new(name);
    let workspace = Workspace {
        name: name.clone(),
        span: span(),
        read_only: false,
        optional: false,
        mount_path: None,
        description: None,
    };
    (name, workspace)
}

/// A task whose parameters are variables of its steps; the paths in its scripts say what else it declares.
fn task(name: &str, params: &[&str], results: &[&str], mut steps: Vec<Step>) -> Task {
    for it in &mut steps {
        for name in params {
            let value = EnvValue::Text(reference(Ref::Param(Name::new(name))));
            it.env.insert(Name::new(name.to_uppercase()), value);
        }
    }
    let result = |name: &&str| {
        let name = Name::new(name);
        let declared = ResultDecl {
            name: name.clone(),
            span: span(),
            shape: ParamShape::String,
            ty: Type::string(),
            description: None,
            value: None,
        };
        (name, declared)
    };
    Task {
        embedded: false,
        meta: Meta::new(Name::new(name), span()),
        external: None,
        own: true,
        params: params.iter().map(|it| param(it)).collect(),
        results: results.iter().map(result).collect(),
        workspaces: IndexMap::new(),
        steps,
        host_steps: None,
        cache: None,
        extra: IndexMap::new(),
    }
}

fn node(name: &str, callee: &str) -> Node {
    Node {
        from: None,
        on_error: None,
        name: Name::new(name),
        span: span(),
        description: None,
        display_name: None,
        callee: Callee::Task(Name::new(callee)),
        args: IndexMap::new(),
        matrix: IndexMap::new(),
        include: Vec::new(),
        workspaces: IndexMap::new(),
        after: Vec::new(),
        when: None,
        retries: 0,
        timeout: None,
        continue_on_error: false,
        skip_if_absent: false,
        allowed: Vec::new(),
    }
}

fn after(mut node: Node, others: &[&str]) -> Node {
    node.after = others.iter().map(|it| (Name::new(it), span())).collect();
    node
}

fn with(mut node: Node, name: &str, value: Expr) -> Node {
    node.args.insert(Name::new(name), value);
    node
}

fn plan(tasks: Vec<Task>, nodes: Vec<Node>, finally: Vec<Node>) -> Plan {
    let name = Name::new("p");
    let pipeline = Pipeline {
        embedded: false,
        meta: Meta::new(name.clone(), span()),
        external: None,
        own: true,
        params: IndexMap::new(),
        workspaces: IndexMap::new(),
        nodes,
        finally,
        results: IndexMap::new(),
        allowed: Vec::new(),
    };
    let tasks = tasks.into_iter().map(|it| (it.meta.name.clone(), it));
    Plan {
        tasks: tasks.collect(),
        pipelines: IndexMap::from([(name, pipeline)]),
        ..Plan::default()
    }
}

/// What happened, as lines.
struct Told {
    lines: Vec<String>,
    outcome: Outcome,
}

impl Told {
    fn has(&self, line: &str) -> bool {
        self.lines.iter().any(|it| it == line)
    }

    fn reasons(&self) -> Vec<String> {
        let tasks = self.outcome.tasks.iter();
        tasks
            .map(|it| format!("{} {}", it.task, it.reason))
            .collect()
    }
}

fn options() -> RunOptions {
    let path = std::env::var("PATH").unwrap();
    RunOptions {
        environment: vec![("PATH".to_owned(), path)],
        ..RunOptions::default()
    }
}

fn told(event: &Event) -> Option<String> {
    match event {
        Event::TaskStarted { task, attempt, .. } => Some(format!("start {task} {attempt}")),
        Event::Log {
            task, step, line, ..
        } => Some(format!("[{task} : {step}] {line}")),
        Event::TaskFinished { task, reason, .. } => Some(format!("end {task} {reason}")),
        Event::TaskSkipped { task, reason } => Some(format!("skip {task}: {reason}")),
        Event::FinallyStarted { .. } => Some("finally".to_owned()),
        Event::Note { text, .. } => Some(format!("note {text}")),
        Event::RunStarted { .. }
        | Event::Pulling { .. }
        | Event::Shell { .. }
        | Event::StepStarted { .. }
        | Event::StepFinished { .. }
        | Event::RunFinished { .. } => None,
    }
}

fn play_with(
    plan: &Plan,
    options: &RunOptions,
    cancel: Cancel,
    seen: &mut dyn FnMut(&str),
) -> Result<Told, RunError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let lines = RefCell::new(Vec::new());
    let mut show = |event: Event| {
        if let Some(line) = told(&event) {
            seen(&line);
            lines.borrow_mut().push(line);
        }
    };
    let outcome = runtime.block_on(run(plan, options, &mut show, cancel))?;
    let lines = lines.into_inner();
    Ok(Told { lines, outcome })
}

fn play(plan: &Plan) -> Told {
    let (_canceller, cancel) = cancellation();
    play_with(plan, &options(), cancel, &mut |_| ()).unwrap()
}
