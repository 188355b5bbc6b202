//! `wudi run`

mod fetched;
pub(crate) mod json;
mod junit;
mod live;
pub(crate) mod plain;
mod preview;
mod resume;
mod trace;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use crate::base::spelling::nearest;
use crate::cli::Outcome;
use crate::cli::args::{self, Format};
use crate::cli::check;
use crate::cli::report::{Printer, data};
use crate::host::{self, Host as _, OsHost};
use crate::plan::Plan;
use crate::run::{self, Canceller, Engine, Event, Pull, RunError, RunOptions, Scenario, Status};
use crate::session::runnable::Data;
use crate::session::{Session, stack};

pub(crate) fn run(mut arguments: args::Run, printer: &Printer) -> anyhow::Result<Outcome> {
    let earlier = match resume::find(&mut arguments)? {
        Ok(earlier) => earlier,
        Err(reason) => {
            complain(&reason);
            return Ok(Outcome::Usage);
        }
    };
    let arguments = &arguments;
    let mut session = Session::new(Box::new(OsHost));
    let beside = open(&mut session, arguments)?;
    printer.talk(session.diagnostics(), session.sources());
    let Some(plan) = session.plan() else {
        return Ok(Outcome::Findings);
    };
    let mut options = match options(arguments) {
        Ok(options) => options,
        Err(word) => {
            complain(&format!(
                "`{word}` is neither the one thing to run nor name=value"
            ));
            return Ok(Outcome::Usage);
        }
    };
    if let Err(reason) = engines(arguments, &mut options) {
        complain(&reason);
        return Ok(Outcome::Usage);
    }
    // What the command line says comes last, and so is what counts.
    options.configs.splice(0..0, beside.configs);
    options.secrets.splice(0..0, beside.secrets);
    resume::options(arguments, earlier.as_ref(), &mut options);
    if arguments.keeping.on_failure == Some(args::OnFailure::Shell) {
        let all = [
            io::stdin().is_terminal(),
            io::stdout().is_terminal(),
            io::stderr().is_terminal(),
        ];
        options.shell = all.into_iter().all(|it| it) && printer.format() == Format::Human;
        if !options.shell {
            complain("--on-failure shell needs a terminal");
            return Ok(Outcome::Usage);
        }
    }
    if let Some(path) = &arguments.scenario {
        match scenario(path) {
            Ok(scenario) => options.scenario = Some(scenario),
            Err(reason) => {
                complain(&reason);
                return Ok(Outcome::Usage);
            }
        }
    }
    if options.scenario.is_some() {
        // What is only played is not kept.
        (options.state, options.resume) = (None, None);
    }
    if arguments.dry_run {
        return match run::preview::preview(plan, &options) {
            Ok(preview) => {
                data(&match printer.format() {
                    Format::Human => preview::text(&preview),
                    Format::Json => preview::json(&preview),
                });
                Ok(Outcome::Fine)
            }
            Err(error) => Ok(refused(&error, printer)),
        };
    }
    // Runs of YAML are applied together, and so all of them run.
    let targets: Vec<Option<String>> = match run::by_hand(plan) {
        all if beside.is_yaml && options.target.is_none() && all.len() > 1 => {
            all.into_iter().map(Some).collect()
        }
        _ => vec![options.target.clone()],
    };
    let mut worst = Outcome::Fine;
    let mut suites = String::new();
    for target in targets {
        options.target = target;
        let outcome = stack::with_room(|| in_runtime(plan, &options, *printer));
        let outcome =
            outcome.map_err(|_| anyhow::anyhow!("the run stopped in the middle of its work"))?;
        match outcome? {
            Ok(outcome) => {
                let name = options.target.as_deref().unwrap_or("run");
                suites += &junit::suite(name, &outcome);
                if outcome.status != Status::Succeeded {
                    worst = Outcome::Findings;
                }
            }
            Err(error) => return Ok(refused(&error, printer)),
        }
    }
    if let Some(path) = &arguments.junit {
        let written = OsHost.write(path, junit::report(&suites).as_bytes());
        written.map_err(|it| {
            anyhow::anyhow!("cannot write `{}`: {}", path.display(), host::reason(&it))
        })?;
    }
    Ok(worst)
}

/// Opens what is to be run: a program, or YAML where there is none.
fn open(session: &mut Session, arguments: &args::Run) -> anyhow::Result<Data> {
    let given = check::split(session, &[arguments.path().to_owned()]);
    let (sources, mut manifests, stdin) = (given.sources, given.manifests, given.stdin);
    let is_yaml = stdin || !manifests.is_empty() && check::programs(session, &sources).is_empty();
    if !is_yaml {
        session.open(arguments.path());
        return Ok(Data::default());
    }
    for path in &arguments.files {
        for file in session.yaml_files(path) {
            if !manifests.contains(&file) {
                manifests.push(file);
            }
        }
    }
    let mut texts = match stdin {
        true => vec![(PathBuf::from("stdin"), check::read_stdin()?)],
        false => Vec::new(),
    };
    let read = |it: &PathBuf| Some((it.clone(), OsHost.read(it).ok()?));
    let written = manifests.iter().filter_map(read).chain(texts.clone());
    let (found, missing) = fetched::fetch(written.collect(), arguments.resolve.as_deref());
    for reason in missing {
        anstream::eprintln!("note: {reason}");
    }
    texts.extend(found);
    let target = (&arguments.target).into();
    Ok(session.open_runnable(&manifests, texts, &target))
}

fn in_runtime(
    plan: &Plan,
    options: &RunOptions,
    printer: Printer,
) -> std::io::Result<Result<run::Outcome, RunError>> {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build()?;
    let outcome = runtime.block_on(follow(plan, options, &printer));
    // Threads that still read from a step that outlived its run are not waited for.
    runtime.shutdown_background();
    Ok(outcome)
}

/// What the command line says; otherwise the word that it does not need.
fn options(arguments: &args::Run) -> Result<RunOptions, String> {
    let mut options = RunOptions {
        workspaces: arguments
            .workspaces
            .iter()
            .map(|(name, it)| (name.clone(), it.into()))
            .collect(),
        event: arguments.event.clone(),
        secrets: arguments.secrets.clone(),
        configs: arguments.configs.clone(),
        environment: environment(),
        pass: arguments.pass.clone(),
        directory: arguments.directory.clone(),
        keep: arguments.keep,
        ..RunOptions::default()
    };
    for word in &arguments.rest {
        match word.split_once('=') {
            Some((name, value)) => options.params.push((name.to_owned(), value.to_owned())),
            None if options.target.is_none() => options.target = Some(word.clone()),
            None => return Err(word.clone()),
        }
    }
    Ok(options)
}

/// What runs which task. To play is a scenario in which all goes well.
fn engines(arguments: &args::Run, options: &mut RunOptions) -> Result<(), String> {
    for said in &arguments.engines {
        let (task, word) = match said.split_once('=') {
            Some((task, word)) => (Some(task), word),
            None => (None, said.as_str()),
        };
        let engine = match (word, task) {
            ("process" | "processes", _) => Engine::Processes,
            ("podman", _) => Engine::Podman,
            ("docker", _) => Engine::Docker,
            ("virtual", None) => {
                options.scenario.get_or_insert_default();
                continue;
            }
            ("virtual", Some(_)) => {
                return Err("`virtual` is for a whole run: one task cannot be played beside others that run".to_owned());
            }
            (other, _) => {
                let known = ["processes", "podman", "docker", "virtual"];
                let near = nearest(other, known).map(|it| format!(": did you mean `{it}`?"));
                let help = near.unwrap_or_else(|| format!(": there are {}", known.join(", ")));
                return Err(format!("there is no engine `{other}`{help}"));
            }
        };
        match task {
            Some(task) => {
                options.engines.tasks.insert(task.to_owned(), engine);
            }
            None => options.engines.usual = engine,
        }
    }
    options.engines.images.clone_from(&arguments.images);
    if let Some(word) = &arguments.pull {
        let pull = Pull::parse(word);
        let pull = pull.ok_or_else(|| {
            format!("images are pulled when `missing`, `always` or `never`, not `{word}`")
        })?;
        options.engines.pull = Some(pull);
    }
    Ok(())
}

/// Reads what is to be played.
fn scenario(path: &std::path::Path) -> Result<Scenario, String> {
    let text = OsHost.read(path);
    let text =
        text.map_err(|it| format!("cannot read `{}`: {}", path.display(), host::reason(&it)))?;
    Scenario::parse(&String::from_utf8_lossy(&text))
        .map_err(|it| format!("`{}` is no scenario: {it}", path.display()))
}

/// This process's environment; what is no Unicode no program of ours can name.
fn environment() -> Vec<(String, String)> {
    let all = std::env::vars_os();
    all.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

fn refused(error: &RunError, printer: &Printer) -> Outcome {
    for line in error.to_string().lines() {
        complain(line);
    }
    if let Some(help) = error.help() {
        printer.note(&format!("help: {help}"));
    }
    match error {
        RunError::Files { .. } | RunError::Internal(_) => Outcome::Findings,
        RunError::Nothing
        | RunError::Ambiguous { .. }
        | RunError::Unknown { .. }
        | RunError::Arguments(_)
        | RunError::Unable(_)
        | RunError::NotResumed(_) => Outcome::Usage,
    }
}

/// What keeps the run from beginning, for people and machines alike.
fn complain(line: &str) {
    anstream::eprintln!("error: {line}");
}

async fn follow(
    plan: &Plan,
    options: &RunOptions,
    printer: &Printer,
) -> Result<run::Outcome, RunError> {
    let (canceller, cancel) = run::cancellation();
    let listening = tokio::spawn(listen(canceller));
    let mut trace = match trace::Settings::of(&options.environment) {
        Ok(settings) => settings
            .filter(|_| options.scenario.is_none())
            .map(trace::Trace::new),
        Err(reason) => {
            printer.note(&format!("note: there is no trace of this run: {reason}"));
            None
        }
    };
    let mut hear = |event: &Event| {
        if let Some(trace) = &mut trace {
            trace.hear(event);
        }
    };
    let outcome = match printer.format() {
        Format::Json => {
            let mut show = |event: Event| {
                hear(&event);
                data(&json::line(&event));
            };
            run::run(plan, options, &mut show, cancel).await
        }
        Format::Human if std::io::stderr().is_terminal() => {
            let mut live = live::Live::new();
            let mut show = |event: Event| {
                hear(&event);
                live.show(&event);
            };
            let outcome = run::run(plan, options, &mut show, cancel).await;
            live.close();
            summary(outcome, live.results(), printer)
        }
        Format::Human => {
            let mut plain = plain::Plain::default();
            let mut show = |event: Event| {
                hear(&event);
                plain.show(&event);
            };
            let outcome = run::run(plan, options, &mut show, cancel).await;
            summary(outcome, plain.results(), printer)
        }
    };
    if let Some(trace) = trace
        && let Err(reason) = trace.send().await
    {
        printer.note(&format!("note: there is no trace of this run: {reason}"));
    }
    listening.abort();
    outcome
}

fn summary(
    outcome: Result<run::Outcome, RunError>,
    results: &[(String, String)],
    printer: &Printer,
) -> Result<run::Outcome, RunError> {
    let outcome = outcome?;
    printer.note(&plain::summary(&outcome, results));
    Ok(outcome)
}

/// Presses for every signal that asks this process to stop.
async fn listen(canceller: Canceller) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut hang_up)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::hangup()),
        ) else {
            return;
        };
        loop {
            tokio::select! {
                Ok(()) = tokio::signal::ctrl_c() => {}
                Some(()) = terminate.recv() => {}
                Some(()) = hang_up.recv() => {}
                else => return,
            }
            canceller.press();
        }
    }
    #[cfg(not(unix))]
    while tokio::signal::ctrl_c().await.is_ok() {
        canceller.press();
    }
}
