//! `wudi check`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::Outcome;
use crate::cli::args;
use crate::cli::report::{Count, Printer, counted};
use crate::host::{MAX_FILE_BYTES, OsHost};
use crate::session::Session;

pub(crate) fn check(arguments: &args::Check, printer: &Printer) -> anyhow::Result<Outcome> {
    let mut session = Session::new(Box::new(OsHost));
    let (sources, manifests, stdin) = split(&session, &arguments.paths);
    let programs = programs(&session, &sources);
    let mut count = Count::default();
    for program in &programs {
        session.open(program);
        printer.answer(session.diagnostics(), session.sources());
        count.add(session.diagnostics());
    }
    let texts = match stdin {
        true => vec![(PathBuf::from("stdin"), read_stdin()?)],
        false => Vec::new(),
    };
    let files = manifests.len() + texts.len();
    if files > 0 {
        let target = (&arguments.target).into();
        session.open_yaml(&manifests, texts, &target);
        printer.answer(session.diagnostics(), session.sources());
        count.add(session.diagnostics());
    }
    let all = match (programs.len(), files) {
        (0, 0) => {
            printer.note("there is no `.wudi` file here, and no YAML");
            return Ok(Outcome::Usage);
        }
        (programs, 0) => counted(programs, "program"),
        (0, files) => counted(files, "YAML file"),
        (programs, files) => {
            let programs = counted(programs, "program");
            format!("{programs} and {}", counted(files, "YAML file"))
        }
    };
    printer.note(&format!("{} in {all}", count.words()));
    Ok(count.outcome())
}

/// What may hold programs, the YAML files, and whether stdin is to be read.
pub(crate) fn split(session: &Session, paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<PathBuf>, bool) {
    let (mut sources, mut manifests, mut stdin) = (Vec::new(), Vec::new(), false);
    for path in paths {
        if path == Path::new("-") {
            stdin = true;
            continue;
        }
        let files = session.yaml_files(path);
        let is_directory = !files.iter().any(|it| it == path) || path.is_dir();
        let mut found = files.into_iter().filter(|it| is_yaml(it)).peekable();
        if is_directory || found.peek().is_none() {
            sources.push(path.clone());
        }
        for file in found {
            if !manifests.contains(&file) {
                manifests.push(file);
            }
        }
    }
    (sources, manifests, stdin)
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|it| it == "yaml" || it == "yml")
}

pub(crate) fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut stdin = std::io::stdin().lock().take(MAX_FILE_BYTES);
    stdin.read_to_end(&mut bytes).context("cannot read stdin")?;
    Ok(bytes)
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
