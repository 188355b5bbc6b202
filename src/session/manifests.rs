//! Plain YAML: all files together are one set of objects, judged as their target would judge them.

use std::path::{Path, PathBuf};

use crate::admit::{self, Object};
use crate::base::{FileId, Name, Span};
use crate::diag::Sink;
use crate::schema::Profile;
use crate::session::{Opened, Session, errors, project, stack};
use crate::yaml;

/// Annotations by which Pipelines as Code knows its runs begin so.
const PAC: &str = "pipelinesascode.tekton.dev/";

/// What is said about the target beside `wudi.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// `("tekton", "1.15")`
    pub versions: Vec<(String, String)>,
    /// What Tekton's ConfigMap `feature-flags` says.
    pub flags: Vec<(String, String)>,
    /// What its ConfigMap `config-defaults` says.
    pub defaults: Vec<(String, String)>,
}

impl Session {
    /// The YAML files at a path: the file itself, or all in and below a directory.
    pub fn yaml_files(&self, path: &Path) -> Vec<PathBuf> {
        project::yaml_files(self.host(), path)
    }

    /// Opens YAML: files, and texts by the name they are shown under. Its findings are in [`Session::diagnostics`].
    pub fn open_yaml(
        &mut self,
        paths: &[PathBuf],
        texts: Vec<(PathBuf, Vec<u8>)>,
        target: &Target,
    ) {
        self.open_found(paths, &|_| false, texts, target);
    }

    /// The same where some of the paths were only found, in a directory: what is no object there is nobody's mistake.
    pub(crate) fn open_found(
        &mut self,
        paths: &[PathBuf],
        is_found: &dyn Fn(&Path) -> bool,
        texts: Vec<(PathBuf, Vec<u8>)>,
        target: &Target,
    ) {
        let mut sink = Sink::default();
        let (files, profile) = self.read_yaml(paths, texts, target, &mut sink);
        let sources = &self.sources;
        let texts = files.iter().map(|it| Text {
            file: *it,
            text: sources.text(*it),
            is_found: is_found(sources.path(*it)),
            in_repository: in_repository(sources.path(*it), sources.text(*it)),
        });
        let texts: Vec<Text<'_>> = texts.collect();
        let judged = stack::with_room(|| judge(&texts, &profile, &mut sink));
        if let Err(stack::Panicked) = judged {
            let at = files.first().copied().unwrap_or(FileId(0));
            sink.push(errors::panicked(Span::new(at, 0, 0)));
        }
        self.opened = Opened {
            diagnostics: sink.into_sorted(),
            ..Opened::default()
        };
    }

    /// Takes YAML in, and says what it is for.
    pub(crate) fn read_yaml(
        &mut self,
        paths: &[PathBuf],
        texts: Vec<(PathBuf, Vec<u8>)>,
        target: &Target,
        sink: &mut Sink,
    ) -> (Vec<FileId>, Profile) {
        let profile = self.yaml_profile(paths.first().map(PathBuf::as_path), target, sink);
        let mut files: Vec<FileId> = Vec::new();
        for path in paths {
            files.extend(self.read_manifest(path, sink));
        }
        for (path, bytes) in texts {
            files.extend(self.take(&path, without_mark(bytes), sink));
        }
        (files, profile)
    }

    fn read_manifest(&mut self, path: &Path, sink: &mut Sink) -> Option<FileId> {
        match self.host().read(path) {
            Ok(bytes) => self.take(path, without_mark(bytes), sink),
            // Says why.
            Err(_) => self.read(path, sink),
        }
    }

    fn yaml_profile(&mut self, beside: Option<&Path>, target: &Target, sink: &mut Sink) -> Profile {
        let config = beside.and_then(|it| project::config_above(self.host(), it));
        let mut profile = match config {
            Some(config) => self.config(&config, sink).profile,
            None => Profile::default(),
        };
        for (name, version) in &target.versions {
            match name.as_str() {
                "tekton" => profile.tekton.version = Name::new(version),
                "rollouts" => profile.rollouts = Name::new(version),
                _ => {}
            }
        }
        let tekton = &mut profile.tekton;
        for (name, value) in &target.flags {
            tekton.flags.insert(Name::new(name), Name::new(value));
        }
        for (name, value) in &target.defaults {
            tekton.defaults.insert(Name::new(name), Name::new(value));
        }
        profile
    }
}

/// The text of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    pub(crate) file: FileId,
    pub(crate) text: &'a str,
    /// Nobody named it: it lies in a directory that somebody named.
    pub(crate) is_found: bool,
    /// It lies where Pipelines as Code looks, or says what only that reads.
    pub(crate) in_repository: bool,
}

fn judge(texts: &[Text<'_>], profile: &Profile, sink: &mut Sink) {
    let mut found = Sink::default();
    let objects = objects(texts, &mut found);
    admit::admit(objects, profile, &mut found);
    not_of_templates(texts, found, sink);
}

/// The objects of YAML files as they are written.
pub(crate) fn objects(texts: &[Text<'_>], sink: &mut Sink) -> Vec<Object> {
    let templates = are_templates(texts);
    let mut objects = Vec::new();
    for it in texts {
        let nodes = match templates {
            true => yaml::read_templates(it.file, it.text, sink),
            false => yaml::read_nodes(it.file, it.text, sink),
        };
        let holds_objects = nodes.iter().any(admit::decode::is_object);
        for node in nodes {
            if !(holds_objects || !it.is_found || admit::decode::is_object(&node)) {
                continue;
            }
            objects.extend(match it.in_repository {
                true => admit::decode::in_repository(&node, sink),
                false => admit::decode::objects(&node, sink),
            });
        }
    }
    objects
}

/// Where one file is for Pipelines as Code, all are: it replaces its templates in whatever it reads.
fn are_templates(texts: &[Text<'_>]) -> bool {
    texts.iter().any(|it| it.text.contains(PAC))
}

/// Hands on what is found, but not about a text that will be another one.
pub(crate) fn not_of_templates(texts: &[Text<'_>], found: Sink, sink: &mut Sink) {
    let templates = are_templates(texts);
    let text_of = |file: FileId| {
        { texts.iter() }
            .find(|it| it.file == file)
            .map_or("", |it| it.text)
    };
    for finding in found.into_sorted() {
        let at = finding.span;
        let is_text = finding.code.name == "type-mismatch" && is_quoted(text_of(at.file), at);
        if !templates || is_text || !is_template(text_of(at.file), at) {
            sink.push(finding);
        }
    }
}

/// Whether it is a text, whatever becomes of its templates.
fn is_quoted(text: &str, at: Span) -> bool {
    let shown = text.get(at.range()).unwrap_or("");
    shown.starts_with(['"', '\'', '|', '>'])
}

/// Whether a finding is about a text that Pipelines as Code will have made another of before anybody judges it.
pub(crate) fn is_template(text: &str, at: Span) -> bool {
    let shown = text.get(at.range()).unwrap_or("");
    let is_list = shown.starts_with('[') || shown.starts_with("- ");
    shown.contains("{{") && !shown.contains('\n') && !is_list
}

/// Whether Pipelines as Code reads the file before Tekton does.
pub(crate) fn in_repository(path: &Path, text: &str) -> bool {
    path.components().any(|it| it.as_os_str() == ".tekton") || text.contains(PAC)
}

/// YAML may begin with a byte order mark, which says nothing.
fn without_mark(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.starts_with("\u{feff}".as_bytes()) {
        bytes.drain(.."\u{feff}".len());
    }
    bytes
}
