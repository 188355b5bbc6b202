//! `wudi new`

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::base::names;
use crate::cli::Outcome;
use crate::cli::args;
use crate::cli::report::Printer;
use crate::host::{Host, OsHost};

const PROGRAM: &str = include_str!("new/main.wudi");

pub(crate) fn new(arguments: &args::New, printer: &Printer) -> anyhow::Result<Outcome> {
    let directory = &arguments.directory;
    let name = directory.file_name().and_then(|it| it.to_str());
    let Some(name) = name.filter(|it| names::is_word(it)) else {
        bail!(
            "`{}` ends in no name: letters, digits, single hyphens",
            directory.display()
        );
    };
    let package = format!("[package]\nname = \"{name}\"\n");
    write(&directory.join("wudi.toml"), &package)?;
    write(&directory.join("main.wudi"), PROGRAM)?;
    let shown = directory.display();
    printer.note(&format!("made {shown}/wudi.toml and {shown}/main.wudi"));
    printer.note(&format!("try: wudi run {shown}"));
    Ok(Outcome::Fine)
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let shown = path.display();
    let failed = || format!("cannot write `{shown}`");
    if OsHost.look(path).with_context(failed)?.is_some() {
        bail!("`{shown}` is there already");
    }
    let directory = path.parent().unwrap_or(Path::new(""));
    OsHost.create_directories(directory).with_context(failed)?;
    OsHost.write(path, text.as_bytes()).with_context(failed)
}
