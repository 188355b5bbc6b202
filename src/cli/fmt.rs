//! `wudi fmt`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::Outcome;
use crate::cli::args;
use crate::cli::report::{self, Printer, counted};
use crate::host::{self, OsHost};
use crate::session::Session;

pub(crate) fn fmt(arguments: &args::Fmt, printer: &Printer) -> anyhow::Result<Outcome> {
    let mut session = Session::new(Box::new(OsHost));
    let is_stdin = |it: &PathBuf| it == Path::new("-");
    if arguments.paths.iter().any(is_stdin) {
        return stdin(&mut session, arguments, printer);
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for path in &arguments.paths {
        for file in session.files(path) {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    if files.is_empty() {
        printer.note("there is no `.wudi` file here");
        return Ok(Outcome::Usage);
    }
    let mut changed = 0;
    let mut broken = 0;
    for file in &files {
        match format_file(&mut session, file, arguments.check, printer)? {
            Layout::Kept => {}
            Layout::Changed => changed += 1,
            Layout::Broken => broken += 1,
        }
    }
    let all = counted(files.len(), "file");
    match (arguments.check, changed) {
        (true, 0) => printer.note(&format!("{all} formatted")),
        (true, _) => printer.note(&format!("{changed} of {all} would change")),
        (false, _) => printer.note(&format!("{changed} of {all} changed")),
    }
    match broken > 0 || arguments.check && changed > 0 {
        true => Ok(Outcome::Findings),
        false => Ok(Outcome::Fine),
    }
}

/// What became of a file.
enum Layout {
    Kept,
    Changed,
    /// It does not parse, and is as it was.
    Broken,
}

fn format_file(
    session: &mut Session,
    file: &Path,
    check: bool,
    printer: &Printer,
) -> anyhow::Result<Layout> {
    let shown = file.display();
    let failed = |error| anyhow::anyhow!("cannot read `{shown}`: {}", host::reason(&error));
    let before = session.host().read(file).map_err(failed)?;
    let after = match session.format(file, before.clone()) {
        Ok(after) => after,
        Err(found) => {
            printer.talk(&found, session.sources());
            return Ok(Layout::Broken);
        }
    };
    if after.as_bytes() == before {
        return Ok(Layout::Kept);
    }
    if check {
        report::data(&format!("{shown}\n"));
        return Ok(Layout::Changed);
    }
    let written = session.host().write(file, after.as_bytes());
    written.with_context(|| format!("cannot write `{shown}`"))?;
    Ok(Layout::Changed)
}

fn stdin(
    session: &mut Session,
    arguments: &args::Fmt,
    printer: &Printer,
) -> anyhow::Result<Outcome> {
    if arguments.paths.len() > 1 {
        printer.note("`-` stands alone: stdin has one text");
        return Ok(Outcome::Usage);
    }
    let mut before = Vec::new();
    let limit = host::MAX_FILE_BYTES + 1;
    let read = std::io::stdin().lock().take(limit).read_to_end(&mut before);
    read.context("cannot read stdin")?;
    match session.format(Path::new("stdin"), before.clone()) {
        Ok(after) if arguments.check => Ok(match after.as_bytes() == before {
            true => Outcome::Fine,
            false => Outcome::Findings,
        }),
        Ok(after) => {
            report::data(&after);
            Ok(Outcome::Fine)
        }
        Err(found) => {
            printer.talk(&found, session.sources());
            Ok(Outcome::Findings)
        }
    }
}
