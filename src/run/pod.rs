//! What the steps and sidecars of one attempt share: its directories, workspaces and volumes, and at which paths they see them.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::base::Name;
use crate::host::scratch;
use crate::plan::{Expr, Step, Task};
use crate::run::container::{self, entries};
use crate::run::evaluate::{self, evaluate};
use crate::run::machine;
use crate::run::scope::{Given, Lack, Mount, Scope};
use crate::run::text;
use crate::run::volumes;
use crate::run::world::{self, Bind, World};
use crate::value::Value;

/// What an attempt's processes see at real paths.
#[derive(Debug)]
pub(crate) struct Pod {
    /// None where they are containers.
    world: Option<World>,
    home: PathBuf,
    /// By the task's workspace.
    workspaces: IndexMap<Name, Bind>,
    /// Workspaces that only those see that list them.
    isolated: Vec<Name>,
    /// By name; whether they can be written to.
    volumes: IndexMap<Name, (PathBuf, bool)>,
}

/// Where things of an attempt are kept.
pub(crate) struct Places<'a> {
    /// The attempt's own.
    pub(crate) home: &'a Path,
    /// Of the whole run.
    pub(crate) run: &'a Path,
    /// Not kept after the run.
    pub(crate) secrets: &'a Path,
    /// Other users than this one read what is mounted.
    pub(crate) shared: bool,
}

/// Whether the paths that a container would have make a difference to a task.
pub(crate) fn wanted(task: &Task, scope: &Scope) -> bool {
    let steps = task.host_steps.as_ref().unwrap_or(&task.steps).iter();
    let steps = steps.flat_map(Step::expressions);
    let extra = task.extra.values().filter(|_| task.host_steps.is_none());
    let mut said = steps.chain(extra);
    let read_only = |it: &Mount| match it {
        Mount::Directory(it) => it.read_only,
        Mount::Unbound | Mount::Fresh => false,
    };
    let directories = task.steps.iter().filter_map(|it| it.working_dir.as_ref());
    let mut directories = directories.filter_map(Expr::text);
    let absent = |it: &str| it.starts_with('/') && !scratch::is_directory(Path::new(it));
    asks(task)
        || directories.any(absent)
        || said.any(world::names_a_path)
        || scope.workspaces.values().any(read_only)
        || scope.params.values().any(world::value_names_a_path)
}

/// The same, as far as it is known from the task alone.
pub(crate) fn asks(task: &Task) -> bool {
    let volumes = task.extra.contains_key("volumes") && task.host_steps.is_none();
    let mut workspaces = task.workspaces.values();
    volumes || workspaces.any(|it| it.mount_path.is_some() || it.read_only)
}

impl Pod {
    /// Makes volumes, and gives the workspaces of the scope the paths that they have within.
    pub(crate) fn make(
        world: Option<World>,
        task: &Task,
        places: &Places<'_>,
        scope: &mut Scope,
    ) -> Result<Self, Lack> {
        let mut workspaces = IndexMap::new();
        for (name, mount) in &mut scope.workspaces {
            let Mount::Directory(it) = mount else {
                continue;
            };
            let bind = Bind {
                source: it.path.clone(),
                target: Path::new("/workspace").join(name.as_str()),
                read_only: it.read_only,
            };
            it.path = bind.target.clone();
            workspaces.insert(name.clone(), bind);
        }
        for (name, declared) in &task.workspaces {
            let Some(path) = &declared.mount_path else {
                continue;
            };
            let path = PathBuf::from(evaluate::text(path, scope)?);
            if let (Some(bind), Some(Mount::Directory(it))) =
                (workspaces.get_mut(name), scope.workspaces.get_mut(name))
                && path.is_absolute()
            {
                bind.target = path.clone();
                it.path = path;
            }
        }
        let containers = [container::steps(task), container::sidecars(task)].concat();
        let mut isolated = Vec::new();
        for it in &containers {
            let listed = listed(it, "workspaces", "name", scope)?;
            isolated.extend(listed.iter().filter_map(|it| named(it, "name")));
        }
        let volumes = match task.host_steps {
            Some(_) => IndexMap::new(),
            None => made(task, places, scope)?,
        };
        Ok(Self {
            world,
            home: places.home.to_owned(),
            workspaces,
            isolated,
            volumes,
        })
    }

    /// What a step or sidecar sees at which path.
    pub(crate) fn binds(&self, container: &Step, scope: &Scope) -> Result<Vec<Bind>, Lack> {
        let bind = |source: &Path, target: &str| Bind {
            source: source.to_owned(),
            target: PathBuf::from(target),
            read_only: false,
        };
        let mut binds = vec![
            bind(&self.home, "/tekton"),
            bind(&self.home.join("workspace"), "/workspace"),
        ];
        let shared = self.workspaces.iter();
        let shared = shared.filter(|(name, _)| !self.isolated.contains(name));
        binds.extend(shared.map(|(_, it)| it.clone()));
        for it in listed(container, "workspaces", "name", scope)? {
            let Some(own) = named(&it, "name").and_then(|it| self.workspaces.get(&it)) else {
                continue;
            };
            let mut own = own.clone();
            if let Some(path) = named(&it, "mountPath").filter(|it| !it.is_empty()) {
                own.target = PathBuf::from(path.as_str());
            }
            binds.push(own);
        }
        for it in listed(container, "volumeMounts", "mountPath", scope)? {
            let name = named(&it, "name").unwrap_or_default();
            let path = named(&it, "mountPath").unwrap_or_default();
            let (source, writable) = match self.volumes.get(&name) {
                Some((source, writable)) => (source.clone(), *writable),
                None => (self.of_workspace(&name)?, true),
            };
            let source = match named(&it, "subPath").filter(|it| !it.is_empty()) {
                Some(sub) => machine::below(&source, &sub)
                    .ok_or_else(|| Lack::Other(format!("`{sub}` leads out of the volume")))?,
                None => source,
            };
            if !scratch::is_file(&source) {
                made_directory(&source, self.world.is_none())?;
            }
            let said = it.get("readOnly").and_then(Value::as_bool);
            binds.push(Bind {
                source,
                target: Path::new("/").join(path.as_str()),
                read_only: said == Some(true) || !writable,
            });
        }
        if self.world.is_some() {
            binds.extend(self.absent_directory(container, &binds, scope)?);
        }
        // Of two at the same path the later counts.
        let binds = binds.into_iter().map(|it| (it.target.clone(), it));
        let binds: IndexMap<PathBuf, Bind> = binds.collect();
        Ok(binds.into_values().collect())
    }

    /// A directory to start in that is not there: a container gets one.
    fn absent_directory(
        &self,
        container: &Step,
        binds: &[Bind],
        scope: &Scope,
    ) -> Result<Option<Bind>, Lack> {
        let Some(said) = &container.working_dir else {
            return Ok(None);
        };
        let target = PathBuf::from(evaluate::text(said, scope)?);
        let known = binds.iter().any(|it| target.starts_with(&it.target));
        if known || !target.is_absolute() || scratch::is_directory(&target) {
            return Ok(None);
        }
        self.stand_in(&target).map(Some)
    }

    /// An empty directory for a path where there is none.
    pub(crate) fn stand_in(&self, target: &Path) -> Result<Bind, Lack> {
        let plain = world::plain(target);
        let below = plain.strip_prefix("/").unwrap_or(&plain);
        let source = self.home.join("directories").join(below);
        made_directory(&source, self.world.is_none())?;
        Ok(Bind {
            source,
            target: target.to_owned(),
            read_only: false,
        })
    }

    /// A mount may name the volume behind a workspace.
    fn of_workspace(&self, name: &Name) -> Result<PathBuf, Lack> {
        let found = self.workspaces.get(name).map(|it| it.source.clone());
        found.ok_or_else(|| Lack::Other(format!("there is no volume `{name}`")))
    }

    pub(crate) fn world(&self) -> Option<&World> {
        self.world.as_ref()
    }
}

/// A list of a container, computed.
fn listed(
    container: &Step,
    field: &str,
    key: &'static str,
    scope: &Scope,
) -> Result<Vec<IndexMap<Name, Value>>, Lack> {
    match container.extra.get(field) {
        Some(it) => Ok(entries(&evaluate(it, scope)?, key)),
        None => Ok(Vec::new()),
    }
}

fn named(entry: &IndexMap<Name, Value>, key: &str) -> Option<Name> {
    let value = entry.get(key).filter(|it| !it.is_none());
    value.map(|it| Name::new(text::of(it)))
}

/// `shared`: whatever user a container has, it may write there.
fn made_directory(path: &Path, shared: bool) -> Result<(), Lack> {
    let failed = |error: std::io::Error| {
        let reason = crate::host::reason(&error);
        Lack::Other(format!("cannot make `{}`: {reason}", path.display()))
    };
    let shared = shared && !scratch::exists(path);
    let made = scratch::make(path);
    let made = made.and_then(|()| if shared { scratch::share(path) } else { Ok(()) });
    made.map_err(failed)
}

/// The volumes of a task as directories.
fn made(
    task: &Task,
    places: &Places<'_>,
    scope: &Scope,
) -> Result<IndexMap<Name, (PathBuf, bool)>, Lack> {
    let mut volumes = IndexMap::new();
    let Some(all) = task.extra.get("volumes") else {
        return Ok(volumes);
    };
    for it in entries(&evaluate(all, scope)?, "name") {
        let name = named(&it, "name").unwrap_or_default();
        let source = it.get("source").cloned();
        let source = source.unwrap_or_else(|| Value::record(it.clone()));
        let kept = match content(&source, &scope.given)? {
            Content::Empty => {
                let path = places.home.join("volumes").join(name.as_str());
                made_directory(&path, places.shared)?;
                (path, true)
            }
            Content::Claim(claim) => {
                let path = places.run.join(volumes::CLAIMS).join(claim.as_str());
                made_directory(&path, places.shared)?;
                (path, true)
            }
            Content::Files(files) => {
                let path = places.secrets.join(name.as_str());
                made_directory(&path, places.shared)?;
                for (key, text) in files {
                    let file = machine::below(&path, &key)
                        .ok_or_else(|| Lack::Other(format!("`{key}` leads out of the volume")))?;
                    let failed = |error: std::io::Error| {
                        let reason = crate::host::reason(&error);
                        Lack::Other(format!("cannot write `{}`: {reason}", file.display()))
                    };
                    let written = scratch::write_private(&file, text.as_bytes());
                    let written = written.and_then(|()| match places.shared {
                        true => scratch::publish(&file, false),
                        false => Ok(()),
                    });
                    written.map_err(failed)?;
                }
                (path, false)
            }
        };
        volumes.insert(name, kept);
    }
    Ok(volumes)
}

/// What a volume holds at first.
pub(crate) enum Content {
    Empty,
    /// What a claim of that name keeps for the run.
    Claim(Name),
    Files(Vec<(String, String)>),
}

/// The kinds of volumes that are made here, by their fields in the API.
pub(crate) const KINDS: &[&str] = &[
    "name",
    "source",
    "emptyDir",
    "configMap",
    "secret",
    "projected",
    "persistentVolumeClaim",
    "volumeClaimTemplate",
    "ephemeral",
    "downwardAPI",
];

/// What a volume source gives, as the prelude makes it or as the API has it.
pub(crate) fn content(source: &Value, given: &Given) -> Result<Content, Lack> {
    let said = |field: &str| source.get(field).filter(|it| !it.is_none());
    if let Value::Thing(it) = source
        && it.kind == "secret"
    {
        return files(&it.name, None, &given.secrets, "secret").map(Content::Files);
    }
    if let Value::Make(it) = source {
        let name = Name::new(source.get("name").map(text::of).unwrap_or_default());
        return match it.name.as_str() {
            "config-files" => files(&name, None, &given.configs, "config map").map(Content::Files),
            "claim" => Ok(Content::Claim(name)),
            _ => Ok(Content::Empty),
        };
    }
    if let Some(of) = said("projected").and_then(|it| it.get("sources")) {
        let mut all = Vec::new();
        for it in of.as_list().unwrap_or_default() {
            all.extend(projected(it, given)?);
        }
        return Ok(Content::Files(all));
    }
    if let Some(claim) = said("persistentVolumeClaim") {
        let name = claim.get("claimName").map(text::of).unwrap_or_default();
        return Ok(Content::Claim(Name::new(name)));
    }
    let is_files = said("secret").or(said("configMap")).or(said("downwardAPI"));
    match is_files {
        Some(_) => projected(source, given).map(Content::Files),
        None => Ok(Content::Empty),
    }
}

/// The files of one source of a projected volume, or of a volume of one kind.
fn projected(source: &Value, given: &Given) -> Result<Vec<(String, String)>, Lack> {
    for (field, known, kind) in [
        ("secret", &given.secrets, "secret"),
        ("configMap", &given.configs, "config map"),
    ] {
        if let Some(of) = source.get(field).filter(|it| !it.is_none()) {
            let name = of.get("secretName").or_else(|| of.get("name"));
            let name = Name::new(name.map(text::of).unwrap_or_default());
            return files(&name, Some(of), known, kind);
        }
    }
    Ok(Vec::new())
}

fn files(
    name: &Name,
    of: Option<&Value>,
    known: &IndexMap<String, String>,
    kind: &str,
) -> Result<Vec<(String, String)>, Lack> {
    let optional = of.and_then(|it| it.get("optional")?.as_bool()) == Some(true);
    let all = match volumes::files_of(name, known) {
        files if files.is_empty() && !optional => {
            let lack = format!("the {kind} `{name}` is not known here");
            return Err(Lack::Other(lack));
        }
        files => files,
    };
    let items = of.and_then(|it| it.get("items")).filter(|it| !it.is_none());
    let Some(items) = items.and_then(Value::as_list) else {
        return Ok(all);
    };
    let mut chosen = Vec::new();
    for it in items {
        let text = |key: &str| it.get(key).map(text::of).unwrap_or_default();
        let (key, path) = (text("key"), text("path"));
        match all.iter().find(|(it, _)| *it == key) {
            Some((_, content)) => chosen.push((path, content.clone())),
            None if optional => {}
            None => {
                let lack = format!("the {kind} `{name}` has no key `{key}` here");
                return Err(Lack::Other(lack));
            }
        }
    }
    Ok(chosen)
}
