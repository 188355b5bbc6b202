//! Pipelines: graphs of nodes.

use indexmap::IndexMap;

use crate::base::graph::Dag;
use crate::base::{Name, Span};
use crate::plan::{Expr, Meta, Param, ParamShape, Ref, Task, Workspace};
use crate::types::Type;

#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    pub(crate) meta: Meta,
    /// Written in the run or node that it is run by: part of that, and no object.
    pub(crate) embedded: bool,
    /// Declared elsewhere: referred to, not emitted. Holds `from`, if given.
    pub(crate) external: Option<Option<Expr>>,
    pub(crate) own: bool,
    pub(crate) params: IndexMap<Name, Param>,
    pub(crate) workspaces: IndexMap<Name, Workspace>,
    /// In the order of the source.
    pub(crate) nodes: Vec<Node>,
    pub(crate) finally: Vec<Node>,
    pub(crate) results: IndexMap<Name, PipelineResult>,
    /// Findings accepted by `allow`, by code.
    pub(crate) allowed: Vec<Name>,
}

#[derive(Clone, Debug)]
pub(crate) struct PipelineResult {
    pub(crate) name: Name,
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) span: Span,
    pub(crate) shape: ParamShape,
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) ty: Type,
    pub(crate) description: Option<String>,
    pub(crate) value: Option<Expr>,
}

/// `name = callee(arguments) { options }`
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) description: Option<String>,
    pub(crate) display_name: Option<Expr>,
    pub(crate) callee: Callee,
    /// Arguments written, by parameter, in the order of the callee's parameters; defaults are not filled in.
    pub(crate) args: IndexMap<Name, Expr>,
    /// Arguments that fan out, by parameter: the lists.
    pub(crate) matrix: IndexMap<Name, Expr>,
    /// `include: [{ name: "x", params: { … } }]`
    pub(crate) include: Vec<(Option<Name>, IndexMap<Name, Expr>)>,
    /// By the callee's workspace.
    pub(crate) workspaces: IndexMap<Name, WorkspaceUse>,
    /// `after: […]`
    pub(crate) after: Vec<(Name, Span)>,
    pub(crate) when: Option<Expr>,
    pub(crate) retries: u32,
    /// Nanoseconds.
    pub(crate) timeout: Option<i64>,
    pub(crate) continue_on_error: bool,
    /// `onError`, where a parameter says it.
    pub(crate) on_error: Option<Expr>,
    /// `from:` of this call alone: the reference as the API has it.
    pub(crate) from: Option<Expr>,
    /// `if-absent: "skip"`
    pub(crate) skip_if_absent: bool,
    /// Findings accepted by `allow`, by code.
    pub(crate) allowed: Vec<Name>,
}

#[derive(Clone, Debug)]
pub(crate) enum Callee {
    /// A declared task, by name in [`crate::plan::Plan::tasks`] (also an `extern` one).
    Task(Name),
    /// `name = task(…) { … }`
    Embedded(Box<Task>),
    /// A pipeline, by name in [`crate::plan::Plan::pipelines`]; also one written in the place of the node.
    Pipeline(Name),
}

/// A workspace of the pipeline as a node uses it.
#[derive(Clone, Debug)]
pub(crate) struct WorkspaceUse {
    /// The pipeline's workspace.
    pub(crate) workspace: Name,
    pub(crate) span: Span,
    /// `ws.sub("dir")`
    pub(crate) sub_path: Option<Expr>,
    /// The node may write: the task says `rw` and the argument is not `.ro`.
    pub(crate) writes: bool,
}

impl Node {
    /// All expressions in which a reference orders this node after another.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let included = self.include.iter().flat_map(|(_, params)| params.values());
        let sub_paths = self
            .workspaces
            .values()
            .filter_map(|it| it.sub_path.as_ref());
        self.args
            .values()
            .chain(self.matrix.values())
            .chain(included)
            .chain(&self.when)
            .chain(&self.on_error)
            .chain(&self.from)
            .chain(sub_paths)
            .chain(self.embedded().map_or_else(Vec::new, Task::expressions))
    }

    /// It may run more than once, each with arguments of its own.
    pub(crate) fn fans_out(&self) -> bool {
        !(self.matrix.is_empty() && self.include.is_empty())
    }

    /// The task that is written in its place.
    pub(crate) fn embedded(&self) -> Option<&Task> {
        if let Callee::Embedded(task) = &self.callee {
            Some(task)
        } else {
            None
        }
    }

    /// The nodes whose results it uses, each once, in the order of first use, with one place of use.
    pub(crate) fn producers(&self) -> IndexMap<Name, Span> {
        let mut found = IndexMap::new();
        for expr in self.expressions() {
            expr.each_ref(&mut |it, span| {
                if let Ref::NodeResult(node, _) | Ref::NodeLength(node) = it {
                    found.entry(node.clone()).or_insert(span);
                }
            });
        }
        found
    }
}

impl Pipeline {
    /// The graph of `nodes` (not of `finally`), by data and `after`. Edges to unknown names are left out.
    pub(crate) fn graph(&self) -> Dag {
        let mut graph = Dag::default();
        for node in &self.nodes {
            graph.add_node(&node.name);
        }
        let names: indexmap::IndexSet<&Name> = self.nodes.iter().map(|it| &it.name).collect();
        let known = |name: &Name| names.contains(name);
        for node in &self.nodes {
            let producers = node.producers().into_keys();
            let before = producers.chain(node.after.iter().map(|(name, _)| name.clone()));
            for name in before.filter(known) {
                graph.add_edge(&name, &node.name);
            }
        }
        graph
    }

    pub(crate) fn node(&self, name: &str) -> Option<&Node> {
        self.nodes
            .iter()
            .chain(&self.finally)
            .find(|it| it.name == name)
    }
}
