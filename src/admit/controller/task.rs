//! A task's spec and the names that its texts can use.

use indexmap::{IndexMap, IndexSet};

use crate::admit::Context;
use crate::admit::controller::model::{self, Declared, Shape};
use crate::admit::controller::resolve;
use crate::yaml::Node;

/// What a variable in a task can mean.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) spec: &'a Node,
    pub(crate) params: IndexMap<&'a str, Declared<'a>>,
    pub(crate) results: IndexMap<&'a str, Declared<'a>>,
    pub(crate) workspaces: IndexMap<&'a str, Declared<'a>>,
    pub(crate) steps: Vec<Step<'a>>,
    pub(crate) outer: Outer<'a>,
}

/// A step, with what its action says.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) node: &'a Node,
    /// Empty where it has none.
    pub(crate) name: &'a str,
    /// `None` where its action is not at hand.
    pub(crate) results: Option<IndexMap<&'a str, Declared<'a>>>,
    /// The spec of its action, if that is at hand.
    pub(crate) action: Option<&'a Node>,
}

/// What comes to a task from around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outer<'a> {
    /// Whether it stands inside a run or pipeline, which alone passes names on.
    pub(crate) embedded: bool,
    pub(crate) in_pipeline: bool,
    /// Whether the webhook does not look at its variables: in a pipeline in a pipeline.
    pub(crate) unchecked: bool,
    pub(crate) params: IndexMap<&'a str, Shape>,
    pub(crate) workspaces: IndexSet<&'a str>,
    /// Results of tasks of the pipeline around it; `None` where a task's results are not at hand.
    pub(crate) tasks: IndexMap<&'a str, Option<IndexSet<&'a str>>>,
}

impl<'a> Scope<'a> {
    /// The scope of a spec.
    pub(crate) fn new(ctx: &Context<'a>, spec: &'a Node, outer: Outer<'a>) -> Self {
        let step = |node: &'a Node| Step::new(ctx, node);
        Self {
            spec,
            params: model::declared(spec, "params"),
            results: model::declared(spec, "results"),
            workspaces: model::declared(spec, "workspaces"),
            steps: spec.list("steps").iter().map(step).collect(),
            outer,
        }
    }

    /// The scope of an action, whose only step is itself.
    pub(crate) fn of_action(ctx: &Context<'a>, spec: &'a Node) -> Self {
        let mut scope = Self::new(ctx, spec, Outer::default());
        scope.results.clear();
        scope.steps = vec![Step::new(ctx, spec)];
        scope
    }

    /// The type of a parameter of that name, its own or one from around.
    pub(crate) fn param(&self, name: &str) -> Option<Shape> {
        let own = self.params.get(name).map(|it| it.shape);
        own.or_else(|| self.outer.params.get(name).copied())
    }

    /// All names that `params.` can be followed by.
    pub(crate) fn param_names(&self) -> impl Iterator<Item = &'a str> {
        let own = self.params.keys().copied();
        own.chain(self.outer.params.keys().copied())
    }

    pub(crate) fn has_workspace(&self, name: &str) -> bool {
        self.workspaces.contains_key(name) || self.outer.workspaces.contains(name)
    }

    pub(crate) fn workspace_names(&self) -> impl Iterator<Item = &'a str> {
        let own = self.workspaces.keys().copied();
        own.chain(self.outer.workspaces.iter().copied())
    }

    /// The place of a step among the others.
    pub(crate) fn step(&self, name: &str) -> Option<(usize, &Step<'a>)> {
        let mut steps = self.steps.iter().enumerate();
        steps.find(|(_, it)| it.name == name)
    }

    pub(crate) fn step_names(&self) -> impl Iterator<Item = &'a str> {
        let names = self.steps.iter().map(|it| it.name);
        names.filter(|it| !it.is_empty())
    }
}

impl<'a> Step<'a> {
    fn new(ctx: &Context<'a>, node: &'a Node) -> Self {
        let name = node.text_of("name");
        let uses_action = node.get("ref").is_some_and(|it| !it.is_null());
        let action = resolve::action(ctx, node);
        let results = match action {
            Some(action) => Some(model::declared(action, "results")),
            None if uses_action => None,
            None => Some(model::declared(node, "results")),
        };
        Self {
            node,
            name,
            results,
            action,
        }
    }
}
