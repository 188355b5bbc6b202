//! The narrow waist: the program typed, resolved, and computed as far as the compiler knows it. Data only.
//! Back ends, the runner and the rules of `verify` see nothing else.

pub(crate) mod analysis;
pub(crate) mod app;
pub(crate) mod env;
pub(crate) mod expr;
pub(crate) mod object;
pub(crate) mod pipeline;
pub(crate) mod rollout;
pub(crate) mod run;
pub(crate) mod task;

use indexmap::IndexMap;

use crate::base::Name;

pub(crate) use crate::schema::Profile;
pub(crate) use expr::{Expr, ExprKind, Part, Ref};
pub(crate) use object::{Meta, Object};
pub(crate) use pipeline::{Callee, Node, Pipeline, PipelineResult, WorkspaceUse};
pub(crate) use run::{Run, Target, Trigger};
pub(crate) use task::{
    Action, ActionUse, Cache, EnvValue, Param, ParamShape, ResultDecl, Step, Task, Workspace,
};

/// A whole program, by object name within each kind, in the order of the source.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub(crate) profile: Profile,
    /// Declared tasks: the program's own, and those of other packages that are used.
    pub(crate) tasks: IndexMap<Name, Task>,
    /// Those that are written in a run or a node are among them, under names that no declaration has.
    pub(crate) pipelines: IndexMap<Name, Pipeline>,
    pub(crate) actions: IndexMap<Name, Action>,
    pub(crate) runs: IndexMap<Name, Run>,
    pub(crate) clusters: IndexMap<Name, env::Cluster>,
    pub(crate) environments: IndexMap<Name, env::Environment>,
    pub(crate) deliveries: IndexMap<Name, env::Delivery>,
    pub(crate) repositories: IndexMap<Name, env::Repository>,
    pub(crate) images: IndexMap<Name, env::Image>,
    /// Apps of a program without environments: one set of objects.
    pub(crate) apps: IndexMap<Name, app::App>,
    pub(crate) analyses: IndexMap<Name, analysis::Analysis>,
    pub(crate) secrets: IndexMap<Name, env::Secret>,
    /// `resource` at the top level.
    pub(crate) objects: Vec<Object>,
    /// `extern resource`: kind and name of what exists already.
    pub(crate) extern_objects: Vec<(Name, Name)>,
}
