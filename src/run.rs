//! Runs a pipeline or task of a plan here and now, with Tekton's semantics. Knows nothing of terminals.

mod cancel;
mod errors;
mod event;

use std::path::PathBuf;

use crate::plan::Plan;

pub use cancel::{Cancel, Canceller, Urgency, cancellation};
pub use errors::RunError;
pub use event::{Event, Outcome, Status, StepEnd, Stream, TaskOutcome};

/// What to run and with what.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// A pipeline, task or run by name; `None` where there is only one.
    pub target: Option<String>,
    /// Arguments as `name` and text.
    pub params: Vec<(String, String)>,
    /// Directories by workspace.
    pub workspaces: Vec<(String, PathBuf)>,
    /// Fields of the event that a run refers to, as `sha` and text.
    pub event: Vec<(String, String)>,
    /// Keys of secrets, as `name/key` and content.
    pub secrets: Vec<(String, String)>,
    /// Keys of config maps, as `name/key` and content.
    pub configs: Vec<(String, String)>,
    /// This process's environment: secrets are looked up in it, and what every program needs (`PATH`, …) is passed on.
    pub environment: Vec<(String, String)>,
    /// Variables of `environment` that steps get as well.
    pub pass: Vec<String>,
    /// Where the run's files go; `None` takes a fresh directory, which is kept where the run fails.
    pub directory: Option<PathBuf>,
    /// Keeps the fresh directory in any case.
    pub keep: bool,
}

/// Runs what `options` name. Must be called within a tokio runtime, best one of a single thread.
pub async fn run(
    plan: &Plan,
    options: &RunOptions,
    events: &mut dyn FnMut(Event),
    cancel: Cancel,
) -> Result<Outcome, RunError> {
    let _ = (plan, options, events, cancel);
    Err(RunError::Internal(String::from("not there yet")))
}
