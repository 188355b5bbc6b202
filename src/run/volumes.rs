//! Workspaces of a run as directories of this machine.

use std::path::Path;

use indexmap::IndexMap;

use crate::base::Name;
use crate::base::spelling::nearest;
use crate::host::{self, scratch};
use crate::plan::Plan;
use crate::run::evaluate::evaluate;
use crate::run::machine;
use crate::run::pod::{self, Content};
use crate::run::scope::{Directory, Given, Mount, Scope};
use crate::run::target::Job;
use crate::run::text;
use crate::run::{RunError, RunOptions};
use crate::value::Value;

/// What binds a workspace.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    Unbound,
    /// The caller's directory.
    Given(std::path::PathBuf),
    /// One directory for the whole run, or one below it.
    Run(String),
    /// What a claim keeps for the run; workspaces with the same claim share it.
    Claim(Name, String),
    /// A fresh one for each task.
    Task,
    /// A file for each key.
    Files(Vec<(String, String)>),
}

/// What binds each workspace of the target.
pub(crate) fn sources(
    plan: &Plan,
    job: &Job,
    options: &RunOptions,
    given: &std::sync::Arc<Given>,
    mistakes: &mut Vec<String>,
) -> IndexMap<Name, Source> {
    let declared = &job.pipeline.workspaces;
    let mut sources = IndexMap::new();
    for (name, directory) in &options.workspaces {
        let Some(workspace) = declared.get(name.as_str()) else {
            mistakes.push(no_such(job, name));
            continue;
        };
        if directory.as_os_str().is_empty() && workspace.optional {
            sources.insert(workspace.name.clone(), Source::Unbound);
            continue;
        }
        match scratch::whole(directory) {
            Ok(path) if scratch::is_directory(&path) => {
                sources.insert(workspace.name.clone(), Source::Given(path));
            }
            Ok(_) => mistakes.push(format!("`{}` is no directory", directory.display())),
            Err(error) => {
                let reason = host::reason(&error);
                mistakes.push(format!("cannot use `{}`: {reason}", directory.display()));
            }
        }
    }
    let scope = Scope {
        given: given.clone(),
        ..Scope::default()
    };
    // What only the run binds is seen by the tasks that are written in it.
    let bound = job.run.iter().flat_map(|it| it.workspaces.keys());
    let bound = bound
        .filter(|it| !declared.contains_key(*it))
        .map(|it| (it, true));
    let declared = declared.iter().map(|(name, it)| (name, it.optional));
    for (name, optional) in declared.chain(bound) {
        if sources.contains_key(name) || options.workspaces.iter().any(|(it, _)| it == name) {
            continue;
        }
        let bound = job.run.as_ref().map(|it| it.workspaces.get(name));
        let source = match bound {
            Some(Some((expr, _))) => evaluate(expr, &scope)
                .map_err(|it| it.to_string())
                .and_then(|it| of_api(plan, &it, given)),
            // A run that binds nothing leaves the workspace out.
            Some(None) if optional => Ok(Source::Unbound),
            None if optional => Ok(Source::Unbound),
            Some(None) | None => Ok(Source::Run(String::new())),
        };
        match source {
            Ok(source) => {
                sources.insert(name.clone(), source);
            }
            Err(reason) => mistakes.push(format!(
                "the workspace `{name}` cannot be made: {reason}; say --workspace {name}=DIRECTORY"
            )),
        }
    }
    sources
}

fn no_such(job: &Job, name: &str) -> String {
    let known = job.pipeline.workspaces.keys().map(Name::as_str);
    let help = nearest(name, known).map(|it| format!(": did you mean `{it}`?"));
    format!("there is no workspace `{name}`{}", help.unwrap_or_default())
}

/// A volume source, as the prelude makes it or as the API has it.
fn of_api(plan: &Plan, source: &Value, given: &Given) -> Result<Source, String> {
    if source.is_none() {
        return Ok(Source::Unbound);
    }
    if let Value::Thing(it) = source
        && let Some(secret) = plan.secrets.get(&it.name)
    {
        let known = files_of(&it.name, &given.secrets);
        let missing = secret
            .keys
            .iter()
            .find(|key| !known.iter().any(|(it, _)| it == key.as_str()));
        if let Some(key) = missing {
            return Err(format!("the secret `{}` has no key `{key}` here", it.name));
        }
    }
    let sub = source.get("subPath").or_else(|| source.get("sub-path"));
    let sub = sub
        .filter(|it| !it.is_none())
        .map(text::of)
        .unwrap_or_default();
    if source
        .get("volumeClaimTemplate")
        .is_some_and(|it| !it.is_none())
    {
        return Ok(Source::Run(sub));
    }
    if let Value::Make(it) = source
        && it.name == "volume"
    {
        return Ok(Source::Run(sub));
    }
    match pod::content(source, given).map_err(|it| it.to_string())? {
        Content::Empty => Ok(Source::Task),
        Content::Claim(claim) => Ok(Source::Claim(claim, sub)),
        Content::Files(files) => Ok(Source::Files(files)),
    }
}

/// What is known under a name, by key.
pub(crate) fn files_of(name: &str, known: &IndexMap<String, String>) -> Vec<(String, String)> {
    let prefix = format!("{name}/");
    let known = known.iter();
    let own = known.filter_map(|(path, text)| Some((path.strip_prefix(&prefix)?, text)));
    own.map(|(key, it)| (key.to_owned(), it.clone())).collect()
}

/// Makes the directories.
pub(crate) fn mounts(
    sources: &IndexMap<Name, Source>,
    root: &Path,
) -> Result<IndexMap<Name, Mount>, RunError> {
    let mut mounts = IndexMap::new();
    for (name, source) in sources {
        let mount = match source {
            Source::Unbound => Mount::Unbound,
            Source::Task => Mount::Fresh,
            Source::Given(path) => writable(path.clone()),
            Source::Run(_) | Source::Claim(..) => {
                let (path, sub) = match source {
                    Source::Claim(claim, sub) => {
                        (root.join(CLAIMS).join(claim.as_str()), sub.as_str())
                    }
                    Source::Run(sub) => (root.join("workspaces").join(name.as_str()), sub.as_str()),
                    Source::Unbound | Source::Task | Source::Given(_) | Source::Files(_) => {
                        continue;
                    }
                };
                let path = machine::below(&path, sub).unwrap_or(path);
                scratch::make(&path).map_err(|error| RunError::Files {
                    path: path.clone(),
                    error,
                })?;
                writable(path)
            }
            Source::Files(files) => {
                let path = root.join(SECRETS).join(name.as_str());
                for (key, text) in files {
                    let file = path.join(key);
                    let written = scratch::write_private(&file, text.as_bytes());
                    written.map_err(|error| RunError::Files { path: file, error })?;
                }
                let read_only = true;
                Mount::Directory(Directory { path, read_only })
            }
        };
        mounts.insert(name.clone(), mount);
    }
    Ok(mounts)
}

fn writable(path: std::path::PathBuf) -> Mount {
    let read_only = false;
    Mount::Directory(Directory { path, read_only })
}

/// The workspaces of a run that is only played: nothing is made.
pub(crate) fn imagined(sources: &IndexMap<Name, Source>) -> IndexMap<Name, Mount> {
    let mount = |name: &Name, source: &Source| match source {
        Source::Unbound => Mount::Unbound,
        Source::Task | Source::Given(_) | Source::Run(_) | Source::Claim(..) | Source::Files(_) => {
            writable(Path::new("/workspace").join(name.as_str()))
        }
    };
    let sources = sources.iter();
    sources
        .map(|(name, it)| (name.clone(), mount(name, it)))
        .collect()
}

/// Where directories of claims are.
pub(crate) const CLAIMS: &str = "claims";

/// Where files of secrets are while the run goes on; never kept.
pub(crate) const SECRETS: &str = crate::store::SECRETS;
