//! The database of runs: its tables, and how they are written to. Several processes share it.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, params};

use crate::host::keep;
use crate::store::record::{Batch, EndedRun, LogText, Note, StartedRun, Step, Task};

/// Told apart from databases of later versions.
const VERSION: i64 = 1;

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);

const TABLES: &str = "
CREATE TABLE runs(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, target TEXT NOT NULL, program TEXT NOT NULL, started REAL NOT NULL,
  took REAL, status TEXT, reason TEXT, message TEXT, results TEXT, directory TEXT, invocation TEXT NOT NULL,
  resumed INTEGER NOT NULL);
CREATE TABLE tasks(
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, name TEXT NOT NULL, attempt INTEGER NOT NULL, node TEXT NOT NULL,
  instance INTEGER, finally INTEGER NOT NULL, params TEXT, started REAL, took REAL, status TEXT, reason TEXT, message TEXT,
  results TEXT, reused TEXT, PRIMARY KEY(run, name, attempt));
CREATE TABLE steps(
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, task TEXT NOT NULL, attempt INTEGER NOT NULL, place INTEGER NOT NULL,
  name TEXT NOT NULL, started REAL, took REAL, ended TEXT, code INTEGER, PRIMARY KEY(run, task, attempt, name)) WITHOUT ROWID;
CREATE TABLE logs(
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, task TEXT NOT NULL, attempt INTEGER NOT NULL,
  step TEXT NOT NULL, stream TEXT NOT NULL, time REAL NOT NULL, text TEXT NOT NULL);
CREATE INDEX logs_of_run ON logs(run, id);
CREATE TABLE events(
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, time REAL NOT NULL, kind TEXT NOT NULL,
  task TEXT, text TEXT NOT NULL);
CREATE INDEX events_of_run ON events(run, id);
";

/// The database, open.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) connection: Connection,
    /// The run that is written.
    run: i64,
    resumed: bool,
}

/// What went wrong, for people.
pub(crate) type Trouble = String;

/// What is said of a failure of the database.
pub(crate) fn trouble(error: rusqlite::Error) -> Trouble {
    let known = [
        (ErrorCode::DiskFull, "the disk is full"),
        (ErrorCode::ReadOnly, "it cannot be written to"),
        (ErrorCode::SystemIoFailure, "the disk is full or fails"),
        (
            ErrorCode::DatabaseBusy,
            "another process does not let go of it",
        ),
        (
            ErrorCode::DatabaseLocked,
            "another process does not let go of it",
        ),
        (
            ErrorCode::NotADatabase,
            "it is damaged: move it away to begin anew",
        ),
        (
            ErrorCode::DatabaseCorrupt,
            "it is damaged: move it away to begin anew",
        ),
        (ErrorCode::CannotOpen, "it cannot be opened"),
    ];
    let code = error.sqlite_error_code();
    match known.iter().find(|(it, _)| Some(*it) == code) {
        Some((_, reason)) => (*reason).to_owned(),
        None => error.to_string(),
    }
}

impl Database {
    /// Opens the database; makes it where it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, Trouble> {
        if let Some(parent) = path.parent() {
            keep::private(parent).map_err(|it| crate::host::reason(&it))?;
        }
        let connection = Connection::open(path).map_err(trouble)?;
        Self::prepared(connection)
    }

    /// Opens a database that is there.
    pub(crate) fn existing(path: &Path) -> Result<Option<Self>, Trouble> {
        if keep::look(path).ok().flatten().is_none() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(trouble)?;
        Self::prepared(connection).map(Some)
    }

    fn prepared(mut connection: Connection) -> Result<Self, Trouble> {
        connection.busy_timeout(PATIENCE).map_err(trouble)?;
        let set = |connection: &Connection, name: &str, value: &str| {
            connection.pragma_update(None, name, value).map_err(trouble)
        };
        set(&connection, "journal_mode", "wal")?;
        // A failure of the machine may take the last moments, and never what the file holds besides.
        set(&connection, "synchronous", "normal")?;
        set(&connection, "foreign_keys", "on")?;
        // Whoever writes last does not wait for the disk: what is beside the file is as good as in it.
        let stays = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        connection.set_db_config(stays, true).map_err(trouble)?;
        connection.set_prepared_statement_cache_capacity(32);
        migrate(&mut connection)?;
        Ok(Self {
            connection,
            run: 0,
            resumed: false,
        })
    }

    /// Writes all of a batch or nothing.
    pub(crate) fn write(&mut self, batch: &Batch) -> Result<(), Trouble> {
        self.write_all(batch).map_err(trouble)
    }

    fn write_all(&mut self, batch: &Batch) -> rusqlite::Result<()> {
        let behavior = rusqlite::TransactionBehavior::Immediate;
        let writing = rusqlite::Transaction::new_unchecked(&self.connection, behavior)?;
        let (mut run, mut resumed) = (self.run, self.resumed);
        if let Some(it) = &batch.started {
            run = started(&writing, it)?;
            resumed = it.resumed;
        }
        for it in batch.tasks.values() {
            task(&writing, run, resumed, it)?;
        }
        for it in batch.steps.values() {
            step(&writing, run, it)?;
        }
        for it in &batch.logs {
            log(&writing, run, it)?;
        }
        for it in &batch.notes {
            note(&writing, run, it)?;
        }
        if let Some(it) = &batch.ended {
            ended(&writing, run, it)?;
        }
        writing.commit()?;
        (self.run, self.resumed) = (run, resumed);
        Ok(())
    }
}

fn migrate(connection: &mut Connection) -> Result<(), Trouble> {
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
    };
    match version(connection).map_err(trouble)? {
        VERSION => return Ok(()),
        0 => {}
        _ => return Err("a later version of wudi made it".to_owned()),
    }
    let behavior = rusqlite::TransactionBehavior::Immediate;
    let writing = connection.transaction_with_behavior(behavior);
    let writing = writing.map_err(trouble)?;
    // Another process may have been faster.
    if version(&writing).map_err(trouble)? == 0 {
        writing.execute_batch(TABLES).map_err(trouble)?;
        let set = writing.pragma_update(None, "user_version", VERSION);
        set.map_err(trouble)?;
    }
    writing.commit().map_err(trouble)
}

fn started(on: &Connection, run: &StartedRun) -> rusqlite::Result<i64> {
    on.execute(
        "INSERT INTO runs(name, target, program, started, directory, invocation, resumed) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT(name) DO UPDATE SET took = NULL, status = NULL, reason = NULL, message = NULL, results = NULL,
           directory = ?5, resumed = resumed + 1",
        params![
            run.name,
            run.target,
            run.program,
            run.started,
            run.directory,
            run.invocation,
            i64::from(run.resumed)
        ],
    )?;
    let id = "SELECT id FROM runs WHERE name = ?1";
    let id = on.query_row(id, [&run.name], |row| row.get(0))?;
    if run.resumed {
        on.execute(
            "DELETE FROM tasks WHERE run = ?1 AND (status = 'skipped' OR status IS NULL)",
            [id],
        )?;
    }
    Ok(id)
}

const AGAIN: [&str; 3] = [
    "DELETE FROM tasks WHERE run = ?1 AND name = ?2 AND attempt >= ?3",
    "DELETE FROM steps WHERE run = ?1 AND task = ?2 AND attempt >= ?3",
    "DELETE FROM logs WHERE run = ?1 AND task = ?2 AND attempt >= ?3",
];

fn task(on: &Connection, run: i64, resumed: bool, task: &Task) -> rusqlite::Result<()> {
    if task.begins {
        if resumed {
            // What is done again is known by how it goes now.
            for sql in AGAIN {
                let mut delete = on.prepare_cached(sql)?;
                delete.execute(params![run, task.name, task.attempt])?;
            }
        }
        return insert_task(on, run, task);
    }
    let mut update = on.prepare_cached(
        "UPDATE tasks SET took = coalesce(?4, took), status = coalesce(?5, status), reason = coalesce(?6, reason),
         message = coalesce(?7, message), results = coalesce(?8, results), finally = max(finally, ?9),
         reused = coalesce(?10, reused) WHERE run = ?1 AND name = ?2 AND attempt = ?3",
    )?;
    let known = update.execute(params![
        run,
        task.name,
        task.attempt,
        task.took,
        task.status,
        task.reason,
        task.message,
        task.results,
        task.finally,
        task.reused,
    ])?;
    // The last moments before a kill may be missing.
    match known == 0 && task.status.is_some() {
        true => insert_task(on, run, task),
        false => Ok(()),
    }
}

fn insert_task(on: &Connection, run: i64, task: &Task) -> rusqlite::Result<()> {
    let mut insert = on.prepare_cached(
        "INSERT OR REPLACE INTO tasks(run, name, attempt, node, instance, finally, params, started, took, status, reason,
         message, results, reused) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?;
    insert.execute(params![
        run,
        task.name,
        task.attempt,
        task.node,
        task.instance,
        task.finally,
        task.params,
        task.started,
        task.took,
        task.status,
        task.reason,
        task.message,
        task.results,
        task.reused,
    ])?;
    Ok(())
}

fn step(on: &Connection, run: i64, step: &Step) -> rusqlite::Result<()> {
    let mut insert = on.prepare_cached(
        "INSERT INTO steps(run, task, attempt, place, name, started, took, ended, code)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT(run, task, attempt, name) DO UPDATE SET started = coalesce(?6, started), took = coalesce(?7, took),
           ended = coalesce(?8, ended), code = coalesce(?9, code)",
    )?;
    insert.execute(params![
        run,
        step.task,
        step.attempt,
        step.place,
        step.name,
        step.started,
        step.took,
        step.ended,
        step.code,
    ])?;
    Ok(())
}

fn log(on: &Connection, run: i64, log: &LogText) -> rusqlite::Result<()> {
    let mut insert = on.prepare_cached(
        "INSERT INTO logs(run, task, attempt, step, stream, time, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    insert.execute(params![
        run,
        log.task,
        log.attempt,
        log.step,
        log.stream,
        log.time,
        log.text
    ])?;
    Ok(())
}

fn note(on: &Connection, run: i64, note: &Note) -> rusqlite::Result<()> {
    let mut insert = on.prepare_cached(
        "INSERT INTO events(run, time, kind, task, text) VALUES(?1, ?2, ?3, ?4, ?5)",
    )?;
    insert.execute(params![run, note.time, note.kind, note.task, note.text])?;
    Ok(())
}

fn ended(on: &Connection, run: i64, end: &EndedRun) -> rusqlite::Result<()> {
    on.execute(
        "UPDATE runs SET took = ?2, status = ?3, reason = ?4, message = ?5, results = ?6, directory = ?7 WHERE id = ?1",
        params![
            run,
            end.took,
            end.status,
            end.reason,
            end.message,
            end.results,
            end.directory
        ],
    )?;
    Ok(())
}
