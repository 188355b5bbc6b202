//! Tasks that say what they depend on are not run again where nothing of that changed: what they gave is in the cache.

mod parts;
pub(crate) mod pattern;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::eval::{from_json, to_json};
use crate::host;
use crate::host::keep::Kind;
use crate::plan;
use crate::run::attempt::{self, Work};
use crate::run::cancel::Cancel;
use crate::run::evaluate;
use crate::run::event::{Reused, Status};
use crate::run::machine::TaskEnd;
use crate::run::reuse::pattern::Pattern;
use crate::run::schedule::Job;
use crate::run::scope::{Lack, Mount, Scope};
use crate::run::shared::Shared;
use crate::run::text;
use crate::store::cache::{self, Cache, Content, Entry, File, Parts};
use crate::value::Value;

/// So many reasons are named.
const NAMED: usize = 5;

/// Runs an attempt, or takes what it would give from the cache.
pub(crate) async fn perform(shared: Arc<Shared>, job: Job, cancel: Cancel) -> TaskEnd {
    let ready = match (&shared.cache, &job.task.cache) {
        (Some(cache), Some(declared)) => pure(&shared, &job, cache, declared),
        (None, _) | (_, None) => {
            return attempt::perform(Work::new(shared, job, cancel)).await;
        }
    };
    let name = job.id.name.clone();
    let pure = match ready {
        Ok(pure) => Arc::new(pure),
        Err(lack) => {
            shared.why(&name, format!("not cached: {lack}"));
            return attempt::perform(Work::new(shared, job, cancel)).await;
        }
    };
    let found = {
        // What reads all the files counts as a task that runs.
        let _room = shared.room.acquire().await;
        let pure = pure.clone();
        in_background(move || pure.look_up()).await
    };
    let parts = match found {
        Ok(LookedUp::Found(entry)) => {
            let text = format!("taken from the cache: the run `{}` gave it", entry.run);
            shared.why(&name, text);
            shared.started(&job, shared.now());
            return taken(&entry);
        }
        Ok(LookedUp::Missing(parts, why)) => {
            shared.why(&name, why);
            parts
        }
        Err(error) => {
            shared.why(&name, format!("not cached: {}", host::reason(&error)));
            return attempt::perform(Work::new(shared, job, cancel)).await;
        }
    };
    let began = shared.now();
    let end = attempt::perform(Work::new(shared.clone(), job, cancel)).await;
    if end.status == Status::Succeeded {
        let (results, took) = (end.results.clone(), shared.now().saturating_sub(began));
        let kept = in_background(move || pure.keep(&parts, &results, took)).await;
        match kept {
            Ok(None) => {}
            Ok(Some(reason)) => shared.why(&name, format!("not kept in the cache: {reason}")),
            Err(error) => {
                shared.why(
                    &name,
                    format!("not kept in the cache: {}", host::reason(&error)),
                );
            }
        }
    }
    end
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| {
        Err(io::Error::other(
            "the runner stopped in the middle of its work",
        ))
    })
}

/// A task that can be cached, with its patterns.
struct Pure {
    shared: Arc<Shared>,
    job: Job,
    cache: Cache,
    inputs: Vec<(Name, PathBuf, Vec<Pattern>)>,
    outputs: Vec<(Name, PathBuf, Vec<Pattern>)>,
    programs: Vec<String>,
}

enum LookedUp {
    Found(Entry),
    /// The parts of the key, and why there is nothing.
    Missing(Parts, String),
}

fn pure(
    shared: &Arc<Shared>,
    job: &Job,
    cache: &Cache,
    declared: &plan::Cache,
) -> Result<Pure, Lack> {
    let scope = &job.instance.scope;
    let mut programs = Vec::new();
    for it in &declared.programs {
        programs.push(evaluate::text(it, scope)?);
    }
    Ok(Pure {
        inputs: patterns(&declared.inputs, scope)?,
        outputs: patterns(&declared.outputs, scope)?,
        programs,
        shared: shared.clone(),
        job: job.clone(),
        cache: cache.clone(),
    })
}

fn patterns(
    declared: &IndexMap<Name, Vec<plan::Expr>>,
    scope: &Scope,
) -> Result<Vec<(Name, PathBuf, Vec<Pattern>)>, Lack> {
    let mut found = Vec::new();
    for (name, all) in declared {
        let Mount::Directory(directory) = scope.mount(name) else {
            continue;
        };
        let mut patterns = Vec::new();
        for it in all {
            let text = evaluate::text(it, scope)?;
            patterns.push(Pattern::parse(&text).map_err(Lack::Other)?);
        }
        found.push((name.clone(), directory.path.clone(), patterns));
    }
    Ok(found)
}

fn taken(entry: &Entry) -> TaskEnd {
    let results = entry.results.as_object().into_iter().flatten();
    TaskEnd {
        status: Status::Succeeded,
        reason: Name::new_static("Succeeded"),
        message: String::new(),
        results: results
            .map(|(name, it)| (Name::new(name), from_json(it)))
            .collect(),
        reused: Some(Reused::Cache),
    }
}

impl Pure {
    /// What the task is called wherever it runs.
    fn name(&self) -> String {
        format!("{} {}", self.shared.program, self.job.id.name)
    }

    fn look_up(&self) -> io::Result<LookedUp> {
        let parts = self.parts()?;
        let _held = self.cache.hold()?;
        let key = cache::key(&parts);
        let found = self.cache.find(&key)?;
        let before = self.cache.last(&self.name());
        self.cache.set_last(&self.name(), &parts)?;
        let why = match (&found, before) {
            (Some(_), _) => "what the cache holds of it is damaged".to_owned(),
            (None, Some(before)) => differences(&before, &parts),
            (None, None) => "it did not run here before".to_owned(),
        };
        if let Some(entry) = found
            && self.lay_out(&entry)?
        {
            return Ok(LookedUp::Found(entry));
        }
        let why = format!("not taken from the cache: {why}");
        Ok(LookedUp::Missing(parts, why))
    }

    /// Puts its files where the task would. Gives whether all were there.
    fn lay_out(&self, entry: &Entry) -> io::Result<bool> {
        for file in &entry.files {
            let root = self.outputs.iter().find(|(it, ..)| *it == file.workspace);
            let Some((_, root, _)) = root else {
                return Ok(false);
            };
            let path = root.join(&file.path);
            let whole = match &file.content {
                Content::Bytes { hash, mode, .. } => self.cache.lay_out(hash, *mode, &path)?,
                Content::Link(target) => {
                    host::keep::link(std::path::Path::new(target), &path)?;
                    true
                }
            };
            if !whole {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Keeps what the task gave; gives why it is not kept.
    fn keep(
        &self,
        parts: &Parts,
        results: &IndexMap<Name, Value>,
        took: Duration,
    ) -> io::Result<Option<String>> {
        let changed = self.parts()?;
        if changed != *parts {
            let what = differences(parts, &changed);
            return Ok(Some(format!("{what} while it ran")));
        }
        let mask = &self.shared.mask;
        if mask.values(results) != *results {
            return Ok(Some("its results hold a secret".to_owned()));
        }
        let _held = self.cache.hold()?;
        let mut files = Vec::new();
        for (workspace, root, patterns) in &self.outputs {
            for (path, it) in pattern::files(root, patterns)? {
                let whole = root.join(&path);
                let content = match it.kind {
                    Kind::Link(target) => Content::Link(target.to_string_lossy().into_owned()),
                    Kind::File if mask.is_in(&whole)? => {
                        return Ok(Some(format!("`{path}` holds a secret")));
                    }
                    Kind::File => Content::Bytes {
                        hash: self.cache.take_in(&whole)?,
                        size: it.size,
                        mode: it.mode,
                    },
                    Kind::Directory | Kind::Other => continue,
                };
                files.push(File {
                    workspace: workspace.to_string(),
                    path,
                    content,
                });
            }
        }
        let results = results.iter().filter_map(|(name, it)| {
            let json = to_json(&text::erased(it))?;
            Some((name.to_string(), json))
        });
        let entry = Entry {
            task: self.job.id.name.to_string(),
            took: took.as_secs_f64(),
            run: self.shared.name.to_string(),
            results: serde_json::Value::Object(results.collect()),
            files,
        };
        self.cache.save(&cache::key(parts), &entry)?;
        Ok(None)
    }
}

/// What is not as it was, as a sentence.
fn differences(before: &Parts, now: &Parts) -> String {
    let mut all: Vec<String> = Vec::new();
    for (name, it) in now {
        match before.get(name) {
            Some(known) if known == it => {}
            Some(_) => all.push(format!("{name} changed")),
            None => all.push(format!("{name} is new")),
        }
    }
    let gone = before.keys().filter(|it| !now.contains_key(*it));
    all.extend(gone.map(|it| format!("{it} is gone")));
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    match (all.is_empty(), more) {
        (true, _) => "what it gave is not kept any more".to_owned(),
        (false, 0) => all.join(", "),
        (false, more) => format!("{} and {more} more", all.join(", ")),
    }
}
