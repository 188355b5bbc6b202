//! What is called: objects of the same import by their item, all else as `extern`.

use indexmap::IndexMap;

use crate::admit::Kind;
use crate::import::Importer;
use crate::import::reference::{Scope, Shape};
use crate::import::value;
use crate::import::write::{self, Writer};
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
    params: IndexMap<String, (Shape, usize)>,
    workspaces: IndexMap<String, usize>,
    results: IndexMap<String, Shape>,
    uses: usize,
}

impl Importer<'_> {
    /// The callee of a node.
    pub(crate) fn callee_of(&mut self, node: &Node) -> String {
        let (word, reference) = match node.get("taskRef").filter(|it| !it.is_null()) {
            Some(it) => ("task", it),
            None => match node.get("pipelineRef") {
                Some(it) => ("pipeline", it),
                None => return "missing".to_owned(),
            },
        };
        self.callee(word, reference, node.text_of("name"), Some(node))
    }

    /// The callee of a run.
    pub(crate) fn callee_of_run(&mut self, spec: &Node, key: &str) -> String {
        let word = if key == "taskRef" { "task" } else { "pipeline" };
        match spec.get(key) {
            Some(reference) => self.callee(word, reference, "remote", Some(spec)),
            None => "missing".to_owned(),
        }
    }

    /// The action that a step is made from.
    pub(crate) fn action_of(&mut self, reference: &Node, step: &Node) -> String {
        self.callee("action", reference, step.text_of("name"), Some(step))
    }

    fn callee(
        &mut self,
        word: &'static str,
        reference: &Node,
        caller: &str,
        user: Option<&Node>,
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
            return item;
        }
        let key = format!("{word} {}", reference.to_tree());
        if !self.externs.contains_key(&key) {
            let own_name = if own { name } else { caller };
            let found = Extern {
                word,
                name: self.unused(own_name),
                from: (!own || write::name(name) != self.unused(name)).then(|| from(reference)),
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
                let shape = match is_matrix {
                    true => Shape::String,
                    false => shape_of_value(param.get("value")),
                };
                let entry = found
                    .params
                    .entry(param.text_of("name").to_owned())
                    .or_insert((shape, 0));
                entry.1 += 1;
            }
        }
        for workspace in user.map_or(&[][..], |it| it.list("workspaces")) {
            *found
                .workspaces
                .entry(workspace.text_of("name").to_owned())
                .or_insert(0) += 1;
        }
        write::name(&found.name)
    }

    fn item_of(&self, word: &str, name: &str) -> Option<String> {
        let kind = match word {
            "task" => Kind::Task,
            "pipeline" => Kind::Pipeline,
            _ => Kind::StepAction,
        };
        let at = self
            .objects
            .iter()
            .position(|it| it.kind == kind && it.name() == name)?;
        self.items.get(at).cloned()
    }

    /// A name that no item has.
    fn unused(&self, name: &str) -> String {
        let taken = |name: &str| {
            self.items.iter().any(|it| *it == write::name(name))
                || self.externs.values().any(|it| it.name == name)
        };
        let mut found = name.to_owned();
        let mut count = 2;
        while taken(&found) {
            found = format!("{name}-{count}");
            count += 1;
        }
        found
    }

    /// Notes a result that is used of what was called.
    pub(crate) fn note_result(&mut self, node: &Node, result: &str, shape: Shape) {
        let (word, reference) = match node.get("taskRef") {
            Some(it) => ("task", it),
            None => match node.get("pipelineRef") {
                Some(it) => ("pipeline", it),
                None => return,
            },
        };
        let key = format!("{word} {}", reference.to_tree());
        if let Some(found) = self.externs.get_mut(&key) {
            found.results.entry(result.to_owned()).or_insert(shape);
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
        let param = |(name, (shape, uses)): (&String, &(Shape, usize))| {
            let (ty, default) = match shape {
                Shape::String => ("String", " = \"\""),
                Shape::Array => ("List<String>", " = []"),
                Shape::Object => ("Json", ""),
            };
            // What some calls leave out has a default of its own there.
            let default = if *uses < self.uses { default } else { "" };
            format!("{}: {ty}{default}", write::name(name))
        };
        let params: Vec<String> = self.params.iter().map(param).collect();
        let params = match params.is_empty() {
            true => String::new(),
            false => write::parenthesised(&params, 0),
        };
        let result = |(name, shape): (&String, &Shape)| {
            let ty = match shape {
                Shape::String => "String",
                Shape::Array => "List<String>",
                Shape::Object => "Json",
            };
            (write::name(name), ty.to_owned())
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

/// The reference as the API has it, its parameters as a map.
fn from(reference: &Node) -> String {
    let scope = Scope::default();
    let field = |it: &crate::yaml::node::Entry| {
        let text = match it.key.as_str() {
            "params" => {
                let params = it.value.items().iter();
                let params = params.filter_map(|it| {
                    Some((
                        write::name(it.text_of("name")),
                        value::value(it.get("value")?, &scope, 3),
                    ))
                });
                write::record(&params.collect::<Vec<_>>(), 2)
            }
            _ => value::value(&it.value, &scope, 2),
        };
        (write::name(&it.key), text)
    };
    let entries = reference.entries().iter();
    // What the webhook fills in by itself.
    let entries = entries.filter(|it| !(it.key == "kind" && it.value.text() == Some("Task")));
    write::record(&entries.map(field).collect::<Vec<_>>(), 1)
}

fn shape_of_value(value: Option<&Node>) -> Shape {
    match value.map(|it| &it.data) {
        Some(Data::List(_)) => Shape::Array,
        Some(Data::Map(_)) => Shape::Object,
        Some(Data::String(text)) if text.ends_with("[*])") => Shape::Array,
        Some(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) | None => {
            Shape::String
        }
    }
}
