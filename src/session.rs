//! One program from its files to its plan: reads, runs the phases in order, keeps what they find.

pub(crate) mod agree;
mod allow;
mod config;
pub(crate) mod dialog;
mod emitted;
mod errors;
pub(crate) mod expression;
pub(crate) mod import;
mod library;
mod locate;
mod manifests;
pub(crate) mod measure;
pub(crate) mod output;
mod project;
pub(crate) mod runnable;
pub(crate) mod stack;

use crate::base::{FileId, SourceMap, Span};
use crate::diag::{Diagnostic, Severity, Sink, mend};
use crate::emit::{self, Manifest};
use crate::host::Host;
use crate::plan::{Plan, Profile};
use crate::{format, lower, syntax, verify};
use std::path::{Path, PathBuf};

use config::Config;
use library::Reader;
pub use manifests::Target;

/// A session: opens programs, one after the other, and remembers what it read.
pub struct Session {
    host: Box<dyn Host>,
    sources: SourceMap,
    opened: Opened,
}

/// What is known of the program that is open.
#[derive(Default)]
struct Opened {
    diagnostics: Vec<Diagnostic>,
    /// Where the program checks.
    plan: Option<Plan>,
    manifests: Vec<Manifest>,
}

/// The files of a program and what its `wudi.toml` says.
#[derive(Debug, Default)]
pub(crate) struct Input {
    files: Vec<FileId>,
    profile: Profile,
    /// Dependencies by the name that imports give them.
    packages: Vec<(crate::base::Name, Vec<FileId>)>,
}

impl Session {
    /// A session that reads from and writes to `host`.
    pub fn new(host: Box<dyn Host>) -> Self {
        Self {
            host,
            sources: SourceMap::default(),
            opened: Opened::default(),
        }
    }

    /// The programs at a path: a file, or the package it belongs to; of a directory all that are in it.
    ///
    /// What it gives is what [`Session::open`] takes.
    pub fn programs(&self, path: &Path) -> Vec<PathBuf> {
        project::programs(&*self.host, path)
    }

    /// The `.wudi` files at a path: the file itself, or all in and below a directory.
    pub fn files(&self, path: &Path) -> Vec<PathBuf> {
        project::all_files(&*self.host, path)
    }

    /// Lays out the text of a file anew; a text that does not parse is left alone.
    ///
    /// # Errors
    /// What is wrong with the text, at places of [`Session::sources`] under that path.
    pub fn format(&mut self, path: &Path, text: Vec<u8>) -> Result<String, Vec<Diagnostic>> {
        let (text, flaw) = project::decode(text);
        let file = self.sources.add(path, text.into());
        if let Some(flaw) = flaw {
            return Err(vec![errors::not_text(file, flaw)]);
        }
        let text = self.sources.text(file);
        let formatted = stack::with_room(|| {
            let mut sink = Sink::default();
            let tree = syntax::parse(file, text, &mut syntax::Cache::default(), &mut sink);
            match sink.errors() {
                0 => Ok(format::format(&tree, text)),
                _ => Err(sink.into_sorted()),
            }
        });
        formatted
            .unwrap_or_else(|stack::Panicked| Err(vec![errors::panicked(Span::new(file, 0, 0))]))
    }

    /// Opens a program: a file, or a directory with a `wudi.toml`. Its findings are in [`Session::diagnostics`].
    pub fn open(&mut self, path: &Path) {
        let mut sink = Sink::default();
        let input = self.load(path, &mut sink);
        self.opened = Opened::default();
        if let Some(input) = input {
            let sources = &mut self.sources;
            let opened = stack::with_room(|| compile(&input, sources, &mut sink));
            match opened {
                Ok(opened) => self.opened = opened,
                Err(stack::Panicked) => {
                    let at = input.files.first().copied().unwrap_or(FileId(0));
                    sink.push(errors::panicked(Span::new(at, 0, 0)));
                }
            }
        }
        self.opened.diagnostics = sink.into_sorted();
    }

    /// What was found in the program that is open, in the order of the text.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.opened.diagnostics
    }

    /// The files of what is open with the fixes of its findings put in, each with how many there were.
    pub(crate) fn mended(&self) -> Vec<(PathBuf, String, usize)> {
        let found = self.diagnostics();
        let mut files: Vec<FileId> = found.iter().map(|it| it.span.file).collect();
        files.sort_unstable();
        files.dedup();
        let one = |file: FileId| {
            let path = self.sources.path(file).to_owned();
            let (text, count) = mend::mended(file, self.sources.text(file), found)?;
            Some((path, text, count))
        };
        files.into_iter().filter_map(one).collect()
    }

    /// Whether the open program has errors, so that it has no meaning.
    pub fn has_errors(&self) -> bool {
        let mut all = self.opened.diagnostics.iter();
        all.any(|it| it.severity == Severity::Error)
    }

    /// The plan of the open program; `None` where it has errors.
    pub fn plan(&self) -> Option<&Plan> {
        self.opened.plan.as_ref().filter(|_| !self.has_errors())
    }

    /// The files that the open program compiles to; none where it has errors.
    pub fn manifests(&self) -> Vec<Manifest> {
        let sound = self.plan().is_some();
        if sound {
            self.opened.manifests.clone()
        } else {
            Vec::new()
        }
    }

    /// What building the open program, which is at `path`, into a directory would change there; otherwise what stands in
    /// its way.
    pub(crate) fn changes(
        &mut self,
        path: &Path,
        directory: &Path,
    ) -> Result<output::Changes, Vec<Diagnostic>> {
        let wanted = self.manifests().into_iter().map(|it| output::Wanted {
            path: it.path,
            text: it.text,
            keep: it.keep,
        });
        let wanted: Vec<output::Wanted> = wanted.collect();
        let owner = project::name(&*self.host, path);
        let compared = output::compare(&*self.host, directory, &owner, &wanted);
        compared.map_err(|conflicts| {
            let one = |(path, conflict): (String, output::Conflict)| {
                let at = self.blank(&directory.join(&path));
                errors::conflict(at, &path, &conflict)
            };
            conflicts.into_iter().map(one).collect()
        })
    }

    /// The texts that were read, for [`crate::render`].
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// Where the session reads from and writes to.
    pub fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// Reads the files of a program; `None` where one cannot be read, which is reported.
    fn load(&mut self, path: &Path, sink: &mut Sink) -> Option<Input> {
        let before = sink.errors();
        let found = match project::locate(&*self.host, path) {
            Ok(found) => found,
            Err(refusal) => {
                let at = self.blank(path);
                sink.push(errors::not_opened(at, path, refusal));
                return None;
            }
        };
        let config = match &found.config {
            Some(file) => self.config(file, sink),
            None => Config::default(),
        };
        let mut input = Input {
            files: self.read_all(&found.files, sink),
            profile: config.profile,
            packages: Vec::new(),
        };
        let base = found.config.as_deref().and_then(Path::parent);
        for dependency in config.dependencies {
            let directory = base.unwrap_or(Path::new("")).join(&dependency.path);
            let files = project::files(&*self.host, &project::plain(&directory));
            if files.is_empty() {
                sink.push(errors::empty_dependency(dependency.span, &dependency.path));
            }
            let files = self.read_all(&files, sink);
            input.packages.push((dependency.name, files));
        }
        (sink.errors() == before).then_some(input)
    }

    fn config(&mut self, file: &Path, sink: &mut Sink) -> Config {
        let Some(id) = self.read(file, sink) else {
            return Config::default();
        };
        config::read(id, self.sources.text(id), sink)
    }

    fn read_all(&mut self, files: &[PathBuf], sink: &mut Sink) -> Vec<FileId> {
        let read = files.iter().filter_map(|it| self.read(it, sink));
        read.collect()
    }

    /// Takes a file in; `None` where it is no text, which is reported.
    fn read(&mut self, path: &Path, sink: &mut Sink) -> Option<FileId> {
        let bytes = match self.host.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let at = self.blank(path);
                sink.push(errors::unreadable(at, path, &error));
                return None;
            }
        };
        self.take(path, bytes, sink)
    }

    /// Takes bytes in as the text of a path; `None` where they are no text, which is reported.
    fn take(&mut self, path: &Path, bytes: Vec<u8>, sink: &mut Sink) -> Option<FileId> {
        let (text, flaw) = project::decode(bytes);
        let file = self.sources.add(path, text.into());
        if let Some(flaw) = flaw {
            sink.push(errors::not_text(file, flaw));
            return None;
        }
        Some(file)
    }

    /// A place for what is to be said about a file that has no text.
    fn blank(&mut self, path: &Path) -> Span {
        let file = self.sources.add(path, "".into());
        Span::new(file, 0, 0)
    }
}

/// Runs the phases in order; each needs those before it to have found no error where it says so.
fn compile(input: &Input, sources: &mut SourceMap, sink: &mut Sink) -> Opened {
    let mut reader = Reader {
        input,
        sources,
        cache: syntax::Cache::default(),
    };
    let root = reader.parse(&input.files, sink);
    for (place, code) in root.iter().flat_map(|it| allow::places(it)) {
        sink.accept(place, code);
    }
    let (program, checked) = reader.check(&root, "", sink);
    let mut opened = Opened::default();
    if sink.errors() == 0 {
        let plan = lower::lower(&program, &checked, input.profile.clone(), sink);
        if sink.errors() == 0 {
            verify::verify(&plan, sink);
        }
        // What a target cannot say is an error of the program as well.
        if sink.errors() == 0 {
            opened.manifests = emit::emit(&plan, sink);
        }
        if sink.errors() == 0 {
            let main = input.files.first().copied().unwrap_or(FileId(0));
            emitted::judge(&plan, &opened.manifests, main, sink);
        }
        opened.plan = Some(plan);
    }
    opened
}
