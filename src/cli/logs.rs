//! `wudi logs`

use std::time::Duration;

use serde_json::json;

use crate::cli::args::{self, Format};
use crate::cli::report::{Printer, data};
use crate::cli::run::plain::clean;
use crate::cli::{Outcome, home};
use crate::store::Folder;
use crate::store::query::{Found, LogRow, RUNNING};

/// How often it is looked whether there is more.
const PAUSE: Duration = Duration::from_millis(150);

pub(crate) fn logs(arguments: &args::Logs, printer: &Printer) -> anyhow::Result<Outcome> {
    let (database, mut run) = match home::run(&arguments.run)? {
        Ok(found) => found,
        Err(reason) => {
            anstream::eprintln!("error: {reason}");
            return Ok(Outcome::Usage);
        }
    };
    let task = arguments.task.as_deref();
    if let Some(task) = task {
        let known = database.tasks(run.id).map_err(anyhow::Error::msg)?;
        let is_it =
            |name: &str| name == task || name.rsplit_once('-').is_some_and(|it| it.0 == task);
        if !arguments.follow && !known.iter().any(|it| is_it(&it.name) || it.node == task) {
            anstream::eprintln!("error: the run `{}` has no task `{task}`", run.name);
            return Ok(Outcome::Usage);
        }
    }
    let mut last = 0;
    loop {
        // What was written before the end was seen is read after it.
        let goes_on = arguments.follow && run.status == RUNNING;
        for it in database
            .logs(run.id, task, last)
            .map_err(anyhow::Error::msg)?
        {
            last = it.id;
            print(&it, printer);
        }
        if !goes_on {
            return Ok(Outcome::Fine);
        }
        std::thread::sleep(PAUSE);
        let Some(state) = home::state() else {
            return Ok(Outcome::Fine);
        };
        let folder = Folder::new(&state);
        match database
            .run(&folder, &run.name)
            .map_err(anyhow::Error::msg)?
        {
            Found::One(now) => run = *now,
            Found::None | Found::Several(_) => return Ok(Outcome::Fine),
        }
    }
}

fn print(log: &LogRow, printer: &Printer) {
    for line in log.text.split('\n') {
        data(&match printer.format() {
            Format::Human => format!("[{} : {}] {}\n", log.task, log.step, clean(line)),
            Format::Json => {
                let line = json!({
                    "task": log.task, "attempt": log.attempt, "step": log.step, "stream": log.stream, "time": log.time,
                    "line": line,
                });
                format!("{line}\n")
            }
        });
    }
}
