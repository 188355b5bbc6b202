//! What a run would do, without doing it: its tasks in waves, with what is known of their arguments.

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{Callee, Expr, ExprKind, Node, Part, Pipeline, Plan, Ref};
use crate::run::evaluate::evaluate;
use crate::run::prepare::{self, Prepared};
use crate::run::scope::Scope;
use crate::run::volumes::Source;
use crate::run::{RunError, RunOptions, text};
use crate::value::Value;

/// What a run would do.
#[derive(Clone, Debug)]
pub(crate) struct Preview {
    pub(crate) target: Name,
    pub(crate) params: IndexMap<String, String>,
    pub(crate) workspaces: IndexMap<String, String>,
    /// Tasks that may run at the same time, in order.
    pub(crate) waves: Vec<Vec<PreviewNode>>,
    pub(crate) finally: Vec<PreviewNode>,
    pub(crate) notes: Vec<String>,
}

/// A task that would run.
#[derive(Clone, Debug)]
pub(crate) struct PreviewNode {
    pub(crate) name: Name,
    pub(crate) callee: Name,
    pub(crate) args: IndexMap<String, String>,
    /// `when`, `retries`, `timeout`, `after`, as words.
    pub(crate) options: Vec<String>,
}

/// What `options` would run.
pub(crate) fn preview(plan: &Plan, options: &RunOptions) -> Result<Preview, RunError> {
    let prepared = prepare::prepare(plan, options, None)?;
    let pipeline = &prepared.job.pipeline;
    let scope = Scope {
        params: prepared.params.clone(),
        given: prepared.given.clone(),
        ..Scope::default()
    };
    let show = |it: &Node| node(it, &scope, &prepared);
    let waves = waves(pipeline);
    let waves = waves
        .iter()
        .map(|wave| wave.iter().map(|it| show(it)).collect());
    let params = prepared.params.iter();
    let params = params.map(|(name, it)| (name.to_string(), text::of(&prepared.mask.value(it))));
    let sources = prepared.sources.iter();
    let notes = prepared.needs.notes.iter();
    Ok(Preview {
        target: prepared.job.name.clone(),
        params: params.collect(),
        workspaces: sources
            .map(|(name, it)| (name.to_string(), source(it)))
            .collect(),
        waves: waves.collect(),
        finally: pipeline.finally.iter().map(show).collect(),
        notes: notes.map(|(task, it)| format!("{task}: {it}")).collect(),
    })
}

fn source(source: &Source) -> String {
    match source {
        Source::Unbound => "not bound".to_owned(),
        Source::Given(path) => path.display().to_string(),
        Source::Run(_) => "a fresh directory".to_owned(),
        Source::Claim(claim, _) => format!("a fresh directory for the claim `{claim}`"),
        Source::Task => "a fresh directory for each task".to_owned(),
        Source::Files(files) => {
            let keys: Vec<&str> = files.iter().map(|(key, _)| key.as_str()).collect();
            format!("the files {}", keys.join(", "))
        }
    }
}

/// The nodes by how many others must be over before them.
fn waves(pipeline: &Pipeline) -> Vec<Vec<&Node>> {
    let graph = pipeline.graph();
    let mut depths: IndexMap<Name, usize> = IndexMap::new();
    for name in graph.order().unwrap_or_default() {
        let parents = graph.parents(&name);
        let parents = parents.iter().filter_map(|it| depths.get(it));
        let depth = parents.max().map_or(0, |it| it + 1);
        depths.insert(name, depth);
    }
    let mut waves: Vec<Vec<&Node>> = Vec::new();
    for node in &pipeline.nodes {
        let depth = depths.get(&node.name).copied().unwrap_or(0);
        waves.resize_with(waves.len().max(depth + 1), Vec::new);
        if let Some(wave) = waves.get_mut(depth) {
            wave.push(node);
        }
    }
    waves
}

fn node(node: &Node, scope: &Scope, prepared: &Prepared) -> PreviewNode {
    let known = |expr: &Expr| match evaluate(expr, scope) {
        Ok(value) if is_known(expr) => prepared.mask.hide(&value_text(&value)),
        Ok(_) | Err(_) => written(expr),
    };
    let args = node
        .args
        .iter()
        .map(|(name, it)| (name.to_string(), known(it)));
    let lists = node
        .matrix
        .iter()
        .map(|(name, it)| (name.to_string(), format!("each {}", known(it))));
    let used = node.workspaces.iter().map(|(name, it)| {
        let sub = it
            .sub_path
            .as_ref()
            .map(|it| format!(".sub({})", known(it)));
        (
            name.to_string(),
            format!("{}{}", it.workspace, sub.unwrap_or_default()),
        )
    });
    let mut options = Vec::new();
    options.extend(node.when.as_ref().map(|it| format!("when {}", written(it))));
    let after: Vec<&str> = node.after.iter().map(|(name, _)| name.as_str()).collect();
    if !after.is_empty() {
        options.push(format!("after {}", after.join(", ")));
    }
    if node.retries > 0 {
        options.push(format!("retries {}", node.retries));
    }
    options.extend(
        node.timeout
            .map(|it| format!("timeout {}", text::of(&Value::Duration(it)))),
    );
    if node.continue_on_error {
        options.push("goes on after a failure".to_owned());
    }
    PreviewNode {
        name: node.name.clone(),
        callee: match &node.callee {
            Callee::Task(name) | Callee::Pipeline(name) => name.clone(),
            Callee::Embedded(task) => task.meta.name.clone(),
        },
        args: args.chain(lists).chain(used).collect(),
        options,
    }
}

/// Whether nothing that a run gives has a part in it.
fn is_known(expr: &Expr) -> bool {
    let mut known = true;
    expr.each_ref(&mut |it, _| known &= matches!(it, Ref::Param(_) | Ref::Event(_)));
    known
}

fn value_text(value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("{text:?}"),
        None => text::of(value),
    }
}

/// The expression as it would be written.
fn written(expr: &Expr) -> String {
    let all = |it: &[Expr]| it.iter().map(written).collect::<Vec<_>>().join(", ");
    let fields = |it: &IndexMap<Name, Expr>| {
        let fields = it
            .iter()
            .map(|(name, it)| format!("{name}: {}", written(it)));
        fields.collect::<Vec<_>>().join(", ")
    };
    match &expr.kind {
        ExprKind::Const(value) => value_text(value),
        ExprKind::Ref(reference) => reference_text(reference),
        ExprKind::Text(parts) => {
            let parts = parts.iter().map(|it| match it {
                Part::Text(text) => text.to_string(),
                Part::Hole(expr) => format!("#{{{}}}", written(expr)),
            });
            format!("\"{}\"", parts.collect::<String>())
        }
        ExprKind::List(items) => format!("[{}]", all(items)),
        ExprKind::Record(it) => format!("{{ {} }}", fields(it)),
        ExprKind::Make(name, it) => format!("{name}({})", fields(it)),
        ExprKind::Field(of, name) => format!("{}.{name}", written(of)),
        ExprKind::Index(two) => format!("{}[{}]", written(&two.0), written(&two.1)),
        ExprKind::Unary(crate::value::UnaryOp::Not, of) => format!("!({})", written(of)),
        ExprKind::Unary(crate::value::UnaryOp::Neg, of) => format!("-({})", written(of)),
        ExprKind::Binary(op, two) => {
            format!("{} {} {}", written(&two.0), op.symbol(), written(&two.1))
        }
        ExprKind::Call(name, args) => format!("{name}({})", all(args)),
        ExprKind::If(three) => {
            let (condition, then) = (written(&three.0), written(&three.1));
            format!("if {condition} then {then} else {}", written(&three.2))
        }
        ExprKind::Each(list) => format!("each {}", written(list)),
        ExprKind::Error => "?".to_owned(),
    }
}

fn reference_text(reference: &Ref) -> String {
    match reference {
        Ref::Param(name) => name.to_string(),
        Ref::ResultPath(name) => format!("results.{name}.path"),
        Ref::StepResultPath(step, name) => format!("{step}.results.{name}.path"),
        Ref::StepResult(of, name) | Ref::NodeResult(of, name) => format!("{of}.{name}"),
        Ref::StepExitCodePath(step) => format!("{step}.exitCode.path"),
        Ref::Workspace(name, field) => format!("{name}.{}", format!("{field:?}").to_lowercase()),
        Ref::NodeStatus(node) => format!("{node}.status"),
        Ref::NodeReason(node) => format!("{node}.reason"),
        Ref::NodeLength(node) => format!("{node}.length"),
        Ref::TasksStatus => "tasks.status".to_owned(),
        Ref::Context(path) => format!("context.{path}"),
        Ref::Each(name) => format!("each.{name}"),
        Ref::Event(field) => format!("event.{field}"),
        Ref::Metric(name) => name.to_string(),
        Ref::SecretKey(name, key) => format!("secret({name:?}, {key:?})"),
        Ref::ConfigKey(name, key) => format!("config({name:?}, {key:?})"),
        Ref::Field(path) => format!("field({path:?})"),
    }
}
