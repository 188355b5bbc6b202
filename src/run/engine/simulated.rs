//! A run without processes: tasks end as a scenario says, and the clock jumps to where something happens.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{ParamShape, Task};
use crate::run::engine::{Executor, Happened};
use crate::run::event::Status;
use crate::run::machine::{BEYOND, TaskEnd, Why};
use crate::run::scenario::{Behaviour, Scenario};
use crate::run::schedule::{Job, Ticket};
use crate::run::shared::Shared;
use crate::run::text;
use crate::value::Value;

/// An attempt that is played.
#[derive(Debug)]
struct Played {
    at: Duration,
    end: TaskEnd,
    /// Another attempt follows.
    again: bool,
}

/// Plays a scenario.
#[derive(Debug)]
pub(crate) struct Simulated<'a> {
    scenario: &'a Scenario,
    shared: Arc<Shared>,
    now: Duration,
    live: BTreeMap<Ticket, Played>,
    /// When each ends, so that the next is found at once.
    ends: BTreeMap<(Duration, Ticket), ()>,
    rounds: u32,
    asked: bool,
    /// All that happened last is that attempts ended that are made again, which only the tasks themselves notice.
    quiet: bool,
}

impl<'a> Simulated<'a> {
    pub(crate) fn new(scenario: &'a Scenario, shared: Arc<Shared>) -> Self {
        Self {
            scenario,
            shared,
            now: Duration::ZERO,
            live: BTreeMap::new(),
            ends: BTreeMap::new(),
            rounds: 0,
            asked: false,
            quiet: false,
        }
    }

    /// How an attempt will end, and after how long.
    fn played(&self, job: &Job) -> (Duration, TaskEnd) {
        let usual = Behaviour::default();
        let run = self.shared.task_run(&job.id.name);
        let how = self.scenario.behaviour(&run, &job.id);
        let how = how.unwrap_or(&usual);
        let takes = how.seconds.unwrap_or(1.0);
        let takes = Duration::try_from_secs_f64(takes).unwrap_or_default();
        let limit = job.instance.timeout;
        let message = |usual: String| how.message.clone().unwrap_or(usual);
        if let Some(limit) = limit.filter(|it| takes > *it) {
            let within = text::go(limit);
            let text = format!("TaskRun \"{run}\" failed to finish within \"{within}\"");
            return (limit, end(Status::Failed, "TaskRunTimeout", message(text)));
        }
        let retries = job.instance.retries;
        let fails = how.fail || job.attempt < how.fail_attempts;
        if fails {
            let mut end = end(
                Status::Failed,
                how.reason.as_deref().unwrap_or("Failed"),
                message("played failure".to_owned()),
            );
            if job.attempt >= retries {
                end.results = self.given(how).unwrap_or_default();
            }
            return (takes, end);
        }
        let mut end = end(Status::Succeeded, "Succeeded", String::new());
        end.results = self.given(how).unwrap_or_else(|| dummies(&job.task));
        (takes, end)
    }

    fn given(&self, how: &Behaviour) -> Option<IndexMap<Name, Value>> {
        let given = how.results.as_ref()?.iter();
        Some(
            given
                .map(|(name, it)| (Name::new(name), it.clone()))
                .collect(),
        )
    }
}

fn end(status: Status, reason: &str, message: String) -> TaskEnd {
    TaskEnd {
        status,
        reason: Name::new(reason),
        message,
        results: IndexMap::new(),
        reused: None,
    }
}

/// A value for each declared result.
fn dummies(task: &Task) -> IndexMap<Name, Value> {
    let dummy = |name: &Name, shape: &ParamShape| match shape {
        ParamShape::String => Value::str(format!("value-of-{name}")),
        ParamShape::Array => {
            let items = (0..3).map(|it| Value::str(format!("{name}-{it}")));
            Value::list(items.collect())
        }
        ParamShape::Object(keys) => {
            let fields = keys.iter();
            let fields = fields.map(|key| (key.clone(), Value::str(format!("{name}-{key}"))));
            Value::record(fields.collect())
        }
    };
    let declared = task.results.iter();
    let declared = declared.map(|(name, it)| (name.clone(), dummy(name, &it.shape)));
    declared.collect()
}

impl Executor for Simulated<'_> {
    fn now(&self) -> Duration {
        self.now
    }

    fn heard(&self) -> bool {
        !self.quiet
    }

    fn start(&mut self, job: Job) {
        self.shared.started(&job, self.now);
        let (takes, end) = self.played(&job);
        let at = self.now + takes;
        let again = end.status == Status::Failed && job.attempt < job.instance.retries;
        self.live.insert(job.ticket, Played { at, end, again });
        self.ends.insert((at, job.ticket), ());
    }

    fn stop(&mut self, ticket: Ticket, why: Why) {
        let _ = why;
        let Some(played) = self.live.get_mut(&ticket) else {
            return;
        };
        self.ends.remove(&(played.at, ticket));
        *played = Played {
            at: self.now,
            end: end(Status::Cancelled, "TaskRunCancelled", String::new()),
            again: false,
        };
        self.ends.insert((self.now, ticket), ());
    }

    async fn next(&mut self, until: Option<Duration>) -> Happened {
        if let Some((round, ask)) = self.scenario.ask()
            && !self.quiet
            && !self.asked
            && self.rounds >= round
        {
            self.asked = true;
            return Happened::Asked(ask);
        }
        // Of a limit that is reached at this very moment the controller's queue does not remind it: the next event does.
        let quiet = std::mem::take(&mut self.quiet);
        let until = until.filter(|it| *it > self.now && (quiet || *it > self.now + BEYOND));
        self.rounds += u32::from(!quiet);
        let first = self.ends.first_key_value().map(|((at, _), ())| *at);
        let at = match (first, until) {
            (None, None) => return Happened::Nothing,
            // What is to be looked at by then is so before what ends in the moment after.
            (Some(at), Some(until)) if until.saturating_sub(BEYOND) < at => {
                self.now = until;
                return Happened::Time;
            }
            (None, Some(until)) => {
                self.now = until;
                return Happened::Time;
            }
            (Some(at), _) => at,
        };
        self.now = self.now.max(at);
        let mut ended = Vec::new();
        while let Some(((at, ticket), ())) = self.ends.pop_first() {
            if at > self.now {
                self.ends.insert((at, ticket), ());
                break;
            }
            ended.extend(self.live.remove(&ticket).map(|it| (ticket, it)));
        }
        self.quiet = ended.iter().all(|(_, it)| it.again);
        let ended = ended
            .into_iter()
            .map(|(ticket, it)| (ticket, it.end))
            .collect();
        Happened::Ended(ended)
    }
}
