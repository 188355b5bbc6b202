//! What the checker finds out, for `lower` and the editor.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::resolve::ItemId;
use crate::syntax::ast::{self, NodeId};
use crate::types::{DefaultId, FnType, RecordType, ThingType, Type};

/// When a value is known. Later stages are greater; the stage of an expression is the greatest of its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Known to the compiler.
    #[default]
    Compile,
    /// Known when an event starts the run: Pipelines as Code writes it into the text.
    Event,
    /// Known while running: parameters, results, workspaces' paths, `context`.
    Run,
}

/// What a name in an expression means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Meaning {
    /// An item: a `let`, a function, something declared.
    Item(ItemId),
    /// A place of some item that binds a name: a parameter, a comprehension's variable, a workspace, a step, a node, a local `let`.
    Bound(ItemId, NodeId),
    /// A word that stands for a group in this place: `params`, `results`, `workspaces`, `steps`, `tasks`, `context`, `event`, `env`, `each`, `value`, `values`, `rollout`.
    Group(Name),
}

/// How a call hands its arguments over: for each parameter of the callee the index of the argument written, or `None` for its default.
pub(crate) type ArgMap = Vec<Option<usize>>;

/// What is known of the nodes of one item.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    /// By node id: the type of the expression *as seen by its place* (a literal has the type expected of it), or of the bound name.
    pub(crate) types: Vec<Type>,
    /// By node id.
    pub(crate) stages: Vec<Stage>,
    /// By the node id of a name expression, of a call's callee name, of a base.
    pub(crate) meanings: IndexMap<NodeId, Meaning>,
    /// By the node id of a call expression or base.
    pub(crate) args: IndexMap<NodeId, ArgMap>,
}

/// The checked program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checked {
    /// By item id.
    pub(crate) tables: Vec<Tables>,
    /// What each item is, as seen from outside.
    pub(crate) signatures: Vec<Signature>,
    /// Default values of fields and parameters: the expression and the item in whose tables it is.
    pub(crate) defaults: Vec<(ItemId, Arc<ast::Expr>)>,
    /// Something was asked of the prelude that it has not, as where only a part of it is there.
    pub(crate) lacking: bool,
}

/// An item as seen from outside.
#[derive(Clone, Debug, Default)]
pub(crate) enum Signature {
    /// Imports, broken items, objects that nothing refers to.
    #[default]
    None,
    /// `let`
    Value(Type, Stage),
    /// `fn`, and what is called: parameters in order, results and workspaces by name.
    Callable(Arc<Callable>),
    /// `type`
    Type(Type),
    /// image, app, env, secret, …
    Thing(Arc<ThingType>),
}

/// Something that is called with labelled arguments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Callable {
    /// `fn`, `task`, `pipeline`, `analysis`, `run`, …
    pub(crate) kind: Name,
    pub(crate) name: Name,
    /// Parameters, then (of tasks and pipelines) workspaces, whose type is a thing of kind `workspace`.
    pub(crate) function: FnType,
    /// Declared results; their defaults are unused.
    pub(crate) results: RecordType,
    /// Names of the parameters that are workspaces, with their access.
    pub(crate) workspaces: IndexMap<Name, WorkspaceAccess>,
}

/// `workspace output: rw`, `workspace ssh?: ro`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WorkspaceAccess {
    pub(crate) write: bool,
    pub(crate) optional: bool,
}

impl Checked {
    /// The tables of an item; empty ones for an unknown item.
    pub(crate) fn tables(&self, item: ItemId) -> &Tables {
        static EMPTY: std::sync::LazyLock<Tables> = std::sync::LazyLock::new(Tables::default);
        self.tables.get(item.0 as usize).unwrap_or(&EMPTY)
    }

    pub(crate) fn signature(&self, item: ItemId) -> &Signature {
        self.signatures
            .get(item.0 as usize)
            .unwrap_or(&Signature::None)
    }

    pub(crate) fn default_of(&self, id: DefaultId) -> Option<&(ItemId, Arc<ast::Expr>)> {
        self.defaults.get(id.0 as usize)
    }
}

impl Tables {
    pub(crate) fn type_of(&self, id: NodeId) -> &Type {
        self.types.get(id.0 as usize).unwrap_or(&Type::Error)
    }

    pub(crate) fn stage_of(&self, id: NodeId) -> Stage {
        self.stages.get(id.0 as usize).copied().unwrap_or_default()
    }
}
