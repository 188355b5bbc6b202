//! Which orders of a pipeline say nothing that the others do not.
//!
//! Tekton waits for the direct parents of a task, whether `runAfter` or a result makes them. An order that a longer path makes
//! as well changes nothing about waiting. It may change what is skipped: a task that its own `when` skips lets the tasks behind
//! it run, one that is skipped for any other reason takes them along. So where something on the path has a `when`, the direct
//! order is what still carries the skip of the first on to the last, if the first can be skipped in that way at all.

use indexmap::{IndexMap, IndexSet};

use crate::base::Name;
use crate::base::graph::Dag;

/// The orders of a pipeline.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    /// The tasks, each behind those that come before it; none where they go in circles.
    tasks: IndexMap<Name, Task>,
}

#[derive(Clone, Debug, Default)]
struct Task {
    /// By their places among the tasks.
    parents: Vec<usize>,
    /// It has a `when`.
    is_guarded: bool,
    /// It may be skipped for another reason than its `when`.
    is_taken_along: bool,
}

impl Orders {
    /// `guarded` have a `when`; `skipped` may be skipped by themselves for another reason: what they fan out over may be empty,
    /// a result that they use may be missing.
    pub(crate) fn new(graph: &Dag, guarded: &IndexSet<Name>, skipped: &IndexSet<Name>) -> Self {
        let mut found = Self::default();
        for name in graph.order().unwrap_or_default() {
            let parents = graph.parents(&name);
            let parents = parents.iter().filter_map(|it| found.tasks.get_full(it));
            let is_taken = |it: &(usize, &Name, &Task)| it.2.is_taken_along;
            let task = Task {
                is_guarded: guarded.contains(&name),
                is_taken_along: skipped.contains(&name) || parents.clone().any(|it| is_taken(&it)),
                parents: parents.map(|it| it.0).collect(),
            };
            found.tasks.insert(name, task);
        }
        found
    }

    /// Which of the parents of a task need not be said: each is implied by the others.
    pub(crate) fn implied(&self, parents: &[Name]) -> IndexSet<Name> {
        let places = parents.iter().filter_map(|it| self.tasks.get_index_of(it));
        let places: Vec<usize> = places.collect();
        let Some(first) = places.iter().min() else {
            return IndexSet::new();
        };
        let before = self.before(&places, *first, |_| true);
        let carried = self.before(&places, *first, |it| !it.is_guarded);
        let is_implied = |name: &Name| {
            let Some((place, _, task)) = self.tasks.get_full(name) else {
                return false;
            };
            let is = |all: &[bool]| all.get(place - first).is_some_and(|it| *it);
            is(&before) && (is(&carried) || !task.is_taken_along)
        };
        parents
            .iter()
            .filter(|it| is_implied(it))
            .cloned()
            .collect()
    }

    /// What comes before the tasks in these places, by paths each task of which passes but the first one. The answer begins at
    /// the place `first`: what comes before that is not asked for.
    fn before(&self, places: &[usize], first: usize, passes: impl Fn(&Task) -> bool) -> Vec<bool> {
        let count = self.tasks.len().saturating_sub(first);
        let (mut found, mut entered) = (vec![false; count], vec![false; count]);
        let mut open = places.to_vec();
        while let Some(place) = open.pop() {
            let Some((_, task)) = self.tasks.get_index(place).filter(|(_, it)| passes(it)) else {
                continue;
            };
            let seen = entered.get_mut(place - first);
            if seen.is_none_or(|it| std::mem::replace(it, true)) {
                continue;
            }
            for parent in task.parents.iter().filter(|it| **it >= first) {
                if let Some(it) = found.get_mut(parent - first) {
                    *it = true;
                }
                open.push(*parent);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::Orders;
    use crate::base::Name;
    use crate::base::graph::Dag;

    fn orders(guarded: &[&'static str], skipped: &[&'static str]) -> Orders {
        let mut graph = Dag::default();
        for (before, after) in [("a", "b"), ("b", "c"), ("a", "c")] {
            graph.add_edge(&before.into(), &after.into());
        }
        let names = |of: &[&'static str]| of.iter().map(|it| Name::from(*it)).collect();
        Orders::new(&graph, &names(guarded), &names(skipped))
    }

    #[test]
    fn a_longer_path_implies_an_order_unless_a_skip_would_end_on_it() {
        let parents: [Name; 2] = ["a".into(), "b".into()];
        let implied = |guarded: &[&'static str], skipped: &[&'static str]| {
            orders(guarded, skipped).implied(&parents).len()
        };
        assert_eq!(implied(&[], &[]), 1);
        assert_eq!(implied(&[], &["a"]), 1);
        assert_eq!(implied(&["b"], &[]), 1);
        assert_eq!(implied(&["b"], &["b"]), 1);
        assert_eq!(implied(&["b"], &["a"]), 0);
    }
}
