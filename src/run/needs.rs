//! What the tasks of a run need of this machine and of the caller, found before anything starts.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::base::Name;
use crate::plan::{Callee, EnvValue, Expr, Node, Pipeline, Plan, Ref, Step, Task};
use crate::run::engine::choice::{Engine, Engines};
use crate::run::{container, pod, sidecar, variables, world};
use crate::value::Value;

/// What the tasks of a run need.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub(crate) tasks: IndexMap<Name, Arc<Task>>,
    pub(crate) pipelines: IndexMap<Name, Arc<Pipeline>>,
    /// By `name/key`, with the task that uses it.
    pub(crate) secrets: IndexMap<String, Name>,
    pub(crate) configs: IndexMap<String, Name>,
    /// Config maps and secrets that are mounted whole: the field of the API and the name, with the task that uses it.
    pub(crate) files: IndexMap<(Name, Name), Name>,
    /// What cannot be run here, a line each.
    pub(crate) unable: IndexSet<String>,
    /// What differs here, by task.
    pub(crate) notes: IndexSet<(Name, String)>,
    /// The tasks that need paths as a container has them.
    pub(crate) real: IndexSet<Name>,
    /// What the tasks run in.
    pub(crate) engines: IndexSet<Engine>,
    /// Tasks in containers that may not use more than they say.
    pub(crate) limited: IndexSet<Name>,
    /// Names by which an engine may be chosen.
    pub(crate) known: IndexSet<Name>,
    seen: IndexSet<(Name, Engine)>,
}

/// Walks the pipeline and all that it calls.
pub(crate) fn of(plan: &Plan, pipeline: &Pipeline, engines: &Engines) -> Needs {
    let mut needs = Needs::default();
    needs.pipeline(plan, pipeline, engines);
    needs
}

impl Needs {
    fn pipeline(&mut self, plan: &Plan, pipeline: &Pipeline, engines: &Engines) {
        if pipeline.external.is_some() && pipeline.nodes.is_empty() {
            let name = &pipeline.meta.name;
            self.unable.insert(format!(
                "`{name}` is declared elsewhere, so that its tasks are not known here"
            ));
        }
        for node in pipeline.nodes.iter().chain(&pipeline.finally) {
            self.node(plan, node, engines);
        }
    }

    fn node(&mut self, plan: &Plan, node: &Node, engines: &Engines) {
        for expr in node.expressions() {
            self.expr(&node.name, expr);
        }
        self.known.insert(node.name.clone());
        match &node.callee {
            Callee::Task(name) => {
                let Some(task) = plan.tasks.get(name) else {
                    return;
                };
                self.known.insert(name.clone());
                let engine = engines.of(&node.name, name);
                self.tasks
                    .entry(name.clone())
                    .or_insert_with(|| Arc::new(task.clone()));
                if self.seen.insert((name.clone(), engine)) {
                    self.task(name, task, engine);
                }
            }
            Callee::Embedded(task) => {
                let engine = engines.of(&node.name, &task.meta.name);
                self.task(&node.name, task, engine);
            }
            Callee::Pipeline(name) => {
                if let Some(pipeline) = plan.pipelines.get(name)
                    && !self.pipelines.contains_key(name)
                {
                    self.pipelines
                        .insert(name.clone(), Arc::new(pipeline.clone()));
                    self.pipeline(plan, pipeline, engines);
                }
            }
        }
    }

    fn task(&mut self, name: &Name, task: &Task, engine: Engine) {
        self.engines.insert(engine);
        let mut for_containers: Task;
        let task = match engine.has_containers() && task.host_steps.is_some() {
            true => {
                for_containers = task.clone();
                for_containers.host_steps = None;
                &for_containers
            }
            false => task,
        };
        if task.external.is_some() && task.host_steps.is_none() {
            self.unable.insert(format!(
                "the task `{name}` is declared elsewhere, so that its steps are not known here"
            ));
            return;
        }
        for (index, step) in container::steps(task).iter().enumerate() {
            self.step(name, &crate::run::step::name(step, index), step, engine);
        }
        for (index, sidecar) in container::sidecars(task).iter().enumerate() {
            self.step(name, &sidecar::name(sidecar, index), sidecar, engine);
        }
        if task.host_steps.is_none() {
            self.volumes(name, task);
        }
        if pod::asks(task) && !engine.has_containers() {
            self.real.insert(name.clone());
        }
    }

    fn volumes(&mut self, task: &Name, of: &Task) {
        let Some(all) = of.extra.get("volumes") else {
            return;
        };
        let mapped = all.fields();
        let listed: Vec<Expr> = match mapped.is_empty() {
            true => all.elements(),
            false => mapped.into_iter().map(|(_, it)| it).collect(),
        };
        for it in listed {
            let fields = it.fields();
            let fields = fields
                .iter()
                .filter(|(_, it)| !it.value().is_some_and(Value::is_none));
            for (field, of) in fields {
                if !pod::KINDS.contains(&field.as_str()) {
                    let why = match field.as_str() {
                        "hostPath" => "a path of the cluster's machine",
                        _ => "what only a cluster has",
                    };
                    self.unable.insert(format!(
                        "a volume of the task `{task}` is {why} (`{field}`), which is not mounted here: bind a workspace, or give the task a `host {{ … }}` block"
                    ));
                }
                let sources = of.get("sources").map(|it| it.elements());
                for source in sources.unwrap_or_default() {
                    self.files_of(task, source.fields().iter());
                }
            }
            self.files_of(task, it.fields().iter());
        }
    }

    /// The config maps and secrets of a volume that must be there.
    fn files_of<'a>(&mut self, task: &Name, fields: impl Iterator<Item = &'a (Name, Expr)>) {
        for (field, of) in fields {
            let optional = of.get("optional");
            let optional = optional.and_then(|it| it.value()?.as_bool()) == Some(true);
            let name = match field.as_str() {
                "configMap" => of.get("name"),
                "secret" => of.get("secretName").or_else(|| of.get("name")),
                _ => None,
            };
            let name = name.as_ref().and_then(Expr::text);
            if let Some(name) = name.filter(|_| !optional) {
                let file = (field.clone(), Name::new(name));
                self.files.entry(file).or_insert_with(|| task.clone());
            }
        }
    }

    fn step(&mut self, task: &Name, name: &Name, step: &Step, engine: Engine) {
        let unknown = match (engine.has_containers(), &step.image) {
            (true, None) => Some("has no image, and is to run in a container"),
            (true, Some(_)) => None,
            (false, _) if step.script.is_none() && step.command.is_empty() => Some(
                "runs what its image says, and no image is run here: give it a `command` or `script`, or the task a `host { … }` block, or run it with `--engine podman`",
            ),
            (false, _) => None,
        };
        if let Some(unknown) = unknown {
            self.unable
                .insert(format!("the step `{name}` of the task `{task}` {unknown}"));
        }
        let limits = ["computeResources", "resources"];
        if engine.has_containers() && limits.iter().any(|it| step.extra.contains_key(*it)) {
            self.limited.insert(task.clone());
        }
        for (variable, value) in &step.env {
            match value {
                EnvValue::Secret { name, key, .. } => self.secret(task, name, key),
                EnvValue::Config { name, key, .. } => self.config(task, name, key),
                EnvValue::Source(source) => self.source(task, variable, source),
                EnvValue::Text(_) | EnvValue::Field { .. } => {}
            }
        }
        for expr in step.expressions() {
            self.expr(task, expr);
        }
        if !engine.has_containers() && step.expressions().into_iter().any(world::names_a_path) {
            self.real.insert(task.clone());
        }
    }

    fn source(&mut self, task: &Name, variable: &Name, source: &Expr) {
        match variables::wanted(variable, source) {
            Ok(Some(Ref::SecretKey(name, key))) => self.secret(task, &name, &key),
            Ok(Some(Ref::ConfigKey(name, key))) => self.config(task, &name, &key),
            Ok(_) => {}
            Err(why) => {
                self.unable.insert(format!("in the task `{task}`, {why}"));
            }
        }
    }

    /// Says what differs where paths of containers cannot be made real.
    pub(crate) fn without_world(&mut self) {
        for task in &self.real {
            let note = "here nothing can be mounted: what is at `/workspace`, `/tekton` or on volumes in a container is not there, and a workspace that is only to be read can be written to";
            self.notes.insert((task.clone(), note.to_owned()));
        }
    }

    fn expr(&mut self, task: &Name, expr: &Expr) {
        let mut found = Vec::new();
        expr.each_ref(&mut |it, _| found.push(it.clone()));
        for it in found {
            if let Ref::SecretKey(name, key) = &it {
                self.secret(task, name, key);
            }
            if let Ref::ConfigKey(name, key) = &it {
                self.config(task, name, key);
            }
        }
    }

    fn secret(&mut self, task: &Name, name: &Name, key: &Name) {
        self.secrets
            .entry(format!("{name}/{key}"))
            .or_insert_with(|| task.clone());
    }

    fn config(&mut self, task: &Name, name: &Name, key: &Name) {
        self.configs
            .entry(format!("{name}/{key}"))
            .or_insert_with(|| task.clone());
    }
}
