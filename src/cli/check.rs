//! `wudi check`

use std::path::{Path, PathBuf};

use crate::cli::Outcome;
use crate::cli::args;
use crate::cli::report::{Count, Printer, counted};
use crate::host::OsHost;
use crate::session::Session;

pub(crate) fn check(arguments: &args::Check, printer: &Printer) -> anyhow::Result<Outcome> {
    let mut session = Session::new(Box::new(OsHost));
    let programs = programs(&session, &arguments.paths);
    let mut count = Count::default();
    for program in &programs {
        session.open(program);
        printer.answer(session.diagnostics(), session.sources());
        count.add(session.diagnostics());
    }
    if programs.is_empty() {
        printer.note("there is no `.wudi` file here");
        return Ok(Outcome::Usage);
    }
    let words = count.words();
    let programs = counted(programs.len(), "program");
    printer.note(&format!("{words} in {programs}"));
    Ok(count.outcome())
}

/// The programs at the paths, each once.
pub(crate) fn programs(session: &Session, paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = Vec::new();
    for path in paths {
        for program in session.programs(Path::new(path)) {
            if !all.contains(&program) {
                all.push(program);
            }
        }
    }
    all
}
