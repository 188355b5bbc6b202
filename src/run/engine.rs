//! What carries out a schedule: with processes, or only in the mind. The verdicts are the schedule's own.

pub(crate) mod choice;
pub(crate) mod containers;
pub(crate) mod processes;
pub(crate) mod simulated;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::run::engine::containers::Containers;
use crate::run::machine::{Ask, TaskEnd, Why};
use crate::run::needs::Needs;
use crate::run::schedule::{Job, Ticket};
use crate::run::shared::Shared;
use crate::run::{RunError, RunOptions};

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Happened {
    /// Attempts ended, all at the same moment.
    Ended(Vec<(Ticket, TaskEnd)>),
    /// It is as late as was asked for.
    Time,
    /// Whoever started the run wants it to stop.
    Asked(Ask),
    /// Nothing runs, and nothing will happen any more.
    Nothing,
}

/// Runs attempts at tasks. It keeps their own timeouts; whatever else decides about them is the schedule's.
pub(crate) trait Executor {
    /// Since the start of the run.
    fn now(&self) -> Duration;
    /// What happened last is something that the controller hears of: it looks anew.
    fn heard(&self) -> bool {
        true
    }
    /// Starts an attempt, and tells when it began.
    fn start(&mut self, job: Job);
    /// Makes an attempt end soon.
    fn stop(&mut self, ticket: Ticket, why: Why);
    /// Waits for what happens next, or until that late.
    fn next(&mut self, until: Option<Duration>) -> impl Future<Output = Happened> + Send;
}

/// Finds the engines that a run needs beside processes.
pub(crate) async fn connect(
    needs: &Needs,
    options: &RunOptions,
) -> Result<Vec<Arc<Containers>>, RunError> {
    let mut found = Vec::new();
    let mut unable = Vec::new();
    for engine in needs.engines.iter().copied() {
        if !engine.has_containers() {
            continue;
        }
        match Containers::connect(engine, &options.environment, &options.engines).await {
            Ok(it) => found.push(Arc::new(it)),
            Err(reason) => unable.push(format!("no task can run in {}: {reason}", engine.word())),
        }
    }
    match unable.is_empty() {
        true => Ok(found),
        false => Err(RunError::Unable(unable)),
    }
}

/// Says what differs in the containers of this machine.
pub(crate) fn doubts(shared: &Shared, needs: &Needs) {
    for it in &shared.containers {
        let engine = it.engine.word();
        let lacks = [(it.able.memory, "memory"), (it.able.cpu, "cores")];
        for (_, what) in lacks.iter().filter(|(able, _)| !able) {
            for task in &needs.limited {
                let text = format!(
                    "{engine} cannot limit {what} here, so that the task may use more than it says"
                );
                shared.note(task, &text);
            }
        }
    }
}
