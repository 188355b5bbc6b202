//! YAML to a program: objects are read, judged, written as a program, and the program is compiled and compared.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::admit::{self, Object, equal};
use crate::base::{FileId, Name, SourceMap, Span};
use crate::diag::{Diagnostic, Severity, Sink};
use crate::import::{self, Options};
use crate::plan::Plan;
use crate::schema::Profile;
use crate::session::{Input, Opened, Session, Target, compile, errors, manifests, stack};
use crate::{format, syntax, yaml};

/// A program that was made of YAML.
#[derive(Debug)]
pub struct Program {
    /// Formatted.
    pub text: String,
    /// How each object differs from what the program compiles to; no differences prove that they are the same.
    pub proof: Vec<Proof>,
    pub(crate) plan: Plan,
}

/// An object, and how what the program compiles to differs from it.
#[derive(Debug)]
pub struct Proof {
    /// `Task/build`
    pub object: String,
    /// `spec.steps[0].image: "a" became "b"`
    pub differences: Vec<String>,
}

/// How often findings may ask for an `allow` before the program is taken as it is.
const ROUNDS: usize = 4;

impl Session {
    /// Imports YAML files; `None` where that cannot be, which is in [`Session::diagnostics`].
    pub fn import(
        &mut self,
        paths: &[PathBuf],
        texts: Vec<(PathBuf, Vec<u8>)>,
        target: &Target,
        rewrite_scripts: bool,
    ) -> Option<Program> {
        let mut sink = Sink::default();
        let (files, profile) = self.read_yaml(paths, texts, target, &mut sink);
        let sources = &mut self.sources;
        let done = stack::with_room(|| {
            let objects = read(&files, sources, &profile, &mut sink)?;
            program(&objects, &profile, rewrite_scripts, sources, &mut sink)
        });
        let done = done.unwrap_or_else(|stack::Panicked| {
            let at = files.first().copied().unwrap_or(FileId(0));
            sink.push(errors::panicked(Span::new(at, 0, 0)));
            None
        });
        self.opened = Opened {
            diagnostics: sink.into_sorted(),
            ..Opened::default()
        };
        done
    }
}

/// The objects of the files as they are written, if nothing would refuse them.
pub(crate) fn read(
    files: &[FileId],
    sources: &SourceMap,
    profile: &Profile,
    sink: &mut Sink,
) -> Option<Vec<Object>> {
    let texts = files.iter().map(|it| manifests::Text {
        file: *it,
        text: sources.text(*it),
        is_found: false,
        in_repository: manifests::in_repository(sources.path(*it), sources.text(*it)),
    });
    let texts: Vec<manifests::Text<'_>> = texts.collect();
    let (mut decoded, mut found, mut judged) = Default::default();
    let objects = manifests::objects(&texts, &mut decoded);
    manifests::not_of_templates(&texts, decoded, sink);
    admit::admit(objects.clone(), profile, &mut found);
    manifests::not_of_templates(&texts, found, &mut judged);
    // What is only suspicious is said of the program.
    let refused = judged.into_sorted().into_iter();
    let refused = refused.filter(|it| it.severity == Severity::Error);
    refused.for_each(|it| sink.push(it));
    let objects = objects.iter().map(admit::convert::to_v1);
    (sink.errors() == 0).then(|| objects.collect())
}

/// The program that makes the objects, compiled.
pub(crate) fn program(
    objects: &[Object],
    profile: &Profile,
    rewrite_scripts: bool,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Program> {
    let mut options = Options {
        rewrite_scripts,
        ..Options::default()
    };
    for round in 0..ROUNDS {
        let mut own = Sink::default();
        let imported = import::import(objects, &options, sources, &mut own);
        let heads = imported.heads;
        if own.errors() > 0 {
            own.into_sorted().into_iter().for_each(|it| sink.push(it));
            return None;
        }
        let text = laid_out(&imported.text);
        let file = sources.add(Path::new("imported.wudi"), text.clone().into());
        let input = Input {
            files: vec![file],
            profile: profile.clone(),
            packages: Vec::new(),
        };
        let opened = compile(&input, sources, &mut own);
        let found = own.into_sorted();
        let asked = found
            .iter()
            .filter(|it| it.severity == Severity::Error)
            .filter_map(|it| Some((head_at(&text, it)?, Name::new_static(it.code.name))));
        let mut more = false;
        for (head, code) in asked {
            let codes = options.allow.entry(head).or_default();
            more |= ALLOWED.contains(&code.as_str()) && codes.insert(code);
        }
        let failed = found.iter().any(|it| it.severity == Severity::Error);
        if more && round + 1 < ROUNDS {
            continue;
        }
        if failed {
            for it in &found {
                let refused = refused_object(&text, it, (objects, &heads), sources);
                refused.into_iter().for_each(|it| sink.push(it));
            }
        }
        found.into_iter().for_each(|it| sink.push(it));
        if failed {
            return None;
        }
        let built = opened.manifests.iter().flat_map(|it| {
            // Not by its own path, which may be that of a file that was read.
            let path = Path::new("imported").join(&it.path);
            let file = sources.add(&path, it.text.clone().into());
            let nodes = yaml::read_nodes(file, &it.text, &mut Sink::default());
            let mut objects = Vec::new();
            for node in nodes {
                objects.extend(admit::decode::objects(&node, &mut Sink::default()));
            }
            objects
        });
        let built: Vec<Object> = built.collect();
        return Some(Program {
            text,
            proof: proof(objects, &built, profile),
            plan: opened.plan?,
        });
    }
    None
}

/// What only wudi refuses, and an item may allow.
const ALLOWED: &[&str] = &[
    "absent-result",
    "event-without-run",
    "extra-argument",
    "race",
    "script-injection",
    "secret-leak",
    "target-syntax",
    "unbound-workspace",
];

/// What is said against the program, of the YAML: the object that it was made of, and in it the text that is meant, if that
/// stands there once.
fn refused_object(
    text: &str,
    found: &Diagnostic,
    (objects, heads): (&[Object], &[String]),
    sources: &SourceMap,
) -> Option<Diagnostic> {
    if found.severity != Severity::Error {
        return None;
    }
    let head = head_at(text, found);
    let at = heads.iter().position(|it| Some(it) == head.as_ref());
    let object = at.and_then(|it| objects.get(it)).or(objects.first())?;
    let name = object.root.at("metadata.name").map(|it| it.span);
    let mut span = name.unwrap_or(object.root.span);
    let whole = object.root.span;
    let words = literal_at(text, found.span.range())?;
    let yaml = sources.text(whole.file).get(whole.range())?;
    let mut places = yaml.match_indices(words).map(|it| it.0);
    if words.len() > 2
        && !words.contains('\n')
        && let (Some(only), None) = (places.next(), places.next())
    {
        let start = whole.start as usize + only;
        span = Span::new(whole.file, start, start + words.len());
    }
    Some(errors::import_failed(span, &found.message))
}

/// The text between the quotes about a place, or what stands in the place itself.
fn literal_at(text: &str, place: std::ops::Range<usize>) -> Option<&str> {
    let start = text.get(..place.start)?.rfind(['"', '\n']);
    let end = text.get(place.end..)?.find(['"', '\n']);
    let (start, end) = (start.map_or(0, |it| it + 1), place.end + end.unwrap_or(0));
    let is_quote = |at: usize| text.as_bytes().get(at) == Some(&b'"');
    match is_quote(end) && start.checked_sub(1).is_some_and(is_quote) {
        true => text.get(start..end),
        false => text.get(place).map(|it| it.trim_matches('"')),
    }
}

/// How the item begins in which a finding is.
fn head_at(text: &str, found: &Diagnostic) -> Option<String> {
    let before = text.get(..found.span.start as usize)?;
    let line = before
        .rsplit('\n')
        .chain(std::iter::once(""))
        .find(|it| it.starts_with(|it: char| it.is_ascii_lowercase()));
    // The finding may be in the first line of the item itself.
    let after = text.get(before.rfind('\n').map_or(0, |it| it + 1)..)?;
    let own = after
        .lines()
        .next()
        .filter(|it| it.starts_with(|it: char| it.is_ascii_lowercase()));
    let line = own.or(line)?;
    // `task name(`, `resource Kind name {`
    let words = if line.starts_with("resource ") { 3 } else { 2 };
    let last = line.split(' ').take(words).map(str::len).sum::<usize>() + words - 1;
    let head = line.get(..last).unwrap_or(line);
    let end = head.find(['(', '{']).unwrap_or(head.len());
    head.get(..end).map(|it| it.trim_end().to_owned())
}

fn laid_out(text: &str) -> String {
    let file = FileId(0);
    let tree = syntax::parse(
        file,
        text,
        &mut syntax::Cache::default(),
        &mut Sink::default(),
    );
    format::format(&tree, text)
}

/// Each object beside what came of it; of several of one name, in their order.
fn proof(objects: &[Object], built: &[Object], profile: &Profile) -> Vec<Proof> {
    let mut twins: IndexMap<String, VecDeque<&Object>> = IndexMap::new();
    for it in built {
        twins.entry(equal::name(it)).or_default().push_back(it);
    }
    let one = |object: &Object| {
        let name = equal::name(object);
        let twin = twins.get_mut(&name).and_then(VecDeque::pop_front);
        let differences = match twin {
            Some(twin) => equal::differences(object, twin, profile),
            None => vec!["the program does not make it".to_owned()],
        };
        Proof {
            object: name,
            differences,
        }
    };
    objects.iter().map(one).collect()
}
