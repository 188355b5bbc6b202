//! What is called: objects of the same import by their item, all else as `extern`.

use indexmap::{IndexMap, IndexSet};

use crate::admit::Kind;
use crate::import::reference::{Scope, Shape};
use crate::import::write::{self, Writer};
use crate::import::{CALLED, Importer};
use crate::import::{task, value};
use crate::yaml::Node;
use crate::yaml::node::Data;

/// Something that the objects call and that is not among them.
#[derive(Clone, Debug)]
pub(crate) struct Extern {
    /// `task`, `pipeline`, `action`
    word: &'static str,
    name: String,
    /// The reference as the API has it; `None` for a name alone.
    from: Option<String>,
    /// By name: what it is given, and how often.
    params: IndexMap<String, Given>,
    workspaces: IndexMap<String, usize>,
    results: IndexMap<String, (Shape, IndexSet<String>)>,
    uses: usize,
}

/// A parameter of something that is not here.
#[derive(Clone, Debug)]
struct Given {
    shape: Shape,
    /// How many calls give it.
    uses: usize,
    /// Of an object.
    keys: IndexSet<String>,
}

/// What a node calls: its word, and the reference. A custom task that is written in its place is a reference too.
fn reference_of(node: &Node) -> Option<(&'static str, &Node)> {
    let of = |key: &str| node.get(key).filter(|it| !it.is_null());
    let task = of("taskRef").or_else(|| of("taskSpec"));
    match task {
        Some(it) => Some(("task", it)),
        None => Some(("pipeline", of("pipelineRef")?)),
    }
}

impl Importer<'_> {
    /// The callee of a node, and the reference where only the node can say it, since it uses what stands around.
    pub(crate) fn callee_of(&mut self, node: &Node, scope: &Scope) -> (String, Option<String>) {
        let Some((word, reference)) = reference_of(node) else {
            return ("missing".to_owned(), None);
        };
        let text = from(reference, scope);
        let own = (text != from(reference, &Scope::default())).then_some(text);
        let callee = self.callee(word, reference, node.text_of("name"), (Some(node), scope));
        if own.is_some()
            && let Some(it) = self.externs.get_mut(&key_of(word, reference))
        {
            it.from = None;
        }
        (callee, own)
    }

    /// The callee of a run.
    pub(crate) fn callee_of_run(&mut self, spec: &Node, key: &str) -> String {
        let word = if key == "taskRef" { "task" } else { "pipeline" };
        match spec.get(key) {
            Some(reference) => {
                let scope = self.scope();
                self.callee(word, reference, "remote", (Some(spec), &scope))
            }
            None => "missing".to_owned(),
        }
    }

    /// The action that a step is made from.
    pub(crate) fn action_of(&mut self, reference: &Node, step: &Node, scope: &Scope) -> String {
        self.callee(
            "action",
            reference,
            step.text_of("name"),
            (Some(step), scope),
        )
    }

    fn callee(
        &mut self,
        word: &'static str,
        reference: &Node,
        caller: &str,
        (user, scope): (Option<&Node>, &Scope),
    ) -> String {
        let name = reference.text_of("name");
        let own = reference.entries().iter().all(|it| match it.key.as_str() {
            "name" => true,
            "kind" => {
                ["Task", "Pipeline", "StepAction"].contains(&it.value.text().unwrap_or_default())
            }
            "apiVersion" => it
                .value
                .text()
                .is_some_and(|it| it.starts_with("tekton.dev/")),
            _ => false,
        });
        if own && let Some(item) = self.item_of(word, name) {
            return write::callee(item.trim_matches('"'));
        }
        let key = key_of(word, reference);
        if !self.externs.contains_key(&key) {
            let own_name = if own { name } else { caller };
            let item = self.unused(own_name, word);
            let found = Extern {
                word,
                from: (!own || item != name).then(|| from(reference, &Scope::default())),
                name: item,
                params: IndexMap::new(),
                workspaces: IndexMap::new(),
                results: IndexMap::new(),
                uses: 0,
            };
            self.externs.insert(key.clone(), found);
        }
        let Some(found) = self.externs.get_mut(&key) else {
            return "missing".to_owned();
        };
        found.uses += 1;
        let matrix = user
            .and_then(|it| it.at("matrix.params"))
            .map_or(&[][..], Node::items);
        for (params, is_matrix) in [
            (user.map_or(&[][..], |it| it.list("params")), false),
            (matrix, true),
        ] {
            for param in params {
                let whole = param.get("value").and_then(Node::text);
                let whole = whole.and_then(|it| scope.keys_of(it));
                let shape = match (is_matrix, whole) {
                    (true, _) => Shape::String,
                    (false, Some(_)) => Shape::Object,
                    (false, None) => shape_of_value(param.get("value")),
                };
                let entry = found.params.entry(param.text_of("name").to_owned());
                let given = entry.or_insert_with(|| Given {
                    shape,
                    uses: 0,
                    keys: IndexSet::new(),
                });
                given.uses += 1;
                let keys = param.get("value").map_or(&[][..], Node::entries);
                given.keys.extend(keys.iter().map(|it| it.key.clone()));
                given.keys.extend(whole.into_iter().flatten().cloned());
            }
        }
        for workspace in user.map_or(&[][..], |it| it.list("workspaces")) {
            *found
                .workspaces
                .entry(workspace.text_of("name").to_owned())
                .or_insert(0) += 1;
        }
        write::callee(&found.name)
    }

    fn item_of(&self, word: &str, name: &str) -> Option<String> {
        let kind = match word {
            "task" => Kind::Task,
            "pipeline" => Kind::Pipeline,
            _ => Kind::StepAction,
        };
        let at = *self.named.get(&(kind, name))?;
        self.items.get(at).cloned()
    }

    /// A name that no item has.
    fn unused(&self, name: &str, word: &str) -> String {
        let taken = |name: &str| {
            CALLED.contains(&name)
                || self.items.iter().any(|it| *it == write::name(name))
                || self.externs.values().any(|it| it.name == name)
        };
        let mut found = name.to_owned();
        let mut count = 1;
        while taken(&found) {
            found = match count {
                1 => format!("{name}-{word}"),
                _ => format!("{name}-{word}-{count}"),
            };
            count += 1;
        }
        found
    }

    /// Notes a result that is used of what was called.
    pub(crate) fn note_result(
        &mut self,
        node: &Node,
        result: &str,
        shape: Shape,
        key: Option<&str>,
    ) {
        let Some((word, reference)) = reference_of(node) else {
            return;
        };
        if let Some(found) = self.externs.get_mut(&key_of(word, reference)) {
            let entry = found.results.entry(result.to_owned());
            let (_, keys) = entry.or_insert_with(|| (shape, IndexSet::new()));
            keys.extend(key.map(str::to_owned));
        }
    }

    /// Notes a result that is used of a step that was made from an action.
    pub(crate) fn note_action_result(&mut self, reference: &Node, result: &str, shape: Shape) {
        if let Some(found) = self.externs.get_mut(&key_of("action", reference)) {
            let entry = found.results.entry(result.to_owned());
            entry.or_insert_with(|| (shape, IndexSet::new()));
        }
    }

    /// All `extern` items, in the order in which they were met.
    pub(crate) fn declarations(&self) -> String {
        let mut w = Writer::default();
        for it in self.externs.values() {
            it.write(&mut w);
        }
        w.finish()
    }
}

impl Extern {
    fn write(&self, w: &mut Writer) {
        let record = |keys: &IndexSet<String>| {
            let field = |it: &String| (write::name(it), "String".to_owned());
            write::record(&keys.iter().map(field).collect::<Vec<_>>(), 1)
        };
        let param = |(name, it): (&String, &Given)| {
            let (ty, default) = match it.shape {
                Shape::String => ("String".to_owned(), " = \"\""),
                Shape::Array => ("List<String>".to_owned(), " = []"),
                Shape::Object => (record(&it.keys), ""),
            };
            // What some calls leave out has a default of its own there.
            let default = if it.uses < self.uses { default } else { "" };
            format!("{}: {ty}{default}", write::name(name))
        };
        let params: Vec<String> = self.params.iter().map(param).collect();
        let params = match params.is_empty() {
            true => String::new(),
            false => write::parenthesised(&params, 0),
        };
        let result = |(name, (shape, keys)): (&String, &(Shape, IndexSet<String>))| {
            let ty = match shape {
                Shape::String => "String".to_owned(),
                Shape::Array => "List<String>".to_owned(),
                Shape::Object => record(keys),
            };
            (write::name(name), ty)
        };
        let results: Vec<(String, String)> = self.results.iter().map(result).collect();
        let results = match results.is_empty() {
            true => String::new(),
            false => format!(" -> {}", write::record(&results, 0)),
        };
        let head = format!(
            "extern {} {}{params}{results}",
            self.word,
            write::name(&self.name)
        );
        if self.workspaces.is_empty() && self.from.is_none() {
            return w.line(&head);
        }
        w.block(&head, |w| {
            for (name, uses) in &self.workspaces {
                let optional = if *uses < self.uses { "?" } else { "" };
                w.line(&format!("workspace {}{optional}: rw", write::name(name)));
            }
            if let Some(from) = &self.from {
                w.field("from", from);
            }
        });
    }
}

/// Equal references are one callee.
fn key_of(word: &str, reference: &Node) -> String {
    format!("{word} {}", reference.to_tree())
}

/// The reference as the API has it, its parameters as a map.
fn from(reference: &Node, scope: &Scope) -> String {
    let field = |it: &crate::yaml::node::Entry| {
        let text = match it.key.as_str() {
            "params" => {
                let params = it.value.items().iter();
                let params = params.map(|it| {
                    let name = write::name(it.text_of("name"));
                    (name, task::argument(it, scope, 3))
                });
                write::record(&params.collect::<Vec<_>>(), 2)
            }
            _ => value::value(&it.value, scope, 2),
        };
        (write::name(&it.key), text)
    };
    let entries = reference.entries().iter();
    // What the webhook fills in by itself.
    let entries = entries.filter(|it| !(it.key == "kind" && it.value.text() == Some("Task")));
    let mut fields: Vec<(String, String)> = entries.map(field).collect();
    // Else it is called like what calls it.
    let has = |key: &str| reference.get(key).is_some_and(|it| !it.is_null());
    if !has("name") && !has("resolver") && !has("spec") {
        fields.push(("name".to_owned(), write::plain("", 1)));
    }
    write::record(&fields, 1)
}

pub(crate) fn shape_of_value(value: Option<&Node>) -> Shape {
    match value.map(|it| &it.data) {
        Some(Data::List(_)) => Shape::Array,
        Some(Data::Map(_)) => Shape::Object,
        Some(Data::String(text)) if text.ends_with("[*])") => Shape::Array,
        Some(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) | None => {
            Shape::String
        }
    }
}
