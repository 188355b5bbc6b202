//! What the history says: runs, their tasks, steps, lines; and how it is kept small.

use std::path::Path;

use rusqlite::{Connection, Row, params};

use crate::store::history::{Database, Trouble, trouble};
use crate::store::record::{Batch, StartedRun};
use crate::store::{Folder, journal};

/// How much is kept unless somebody says otherwise.
pub(crate) const KEEP: Keep = Keep {
    runs: 500,
    logs: 100,
    files: 20,
};

/// How much is kept, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    pub(crate) runs: usize,
    /// Runs of which is kept what their steps wrote.
    pub(crate) logs: usize,
    /// Runs whose files are kept, where they failed.
    pub(crate) files: usize,
}

/// A run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RunRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) program: String,
    pub(crate) started: f64,
    pub(crate) took: Option<f64>,
    /// `running` and `interrupted` are not written, but found.
    pub(crate) status: String,
    pub(crate) reason: String,
    pub(crate) message: String,
    /// As JSON.
    pub(crate) results: String,
    pub(crate) directory: Option<String>,
    pub(crate) invocation: String,
    /// How often it was resumed.
    pub(crate) resumed: u32,
}

/// An attempt at a task.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TaskRow {
    pub(crate) name: String,
    pub(crate) attempt: u32,
    pub(crate) node: String,
    pub(crate) instance: Option<u32>,
    pub(crate) finally: bool,
    pub(crate) params: String,
    pub(crate) started: Option<f64>,
    pub(crate) took: Option<f64>,
    pub(crate) status: Option<String>,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) results: String,
    pub(crate) reused: Option<String>,
    pub(crate) steps: Vec<StepRow>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StepRow {
    pub(crate) name: String,
    pub(crate) started: Option<f64>,
    pub(crate) took: Option<f64>,
    pub(crate) ended: Option<String>,
    pub(crate) code: Option<i32>,
}

/// Lines that a step wrote.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LogRow {
    /// Later lines have greater ones.
    pub(crate) id: i64,
    pub(crate) task: String,
    pub(crate) attempt: u32,
    pub(crate) step: String,
    pub(crate) stream: String,
    pub(crate) time: f64,
    pub(crate) text: String,
}

/// Anything else that happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NoteRow {
    pub(crate) time: f64,
    pub(crate) kind: String,
    pub(crate) task: Option<String>,
    pub(crate) text: String,
}

/// Which runs are meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) target: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) program: Option<String>,
    pub(crate) most: Option<usize>,
}

/// A run that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    One(Box<RunRow>),
    None,
    /// Several begin with that.
    Several(Vec<String>),
}

const RUN: &str = "SELECT id, name, target, program, started, took, status, reason, message, results, directory, invocation, resumed
 FROM runs";

impl Database {
    /// The runs that are meant, the newest first.
    pub(crate) fn runs(&self, folder: &Folder, filter: &Filter) -> Result<Vec<RunRow>, Trouble> {
        let sql = format!(
            "{RUN} WHERE (?1 IS NULL OR target = ?1) AND (?2 IS NULL OR program = ?2) ORDER BY id DESC"
        );
        let meant = params![filter.target, filter.program];
        let all = rows(&self.connection, &sql, meant, run)?;
        let all = all.into_iter().map(|it| stated(folder, it));
        let fits = |it: &RunRow| filter.status.as_ref().is_none_or(|want| *want == it.status);
        let most = filter.most.unwrap_or(usize::MAX);
        Ok(all.filter(fits).take(most).collect())
    }

    /// The run of that name, or whose name begins so; `last` is the newest.
    pub(crate) fn run(&self, folder: &Folder, name: &str) -> Result<Found, Trouble> {
        let found = match name {
            "last" => {
                let sql = format!("{RUN} ORDER BY id DESC LIMIT 1");
                rows(&self.connection, &sql, params![], run)?
            }
            _ => {
                let exact = format!("{RUN} WHERE name = ?1");
                let exact = rows(&self.connection, &exact, params![name], run)?;
                let begins =
                    format!("{RUN} WHERE substr(name, 1, length(?1)) = ?1 ORDER BY id DESC");
                match exact.is_empty() {
                    true => rows(&self.connection, &begins, params![name], run)?,
                    false => exact,
                }
            }
        };
        let mut found = found.into_iter();
        Ok(match (found.next(), found.next()) {
            (None, _) => Found::None,
            (Some(one), None) => Found::One(Box::new(stated(folder, one))),
            (Some(one), Some(other)) => {
                let names = [one, other].into_iter().chain(found);
                Found::Several(names.map(|it| it.name).collect())
            }
        })
    }

    /// Its tasks with their steps, as they began; then those that did not.
    pub(crate) fn tasks(&self, run: i64) -> Result<Vec<TaskRow>, Trouble> {
        let sql = "SELECT name, attempt, node, instance, finally, params, started, took, status, reason, message, results, reused
             FROM tasks WHERE run = ?1 ORDER BY started IS NULL, finally, rowid";
        let mut tasks = rows(&self.connection, sql, params![run], task)?;
        let sql = "SELECT task, attempt, name, started, took, ended, code FROM steps WHERE run = ?1
             ORDER BY task, attempt, place";
        let steps = rows(&self.connection, sql, params![run], step)?;
        let mut by_task: indexmap::IndexMap<(String, u32), Vec<StepRow>> =
            indexmap::IndexMap::new();
        for (task, attempt, step) in steps {
            by_task.entry((task, attempt)).or_default().push(step);
        }
        for it in &mut tasks {
            let key = (it.name.clone(), it.attempt);
            it.steps = by_task.swap_remove(&key).unwrap_or_default();
        }
        Ok(tasks)
    }

    /// What steps wrote after `after`: of all tasks, or of those of that name.
    pub(crate) fn logs(
        &self,
        run: i64,
        task: Option<&str>,
        after: i64,
    ) -> Result<Vec<LogRow>, Trouble> {
        let sql = "SELECT id, task, attempt, step, stream, time, text FROM logs WHERE run = ?1 AND id > ?2
             AND (?3 IS NULL OR task = ?3 OR (substr(task, 1, length(?3)) = ?3 AND ltrim(substr(task, length(?3) + 1), '-0123456789') = ''))
             ORDER BY id";
        rows(&self.connection, sql, params![run, after, task], log)
    }

    /// What else happened.
    pub(crate) fn notes(&self, run: i64) -> Result<Vec<NoteRow>, Trouble> {
        let sql = "SELECT time, kind, task, text FROM events WHERE run = ?1 ORDER BY id";
        rows(&self.connection, sql, params![run], note)
    }
}

/// Takes up the runs that have a folder and are not in the history: those that were killed before it was written, or while it could not
/// be.
pub(crate) fn adopt(database: &mut Database, folder: &Folder) -> Result<(), Trouble> {
    let all = folder.runs();
    if all.is_empty() {
        return Ok(());
    }
    let known = rows(
        &database.connection,
        "SELECT name FROM runs",
        params![],
        |row| row.get::<_, String>(0),
    )?;
    let known: indexmap::IndexSet<String> = known.into_iter().collect();
    for name in all.into_iter().filter(|it| !known.contains(it)) {
        let Ok(read) = journal::read(&folder.run(&name).journal()) else {
            continue;
        };
        let mut sessions = read.records.iter().filter_map(|it| it.get("session"));
        let Some(said) = sessions.next().and_then(|it| it.get("run")) else {
            continue;
        };
        let text = |key: &str| said.get(key).and_then(serde_json::Value::as_str);
        let text = |key: &str| text(key).unwrap_or_default().to_owned();
        let started = said.get("started").and_then(serde_json::Value::as_f64);
        database.write(&Batch::of(StartedRun {
            target: text("target"),
            program: text("program"),
            started: started.unwrap_or_default(),
            directory: Some(text("directory")),
            invocation: text("invocation"),
            resumed: false,
            name,
        }))?;
    }
    Ok(())
}

/// Removes what is more than is to be kept; runs that go on stay. Gives how many runs were forgotten.
pub(crate) fn prune(database: &Database, folder: &Folder, keep: Keep) -> Result<usize, Trouble> {
    let all = database.runs(folder, &Filter::default())?;
    if let Some(last) = all.get(keep.logs) {
        let sql = "DELETE FROM logs WHERE run <= ?1";
        let mut delete = database.connection.prepare_cached(sql).map_err(trouble)?;
        delete.execute([last.id]).map_err(trouble)?;
    }
    let mut gone = 0;
    for (place, it) in all.iter().enumerate() {
        let own = folder.run(&it.name);
        let killed = it.status == INTERRUPTED;
        if it.status == RUNNING || place < keep.files && !killed {
            continue;
        }
        // Of two processes that prune, and of one that resumes it, only the one that has the lock touches it.
        let lock = match own.exists() {
            true => own.lock(),
            false => Ok(None),
        };
        if own.exists() && !matches!(lock, Ok(Some(_))) {
            continue;
        }
        if place < keep.files {
            let _ = own.remove_secrets();
            continue;
        }
        if place < keep.runs {
            let _ = crate::host::scratch::remove(&own.files());
            continue;
        }
        if own.remove().is_ok() {
            let sql = "DELETE FROM runs WHERE id = ?1";
            let mut delete = database.connection.prepare_cached(sql).map_err(trouble)?;
            delete.execute([it.id]).map_err(trouble)?;
            gone += 1;
        }
    }
    Ok(gone)
}

pub(crate) const RUNNING: &str = "running";
pub(crate) const INTERRUPTED: &str = "interrupted";

/// With the status of a run that did not tell its end.
fn stated(folder: &Folder, mut run: RunRow) -> RunRow {
    if run.status.is_empty() {
        let own = folder.run(&run.name);
        run.status = match own.is_running() {
            true => RUNNING.to_owned(),
            // Killed between its end and its last word in the history.
            false => own.over().unwrap_or_else(|| INTERRUPTED.to_owned()),
        };
    }
    run
}

/// The name of the file in the way of the message.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn rows<T>(
    on: &Connection,
    sql: &str,
    with: &[&dyn rusqlite::ToSql],
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Trouble> {
    let mut statement = on.prepare_cached(sql).map_err(trouble)?;
    let found = statement.query_map(with, read).map_err(trouble)?;
    found.collect::<rusqlite::Result<_>>().map_err(trouble)
}

fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<String> {
    Ok(row.get::<_, Option<String>>(at)?.unwrap_or_default())
}

fn run(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        id: row.get(0)?,
        name: row.get(1)?,
        target: row.get(2)?,
        program: row.get(3)?,
        started: row.get(4)?,
        took: row.get(5)?,
        status: text(row, 6)?,
        reason: text(row, 7)?,
        message: text(row, 8)?,
        results: text(row, 9)?,
        directory: row.get(10)?,
        invocation: row.get(11)?,
        resumed: row.get(12)?,
    })
}

fn task(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    Ok(TaskRow {
        name: row.get(0)?,
        attempt: row.get(1)?,
        node: row.get(2)?,
        instance: row.get(3)?,
        finally: row.get(4)?,
        params: text(row, 5)?,
        started: row.get(6)?,
        took: row.get(7)?,
        status: row.get(8)?,
        reason: text(row, 9)?,
        message: text(row, 10)?,
        results: text(row, 11)?,
        reused: row.get(12)?,
        steps: Vec::new(),
    })
}

fn step(row: &Row<'_>) -> rusqlite::Result<(String, u32, StepRow)> {
    let step = StepRow {
        name: row.get(2)?,
        started: row.get(3)?,
        took: row.get(4)?,
        ended: row.get(5)?,
        code: row.get(6)?,
    };
    Ok((row.get(0)?, row.get(1)?, step))
}

fn log(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        id: row.get(0)?,
        task: row.get(1)?,
        attempt: row.get(2)?,
        step: row.get(3)?,
        stream: row.get(4)?,
        time: row.get(5)?,
        text: row.get(6)?,
    })
}

fn note(row: &Row<'_>) -> rusqlite::Result<NoteRow> {
    Ok(NoteRow {
        time: row.get(0)?,
        kind: row.get(1)?,
        task: row.get(2)?,
        text: row.get(3)?,
    })
}
