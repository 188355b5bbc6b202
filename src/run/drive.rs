//! Brings a schedule and an engine together until nothing is left to do, and tells what happens.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::run::engine::{Executor, Happened};
use crate::run::event::{Event, Status, TaskId, TaskOutcome};
use crate::run::machine::{PipelineEnd, TaskEnd, Why};
use crate::run::schedule::{Job, LeftOut, NotRun, Order, Schedule, Ticket};
use crate::run::shared::{Message, Shared};

/// A task that runs.
#[derive(Debug)]
struct Running {
    id: TaskId,
    finally: bool,
    attempt: u32,
    began: Duration,
    why: Option<Why>,
}

struct Driver<'a, E> {
    schedule: Schedule,
    engine: &'a mut E,
    shared: Arc<Shared>,
    running: IndexMap<Ticket, Running>,
}

/// Runs a schedule.
pub(crate) async fn drive<E: Executor>(
    schedule: Schedule,
    engine: &mut E,
    shared: Arc<Shared>,
) -> PipelineEnd {
    let mut driver = Driver {
        schedule,
        engine,
        shared,
        running: IndexMap::new(),
    };
    loop {
        driver.advance();
        if let Some(end) = driver.schedule.end() {
            let end = end.clone();
            driver.tell_left_out();
            return end;
        }
        let until = driver.schedule.wake();
        match driver.engine.next(until).await {
            Happened::Ended(all) => {
                for (ticket, end) in all {
                    driver.ended(ticket, end);
                }
            }
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
        for order in self.schedule.advance(now) {
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
            id: job.id.clone(),
            finally: job.finally,
            attempt: 0,
            began: now,
            why: None,
        });
        running.attempt = job.attempt;
        self.engine.start(job);
    }

    fn ended(&mut self, ticket: Ticket, mut end: TaskEnd) {
        let now = self.engine.now();
        let Some(running) = self.running.get(&ticket) else {
            return;
        };
        if end.status == Status::Cancelled {
            let why = match running.why {
                Some(Why::TimedOut) => "timed out",
                Some(Why::Cancelled) | None => "been cancelled",
            };
            end.message = format!(
                "TaskRun \"{}-{}\" was cancelled. TaskRun cancelled as the PipelineRun it belongs to has {why}.",
                self.shared.name, running.id.name
            );
        }
        let (end, again) = self.schedule.ended(ticket, end);
        let message = self.shared.mask.hide(&end.message);
        self.shared.tell(Event::TaskFinished {
            task: running.id.clone(),
            attempt: running.attempt,
            time: now,
            status: end.status,
            reason: end.reason.clone(),
            message: message.clone(),
            results: self.shared.mask.values(&end.results),
        });
        if again {
            return;
        }
        let Some(running) = self.running.swap_remove(&ticket) else {
            return;
        };
        self.outcome(TaskOutcome {
            task: running.id.name,
            finally: running.finally,
            status: end.status,
            reason: end.reason,
            message,
            attempts: running.attempt + 1,
            took: now.saturating_sub(running.began),
            results: end.results,
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
            });
        }
    }
}
