//! What carries out a schedule: with processes, or only in the mind. The verdicts are the schedule's own.

pub(crate) mod processes;
pub(crate) mod simulated;

use std::future::Future;
use std::time::Duration;

use crate::run::machine::{Ask, TaskEnd, Why};
use crate::run::schedule::{Job, Ticket};

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
    /// Starts an attempt, and tells when it began.
    fn start(&mut self, job: Job);
    /// Makes an attempt end soon.
    fn stop(&mut self, ticket: Ticket, why: Why);
    /// Waits for what happens next, or until that late.
    fn next(&mut self, until: Option<Duration>) -> impl Future<Output = Happened> + Send;
}
