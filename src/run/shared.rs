//! What all tasks of a run share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use crate::base::Name;
use crate::plan::{Pipeline, Task};
use crate::run::durable::Log;
use crate::run::engine::choice::Engines;
use crate::run::engine::containers::Containers;
use crate::run::event::{Event, TaskOutcome};
use crate::run::mask::Mask;
use crate::run::results::Limit;
use crate::run::schedule::Job;
use crate::run::world::World;
use crate::store::cache::Cache;
use crate::value::Value;

/// What all tasks of a run share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The value of `context.pipelineRun.name`.
    pub(crate) name: Name,
    pub(crate) uid: Name,
    pub(crate) mask: Mask,
    /// What every step gets.
    pub(crate) environment: IndexMap<String, String>,
    pub(crate) directory: PathBuf,
    /// How paths of containers are made real here, if they can be and some task needs them.
    pub(crate) world: Option<World>,
    pub(crate) results: Limit,
    /// It is a run of one task, and no pipeline.
    pub(crate) alone: bool,
    /// What runs which task.
    pub(crate) engines: Engines,
    /// Those of them that have containers, and are there.
    pub(crate) containers: Vec<Arc<Containers>>,
    /// The `securityContext` of the run's pods.
    pub(crate) security: Option<Value>,
    pub(crate) start: Instant,
    /// How many more tasks may run at once: a cluster has no such bound, a machine has.
    pub(crate) room: Semaphore,
    pub(crate) messages: mpsc::UnboundedSender<Message>,
    pub(crate) journal: Log,
    /// Whose turn it is to have the terminal, where a step that fails opens a shell.
    pub(crate) shell: Option<Semaphore>,
    /// The program, as the history names it.
    pub(crate) program: String,
    /// What tasks gave that are functions of their inputs.
    pub(crate) cache: Option<Cache>,
    /// It goes on, so that directories of attempts may be there that were cut short.
    pub(crate) resumed: bool,
}

/// The tasks and pipelines that a run calls, and what its `taskRunSpecs` say of them.
#[derive(Debug, Default)]
pub(crate) struct Library {
    pub(crate) tasks: IndexMap<Name, Arc<Task>>,
    pub(crate) pipelines: IndexMap<Name, Arc<Pipeline>>,
    /// By node.
    pub(crate) timeouts: IndexMap<Name, Duration>,
}

/// So many tasks run at once at most. Each takes a process and a few files, of which many systems grant a thousand.
pub(crate) const ROOM: usize = 200;

/// What tasks tell the run.
#[derive(Debug)]
pub(crate) enum Message {
    Event(Event),
    /// In the order in which the tasks ended.
    Outcome(TaskOutcome),
    /// What is said of a task and the cache.
    Why(Name, String),
}

impl Shared {
    /// What a task's own run is called.
    pub(crate) fn task_run(&self, task: &Name) -> String {
        match self.alone {
            true => self.name.to_string(),
            false => format!("{}-{task}", self.name),
        }
    }

    /// The engine whose containers a task runs in; none where it runs as processes.
    pub(crate) fn engine(&self, job: &Job) -> Option<&Arc<Containers>> {
        let engine = self.engines.of(&job.id.node, &job.task.meta.name);
        self.containers.iter().find(|it| it.engine == engine)
    }

    /// How long the run has taken.
    pub(crate) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Nobody listens only where the run is being dropped.
    pub(crate) fn tell(&self, event: Event) {
        let _ = self.messages.send(Message::Event(event));
    }

    /// An attempt begins.
    pub(crate) fn started(&self, job: &Job, time: Duration) {
        self.tell(Event::TaskStarted {
            task: job.id.clone(),
            attempt: job.attempt,
            time,
            params: self.mask.values(&job.instance.given),
        });
    }

    /// Writes records of so much work to the journal, before anything follows from them.
    pub(crate) fn keep(&self, records: &[serde_json::Value], work: Duration) {
        if let Some(reason) = self.journal.write(records, work) {
            let text = format!(
                "cannot write this run's journal: {reason}; whoever resumes it runs again what ends from here on"
            );
            self.tell(Event::Note { task: None, text });
        }
    }

    /// Says why a task was or was not taken from the cache.
    pub(crate) fn why(&self, task: &Name, text: String) {
        let text = self.mask.hide(&text);
        let _ = self.messages.send(Message::Why(task.clone(), text));
    }

    pub(crate) fn note(&self, task: &Name, text: &str) {
        let task = Some(task.clone());
        let text = self.mask.hide(text);
        self.tell(Event::Note { task, text });
    }
}
