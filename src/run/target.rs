//! What is to be run: a pipeline, a task as a pipeline of one node, or a run with its arguments.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::base::spelling::nearest;
use crate::plan::{
    Callee, Expr, Node, Pipeline, PipelineResult, Plan, Ref, Run, Target, Task, WorkspaceUse,
};
use crate::run::errors::RunError;
use crate::run::text;
use crate::types::Type;
use crate::value::Value;

/// What is to be run.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// The name asked for, or the only one.
    pub(crate) name: Name,
    /// The pipeline; for a task one of that single node.
    pub(crate) pipeline: Arc<Pipeline>,
    /// The run that gives arguments, workspaces and timeouts.
    pub(crate) run: Option<Run>,
    /// It is a task, and no pipeline.
    pub(crate) alone: bool,
}

/// Finds what is to be run; without a name, what there is only one of.
pub(crate) fn select(plan: &Plan, name: Option<&str>) -> Result<Job, RunError> {
    let name = match name {
        Some(name) => name,
        None => only(plan)?,
    };
    if let Some(pipeline) = plan.pipelines.get(name) {
        return Ok(job(name, pipeline.clone(), None));
    }
    if let Some(task) = plan.tasks.get(name) {
        return Ok(alone(name, around(name, task), None));
    }
    let Some(run) = plan.runs.get(name) else {
        return Err(unknown(plan, name));
    };
    let missing = || RunError::Internal(format!("`{name}` runs what is not there"));
    match &run.target {
        Target::Pipeline(target) => {
            let pipeline = plan.pipelines.get(target).ok_or_else(missing)?;
            Ok(job(name, pipeline.clone(), Some(run.clone())))
        }
        Target::Task(target) => {
            let task = plan.tasks.get(target).ok_or_else(missing)?;
            let mut pipeline = around(target, task);
            for node in &mut pipeline.nodes {
                node.retries = said(run, "retries").and_then(number).unwrap_or(0);
                node.timeout = said(run, "timeout").and_then(|it| nanoseconds(&it));
            }
            Ok(alone(name, pipeline, Some(run.clone())))
        }
    }
}

/// What a run of one task says of it.
fn said(run: &Run, field: &str) -> Option<String> {
    Some(text::of(run.extra.get(field)?.value()?))
}

fn number(text: String) -> Option<u32> {
    text.parse().ok()
}

fn nanoseconds(text: &str) -> Option<i64> {
    match text::parse_one(&Type::Duration, text) {
        Ok(Value::Duration(nanoseconds)) => Some(nanoseconds),
        Ok(_) | Err(_) => None,
    }
}

fn alone(name: &str, pipeline: Pipeline, run: Option<Run>) -> Job {
    Job {
        alone: true,
        ..job(name, pipeline, run)
    }
}

fn job(name: &str, pipeline: Pipeline, run: Option<Run>) -> Job {
    Job {
        name: Name::new(name),
        pipeline: Arc::new(pipeline),
        run,
        alone: false,
    }
}

/// What there is only one of: a run that is started by hand, else a pipeline, else a task, else a run.
fn only(plan: &Plan) -> Result<&str, RunError> {
    let runs: Vec<&str> = by_hand(plan).collect();
    let pipelines = plan.pipelines.iter();
    let pipelines = pipelines.filter(|(_, it)| it.own && !it.embedded && it.external.is_none());
    let pipelines: Vec<&str> = pipelines.map(|(name, _)| name.as_str()).collect();
    let tasks = plan.tasks.iter();
    let tasks = tasks.filter(|(_, it)| it.own && !it.embedded && it.external.is_none());
    let tasks: Vec<&str> = tasks.map(|(name, _)| name.as_str()).collect();
    let started: Vec<&str> = plan.runs.keys().map(Name::as_str).collect();
    match (&*runs, &*pipelines, &*tasks, &*started) {
        ([one], ..) | ([], [one], ..) | ([], [], [one], _) | ([], [], [], [one]) => Ok(one),
        ([], [], [], []) => Err(RunError::Nothing),
        _ => Err(RunError::Ambiguous { known: known(plan) }),
    }
}

/// The runs that are started by hand.
pub(crate) fn by_hand(plan: &Plan) -> impl Iterator<Item = &str> {
    let runs = plan.runs.iter().filter(|(_, it)| it.on.is_empty());
    runs.map(|(name, _)| name.as_str())
}

fn unknown(plan: &Plan, name: &str) -> RunError {
    let all = plan.pipelines.keys().chain(plan.tasks.keys());
    let all = all.chain(plan.runs.keys()).map(Name::as_str);
    RunError::Unknown {
        name: name.to_owned(),
        near: nearest(name, all).map(str::to_owned),
        known: known(plan),
    }
}

fn known(plan: &Plan) -> Vec<String> {
    let pipelines = plan.pipelines.keys().map(|it| format!("pipeline `{it}`"));
    let tasks = plan.tasks.iter().filter(|(_, it)| it.own);
    let tasks = tasks.map(|(name, _)| format!("task `{name}`"));
    let runs = plan.runs.keys().map(|it| format!("run `{it}`"));
    pipelines.chain(tasks).chain(runs).collect()
}

/// What the run's `taskRunSpecs` say of how long a node may take.
pub(crate) fn timeouts(job: &Job) -> IndexMap<Name, Duration> {
    let specs = job.run.as_ref().and_then(|it| it.extra.get("taskRunSpecs"));
    let Some(specs) = specs else {
        return IndexMap::new();
    };
    // By node, or as the list that the API has.
    let listed = specs.elements().into_iter().filter_map(|it| {
        let node = it.get("pipelineTaskName")?;
        Some((Name::new(node.text()?), it))
    });
    let specs = specs.fields().into_iter().chain(listed);
    let timeout = |(node, spec): (Name, Expr)| {
        let timeout = spec.get("timeout")?;
        let text = text::of(timeout.value()?);
        let nanoseconds = u64::try_from(nanoseconds(&text)?).ok()?;
        Some((node, Duration::from_nanos(nanoseconds)))
    };
    specs.filter_map(timeout).collect()
}

/// A pipeline of this one task, with the same parameters, workspaces and results.
fn around(name: &str, task: &Task) -> Pipeline {
    let span = task.meta.span;
    let name = Name::new(name);
    let param = |it: &Name| (it.clone(), Expr::reference(span, Ref::Param(it.clone())));
    let workspace = |it: &Name| {
        let use_ = WorkspaceUse {
            workspace: it.clone(),
            span,
            sub_path: None,
            writes: true,
        };
        (it.clone(), use_)
    };
    let node = Node {
        name: name.clone(),
        span,
        description: None,
        display_name: None,
        callee: Callee::Embedded(Box::new(task.clone())),
        args: task.params.keys().map(param).collect(),
        matrix: IndexMap::new(),
        include: Vec::new(),
        workspaces: task.workspaces.keys().map(workspace).collect(),
        after: Vec::new(),
        when: None,
        retries: 0,
        timeout: None,
        continue_on_error: false,
        on_error: None,
        from: None,
        skip_if_absent: false,
        allowed: Vec::new(),
    };
    let result = |it: &Name| {
        let declared = task.results.get(it)?;
        let reference = Ref::NodeResult(name.clone(), it.clone());
        let result = PipelineResult {
            name: it.clone(),
            span,
            shape: declared.shape.clone(),
            ty: declared.ty.clone(),
            description: None,
            value: Some(Expr::reference(span, reference)),
        };
        Some((it.clone(), result))
    };
    Pipeline {
        embedded: false,
        meta: task.meta.clone(),
        external: task.external.clone(),
        own: task.own,
        params: task.params.clone(),
        workspaces: task.workspaces.clone(),
        nodes: vec![node],
        finally: Vec::new(),
        results: task.results.keys().filter_map(result).collect(),
        allowed: Vec::new(),
    }
}
