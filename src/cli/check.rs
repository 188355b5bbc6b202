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
    let given = split(&session, &arguments.paths);
    for path in &given.foreign {
        let path = path.display();
        printer.note(&format!(
            "`{path}` is neither a program, `.wudi`, nor YAML, `.yaml`, `.yml` or `.json`"
        ));
    }
    if !given.foreign.is_empty() {
        return Ok(Outcome::Usage);
    }
    let Given {
        manifests, found, ..
    } = &given;
    let programs = programs(&session, &given.sources);
    let mut count = Count::default();
    let mut mended = 0;
    for program in &programs {
        mended += open(&mut session, arguments.fix, &|it| it.open(program))?;
        printer.answer(session.diagnostics(), session.sources());
        count.add(session.diagnostics());
    }
    let texts = match given.stdin {
        true => vec![(PathBuf::from("stdin"), read_stdin()?)],
        false => Vec::new(),
    };
    let files = manifests.len() + texts.len();
    if files > 0 {
        let target = (&arguments.target).into();
        // What came by stdin has no file to mend.
        let fix = arguments.fix && texts.is_empty();
        mended += open(&mut session, fix, &|it| {
            let is_found = |path: &Path| found.iter().any(|it| it == path);
            it.open_found(manifests, &is_found, texts.clone(), &target);
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

/// What paths on the command line mean.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// What may hold programs.
    pub(crate) sources: Vec<PathBuf>,
    /// Files of YAML, or of JSON, which is YAML too.
    pub(crate) manifests: Vec<PathBuf>,
    /// Those of the manifests that a directory led to, and nobody named.
    found: Vec<PathBuf>,
    /// Files of neither kind.
    foreign: Vec<PathBuf>,
    pub(crate) stdin: bool,
}

/// Sorts paths by what they mean.
pub(crate) fn split(session: &Session, paths: &[PathBuf]) -> Given {
    let mut given = Given::default();
    for path in paths {
        if path == Path::new("-") {
            given.stdin = true;
        } else if path.is_dir() {
            given.sources.push(path.clone());
            for file in session.yaml_files(path) {
                if !given.manifests.contains(&file) {
                    given.found.push(file.clone());
                    given.manifests.push(file);
                }
            }
        } else {
            given.file(session, path);
        }
    }
    given
}

impl Given {
    fn file(&mut self, session: &Session, path: &Path) {
        let extension = path.extension().and_then(|it| it.to_str());
        match extension {
            Some("yaml" | "yml" | "json") => {
                for file in session.yaml_files(path) {
                    self.found.retain(|it| *it != file);
                    if !self.manifests.contains(&file) {
                        self.manifests.push(file);
                    }
                }
            }
            Some("wudi") | None => self.sources.push(path.to_owned()),
            Some(_) if !path.exists() => self.sources.push(path.to_owned()),
            Some(_) => self.foreign.push(path.to_owned()),
        }
    }
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
