//! Runs a pipeline or task of a plan here and now, with Tekton's semantics. Knows nothing of terminals.

mod arguments;
mod artifacts;
mod attempt;
mod cancel;
mod cel;
mod choice;
mod container;
mod drive;
mod durable;
mod engine;
mod errors;
mod evaluate;
mod event;
mod fingerprint;
mod history;
mod leftover;
mod lines;
mod machine;
mod mask;
mod matrix;
mod needs;
mod past;
mod pod;
mod prepare;
pub(crate) mod preview;
mod process;
mod results;
mod reuse;
mod scenario;
mod schedule;
mod scope;
mod shared;
mod shell;
mod sidecar;
mod start;
mod step;
mod target;
#[cfg(test)]
mod tests;
mod text;
mod variables;
mod volumes;
mod world;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::plan::Plan;
use crate::run::engine::Executor as _;
use crate::run::engine::processes::Processes;
use crate::run::engine::simulated::Simulated;
use crate::run::machine::PipelineEnd;
use crate::run::prepare::{Prepared, Receiver};
use crate::run::shared::{Message, Shared};

pub use cancel::{Cancel, Canceller, Urgency, cancellation};
pub use engine::choice::{Engine, Engines, Pull};
pub use errors::RunError;
pub use event::{Event, Outcome, Reused, Status, StepEnd, Stream, TaskId, TaskOutcome};
pub use scenario::Scenario;

/// What to run and with what.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// A pipeline, task or run by name; `None` where there is only one.
    pub target: Option<String>,
    /// Arguments as `name` and text.
    pub params: Vec<(String, String)>,
    /// Directories by workspace.
    pub workspaces: Vec<(String, PathBuf)>,
    /// Fields of the event that a run refers to, as `sha` and text.
    pub event: Vec<(String, String)>,
    /// Keys of secrets, as `name/key` and content.
    pub secrets: Vec<(String, String)>,
    /// Keys of config maps, as `name/key` and content.
    pub configs: Vec<(String, String)>,
    /// This process's environment: secrets are looked up in it, and what every program needs (`PATH`, …) is passed on.
    pub environment: Vec<(String, String)>,
    /// Variables of `environment` that steps get as well.
    pub pass: Vec<String>,
    /// Where the run's files go; `None` takes a fresh directory, which is kept where the run fails.
    pub directory: Option<PathBuf>,
    /// Keeps the fresh directory in any case.
    pub keep: bool,
    /// Plays this instead of running anything; the clock jumps.
    pub scenario: Option<Scenario>,
    /// What runs which task.
    pub engines: Engines,
    /// Opens a shell where a step fails; the caller has a terminal to give.
    pub shell: bool,
    /// So many tasks run at once at most.
    pub jobs: Option<usize>,
    /// The folder in which runs are kept: their history, their journals, their files. `None` keeps nothing.
    pub state: Option<PathBuf>,
    /// The program, as the history names it.
    pub program: String,
    /// How the run was asked for, as the caller understands it: kept with the run, secrets masked.
    pub invocation: String,
    /// Goes on with the run of this name, which is kept.
    pub resume: Option<String>,
    /// Does these tasks of it again and all that come after them, beside what failed or never ended.
    pub from: Vec<String>,
    /// Runs only these tasks, with what an earlier run gave.
    pub only: Vec<String>,
    /// The folder in which is kept what tasks gave that say what they depend on.
    pub cache: Option<PathBuf>,
    /// Notes why each of them was or was not taken from there.
    pub explain_cache: bool,
}

/// Runs what `options` name. Must be called within a tokio runtime, best one of a single thread.
///
/// # Errors
/// Where it does not begin. Whatever goes wrong later is part of the outcome.
pub async fn run(
    plan: &Plan,
    options: &RunOptions,
    events: &mut dyn FnMut(Event),
    cancel: Cancel,
) -> Result<Outcome, RunError> {
    if let Some(scenario) = &options.scenario {
        let prepared = prepare::prepare(plan, options, None)?;
        return play(&prepared, scenario, events).await;
    }
    let past = past::find(options)?;
    let prepared = prepare::prepare(plan, options, past.as_ref())?;
    let containers = engine::connect(&prepared.needs, options).await?;
    let mut session = durable::begin(&prepared, options, past)?;
    let place = prepare::Place::make(options, session.files.as_deref())?;
    let notes = std::mem::take(&mut session.notes);
    let ready = prepare::ready(&prepared, session, &place, (options, containers.clone()))?;
    let shared = ready.shared.clone();
    let mut follow = Follow::new(&prepared, events);
    follow.history = history::History::start(&shared, &prepared, options);
    follow.explain = options.explain_cache;
    for text in notes {
        shared.tell(Event::Note { task: None, text });
    }
    engine::doubts(&shared, &prepared.needs);
    let mut engine = Processes::new(shared.clone(), cancel);
    let driven = drive::drive(ready.schedule, &mut engine, shared.clone(), ready.replay);
    let end = follow.hear_out(&shared, driven, ready.receiver).await;
    let took = engine.now();
    for it in containers {
        it.sweep(true).await;
    }
    if let Some(cache) = &shared.cache {
        cache.stay_small();
    }
    // The rest may come later.
    let keep = options.keep || shared.journal.is_kept() && !options.only.is_empty();
    Ok(follow.outcome(&shared, end, took, (Some(place), keep)))
}

/// Plays a scenario.
async fn play(
    prepared: &Prepared,
    scenario: &Scenario,
    events: &mut dyn FnMut(Event),
) -> Result<Outcome, RunError> {
    let mut follow = Follow::new(prepared, events);
    let ready = prepare::played(prepared);
    let shared = ready.shared.clone();
    let fit = scenario::fit::of(prepared, scenario, &shared.name);
    if !fit.mistakes.is_empty() {
        return Err(RunError::Arguments(fit.mistakes));
    }
    for text in fit.doubts {
        shared.tell(Event::Note { task: None, text });
    }
    let mut engine = Simulated::new(scenario, shared.clone());
    let driven = drive::drive(ready.schedule, &mut engine, shared.clone(), ready.replay);
    let end = follow.hear_out(&shared, driven, ready.receiver).await;
    let took = engine.now();
    Ok(follow.outcome(&shared, end, took, (None, false)))
}

/// The end of a run of one task, in the words of the task.
fn of_task(task: &TaskOutcome, end: PipelineEnd) -> PipelineEnd {
    let message = match task.status {
        Status::Succeeded => "All Steps have completed executing".to_owned(),
        Status::Failed | Status::Cancelled | Status::Skipped => task.message.clone(),
    };
    PipelineEnd {
        status: task.status,
        reason: task.reason.clone(),
        message,
        results: task.results.clone(),
        ..end
    }
}

/// The runs of a plan that are started by hand, by name.
pub(crate) fn by_hand(plan: &Plan) -> Vec<String> {
    target::by_hand(plan).map(str::to_owned).collect()
}

/// Hands on what happens and remembers how each task ended.
struct Follow<'a> {
    prepared: &'a Prepared,
    events: &'a mut dyn FnMut(Event),
    tasks: Vec<TaskOutcome>,
    history: Option<history::History>,
    /// Notes what is said of the cache.
    explain: bool,
}

impl<'a> Follow<'a> {
    fn new(prepared: &'a Prepared, events: &'a mut dyn FnMut(Event)) -> Self {
        Self {
            prepared,
            events,
            tasks: Vec::new(),
            history: None,
            explain: false,
        }
    }

    /// Hands an event on to the history and to whoever asked for the run.
    fn tell(&mut self, event: Event) {
        if let Some(history) = &mut self.history {
            history.hear(&event);
            if let Some(text) = history.trouble() {
                (self.events)(Event::Note { task: None, text });
            }
        }
        (self.events)(event);
    }

    fn note(&mut self, text: String) {
        self.tell(Event::Note { task: None, text });
    }

    async fn hear_out(
        &mut self,
        shared: &Shared,
        driven: impl Future<Output = PipelineEnd>,
        mut messages: Receiver,
    ) -> PipelineEnd {
        self.tell(Event::RunStarted {
            name: shared.name.clone(),
            target: self.prepared.job.name.clone(),
            started: SystemTime::now(),
        });
        for (task, text) in &self.prepared.needs.notes {
            shared.note(task, text);
        }
        let mut driven = std::pin::pin!(driven);
        let mut batch = Vec::new();
        loop {
            tokio::select! { biased;
                // As many at once as there are, so that chatty steps cannot outrun who listens.
                count = messages.recv_many(&mut batch, usize::MAX), if !messages.is_closed() => {
                    if count > 0 {
                        self.hand_on(&mut batch);
                    }
                }
                end = &mut driven => {
                    while let Ok(message) = messages.try_recv() {
                        batch.push(message);
                    }
                    self.hand_on(&mut batch);
                    return end;
                }
            }
        }
    }

    fn hand_on(&mut self, batch: &mut Vec<Message>) {
        for message in batch.drain(..) {
            match message {
                Message::Event(event) => self.tell(event),
                Message::Outcome(outcome) => {
                    if let Some(history) = &mut self.history {
                        history.outcome(&outcome);
                    }
                    self.tasks.push(outcome);
                }
                Message::Why(task, text) => {
                    if let Some(history) = &self.history {
                        history.why(&task, &text);
                    }
                    if self.explain {
                        let task = Some(task);
                        self.tell(Event::Note { task, text });
                    }
                }
            }
        }
    }

    fn outcome(
        mut self,
        shared: &Shared,
        end: PipelineEnd,
        took: Duration,
        (place, keep): (Option<prepare::Place>, bool),
    ) -> Outcome {
        let (name, can_resume) = (shared.name.clone(), shared.journal.is_kept());
        let mask = &self.prepared.mask;
        let end = match self.tasks.first() {
            Some(task) if self.prepared.job.alone => of_task(task, end),
            Some(_) | None => end,
        };
        let (message, results) = (mask.hide(&end.message), mask.values(&end.results));
        (self.events)(Event::RunFinished {
            status: end.status,
            reason: end.reason.clone(),
            message: message.clone(),
            results: results.clone(),
            time: took,
        });
        // Only what is told is over, and only of what is over are the files removed: a kill between finds it as it was.
        if let Some(reason) = shared.journal.close(end.status) {
            self.note(format!("cannot write this run's journal: {reason}"));
        }
        let keep = keep || end.status != Status::Succeeded;
        let kept = place.and_then(|it| it.close(keep));
        if let Some(history) = self.history.take()
            && let Some(text) = history.close(&end, (&message, &results), took, kept.as_deref())
        {
            (self.events)(Event::Note { task: None, text });
        }
        let mut tasks = self.tasks;
        let order = prepare::order(&self.prepared.job.pipeline);
        tasks.sort_by_cached_key(|it| prepare::rank(&order, it));
        Outcome {
            name,
            can_resume,
            status: end.status,
            reason: end.reason,
            message: end.message,
            results: end.results,
            tasks,
            took,
            kept,
        }
    }
}
