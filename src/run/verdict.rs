//! How a pipeline ended, in Tekton's words.

use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::Pipeline;
use crate::run::decide::Stop;
use crate::run::evaluate::evaluate;
use crate::run::event::Status;
use crate::run::scope::{Lack, NodeView, Scope};
use crate::run::shared::Shared;
use crate::run::text;
use crate::value::Value;

/// How a pipeline ended.
#[derive(Clone, Debug)]
pub(crate) struct PipelineEnd {
    pub(crate) status: Status,
    pub(crate) reason: Name,
    pub(crate) message: String,
    pub(crate) results: IndexMap<Name, Value>,
}

/// How many nodes ended how.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) succeeded: usize,
    pub(crate) failed: usize,
    /// Of those that failed.
    pub(crate) ignored: usize,
    pub(crate) cancelled: usize,
    pub(crate) skipped: usize,
    pub(crate) invalid: usize,
}

impl Count {
    pub(crate) fn end(&mut self, status: Status, ignored: bool) {
        match status {
            Status::Succeeded | Status::Skipped => self.succeeded += 1,
            Status::Cancelled => self.cancelled += 1,
            Status::Failed => {
                self.failed += 1;
                self.ignored += usize::from(ignored);
            }
        }
    }

    fn message(&self) -> String {
        let all = self.succeeded + self.failed + self.cancelled;
        let ignored = match self.ignored {
            0 => String::new(),
            count => format!(" (Ignored: {count})"),
        };
        let invalid = match self.invalid {
            0 => String::new(),
            count => format!(", Failed Validation: {count}"),
        };
        format!(
            "Tasks Completed: {all} (Failed: {}{ignored}, Cancelled {}), Skipped: {}{invalid}",
            self.failed, self.cancelled, self.skipped
        )
    }
}

/// `tasks.status`
pub(crate) fn tasks_status<'a>(nodes: impl Iterator<Item = &'a NodeView> + Clone) -> &'static str {
    if nodes.clone().any(|it| it.status == "Failed") {
        "Failed"
    } else if nodes.clone().any(|it| it.skipped) {
        "Completed"
    } else {
        "Succeeded"
    }
}

/// The end of a pipeline whose nodes are all over.
pub(crate) fn of(
    pipeline: &Pipeline,
    scope: &Scope,
    count: &Count,
    stop: Stop,
    within: Option<Duration>,
    shared: &Shared,
) -> PipelineEnd {
    let (status, reason) = match stop {
        Stop::Cancelled => (Status::Cancelled, "Cancelled"),
        Stop::PipelineTimeout | Stop::TasksTimeout => (Status::Failed, "PipelineRunTimeout"),
        Stop::No | Stop::Failure if count.invalid > 0 => {
            (Status::Failed, "PipelineValidationFailed")
        }
        Stop::No | Stop::Failure if count.failed > count.ignored => (Status::Failed, "Failed"),
        Stop::No | Stop::Failure if count.skipped > 0 => (Status::Succeeded, "Completed"),
        Stop::No | Stop::Failure => (Status::Succeeded, "Succeeded"),
    };
    let mut end = PipelineEnd {
        status,
        reason: Name::new_static(reason),
        message: count.message(),
        results: IndexMap::new(),
    };
    if let (Stop::PipelineTimeout, Some(within)) = (stop, within) {
        let within = Value::Duration(i64::try_from(within.as_nanos()).unwrap_or(i64::MAX));
        let (name, within) = (&pipeline.meta.name, text::of(&within));
        end.message = format!("PipelineRun \"{name}\" failed to finish within \"{within}\"");
    }
    let mut unwritten = Vec::new();
    for (name, result) in &pipeline.results {
        let Some(value) = &result.value else { continue };
        match evaluate(value, scope) {
            Ok(value) => {
                end.results.insert(name.clone(), value);
            }
            Err(Lack::Result { node, .. }) if succeeded(scope, &node) => unwritten.push(&**name),
            Err(Lack::Result { .. }) => {}
            Err(Lack::Other(reason)) => {
                let text = format!("the result `{name}` has no value: {reason}");
                shared.note(&pipeline.meta.name, &text);
            }
        }
    }
    if end.status == Status::Succeeded && !unwritten.is_empty() {
        end.status = Status::Failed;
        end.reason = Name::new_static("CouldntGetPipelineResult");
        end.message = format!(
            "invalid pipelineresults [{}], the referenced results don't exist",
            unwritten.join(" ")
        );
    }
    end
}

fn succeeded(scope: &Scope, node: &Name) -> bool {
    let view = scope.nodes.get(node);
    view.is_some_and(|it| !it.skipped && it.status == "Succeeded")
}

impl NodeView {
    /// Of a node that never ran.
    pub(crate) fn skipped(reason: &'static str) -> Self {
        Self {
            status: "None",
            reason: Name::new_static(reason),
            results: IndexMap::new(),
            length: 0,
            skipped: true,
        }
    }
}
