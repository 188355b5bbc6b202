//! A run that outlives its process: its name and folder, its lock, its journal.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::base::Name;
use crate::host;
use crate::host::keep::Lock;
use crate::run::event::Status;
use crate::run::past::{self, Past, Replay};
use crate::run::prepare::{self, Prepared};
use crate::run::shared::Library;
use crate::run::{RunError, RunOptions, choice, fingerprint, leftover, text};
use crate::store::Folder;
use crate::store::cache::Cache;
use crate::store::journal::Journal;

/// A run that begins, or goes on.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) name: Name,
    pub(crate) journal: Log,
    pub(crate) replay: Replay,
    /// Where the run's own files are, where they are kept.
    pub(crate) files: Option<PathBuf>,
    /// It goes on.
    pub(crate) resumed: bool,
    /// What the user should know.
    pub(crate) notes: Vec<String>,
    pub(crate) program: String,
    pub(crate) shell: bool,
    pub(crate) cache: Option<Cache>,
}

impl Session {
    /// One of which nothing is kept.
    pub(crate) fn unkept(name: Name) -> Self {
        Self {
            name,
            journal: Log::default(),
            replay: Replay::default(),
            files: None,
            resumed: false,
            notes: Vec::new(),
            program: String::new(),
            shell: false,
            cache: None,
        }
    }
}

/// The journal of a run, if it is kept.
#[derive(Debug, Default)]
pub(crate) struct Log {
    journal: Mutex<Option<Journal>>,
    _lock: Option<Lock>,
}

impl Log {
    /// Writes records of so much work. Gives what went wrong, once.
    pub(crate) fn write(&self, records: &[Json], work: Duration) -> Option<String> {
        self.with(|it| it.write(records, work))
    }

    /// The run is over.
    pub(crate) fn close(&self, status: Status) -> Option<String> {
        self.with(|it| {
            it.write(&[past::over(status)], Duration::ZERO)?;
            it.sync()
        })
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.lock().is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Journal>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, write: impl FnOnce(&mut Journal) -> std::io::Result<()>) -> Option<String> {
        let mut journal = self.lock();
        let error = write(journal.as_mut()?).err()?;
        // What cannot be written to the end is not written to any more: what stands there is right.
        *journal = None;
        Some(host::reason(&error))
    }
}

/// Begins a run, or goes on with one; opens the cache, if a task wants it.
pub(crate) fn begin(
    prepared: &Prepared,
    options: &RunOptions,
    past: Option<Past>,
) -> Result<Session, RunError> {
    let mut session = opened(prepared, options, past)?;
    session.program.clone_from(&options.program);
    session.shell = options.shell;
    if let Some(folder) = &options.cache
        && prepared.can_be_cached()
    {
        match Cache::open(folder) {
            Ok(cache) => session.cache = Some(cache),
            Err(error) => session.notes.push(format!(
                "cannot use the cache in `{}`: {}",
                folder.display(),
                host::reason(&error)
            )),
        }
    }
    Ok(session)
}

fn opened(
    prepared: &Prepared,
    options: &RunOptions,
    past: Option<Past>,
) -> Result<Session, RunError> {
    let mut session = Session::unkept(prepare::run_name(&prepared.job));
    let Some(state) = &options.state else {
        return Ok(session);
    };
    let (inputs, nodes) = (inputs(prepared, options), nodes(prepared));
    if let Some(past) = past {
        return resume(prepared, options, past, (inputs, nodes));
    }
    let folder = Folder::new(state);
    let made = (|| {
        while !folder.run(&session.name).make()? {
            std::thread::sleep(Duration::from_micros(10));
            session.name = prepare::run_name(&prepared.job);
        }
        let own = folder.run(&session.name);
        let lock = own.lock()?;
        let mut journal = Journal::open(&own.journal(), 0)?;
        let none = indexmap::IndexSet::new();
        let run = said(prepared, options, &own.files());
        let record = past::session(run, (&inputs, &nodes), &none);
        journal.write(&[record], Duration::ZERO)?;
        Ok::<_, std::io::Error>((own, lock, journal))
    })();
    match made {
        Ok((own, lock, journal)) => {
            session.files = Some(own.files());
            session.journal = Log {
                journal: Mutex::new(Some(journal)),
                _lock: lock,
            };
        }
        Err(error) => {
            let _ = folder.run(&session.name).remove();
            session.notes.push(format!(
                "cannot keep this run in `{}`: {}; it cannot be resumed",
                state.display(),
                host::reason(&error)
            ));
        }
    }
    Ok(session)
}

/// What the history says of a run that begins: the journal has it first.
fn said(prepared: &Prepared, options: &RunOptions, files: &std::path::Path) -> Json {
    let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let directory = options.directory.as_deref().unwrap_or(files);
    serde_json::json!({
        "target": *prepared.job.name, "program": options.program, "started": started.unwrap_or_default().as_secs_f64(),
        "directory": directory.to_string_lossy(), "invocation": prepared.mask.hide(&options.invocation), "partial": !options.only.is_empty(),
    })
}

/// Hashes of the nodes.
fn nodes(prepared: &Prepared) -> IndexMap<Name, String> {
    let library = Library {
        tasks: prepared.needs.tasks.clone(),
        pipelines: prepared.needs.pipelines.clone(),
        timeouts: IndexMap::new(),
    };
    let pipeline = &prepared.job.pipeline;
    let all = pipeline.nodes.iter().chain(&pipeline.finally);
    fingerprint::nodes(all, &library)
}

/// What the run is given, secrets masked.
fn inputs(prepared: &Prepared, options: &RunOptions) -> IndexMap<String, String> {
    let mut inputs = IndexMap::new();
    let mut say = |name: String, value: &str| {
        inputs.insert(name, prepared.mask.hide(value));
    };
    say("what runs".to_owned(), &prepared.job.name);
    for (name, it) in &prepared.params {
        say(format!("the parameter `{name}`"), &text::of(it));
    }
    for (name, path) in &options.workspaces {
        say(format!("the workspace `{name}`"), &path.to_string_lossy());
    }
    for (name, it) in &options.event {
        say(format!("`event.{name}`"), it);
    }
    for (name, it) in &options.configs {
        say(format!("the config map's `{name}`"), it);
    }
    inputs
}

type Known = (IndexMap<String, String>, IndexMap<Name, String>);

fn resume(
    prepared: &Prepared,
    options: &RunOptions,
    mut past: Past,
    (inputs, nodes): Known,
) -> Result<Session, RunError> {
    let from = options.from.as_slice();
    if past.is_done() && from.is_empty() && options.only.is_empty() {
        return Err(RunError::NotResumed(vec![format!(
            "the run `{}` succeeded: nothing of it is left to do",
            past.name
        )]));
    }
    let again = choice::again(&prepared.job.pipeline, from, &options.only)?;
    let dropped = past.forget(&again);
    let changed = changed(&past, (&inputs, &nodes));
    if past.begun && !changed.is_empty() {
        return Err(RunError::NotResumed(changed));
    }
    let files = past.folder.files();
    if prepared.keeps_workspaces()
        && options.directory.is_none()
        && !past.kept().is_empty()
        && !crate::host::scratch::is_directory(&files)
    {
        return Err(RunError::NotResumed(vec![format!(
            "the workspaces of the run `{}` are gone, as those of every run that succeeds: keep them with --keep",
            past.name
        )]));
    }
    leftover::kill(&prepare::uid(&past.name));
    let failed = |error| RunError::Files {
        path: past.folder.journal(),
        error,
    };
    let mut journal = Journal::open(&past.folder.journal(), past.good).map_err(failed)?;
    let run = said(prepared, options, &files);
    let record = past::session(run, (&inputs, &nodes), &dropped);
    journal.write(&[record], Duration::ZERO).map_err(failed)?;
    let name = past.name.clone();
    let (replay, lock) = past.into_replay();
    Ok(Session {
        journal: Log {
            journal: Mutex::new(Some(journal)),
            _lock: Some(lock),
        },
        replay,
        files: Some(files),
        resumed: true,
        ..Session::unkept(name)
    })
}

/// What is not as it was, though something that is not done again rests on it.
fn changed(
    past: &Past,
    (inputs, nodes): (&IndexMap<String, String>, &IndexMap<Name, String>),
) -> Vec<String> {
    let run = &past.name;
    let mut changed = Vec::new();
    for (name, before) in &past.inputs {
        match inputs.get(name) {
            Some(now) if now == before => {}
            Some(now) => changed.push(format!(
                "{name} was `{before}` in the run `{run}` and is `{now}`"
            )),
            None => changed.push(format!(
                "{name} was `{before}` in the run `{run}` and is not given"
            )),
        }
    }
    for (name, now) in inputs {
        if !past.inputs.contains_key(name) {
            changed.push(format!(
                "{name} is `{now}` and was not given in the run `{run}`"
            ));
        }
    }
    for name in past.kept() {
        match (past.nodes.get(name), nodes.get(name)) {
            (Some(before), Some(now)) if before == now => {}
            (_, Some(_)) => changed.push(format!(
                "`{name}` ended in the run `{run}` and has changed since: run it again with --from {name}"
            )),
            // What is left out of the pipeline does no harm.
            (_, None) => {}
        }
    }
    changed
}
