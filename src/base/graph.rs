//! Directed graphs over names, in the order in which they were built. The only home of petgraph.

use indexmap::IndexMap;
use petgraph::algo::{tarjan_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, Reversed};

use crate::base::Name;

/// A graph of named nodes; an edge points from what comes first to what comes after it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dag {
    graph: DiGraph<Name, ()>,
    index: IndexMap<Name, NodeIndex>,
}

impl Dag {
    /// Adds a node; adding it again changes nothing.
    pub(crate) fn add_node(&mut self, name: &Name) -> NodeIndex {
        if let Some(index) = self.index.get(name) {
            return *index;
        }
        let index = self.graph.add_node(name.clone());
        self.index.insert(name.clone(), index);
        index
    }

    /// Adds `before → after`, and the nodes where they are new.
    pub(crate) fn add_edge(&mut self, before: &Name, after: &Name) {
        let (before, after) = (self.add_node(before), self.add_node(after));
        self.graph.update_edge(before, after, ());
    }

    /// Every cycle once, as the names on it in insertion order; self-loops are cycles of one.
    pub(crate) fn cycles(&self) -> Vec<Vec<Name>> {
        let mut cycles: Vec<Vec<NodeIndex>> = tarjan_scc(&self.graph)
            .into_iter()
            .filter(|it| {
                it.len() > 1 || it.iter().any(|node| self.graph.contains_edge(*node, *node))
            })
            .collect();
        for cycle in &mut cycles {
            cycle.sort();
        }
        cycles.sort();
        let names =
            |cycle: Vec<NodeIndex>| cycle.iter().map(|it| self.graph[*it].clone()).collect();
        cycles.into_iter().map(names).collect()
    }

    /// An order in which what comes before stands before; `None` where there is a cycle.
    pub(crate) fn order(&self) -> Option<Vec<Name>> {
        let order = toposort(&self.graph, None).ok()?;
        Some(order.into_iter().map(|it| self.graph[it].clone()).collect())
    }

    /// What must come before `name`, near and far, itself not counted (unless on a cycle).
    pub(crate) fn ancestors(&self, name: &Name) -> Vec<Name> {
        let Some(start) = self.index.get(name) else {
            return Vec::new();
        };
        let reversed = Reversed(&self.graph);
        let mut walk = Dfs::new(reversed, *start);
        let mut found = Vec::new();
        while let Some(node) = walk.next(reversed) {
            if node != *start {
                found.push(self.graph[node].clone());
            }
        }
        found
    }

    /// Whether a path leads from `before` to `after`.
    pub(crate) fn reaches(&self, before: &Name, after: &Name) -> bool {
        let (Some(from), Some(to)) = (self.index.get(before), self.index.get(after)) else {
            return false;
        };
        petgraph::algo::has_path_connecting(&self.graph, *from, *to, None)
    }

    /// The direct predecessors of `name`.
    pub(crate) fn parents(&self, name: &Name) -> Vec<Name> {
        let Some(node) = self.index.get(name) else {
            return Vec::new();
        };
        let parents = self
            .graph
            .neighbors_directed(*node, petgraph::Direction::Incoming);
        let mut parents: Vec<NodeIndex> = parents.collect();
        parents.sort();
        parents
            .into_iter()
            .map(|it| self.graph[it].clone())
            .collect()
    }
}
