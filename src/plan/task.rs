//! Tasks: what runs in one pod.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::plan::{Expr, Meta};
use crate::types::Type;

#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) meta: Meta,
    /// Written in the run that it is run by: part of the run, and no object.
    pub(crate) embedded: bool,
    /// Declared elsewhere (`extern task`): referred to, not emitted. Holds `from`, the reference as the API has it, if given.
    pub(crate) external: Option<Option<Expr>>,
    /// Declared in the program itself, not in an imported package.
    pub(crate) own: bool,
    pub(crate) params: IndexMap<Name, Param>,
    pub(crate) results: IndexMap<Name, ResultDecl>,
    pub(crate) workspaces: IndexMap<Name, Workspace>,
    pub(crate) steps: Vec<Step>,
    /// What `wudi run` uses instead of the steps on plain processes.
    pub(crate) host_steps: Option<Vec<Step>>,
    /// What it gives depends on nothing but what it is given.
    pub(crate) cache: Option<Cache>,
    /// Other fields of TaskSpec, as the API spells them: `volumes`, `stepTemplate`, `sidecars`.
    pub(crate) extra: IndexMap<Name, Expr>,
}

/// `cache: { … }`: what a task reads and writes that gives the same wherever it is given the same. The runner's business alone.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    /// Patterns of files, by workspace.
    pub(crate) inputs: IndexMap<Name, Vec<Expr>>,
    pub(crate) outputs: IndexMap<Name, Vec<Expr>>,
    /// Programs of the machine that make a difference.
    pub(crate) programs: Vec<Expr>,
}

/// A StepAction: a step that steps of tasks are made from.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    pub(crate) meta: Meta,
    /// Declared elsewhere (`extern action`): referred to, not emitted. Holds `from`, if given.
    pub(crate) external: Option<Option<Expr>>,
    pub(crate) params: IndexMap<Name, Param>,
    /// What it runs; of an external one, its results alone.
    pub(crate) step: Step,
}

/// `step x = action(arguments)`. The fields of such a [`Step`] are those of the action with the arguments in the place of its
/// parameters, so that who runs it need not look further; what is emitted is the reference.
#[derive(Clone, Debug)]
pub(crate) struct ActionUse {
    /// In [`crate::plan::Plan::actions`].
    pub(crate) action: Name,
    /// Arguments written, by parameter.
    pub(crate) args: IndexMap<Name, Expr>,
    /// `from:` of this step alone.
    pub(crate) from: Option<Expr>,
}

/// A parameter of a task, pipeline or action.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) shape: ParamShape,
    /// wudi's type; the target sees only the shape.
    pub(crate) ty: Type,
    pub(crate) default: Option<Expr>,
    pub(crate) description: Option<String>,
}

/// What Tekton sees of a parameter's or result's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParamShape {
    String,
    Array,
    /// With its keys.
    Object(Vec<Name>),
}

#[derive(Clone, Debug)]
pub(crate) struct ResultDecl {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) shape: ParamShape,
    pub(crate) ty: Type,
    pub(crate) description: Option<String>,
    /// `results: { digest: x.digest }`: passed on from a step.
    pub(crate) value: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) read_only: bool,
    pub(crate) optional: bool,
    pub(crate) mount_path: Option<Expr>,
    pub(crate) description: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// `None` for `step _`.
    pub(crate) name: Option<Name>,
    pub(crate) span: Span,
    pub(crate) description: Option<String>,
    pub(crate) image: Option<Expr>,
    pub(crate) command: Vec<Expr>,
    pub(crate) args: Vec<Expr>,
    pub(crate) script: Option<Expr>,
    pub(crate) working_dir: Option<Expr>,
    pub(crate) env: IndexMap<Name, EnvValue>,
    pub(crate) when: Option<Expr>,
    /// Nanoseconds.
    pub(crate) timeout: Option<i64>,
    pub(crate) continue_on_error: bool,
    /// `onError`, where a parameter says it.
    pub(crate) on_error: Option<Expr>,
    /// The action that it is made from.
    pub(crate) action: Option<ActionUse>,
    pub(crate) results: IndexMap<Name, ResultDecl>,
    /// Other fields of Step, as the API spells them: `computeResources`, `securityContext`, `volumeMounts`, …
    pub(crate) extra: IndexMap<Name, Expr>,
}

/// What an environment variable holds. Used by steps and by containers of apps.
#[derive(Clone, Debug)]
pub(crate) enum EnvValue {
    /// Text, maybe with holes.
    Text(Expr),
    /// `secret("name", "key")`, `wudi-db.password`
    Secret { name: Name, key: Name, span: Span },
    /// `config("name", "key")`
    Config { name: Name, key: Name, span: Span },
    /// `field("status.podIP")`
    Field { path: Name, span: Span },
    /// Any other `valueFrom`, as the API has it.
    Source(Expr),
}

impl Task {
    /// The expressions of its steps and other fields, in the order of the text.
    pub(crate) fn expressions(&self) -> Vec<&Expr> {
        let mut found: Vec<&Expr> = Vec::new();
        for step in self.steps.iter().chain(self.host_steps.iter().flatten()) {
            found.extend(step.expressions());
        }
        found.extend(self.extra.values());
        found.extend(self.cache.iter().flat_map(Cache::expressions));
        found
    }
}

impl Cache {
    /// Everything in it that may hold a reference.
    pub(crate) fn expressions(&self) -> Vec<&Expr> {
        let patterns = self.inputs.values().chain(self.outputs.values());
        patterns.flatten().chain(&self.programs).collect()
    }
}

impl Step {
    /// A step that says nothing.
    pub(crate) fn empty(span: Span) -> Self {
        Self {
            name: None,
            span,
            description: None,
            image: None,
            command: Vec::new(),
            args: Vec::new(),
            script: None,
            working_dir: None,
            env: IndexMap::new(),
            when: None,
            timeout: None,
            continue_on_error: false,
            on_error: None,
            action: None,
            results: IndexMap::new(),
            extra: IndexMap::new(),
        }
    }

    /// A step with the fields of a container, as the API spells them; what none of its own fields takes is `extra`. So is `env`, which
    /// is written in several ways.
    pub(crate) fn container(span: Span, fields: impl IntoIterator<Item = (Name, Expr)>) -> Self {
        let mut step = Self::empty(span);
        for (key, value) in fields {
            match key.as_str() {
                "name" => step.name = value.text().map(Name::new),
                "image" => step.image = Some(value),
                "command" => step.command = value.elements(),
                "args" => step.args = value.elements(),
                "script" => step.script = Some(value),
                "workingDir" => step.working_dir = Some(value),
                _ => {
                    step.extra.insert(key, value);
                }
            }
        }
        step
    }

    /// Everything in it that may hold a reference, in the order of the text.
    pub(crate) fn expressions(&self) -> Vec<&Expr> {
        let env = self.env.values().filter_map(EnvValue::expr);
        let action = self.action.iter();
        let action = action.flat_map(|it| it.args.values().chain(&it.from));
        let all = self.image.iter().chain(&self.command).chain(&self.args);
        let all = all.chain(&self.script).chain(&self.working_dir);
        all.chain(env)
            .chain(&self.when)
            .chain(&self.on_error)
            .chain(self.extra.values())
            .chain(action)
            .collect()
    }
}

impl EnvValue {
    /// What may hold a reference.
    pub(crate) fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Text(expr) | Self::Source(expr) => Some(expr),
            Self::Secret { .. } | Self::Config { .. } | Self::Field { .. } => None,
        }
    }
}
