//! A pipeline with the tasks that it calls: what rules of pipelines look at, and the order in which they do.

use indexmap::{IndexMap, IndexSet};

use crate::admit::Context;
use crate::admit::controller::model::{self, Declared, Named, Shape};
use crate::admit::controller::task::{Outer, Scope};
use crate::admit::controller::{
    conditions, defaults, graph, indices, matrix, nested, params, pods, resolve, results, run,
    script, substitutions, timeouts, unused, wiring, workspaces,
};
use crate::diag::Sink;
use crate::yaml::Node;

/// A pipeline where it stands: alone, or in the run that brings its parameters and workspaces.
#[derive(Debug)]
pub(crate) struct Pipeline<'a> {
    pub(crate) spec: &'a Node,
    /// The spec of the run that it is embedded in.
    pub(crate) run: Option<&'a Node>,
    pub(crate) params: IndexMap<&'a str, Declared<'a>>,
    pub(crate) workspaces: IndexMap<&'a str, Declared<'a>>,
    pub(crate) tasks: Vec<Task<'a>>,
}

/// A task of a pipeline.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    pub(crate) name: &'a str,
    pub(crate) node: &'a Node,
    pub(crate) is_final: bool,
    pub(crate) callee: Callee<'a>,
}

/// What a task of a pipeline calls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Callee<'a> {
    /// The spec of a task that is at hand.
    Named(&'a Node),
    /// The spec of a task that stands in the pipeline.
    Embedded(&'a Node),
    /// Of another controller, or not at hand.
    Unknown,
}

impl<'a> Callee<'a> {
    /// The spec, if it is at hand.
    pub(crate) fn spec(self) -> Option<&'a Node> {
        match self {
            Self::Named(spec) | Self::Embedded(spec) => Some(spec),
            Self::Unknown => None,
        }
    }
}

impl<'a> Task<'a> {
    fn new(ctx: &Context<'a>, it: Named<'a>, is_final: bool) -> Self {
        let embedded = it.node.get("taskSpec").filter(|it| !it.is_null());
        let callee = match embedded {
            _ if resolve::is_custom(it.node) => Callee::Unknown,
            Some(spec) => Callee::Embedded(spec),
            None => resolve::task(ctx, it.node).map_or(Callee::Unknown, Callee::Named),
        };
        Self {
            name: it.name,
            node: it.node,
            is_final,
            callee,
        }
    }

    pub(crate) fn is_matrixed(&self) -> bool {
        let matrix = self.node.get("matrix");
        let has = |list: &str| matrix.is_some_and(|it| !it.list(list).is_empty());
        has("params") || has("include")
    }

    /// The results of its task; `None` where they are not at hand.
    pub(crate) fn results(&self) -> Option<IndexMap<&'a str, Declared<'a>>> {
        Some(model::declared(self.callee.spec()?, "results"))
    }
}

impl<'a> Pipeline<'a> {
    pub(crate) fn new(ctx: &Context<'a>, spec: &'a Node, run: Option<&'a Node>) -> Self {
        let tasks = model::named(spec, "tasks").into_iter();
        let last = model::named(spec, "finally").into_iter();
        Self {
            spec,
            run,
            params: model::declared(spec, "params"),
            workspaces: model::declared(spec, "workspaces"),
            tasks: tasks
                .map(|it| Task::new(ctx, it, false))
                .chain(last.map(|it| Task::new(ctx, it, true)))
                .collect(),
        }
    }

    /// Whether it is written into a task, which stands for the run that it becomes.
    fn is_nested(&self) -> bool {
        self.run.is_some_and(|it| it.get("name").is_some())
    }

    pub(crate) fn task(&self, name: &str) -> Option<&Task<'a>> {
        self.tasks.iter().find(|it| it.name == name)
    }

    pub(crate) fn task_names(&self) -> impl Iterator<Item = &'a str> {
        self.tasks.iter().map(|it| it.name)
    }

    /// What the run around it passes.
    pub(crate) fn arguments(&self) -> Vec<Named<'a>> {
        self.run.map_or(Vec::new(), |it| model::named(it, "params"))
    }

    /// What the run around it binds.
    pub(crate) fn bindings(&self) -> Vec<Named<'a>> {
        let bound = self.run.map(|it| model::named(it, "workspaces"));
        bound.unwrap_or_default()
    }

    /// The type of a parameter that its texts can use.
    pub(crate) fn param(&self, name: &str) -> Option<Shape> {
        let own = self.params.get(name).map(|it| it.shape);
        own.or_else(|| {
            let passed = self.arguments();
            let it = passed.into_iter().find(|it| it.name == name)?;
            Some(it.shape())
        })
    }

    /// What comes to a task that is written inside.
    pub(crate) fn outer(&self, task: &Task<'a>) -> Outer<'a> {
        let mut params: IndexMap<&str, Shape> = IndexMap::new();
        params.extend(self.arguments().iter().map(|it| (it.name, it.shape())));
        params.extend(self.params.iter().map(|(name, it)| (*name, it.shape)));
        for it in model::named(task.node, "params") {
            params.entry(it.name).or_insert_with(|| it.shape());
        }
        for it in matrix::params(task) {
            params.insert(it.name, Shape::String);
        }
        let mut workspaces: IndexSet<&str> = self.workspaces.keys().copied().collect();
        workspaces.extend(self.bindings().iter().map(|it| it.name));
        workspaces.extend(
            model::named(task.node, "workspaces")
                .iter()
                .map(|it| it.name),
        );
        let names = |it: &Task<'a>| Some(it.results()?.into_keys().collect());
        Outer {
            embedded: true,
            in_pipeline: true,
            unchecked: self.is_nested(),
            params,
            workspaces,
            tasks: self.tasks.iter().map(|it| (it.name, names(it))).collect(),
        }
    }
}

/// Whether a task could declare a parameter of that name.
fn is_name_of_task(name: &str) -> bool {
    let fits = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
    name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_') && name.chars().all(fits)
}

/// Judges a pipeline; `run` is the spec of the run that it is embedded in.
pub(crate) fn judge<'a>(ctx: &Context<'a>, spec: &'a Node, run: Option<&'a Node>, sink: &mut Sink) {
    let pipeline = Pipeline::new(ctx, spec, run);
    for param in pipeline
        .params
        .values()
        .filter(|it| !is_name_of_task(it.name))
    {
        sink.push(crate::admit::errors::controller::calls::name_of_param(
            param,
        ));
    }
    if run.is_none() {
        indices::judge(spec, &pipeline.params, &[], None, sink);
    }
    defaults::of_pipeline(&pipeline, sink);
    for task in &pipeline.tasks {
        if let Some(callee) = task.callee.spec() {
            let called = params::Callee {
                what: "task",
                spec: callee,
            };
            params::of_callee(ctx, &pipeline, task, called, sink);
            workspaces::of_task(ctx, &pipeline, task, callee, sink);
        }
        if let Callee::Embedded(spec) = task.callee {
            embedded(ctx, &pipeline, task, spec, sink);
        }
        nested::of_task(ctx, &pipeline, task, sink);
        conditions::of_task(task, sink);
        matrix::of_task(&pipeline, task, sink);
        timeouts::of_task(&pipeline, task, sink);
        wiring::of_task(&pipeline, task, sink);
        results::of_task(&pipeline, task, sink);
    }
    nested::circle(ctx, spec, sink);
    unused::params(spec, &pipeline.params, sink);
    workspaces::of_pipeline(&pipeline, sink);
    results::of_pipeline(&pipeline, sink);
    graph::judge(&pipeline, sink);
}

fn embedded<'a>(
    ctx: &Context<'a>,
    pipeline: &Pipeline<'a>,
    task: &Task<'a>,
    spec: &'a Node,
    sink: &mut Sink,
) {
    let scope = Scope::new(ctx, spec, pipeline.outer(task));
    substitutions::of_task(&scope, sink);
    script::of_task(ctx, &scope, sink);
    let more = pipeline
        .run
        .and_then(|it| run::pod_volumes(ctx, it, task.name));
    pods::of_task(&scope, more.as_deref(), sink);
    run::steps(&scope, sink);
    timeouts::on_error_of_steps(spec, None, sink);
    unused::params(spec, &scope.params, sink);
    unused::results(&scope, sink);
}
