//! `wudi check`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::Outcome;
use crate::cli::args;
use crate::cli::report::{Count, Printer, counted};
use crate::host::{MAX_FILE_BYTES, OsHost, reason};
use crate::session::Session;

pub(crate) fn check(arguments: &args::Check, printer: &Printer) -> anyhow::Result<Outcome> {
    let mut session = Session::new(Box::new(OsHost));
    let (sources, manifests, stdin) = split(&session, &arguments.paths);
    let programs = programs(&session, &sources);
    let mut count = Count::default();
    let mut mended = 0;
    for program in &programs {
        mended += open(&mut session, arguments.fix, &|it| it.open(program))?;
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
        // What came by stdin has no file to mend.
        let fix = arguments.fix && texts.is_empty();
        mended += open(&mut session, fix, &|it| {
            it.open_yaml(&manifests, texts.clone(), &target);
        })?;
        printer.answer(session.diagnostics(), session.sources());
        count.add(session.diagnostics());
    }
    if mended > 0 {
        printer.note(&format!("{} mended", counted(mended, "place")));
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

/// Opens something; with `fix`, puts fixes into its files and opens it again until there are none. How many there were.
fn open(session: &mut Session, fix: bool, open: &dyn Fn(&mut Session)) -> anyhow::Result<usize> {
    /// One fix may bring out the next, but not for ever.
    const ROUNDS: usize = 10;
    let mut mended = 0;
    for _ in 0..ROUNDS {
        open(session);
        let texts = if fix { session.mended() } else { Vec::new() };
        if texts.is_empty() {
            break;
        }
        for (path, text, count) in texts {
            let written = session.host().write(&path, text.as_bytes());
            written
                .map_err(|it| anyhow::anyhow!("{}", reason(&it)))
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            mended += count;
        }
    }
    Ok(mended)
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
