//! Who waits for whom, and what each node takes from others, by place.

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{Expr, ExprKind, Node, Pipeline, Ref};
use crate::run::scope::{Lack, NodeView, Scope};
use crate::value::Value;

/// Who waits for whom.
#[derive(Debug)]
pub(crate) struct Graph {
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
    /// Results that a node refers to, `finally` after the others.
    refs: Vec<Refs>,
    /// Parents first.
    order: Vec<usize>,
    /// Nodes that take one element of a list, by place, with the node, the result and which.
    elements: Vec<(usize, Vec<Element>)>,
}

/// An element of a list that a node gives.
pub(crate) type Element = (Name, Name, usize);

/// The results that a node refers to.
#[derive(Debug, Default)]
struct Refs {
    all: Vec<(Name, Name)>,
    /// One of them stands in an argument or in `when`: only then its absence may skip the node.
    open: bool,
}

impl Graph {
    pub(crate) fn of(pipeline: &Pipeline) -> Self {
        let count = pipeline.nodes.len();
        let places = pipeline.nodes.iter().enumerate();
        let places: IndexMap<&Name, usize> = places.map(|(at, it)| (&it.name, at)).collect();
        let mut parents = vec![Vec::new(); count];
        let mut children = vec![Vec::new(); count];
        for (at, (node, own)) in pipeline.nodes.iter().zip(&mut parents).enumerate() {
            let producers = node.producers().into_keys();
            let before = producers.chain(node.after.iter().map(|(name, _)| name.clone()));
            for name in before {
                let Some(parent) = places.get(&name).copied() else {
                    continue;
                };
                if parent != at && !own.contains(&parent) {
                    own.push(parent);
                    if let Some(all) = children.get_mut(parent) {
                        all.push(at);
                    }
                }
            }
        }
        let nodes = pipeline.nodes.iter().chain(&pipeline.finally);
        let order = order(&parents, &children);
        let elements = nodes.clone().map(elements).enumerate();
        Self {
            elements: elements.filter(|(_, it)| !it.is_empty()).collect(),
            refs: nodes.map(Refs::of).collect(),
            parents,
            children,
            order,
        }
    }

    pub(crate) fn parents(&self, at: usize) -> &[usize] {
        self.parents.get(at).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn children(&self, at: usize) -> &[usize] {
        self.children.get(at).map_or(&[], Vec::as_slice)
    }

    /// The first element that a node takes of a list that is there, and has fewer, with the list's length.
    pub(crate) fn out_of_bounds(&self, scope: &Scope) -> Option<(&Element, usize)> {
        self.elements.iter().find_map(|(at, elements)| {
            if self.missing(*at, scope).is_some() {
                return None;
            }
            elements.iter().find_map(|it| {
                let (node, result, index) = it;
                let list = scope.nodes.get(node)?.results.get(result)?.as_list()?;
                (list.len() <= *index).then_some((it, list.len()))
            })
        })
    }

    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    /// The first result that a node refers to and that is not there.
    pub(crate) fn missing(&self, at: usize, scope: &Scope) -> Option<Lack> {
        let all = &self.refs.get(at)?.all;
        all.iter().find_map(|(node, result)| {
            let view = scope.nodes.get(node);
            let there = view.is_some_and(|it| it.results.contains_key(result));
            (!there).then(|| Lack::Result {
                node: node.clone(),
                result: result.clone(),
                skipped: view.is_none_or(|it| it.skipped),
            })
        })
    }

    /// What is missing may skip the node.
    pub(crate) fn may_skip(&self, at: usize) -> bool {
        self.refs.get(at).is_some_and(|it| it.open)
    }

    /// The nodes that a task written in its node may ask about.
    pub(crate) fn seen(node: &Node, nodes: &IndexMap<Name, NodeView>) -> IndexMap<Name, NodeView> {
        let mut seen = IndexMap::new();
        for expr in node.expressions() {
            expr.each_ref(&mut |it, _| {
                let name = match it {
                    Ref::NodeResult(node, _)
                    | Ref::NodeStatus(node)
                    | Ref::NodeReason(node)
                    | Ref::NodeLength(node) => node,
                    Ref::Param(_)
                    | Ref::ResultPath(_)
                    | Ref::StepResultPath(..)
                    | Ref::StepResult(..)
                    | Ref::StepExitCodePath(_)
                    | Ref::Workspace(..)
                    | Ref::TasksStatus
                    | Ref::Context(_)
                    | Ref::Each(_)
                    | Ref::Event(_)
                    | Ref::Metric(_)
                    | Ref::SecretKey(..)
                    | Ref::ConfigKey(..)
                    | Ref::Field(_) => return,
                };
                if let Some(view) = nodes.get(name) {
                    seen.insert(name.clone(), view.clone());
                }
            });
        }
        seen
    }
}

impl Refs {
    fn of(node: &Node) -> Self {
        let mut refs = Self::default();
        // In the order in which the controller looks for them: what it misses first is what it tells.
        for expr in node.args.values() {
            refs.open |= refs.add(expr);
        }
        let included = node.include.iter().flat_map(|(_, params)| params.values());
        for expr in node.matrix.values().chain(included) {
            refs.add(expr);
        }
        if let Some(when) = &node.when {
            refs.open |= refs.add(when);
        }
        let uses = node.workspaces.values();
        let sub_paths = uses.filter_map(|it| it.sub_path.as_ref());
        for expr in sub_paths.chain(&node.display_name) {
            refs.add(expr);
        }
        // What only a task within refers to is no reason to skip it.
        if let Some(task) = node.embedded() {
            let steps = task.steps.iter().flat_map(|it| it.expressions());
            for expr in steps.chain(task.extra.values()) {
                refs.add(expr);
            }
        }
        refs
    }

    fn add(&mut self, expr: &Expr) -> bool {
        let before = self.all.len();
        expr.each_ref(&mut |it, _| {
            if let Ref::NodeResult(node, result) = it {
                self.all.push((node.clone(), result.clone()));
            }
        });
        self.all.len() > before
    }
}

/// The elements of lists that a node takes, in the order in which the controller looks at them.
fn elements(node: &Node) -> Vec<Element> {
    let mut found = Vec::new();
    for expr in node.expressions() {
        element(expr, &mut found);
    }
    found.sort();
    found
}

fn element(expr: &Expr, found: &mut Vec<Element>) {
    if let ExprKind::Index(two) = &expr.kind
        && let ExprKind::Ref(Ref::NodeResult(node, result)) = &two.0.kind
        && let Some(Value::Int(at)) = two.1.value()
        && let Ok(at) = usize::try_from(*at)
    {
        found.push((node.clone(), result.clone(), at));
    }
    expr.each_child(&mut |it| element(it, found));
}

/// Parents first; what is on a cycle is left out.
fn order(parents: &[Vec<usize>], children: &[Vec<usize>]) -> Vec<usize> {
    let mut waits: Vec<usize> = parents.iter().map(Vec::len).collect();
    let roots = waits.iter().enumerate();
    let mut order: Vec<usize> = roots
        .filter(|(_, it)| **it == 0)
        .map(|(at, _)| at)
        .collect();
    let mut next = 0;
    while let Some(at) = order.get(next).copied() {
        next += 1;
        for child in children.get(at).into_iter().flatten() {
            if let Some(left) = waits.get_mut(*child) {
                *left -= 1;
                if *left == 0 {
                    order.push(*child);
                }
            }
        }
    }
    order
}
