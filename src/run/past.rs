//! What a journal says of a run that is taken up again: which attempts ended, how, and what they were given.

use std::time::Duration;

use indexmap::{IndexMap, IndexSet};
use serde_json::{Value as Json, json};

use crate::base::Name;
use crate::eval::{from_json, to_json};
use crate::host::keep::Lock;
use crate::plan::{Callee, Node, Pipeline};
use crate::run::event::{Reused, Status};
use crate::run::machine::TaskEnd;
use crate::run::mask::Mask;
use crate::run::schedule::Job;
use crate::run::text;
use crate::run::{RunError, RunOptions, fingerprint};
use crate::store::{Folder, RunFolder, journal};
use crate::value::Value;

/// A run that was begun.
#[derive(Debug)]
pub(crate) struct Past {
    pub(crate) name: Name,
    pub(crate) folder: RunFolder,
    /// Nobody else goes on with it.
    pub(crate) lock: Lock,
    /// The whole part of the journal, in bytes.
    pub(crate) good: u64,
    /// What it was given, for people.
    pub(crate) inputs: IndexMap<String, String>,
    /// Hashes of its nodes.
    pub(crate) nodes: IndexMap<Name, String>,
    ended: IndexMap<(Name, u32), Ended>,
    /// It came to its end.
    over: bool,
    /// Only some of its tasks were to run.
    partial: bool,
    /// It came so far that something could have begun.
    pub(crate) begun: bool,
}

/// An attempt that ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) task: Name,
    pub(crate) attempt: u32,
    /// With the nodes around it.
    pub(crate) node: Name,
    pub(crate) finally: bool,
    pub(crate) end: TaskEnd,
    /// As it was told: `ToBeRetried`, `FailureIgnored`.
    pub(crate) told: Name,
    /// The hash of the arguments.
    pub(crate) given: String,
    pub(crate) took: Duration,
}

/// The record of an attempt that ended. `None` where it cannot be said without giving a secret away.
pub(crate) fn ended(
    job: &Job,
    end: &TaskEnd,
    told: &Name,
    took: Duration,
    mask: &Mask,
) -> Option<Json> {
    let mut results = serde_json::Map::new();
    for (name, it) in &end.results {
        let sealed = mask.sealed(&text::erased(it))?;
        results.insert(name.to_string(), to_json(&sealed)?);
    }
    Some(json!({ "ended": {
        "task": *job.id.name, "attempt": job.attempt, "node": *job.id.node, "finally": job.finally,
        "status": end.status.word(), "reason": *end.reason, "told": **told,
        "message": mask.hide(&end.message), "results": results, "given": given(job), "took": took.as_secs_f64(),
    } }))
}

/// The hash of what a job is given.
fn given(job: &Job) -> String {
    fingerprint::values(&job.instance.given)
}

/// The record with which a run begins, or goes on.
pub(crate) fn session(
    run: Json,
    (inputs, nodes): (&IndexMap<String, String>, &IndexMap<Name, String>),
    dropped: &IndexSet<Name>,
) -> Json {
    let nodes: serde_json::Map<String, Json> = nodes
        .iter()
        .map(|(name, it)| (name.to_string(), json!(it)))
        .collect();
    let dropped: Vec<&str> = dropped.iter().map(Name::as_str).collect();
    json!({ "session": { "run": run, "inputs": inputs, "nodes": nodes, "dropped": dropped } })
}

/// The record with which a run ends.
pub(crate) fn over(status: Status) -> Json {
    json!({ "over": status.word() })
}

/// The run that is to be taken up again.
pub(crate) fn find(options: &RunOptions) -> Result<Option<Past>, RunError> {
    let Some(name) = &options.resume else {
        return Ok(None);
    };
    let refuse = |reason: String| Err(RunError::NotResumed(vec![reason]));
    let Some(state) = &options.state else {
        return refuse("runs are not kept here, so that none can be resumed".to_owned());
    };
    let folder = Folder::new(state).run(name);
    if !folder.exists() {
        return refuse(format!("there is no run `{name}`, or it is forgotten"));
    }
    let files = |error| RunError::Files {
        path: folder.journal(),
        error,
    };
    let Some(lock) = folder.lock().map_err(files)? else {
        return refuse(format!("the run `{name}` is still going on"));
    };
    let read = journal::read(&folder.journal()).map_err(files)?;
    let mut past = Past {
        name: Name::new(name),
        folder,
        lock,
        good: read.good,
        inputs: IndexMap::new(),
        nodes: IndexMap::new(),
        ended: IndexMap::new(),
        over: false,
        partial: false,
        begun: false,
    };
    for record in &read.records {
        past.read(record);
    }
    Ok(Some(past))
}

impl Past {
    fn read(&mut self, record: &Json) {
        if let Some(it) = record.get("session") {
            (self.over, self.begun) = (false, true);
            let partial = it.get("run").and_then(|it| it.get("partial")?.as_bool());
            self.partial = partial.unwrap_or_default();
            let dropped: IndexSet<Name> = names(it.get("dropped"));
            self.ended.retain(|(task, _), _| !dropped.contains(task));
            self.inputs = texts(it.get("inputs"));
            let nodes = texts(it.get("nodes")).into_iter();
            self.nodes = nodes.map(|(name, it)| (Name::new(name), it)).collect();
        } else if let Some(it) = record.get("ended").and_then(attempt) {
            self.ended.insert((it.task.clone(), it.attempt), it);
        } else if record.get("over").is_some() {
            self.over = true;
        }
    }

    /// All of it came to its end, and nothing failed.
    pub(crate) fn is_done(&self) -> bool {
        self.over && !self.partial && self.failed().is_empty()
    }

    /// The tasks that did not end well, so that a run that is over ended as it did.
    fn failed(&self) -> IndexSet<Name> {
        let mut last: IndexMap<&Name, &Ended> = IndexMap::new();
        for it in self.ended.values() {
            let known = last.entry(&it.task).or_insert(it);
            if known.attempt < it.attempt {
                *known = it;
            }
        }
        let failed = last.into_values().filter(|it| match it.end.status {
            Status::Succeeded => false,
            Status::Failed => it.told != "FailureIgnored",
            Status::Cancelled | Status::Skipped => true,
        });
        failed.map(|it| it.task.clone()).collect()
    }

    /// The nodes that ended, of the outermost pipeline.
    pub(crate) fn finished(&self, pipeline: &Pipeline) -> IndexSet<Name> {
        let mut ended: IndexMap<&str, bool> = IndexMap::new();
        for it in self.ended.values() {
            let last = ended.entry(outermost(&it.node)).or_default();
            *last |= it.told != "ToBeRetried";
        }
        // Of several tasks of a node that was cut short some may not have begun.
        let simple = |it: &Node| !it.fans_out() && !matches!(it.callee, Callee::Pipeline(_));
        let whole = |it: &&Node| match ended.get(it.name.as_str()) {
            Some(last) => self.over || simple(it) && *last,
            None => false,
        };
        let nodes = pipeline.nodes.iter().filter(whole);
        nodes.map(|it| it.name.clone()).collect()
    }

    /// Forgets what is to be done again; gives the tasks.
    pub(crate) fn forget(&mut self, again: &IndexSet<Name>) -> IndexSet<Name> {
        let mut dropped: IndexSet<Name> = match self.over {
            true => self.failed(),
            // A run that was killed goes on as if it had not been; but nothing cancels it any more.
            false => {
                let ended = self.ended.values();
                let cancelled = ended.filter(|it| it.end.status == Status::Cancelled);
                cancelled.map(|it| it.task.clone()).collect()
            }
        };
        let chosen = self.ended.values();
        let chosen = chosen.filter(|it| again.contains(outermost(&it.node)));
        dropped.extend(chosen.map(|it| it.task.clone()));
        // `finally` follows what is done again.
        let levels: Vec<String> = dropped.iter().map(|it| around(it).to_owned()).collect();
        let over = self.over;
        let follows = |it: &&Ended| {
            let own = around(&it.task);
            let below = |level: &String| level.starts_with(own);
            it.finally && (levels.iter().any(below) || over && own.is_empty())
        };
        let finally = self.ended.values().filter(follows);
        let finally: Vec<Name> = finally.map(|it| it.task.clone()).collect();
        dropped.extend(finally);
        self.ended.retain(|(task, _), _| !dropped.contains(task));
        dropped
    }

    /// The nodes of the outermost pipeline of which something is not done again.
    pub(crate) fn kept(&self) -> IndexSet<&str> {
        self.ended.values().map(|it| outermost(&it.node)).collect()
    }

    /// The attempts that are not made again.
    pub(crate) fn into_replay(self) -> (Replay, Lock) {
        (Replay { ended: self.ended }, self.lock)
    }
}

/// The attempts that are not made again, but told as they ended.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    ended: IndexMap<(Name, u32), Ended>,
}

impl Replay {
    /// How this attempt ended, if it was made before with the same arguments.
    pub(crate) fn take(&mut self, job: &Job, mask: &Mask) -> Option<(TaskEnd, Duration)> {
        let key = (job.id.name.clone(), job.attempt);
        let found = self.ended.swap_remove(&key)?;
        if found.given != given(job) {
            return None;
        }
        let mut end = found.end;
        for value in end.results.values_mut() {
            *value = mask.unsealed(value)?;
        }
        end.reused = Some(Reused::Resume);
        Some((end, found.took))
    }
}

/// The node of the outermost pipeline.
fn outermost(node: &str) -> &str {
    node.split('/').next().unwrap_or(node)
}

/// The names of the nodes around a task, each with `/`.
fn around(task: &str) -> &str {
    task.rfind('/')
        .map_or("", |at| task.get(..=at).unwrap_or_default())
}

fn names(json: Option<&Json>) -> IndexSet<Name> {
    let all = json.and_then(Json::as_array).into_iter().flatten();
    all.filter_map(Json::as_str).map(Name::new).collect()
}

fn texts(json: Option<&Json>) -> IndexMap<String, String> {
    let all = json.and_then(Json::as_object).into_iter().flatten();
    all.filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned())))
        .collect()
}

fn attempt(json: &Json) -> Option<Ended> {
    let text = |key: &str| json.get(key).and_then(Json::as_str);
    let results = json.get("results")?.as_object()?.iter();
    let results: IndexMap<Name, Value> = results
        .map(|(name, it)| (Name::new(name), from_json(it)))
        .collect();
    Some(Ended {
        task: Name::new(text("task")?),
        attempt: u32::try_from(json.get("attempt")?.as_u64()?).ok()?,
        node: Name::new(text("node")?),
        finally: json.get("finally")?.as_bool()?,
        end: TaskEnd {
            status: Status::of(text("status")?)?,
            reason: Name::new(text("reason")?),
            message: text("message")?.to_owned(),
            results,
            reused: None,
        },
        told: Name::new(text("told")?),
        given: text("given")?.to_owned(),
        took: Duration::try_from_secs_f64(json.get("took")?.as_f64()?).ok()?,
    })
}
