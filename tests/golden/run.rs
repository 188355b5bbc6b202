//! `tests/run/TOPIC.wudi`: what happens when it runs. Its `// run:` lines say how, each makes a run of its own:
//!
//! `// run: TARGET name=value --secret name/key=value --event field=value --workspace name=fresh --cancel-at 'line'`
//!
//! `--cancel-at` asks the run to stop when a step writes that line. What a task says stands together, by task; times and
//! directories are left out.

use std::path::Path;

use indexmap::IndexMap;
use wudi::{Event, RunOptions, Status, StepEnd, cancellation};

use crate::cli::words;
use crate::support::{compare, findings, open};

pub fn case(path: &Path) -> datatest_stable::Result<()> {
    let session = open(path);
    assert!(!session.has_errors(), "{}", findings(&session));
    let text = std::fs::read_to_string(path)?;
    let runs = text.lines().filter_map(|it| it.strip_prefix("// run:"));
    let mut shown = String::new();
    for line in runs {
        let (options, cancel_at, _fresh) = options(line);
        shown += &format!(
            "run:{line}\n{}\n",
            happened(&session, &options, cancel_at.as_deref())
        );
    }
    assert!(!shown.is_empty(), "no line begins with `// run:`");
    compare(path, &shown);
    Ok(())
}

fn options(line: &str) -> (RunOptions, Option<String>, Vec<tempfile::TempDir>) {
    let home = tempfile::tempdir().unwrap();
    let mut options = RunOptions {
        directory: Some(home.path().to_owned()),
        environment: vec![("PATH".to_owned(), std::env::var("PATH").unwrap())],
        ..RunOptions::default()
    };
    let (mut cancel_at, mut fresh) = (None, vec![home]);
    let words = words(line.trim());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut pair = || {
            let (name, value) = words.next().unwrap().split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        match word.as_str() {
            "--secret" => options.secrets.push(pair()),
            "--config" => options.configs.push(pair()),
            "--event" => options.event.push(pair()),
            "--workspace" => {
                let (name, _) = pair();
                let directory = tempfile::tempdir().unwrap();
                options.workspaces.push((name, directory.path().to_owned()));
                fresh.push(directory);
            }
            "--cancel-at" => cancel_at = words.next().cloned(),
            word => match word.split_once('=') {
                Some((name, value)) => options.params.push((name.to_owned(), value.to_owned())),
                None => options.target = Some(word.to_owned()),
            },
        }
    }
    (options, cancel_at, fresh)
}

fn happened(session: &wudi::Session, options: &RunOptions, cancel_at: Option<&str>) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let (canceller, cancel) = cancellation();
    // Tasks run side by side: what each says is gathered, in the order of the source.
    let mut said: IndexMap<String, String> = IndexMap::new();
    let mut notes = String::new();
    let mut name = String::new();
    let mut show = |event: Event| {
        if let Event::RunStarted { name: it, .. } = &event {
            name = it.to_string();
        }
        if let (Event::Log { line, .. }, Some(at)) = (&event, cancel_at)
            && line == at
        {
            canceller.press();
        }
        match told(&event) {
            Some((Some(task), line)) => *said.entry(task).or_default() += &format!("  {line}\n"),
            Some((None, line)) => notes += &format!("{line}\n"),
            None => {}
        }
    };
    let plan = session.plan().unwrap();
    let outcome = match runtime.block_on(wudi::run(plan, options, &mut show, cancel)) {
        Ok(outcome) => outcome,
        Err(error) => {
            let help = error.help().map(|it| format!("\nhelp: {it}"));
            return format!("error: {error}{}\n", help.unwrap_or_default());
        }
    };
    let mut shown = notes;
    for task in &outcome.tasks {
        let lines = said.swap_remove(task.task.as_str());
        shown += &format!("{}\n{}", task.task, lines.unwrap_or_default());
    }
    for (name, value) in &outcome.results {
        shown += &format!("{name} = {}\n", value_text(value));
    }
    shown += &format!("{}: {}\n", outcome.reason, outcome.message);
    let kept = outcome.kept.unwrap();
    let shown = shown.replace(&name, "RUN");
    shown.replace(&kept.display().to_string(), "HERE")
}

fn value_text(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let inner = text
        .strip_prefix("Str(")
        .and_then(|it| it.strip_suffix(')'));
    inner.unwrap_or(&text).to_owned()
}

/// The task that an event is about, and the event as a line.
fn told(event: &Event) -> Option<(Option<String>, String)> {
    let (task, line) = match event {
        Event::TaskStarted {
            task,
            attempt,
            params,
            ..
        } => {
            let params = params.iter();
            let params = params.map(|(name, it)| format!(" {name}={}", value_text(it)));
            (
                Some(task),
                format!("start {attempt}{}", params.collect::<String>()),
            )
        }
        Event::Log {
            task,
            step,
            stream,
            line,
        } => (Some(task), format!("{step} {}: {line}", stream.word())),
        Event::StepFinished {
            task, step, end, ..
        } => match end {
            StepEnd::Exited(0) => return None,
            _ => (Some(task), format!("{step} {end:?}")),
        },
        Event::TaskFinished {
            task,
            status,
            reason,
            message,
            results,
            ..
        } => {
            let results = results.iter();
            let results = results.map(|(name, it)| format!(" {name}={}", value_text(it)));
            let message = match *status {
                Status::Succeeded => String::new(),
                _ => format!(": {message}"),
            };
            let results = results.collect::<String>();
            (Some(task), format!("end {reason}{results}{message}"))
        }
        Event::TaskSkipped { task, reason } => {
            return Some((Some(task.to_string()), format!("skipped: {reason}")));
        }
        Event::Note { task, text } => {
            return Some((
                task.as_ref().map(ToString::to_string),
                format!("note: {text}"),
            ));
        }
        Event::RunStarted { .. }
        | Event::StepStarted { .. }
        | Event::FinallyStarted { .. }
        | Event::Pulling { .. }
        | Event::Shell { .. }
        | Event::RunFinished { .. } => return None,
    };
    Some((task.map(|it: &wudi::TaskId| it.to_string()), line))
}
