//! What becomes of a node once it is its turn.

use std::time::Duration;

use crate::plan::Node;
use crate::run::machine::skip::{Before, Skip};
use crate::run::machine::{Instance, Machine, State};
use crate::run::scope::Lack;

/// What becomes of a node.
#[derive(Debug)]
pub(crate) enum Fate {
    Skip(Skip),
    /// It cannot run, and the run fails with it.
    Invalid(String),
    Run(Vec<Instance>),
}

impl Machine {
    /// What becomes of a node of the graph, those before it being over.
    pub(crate) fn fate(&mut self, at: usize, now: Duration) -> Fate {
        let dragging = self.graph.parents(at).iter().any(|it| {
            let skipped = matches!(self.states.get(*it), Some(State::Skipped));
            let view = self.node(*it).and_then(|it| self.scope.nodes.get(&it.name));
            skipped && view.is_none_or(|it| it.skip != Some(Skip::When))
        });
        let before = Before {
            done: true,
            dragging,
        };
        if let Some(skip) = self.skip(at, before, now) {
            return Fate::Skip(skip);
        }
        if let Some(lack) = self.graph.missing(at, &self.scope) {
            return Fate::Invalid(self.unresolved(at, &lack));
        }
        self.run(at)
    }

    /// What becomes of a node of `finally`.
    pub(crate) fn finally_fate(&mut self, at: usize, now: Duration) -> Fate {
        match self.finally_skip(at, now) {
            Some(skip) => Fate::Skip(skip),
            None => self.run(at),
        }
    }

    fn run(&mut self, at: usize) -> Fate {
        let limit = if self.is_finally(at) {
            self.limits.finally
        } else {
            self.limits.tasks
        };
        let pipeline = self.pipeline.clone();
        let count = pipeline.nodes.len();
        let node: Option<&Node> = match at.checked_sub(count) {
            Some(at) => pipeline.finally.get(at),
            None => pipeline.nodes.get(at),
        };
        let Some(node) = node else {
            return Fate::Run(Vec::new());
        };
        match self.instances(node, limit) {
            Ok(all) => Fate::Run(all),
            Err(lack) => Fate::Invalid(lack.to_string()),
        }
    }

    /// What the controller says of a result that is missing.
    fn unresolved(&self, at: usize, lack: &Lack) -> String {
        let Lack::Result { node, result, .. } = lack else {
            return lack.to_string();
        };
        let view = self.scope.nodes.get(node);
        let target = self.node(at).map_or("", |it| it.name.as_str());
        match view {
            Some(it) if it.status == "Succeeded" => format!(
                "task \"{node}\" completed successfully but did not emit the result \"{result}\", which is referenced by task \"{target}\""
            ),
            Some(it) if !it.skipped => format!(
                "Invalid task result reference: Could not find result with name {result} for pipeline task {node}"
            ),
            Some(_) | None => format!(
                "Result reference error: Internal result ref \"{node}\" has zero-length TaskRuns"
            ),
        }
    }
}
