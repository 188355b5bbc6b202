//! Where an attempt takes place: its directories, its scope, what its processes or containers see.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use tokio::time::Instant;

use crate::base::Name;
use crate::host::scratch;
use crate::plan::{Expr, ExprKind, Part, Ref, Step, Task};
use crate::run::artifacts;
use crate::run::attempt::Work;
use crate::run::container;
use crate::run::engine::containers::Containers;
use crate::run::pod::{self, Pod};
use crate::run::scope::{Directory, Lack, Mount, Scope, TaskView};
use crate::run::step::{self, Vessel};
use crate::run::volumes;
use crate::value::Value;

/// What an attempt's steps and sidecars see.
pub(crate) struct Inside {
    pub(crate) scope: Scope,
    pub(crate) pod: Option<Pod>,
    pub(crate) vessel: Option<Vessel>,
    pub(crate) limit: Option<Instant>,
    /// Somebody may look for the exit codes of steps.
    pub(crate) codes: bool,
}

/// The directories of an attempt, and where its processes see them.
pub(crate) fn begin(work: &Work, engine: Option<Arc<Containers>>) -> Result<Inside, Lack> {
    let mut scope = scope(work).map_err(|error| unmade(&error))?;
    let task = &work.job.task;
    let world = work.shared.world.clone().filter(|_| engine.is_none());
    let mut pod = None;
    let wanted = engine.is_some() || world.is_some() && pod::wanted(task, &scope);
    if wanted && let Some(view) = scope.task.clone() {
        let attempt = work.job.attempt.to_string();
        let secrets = work.shared.directory.join(volumes::SECRETS).join("tasks");
        let secrets = secrets.join(work.id().name.as_str()).join(attempt);
        let places = pod::Places {
            home: &view.directory,
            run: &work.shared.directory,
            secrets: &secrets,
            shared: engine.is_some(),
        };
        if let Some(view) = &mut scope.task {
            view.shown = PathBuf::from("/tekton");
        }
        laid_out(task, &view.directory).map_err(|error| unmade(&error))?;
        if engine.is_some() {
            shared_with_all(work, &view.directory, &scope);
        }
        pod = Some(Pod::make(world, task, &places, &mut scope)?);
    }
    let vessel = engine.map(|engine| Vessel {
        engine,
        name: container_name(work),
        security: work.shared.security.clone(),
        beside: None,
    });
    Ok(Inside {
        codes: pod.is_some() || refers_to_codes(task),
        scope,
        pod,
        vessel,
        limit: work.job.instance.timeout.map(|it| Instant::now() + it),
    })
}

fn unmade(error: &std::io::Error) -> Lack {
    let reason = crate::host::reason(error);
    Lack::Other(format!("cannot make its directories: {reason}"))
}

/// All that a container has below `/tekton`.
fn laid_out(task: &Task, home: &Path) -> std::io::Result<()> {
    for part in ["results", "workspace", "scripts", "home", "artifacts"] {
        scratch::make(&home.join(part))?;
    }
    for (index, it) in container::steps(task).iter().enumerate() {
        let name = step::name(it, index);
        let step = home.join("steps").join(name.as_str());
        scratch::make(&step.join("results"))?;
        scratch::make(&step.join("artifacts"))?;
    }
    Ok(())
}

fn names_artifacts(expr: &Expr) -> bool {
    let own = match &expr.kind {
        ExprKind::Const(it) => it.as_str().is_some_and(artifacts::names_them),
        ExprKind::Text(parts) => parts.iter().any(|it| match it {
            Part::Text(it) => artifacts::names_them(it),
            Part::Hole(_) => false,
        }),
        ExprKind::Ref(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Make(..)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => false,
    };
    let mut within = false;
    expr.each_child(&mut |it| within |= names_artifacts(it));
    own || within
}

fn refers_to_codes(task: &Task) -> bool {
    let mut found = false;
    let steps = task.host_steps.as_ref().unwrap_or(&task.steps);
    for expr in steps.iter().flat_map(Step::expressions) {
        expr.each_ref(&mut |it, _| found |= matches!(it, Ref::StepExitCodePath(_)));
    }
    found
}

/// Whatever user a container has, it writes results, and to the directories that were made for this run.
fn shared_with_all(work: &Work, home: &Path, scope: &Scope) {
    let mut all: Vec<PathBuf> = ["results", "workspace", "home", "artifacts"]
        .map(|it| home.join(it))
        .into();
    for (index, it) in work.job.task.steps.iter().enumerate() {
        let step = home.join("steps").join(step::name(it, index).as_str());
        all.extend([step.join("results"), step.join("artifacts")]);
    }
    let root = &work.shared.directory;
    for it in scope.workspaces.values() {
        match it {
            Mount::Directory(it) if it.path.starts_with(root) => all.push(it.path.clone()),
            Mount::Directory(_) | Mount::Unbound | Mount::Fresh => {}
        }
    }
    for it in all {
        let _ = scratch::share(&it);
    }
}

/// What the containers of an attempt are called, in letters that engines take.
fn container_name(work: &Work) -> String {
    let run = work.shared.name.as_str();
    let name = format!("wudi-{run}-{}-{}", work.id().name, work.job.attempt);
    let fits = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    name.chars()
        .map(|it| if fits(it) { it } else { '-' })
        .collect()
}

/// The scope of an attempt, with the directories that it surely needs made.
fn scope(work: &Work) -> std::io::Result<Scope> {
    let mut scope = work.scope.clone();
    let (name, attempt) = (&work.id().name, work.job.attempt);
    let tasks = work.shared.directory.join("tasks");
    let directory = tasks.join(name.as_str()).join(attempt.to_string());
    if work.shared.resumed {
        // An attempt that was cut short begins anew.
        scratch::put_aside(&directory)?;
    }
    // Thousands of tasks need nothing but a place to be.
    scratch::make(&directory)?;
    let task = &work.job.task;
    if !task.results.is_empty() {
        scratch::make(&directory.join("results"))?;
    }
    let steps = container::steps(task).into_iter().enumerate();
    for (index, it) in steps {
        let step = directory
            .join("steps")
            .join(step::name(&it, index).as_str());
        if !it.results.is_empty() {
            scratch::make(&step.join("results"))?;
        }
        if it.expressions().into_iter().any(names_artifacts) {
            scratch::make(&step.join("artifacts"))?;
            scratch::make(&directory.join("artifacts"))?;
        }
    }
    for (name, mount) in &mut scope.workspaces {
        match mount {
            Mount::Fresh => {
                let path: PathBuf = directory.join("workspaces").join(name.as_str());
                scratch::make(&path)?;
                let read_only = false;
                *mount = Mount::Directory(Directory { path, read_only });
            }
            Mount::Directory(it) => scratch::make(&it.path)?,
            Mount::Unbound => {}
        }
    }
    let task_run = Name::new(work.shared.task_run(name).replace('/', "-"));
    let mut tell = |name: &str, value: &str| {
        scope.context.insert(Name::new(name), Value::str(value));
    };
    tell("taskRun.name", &task_run);
    tell("taskRun.namespace", "default");
    tell("taskRun.uid", &work.shared.uid);
    tell("task.name", &work.job.task.meta.name);
    tell("task.retry-count", &attempt.to_string());
    let step_results = IndexMap::new();
    scope.task = Some(TaskView {
        shown: directory.clone(),
        directory,
        step: None,
        step_results,
    });
    Ok(scope)
}
