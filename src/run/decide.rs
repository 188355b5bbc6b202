//! Whether a node runs once those before it are over, and with what: conditions, arguments, workspaces.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::host::scratch;
use crate::plan::{Callee, Expr, Node, Param, Pipeline, Task, Workspace};
use crate::run::evaluate::{evaluate, text, truth};
use crate::run::matrix::{self, Combination};
use crate::run::scope::{Lack, Mount, Scope};
use crate::run::shared::Shared;
use crate::value::Value;

/// Why a run does not go on. The words are those that Tekton gives as the reason of what is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    No,
    /// A task failed, or what it should have given is missing.
    Failure,
    Cancelled,
    PipelineTimeout,
    TasksTimeout,
}

impl Stop {
    fn skip(self) -> Option<&'static str> {
        match self {
            Self::No => None,
            Self::Failure => Some("PipelineRun was stopping"),
            Self::Cancelled => Some("PipelineRun was gracefully cancelled"),
            Self::PipelineTimeout => Some("PipelineRun timeout has been reached"),
            Self::TasksTimeout => Some("PipelineRun Tasks timeout has been reached"),
        }
    }
}

/// The reason of a node whose condition is false; the only one that does not spread to those after it.
pub(crate) const WHEN: &str = "When Expressions evaluated to false";
const PARENT: &str = "Parent Tasks were skipped";
const MISSING: &str = "Results were missing";
const EMPTY: &str = "Matrix Parameters have an empty array";

/// What becomes of a node.
#[derive(Debug)]
pub(crate) enum Decision {
    Skip(&'static str),
    /// It cannot run, and the run fails with it.
    Invalid(Lack),
    Run(Vec<Instance>),
}

/// One instance of a node, ready to run.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) name: Name,
    pub(crate) what: What,
    /// What it sees: its parameters, its workspaces.
    pub(crate) scope: Scope,
    pub(crate) timeout: Option<Duration>,
}

#[derive(Debug)]
pub(crate) enum What {
    Task(Arc<Task>),
    Pipeline(Arc<Pipeline>),
}

/// What becomes of a node of the graph, in the order in which Tekton looks at the reasons.
pub(crate) fn of_task(
    node: &Node,
    stop: Stop,
    parent_skipped: bool,
    scope: &mut Scope,
    shared: &Shared,
) -> Decision {
    if let (Stop::Failure | Stop::Cancelled, Some(reason)) = (stop, stop.skip()) {
        return Decision::Skip(reason);
    }
    let wanted = node.when.as_ref().map_or(Ok(true), |it| truth(it, scope));
    if wanted == Ok(false) {
        return Decision::Skip(WHEN);
    }
    if parent_skipped {
        return Decision::Skip(PARENT);
    }
    let instances = wanted.and_then(|_| instances(node, scope, shared));
    match (instances, stop.skip()) {
        (Err(Lack::Result { skipped, .. }), _)
            if skipped || node.skip_if_absent || node.continue_on_error =>
        {
            Decision::Skip(MISSING)
        }
        (Err(lack), None) => Decision::Invalid(lack),
        (Ok(_) | Err(_), Some(reason)) => Decision::Skip(reason),
        (Ok(all), None) if all.is_empty() => Decision::Skip(EMPTY),
        (Ok(all), None) => Decision::Run(all),
    }
}

/// What becomes of a node of `finally`.
pub(crate) fn of_finally(node: &Node, scope: &mut Scope, shared: &Shared) -> Decision {
    let wanted = node.when.as_ref().map_or(Ok(true), |it| truth(it, scope));
    match (instances(node, scope, shared), wanted) {
        (Err(Lack::Result { .. }), _) | (Ok(_), Err(Lack::Result { .. })) => {
            Decision::Skip(MISSING)
        }
        (Err(lack), _) | (Ok(_), Err(lack)) => Decision::Invalid(lack),
        (Ok(_), Ok(false)) => Decision::Skip(WHEN),
        (Ok(all), Ok(true)) if all.is_empty() => Decision::Skip(EMPTY),
        (Ok(all), Ok(true)) => Decision::Run(all),
    }
}

fn instances(node: &Node, scope: &mut Scope, shared: &Shared) -> Result<Vec<Instance>, Lack> {
    let retries = Value::str(node.retries.to_string());
    scope
        .context
        .insert(Name::new("pipelineTask.retries"), retries);
    if node.matrix.is_empty() && node.include.is_empty() {
        return Ok(vec![instance(
            node,
            node.name.clone(),
            Combination::new(),
            scope,
            shared,
        )?]);
    }
    let mut lists = IndexMap::new();
    for (name, list) in &node.matrix {
        let list = evaluate(list, scope)?;
        lists.insert(name.clone(), list.as_list().unwrap_or_default().to_vec());
    }
    let include = node.include.iter().map(|(_, params)| values(params, scope));
    let include: Vec<Combination> = include.collect::<Result<_, _>>()?;
    let all = matrix::combinations(&lists, &include);
    let alone = all.len() == 1;
    let mut instances = Vec::new();
    for (index, it) in all.into_iter().enumerate() {
        let name = match alone {
            true => node.name.clone(),
            false => Name::new(format!("{}-{index}", node.name)),
        };
        scope.each = it.clone();
        let instance = instance(node, name, it, scope, shared);
        scope.each = IndexMap::new();
        instances.push(instance?);
    }
    Ok(instances)
}

fn values(exprs: &IndexMap<Name, Expr>, scope: &Scope) -> Result<Combination, Lack> {
    let exprs = exprs.iter();
    let values = exprs.map(|(name, it)| Ok((name.clone(), evaluate(it, scope)?)));
    values.collect()
}

fn instance(
    node: &Node,
    name: Name,
    combination: Combination,
    scope: &Scope,
    shared: &Shared,
) -> Result<Instance, Lack> {
    let mut given = values(&node.args, scope)?;
    given.extend(combination);
    let unknown = |name: &Name| Lack::Other(format!("there is no `{name}`"));
    let (what, params, workspaces) = match &node.callee {
        Callee::Task(name) => {
            let task = shared.tasks.get(name).ok_or_else(|| unknown(name))?;
            (What::Task(task.clone()), &task.params, &task.workspaces)
        }
        Callee::Embedded(task) => {
            let shared = What::Task(Arc::new(Task::clone(task)));
            (shared, &task.params, &task.workspaces)
        }
        Callee::Pipeline(name) => {
            let pipeline = shared.pipelines.get(name).ok_or_else(|| unknown(name))?;
            let what = What::Pipeline(pipeline.clone());
            (what, &pipeline.params, &pipeline.workspaces)
        }
    };
    let outer = node.embedded().map(|_| Arc::new(scope.clone()));
    let mut inner = Scope {
        context: scope.context.clone(),
        given: scope.given.clone(),
        outer,
        ..Scope::default()
    };
    inner.workspaces = mounts(node, workspaces, scope)?;
    fill(params, given, &mut inner)?;
    let timeout = node.timeout.and_then(|it| u64::try_from(it).ok());
    let timeout = timeout.filter(|it| *it > 0).map(Duration::from_nanos);
    Ok(Instance {
        name,
        what,
        scope: inner,
        timeout,
    })
}

/// Gives each parameter its value: what is given, what a name around an embedded task says, its default.
pub(crate) fn fill(
    params: &IndexMap<Name, Param>,
    given: IndexMap<Name, Value>,
    scope: &mut Scope,
) -> Result<(), Lack> {
    for (name, param) in params {
        let around = || {
            scope
                .outer
                .as_ref()
                .and_then(|it| it.params.get(name).cloned())
        };
        let value = match (given.get(name).cloned().or_else(around), &param.default) {
            (Some(value), default) => with_default_keys(value, default.as_ref(), scope)?,
            (None, Some(default)) => evaluate(default, scope)?,
            (None, None) => {
                return Err(Lack::Other(format!("the parameter `{name}` is not given")));
            }
        };
        scope.params.insert(name.clone(), value);
    }
    Ok(())
}

/// A record's missing keys come from the default.
fn with_default_keys(value: Value, default: Option<&Expr>, scope: &Scope) -> Result<Value, Lack> {
    let (Some(fields), Some(default)) = (value.as_record(), default) else {
        return Ok(value);
    };
    let default = evaluate(default, scope)?;
    let Some(default) = default.as_record() else {
        return Ok(value);
    };
    let mut all = default.clone();
    all.extend(fields.iter().map(|(name, it)| (name.clone(), it.clone())));
    Ok(Value::record(all))
}

fn mounts(
    node: &Node,
    workspaces: &IndexMap<Name, Workspace>,
    scope: &Scope,
) -> Result<IndexMap<Name, Mount>, Lack> {
    let mut mounts = IndexMap::new();
    for name in workspaces.keys() {
        let Some(use_) = node.workspaces.get(name) else {
            let around = node.embedded().map(|_| scope.mount(name).clone());
            mounts.insert(name.clone(), around.unwrap_or(Mount::Unbound));
            continue;
        };
        let mut mount = scope.mount(&use_.workspace).clone();
        if let (Mount::Directory(path), Some(sub)) = (&mount, &use_.sub_path) {
            let sub = text(sub, scope)?;
            let below = below(path, &sub);
            let below =
                below.ok_or_else(|| Lack::Other(format!("`{sub}` leads out of the workspace")))?;
            let unmade =
                |it| Lack::Other(format!("cannot make `{sub}`: {}", crate::host::reason(&it)));
            scratch::make(&below).map_err(unmade)?;
            mount = Mount::Directory(below);
        }
        mounts.insert(name.clone(), mount);
    }
    Ok(mounts)
}

/// A path below a directory; `None` where it leads out of it.
pub(crate) fn below(directory: &std::path::Path, sub: &str) -> Option<std::path::PathBuf> {
    let outwards = sub.split('/').any(|it| it == "..");
    (!outwards).then(|| directory.join(sub.trim_start_matches('/')))
}
