//! One step as a process or a container: its command, its environment, its directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use tokio::sync::watch;

use crate::base::Name;
use crate::host::scratch;
use crate::plan::{Expr, Step};
use crate::run::engine::choice::Pull;
use crate::run::engine::containers::Containers;
use crate::run::engine::containers::body::{Container, Life, Limits, Rights};
use crate::run::evaluate::{evaluate, text};
use crate::run::pod::Pod;
use crate::run::process::Launch;
use crate::run::scope::{Lack, Scope};
use crate::run::start::Start;
use crate::run::text;
use crate::run::variables::{environment, expand};
use crate::run::world::{self, Bind};
use crate::value::Value;

/// What a script without a first line of its own begins with, as in Tekton.
const HEADER: &str = "#!/bin/sh\nset -e\n";

/// What is known of a step before it starts.
pub(crate) struct Place<'a> {
    /// What no other step or sidecar of the task is called.
    pub(crate) name: &'a Name,
    pub(crate) environment: &'a IndexMap<String, String>,
    pub(crate) scope: &'a Scope,
    /// Where it sees paths as a container does.
    pub(crate) pod: Option<&'a Pod>,
    /// Where it runs in a container.
    pub(crate) vessel: Option<&'a Vessel>,
    /// Told how a container fares.
    pub(crate) life: Option<watch::Sender<Life>>,
}

/// What the containers of an attempt have in common.
#[derive(Debug)]
pub(crate) struct Vessel {
    pub(crate) engine: Arc<Containers>,
    /// What their names begin with.
    pub(crate) name: String,
    /// The pod's own `securityContext`.
    pub(crate) security: Option<Value>,
    /// Whose network they share.
    pub(crate) beside: Option<watch::Receiver<Life>>,
}

/// What starts a step.
pub(crate) fn prepare(step: &Step, place: &Place<'_>) -> Result<Start, Lack> {
    match (place.vessel, place.pod) {
        (Some(vessel), Some(pod)) => {
            let contained = contained(step, place, vessel, pod)?;
            Ok(Start::Container(Box::new(contained)))
        }
        _ => process(step, place).map(Start::Process),
    }
}

/// The process of a step.
fn process(step: &Step, place: &Place<'_>) -> Result<Launch, Lack> {
    let scope = place.scope;
    let task = scope.task.clone().unwrap_or_default();
    let env = environment(step, place.environment, scope)?;
    let binds = match place.pod {
        Some(pod) => pod.binds(step, scope)?,
        None => Vec::new(),
    };
    let (directory, shown) = directory(step, &task.directory, &binds, scope)?;
    let args = words(&step.args, &env, scope)?;
    let command = match &step.script {
        Some(script) => {
            let script = with_header(&text(script, scope)?);
            let file = Path::new("scripts").join(place.name.as_str());
            let kept = task.directory.join(&file);
            scratch::write(&kept, script.as_bytes()).map_err(|it| unwritable(&kept, &it))?;
            let image = step.image.as_ref().and_then(|it| text(it, scope).ok());
            let busybox = image.is_some_and(|it| has_busybox(&it));
            interpreter(&script, &task.shown.join(&file), &env, busybox)
        }
        None => words(&step.command, &env, scope)?,
    };
    let command = [command, args].concat();
    let copy = |field: &str| copied(step, field, &task.directory, &binds, scope);
    let launch = Launch {
        command: located(command, &env),
        env,
        directory,
        copies: [copy("stdoutConfig")?, copy("stderrConfig")?],
    };
    match place.pod.and_then(|it| it.world()) {
        Some(world) => {
            let file = format!("world-{}", place.name);
            let file = task.directory.join("scripts").join(file);
            let entered = world.enter(launch, &binds, &shown, &file);
            entered.map_err(|it| unwritable(&file, &it))
        }
        None => Ok(launch),
    }
}

/// The container of a step.
fn contained(
    step: &Step,
    place: &Place<'_>,
    vessel: &Vessel,
    pod: &Pod,
) -> Result<Container, Lack> {
    let scope = place.scope;
    let task = scope.task.clone().unwrap_or_default();
    let env = environment(step, &IndexMap::new(), scope)?;
    let binds = pod.binds(step, scope)?;
    let args = words(&step.args, &env, scope)?;
    let entrypoint = match &step.script {
        Some(script) => {
            let script = with_header(&text(script, scope)?);
            let file = Path::new("scripts").join(place.name.as_str());
            let kept = task.directory.join(&file);
            let written = scratch::write(&kept, script.as_bytes());
            let written = written.and_then(|()| scratch::publish(&kept, true));
            written.map_err(|it| unwritable(&kept, &it))?;
            vec![task.shown.join(&file).to_string_lossy().into_owned()]
        }
        None => words(&step.command, &env, scope)?,
    };
    let (directory, absent) = inner_directory(step, pod, &binds, scope)?;
    let asked = step.image.as_ref().map(|it| text(it, scope)).transpose()?;
    let pull = step.extra.get("imagePullPolicy");
    let pull = pull.map(|it| text(it, scope)).transpose()?;
    let copy = |field: &str| copied(step, field, &task.directory, &binds, scope);
    Ok(Container {
        engine: vessel.engine.clone(),
        name: format!("{}-{}", vessel.name, place.name),
        image: vessel.engine.image(&asked.unwrap_or_default()),
        pull: pull.as_deref().and_then(Pull::parse),
        entrypoint: (!entrypoint.is_empty()).then_some(entrypoint),
        args: (!args.is_empty()).then_some(args),
        env,
        directory,
        absent,
        rights: Rights::of(step, vessel.security.as_ref(), scope)?,
        limits: Limits::of(step, scope)?,
        copies: [copy("stdoutConfig")?, copy("stderrConfig")?],
        binds,
        life: place.life.clone(),
        beside: vessel.beside.clone().filter(|_| place.life.is_none()),
    })
}

/// Where a container starts, and what stands there where its image has nothing. Without a word it is the image's own.
fn inner_directory(
    step: &Step,
    pod: &Pod,
    binds: &[Bind],
    scope: &Scope,
) -> Result<(Option<String>, Option<Bind>), Lack> {
    let Some(said) = &step.working_dir else {
        return Ok((None, None));
    };
    let said = text(said, scope)?;
    if said.is_empty() {
        return Ok((None, None));
    }
    let inside = world::plain(&Path::new("/workspace").join(said));
    let shown = Some(inside.to_string_lossy().into_owned());
    if binds.iter().any(|it| inside.starts_with(&it.target)) {
        let outside = world::outside(&inside, binds);
        let is_new = !scratch::exists(&outside);
        let made = scratch::make(&outside);
        let made = made.and_then(|()| match is_new {
            true => scratch::share(&outside),
            false => Ok(()),
        });
        made.map_err(|it| unwritable(&outside, &it))?;
        return Ok((shown, None));
    }
    Ok((shown, Some(pod.stand_in(&inside)?)))
}

/// The file that a stream of the step is copied to.
fn copied(
    step: &Step,
    field: &str,
    home: &Path,
    binds: &[Bind],
    scope: &Scope,
) -> Result<Option<PathBuf>, Lack> {
    let path = step.extra.get(field).and_then(|it| it.get("path"));
    let Some(path) = path else { return Ok(None) };
    let path = PathBuf::from(text(&path, scope)?);
    if path.as_os_str().is_empty() {
        return Ok(None);
    }
    let path = kept(&path, home, binds);
    if let Some(parent) = path.parent() {
        scratch::make(parent).map_err(|it| unwritable(parent, &it))?;
    }
    Ok(Some(path))
}

/// Where on this machine a path of a container leads.
fn kept(path: &Path, home: &Path, binds: &[Bind]) -> PathBuf {
    if !binds.is_empty() {
        return world::outside(path, binds);
    }
    if let Ok(below) = path.strip_prefix("/workspace") {
        return home.join("workspace").join(below);
    }
    match path.strip_prefix("/tekton") {
        Ok(below) => home.join(below),
        Err(_) => path.to_owned(),
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Lack {
    let reason = crate::host::reason(error);
    Lack::Other(format!("cannot write `{}`: {reason}", path.display()))
}

fn with_header(script: &str) -> String {
    let trimmed = script.trim_start();
    if trimmed.starts_with("#!") {
        trimmed.to_owned()
    } else {
        format!("{HEADER}{script}")
    }
}

/// Whether the shell of an image is busybox's.
fn has_busybox(image: &str) -> bool {
    let image = image.split('@').next().unwrap_or(image);
    let last = image.rsplit('/').next().unwrap_or(image);
    let (name, tag) = last.split_once(':').unwrap_or((last, ""));
    matches!(name, "alpine" | "busybox" | "bash") || tag.contains("alpine")
}

/// The command of the script's first line. An interpreter that is not there is looked up by its last name. Of the shells of
/// this machine, the nearest to busybox's is busybox itself, then bash: like it, and unlike many a `sh`, it has `[[`.
fn interpreter(
    script: &str,
    file: &Path,
    env: &IndexMap<String, String>,
    busybox: bool,
) -> Vec<String> {
    let first = script.lines().next().unwrap_or_default();
    let line = first.trim_start_matches("#!").trim();
    let (program, argument) = match line.split_once([' ', '\t']) {
        Some((program, rest)) => (program, Some(rest.trim().to_owned())),
        None => (line, None),
    };
    let shell = match (program, argument.as_deref()) {
        ("/usr/bin/env", Some("ash")) => find("ash", env).is_none(),
        ("/bin/ash", _) => !scratch::is_file(Path::new(program)),
        ("/bin/sh", _) | ("/usr/bin/env", Some("sh")) => busybox,
        _ => false,
    };
    if shell {
        let own = find("busybox", env).map(|it| vec![it, "sh".to_owned()]);
        let near = || find("bash", env).map(|it| vec![it, "--posix".to_owned()]);
        if let Some(mut command) = own.or_else(near) {
            command.extend(argument.filter(|it| it != "ash" && it != "sh"));
            command.push(file.to_string_lossy().into_owned());
            return command;
        }
    }
    let known = scratch::is_file(Path::new(program));
    let elsewhere = || find(program.rsplit('/').next().unwrap_or(program), env);
    let program = if known { None } else { elsewhere() }.unwrap_or_else(|| program.to_owned());
    let mut command = vec![program];
    command.extend(argument);
    command.push(file.to_string_lossy().into_owned());
    command
}

/// The command with its program as a path, looked up where the step would look.
fn located(mut command: Vec<String>, env: &IndexMap<String, String>) -> Vec<String> {
    if let Some(program) = command.first_mut()
        && let Some(found) = find(program, env)
    {
        *program = found;
    }
    command
}

/// Where the program of that name is.
pub(crate) fn find(program: &str, env: &IndexMap<String, String>) -> Option<String> {
    if program.is_empty() || program.contains('/') {
        return None;
    }
    let path = env.get("PATH").map_or("/usr/bin:/bin", String::as_str);
    let places = path.split(':').filter(|it| !it.is_empty());
    let places = places.map(|it| Path::new(it).join(program));
    let found = places.into_iter().find(|it| scratch::is_file(it))?;
    Some(found.to_string_lossy().into_owned())
}

/// The words of a command or its arguments; a list in one place becomes several.
fn words(all: &[Expr], env: &IndexMap<String, String>, scope: &Scope) -> Result<Vec<String>, Lack> {
    let mut words = Vec::new();
    for it in all {
        let value = evaluate(it, scope)?;
        match value.as_list() {
            Some(all) => words.extend(all.iter().map(text::of)),
            None => words.push(text::of(&value)),
        }
    }
    Ok(words.iter().map(|it| expand(it, env)).collect())
}

/// Where the step starts, on this machine and as the step calls it. What a container would have below `/workspace` is below
/// the attempt's own directory.
fn directory(
    step: &Step,
    home: &Path,
    binds: &[Bind],
    scope: &Scope,
) -> Result<(PathBuf, PathBuf), Lack> {
    let wanted = match &step.working_dir {
        Some(expr) => text(expr, scope)?,
        None => String::new(),
    };
    let shown = Path::new("/workspace").join(&wanted);
    let directory = kept(&shown, home, binds);
    if binds.is_empty() || shown.starts_with("/workspace") {
        let made = scratch::make(&directory);
        made.map_err(|it| unwritable(&directory, &it))?;
    }
    match binds {
        [] => Ok((directory.clone(), directory)),
        // The process starts where it can, and then goes to where the step wants to be.
        _ => Ok((home.to_owned(), shown)),
    }
}

/// The step's name, as Tekton calls one without.
pub(crate) fn name(step: &Step, index: usize) -> Name {
    let unnamed = || Name::new(format!("unnamed-{index}"));
    step.name.clone().unwrap_or_else(unnamed)
}

#[cfg(test)]
mod tests {
    use super::{has_busybox, with_header};

    #[test]
    fn images_of_busybox_have_its_shell() {
        for image in [
            "alpine",
            "example.com/a/busybox:1.37",
            "node:lts-alpine3.20",
            "bash@sha256:1",
        ] {
            assert!(has_busybox(image), "{image}");
        }
        for image in ["debian:13", "example.com/alpine/git", "python"] {
            assert!(!has_busybox(image), "{image}");
        }
    }

    #[test]
    fn a_script_without_a_first_line_is_for_the_shell() {
        assert_eq!(with_header("echo\n"), "#!/bin/sh\nset -e\necho\n");
        assert_eq!(with_header("\n#!/bin/bash\n"), "#!/bin/bash\n");
    }
}
