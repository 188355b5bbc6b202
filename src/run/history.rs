//! What happens in a run, as the history keeps it: secrets are masked already.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use indexmap::IndexMap;

use crate::base::Name;
use crate::eval::to_json;
use crate::run::RunOptions;
use crate::run::event::{Event, StepEnd, TaskId, TaskOutcome};
use crate::run::machine::PipelineEnd;
use crate::run::prepare::Prepared;
use crate::run::shared::Shared;
use crate::store::Folder;
use crate::store::query::shown;
use crate::store::record::{EndedRun, LogText, Note, Recorder, StartedRun, Step, Task};
use crate::value::Value;

/// Writes a run into the history.
#[derive(Debug)]
pub(crate) struct History {
    recorder: Recorder,
    shared: Arc<Shared>,
    file: String,
    /// What the history says of the run before anything happens.
    started: Option<StartedRun>,
    /// By task: the attempt that goes on, when it began, how many steps it had.
    running: IndexMap<Name, Attempt>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Attempt {
    number: u32,
    began: Duration,
    steps: u32,
    step_began: Duration,
}

impl History {
    /// `None` where nobody wants one.
    pub(crate) fn start(
        shared: &Arc<Shared>,
        prepared: &Prepared,
        options: &RunOptions,
    ) -> Option<Self> {
        let folder = Folder::new(options.state.as_ref()?);
        let hide = |text: &str| prepared.mask.hide(text);
        let started = StartedRun {
            name: shared.name.to_string(),
            target: prepared.job.name.to_string(),
            program: options.program.clone(),
            started: 0.0,
            directory: Some(shown(&shared.directory)),
            invocation: hide(&options.invocation),
            resumed: shared.resumed,
        };
        Some(Self {
            recorder: Recorder::start(&folder),
            shared: shared.clone(),
            file: shown(&folder.database()),
            started: Some(started),
            running: IndexMap::new(),
        })
    }

    pub(crate) fn hear(&mut self, event: &Event) {
        match event {
            Event::RunStarted { started, .. } => self.run_started(*started),
            Event::TaskStarted {
                task,
                attempt,
                time,
                params,
            } => {
                self.recorder.task(Task {
                    begins: true,
                    params: Some(json(params)),
                    started: Some(time.as_secs_f64()),
                    ..row(task, *attempt)
                });
                let attempt = Attempt {
                    number: *attempt,
                    began: *time,
                    ..Attempt::default()
                };
                self.running.insert(task.name.clone(), attempt);
            }
            Event::StepStarted { task, step, time } => self.step_started(task, step, *time),
            Event::Log {
                task,
                step,
                stream,
                line,
            } => self.recorder.log(LogText {
                task: task.name.to_string(),
                attempt: self.attempt(task).number,
                step: step.to_string(),
                stream: stream.word(),
                time: self.shared.now().as_secs_f64(),
                text: line.clone(),
            }),
            Event::StepFinished {
                task,
                step,
                end,
                time,
            } => self.step_finished(task, step, *end, *time),
            Event::TaskFinished { .. } => self.task_finished(event),
            Event::TaskSkipped { task, reason } => self.recorder.task(Task {
                name: task.to_string(),
                node: task.to_string(),
                begins: true,
                status: Some("skipped"),
                reason: Some(reason.to_string()),
                ..Task::default()
            }),
            Event::FinallyStarted { time } => self.note(*time, "finally", None, ""),
            Event::Note { task, text } => {
                self.note(self.shared.now(), "note", task.as_ref(), text);
            }
            Event::Pulling { .. } | Event::Shell { .. } | Event::RunFinished { .. } => {}
        }
    }

    /// What is said of a task and the cache.
    pub(crate) fn why(&self, task: &Name, text: &str) {
        self.note(self.shared.now(), "cache", Some(task), text);
    }

    /// What only the outcome of a task says.
    pub(crate) fn outcome(&self, outcome: &TaskOutcome) {
        if outcome.finally {
            self.recorder.task(Task {
                name: outcome.task.to_string(),
                attempt: outcome.attempts.saturating_sub(1),
                finally: true,
                ..Task::default()
            });
        }
    }

    /// What went wrong with the history, as a note, once.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.recorder.trouble().map(|it| self.told(&it))
    }

    /// The run is over. Gives what went wrong, if that was not told.
    pub(crate) fn close(
        mut self,
        end: &PipelineEnd,
        (message, results): (&str, &IndexMap<Name, Value>),
        took: Duration,
        directory: Option<&Path>,
    ) -> Option<String> {
        let trouble = self.recorder.close(EndedRun {
            took: took.as_secs_f64(),
            status: end.status.word(),
            reason: end.reason.to_string(),
            message: message.to_owned(),
            results: json(results),
            directory: directory.map(shown),
        });
        trouble.map(|it| self.told(&it))
    }

    fn told(&self, trouble: &str) -> String {
        format!(
            "the history of this run is not written to `{}`: {trouble}",
            self.file
        )
    }

    fn run_started(&mut self, started: SystemTime) {
        let since = started.duration_since(SystemTime::UNIX_EPOCH);
        if let Some(mut run) = self.started.take() {
            run.started = since.unwrap_or_default().as_secs_f64();
            if run.resumed {
                self.note(Duration::ZERO, "resumed", None, "");
            }
            self.recorder.started(run);
        }
    }

    fn note(&self, time: Duration, kind: &'static str, task: Option<&Name>, text: &str) {
        self.recorder.note(Note {
            time: time.as_secs_f64(),
            kind,
            task: task.map(Name::to_string),
            text: text.to_owned(),
        });
    }

    fn attempt(&self, task: &TaskId) -> Attempt {
        self.running.get(&task.name).copied().unwrap_or_default()
    }

    fn step_started(&mut self, task: &TaskId, step: &Name, time: Duration) {
        let attempt = self.running.entry(task.name.clone()).or_default();
        attempt.steps += 1;
        attempt.step_began = time;
        self.recorder.step(Step {
            task: task.name.to_string(),
            attempt: attempt.number,
            place: attempt.steps,
            name: step.to_string(),
            started: Some(time.as_secs_f64()),
            ..Step::default()
        });
    }

    fn step_finished(&mut self, task: &TaskId, step: &Name, end: StepEnd, time: Duration) {
        let attempt = self.running.entry(task.name.clone()).or_default();
        let (ended, code) = end.words();
        if end == StepEnd::Skipped {
            attempt.steps += 1;
        }
        let took = (end != StepEnd::Skipped).then(|| time.saturating_sub(attempt.step_began));
        self.recorder.step(Step {
            task: task.name.to_string(),
            attempt: attempt.number,
            place: attempt.steps,
            name: step.to_string(),
            started: None,
            took: took.map(|it| it.as_secs_f64()),
            ended: Some(ended),
            code,
        });
    }

    fn task_finished(&mut self, event: &Event) {
        let Event::TaskFinished {
            task,
            attempt,
            time,
            status,
            reason,
            message,
            results,
            reused,
        } = event
        else {
            return;
        };
        let began = self.running.swap_remove(&task.name);
        let took = began.map(|it| time.saturating_sub(it.began).as_secs_f64());
        self.recorder.task(Task {
            took,
            status: Some(status.word()),
            reason: Some(reason.to_string()),
            message: Some(message.clone()),
            results: Some(json(results)),
            reused: reused.map(crate::run::Reused::word),
            ..row(task, *attempt)
        });
    }
}

fn row(task: &TaskId, attempt: u32) -> Task {
    Task {
        name: task.name.to_string(),
        node: task.node.to_string(),
        attempt,
        instance: task.instance.and_then(|it| u32::try_from(it).ok()),
        ..Task::default()
    }
}

fn json(values: &IndexMap<Name, Value>) -> String {
    let values = values.iter();
    let values = values.map(|(name, it)| (name.to_string(), to_json(it).unwrap_or_default()));
    serde_json::Value::Object(values.collect()).to_string()
}
