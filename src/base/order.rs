//! Which orders of a pipeline say nothing that the others do not.
//!
//! Tekton waits for the direct parents of a task, whether `runAfter` or a result makes them. An order that a longer path makes
//! as well changes nothing about waiting. It may change what is skipped: a task that its own `when` skips lets the tasks behind
//! it run, one that is skipped for any other reason takes them along. So where something on the path has a `when`, the direct
//! order is what still carries the skip of the first on to the last, if the first can be skipped in that way at all.

use indexmap::IndexSet;

use crate::base::Name;
use crate::base::graph::Dag;

/// The orders of a pipeline.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    graph: Dag,
    /// Tasks with a `when`.
    guarded: IndexSet<Name>,
    /// Tasks that may be skipped for another reason than their `when`.
    taken_along: IndexSet<Name>,
}

impl Orders {
    /// `skipped` are the tasks that may be skipped by themselves for another reason than their `when`: what they fan out over
    /// may be empty, a result that they use may be missing.
    pub(crate) fn new(graph: Dag, guarded: IndexSet<Name>, skipped: IndexSet<Name>) -> Self {
        let taken_along = graph.and_after(skipped);
        Self {
            graph,
            guarded,
            taken_along,
        }
    }

    /// What comes before a task with these parents without being said: each is implied by the other parents.
    pub(crate) fn implied(&self, parents: &[Name]) -> IndexSet<Name> {
        let mut found = self.graph.before(parents, |_| true);
        let carried = self.graph.before(parents, |it| !self.guarded.contains(it));
        found.retain(|it| carried.contains(it) || !self.taken_along.contains(it));
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
        Orders::new(graph, names(guarded), names(skipped))
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
