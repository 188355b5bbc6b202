//! YAML that is to be run: a program is made of what Tekton runs, and what config maps and secrets hold is kept.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use crate::admit::{self, Kind, Object};
use crate::base::{FileId, Span};
use crate::diag::Sink;
use crate::eval;
use crate::session::{Opened, Session, Target, errors, import, stack};
use crate::value::Value;
use crate::yaml::Node;

/// What the objects beside the program hold, as `name/key` and content.
#[derive(Debug, Default)]
pub(crate) struct Data {
    /// There is YAML at all.
    pub(crate) is_yaml: bool,
    pub(crate) configs: Vec<(String, String)>,
    pub(crate) secrets: Vec<(String, String)>,
}

impl Session {
    /// Opens YAML as a program that can run; what was found is in [`Session::diagnostics`]. References to what lies elsewhere
    /// are to the objects of that name, if they are among the files.
    pub(crate) fn open_runnable(
        &mut self,
        paths: &[PathBuf],
        texts: Vec<(PathBuf, Vec<u8>)>,
        target: &Target,
    ) -> Data {
        let mut sink = Sink::default();
        let (files, profile) = self.read_yaml(paths, texts, target, &mut sink);
        let sources = &mut self.sources;
        let done = stack::with_room(|| {
            let objects = import::read(&files, sources, &profile, &mut sink)?;
            let data = Data::of(&objects);
            let (run, _): (Vec<Object>, Vec<Object>) =
                objects.into_iter().partition(|it| runs(it.kind));
            let run = here(run);
            let program = import::program(&run, &profile, false, sources, &mut sink)?;
            Some((program.plan, data))
        });
        let done = done.unwrap_or_else(|stack::Panicked| {
            let at = files.first().copied().unwrap_or(FileId(0));
            sink.push(errors::panicked(Span::new(at, 0, 0)));
            None
        });
        let (plan, data) = done.map_or((None, Data::default()), |(plan, it)| (Some(plan), it));
        self.opened = Opened {
            diagnostics: sink.into_sorted(),
            plan,
            ..Opened::default()
        };
        data
    }
}

/// Whether Tekton runs it, or runs by it.
fn runs(kind: Kind) -> bool {
    match kind {
        Kind::Task | Kind::Pipeline | Kind::TaskRun | Kind::PipelineRun | Kind::StepAction => true,
        Kind::CustomRun | Kind::Repository | Kind::Other => false,
    }
}

impl Data {
    fn of(objects: &[Object]) -> Self {
        let mut data = Self {
            is_yaml: true,
            ..Self::default()
        };
        for it in objects.iter().filter(|it| it.kind == Kind::Other) {
            let tree = it.root.to_tree();
            let name = it.name();
            let fields = |key: &str| {
                let fields = tree.get(key).and_then(Json::as_object);
                let texts = fields.into_iter().flatten();
                let texts =
                    texts.filter_map(|(key, it)| Some((key.clone(), it.as_str()?.to_owned())));
                texts.collect::<Vec<(String, String)>>()
            };
            let of = |(key, text): (String, String)| (format!("{name}/{key}"), text);
            match tree.get("kind").and_then(Json::as_str) {
                Some("ConfigMap") => data.configs.extend(fields("data").into_iter().map(of)),
                Some("Secret") => {
                    let plain = |(key, text): (String, String)| Some((key, decoded(&text)?));
                    let coded = fields("data").into_iter().filter_map(plain);
                    data.secrets.extend(coded.map(of));
                    data.secrets
                        .extend(fields("stringData").into_iter().map(of));
                }
                Some(_) | None => {}
            }
        }
        data
    }
}

/// What base64 stands for, where that is text.
fn decoded(text: &str) -> Option<String> {
    let joined: String = text.split_whitespace().collect();
    let value = eval::call("from-base64", &[Value::str(joined)]).ok()?;
    value.as_str().map(str::to_owned)
}

/// The objects, with references that a resolver would follow turned to those of them that have the name.
fn here(objects: Vec<Object>) -> Vec<Object> {
    let named = |it: &Object| (it.kind, it.name().to_owned());
    let known: Vec<(Kind, String)> = objects.iter().map(named).collect();
    let turned = |object: Object| {
        let mut tree = object.root.to_tree();
        if !turn(&mut tree, &known) {
            return object;
        }
        let root = Node::from_tree(&tree, object.root.span);
        let mut sink = Sink::default();
        let decoded = admit::decode::object(&root, &mut sink);
        decoded.filter(|_| sink.errors() == 0).unwrap_or(object)
    };
    objects.into_iter().map(turned).collect()
}

/// Turns what can be turned within; says whether there was something.
fn turn(tree: &mut Json, known: &[(Kind, String)]) -> bool {
    match tree {
        Json::Array(all) => all.iter_mut().fold(false, |any, it| turn(it, known) | any),
        Json::Object(fields) => {
            let mut any = false;
            for (key, it) in fields {
                let kind = match key.as_str() {
                    "taskRef" => Some(Kind::Task),
                    "pipelineRef" => Some(Kind::Pipeline),
                    "ref" => Some(Kind::StepAction),
                    _ => None,
                };
                if let Some(kind) = kind
                    && let Some(name) = meant(it, kind, known)
                {
                    *it = json!({ "name": name });
                    any = true;
                } else {
                    any |= turn(it, known);
                }
            }
            any
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

/// The object that a reference with a resolver likely means: of the name that its parameters give, or of the file's.
fn meant(reference: &Json, kind: Kind, known: &[(Kind, String)]) -> Option<String> {
    let is_known = |name: &String| known.iter().any(|(of, it)| *of == kind && it == name);
    if reference.get("resolver").is_none() {
        // The controller takes this spelling for a Task as well.
        let said = reference.get("kind").and_then(Json::as_str)?;
        let odd = said == "task" && reference.get("apiVersion").is_none();
        let name = reference.get("name").and_then(Json::as_str)?.to_owned();
        return Some(name).filter(|it| odd && is_known(it));
    }
    let params = reference.get("params").and_then(Json::as_array)?;
    let param = |name: &str| {
        let found = params
            .iter()
            .find(|it| it.get("name").and_then(Json::as_str) == Some(name));
        found?.get("value")?.as_str()
    };
    let stem = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
        stem.to_owned()
    };
    let names = [
        param("name").map(str::to_owned),
        param("pathInRepo").map(stem),
        param("url").map(stem),
    ];
    names.into_iter().flatten().find(is_known)
}
