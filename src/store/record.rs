//! A run as it is written into the history: gathered as it comes, written in batches by a thread of its own, so that the run never waits
//! for the disk. What goes wrong with it is remembered, and never the run's business.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indexmap::IndexMap;

use crate::store::Folder;
use crate::store::history::{Database, Trouble};
use crate::store::query;

/// How long things are gathered before they are written.
const PAUSE: Duration = Duration::from_millis(50);

/// So much of what steps write is kept of a run.
const LOGS: usize = 16 << 20;

/// So much of it may wait to be written.
const QUEUE: usize = 16 << 20;

/// A run begins, or goes on.
#[derive(Clone, Debug, Default)]
pub(crate) struct StartedRun {
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) program: String,
    /// Seconds since 1970.
    pub(crate) started: f64,
    pub(crate) directory: Option<String>,
    pub(crate) invocation: String,
    pub(crate) resumed: bool,
}

/// A run is over.
#[derive(Clone, Debug, Default)]
pub(crate) struct EndedRun {
    pub(crate) took: f64,
    pub(crate) status: &'static str,
    pub(crate) reason: String,
    pub(crate) message: String,
    /// As JSON.
    pub(crate) results: String,
    pub(crate) directory: Option<String>,
}

/// An attempt at a task, as far as something new is known of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Task {
    pub(crate) name: String,
    pub(crate) attempt: u32,
    /// All of it is new.
    pub(crate) begins: bool,
    pub(crate) node: String,
    pub(crate) instance: Option<u32>,
    pub(crate) finally: bool,
    pub(crate) params: Option<String>,
    pub(crate) started: Option<f64>,
    pub(crate) took: Option<f64>,
    pub(crate) status: Option<&'static str>,
    pub(crate) reason: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) results: Option<String>,
    pub(crate) reused: Option<&'static str>,
}

/// A step, as far as something new is known of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    pub(crate) task: String,
    pub(crate) attempt: u32,
    pub(crate) place: u32,
    pub(crate) name: String,
    pub(crate) started: Option<f64>,
    pub(crate) took: Option<f64>,
    pub(crate) ended: Option<&'static str>,
    pub(crate) code: Option<i32>,
}

/// Lines of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LogText {
    pub(crate) task: String,
    pub(crate) attempt: u32,
    pub(crate) step: String,
    pub(crate) stream: &'static str,
    pub(crate) time: f64,
    pub(crate) text: String,
}

/// Anything else that happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note {
    pub(crate) time: f64,
    pub(crate) kind: &'static str,
    pub(crate) task: Option<String>,
    pub(crate) text: String,
}

/// What is written at once.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) started: Option<StartedRun>,
    pub(crate) tasks: IndexMap<(String, u32), Task>,
    pub(crate) steps: IndexMap<(String, u32, String), Step>,
    pub(crate) logs: Vec<LogText>,
    pub(crate) notes: Vec<Note>,
    pub(crate) ended: Option<EndedRun>,
    /// Bytes of logs.
    size: usize,
    filled: bool,
}

impl Batch {
    /// That a run began.
    pub(crate) fn of(started: StartedRun) -> Self {
        Self {
            started: Some(started),
            filled: true,
            ..Self::default()
        }
    }

    fn task(&mut self, task: Task) {
        self.filled = true;
        let key = (task.name.clone(), task.attempt);
        match self.tasks.get_mut(&key) {
            Some(known) if !task.begins => {
                known.took = task.took.or(known.took);
                known.status = task.status.or(known.status);
                known.reason = task.reason.or(known.reason.take());
                known.message = task.message.or(known.message.take());
                known.results = task.results.or(known.results.take());
                known.reused = task.reused.or(known.reused);
                known.finally |= task.finally;
            }
            Some(_) | None => {
                self.tasks.insert(key, task);
            }
        }
    }

    fn step(&mut self, step: Step) {
        self.filled = true;
        let key = (step.task.clone(), step.attempt, step.name.clone());
        match self.steps.get_mut(&key) {
            Some(known) => {
                known.took = step.took.or(known.took);
                known.ended = step.ended.or(known.ended);
                known.code = step.code.or(known.code);
            }
            None => {
                self.steps.insert(key, step);
            }
        }
    }

    /// Lines of one step that come together are kept together.
    fn log(&mut self, log: LogText) {
        self.filled = true;
        self.size += log.text.len() + 1;
        let last = self.logs.last_mut().filter(|it| {
            it.task == log.task
                && it.step == log.step
                && it.stream == log.stream
                && it.attempt == log.attempt
        });
        match last {
            Some(last) => {
                last.text.push('\n');
                last.text += &log.text;
            }
            None => self.logs.push(log),
        }
    }
}

#[derive(Debug, Default)]
struct Common {
    batch: Mutex<Batch>,
    trouble: Mutex<Option<Trouble>>,
    closed: AtomicBool,
}

/// Writes one run into the history.
#[derive(Debug)]
pub(crate) struct Recorder {
    common: Arc<Common>,
    thread: Option<JoinHandle<()>>,
    logged: usize,
    /// Lines that were too many.
    left_out: usize,
}

impl Recorder {
    pub(crate) fn start(folder: &Folder) -> Self {
        let common = Arc::new(Common::default());
        let (shared, folder) = (common.clone(), folder.clone());
        let thread = thread::Builder::new().name("history".to_owned());
        let thread = match thread.spawn(move || write(&folder, &shared)) {
            Ok(thread) => Some(thread),
            Err(error) => {
                common.fail(crate::host::reason(&error));
                None
            }
        };
        Self {
            common,
            thread,
            logged: 0,
            left_out: 0,
        }
    }

    pub(crate) fn started(&self, run: StartedRun) {
        self.with(|it| {
            it.started = Some(run);
            it.filled = true;
        });
    }

    pub(crate) fn task(&self, task: Task) {
        self.with(|it| it.task(task));
    }

    pub(crate) fn step(&self, step: Step) {
        self.with(|it| it.step(step));
    }

    pub(crate) fn note(&self, note: Note) {
        self.with(|it| {
            it.notes.push(note);
            it.filled = true;
        });
    }

    /// A line; one that is too much is left out and counted.
    pub(crate) fn log(&mut self, log: LogText) {
        let size = log.text.len() + 1;
        let mut kept = false;
        if self.logged + size <= LOGS {
            self.with(|it| {
                kept = it.size + size <= QUEUE;
                if kept {
                    it.log(log);
                }
            });
        }
        match kept {
            true => self.logged += size,
            false => self.left_out += 1,
        }
    }

    /// The run is over. Waits until all is written.
    pub(crate) fn close(&mut self, end: EndedRun) -> Option<Trouble> {
        if self.left_out > 0 {
            self.note(Note {
                time: end.took,
                kind: "note",
                task: None,
                text: format!("{} lines were too many for the history", self.left_out),
            });
        }
        self.with(|it| {
            it.ended = Some(end);
            it.filled = true;
        });
        self.finish();
        self.trouble()
    }

    /// What went wrong with the history, told once.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        lock(&self.common.trouble).take()
    }

    fn with(&self, change: impl FnOnce(&mut Batch)) {
        change(&mut lock(&self.common.batch));
    }

    fn finish(&mut self) {
        self.common.closed.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Common {
    fn fail(&self, trouble: Trouble) {
        lock(&self.trouble).get_or_insert(trouble);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes batches until the run is over, or something goes wrong.
fn write(folder: &Folder, common: &Common) {
    let mut database = match Database::open(&folder.database()) {
        Ok(database) => database,
        Err(trouble) => return common.fail(trouble),
    };
    let mut pruned = false;
    loop {
        let closed = common.closed.load(Ordering::Acquire);
        let batch = mem::take(&mut *lock(&common.batch));
        if batch.filled
            && let Err(trouble) = database.write(&batch)
        {
            return common.fail(trouble);
        }
        if closed {
            return;
        }
        if !mem::replace(&mut pruned, true) {
            // What cannot be removed now may be removed by the next run.
            let _ = query::prune(&database, folder, query::KEEP);
        }
        thread::park_timeout(PAUSE);
    }
}
