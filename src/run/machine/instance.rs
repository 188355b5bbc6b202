//! What a node starts: one instance, or one for each combination, with parameters and workspaces filled in.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{Callee, Expr, Node, Param, Pipeline, Task, Workspace};
use crate::run::evaluate::{evaluate, text};
use crate::run::machine::Machine;
use crate::run::machine::graph::Graph;
use crate::run::matrix::{self, Combination};
use crate::run::scope::{Lack, Mount, Scope};
use crate::run::text;
use crate::value::Value;

/// How long a task may take where nobody says.
const HOUR: Duration = Duration::from_secs(3600);

/// One instance of a node, ready to run.
#[derive(Debug)]
pub(crate) struct Instance {
    /// The node's name, with the index where there are several.
    pub(crate) name: Name,
    pub(crate) index: Option<usize>,
    pub(crate) what: What,
    /// The arguments as the target has them, defaults not filled in.
    pub(crate) given: IndexMap<Name, Value>,
    /// What it sees: its parameters, its workspaces.
    pub(crate) scope: Scope,
    /// Of each attempt.
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: u32,
}

#[derive(Debug)]
pub(crate) enum What {
    Task(Arc<Task>),
    Pipeline(Arc<Pipeline>),
}

impl Machine {
    /// The instances of a node. `limit` is that of the part in which it stands.
    pub(crate) fn instances(
        &mut self,
        node: &Node,
        limit: Option<Duration>,
    ) -> Result<Vec<Instance>, Lack> {
        let key = Name::new_static("pipelineTask.retries");
        let retries = Value::str(node.retries.to_string());
        self.scope.context.insert(key.clone(), retries);
        let instances = self.combined(node, limit);
        // Conditions do not know it: there the controller leaves it as it stands.
        let literal = Value::str("$(context.pipelineTask.retries)");
        self.scope.context.insert(key, literal);
        instances
    }

    fn combined(&mut self, node: &Node, limit: Option<Duration>) -> Result<Vec<Instance>, Lack> {
        let timeout = self.timeout(node, limit);
        if !node.fans_out() {
            let name = node.name.clone();
            let one = self.instance(node, (name, None), Combination::new(), timeout)?;
            return Ok(vec![one]);
        }
        let mut lists = IndexMap::new();
        for (name, list) in &node.matrix {
            let list = evaluate(list, &self.scope)?;
            let items = list.as_list().unwrap_or_default().iter();
            let items = items.map(|it| Value::str(text::of(it))).collect();
            lists.insert(name.clone(), items);
        }
        let included = node.include.iter();
        let included = included.map(|(_, params)| values(params, &self.scope));
        let included: Vec<Combination> = included.collect::<Result<_, _>>()?;
        let all = matrix::combinations(&lists, &included);
        let alone = all.len() == 1;
        let mut instances = Vec::with_capacity(all.len());
        for (index, it) in all.into_iter().enumerate() {
            let name = match alone {
                true => node.name.clone(),
                false => Name::new(format!("{}-{index}", node.name)),
            };
            self.scope.each = it.clone();
            let instance = self.instance(node, (name, Some(index)), it, timeout);
            self.scope.each = IndexMap::new();
            instances.push(instance?);
        }
        Ok(instances)
    }

    fn timeout(&self, node: &Node, limit: Option<Duration>) -> Option<Duration> {
        let own = self.library.timeouts.get(&node.name).copied();
        let own = own.or_else(|| Some(Duration::from_nanos(u64::try_from(node.timeout?).ok()?)));
        // The part's limit counts for a task only where it is the longer one: otherwise it strikes by itself.
        let chosen = own.unwrap_or(match limit {
            Some(limit) if limit.is_zero() || limit > HOUR => limit,
            Some(_) | None => HOUR,
        });
        (!chosen.is_zero()).then_some(chosen)
    }

    fn instance(
        &self,
        node: &Node,
        (name, index): (Name, Option<usize>),
        mut combination: Combination,
        timeout: Option<Duration>,
    ) -> Result<Instance, Lack> {
        combination.sort_keys();
        let mut given = combination;
        for (name, value) in values(&node.args, &self.scope)? {
            given.entry(name).or_insert(value);
        }
        let unknown = |name: &Name| Lack::Other(format!("there is no `{name}`"));
        let (what, params, workspaces) = match &node.callee {
            Callee::Task(name) => {
                let task = self.library.tasks.get(name);
                let task = task.ok_or_else(|| unknown(name))?;
                (What::Task(task.clone()), &task.params, &task.workspaces)
            }
            Callee::Embedded(task) => {
                let shared = What::Task(Arc::new(Task::clone(task)));
                (shared, &task.params, &task.workspaces)
            }
            Callee::Pipeline(name) => {
                let pipeline = self.library.pipelines.get(name);
                let pipeline = pipeline.ok_or_else(|| unknown(name))?;
                let what = What::Pipeline(pipeline.clone());
                (what, &pipeline.params, &pipeline.workspaces)
            }
        };
        let mut inner = Scope {
            context: self.scope.context.clone(),
            given: self.scope.given.clone(),
            outer: node.embedded().map(|_| Arc::new(self.around(node))),
            workspaces: mounts(node, workspaces, &self.scope)?,
            ..Scope::default()
        };
        fill(params, given.clone(), &mut inner)?;
        if node.embedded().is_some() {
            beyond(&given, params, &mut inner);
        }
        Ok(Instance {
            name,
            index,
            what,
            given,
            scope: inner,
            timeout,
            retries: node.retries,
        })
    }

    /// What a task that is written in its node sees of the names around it.
    fn around(&self, node: &Node) -> Scope {
        Scope {
            params: self.scope.params.clone(),
            each: self.scope.each.clone(),
            nodes: Graph::seen(node, &self.scope.nodes),
            tasks_status: self.scope.tasks_status,
            context: self.scope.context.clone(),
            workspaces: self.scope.workspaces.clone(),
            given: self.scope.given.clone(),
            outer: self.scope.outer.clone(),
            ..Scope::default()
        }
    }
}

fn values(exprs: &IndexMap<Name, Expr>, scope: &Scope) -> Result<Combination, Lack> {
    let exprs = exprs.iter();
    let values = exprs.map(|(name, it)| Ok((name.clone(), text::erased(&evaluate(it, scope)?))));
    values.collect()
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

/// What is given to a task that is written in its node, and which it does not declare, is seen in it all the same; of an object
/// the keys that are not given are those of the one around.
fn beyond(given: &IndexMap<Name, Value>, params: &IndexMap<Name, Param>, scope: &mut Scope) {
    let undeclared = given.iter().filter(|(name, _)| !params.contains_key(*name));
    for (name, value) in undeclared {
        let around = scope.outer.as_ref().and_then(|it| it.params.get(name));
        let value = match (around.and_then(Value::as_record), value.as_record()) {
            (Some(around), Some(own)) => {
                let mut all = around.clone();
                all.extend(own.iter().map(|(key, it)| (key.clone(), it.clone())));
                Value::record(all)
            }
            (_, _) => value.clone(),
        };
        scope.params.insert(name.clone(), value);
    }
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
    for (name, declared) in workspaces {
        let Some(use_) = node.workspaces.get(name) else {
            let around = node.embedded().map(|_| scope.mount(name).clone());
            mounts.insert(name.clone(), around.unwrap_or(Mount::Unbound));
            continue;
        };
        let mut mount = scope.mount(&use_.workspace).clone();
        if let (Mount::Directory(directory), Some(sub)) = (&mut mount, &use_.sub_path) {
            let sub = text(sub, scope)?;
            let below = below(&directory.path, &sub);
            directory.path =
                below.ok_or_else(|| Lack::Other(format!("`{sub}` leads out of the workspace")))?;
        }
        if let Mount::Directory(directory) = &mut mount {
            directory.read_only |= declared.read_only || !use_.writes;
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
