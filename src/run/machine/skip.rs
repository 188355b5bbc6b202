//! Why a node does not run, in the words and in the order of Tekton's controller.

use std::time::Duration;

use crate::base::Name;
use crate::plan::{Expr, Node};
use crate::run::evaluate::{evaluate, truth};
use crate::run::machine::{Ask, Machine, State, passed};
use crate::run::scope::Lack;

/// Why a node does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skip {
    Stopping,
    GracefullyCancelled,
    GracefullyStopped,
    /// The only one that does not spread to those after it.
    When,
    Parent,
    Missing,
    PipelineTimeout,
    TasksTimeout,
    FinallyTimeout,
    EmptyMatrix,
}

impl Skip {
    /// What the controller calls it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Stopping => "PipelineRun was stopping",
            Self::GracefullyCancelled => "PipelineRun was gracefully cancelled",
            Self::GracefullyStopped => "PipelineRun was gracefully stopped",
            Self::When => "When Expressions evaluated to false",
            Self::Parent => "Parent Tasks were skipped",
            Self::Missing => "Results were missing",
            Self::PipelineTimeout => "PipelineRun timeout has been reached",
            Self::TasksTimeout => "PipelineRun Tasks timeout has been reached",
            Self::FinallyTimeout => "PipelineRun Finally timeout has been reached",
            Self::EmptyMatrix => "Matrix Parameters have an empty array",
        }
    }
}

/// What is known of the nodes before one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before {
    /// All of them are over or passed over.
    pub(crate) done: bool,
    /// One was skipped, and not by its own condition.
    pub(crate) dragging: bool,
}

/// All nodes seen anew, by place.
#[derive(Debug)]
pub(crate) struct Review {
    pub(crate) skips: Vec<Option<Skip>>,
    pub(crate) invalid: Vec<bool>,
}

impl Machine {
    /// The nodes that are skipped as things stand, in the order of the source.
    pub(crate) fn skips(&self, now: Duration) -> Vec<(Name, Skip)> {
        let review = self.review(now);
        let all = review.skips.iter().enumerate();
        let all = all.filter_map(|(at, skip)| Some((self.node(at)?.name.clone(), (*skip)?)));
        all.collect()
    }

    /// Looks at all nodes anew. Reasons change while a run goes on: once it stops, that is why nothing else starts.
    pub(crate) fn review(&self, now: Duration) -> Review {
        let count = self.states.len();
        let mut review = Review {
            skips: vec![None; count],
            invalid: vec![false; count],
        };
        let mut done = vec![false; self.pipeline.nodes.len()];
        for at in self.graph.order().iter().copied() {
            let (skip, invalid) = self.seen_anew(at, &review, &done, now);
            if let (Some(one), Some(two), Some(three)) = (
                review.skips.get_mut(at),
                review.invalid.get_mut(at),
                done.get_mut(at),
            ) {
                (*one, *two) = (skip, invalid);
                // What could not run is not over: nobody after it is looked at.
                *three = skip.is_some() || self.has_ended(at);
            }
        }
        if review.invalid.iter().any(|it| *it) {
            let nodes = review.skips.iter_mut().zip(&review.invalid).enumerate();
            for (at, (skip, invalid)) in nodes.take(self.pipeline.nodes.len()) {
                *skip = (!invalid && !self.has_begun(at)).then_some(Skip::Stopping);
            }
        }
        if self.finally_begun {
            let nodes = review.skips.iter_mut().enumerate();
            for (at, skip) in nodes.skip(self.pipeline.nodes.len()) {
                if !self.has_begun(at) {
                    *skip = self.finally_skip(at, now);
                }
            }
        }
        review
    }

    fn seen_anew(
        &self,
        at: usize,
        review: &Review,
        done: &[bool],
        now: Duration,
    ) -> (Option<Skip>, bool) {
        if self.has_begun(at) {
            return (None, false);
        }
        let parents = self.graph.parents(at);
        let skip_of = |it: &usize| review.skips.get(*it).copied().flatten();
        let before = Before {
            done: parents
                .iter()
                .all(|it| done.get(*it).copied().unwrap_or(false)),
            dragging: parents
                .iter()
                .any(|it| skip_of(it).is_some_and(|it| it != Skip::When)),
        };
        let skip = self.skip(at, before, now);
        let stuck = skip.is_none() && before.done && self.graph.missing(at, &self.scope).is_some();
        (skip, stuck)
    }

    fn has_begun(&self, at: usize) -> bool {
        matches!(
            self.states.get(at),
            Some(State::Running(_) | State::Ended(_))
        )
    }

    fn has_ended(&self, at: usize) -> bool {
        matches!(self.states.get(at), Some(State::Ended(_)))
    }

    /// Why the whole graph stands still.
    fn halt(&self) -> Option<Skip> {
        match self.asked {
            _ if self.failures > 0 => Some(Skip::Stopping),
            Some(Ask::CancelledRunFinally | Ask::Cancelled) => Some(Skip::GracefullyCancelled),
            Some(Ask::StoppedRunFinally) => Some(Skip::GracefullyStopped),
            None => None,
        }
    }

    /// Why a node of the graph that did not start is skipped; the first reason counts.
    pub(crate) fn skip(&self, at: usize, before: Before, now: Duration) -> Option<Skip> {
        let node = self.node(at)?;
        if let Some(halt) = self.halt() {
            return Some(halt);
        }
        if before.done && self.wanted(at, node) == Ok(false) {
            return Some(Skip::When);
        }
        if before.dragging {
            return Some(Skip::Parent);
        }
        if before.done {
            if self.lacks(at, node) {
                return Some(Skip::Missing);
            }
            if passed(self.limits.pipeline, self.start, now) {
                return Some(Skip::PipelineTimeout);
            }
            if passed(self.limits.tasks, self.start, now) {
                return Some(Skip::TasksTimeout);
            }
        }
        self.is_empty(node).then_some(Skip::EmptyMatrix)
    }

    /// Why a node of `finally` is skipped.
    pub(crate) fn finally_skip(&self, at: usize, now: Duration) -> Option<Skip> {
        let node = self.node(at)?;
        if self.graph.missing(at, &self.scope).is_some() {
            return Some(Skip::Missing);
        }
        if self.wanted(at, node) == Ok(false) {
            return Some(Skip::When);
        }
        if passed(self.limits.pipeline, self.start, now) {
            return Some(Skip::PipelineTimeout);
        }
        if (self.finally_start).is_some_and(|it| passed(self.limits.finally, it, now)) {
            return Some(Skip::FinallyTimeout);
        }
        self.is_empty(node).then_some(Skip::EmptyMatrix)
    }

    /// Whether its condition lets a node run. Where a result is missing, none of its references has a value, and all are text.
    pub(crate) fn wanted(&self, at: usize, node: &Node) -> Result<bool, Lack> {
        let Some(when) = &node.when else {
            return Ok(true);
        };
        if self.graph.missing(at, &self.scope).is_some() {
            let mut scope = self.scope.clone();
            scope.literal = true;
            return truth(when, &scope);
        }
        truth(when, &self.scope)
    }

    /// A result is missing of a node that its own condition skipped, or whose absence this one passes over.
    fn lacks(&self, at: usize, node: &Node) -> bool {
        if !self.graph.may_skip(at) {
            return false;
        }
        match self.graph.missing(at, &self.scope) {
            Some(Lack::Result { node: producer, .. }) => {
                let view = self.scope.nodes.get(&producer);
                node.continue_on_error || view.is_some_and(|it| it.skip == Some(Skip::When))
            }
            Some(Lack::Other(_)) | None => false,
        }
    }

    fn is_empty(&self, node: &Node) -> bool {
        let empty = |it: &Expr| match evaluate(it, &self.scope) {
            Ok(value) => value.as_list().is_some_and(<[_]>::is_empty),
            Err(_) => false,
        };
        node.matrix.values().any(empty)
    }
}
