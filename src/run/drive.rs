//! Brings a schedule and an engine together until nothing is left to do, and tells what happens.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::run::engine::{Executor, Happened};
use crate::run::event::{Event, Status, TaskOutcome};
use crate::run::machine::{PipelineEnd, TaskEnd, Why};
use crate::run::past::{self, Replay};
use crate::run::schedule::{Job, LeftOut, NotRun, Order, Schedule, Ticket};
use crate::run::shared::{Message, Shared};

/// A task that runs.
#[derive(Debug)]
struct Running {
    /// The attempt.
    job: Job,
    /// The first of them.
    began: Duration,
    attempt_began: Duration,
    /// How long attempts took that were made before.
    before: Duration,
    why: Option<Why>,
}

/// What the controller says of a task that was cancelled.
fn cancelled(shared: &Shared, running: &Running) -> String {
    let why = match running.why {
        Some(Why::TimedOut) => "timed out",
        Some(Why::Cancelled) | None => "been cancelled",
    };
    let run = shared.task_run(&running.job.id.name);
    if shared.alone {
        return format!("TaskRun \"{run}\" was cancelled.");
    }
    format!(
        "TaskRun \"{run}\" was cancelled. TaskRun cancelled as the PipelineRun it belongs to has {why}."
    )
}

struct Driver<'a, E> {
    schedule: Schedule,
    engine: &'a mut E,
    shared: Arc<Shared>,
    running: IndexMap<Ticket, Running>,
    replay: Replay,
    /// Attempts that were made before, with how long they took.
    replayed: Vec<(Ticket, TaskEnd, Duration)>,
}

/// Runs a schedule.
pub(crate) async fn drive<E: Executor>(
    schedule: Schedule,
    engine: &mut E,
    shared: Arc<Shared>,
    replay: Replay,
) -> PipelineEnd {
    let mut driver = Driver {
        schedule,
        engine,
        shared,
        running: IndexMap::new(),
        replay,
        replayed: Vec::new(),
    };
    loop {
        driver.advance();
        if let Some(end) = driver.schedule.end() {
            let end = end.clone();
            driver.tell_left_out();
            return end;
        }
        if !driver.replayed.is_empty() {
            driver.pass_over();
            continue;
        }
        let until = driver.schedule.wake();
        match driver.engine.next(until).await {
            Happened::Ended(all) => driver.ended(all),
            Happened::Time => {}
            Happened::Asked(ask) => {
                let now = driver.engine.now();
                driver.schedule.ask(ask, now);
            }
            Happened::Nothing => {
                return PipelineEnd::broken(
                    "nothing runs, nothing starts and nothing is left to wait for",
                );
            }
        }
    }
}

impl<E: Executor> Driver<'_, E> {
    fn advance(&mut self) {
        let now = self.engine.now();
        for order in self.schedule.advance(now, self.engine.heard()) {
            match order {
                Order::Start(job) => self.start(job, now),
                Order::Stop(ticket, why) => {
                    if let Some(it) = self.running.get_mut(&ticket) {
                        it.why = Some(why);
                    }
                    self.engine.stop(ticket, why);
                }
                Order::Finally => self.shared.tell(Event::FinallyStarted { time: now }),
            }
        }
    }

    fn start(&mut self, job: Job, now: Duration) {
        let running = self.running.entry(job.ticket).or_insert_with(|| Running {
            job: job.clone(),
            began: now,
            attempt_began: now,
            before: Duration::ZERO,
            why: None,
        });
        running.job = job.clone();
        running.attempt_began = now;
        match self.replay.take(&job, &self.shared.mask) {
            Some((end, took)) => {
                running.before += took;
                self.replayed.push((job.ticket, end, took));
            }
            None => self.engine.start(job),
        }
    }

    /// Tells of attempts that were made before.
    fn pass_over(&mut self) {
        let now = self.engine.now();
        for (ticket, end, _) in std::mem::take(&mut self.replayed) {
            let (end, again) = self.schedule.ended(ticket, end);
            self.tell(ticket, end, again, now);
        }
    }

    /// Attempts ended. What follows from that begins only when it is in the journal.
    fn ended(&mut self, all: Vec<(Ticket, TaskEnd)>) {
        let now = self.engine.now();
        let (mut records, mut work) = (Vec::new(), Duration::ZERO);
        let mut told = Vec::with_capacity(all.len());
        for (ticket, mut end) in all {
            let Some(running) = self.running.get(&ticket) else {
                continue;
            };
            if end.status == Status::Cancelled {
                end.message = cancelled(&self.shared, running);
            }
            let raw = self.shared.journal.is_kept().then(|| end.clone());
            let (end, again) = self.schedule.ended(ticket, end);
            let took = now.saturating_sub(running.attempt_began);
            records.extend(raw.and_then(|raw| {
                past::ended(&running.job, &raw, &end.reason, took, &self.shared.mask)
            }));
            work += took;
            told.push((ticket, end, again));
        }
        if !records.is_empty() {
            self.shared.keep(&records, work);
        }
        for (ticket, end, again) in told {
            self.tell(ticket, end, again, now);
        }
    }

    fn tell(&mut self, ticket: Ticket, end: TaskEnd, again: bool, now: Duration) {
        let Some(running) = self.running.get(&ticket) else {
            return;
        };
        let message = self.shared.mask.hide(&end.message);
        self.shared.tell(Event::TaskFinished {
            task: running.job.id.clone(),
            attempt: running.job.attempt,
            time: now,
            status: end.status,
            reason: end.reason.clone(),
            message: message.clone(),
            results: self.shared.mask.values(&end.results),
            reused: end.reused,
        });
        if again {
            return;
        }
        let Some(running) = self.running.swap_remove(&ticket) else {
            return;
        };
        self.outcome(TaskOutcome {
            task: running.job.id.name,
            finally: running.job.finally,
            status: end.status,
            reason: end.reason,
            message,
            attempts: running.job.attempt + 1,
            took: running.before + now.saturating_sub(running.began),
            results: end.results,
            reused: end.reused,
        });
    }

    fn outcome(&self, outcome: TaskOutcome) {
        let _ = self.shared.messages.send(Message::Outcome(outcome));
    }

    /// Why a task did not run is certain only at the end: once a run stops, that is the reason for all that did not start.
    fn tell_left_out(&self) {
        for LeftOut { id, finally, why } in self.schedule.left_out() {
            let (status, reason, message) = match why {
                NotRun::Skipped(skip) => (Status::Skipped, skip.words(), String::new()),
                NotRun::Invalid(why) => {
                    let why = self.shared.mask.hide(why);
                    self.shared.note(&id.name, &why);
                    (Status::Failed, "InvalidTaskResultReference", why)
                }
            };
            let reason = Name::new_static(reason);
            if status == Status::Skipped {
                self.shared.tell(Event::TaskSkipped {
                    task: id.node.clone(),
                    reason: reason.clone(),
                });
            }
            self.outcome(TaskOutcome {
                task: id.name.clone(),
                finally: *finally,
                status,
                reason,
                message,
                attempts: 0,
                took: Duration::ZERO,
                results: IndexMap::new(),
                reused: None,
            });
        }
    }
}
