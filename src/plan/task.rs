//! Tasks: what runs in one pod.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::plan::{Expr, Meta};
use crate::types::Type;

#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) meta: Meta,
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
    /// Other fields of TaskSpec, as the API spells them: `volumes`, `stepTemplate`, `sidecars`.
    pub(crate) extra: IndexMap<Name, Expr>,
}

/// A parameter of a task or pipeline.
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
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
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
}

impl Task {
    /// The expressions of its steps and other fields, in the order of the text.
    pub(crate) fn expressions(&self) -> Vec<&Expr> {
        let mut found: Vec<&Expr> = Vec::new();
        for step in self.steps.iter().chain(self.host_steps.iter().flatten()) {
            found.extend(step.expressions());
        }
        found.extend(self.extra.values());
        found
    }
}

impl Step {
    /// Everything in it that may hold a reference, in the order of the text.
    pub(crate) fn expressions(&self) -> Vec<&Expr> {
        let env = self.env.values().filter_map(EnvValue::expr);
        let all = self.image.iter().chain(&self.command).chain(&self.args);
        let all = all.chain(&self.script).chain(&self.working_dir);
        all.chain(env)
            .chain(&self.when)
            .chain(self.extra.values())
            .collect()
    }
}

impl EnvValue {
    /// The text, where it is one.
    pub(crate) fn expr(&self) -> Option<&Expr> {
        if let Self::Text(expr) = self {
            Some(expr)
        } else {
            None
        }
    }
}
