//! What references mean at one place of a run.

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::Ref;
use crate::plan::expr::WorkspaceField;
use crate::run::machine::Skip;
use crate::value::Value;

/// What the expressions at one place of a run can refer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub(crate) params: IndexMap<Name, Value>,
    pub(crate) each: IndexMap<Name, Value>,
    /// The nodes that are over, or all nodes in `finally`.
    pub(crate) nodes: IndexMap<Name, NodeView>,
    /// Only in `finally`.
    pub(crate) tasks_status: Option<&'static str>,
    pub(crate) context: IndexMap<Name, Value>,
    pub(crate) workspaces: IndexMap<Name, Mount>,
    /// Only within a task.
    pub(crate) task: Option<TaskView>,
    /// The world around the run.
    pub(crate) given: Arc<Given>,
    /// Around a task that is written in its node.
    pub(crate) outer: Option<Arc<Scope>>,
    /// References to results that are not there stay what the target would leave: their text.
    pub(crate) literal: bool,
}

/// What the caller of the run gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    pub(crate) event: IndexMap<Name, Value>,
    /// By `name/key`.
    pub(crate) secrets: IndexMap<String, String>,
    /// By `name/key`.
    pub(crate) configs: IndexMap<String, String>,
}

/// What others see of a node.
#[derive(Clone, Debug)]
pub(crate) struct NodeView {
    pub(crate) status: &'static str,
    pub(crate) reason: Name,
    pub(crate) results: IndexMap<Name, Value>,
    /// How many instances it has.
    pub(crate) length: usize,
    /// It was skipped, so that nobody can expect a result of it.
    pub(crate) skipped: bool,
    /// Why it was.
    pub(crate) skip: Option<Skip>,
}

/// The directories of an attempt and what its steps gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct TaskView {
    pub(crate) directory: PathBuf,
    /// What the steps call it.
    pub(crate) shown: PathBuf,
    /// The step that is looked at.
    pub(crate) step: Option<Name>,
    /// By step.
    pub(crate) step_results: IndexMap<Name, IndexMap<Name, Value>>,
}

/// A workspace as a task or pipeline has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mount {
    /// Nobody bound it.
    Unbound,
    /// A fresh directory for each task.
    Fresh,
    Directory(Directory),
}

/// A directory that is there before and after a task.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Directory {
    pub(crate) path: PathBuf,
    pub(crate) read_only: bool,
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Lack {
    /// This node did not give this result.
    Result {
        node: Name,
        result: Name,
        skipped: bool,
    },
    Other(String),
}

impl Scope {
    /// What a reference stands for here.
    pub(crate) fn find(&self, reference: &Ref) -> Result<Value, Lack> {
        match reference {
            Ref::Param(name) => self.named(name, "parameter", |it| &it.params),
            Ref::Each(name) => self.named(name, "argument", |it| &it.each),
            Ref::Context(name) => self.named(name, "context", |it| &it.context),
            Ref::ResultPath(result) => self.path(&["results", result]),
            Ref::StepResultPath(step, result) => self.path(&["steps", step, "results", result]),
            Ref::StepExitCodePath(step) => self.path(&["steps", step, "exitCode"]),
            Ref::StepResult(step, result) => self.step_result(step, result),
            Ref::Workspace(name, field) => self.workspace(name, *field),
            Ref::NodeResult(node, result) => self.node_result(node, result),
            Ref::NodeStatus(node) => {
                let view = self.node(node);
                Ok(Value::str(view.map_or("None", |it| it.status)))
            }
            Ref::NodeReason(node) => {
                let view = self.node(node);
                Ok(Value::Str(
                    view.map_or_else(Name::default, |it| it.reason.clone()),
                ))
            }
            Ref::NodeLength(node) => {
                let length = self.node(node).map_or(0, |it| it.length);
                Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
            }
            Ref::TasksStatus => Ok(Value::str(self.tasks_status.unwrap_or("None"))),
            Ref::Event(field) => {
                let found = self.given.event.get(field).cloned();
                found.ok_or_else(|| Lack::Other(format!("`event.{field}` is not given")))
            }
            Ref::SecretKey(name, key) => known(&self.given.secrets, "secret", name, key),
            Ref::ConfigKey(name, key) => known(&self.given.configs, "config map", name, key),
            Ref::Field(path) => Ok(Value::str(self.field(path))),
            Ref::Metric(name) => Err(Lack::Other(format!("`{name}` is known to analyses alone"))),
        }
    }

    fn named(
        &self,
        name: &Name,
        kind: &str,
        of: impl Fn(&Self) -> &IndexMap<Name, Value>,
    ) -> Result<Value, Lack> {
        let mut scope = Some(self);
        while let Some(it) = scope {
            if let Some(value) = of(it).get(name) {
                return Ok(value.clone());
            }
            scope = it.outer.as_deref();
        }
        Err(Lack::Other(format!("the {kind} `{name}` has no value")))
    }

    fn path(&self, parts: &[&str]) -> Result<Value, Lack> {
        let Some(task) = &self.task else {
            return Err(Lack::Other(
                "a path is known within a task alone".to_owned(),
            ));
        };
        let mut path = task.shown.clone();
        path.extend(parts);
        Ok(Value::str(path.to_string_lossy()))
    }

    fn step_result(&self, step: &Name, result: &Name) -> Result<Value, Lack> {
        let steps = self.task.as_ref().map(|it| &it.step_results);
        let found = steps.and_then(|it| it.get(step)?.get(result));
        found.cloned().ok_or_else(|| {
            Lack::Other(format!(
                "the step `{step}` did not write its result `{result}`"
            ))
        })
    }

    /// The workspace of that name, here or around.
    pub(crate) fn mount(&self, name: &Name) -> &Mount {
        let found = self.workspaces.get(name);
        let outer = || self.outer.as_ref().map(|it| it.mount(name));
        found.or_else(outer).unwrap_or(&Mount::Unbound)
    }

    fn workspace(&self, name: &Name, field: WorkspaceField) -> Result<Value, Lack> {
        let mount = self.mount(name);
        let path = match mount {
            Mount::Directory(it) => it.path.to_string_lossy().into_owned(),
            Mount::Unbound | Mount::Fresh => String::new(),
        };
        match field {
            WorkspaceField::Path => Ok(Value::str(path)),
            WorkspaceField::Bound => Ok(Value::Bool(*mount != Mount::Unbound)),
            // A directory has no claim, and its volume is itself.
            WorkspaceField::Claim => Ok(Value::str("")),
            WorkspaceField::Volume => Ok(Value::str(name)),
        }
    }

    fn node(&self, name: &Name) -> Option<&NodeView> {
        let outer = || self.outer.as_ref()?.node(name);
        self.nodes.get(name).or_else(outer)
    }

    fn node_result(&self, node: &Name, result: &Name) -> Result<Value, Lack> {
        if self.literal {
            return Ok(Value::str(format!("$(tasks.{node}.results.{result})")));
        }
        let view = self.node(node);
        let found = view.and_then(|it| it.results.get(result));
        found.cloned().ok_or_else(|| Lack::Result {
            node: node.clone(),
            result: result.clone(),
            skipped: view.is_none_or(|it| it.skipped),
        })
    }

    /// What the downward API would say of a pod here.
    fn field(&self, path: &str) -> String {
        let context = |name: &str| self.find(&Ref::Context(Name::new(name)));
        let text = |it: Result<Value, Lack>| it.ok().as_ref().map(crate::run::text::of);
        match path {
            "metadata.name" => text(context("taskRun.name")).map(|it| format!("{it}-pod")),
            "metadata.namespace" => text(context("taskRun.namespace")),
            "metadata.uid" => text(context("taskRun.uid")),
            "status.podIP" | "status.hostIP" => Some("127.0.0.1".to_owned()),
            "spec.nodeName" => Some("localhost".to_owned()),
            "spec.serviceAccountName" => Some("default".to_owned()),
            _ => None,
        }
        .unwrap_or_default()
    }
}

fn known(
    all: &IndexMap<String, String>,
    kind: &str,
    name: &Name,
    key: &Name,
) -> Result<Value, Lack> {
    let found = all.get(&format!("{name}/{key}"));
    let lack = || Lack::Other(format!("the {kind} `{name}` has no key `{key}` here"));
    found.map(Value::str).ok_or_else(lack)
}

impl std::fmt::Display for Lack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Result { node, result, .. } => {
                write!(f, "task `{node}` did not give its result `{result}`")
            }
            Self::Other(reason) => f.write_str(reason),
        }
    }
}
