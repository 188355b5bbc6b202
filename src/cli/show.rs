//! `wudi show`: a run as a tree of its tasks and their steps.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::cli::args::{self, Format};
use crate::cli::report::{Printer, data};
use crate::cli::run::plain::{clean, time};
use crate::cli::{Outcome, home, runs};
use crate::store::query::{INTERRUPTED, NoteRow, RUNNING, RunRow, StepRow, TaskRow};

pub(crate) fn show(arguments: &args::Show, printer: &Printer) -> anyhow::Result<Outcome> {
    let (database, run) = match home::run(&arguments.run)? {
        Ok(found) => found,
        Err(reason) => {
            anstream::eprintln!("error: {reason}");
            return Ok(Outcome::Usage);
        }
    };
    let tasks = database.tasks(run.id).map_err(anyhow::Error::msg)?;
    let notes = database.notes(run.id).map_err(anyhow::Error::msg)?;
    data(&match printer.format() {
        Format::Human => text(&run, &tasks, &notes),
        Format::Json => format!("{}\n", json(&run, &tasks, &notes)),
    });
    Ok(Outcome::Fine)
}

fn text(run: &RunRow, tasks: &[TaskRow], notes: &[NoteRow]) -> String {
    let mut text = format!("{} {}", mark(&run.status), run.name);
    let _ = writeln!(text, "  {}{}", run.status, of(run.took));
    let _ = writeln!(
        text,
        "  {} of {}, {}",
        run.target,
        run.program,
        runs::ago(run.started)
    );
    if run.resumed > 0 {
        let times = match run.resumed {
            1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        let _ = writeln!(text, "  resumed {times}");
    }
    let mut finally = false;
    for (at, it) in tasks.iter().enumerate() {
        if it.finally && it.started.is_some() && !std::mem::replace(&mut finally, true) {
            text += "  finally\n";
        }
        let more = tasks.iter().filter(|other| other.name == it.name).count() > 1;
        let last = at + 1 == tasks.len();
        task(&mut text, it, &run.status, (more, last));
    }
    for (name, value) in results(&run.results) {
        let _ = writeln!(text, "{name} = {}", clean(&value));
    }
    for it in notes.iter().filter(|it| it.kind == "note") {
        let task = it.task.as_ref().map(|it| format!("[{it}] "));
        let _ = writeln!(text, "{}note: {}", task.unwrap_or_default(), it.text);
    }
    if !run.reason.is_empty() {
        let _ = writeln!(text, "{}: {}", run.reason, run.message);
    }
    if run.status == INTERRUPTED {
        text += "it was killed: go on with it by `wudi run --resume ";
        let _ = writeln!(text, "{}`", run.name);
    }
    if let Some(directory) = &run.directory
        && run.status != RUNNING
    {
        let _ = writeln!(text, "its files are in {directory}");
    }
    text
}

fn task(text: &mut String, task: &TaskRow, run: &str, (several, last): (bool, bool)) {
    // What did not end goes on, or was cut short with its run.
    let open = if run == RUNNING { RUNNING } else { INTERRUPTED };
    let status = task.status.as_deref().unwrap_or(open);
    let branch = if last { "└─" } else { "├─" };
    let attempt = match several {
        true => format!(", attempt {}", task.attempt + 1),
        false => String::new(),
    };
    let reused = match task.reused.as_deref() {
        Some("cache") => ", from the cache",
        _ => "",
    };
    let reason = match (status, task.reason.as_str()) {
        ("succeeded", _) | (_, "") => String::new(),
        (_, reason) => format!("  {reason}"),
    };
    let _ = writeln!(
        text,
        "  {branch} {} {}{attempt}  {status}{reason}{}{reused}",
        mark(status),
        task.name,
        of(task.took)
    );
    let below = if last { "   " } else { "│  " };
    if !task.message.is_empty() {
        let _ = writeln!(text, "  {below}  {}", clean(&task.message));
    }
    let failed = status != "succeeded" || task.steps.len() > 1;
    for it in task.steps.iter().filter(|_| failed) {
        let _ = writeln!(text, "  {below}  {}", step(it, open));
    }
    for (name, value) in results(&task.results) {
        let _ = writeln!(text, "  {below}  {name} = {}", clean(&value));
    }
}

fn step(step: &StepRow, open: &str) -> String {
    let ended = match (step.ended.as_deref(), step.code) {
        (Some("exited"), Some(0)) => "fine".to_owned(),
        (Some(ended), Some(code)) => format!("{ended} with {code}"),
        (Some(ended), None) => ended.to_owned(),
        (None, _) => open.to_owned(),
    };
    format!("{}: {ended}{}", step.name, of(step.took))
}

fn of(took: Option<f64>) -> String {
    let took = took.and_then(|it| Duration::try_from_secs_f64(it).ok());
    took.map_or_else(String::new, |it| format!("  {}", time(it)))
}

fn mark(status: &str) -> &'static str {
    match status {
        "succeeded" => "✓",
        "failed" => "✗",
        "skipped" => "-",
        "running" => "…",
        _ => "!",
    }
}

/// Results as names and texts.
fn results(json: &str) -> Vec<(String, String)> {
    let Ok(Json::Object(all)) = serde_json::from_str(json) else {
        return Vec::new();
    };
    let text = |it: &Json| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
    { all.into_iter() }
        .map(|(name, it)| (name, text(&it)))
        .collect()
}

fn json(run: &RunRow, tasks: &[TaskRow], notes: &[NoteRow]) -> Json {
    let parsed = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_default();
    let step = |it: &StepRow| json!({ "step": it.name, "started": it.started, "time": it.took, "end": it.ended, "code": it.code });
    let task = |it: &TaskRow| {
        json!({
            "task": it.name, "node": it.node, "instance": it.instance, "attempt": it.attempt, "finally": it.finally,
            "params": parsed(&it.params), "started": it.started, "time": it.took, "status": it.status, "reason": it.reason,
            "message": it.message, "results": parsed(&it.results), "reused": it.reused,
            "steps": it.steps.iter().map(step).collect::<Vec<_>>(),
        })
    };
    let note = |it: &NoteRow| json!({ "time": it.time, "kind": it.kind, "task": it.task, "text": it.text });
    let mut whole = runs::json(run);
    if let Some(fields) = whole.as_object_mut() {
        fields.insert("tasks".to_owned(), tasks.iter().map(task).collect());
        fields.insert("events".to_owned(), notes.iter().map(note).collect());
    }
    whole
}
