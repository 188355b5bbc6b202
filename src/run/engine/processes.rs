//! A run with processes of this machine, each task in directories of its own.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::task::JoinSet;

use crate::base::Name;
use crate::run::cancel::{Cancel, Canceller, Urgency, cancellation};
use crate::run::engine::{Executor, Happened};
use crate::run::event::Status;
use crate::run::machine::{Ask, TaskEnd, Why};
use crate::run::reuse;
use crate::run::schedule::{Job, Ticket};
use crate::run::shared::Shared;

/// Runs attempts as processes.
#[derive(Debug)]
pub(crate) struct Processes {
    shared: Arc<Shared>,
    /// What whoever started the run wants.
    cancel: Cancel,
    asked: Urgency,
    attempts: JoinSet<(Ticket, TaskEnd)>,
    tickets: IndexMap<tokio::task::Id, Ticket>,
    cancellers: IndexMap<Ticket, Canceller>,
}

impl Processes {
    pub(crate) fn new(shared: Arc<Shared>, cancel: Cancel) -> Self {
        Self {
            shared,
            cancel,
            asked: Urgency::None,
            attempts: JoinSet::new(),
            tickets: IndexMap::new(),
            cancellers: IndexMap::new(),
        }
    }

    fn joined(&mut self, joined: Joined) -> (Ticket, TaskEnd) {
        let (id, ticket, end) = match joined {
            Ok((id, (ticket, end))) => (id, ticket, end),
            // A task of ours that panicked fails, and does not hang the run.
            Err(error) => {
                let id = error.id();
                let ticket = self.tickets.get(&id).copied().unwrap_or_default();
                (id, ticket, broken())
            }
        };
        self.tickets.swap_remove(&id);
        self.cancellers.swap_remove(&ticket);
        (ticket, end)
    }
}

type Joined = Result<(tokio::task::Id, (Ticket, TaskEnd)), tokio::task::JoinError>;

fn broken() -> TaskEnd {
    TaskEnd {
        status: Status::Failed,
        reason: Name::new_static("Failed"),
        message: "the runner stopped in the middle of its work".to_owned(),
        results: IndexMap::new(),
        reused: None,
    }
}

impl Executor for Processes {
    fn now(&self) -> Duration {
        self.shared.now()
    }

    fn start(&mut self, job: Job) {
        let (canceller, cancel) = cancellation();
        let ticket = job.ticket;
        let shared = self.shared.clone();
        let handle = self
            .attempts
            .spawn(async move { (ticket, reuse::perform(shared, job, cancel).await) });
        self.tickets.insert(handle.id(), ticket);
        self.cancellers.insert(ticket, canceller);
    }

    fn stop(&mut self, ticket: Ticket, why: Why) {
        let urgency = match (why, self.asked) {
            (_, Urgency::AtOnce) => Urgency::AtOnce,
            (Why::Cancelled | Why::TimedOut, Urgency::None | Urgency::Gentle) => Urgency::Gentle,
        };
        if let Some(canceller) = self.cancellers.get(&ticket) {
            canceller.demand(urgency);
        }
    }

    async fn next(&mut self, until: Option<Duration>) -> Happened {
        let until = until.map(|it| self.shared.start + it);
        tokio::select! { biased;
            urgency = self.cancel.beyond(self.asked) => {
                self.asked = urgency;
                if urgency == Urgency::AtOnce {
                    self.cancellers.values().for_each(|it| it.demand(urgency));
                }
                match urgency {
                    Urgency::AtOnce => Happened::Asked(Ask::Cancelled),
                    Urgency::None | Urgency::Gentle => Happened::Asked(Ask::CancelledRunFinally),
                }
            }
            () = sleep(until), if until.is_some() => Happened::Time,
            Some(joined) = self.attempts.join_next_with_id() => {
                let mut all = vec![self.joined(joined)];
                while let Some(joined) = self.attempts.try_join_next_with_id() {
                    all.push(self.joined(joined));
                }
                Happened::Ended(all)
            }
            else => Happened::Nothing,
        }
    }
}

async fn sleep(until: Option<tokio::time::Instant>) {
    match until {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
