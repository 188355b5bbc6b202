//! `wudi runs`

use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::cli::args::{self, Format};
use crate::cli::report::{Printer, counted, data};
use crate::cli::run::plain::{table, time};
use crate::cli::{Outcome, home};
use crate::host;
use crate::store::query::{self, Filter, Keep, RunRow};

pub(crate) fn runs(arguments: &args::Runs, printer: &Printer) -> anyhow::Result<Outcome> {
    let known = home::history()?;
    let all = match &known {
        Some((database, folder)) if arguments.prune => {
            let keep = Keep {
                runs: arguments.keep,
                logs: arguments.keep,
                files: arguments.keep,
            };
            let gone = query::prune(database, folder, keep).map_err(anyhow::Error::msg)?;
            printer.note(&format!("forgot {}", counted(gone, "run")));
            return Ok(Outcome::Fine);
        }
        Some((database, folder)) => {
            let program = arguments.program.as_ref();
            let program = program.map(|it| host::scratch::whole(it).unwrap_or_else(|_| it.clone()));
            let filter = Filter {
                target: arguments.target.clone(),
                status: arguments.status.clone(),
                program: program.map(|it| it.display().to_string()),
                most: Some(arguments.limit),
            };
            database.runs(folder, &filter).map_err(anyhow::Error::msg)?
        }
        None => Vec::new(),
    };
    match printer.format() {
        Format::Json => all.iter().for_each(|it| data(&format!("{}\n", json(it)))),
        Format::Human if all.is_empty() => printer.note("no run is kept"),
        Format::Human => data(&format!("{}\n", listed(&all))),
    }
    Ok(Outcome::Fine)
}

/// A run as JSON.
pub(crate) fn json(run: &RunRow) -> serde_json::Value {
    let results: serde_json::Value = serde_json::from_str(&run.results).unwrap_or_default();
    json!({
        "run": run.name, "target": run.target, "program": run.program, "status": run.status, "reason": run.reason,
        "message": run.message, "results": results, "started": run.started, "time": run.took, "resumed": run.resumed,
        "directory": run.directory,
    })
}

fn listed(all: &[RunRow]) -> String {
    let mut rows = vec![["run", "status", "reason", "time", "began"].map(str::to_owned)];
    rows.extend(all.iter().map(|it| {
        let took = it.took.and_then(|it| Duration::try_from_secs_f64(it).ok());
        [
            it.name.clone(),
            it.status.clone(),
            it.reason.clone(),
            took.map(time).unwrap_or_default(),
            ago(it.started),
        ]
    }));
    table(&rows)
}

/// `3 minutes ago`
pub(crate) fn ago(started: f64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let began = Duration::try_from_secs_f64(started).unwrap_or_default();
    let seconds = now.unwrap_or_default().saturating_sub(began).as_secs();
    let units = [(86400, "day"), (3600, "hour"), (60, "minute")];
    let found = units.iter().find(|(size, _)| seconds >= *size);
    match found {
        Some((size, unit)) => {
            let count = usize::try_from(seconds / size).unwrap_or(usize::MAX);
            format!("{} ago", counted(count, unit))
        }
        None => "just now".to_owned(),
    }
}
