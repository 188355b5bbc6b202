//! `wudi why`: what the runner said of a task and the cache.

use serde_json::json;

use crate::cli::args::{self, Format};
use crate::cli::report::{Printer, data};
use crate::cli::{Outcome, home};

pub(crate) fn why(arguments: &args::Why, printer: &Printer) -> anyhow::Result<Outcome> {
    let (run, task) = match arguments.what.as_slice() {
        [run, task] => (run.as_str(), task.as_str()),
        [task] => ("last", task.as_str()),
        _ => ("last", ""),
    };
    let refuse = |reason: &str| {
        anstream::eprintln!("error: {reason}");
        Ok(Outcome::Usage)
    };
    let (database, run) = match home::run(run)? {
        Ok(found) => found,
        Err(reason) => return refuse(&reason),
    };
    let tasks = database.tasks(run.id).map_err(anyhow::Error::msg)?;
    let own: Vec<_> = { tasks.iter() }
        .filter(|it| it.name == task || it.node == task)
        .collect();
    if own.is_empty() {
        return refuse(&format!("the run `{}` has no task `{task}`", run.name));
    }
    let notes = database.notes(run.id).map_err(anyhow::Error::msg)?;
    let said = notes.iter().filter(|it| {
        let of = it.task.as_deref().unwrap_or_default();
        it.kind == "cache" && own.iter().any(|own| own.name == of)
    });
    let mut any = false;
    for it in said {
        any = true;
        let task = it.task.as_deref().unwrap_or_default();
        data(&match printer.format() {
            Format::Human => format!("[{task}] {}\n", it.text),
            Format::Json => format!("{}\n", json!({ "task": task, "why": it.text })),
        });
    }
    if !any {
        printer.note(&format!(
            "`{task}` is not cached: it has no `cache: {{ … }}`, or the cache was not asked"
        ));
    }
    Ok(Outcome::Fine)
}
