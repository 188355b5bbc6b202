//! One task, tried until it goes well or may not be tried again: each attempt has directories of its own, steps run in order.

mod place;

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::base::Name;
use crate::host::scratch;
use crate::plan::{Expr, Step, Task};
use crate::run::attempt::place::Inside;
use crate::run::cancel::{Cancel, Urgency};
use crate::run::container;
use crate::run::engine::containers::body::Life;
use crate::run::engine::containers::image::Progress;
use crate::run::evaluate;
use crate::run::event::{Event, Status, StepEnd, Stream, TaskId};
use crate::run::machine::TaskEnd;
use crate::run::process::ProcessEnd;
use crate::run::results::{self, Flaw, Limit};
use crate::run::schedule::Job;
use crate::run::scope::{Lack, Scope};
use crate::run::shared::Shared;
use crate::run::shell;
use crate::run::sidecar::{self, Sidecars, Unready};
use crate::run::start::{self, Broken, Listener, Start};
use crate::run::step;
use crate::run::text;
use crate::value::Value;

/// A longer line is cut where it is shown.
const LONGEST_LINE: usize = 64 << 10;

/// What it takes to run one attempt at a task.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) shared: Arc<Shared>,
    job: Job,
    /// Parameters and workspaces of the task, context of the run.
    scope: Scope,
    cancel: Cancel,
}

/// How an attempt ended.
struct Verdict {
    status: Status,
    reason: &'static str,
    message: String,
}

/// How a step ended, as far as the task is concerned.
enum Then {
    GoOn,
    Stop(Verdict),
}

impl Work {
    pub(crate) fn new(shared: Arc<Shared>, job: Job, cancel: Cancel) -> Self {
        Self {
            scope: job.instance.scope.clone(),
            shared,
            job,
            cancel,
        }
    }

    fn id(&self) -> &TaskId {
        &self.job.id
    }
}

/// Runs an attempt.
pub(crate) async fn perform(mut work: Work) -> TaskEnd {
    let shared = work.shared.clone();
    let _room = shared.room.acquire().await;
    let engine = shared.engine(&work.job).cloned();
    let _berth = match &engine {
        Some(engine) => Some(engine.room.acquire().await),
        None => None,
    };
    if engine.is_some() && work.job.task.host_steps.is_some() {
        // Steps for the host are not made for containers.
        let mut task = Task::clone(&work.job.task);
        task.host_steps = None;
        work.job.task = Arc::new(task);
    }
    shared.started(&work.job, shared.now());
    let mut results = IndexMap::new();
    let verdict = match place::begin(&work, engine.clone()) {
        Ok(mut inside) => whole(&mut work, &mut inside, &mut results).await,
        Err(lack) => failed("PodCreationFailed", lack.to_string()),
    };
    for doubt in results::doubts(&work.job.task.results, &results) {
        shared.note(&work.id().name, &doubt);
    }
    TaskEnd {
        status: verdict.status,
        reason: Name::new_static(verdict.reason),
        message: verdict.message,
        results,
        reused: None,
    }
}

/// Sidecars, then steps, then nothing of either.
async fn whole(
    work: &mut Work,
    inside: &mut Inside,
    results: &mut IndexMap<Name, Value>,
) -> Verdict {
    let mut sidecars = Sidecars::default();
    let ready = match beside(work, inside, &mut sidecars) {
        Ok(()) => sidecars.ready(inside.limit, &mut work.cancel).await,
        Err(lack) => {
            sidecars.stop().await;
            return failed("PodCreationFailed", lack.to_string());
        }
    };
    let verdict = match ready {
        Ok(()) => steps(work, inside, results).await,
        Err(Unready::Late) => failed("TaskRunTimeout", too_late(work)),
        Err(Unready::Cancelled) => cancelled(),
    };
    sidecars.stop().await;
    verdict
}

/// Starts the sidecars. In containers the others share the first one's network, as all of a pod do.
fn beside(work: &Work, inside: &mut Inside, sidecars: &mut Sidecars) -> Result<(), Lack> {
    for (index, it) in container::sidecars(&work.job.task).iter().enumerate() {
        let name = sidecar::name(it, index);
        let (life, lives) = watch::channel(Life::Coming);
        let is_first = index == 0;
        let place = step::Place {
            name: &name,
            environment: &work.shared.environment,
            scope: &inside.scope,
            pod: inside.pod.as_ref(),
            vessel: inside.vessel.as_ref(),
            life: inside.vessel.is_some().then_some(life),
        };
        let start = step::prepare(it, &place)?;
        let asking = Name::new(format!("{name}-probe"));
        let place = step::Place {
            name: &asking,
            life: None,
            vessel: None,
            ..place
        };
        let mut asks = |command: Vec<String>| {
            let mut asking = it.clone();
            asking.script = None;
            asking.args = Vec::new();
            let word = |word: String| Expr::constant(it.span, Value::str(word));
            asking.command = command.into_iter().map(word).collect();
            match step::prepare(&asking, &place) {
                Ok(Start::Process(launch)) => Some(launch),
                Ok(Start::Container(_)) | Err(_) => None,
            }
        };
        let vessel = inside.vessel.as_ref();
        let within = vessel.map(|it| (it.engine.clone(), lives.clone()));
        let probes = sidecar::probes(it, &inside.scope, within, &mut asks);
        let (shared, task) = (work.shared.clone(), work.id().clone());
        let own = name.clone();
        let tell = move |said: sidecar::Said| match said {
            sidecar::Said::Line(stream, line) => log(&shared, &task, &own, stream, &line),
            sidecar::Said::Pull(image, progress) => pulling(&shared, &task, &image, progress),
        };
        sidecars.start(&name, start, probes, tell);
        if let Some(vessel) = &mut inside.vessel
            && is_first
        {
            vessel.beside = Some(lives);
        }
    }
    Ok(())
}

fn failed(reason: &'static str, message: String) -> Verdict {
    let status = Status::Failed;
    Verdict {
        status,
        reason,
        message,
    }
}

async fn steps(
    work: &mut Work,
    inside: &mut Inside,
    results: &mut IndexMap<Name, Value>,
) -> Verdict {
    let task = work.job.task.clone();
    let mut verdict = None;
    for (index, it) in container::steps(&task).iter().enumerate() {
        if verdict.is_some() {
            finished(work, &step::name(it, index), StepEnd::Skipped);
            continue;
        }
        if let Some(view) = &mut inside.scope.task {
            view.step = Some(step::name(it, index));
        }
        match one_step(work, it, index, inside).await {
            Then::GoOn => {}
            Then::Stop(found) => verdict = Some(found),
        }
        let limit = work.shared.results;
        if let Err(flaw) = collect(&task, (it, index), &mut inside.scope, limit, results) {
            let flawed = failed(flaw.reason(), flaw.to_string());
            verdict.get_or_insert(flawed);
        }
    }
    verdict.unwrap_or_else(|| Verdict {
        status: Status::Succeeded,
        reason: "Succeeded",
        message: String::new(),
    })
}

fn finished(work: &Work, step: &Name, end: StepEnd) {
    work.shared.tell(Event::StepFinished {
        task: work.id().clone(),
        step: step.clone(),
        end,
        time: work.shared.now(),
    });
}

/// Reads the results that stand there after a step.
fn collect(
    task: &Task,
    (step, index): (&Step, usize),
    scope: &mut Scope,
    limit: Limit,
    results: &mut IndexMap<Name, Value>,
) -> Result<(), Flaw> {
    let Some(view) = &mut scope.task else {
        return Ok(());
    };
    let name = step::name(step, index);
    let own = view
        .directory
        .join("steps")
        .join(name.as_str())
        .join("results");
    view.step_results
        .insert(name, results::read(&own, step.results.values(), limit)?);
    *results = results::read(
        &view.directory.join("results"),
        task.results.values(),
        limit,
    )?;
    for it in task.results.values() {
        // A result that no step gave stays absent.
        if let Some(value) = &it.value
            && let Ok(value) = evaluate::evaluate(value, scope)
        {
            results.insert(it.name.clone(), value);
        }
    }
    Ok(())
}

async fn one_step(work: &mut Work, step: &Step, index: usize, inside: &Inside) -> Then {
    let name = step::name(step, index);
    let scope = &inside.scope;
    if work.cancel.urgency() > Urgency::None {
        return judge(work, step, &name, ProcessEnd::Cancelled, false, inside);
    }
    let wanted = step
        .when
        .as_ref()
        .map_or(Ok(true), |it| evaluate::truth(it, scope));
    if wanted == Ok(false) {
        finished(work, &name, StepEnd::Skipped);
        return Then::GoOn;
    }
    let script = Name::new(format!("step-{index}"));
    let place = step::Place {
        name: &script,
        environment: &work.shared.environment,
        scope,
        pod: inside.pod.as_ref(),
        vessel: inside.vessel.as_ref(),
        life: None,
    };
    let prepared = wanted.and_then(|_| step::prepare(step, &place));
    work.shared.tell(Event::StepStarted {
        task: work.id().clone(),
        step: name.clone(),
        time: work.shared.now(),
    });
    let start = match prepared {
        Ok(start) => start,
        Err(lack) => {
            finished(work, &name, StepEnd::Exited(1));
            return Then::Stop(unprepared(&name, &lack));
        }
    };
    let own = step.timeout.and_then(|it| u64::try_from(it).ok());
    let own = own
        .filter(|it| *it > 0)
        .map(|it| Instant::now() + Duration::from_nanos(it));
    let earliest = inside.limit.into_iter().chain(own).min();
    let end = {
        let (shared, task, step) = (work.shared.clone(), work.id().clone(), name.clone());
        let mut line = |stream, bytes: Vec<u8>| log(&shared, &task, &step, stream, &bytes);
        let mut pull = |image: &str, it| pulling(&shared, &task, image, it);
        let listener = Listener {
            line: &mut line,
            pull: &mut pull,
        };
        start::run(&start, earliest, &mut work.cancel, listener).await
    };
    let end = match end {
        Ok(end) => end,
        Err(Broken::Start(line)) => {
            log(&work.shared, work.id(), &name, Stream::Err, line.as_bytes());
            ProcessEnd::Exited(127)
        }
        Err(broken) => {
            finished(work, &name, StepEnd::Exited(1));
            return Then::Stop(unlaunched(work, &name, &broken));
        }
    };
    if matches!(end, ProcessEnd::Exited(1..)) && !goes_on(step, scope) {
        shell::open(&work.shared, work.id(), (step, index), place).await;
    }
    judge(
        work,
        step,
        &name,
        end,
        own.is_some() && own == earliest,
        inside,
    )
}

/// A step that its engine could not run.
fn unlaunched(work: &Work, step: &Name, broken: &Broken) -> Verdict {
    match broken {
        Broken::Image(image, reason) => {
            let run = work.shared.task_run(&work.id().name);
            failed(
                "TaskRunImagePullFailed",
                format!(
                    "the step \"{step}\" in TaskRun \"{run}\" failed to pull the image \"{image}\". The pod errored with the message: \"{reason}.\""
                ),
            )
        }
        Broken::Start(reason) | Broken::Engine(reason) => {
            failed("Failed", format!("\"step-{step}\": {reason}"))
        }
    }
}

fn unprepared(step: &Name, lack: &Lack) -> Verdict {
    let reason = match lack {
        Lack::Result { .. } | Lack::Other(_) => "StepFailed",
    };
    failed(reason, format!("\"step-{step}\" could not start: {lack}"))
}

/// Whether the task goes on although the step failed.
fn goes_on(step: &Step, scope: &Scope) -> bool {
    let said = step.on_error.as_ref();
    let said = said.and_then(|it| evaluate::text(it, scope).ok());
    step.continue_on_error || said.is_some_and(|it| it == "continue")
}

/// What the end of a step's process means for the task.
fn judge(
    work: &Work,
    step: &Step,
    name: &Name,
    end: ProcessEnd,
    by_own_limit: bool,
    inside: &Inside,
) -> Then {
    let scope = &inside.scope;
    if let (ProcessEnd::Exited(code), Some(task), true) = (end, &scope.task, inside.codes) {
        let file = task
            .directory
            .join("steps")
            .join(name.as_str())
            .join("exitCode");
        let _ = scratch::write(&file, code.to_string().as_bytes());
    }
    let (shown, then) = match end {
        ProcessEnd::Exited(0) => (StepEnd::Exited(0), Then::GoOn),
        ProcessEnd::Exited(code) if goes_on(step, scope) => (StepEnd::Continued(code), Then::GoOn),
        ProcessEnd::Exited(code) => {
            missing_tool(work, step, name, code, scope);
            let reason = if code == 137 { "StepOOM" } else { "StepFailed" };
            let message = format!("\"step-{name}\" exited with code {code}");
            (StepEnd::Exited(code), Then::Stop(failed(reason, message)))
        }
        ProcessEnd::TimedOut => (
            StepEnd::TimedOut,
            Then::Stop(late(work, name, by_own_limit)),
        ),
        ProcessEnd::Cancelled => (StepEnd::Cancelled, Then::Stop(cancelled())),
    };
    finished(work, name, shown);
    then
}

fn late(work: &Work, step: &Name, by_own_limit: bool) -> Verdict {
    if by_own_limit {
        let limit = "because the step exceeded the specified timeout limit";
        return failed("StepFailed", format!("\"step-{step}\" exited {limit}"));
    }
    failed("TaskRunTimeout", too_late(work))
}

fn too_late(work: &Work) -> String {
    let within = text::go(work.job.instance.timeout.unwrap_or_default());
    let run = work.shared.task_run(&work.id().name);
    format!("TaskRun \"{run}\" failed to finish within \"{within}\"")
}

fn cancelled() -> Verdict {
    Verdict {
        status: Status::Cancelled,
        reason: "TaskRunCancelled",
        message: String::new(),
    }
}

/// A program that is not found is likely one of the image's.
fn missing_tool(work: &Work, step: &Step, name: &Name, code: i32, scope: &Scope) {
    if work.shared.engine(&work.job).is_some() {
        return;
    }
    let image = step
        .image
        .as_ref()
        .and_then(|it| evaluate::text(it, scope).ok());
    if let (127, Some(image)) = (code, image) {
        let note = format!(
            "step `{name}` is made for the image `{image}`, and here runs with this machine's programs, of which one is missing: install it, or give the task a `host {{ … }}` block"
        );
        work.shared.note(&work.id().name, &note);
    }
}

fn pulling(shared: &Shared, task: &TaskId, image: &str, progress: Progress) {
    shared.tell(Event::Pulling {
        task: task.clone(),
        image: image.to_owned(),
        done: progress.done,
        total: progress.total,
        over: progress.over,
        time: shared.now(),
    });
}

fn log(shared: &Shared, task: &TaskId, step: &Name, stream: Stream, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches('\r');
    let mut line = shared.mask.hide_up_to(text, LONGEST_LINE.min(text.len()));
    if text.len() > LONGEST_LINE {
        line.push_str(" …");
    }
    shared.tell(Event::Log {
        task: task.clone(),
        step: step.clone(),
        stream,
        line,
    });
}
