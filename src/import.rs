//! Objects of Tekton and Pipelines as Code to a program in the language that says the same.
//!
//! It writes text, which the formatter lays out and every other phase reads as if a person had written it. What the objects
//! refer to and do not hold becomes `extern`.

mod absence;
mod callee;
mod comment;
mod condition;
mod env;
mod errors;
mod event;
mod pipeline;
mod reference;
mod run;
mod script;
mod segment;
mod signature;
mod task;
mod trigger;
mod value;
mod write;

use std::ffi::OsStr;
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};

use crate::admit::{Kind, Object};
use crate::base::{Name, SourceMap, Span};
use crate::diag::Sink;
use crate::yaml::Node;

use callee::Extern;
use comment::Comments;
use reference::Scope;
use write::Writer;

/// How objects are imported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// What is spliced into scripts goes through their environment.
    pub(crate) rewrite_scripts: bool,
    /// Codes that an item is to allow: what only wudi refuses.
    pub(crate) allow: IndexMap<String, IndexSet<Name>>,
}

/// The state of an import.
#[derive(Debug)]
struct Importer<'a> {
    objects: &'a [Object],
    /// The item of each object.
    items: Vec<String>,
    options: &'a Options,
    /// The texts in which the objects stand.
    sources: &'a SourceMap,
    /// The first object of each kind and name.
    named: IndexMap<(Kind, &'a str), usize>,
    /// How many objects are in files of that name.
    in_files: IndexMap<&'a OsStr, usize>,
    /// The names under which something is given somewhere: `{ name, value }`.
    given: IndexSet<&'a str>,
    /// What is referred to and not among the objects, by what refers to it.
    externs: IndexMap<String, Extern>,
    /// What is said beside the objects.
    comments: Rc<Comments>,
    /// What the language cannot say.
    refused: Vec<(Span, String)>,
}

/// A program as text.
#[derive(Debug)]
pub(crate) struct Imported {
    pub(crate) text: String,
    /// How the item of each object begins: `task build`, `resource ConfigMap settings`.
    pub(crate) heads: Vec<String>,
}

/// The program that says what the objects say; what it cannot say is reported.
pub(crate) fn import(
    objects: &[Object],
    options: &Options,
    sources: &SourceMap,
    sink: &mut Sink,
) -> Imported {
    let comments = Comments::of(objects, sources);
    let head = objects.first().map(|it| comments.take_head(it.root.span));
    let mut importer = Importer {
        objects,
        sources,
        named: IndexMap::new(),
        in_files: IndexMap::new(),
        given: IndexSet::new(),
        items: items(objects),
        comments: Rc::new(comments),
        options,
        externs: IndexMap::new(),
        refused: Vec::new(),
    };
    for (at, object) in objects.iter().enumerate() {
        importer
            .named
            .entry((object.kind, object.name()))
            .or_insert(at);
        if let Some(name) = file_name(sources, object) {
            *importer.in_files.entry(name).or_insert(0) += 1;
        }
        note_given(&object.root, &mut importer.given);
    }
    importer.no_twins();
    let mut blocks = Vec::new();
    for (object, item) in objects.iter().zip(importer.items.clone()) {
        let mut w = Writer::default();
        importer.object(&mut w, object, &item);
        blocks.push(w.finish());
    }
    let lines = |lines: Vec<String>| lines.iter().map(|it| format!("{it}\n")).collect();
    let mut text: String = head.map_or_else(String::new, lines);
    let rest: String = lines(importer.comments.rest());
    let declarations = importer.declarations();
    let parts = std::iter::once(declarations).chain(blocks);
    for part in parts
        .chain(std::iter::once(rest))
        .filter(|it| !it.is_empty())
    {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&part);
    }
    for (span, what) in &importer.refused {
        sink.push(errors::not_sayable(*span, what));
    }
    let heads = objects.iter().zip(&importer.items);
    Imported {
        text,
        heads: heads.map(|(object, item)| head_of(object, item)).collect(),
    }
}

/// How the item of an object begins.
fn head_of(object: &Object, item: &str) -> String {
    match word_of(object.kind) {
        "resource" => format!("resource {} {item}", object.root.text_of("kind")),
        word => format!("{word} {item}"),
    }
}

fn word_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Task => "task",
        Kind::Pipeline => "pipeline",
        Kind::TaskRun | Kind::PipelineRun => "run",
        Kind::StepAction => "action",
        Kind::CustomRun | Kind::Repository | Kind::Other => "resource",
    }
}

impl Importer<'_> {
    /// Names that mean nothing yet.
    fn scope(&self) -> Scope {
        Scope {
            comments: self.comments.clone(),
            ..Scope::default()
        }
    }

    /// Of two objects of one kind and name a cluster keeps one.
    fn no_twins(&mut self) {
        let mut found: IndexMap<String, Span> = IndexMap::new();
        for object in self.objects.iter().filter(|it| !it.name().is_empty()) {
            let metadata = object.root.get("metadata");
            let namespace = metadata.map_or("", |it| it.text_of("namespace"));
            let kind = object.root.text_of("kind");
            let api = if object.kind == Kind::Other {
                object.root.text_of("apiVersion")
            } else {
                ""
            };
            let key = format!("{api} {kind} {namespace} {}", object.name());
            let at = metadata.and_then(|it| it.get("name"));
            let at = at.map_or(object.root.span, |it| it.span);
            match found.get(&key) {
                Some(_) => {
                    let name = object.name();
                    self.refuse(
                        at,
                        &format!("a second {kind} `{name}`, which takes the place of the first"),
                    );
                }
                None => {
                    found.insert(key, at);
                }
            }
        }
    }

    /// An object: what is said of it, then its item.
    fn object(&mut self, w: &mut Writer, object: &Object, item: &str) {
        let start = w.position();
        self.item(w, object, item);
        let lines = self.comments.take(object.root.span);
        w.insert(start, &lines);
    }

    fn item(&mut self, w: &mut Writer, object: &Object, item: &str) {
        let none = Node::new(object.root.span, crate::yaml::node::Data::Map(Vec::new()));
        let spec = object.spec().unwrap_or(&none);
        // A run has none of its own.
        let described = ["taskSpec", "pipelineSpec"].map(|it| spec.get(it));
        let described = described.into_iter().flatten().next().unwrap_or(spec);
        let description = described.get("description").and_then(Node::text);
        if let Some(text) = description.filter(|it| !it.is_empty()) {
            w.doc(text);
        }
        match object.kind {
            Kind::Task | Kind::StepAction => {
                let scope = Scope {
                    images: self.images(spec),
                    ..self.scope()
                };
                let params = signature::params(spec, &scope.images, &self.comments, 0);
                let results = signature::results(spec, &self.comments, 0);
                let is_task = object.kind == Kind::Task;
                let word = if is_task { "task" } else { "action" };
                w.block(&format!("{word} {item}{params}{results}"), |w| {
                    self.meta(w, object, item);
                    match is_task {
                        true => self.task_body(w, spec, &scope),
                        false => self.action_body(w, spec, &scope),
                    }
                });
            }
            Kind::Pipeline => {
                let params = signature::params(spec, &IndexSet::new(), &self.comments, 0);
                let results = self.pipeline_results(spec, 0);
                w.block(&format!("pipeline {item}{params}{results}"), |w| {
                    self.meta(w, object, item);
                    let scope = Scope {
                        in_object: true,
                        ..self.scope()
                    };
                    self.pipeline_body(w, spec, &scope);
                });
            }
            Kind::PipelineRun | Kind::TaskRun => self.run(w, object, item),
            Kind::Repository | Kind::CustomRun | Kind::Other => self.resource(w, object, item),
        }
    }

    /// Parameters that hold the reference of an image, whoever calls: what is given could be anything.
    fn images(&self, spec: &Node) -> IndexSet<String> {
        let mut found = signature::images(spec);
        found.retain(|it| !self.given.contains(it.as_str()));
        found
    }

    /// An action has the fields of its one step.
    fn action_body(&mut self, w: &mut Writer, spec: &Node, outer: &Scope) {
        let mut scope = task::task_scope(spec, outer);
        // What it says of results without `step.` is of the task that uses it.
        scope.step_results = std::mem::take(&mut scope.results);
        self.container(w, spec, &scope, task::Role::Action);
    }

    /// What is said of an element of a list and was not written within it belongs before it.
    fn comments_since(&self, w: &mut Writer, start: usize, node: &Node) {
        let lines = self.comments.take(node.span);
        let lines: Vec<String> = lines.into_iter().filter(|it| !it.is_empty()).collect();
        w.insert(start, &lines);
    }

    /// The file that holds the object and no other, where it is called otherwise.
    fn file(&self, object: &Object, item: &str) -> Option<String> {
        let is_run = |it: &Object| word_of(it.kind) == "run";
        let mut runs = self.objects.iter().filter(|it| is_run(it));
        let name = object.name();
        let first = runs.find(|it| !name.is_empty() && it.name() == name);
        if is_run(object) && first.is_some_and(|it| it.root.span != object.root.span) {
            // Runs of a task and of a pipeline may share a name, but no file.
            return Some(format!("{}.yaml", item.trim_matches('"')));
        }
        let own = file_name(self.sources, object)?;
        if self.in_files.get(own) != Some(&1) {
            return None;
        }
        let name = own.to_str()?;
        let (stem, end) = name.rsplit_once('.')?;
        let item = item.trim_matches('"');
        let others = self.items.iter().filter(|it| *it != item);
        let taken = others.into_iter().any(|it| it.trim_matches('"') == stem);
        let is_own = name == format!("{item}.yaml");
        (["yaml", "yml"].contains(&end) && !is_own && !taken).then(|| name.to_owned())
    }

    /// What every object says of itself beside its name.
    fn meta(&mut self, w: &mut Writer, object: &Object, item: &str) {
        let triggers = trigger::of(object);
        let scope = Scope {
            event: triggers.is_some(),
            lacking: triggers
                .as_ref()
                .map_or_else(Vec::new, trigger::Triggers::lacking),
            ..self.scope()
        };
        let Some(metadata) = object.root.get("metadata") else {
            return;
        };
        let name = metadata.text_of("name");
        if !name.is_empty() && write::name(name) != item {
            w.field("name", &value::string(name, &scope, w.level()));
        }
        // Where it has a name the other one says nothing.
        let is_run = matches!(object.kind, Kind::PipelineRun | Kind::TaskRun) && name.is_empty();
        if is_run {
            value::field(w, metadata, "generateName", &scope);
        }
        if !metadata.text_of("namespace").is_empty() {
            value::field(w, metadata, "namespace", &scope);
        }
        if let Some(spec) = object.spec() {
            value::field(w, spec, "displayName", &scope);
        }
        value::field(w, metadata, "labels", &scope);
        let annotations = trigger::others(object, triggers.as_ref());
        if !annotations.is_empty() {
            let level = w.level();
            let entry =
                |(key, it): (&str, &Node)| (write::name(key), value::value(it, &scope, level + 1));
            let fields: Vec<(String, String)> = annotations.into_iter().map(entry).collect();
            w.field("annotations", &write::record(&fields, level));
        }
        const DONE: &[&str] = &[
            "name",
            "namespace",
            "labels",
            "annotations",
            "creationTimestamp",
        ];
        let others = metadata
            .entries()
            .iter()
            .filter(|it| !DONE.contains(&it.key.as_str()))
            .filter(|it| !is_run || it.key != "generateName");
        let level = w.level();
        let others = others.map(|it| {
            (
                write::name(&it.key),
                value::value(&it.value, &scope, level + 1),
            )
        });
        let others: Vec<(String, String)> = others.collect();
        if !others.is_empty() {
            w.field("metadata", &write::record(&others, level));
        }
        if let Some(file) = self.file(object, item) {
            w.field("file", &write::plain(&file, w.level()));
        }
        let head = head_of(object, item);
        for code in self.options.allow.get(&head).into_iter().flatten() {
            w.line(&format!(
                "allow {code} because \"it was so before it was imported\""
            ));
        }
    }

    /// What is said of a task that is written in its place: `metadata`, and what the node could say as well.
    fn embedded_meta(&mut self, w: &mut Writer, spec: &Node, scope: &Scope) {
        if let Some(it) = spec.get("displayName").filter(|it| !value::is_empty(it)) {
            let fields = [(
                "displayName".to_owned(),
                value::value(it, scope, w.level() + 1),
            )];
            w.field("spec", &write::record(&fields, w.level()));
        }
        value::field(w, spec, "description", scope);
        let Some(metadata) = spec.get("metadata") else {
            return;
        };
        for key in ["labels", "annotations"] {
            value::field(w, metadata, key, scope);
        }
    }

    /// An object of which the language has no form of its own.
    fn resource(&mut self, w: &mut Writer, object: &Object, item: &str) {
        let kind = object.root.text_of("kind");
        if !crate::base::names::is_word(kind) {
            let at = object
                .root
                .get("kind")
                .map_or(object.root.span, |it| it.span);
            self.refuse(at, &format!("the kind `{kind}`, which is no word"));
        }
        if object.name().is_empty() && object.root.at("metadata.generateName").is_none() {
            self.refuse(object.root.span, "an object without a name");
        }
        let scope = self.scope();
        w.block(&format!("resource {kind} {item}"), |w| {
            // Said where the kind alone means another.
            let known = crate::schema::only_kind(kind).map(|it| it.api_version);
            if known != object.root.get("apiVersion").and_then(Node::text) {
                value::field(w, &object.root, "apiVersion", &scope);
            }
            self.meta(w, object, item);
            // What a controller says of it is nobody's to say.
            let known = ["apiVersion", "kind", "metadata", "status"];
            for entry in object
                .root
                .entries()
                .iter()
                .filter(|it| !known.contains(&it.key.as_str()))
            {
                let text = value::value(&entry.value, &scope, w.level());
                value::comments(w, &object.root, &entry.key, &scope);
                w.field(&entry.key, &text);
            }
        });
    }

    /// Fields that no form of the language says.
    fn no_others(&mut self, node: &Node, known: &[&str]) {
        for entry in node.entries() {
            if !known.contains(&entry.key.as_str()) && !value::is_empty(&entry.value) {
                self.refuse(entry.at, &format!("the field `{}`", entry.key));
            }
        }
    }

    fn refuse(&mut self, span: Span, what: &str) {
        self.refused.push((span, what.to_owned()));
    }
}

fn note_given<'a>(node: &'a Node, found: &mut IndexSet<&'a str>) {
    if node.get("value").is_some() {
        found.insert(node.text_of("name"));
    }
    node.items().iter().for_each(|it| note_given(it, found));
    for entry in node.entries() {
        note_given(&entry.value, found);
    }
}

fn file_name<'a>(sources: &'a SourceMap, object: &Object) -> Option<&'a OsStr> {
    sources.path(object.root.span.file).file_name()
}

/// Words of the language that programs made here call: an item of such a name would hide them.
const CALLED: &[&str] = &[
    "cel",
    "claim",
    "comment",
    "config",
    "empty",
    "field",
    "incoming",
    "pull-request",
    "push",
    "secret",
    "unsafe",
    "volume",
];

/// A name for the item of each object: its own, made unique among what is called, or else by its kind.
fn items(objects: &[Object]) -> Vec<String> {
    let own: IndexSet<&str> = objects.iter().map(Object::name).collect();
    let mut taken: IndexSet<(&str, String)> = IndexSet::new();
    let mut found = Vec::new();
    for object in objects {
        let own_name = match object.name() {
            "" => {
                let generated = object.root.at("metadata.generateName");
                let generated = generated.and_then(Node::text).unwrap_or("unnamed");
                generated.trim_end_matches(['-', '.'])
            }
            name => name,
        };
        let word = word_of(object.kind);
        // Resources are told apart by their kinds.
        let space = match word {
            "resource" => object.root.text_of("kind"),
            _ => "",
        };
        let called = if space.is_empty() { CALLED } else { &[] };
        let is_free = |name: &str, taken: &IndexSet<(&str, String)>| {
            !called.contains(&name) && !taken.contains(&(space, name.to_owned()))
        };
        let mut name = own_name.to_owned();
        let mut count = 1;
        // A name that an object has itself is its own.
        let is_others = |it: &str| it != object.name() && own.contains(it);
        while !is_free(&name, &taken) || is_others(&name) {
            name = match count {
                1 => format!("{own_name}-{word}"),
                _ => format!("{own_name}-{word}-{count}"),
            };
            count += 1;
        }
        taken.insert((space, name.clone()));
        found.push(write::name(&name));
    }
    found
}
