//! What a run tells while it goes on, and what is left of it at the end. Data only; how it looks is up to the caller.

use std::time::{Duration, SystemTime};

use indexmap::IndexMap;

use crate::base::Name;
use crate::value::Value;

/// Something that happened in a run. Times count from the start of the run.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The run begins.
    RunStarted {
        /// What the run is called: the value of `context.pipelineRun.name`.
        name: Name,
        /// The pipeline or task.
        target: Name,
        /// By the clock on the wall.
        started: SystemTime,
    },
    /// An attempt at a task begins.
    TaskStarted {
        /// Which.
        task: TaskId,
        /// From zero.
        attempt: u32,
        /// When.
        time: Duration,
        /// With which arguments, secrets masked.
        params: IndexMap<Name, Value>,
    },
    /// A step begins.
    StepStarted {
        /// Of which task.
        task: TaskId,
        /// The step, `unnamed-0` where it has no name.
        step: Name,
        /// When.
        time: Duration,
    },
    /// An image is on its way; told now and then, and once it is there.
    Pulling {
        /// Of which task.
        task: TaskId,
        /// Which.
        image: String,
        /// So many bytes are here.
        done: u64,
        /// Of so many that are known.
        total: u64,
        /// It is here, or will not come.
        over: bool,
        /// When.
        time: Duration,
    },
    /// A line that a step wrote, secrets masked, without its line break.
    Log {
        /// Of which task.
        task: TaskId,
        /// Of which step.
        step: Name,
        /// Where to.
        stream: Stream,
        /// What.
        line: String,
    },
    /// A step is over.
    StepFinished {
        /// Of which task.
        task: TaskId,
        /// The step.
        step: Name,
        /// How it ended.
        end: StepEnd,
        /// When.
        time: Duration,
    },
    /// An attempt at a task is over.
    TaskFinished {
        /// The same as when it started.
        task: TaskId,
        /// From zero.
        attempt: u32,
        /// When.
        time: Duration,
        /// Whether it went well.
        status: Status,
        /// In Tekton's words: `Succeeded`, `StepFailed`, `TaskRunTimeout`, `ToBeRetried`, …
        reason: Name,
        /// For people; empty where there is nothing to say.
        message: String,
        /// What it gave, secrets masked.
        results: IndexMap<Name, Value>,
        /// It was not made here and now.
        reused: Option<Reused>,
    },
    /// A task did not run. Told at the end, when the reason is certain.
    TaskSkipped {
        /// The node's name.
        task: Name,
        /// In Tekton's words.
        reason: Name,
    },
    /// All tasks are over and `finally` begins.
    FinallyStarted {
        /// When.
        time: Duration,
    },
    /// What the user should know about how this machine differs from a cluster.
    Note {
        /// The task that it is about, if it is about one.
        task: Option<Name>,
        /// One sentence.
        text: String,
    },
    /// A shell is opened where a step failed, or is left again: until then the terminal is its own.
    Shell {
        /// Of which task.
        task: TaskId,
        /// Of which step.
        step: Name,
        /// It opens.
        opens: bool,
    },
    /// The run is over.
    RunFinished {
        /// Whether it went well.
        status: Status,
        /// In Tekton's words: `Succeeded`, `Completed`, `Failed`, `Cancelled`, …
        reason: Name,
        /// `Tasks Completed: …`
        message: String,
        /// The results of the pipeline or task, secrets masked.
        results: IndexMap<Name, Value>,
        /// When.
        time: Duration,
    },
}

/// A task of a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TaskId {
    /// What no other task of the run is called: the node's name, with `-0`, `-1`, … where it fans out, after the names of the nodes
    /// around it and `/`.
    pub name: Name,
    /// The node's name, after the names of the nodes around it and `/`.
    pub node: Name,
    /// Which instance of a node that fans out.
    pub instance: Option<usize>,
}

impl std::fmt::Display for TaskId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// Where a step wrote a line to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepEnd {
    /// With this exit code; 128 and more where a signal ended it.
    Exited(i32),
    /// It failed with this exit code and `onError: "continue"` passes over it.
    Continued(i32),
    /// Its `when` was false, or a step before it failed.
    Skipped,
    /// It took longer than its `timeout`.
    TimedOut,
    /// It was told to stop.
    Cancelled,
}

/// Where an end comes from that was not reached here and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reused {
    /// The attempt was made before the run was resumed; it is not told that it starts.
    Resume,
    /// The cache holds what it gives.
    Cache,
}

/// Whether something went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It did.
    Succeeded,
    /// It did not.
    Failed,
    /// It was told to stop.
    Cancelled,
    /// It never began.
    Skipped,
}

/// What is left of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What the run is called.
    pub name: Name,
    /// It is kept in a way that it can be gone on with.
    pub can_resume: bool,
    /// Whether it went well.
    pub status: Status,
    /// In Tekton's words: `Succeeded`, `Completed`, `Failed`, `Cancelled`, …
    pub reason: Name,
    /// `Tasks Completed: …`
    pub message: String,
    /// The results of the pipeline or task.
    pub results: IndexMap<Name, Value>,
    /// Every task, in the order of the source: nodes, their instances where they fan out, then those of `finally`.
    pub tasks: Vec<TaskOutcome>,
    /// How long it took.
    pub took: Duration,
    /// The directory of the run, where it is kept.
    pub kept: Option<std::path::PathBuf>,
}

/// What is left of one task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskOutcome {
    /// As in the events.
    pub task: Name,
    /// Whether it stands in `finally`.
    pub finally: bool,
    /// How it ended.
    pub status: Status,
    /// In Tekton's words.
    pub reason: Name,
    /// For people.
    pub message: String,
    /// How often it was tried; zero where it was skipped.
    pub attempts: u32,
    /// All attempts together.
    pub took: Duration,
    /// What it gave.
    pub results: IndexMap<Name, Value>,
    /// Its last attempt was not made here and now.
    pub reused: Option<Reused>,
}

impl StepEnd {
    /// How it ended, and its exit code.
    pub(crate) fn words(self) -> (&'static str, Option<i32>) {
        match self {
            Self::Exited(code) => ("exited", Some(code)),
            Self::Continued(code) => ("continued", Some(code)),
            Self::Skipped => ("skipped", None),
            Self::TimedOut => ("timed-out", None),
            Self::Cancelled => ("cancelled", None),
        }
    }
}

impl Reused {
    /// `resume`, `cache`
    pub fn word(self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::Cache => "cache",
        }
    }
}

impl Status {
    /// The status of that word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        let all = [
            Self::Succeeded,
            Self::Failed,
            Self::Cancelled,
            Self::Skipped,
        ];
        all.into_iter().find(|it| it.word() == word)
    }

    /// In lower case, for people and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }
}

impl Stream {
    /// `stdout`, `stderr`
    pub fn word(self) -> &'static str {
        match self {
            Self::Out => "stdout",
            Self::Err => "stderr",
        }
    }
}
