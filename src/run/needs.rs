//! What the tasks of a run need of this machine and of the caller, found before anything starts.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::base::Name;
use crate::plan::{Callee, EnvValue, Expr, Node, Pipeline, Plan, Ref, Step, Task};

/// What the tasks of a run need.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub(crate) tasks: IndexMap<Name, Arc<Task>>,
    pub(crate) pipelines: IndexMap<Name, Arc<Pipeline>>,
    /// By `name/key`, with the task that uses it.
    pub(crate) secrets: IndexMap<String, Name>,
    pub(crate) configs: IndexMap<String, Name>,
    /// What cannot be run here, a line each.
    pub(crate) unable: IndexSet<String>,
    /// What differs here, by task.
    pub(crate) notes: IndexSet<(Name, String)>,
}

/// Walks the pipeline and all that it calls.
pub(crate) fn of(plan: &Plan, pipeline: &Pipeline) -> Needs {
    let mut needs = Needs::default();
    needs.pipeline(plan, pipeline);
    needs
}

impl Needs {
    fn pipeline(&mut self, plan: &Plan, pipeline: &Pipeline) {
        if pipeline.external.is_some() && pipeline.nodes.is_empty() {
            let name = &pipeline.meta.name;
            self.unable.insert(format!(
                "`{name}` is declared elsewhere, so that its tasks are not known here"
            ));
        }
        for node in pipeline.nodes.iter().chain(&pipeline.finally) {
            self.node(plan, node);
        }
    }

    fn node(&mut self, plan: &Plan, node: &Node) {
        for expr in node.expressions() {
            self.expr(&node.name, expr);
        }
        if node
            .when
            .as_ref()
            .and_then(Expr::maker)
            .is_some_and(|it| it == "cel")
        {
            let name = &node.name;
            self.unable.insert(format!(
                "the condition of `{name}` is in CEL's own words, which are not computed here: say it as an expression"
            ));
        }
        match &node.callee {
            Callee::Task(name) => {
                if let Some(task) = plan.tasks.get(name)
                    && !self.tasks.contains_key(name)
                {
                    self.tasks.insert(name.clone(), Arc::new(task.clone()));
                    self.task(name, task);
                }
            }
            Callee::Embedded(task) => self.task(&node.name, task),
            Callee::Pipeline(name) => {
                if let Some(pipeline) = plan.pipelines.get(name)
                    && !self.pipelines.contains_key(name)
                {
                    self.pipelines
                        .insert(name.clone(), Arc::new(pipeline.clone()));
                    self.pipeline(plan, pipeline);
                }
            }
        }
    }

    fn task(&mut self, name: &Name, task: &Task) {
        if task.external.is_some() && task.host_steps.is_none() {
            self.unable.insert(format!(
                "the task `{name}` is declared elsewhere, so that its steps are not known here"
            ));
            return;
        }
        let steps = task.host_steps.as_ref().unwrap_or(&task.steps);
        for (index, step) in steps.iter().enumerate() {
            self.step(name, &crate::run::step::name(step, index), step);
        }
        if task.host_steps.is_some() {
            return;
        }
        for (field, what) in [
            ("sidecars", "its sidecars are not started"),
            ("volumes", "its volumes are not mounted"),
        ] {
            if task.extra.contains_key(field) {
                self.notes.insert((name.clone(), format!("here {what}")));
            }
        }
    }

    fn step(&mut self, task: &Name, name: &Name, step: &Step) {
        if step.script.is_none() && step.command.is_empty() {
            self.unable.insert(format!(
                "the step `{name}` of the task `{task}` runs what its image says, and no image is run here: give it a `command` or `script`, or the task a `host {{ … }}` block"
            ));
        }
        for value in step.env.values() {
            match value {
                EnvValue::Secret { name, key, .. } => self.secret(task, name, key),
                EnvValue::Config { name, key, .. } => self.config(task, name, key),
                EnvValue::Text(_) | EnvValue::Source(_) | EnvValue::Field { .. } => {}
            }
        }
        for expr in step.expressions() {
            self.expr(task, expr);
        }
        let texts = [&step.script, &step.working_dir].into_iter().flatten();
        if texts
            .filter_map(Expr::text)
            .any(|it| it.contains("/tekton/") || it.contains("/workspace/"))
        {
            self.notes.insert((task.clone(), format!(
                "the step `{name}` names a path of a container, which is not there on this machine: take it from `results.x.path` or `workspace.path`"
            )));
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
