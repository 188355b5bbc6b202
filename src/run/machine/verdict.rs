//! How a pipeline ended, in Tekton's words.

use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{Expr, Ref};
use crate::run::evaluate::evaluate;
use crate::run::event::Status;
use crate::run::machine::skip::{Review, Skip};
use crate::run::machine::{Ended, Machine, State, Why, passed};
use crate::run::scope::{Lack, NodeView};
use crate::run::text;
use crate::value::Value;

/// How a pipeline ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PipelineEnd {
    pub(crate) status: Status,
    pub(crate) reason: Name,
    pub(crate) message: String,
    pub(crate) results: IndexMap<Name, Value>,
    /// Nodes that did not run, in the order of the source.
    pub(crate) skips: Vec<(Name, Skip)>,
    /// Nodes that could not run, and why.
    pub(crate) invalid: Vec<(Name, String)>,
}

/// How many nodes ended how.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    succeeded: usize,
    failed: usize,
    /// Of those that failed.
    ignored: usize,
    cancelled: usize,
    skipped: usize,
    late: usize,
    invalid: usize,
}

/// What the controller shows of errors at most.
const LONGEST: usize = 1024;

impl Machine {
    /// `tasks.status`
    pub(crate) fn tasks_status(&self, now: Duration) -> &'static str {
        let nodes = &self.pipeline.nodes;
        let views = nodes.iter().map(|it| self.scope.nodes.get(&it.name));
        if views.flatten().any(|it| it.status == "Failed") {
            return "Failed";
        }
        let review = self.review(now);
        let mut skips = review.skips.iter().take(nodes.len());
        if skips.any(Option::is_some) {
            "Completed"
        } else {
            "Succeeded"
        }
    }

    /// The end of a run that was told to end at once.
    pub(crate) fn cancelled(&self) -> PipelineEnd {
        PipelineEnd {
            status: Status::Cancelled,
            reason: Name::new_static("Cancelled"),
            message: format!("PipelineRun \"{}\" was cancelled", self.name),
            results: IndexMap::new(),
            skips: self.known.clone(),
            invalid: Vec::new(),
        }
    }

    /// An element that a node takes of a list that is there and has fewer, in the controller's words.
    pub(crate) fn out_of_bounds(&self) -> Option<String> {
        let ((node, result, at), size) = self.graph.out_of_bounds(&self.scope)?;
        Some(format!(
            "array Result Index {at} for Task {node} Result {result} is out of bound of size {size}"
        ))
    }

    /// The end of a run that refers to what cannot be. It is found before anything else is looked at: what runs goes on, and
    /// what was said of others before stays.
    pub(crate) fn unresolvable(&self, reason: &str, now: Duration) -> PipelineEnd {
        let message = format!(
            "[User error] PipelineRun default/{} can't be Run; couldn't resolve all references: {reason}",
            self.name
        );
        let known = |(at, state): (usize, &State)| match state {
            State::Skipped => {
                let name = self.node(at)?.name.clone();
                let skip = self.scope.nodes.get(&name)?.skip?;
                Some((name, skip))
            }
            State::Waiting | State::Invalid(_) | State::Running(_) | State::Ended(_) => None,
        };
        let skips = match self.was_halted || self.finally_begun {
            true => self.skips(now),
            false => self.states.iter().enumerate().filter_map(known).collect(),
        };
        PipelineEnd {
            status: Status::Failed,
            reason: Name::new_static("PipelineValidationFailed"),
            message,
            results: IndexMap::new(),
            skips,
            invalid: Vec::new(),
        }
    }

    /// The end of a run that took too long, whatever of it still runs.
    pub(crate) fn timed_out(&self, now: Duration) -> PipelineEnd {
        let within = text::go(self.limits.pipeline.unwrap_or_default());
        let message = format!(
            "PipelineRun \"{}\" failed to finish within \"{within}\"",
            self.name
        );
        self.closed((Status::Failed, "PipelineRunTimeout", message), now)
    }

    /// Whether the run's tasks took too long and nothing of `finally` is left to do.
    pub(crate) fn tasks_were_late(&self, now: Duration) -> bool {
        let mut finally = self.states.iter().skip(self.pipeline.nodes.len());
        passed(self.limits.tasks, self.start, now)
            && finally.all(|it| matches!(it, State::Ended(_)))
    }

    /// The end of a run that has nothing left to do.
    pub(crate) fn concluded(&self, now: Duration) -> PipelineEnd {
        if self.tasks_were_late(now) {
            let within = text::go(self.limits.tasks.unwrap_or_default());
            let message = format!(
                "PipelineRun \"{}\" failed due to tasks failed to finish within \"{within}\"",
                self.name
            );
            return self.closed((Status::Failed, "PipelineRunTimeout", message), now);
        }
        let review = self.review(now);
        let count = self.count(&review);
        let mut message = count.message();
        let (status, reason) = if count.invalid > 0 {
            message += &self.validation(&review);
            (Status::Failed, "PipelineValidationFailed")
        } else if count.failed > count.ignored || count.late > 0 {
            (Status::Failed, "Failed")
        } else if self.asked.is_some() {
            message = format!("PipelineRun \"{}\" was cancelled", self.name);
            (Status::Cancelled, "Cancelled")
        } else if count.cancelled > 0 {
            (Status::Cancelled, "Cancelled")
        } else if count.skipped > 0 {
            (Status::Succeeded, "Completed")
        } else {
            (Status::Succeeded, "Succeeded")
        };
        self.closed((status, reason, message), now)
    }

    fn count(&self, review: &Review) -> Count {
        let mut count = Count::default();
        let seen = review.skips.iter().zip(&review.invalid);
        for (at, (state, (skip, invalid))) in self.states.iter().zip(seen).enumerate() {
            let ignored = self.node(at).is_some_and(|it| it.continue_on_error);
            match (state, skip) {
                (State::Ended(Ended::Succeeded), _) => count.succeeded += 1,
                (State::Ended(Ended::Stopped(Why::TimedOut)), _) => count.failed += 1,
                (State::Ended(Ended::Stopped(Why::Cancelled)), _) => count.cancelled += 1,
                (State::Ended(Ended::Failed), _) => {
                    count.failed += 1;
                    count.ignored += usize::from(ignored);
                }
                (_, Some(skip)) => {
                    count.skipped += 1;
                    let late = match skip {
                        Skip::PipelineTimeout => !self.is_finally(at),
                        Skip::TasksTimeout | Skip::FinallyTimeout => true,
                        Skip::Stopping
                        | Skip::GracefullyCancelled
                        | Skip::GracefullyStopped
                        | Skip::When
                        | Skip::Parent
                        | Skip::Missing
                        | Skip::EmptyMatrix => false,
                    };
                    count.late += usize::from(late);
                }
                (State::Invalid(_), None) => count.invalid += 1,
                (State::Waiting | State::Skipped | State::Running(_), None) => {
                    count.invalid += usize::from(*invalid);
                }
            }
        }
        count
    }

    fn invalid(&self, review: &Review) -> Vec<(Name, String)> {
        let states = self.states.iter().zip(&review.skips).enumerate();
        let all = states.filter_map(|(at, (state, skip))| match (state, skip) {
            (State::Invalid(reason), None) => Some((self.node(at)?.name.clone(), reason.clone())),
            (
                State::Waiting
                | State::Skipped
                | State::Invalid(_)
                | State::Running(_)
                | State::Ended(_),
                _,
            ) => None,
        });
        all.collect()
    }

    /// The reasons of those that could not run, by name.
    fn validation(&self, review: &Review) -> String {
        let mut all = self.invalid(review);
        all.sort();
        let reasons: Vec<String> = all.into_iter().map(|(_, it)| it).collect();
        let mut text = reasons.join("; ");
        if text.len() > LONGEST {
            text.truncate(text.floor_char_boundary(LONGEST));
            text += "...";
        }
        format!(", Failed Validation: {} ({text})", reasons.len())
    }

    fn closed(
        &self,
        (status, reason, message): (Status, &'static str, String),
        now: Duration,
    ) -> PipelineEnd {
        let review = self.review(now);
        let mut end = PipelineEnd {
            status,
            reason: Name::new_static(reason),
            message,
            results: IndexMap::new(),
            skips: self.skips(now),
            invalid: self.invalid(&review),
        };
        let mut unwritten = Vec::new();
        for (name, result) in &self.pipeline.results {
            let Some(value) = &result.value else { continue };
            match self.result(value, &mut unwritten, name) {
                Some(value) => {
                    end.results.insert(name.clone(), value);
                }
                None => continue,
            }
        }
        if !unwritten.is_empty() {
            end.status = Status::Failed;
            end.reason = Name::new_static("CouldntGetPipelineResult");
            end.message = format!(
                "Failed to get PipelineResult from TaskRun Results for PipelineRun {}: invalid pipelineresults [{}], the referenced results don't exist",
                self.name,
                unwritten.join(" ")
            );
        }
        end
    }

    /// A result of the pipeline. What a task that did not succeed did not give is left out; what one that did did not give is a
    /// mistake.
    fn result<'a>(
        &self,
        value: &Expr,
        unwritten: &mut Vec<&'a str>,
        name: &'a Name,
    ) -> Option<Value> {
        let (mut refers, mut whole) = (false, true);
        value.each_ref(&mut |it, _| {
            let Ref::NodeResult(node, result) = it else {
                return;
            };
            refers = true;
            let view = self.scope.nodes.get(node);
            if view.is_none_or(|it| !it.results.contains_key(result)) {
                whole = false;
                if view.is_some_and(|it| it.status == "Succeeded") {
                    unwritten.push(name);
                }
            }
        });
        if !refers || !whole {
            return None;
        }
        match evaluate(value, &self.scope) {
            Ok(value) => Some(text::erased(&value)),
            Err(Lack::Result { .. } | Lack::Other(_)) => {
                unwritten.push(name);
                None
            }
        }
    }
}

impl Count {
    fn message(&self) -> String {
        let all = self.succeeded + self.failed + self.cancelled;
        let ignored = match self.ignored {
            0 => String::new(),
            count => format!(" (Ignored: {count})"),
        };
        format!(
            "Tasks Completed: {all} (Failed: {}{ignored}, Cancelled {}), Skipped: {}",
            self.failed, self.cancelled, self.skipped
        )
    }
}

impl NodeView {
    /// Of a node that never ran.
    pub(crate) fn skipped(skip: Skip) -> Self {
        Self {
            status: "None",
            reason: Name::default(),
            results: IndexMap::new(),
            length: 0,
            skipped: true,
            skip: Some(skip),
        }
    }
}
