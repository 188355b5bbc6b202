//! From a plan and what the caller gives to a run that can begin: everything that can be refused is refused here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use indexmap::IndexMap;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use crate::base::Name;
use crate::base::spelling::nearest;
use crate::host::scratch;
use crate::plan::{Pipeline, Plan};
use crate::run::choice;
use crate::run::durable::Session;
use crate::run::engine::choice::Engines;
use crate::run::engine::containers::Containers;
use crate::run::evaluate;
use crate::run::event::TaskOutcome;
use crate::run::leftover;
use crate::run::machine::{self, Timeouts};
use crate::run::mask::Mask;
use crate::run::needs::{self, Needs};
use crate::run::past::{Past, Replay};
use crate::run::results::Limit;
use crate::run::schedule::Schedule;
use crate::run::scope::{Given, Mount, Scope};
use crate::run::shared::{self, Library, Message, Shared};
use crate::run::target::{self, Job};
use crate::run::volumes::{self, Source};
use crate::run::world::World;
use crate::run::{RunError, RunOptions, arguments};
use crate::value::Value;

/// The end of the channel at which the run is followed.
pub(crate) type Receiver = mpsc::UnboundedReceiver<Message>;

/// A run that can begin.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) job: Job,
    pub(crate) needs: Needs,
    pub(crate) params: IndexMap<Name, Value>,
    pub(crate) sources: IndexMap<Name, Source>,
    pub(crate) given: Arc<Given>,
    pub(crate) mask: Mask,
    environment: IndexMap<String, String>,
    world: Option<World>,
    results: Limit,
    engines: Engines,
    security: Option<Value>,
}

/// Finds the target and checks all that the caller gives.
pub(crate) fn prepare(
    plan: &Plan,
    options: &RunOptions,
    past: Option<&Past>,
) -> Result<Prepared, RunError> {
    let mut job = target::select(plan, options.target.as_deref())?;
    if !options.only.is_empty() {
        let finished = past.map(|it| it.finished(&job.pipeline));
        let finished = finished.unwrap_or_default();
        let pipeline = choice::restrict(&job.pipeline, &options.only, &finished)?;
        job.pipeline = Arc::new(pipeline);
    }
    let mut needs = needs::of(plan, &job.pipeline, &options.engines);
    if !needs.unable.is_empty() && options.scenario.is_none() {
        return Err(RunError::Unable(needs.unable.into_iter().collect()));
    }
    let world = match options.scenario {
        None => World::find(),
        Some(_) => None,
    };
    if world.is_none() && options.scenario.is_none() {
        needs.without_world();
    }
    let mut mistakes = Vec::new();
    for name in options.engines.tasks.keys() {
        if !needs.known.contains(name.as_str()) {
            let near = nearest(name, needs.known.iter().map(Name::as_str));
            let help = near.map(|it| format!(": did you mean `{it}`?"));
            let help = help.unwrap_or_default();
            mistakes.push(format!(
                "there is no task `{name}` to choose an engine for{help}"
            ));
        }
    }
    let mut given = arguments::given(options);
    if options.scenario.is_none() {
        look_up_secrets(plan, &needs, options, &mut given, &mut mistakes);
    }
    let given = Arc::new(given);
    let mut scope = Scope {
        given: given.clone(),
        context: context(&Name::new_static(""), &job.pipeline),
        ..Scope::default()
    };
    let params = arguments::params(&job, options, &given, &mut mistakes);
    if job.alone {
        // What is not given stays the task's own affair.
        let pipeline = Arc::make_mut(&mut job.pipeline);
        let nodes = pipeline.nodes.iter_mut();
        nodes.for_each(|it| it.args.retain(|name, _| params.contains_key(name)));
    }
    mistakes.extend(not_started(&job, &given));
    let sources = volumes::sources(plan, &job, options, &given, &mut mistakes);
    // What the run alone names is seen by the tasks that are written in it.
    let beyond = params
        .iter()
        .filter(|(name, _)| !job.pipeline.params.contains_key(*name));
    scope
        .params
        .extend(beyond.map(|(name, it)| (name.clone(), it.clone())));
    if mistakes.is_empty()
        && let Err(lack) = machine::fill(&job.pipeline.params, params, &mut scope)
    {
        mistakes.push(lack.to_string());
    }
    if !mistakes.is_empty() {
        return Err(RunError::Arguments(mistakes));
    }
    let security = security(&job, &scope);
    let mut mask = Mask::default();
    { given.secrets.iter() }.for_each(|(name, it)| mask.add(name, it));
    let tokens = given.event.get("git-auth").and_then(Value::as_str);
    { tokens.into_iter() }.for_each(|it| mask.add("git-auth", it));
    Ok(Prepared {
        params: scope.params,
        environment: arguments::environment(options),
        job,
        needs,
        sources,
        given,
        mask,
        world,
        results: Limit::of(&plan.profile.tekton.flags),
        engines: options.engines.clone(),
        security,
    })
}

impl Prepared {
    /// A task says what it depends on.
    pub(crate) fn can_be_cached(&self) -> bool {
        let pipelines = self.needs.pipelines.values().chain([&self.job.pipeline]);
        let nodes = pipelines.flat_map(|it| it.nodes.iter().chain(&it.finally));
        let mut tasks = nodes
            .filter_map(|it| it.embedded())
            .chain(self.needs.tasks.values().map(|it| &**it));
        tasks.any(|it| it.cache.is_some())
    }

    /// A workspace of the run itself is written to by one task and read by another.
    pub(crate) fn keeps_workspaces(&self) -> bool {
        let mut sources = self.sources.values();
        sources.any(|it| matches!(it, Source::Run(_) | Source::Claim(..)))
    }
}

/// What is said of a run whose `if` the given event does not meet. Where too little of the event is given, nothing is.
fn not_started(job: &Job, given: &Arc<Given>) -> Option<String> {
    let condition = job.run.as_ref()?.condition.as_ref()?;
    let scope = Scope {
        given: given.clone(),
        ..Scope::default()
    };
    let name = &job.name;
    let refused = evaluate::truth(condition, &scope) == Ok(false);
    refused.then(|| format!("the run `{name}` does not start on this event: its `if` is false"))
}

/// Fills in secrets from the environment, and says which are missing.
fn look_up_secrets(
    plan: &Plan,
    needs: &Needs,
    options: &RunOptions,
    given: &mut Given,
    mistakes: &mut Vec<String>,
) {
    let declared = plan.secrets.iter();
    let declared =
        declared.flat_map(|(name, it)| it.keys.iter().map(move |key| format!("{name}/{key}")));
    let wanted = needs.secrets.keys().cloned().chain(declared);
    for secret in wanted {
        let variable = arguments::variable(&secret);
        let mut found = options.environment.iter();
        if let Some((_, value)) = found.find(|(name, _)| *name == variable) {
            given.secrets.entry(secret).or_insert_with(|| value.clone());
        }
    }
    for (secret, task) in &needs.secrets {
        if !given.secrets.contains_key(secret) {
            let variable = arguments::variable(secret);
            mistakes.push(format!(
                "the task `{task}` needs the secret `{secret}`: say --secret {secret}=… or set {variable}"
            ));
        }
    }
    for ((field, name), task) in &needs.files {
        let (known, kind, flag) = match field.as_str() {
            "secret" => (&given.secrets, "secret", "--secret"),
            _ => (&given.configs, "config map", "--config"),
        };
        if volumes::files_of(name, known).is_empty() {
            mistakes.push(format!(
                "a volume of the task `{task}` holds the {kind} `{name}`: say {flag} {name}/KEY=…"
            ));
        }
    }
    for (config, task) in &needs.configs {
        if !given.configs.contains_key(config) {
            mistakes.push(format!(
                "the task `{task}` needs the config map's `{config}`: say --config {config}=…"
            ));
        }
    }
}

/// What the template of the run's pods says of who its containers are.
fn security(job: &Job, scope: &Scope) -> Option<Value> {
    let run = job.run.as_ref()?;
    let of_task = run.extra.get("podTemplate").cloned();
    let template = run.extra.get("taskRunTemplate");
    let template = of_task.or_else(|| template?.get("podTemplate"))?;
    let said = template.get("securityContext")?;
    evaluate::evaluate(&said, scope).ok()
}

fn context(run: &Name, pipeline: &Pipeline) -> IndexMap<Name, Value> {
    let uid = uid(run);
    let all = [
        ("pipelineRun.name", run.clone()),
        ("pipelineRun.namespace", Name::new_static("default")),
        ("pipelineRun.uid", uid),
        ("pipeline.name", pipeline.meta.name.clone()),
    ];
    let all = all.into_iter();
    all.map(|(name, it)| (Name::new_static(name), Value::Str(it)))
        .collect()
}

/// A name that no other run of this machine has, in the manner of `generateName`.
pub(crate) fn run_name(job: &Job) -> Name {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let mut bits = now.unwrap_or_default().as_nanos() / 1000;
    let mut suffix = String::new();
    for _ in 0..6 {
        let letter = usize::try_from(bits % 32)
            .ok()
            .and_then(|it| LETTERS.get(it));
        suffix.extend(letter.map(|it| char::from(*it)));
        bits /= 32;
    }
    let generated = job.run.as_ref().and_then(|it| it.generate_name.clone());
    let stem = generated.unwrap_or_else(|| Name::new(format!("{}-", job.name)));
    Name::new(format!("{stem}{suffix}"))
}

/// An identifier of the form that Kubernetes uses, made of the name.
pub(crate) fn uid(name: &Name) -> Name {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(name.as_bytes());
    let hex: String = hash.iter().take(16).map(|it| format!("{it:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    let parts = [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ];
    Name::new(parts.join("-"))
}

/// The directory of a run.
#[derive(Debug)]
pub(crate) struct Place {
    root: PathBuf,
    /// Made for this run alone.
    fresh: bool,
}

impl Place {
    /// Where the caller says, else where the run is kept, else a fresh one.
    pub(crate) fn make(options: &RunOptions, kept: Option<&Path>) -> Result<Self, RunError> {
        let Some(path) = options.directory.as_deref().or(kept) else {
            let root = scratch::fresh().map_err(|error| RunError::Files {
                path: std::path::PathBuf::from("the directory for temporary files"),
                error,
            })?;
            return Ok(Self { root, fresh: true });
        };
        let made = scratch::make(path).and_then(|()| scratch::whole(path));
        let root = made.map_err(|error| RunError::Files {
            path: path.to_owned(),
            error,
        })?;
        let fresh = options.directory.is_none();
        Ok(Self { root, fresh })
    }

    /// Removes what is not to be kept; gives what is.
    pub(crate) fn close(self, keep: bool) -> Option<PathBuf> {
        let _ = scratch::remove(&self.root.join(volumes::SECRETS));
        if keep || !self.fresh {
            return Some(self.root);
        }
        // What cannot be removed is there, and may as well be named.
        scratch::remove(&self.root).err().map(|_| self.root)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
}

/// What all parts of a run share, the schedule, and the end of the channel at which the run is followed.
pub(crate) struct Ready {
    pub(crate) shared: Arc<Shared>,
    pub(crate) schedule: Schedule,
    pub(crate) receiver: Receiver,
    /// Attempts that are not made again.
    pub(crate) replay: Replay,
}

/// A run that is only played, ready to begin.
pub(crate) fn played(prepared: &Prepared) -> Ready {
    let session = Session::unkept(played_name(&prepared.job));
    let workspaces = volumes::imagined(&prepared.sources);
    together(
        prepared,
        session,
        workspaces,
        PathBuf::new(),
        (shared::ROOM, Vec::new()),
    )
}

/// The run, ready to begin at its place, with the engines that are there.
pub(crate) fn ready(
    prepared: &Prepared,
    session: Session,
    place: &Place,
    (options, containers): (&RunOptions, Vec<Arc<Containers>>),
) -> Result<Ready, RunError> {
    let workspaces = volumes::mounts(&prepared.sources, place.root())?;
    let directory = place.root().to_owned();
    let jobs = options.jobs.unwrap_or(shared::ROOM).max(1);
    Ok(together(
        prepared,
        session,
        workspaces,
        directory,
        (jobs, containers),
    ))
}

fn together(
    prepared: &Prepared,
    session: Session,
    workspaces: IndexMap<Name, Mount>,
    directory: PathBuf,
    (jobs, containers): (usize, Vec<Arc<Containers>>),
) -> Ready {
    let (messages, receiver) = mpsc::unbounded_channel();
    let job = &prepared.job;
    let name = session.name.clone();
    let mut environment = prepared.environment.clone();
    if session.journal.is_kept() {
        environment.insert(leftover::VARIABLE.to_owned(), uid(&name).to_string());
    }
    let scope = Scope {
        params: prepared.params.clone(),
        context: context(&name, &job.pipeline),
        workspaces,
        given: prepared.given.clone(),
        ..Scope::default()
    };
    let shared = Shared {
        uid: uid(&name),
        name: name.clone(),
        mask: prepared.mask.clone(),
        environment,
        directory,
        world: prepared.world.clone(),
        results: prepared.results,
        alone: job.alone,
        engines: prepared.engines.clone(),
        containers,
        security: prepared.security.clone(),
        start: Instant::now(),
        room: Semaphore::new(jobs),
        messages,
        shell: session.shell.then(|| Semaphore::new(1)),
        journal: session.journal,
        program: session.program,
        cache: session.cache,
        resumed: session.resumed,
    };
    let library = Library {
        tasks: prepared.needs.tasks.clone(),
        pipelines: prepared.needs.pipelines.clone(),
        timeouts: target::timeouts(job),
    };
    let (pipeline, library) = (job.pipeline.clone(), Arc::new(library));
    let schedule = Schedule::new(pipeline, library, name, scope, timeouts(job));
    Ready {
        shared: Arc::new(shared),
        schedule,
        receiver,
        replay: session.replay,
    }
}

/// The name of a run that is only played: the same each time.
fn played_name(job: &Job) -> Name {
    let Some(run) = &job.run else {
        return job.name.clone();
    };
    match &run.generate_name {
        Some(stem) => Name::new(stem.trim_end_matches('-')),
        None => run.meta.name.clone(),
    }
}

/// How long a run may take where it does not say.
const HOUR: Duration = Duration::from_secs(3600);

fn timeouts(job: &Job) -> Timeouts {
    let of = |name: &str| {
        let found = job.run.as_ref()?.timeouts.get(name);
        let nanoseconds = found.and_then(|it| u64::try_from(*it).ok());
        nanoseconds.map(Duration::from_nanos)
    };
    Timeouts {
        // A task alone has its own limit only.
        pipeline: of("pipeline").or((!job.alone).then_some(HOUR)),
        tasks: of("tasks"),
        finally: of("finally"),
    }
}

/// The places of nodes in the source.
pub(crate) fn order(pipeline: &Pipeline) -> IndexMap<Name, usize> {
    let all = pipeline.nodes.iter().chain(&pipeline.finally);
    all.enumerate()
        .map(|(at, it)| (it.name.clone(), at))
        .collect()
}

/// Where a task stands among all: by node, then by instance.
pub(crate) fn rank(order: &IndexMap<Name, usize>, outcome: &TaskOutcome) -> (usize, String, usize) {
    let (outer, inner) = match outcome.task.split_once('/') {
        Some((outer, inner)) => (outer, inner),
        None => (outcome.task.as_str(), ""),
    };
    if let Some(at) = order.get(outer) {
        return (*at, inner.to_owned(), 0);
    }
    let (stem, index) = outer.rsplit_once('-').unwrap_or((outer, ""));
    let at = order.get(stem).copied().unwrap_or(usize::MAX);
    (at, inner.to_owned(), index.parse().unwrap_or(0))
}
