//! How a run was asked for, written down and read again.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::cli::{args, home};
use crate::host::scratch;
use crate::run::RunOptions;
use crate::store::query::{Filter, Found, RUNNING, RunRow};

/// What stands where a secret stood: whoever resumes has to say it again.
const MASKED: &str = "***";

/// The whole path, if it is one.
pub(crate) fn program(path: &Path) -> String {
    let whole = scratch::whole(path).unwrap_or_else(|_| path.to_owned());
    whole.display().to_string()
}

/// The command line as it is kept.
pub(crate) fn written(arguments: &args::Run, path: &Path) -> String {
    let whole = |it: &PathBuf| program(it);
    let workspaces = arguments.workspaces.iter();
    let workspaces: Vec<(String, String)> = workspaces
        .map(|(name, it)| match it.is_empty() {
            true => (name.clone(), String::new()),
            false => (name.clone(), program(Path::new(it))),
        })
        .collect();
    let params = arguments.rest.iter().filter_map(|it| it.split_once('='));
    json!({
        "path": program(path), "files": arguments.files.iter().map(whole).collect::<Vec<_>>(),
        "target": arguments.target.written(), "params": params.collect::<Vec<_>>(), "workspaces": workspaces,
        "event": arguments.event, "configs": arguments.configs, "pass": arguments.pass,
        "directory": arguments.directory.as_deref().map(program), "engines": arguments.engines, "images": arguments.images, "pull": arguments.pull,
    })
    .to_string()
}

/// Finds the run that is gone on with, and fills in what the command line leaves out. Gives the run; otherwise what is wrong.
pub(crate) fn find(arguments: &mut args::Run) -> anyhow::Result<Result<Option<RunRow>, String>> {
    let keeping = &mut arguments.keeping;
    // `--resume FILE` is what one says who thinks of the file first.
    if let (Some(word), None) = (&keeping.resume, &arguments.path)
        && scratch::is_file(Path::new(word))
    {
        arguments.path = Some(PathBuf::from(word));
        keeping.resume = Some("last".to_owned());
    }
    let wanted = match (
        &keeping.resume,
        keeping.from.is_empty(),
        keeping.only.is_empty(),
    ) {
        (Some(name), ..) => name.clone(),
        (None, true, true) => return Ok(Ok(None)),
        (None, ..) if keeping.no_history => return Ok(Ok(None)),
        (None, ..) => "last".to_owned(),
    };
    let must = keeping.resume.is_some() || !keeping.from.is_empty();
    let found = match wanted.as_str() {
        "last" => last(arguments)?,
        name => match home::run(name)? {
            Ok((_, run)) => Some(run),
            Err(reason) => return Ok(Err(reason)),
        },
    };
    Ok(match found {
        Some(run) => {
            fill(arguments, &run);
            Ok(Some(run))
        }
        None if must => Err("there is no earlier run to go on with, see `wudi runs`".to_owned()),
        None => Ok(None),
    })
}

/// The newest run of this program and target that does not go on.
fn last(arguments: &args::Run) -> anyhow::Result<Option<RunRow>> {
    let Some((database, folder)) = home::history()? else {
        return Ok(None);
    };
    let target = arguments.rest.iter().find(|it| !it.contains('='));
    let filter = Filter {
        program: arguments.path.as_deref().map(program),
        target: target.cloned(),
        ..Filter::default()
    };
    let all = database
        .runs(&folder, &filter)
        .map_err(anyhow::Error::msg)?;
    let mut ended = all.into_iter().filter(|it| it.status != RUNNING);
    let Some(run) = ended.next() else {
        return Ok(None);
    };
    match database
        .run(&folder, &run.name)
        .map_err(anyhow::Error::msg)?
    {
        Found::One(run) => Ok(Some(*run)),
        Found::None | Found::Several(_) => Ok(None),
    }
}

/// What the run was given and the command line does not say.
fn fill(arguments: &mut args::Run, run: &RunRow) {
    let known: Json = serde_json::from_str(&run.invocation).unwrap_or_default();
    let texts = |key: &str| {
        let all = known
            .get(key)
            .and_then(Json::as_array)
            .into_iter()
            .flatten();
        all.filter_map(Json::as_str).map(str::to_owned)
    };
    let pairs = |key: &str| {
        let all = known
            .get(key)
            .and_then(Json::as_array)
            .into_iter()
            .flatten();
        let pair = |it: &Json| {
            let text = |at: usize| it.get(at).and_then(Json::as_str).map(str::to_owned);
            Some((text(0)?, text(1)?))
        };
        let all: Vec<(String, String)> = all.filter_map(pair).collect();
        all.into_iter().filter(|(_, it)| !it.contains(MASKED))
    };
    if arguments.path.is_none() {
        arguments.path = known.get("path").and_then(Json::as_str).map(PathBuf::from);
        arguments.files.extend(texts("files").map(PathBuf::from));
        if let Some(target) = known.get("target") {
            arguments.target.fill(target);
        }
    }
    if !arguments.rest.iter().any(|it| !it.contains('=')) {
        arguments.rest.push(run.target.clone());
    }
    let said: Vec<String> = { arguments.rest.iter() }
        .filter_map(|it| it.split_once('=').map(|it| it.0.to_owned()))
        .collect();
    let params = pairs("params").filter(|(name, _)| !said.contains(name));
    arguments
        .rest
        .extend(params.map(|(name, it)| format!("{name}={it}")));
    let add = |to: &mut Vec<(String, String)>, key: &str| {
        let said: Vec<String> = to.iter().map(|(name, _)| name.clone()).collect();
        to.extend(pairs(key).filter(|(name, _)| !said.contains(name)));
    };
    add(&mut arguments.workspaces, "workspaces");
    add(&mut arguments.event, "event");
    add(&mut arguments.configs, "configs");
    if arguments.directory.is_none() {
        let directory = known.get("directory").and_then(Json::as_str);
        arguments.directory = directory.map(PathBuf::from);
    }
    if arguments.engines.is_empty() {
        arguments.engines = texts("engines").collect();
    }
    if arguments.images.is_empty() {
        arguments.images = pairs("images").collect();
    }
    if arguments.pull.is_none() {
        arguments.pull = known.get("pull").and_then(Json::as_str).map(str::to_owned);
    }
    let pass: Vec<String> = texts("pass")
        .filter(|it| !arguments.pass.contains(it))
        .collect();
    arguments.pass.extend(pass);
}

/// What of the command line is about what is kept.
pub(crate) fn options(arguments: &args::Run, run: Option<&RunRow>, options: &mut RunOptions) {
    let keeping = &arguments.keeping;
    options.jobs = keeping.jobs.map(std::num::NonZeroUsize::get);
    options.only.clone_from(&keeping.only);
    options.resume = run.map(|it| it.name.clone());
    options.from.clone_from(&keeping.from);
    let path = arguments.path();
    options.program = program(path);
    options.invocation = written(arguments, path);
    if !keeping.no_history {
        options.state = home::state();
    }
    if !keeping.no_cache {
        options.cache = home::cache();
    }
    options.explain_cache = keeping.explain_cache;
}
