//! Pipelines: nodes, their order, their conditions.

use indexmap::IndexMap;

use crate::admit::Kind;
use crate::import::reference::{Scope, Shape};
use crate::import::task::{argument, duration, named_values, on_error};
use crate::import::value::{self, field, string};
use crate::import::write::{self, Writer};
use crate::import::{Importer, signature};
use crate::import::{absence, condition};
use crate::yaml::Node;
use crate::yaml::node::{Data, Entry};

impl Importer<'_> {
    /// The block of a pipeline.
    pub(crate) fn pipeline_body(&mut self, w: &mut Writer, spec: &Node, outer: &Scope) {
        let mut scope = pipeline_scope(spec, outer);
        self.know_results(spec, &mut scope);
        scope.skipped = absence::of(spec).skipped.into();
        w.gap();
        value::comments_of_list(w, spec, "workspaces", &scope);
        for workspace in spec.list("workspaces") {
            value::comments_of(w, workspace, &scope);
            if let Some(text) = workspace.get("description").and_then(Node::text)
                && !text.is_empty()
            {
                w.doc(text);
            }
            let optional = workspace.get("optional").and_then(Node::bool) == Some(true);
            let optional = if optional { "?" } else { "" };
            let name = write::name(workspace.text_of("name"));
            w.line(&format!("workspace {name}{optional}"));
        }
        w.gap();
        value::comments_of_list(w, spec, "tasks", &scope);
        for node in spec.list("tasks") {
            self.node(w, node, spec, &scope);
        }
        if !spec.list("finally").is_empty() {
            w.gap();
            value::comments_of_list(w, spec, "finally", &scope);
            w.block("finally", |w| {
                for node in spec.list("finally") {
                    self.node(w, node, spec, &scope);
                }
            });
        }
        results(w, spec, &scope);
        for used in absence::in_value(spec) {
            let known = scope.nodes.get(&used.node);
            let shape = known.and_then(|it| it.get(&used.result).copied());
            let called = nodes(spec).find(|it| it.text_of("name") == used.node);
            if let Some(called) = called {
                let shape = shape.unwrap_or(used.shape);
                self.note_result(called, &used.result, shape, used.key.as_deref());
            }
        }
        const KNOWN: &[&str] = &[
            "params",
            "results",
            "workspaces",
            "tasks",
            "finally",
            "description",
            "displayName",
        ];
        self.no_others(spec, KNOWN);
    }

    /// `name = callee(arguments) { options }`
    fn node(&mut self, w: &mut Writer, node: &Node, pipeline: &Node, scope: &Scope) {
        let mut lead = Writer::at(w.level());
        if let Some(text) = node.get("description").and_then(Node::text)
            && !text.is_empty()
        {
            lead.doc(text);
        }
        let lead = lead.finish();
        let name = write::name(node.text_of("name"));
        let level = w.level();
        let embedded = ["taskSpec", "pipelineSpec"];
        let spec = embedded
            .iter()
            .find_map(|key| Some((*key, node.get(key).filter(|it| !it.is_null())?)));
        let is_custom = |spec: &Node| spec.get("apiVersion").is_some();
        let spec = spec.filter(|(key, it)| *key != "taskSpec" || !is_custom(it));
        if let Some((key, spec)) = spec {
            let word = if key == "taskSpec" {
                "task"
            } else {
                "pipeline"
            };
            let head = format!(
                "{name} = {word}{}{}",
                signature::params(spec, &Default::default(), &self.comments, level),
                signature::results(spec, &self.comments, level)
            );
            w.gap();
            let start = w.position();
            w.raw(&lead);
            w.block(&head, |w| {
                self.embedded_meta(w, spec, scope);
                self.given(w, node, scope);
                let after = run_after(node);
                self.options(w, node, &after, pipeline, scope);
                match word {
                    "task" => self.task_body(w, spec, scope),
                    // Tekton hands no names on into a pipeline within a pipeline.
                    _ => self.pipeline_body(w, spec, &self.scope()),
                }
            });
            self.comments_since(w, start, node);
            return w.gap();
        }
        let (callee, from) = self.callee_of(node, scope);
        let mut args = named_values(node.list("params"), scope, level);
        args.extend(matrix(node, scope, level));
        let mut after = run_after(node);
        let params: Vec<&str> = given_names(node).collect();
        let mut both = Vec::new();
        for binding in node.list("workspaces") {
            if params.contains(&binding.text_of("name")) {
                let name = write::name(binding.text_of("name"));
                both.push((name, bound(binding, scope, level + 2)));
                continue;
            }
            let (text, producer) = self.workspace_argument(binding, &after, pipeline, scope, level);
            let lead = scope.comments.lead(binding.span, level + 1);
            args.push(format!("{lead}{text}"));
            after.retain(|it| Some(*it) != producer.as_deref());
        }
        let head = format!("{name} = {callee}{}", write::parenthesised(&args, level));
        let mut inner = Writer::at(level + 1);
        if let Some(from) = from {
            inner.field("from", &from);
        }
        if !both.is_empty() {
            inner.field("workspaces", &write::record(&both, level + 1));
        }
        self.options(&mut inner, node, &after, pipeline, scope);
        let options = inner.finish();
        let mut first = Writer::at(level);
        self.comments_since(&mut first, 0, node);
        let lead = first.finish() + &lead;
        if options.is_empty() {
            if !lead.is_empty() {
                w.gap();
            }
            w.raw(&lead);
            return w.line(&head);
        }
        w.gap();
        w.raw(&lead);
        w.block(&head, |w| w.raw(&options));
        w.gap();
    }

    /// `params:` and `workspaces:` of what is written in its place.
    fn given(&mut self, w: &mut Writer, node: &Node, scope: &Scope) {
        let level = w.level();
        let mut fields: Vec<(String, String)> = Vec::new();
        for param in node.list("params") {
            let name = write::name(param.text_of("name"));
            let text = argument(param, scope, level + 1);
            let lead = scope.comments.lead(param.span, level + 1);
            fields.push((format!("{lead}{name}"), text));
        }
        for (name, text) in matrix_fields(node, scope, level + 1) {
            fields.push((name, text));
        }
        if !fields.is_empty() {
            w.field("params", &write::record(&fields, level));
        }
        let bindings = node.list("workspaces");
        if !bindings.is_empty() {
            let binding =
                |it: &Node| (write::name(it.text_of("name")), bound(it, scope, level + 1));
            let fields: Vec<(String, String)> = bindings.iter().map(binding).collect();
            w.field("workspaces", &write::record(&fields, level));
        }
    }

    /// `name: workspace`; where a node before it has the workspace too, `name: node.workspace`, which is the order as well.
    fn workspace_argument(
        &mut self,
        binding: &Node,
        after: &[&str],
        pipeline: &Node,
        scope: &Scope,
        level: usize,
    ) -> (String, Option<String>) {
        let name = write::name(binding.text_of("name"));
        let workspace = workspace_of(binding);
        let text = bound(binding, scope, level + 1);
        let producer = match binding.text_of("subPath") {
            "" => after
                .iter()
                .find_map(|it| producer(pipeline, it, workspace)),
            _ => None,
        };
        match producer {
            Some((node, theirs))
                if write::name(&theirs) == theirs
                    && scope.is_workspace_of(&node, &theirs)
                    && scope.is_plain(&node) =>
            {
                (format!("{name}: {node}.{theirs}"), Some(node))
            }
            Some(_) | None if write::is_same(&name, &text) => (format!("{name}:"), None),
            Some(_) | None => (format!("{name}: {text}"), None),
        }
    }

    /// `after` holds what no argument says already.
    fn options(
        &mut self,
        w: &mut Writer,
        node: &Node,
        after: &[&str],
        pipeline: &Node,
        scope: &Scope,
    ) {
        let fanned = node.at("matrix.params").map_or(&[][..], Node::items);
        if fanned.is_empty() {
            field(w, node, "displayName", scope);
        } else {
            let each = fanned.iter().map(|it| it.text_of("name").to_owned());
            let own = Scope {
                each: each.collect(),
                ..scope.clone()
            };
            field(w, node, "displayName", &own);
        }
        if !after.is_empty() {
            let nodes: Vec<String> = after.iter().map(|it| scope.node_value(it)).collect();
            w.field("after", &write::list(&nodes, w.level()));
        }
        if !node.list("when").is_empty() {
            let condition = condition::all(node.list("when"), scope, w.level());
            value::comments(w, node, "when", scope);
            w.field("when", &condition);
        }
        field(w, node, "retries", scope);
        duration(w, node, "timeout");
        on_error(w, node, scope);
        if absence::needed(node).any(|it| scope.skipped.contains(&it)) && !is_last(pipeline, node) {
            w.field("if-absent", "\"skip\"");
        }
        let include = node.at("matrix.include").map_or(&[][..], Node::items);
        if !include.is_empty() {
            let combination = |it: &Node| {
                let level = w.level() + 2;
                let mut fields = Vec::new();
                if !it.text_of("name").is_empty() {
                    fields.push(("name".to_owned(), string(it.text_of("name"), scope, level)));
                }
                let params = it.list("params").iter();
                let params = params.filter_map(|it| {
                    let text = value::value(it.get("value")?, scope, level + 1);
                    Some((write::name(it.text_of("name")), text))
                });
                let params: Vec<(String, String)> = params.collect();
                if !params.is_empty() {
                    fields.push(("params".to_owned(), write::record(&params, level)));
                }
                write::record(&fields, level - 1)
            };
            let include: Vec<String> = include.iter().map(combination).collect();
            w.field("include", &write::list(&include, w.level()));
        }
        const KNOWN: &[&str] = &[
            "name",
            "displayName",
            "description",
            "taskRef",
            "taskSpec",
            "pipelineRef",
            "pipelineSpec",
            "when",
            "retries",
            "runAfter",
            "timeout",
            "onError",
            "params",
            "matrix",
            "workspaces",
        ];
        self.no_others(node, KNOWN);
    }

    /// The results of the nodes: as their tasks declare them, else as they are used.
    fn know_results(&self, spec: &Node, scope: &mut Scope) {
        let mut keys = Vec::new();
        for node in nodes(spec) {
            let Some(known) = scope.nodes.get_mut(node.text_of("name")) else {
                continue;
            };
            let is_matrix = node.get("matrix").is_some();
            for result in self.declared_results(node) {
                let shape = match is_matrix {
                    // One of each instance.
                    true => Shape::Array,
                    false => value::shape(result),
                };
                known.insert(result.text_of("name").to_owned(), shape);
                let name = format!(
                    "tasks.{}.results.{}",
                    node.text_of("name"),
                    result.text_of("name")
                );
                keys.push((name, signature::keys(result)));
            }
        }
        keys.retain(|(_, it)| !it.is_empty());
        scope.keys.extend(keys);
        for used in absence::in_value(spec) {
            if let Some(known) = scope.nodes.get_mut(&used.node) {
                known.entry(used.result).or_insert(used.shape);
            }
        }
    }

    /// The results that the task of a node declares; none where it is not here.
    fn declared_results<'n>(&'n self, node: &'n Node) -> &'n [Node] {
        if let Some(it) = node.at("taskSpec.results") {
            return it.items();
        }
        let name = node.at("taskRef.name").and_then(Node::text);
        let at = self.named.get(&(Kind::Task, name.unwrap_or_default()));
        let task = at.and_then(|it| self.objects.get(*it));
        task.and_then(|it| it.root.at("spec.results"))
            .map_or(&[], Node::items)
    }

    /// Whether a text is nothing but all results of the instances of a node.
    fn is_fanned(&self, spec: &Node, text: &str) -> bool {
        let used = absence::in_text(text).into_iter().next();
        let Some(used) = used.filter(|_| text.ends_with("[*])") && text.starts_with("$(")) else {
            return false;
        };
        let node = nodes(spec).find(|it| it.text_of("name") == used.node);
        node.is_some_and(|it| it.get("matrix").is_some())
    }

    fn declared_result<'n>(&'n self, spec: &'n Node, used: &absence::Use) -> Option<&'n Node> {
        let node = nodes(spec).find(|it| it.text_of("name") == used.node)?;
        let mut results = self.declared_results(node).iter();
        results.find(|it| it.text_of("name") == used.result)
    }

    /// ` -> { digest: String }`; what may stay unwritten is optional.
    pub(crate) fn pipeline_results(&mut self, spec: &Node, level: usize) -> String {
        let absences = absence::of(spec);
        let result = |it: &Node| {
            let value = it.get("value");
            let absent = value.is_some_and(|it| {
                absence::in_value(it)
                    .iter()
                    .any(|it| absences.absent.contains(&it.node))
            });
            let ty = match (value.map(|it| &it.data), value::shape(it)) {
                (Some(Data::List(_)), _) | (_, Shape::Array) => "List<String>".to_owned(),
                // One of each instance.
                (Some(Data::String(text)), _) if self.is_fanned(spec, text) => {
                    "List<String>".to_owned()
                }
                (Some(Data::Map(entries)), _) => {
                    let field = |it: &Entry| (write::name(&it.key), "String".to_owned());
                    write::record(&entries.iter().map(field).collect::<Vec<_>>(), level + 1)
                }
                (_, Shape::Object) => {
                    let used = value.and_then(|it| absence::in_value(it).into_iter().next());
                    let declared = used.and_then(|it| self.declared_result(spec, &it));
                    match declared {
                        Some(declared) => signature::object_type(declared, level + 1),
                        None => "{}".to_owned(),
                    }
                }
                (_, Shape::String) => "String".to_owned(),
            };
            let optional = if absent { "?" } else { "" };
            let text = format!("{}: {ty}{optional}", write::name(it.text_of("name")));
            signature::documented(it, &text, &self.comments, level + 1)
        };
        let fields: Vec<String> = spec.list("results").iter().map(result).collect();
        match fields.is_empty() {
            true => String::new(),
            false => format!(" -> {}", write::braces(&fields, level)),
        }
    }
}

/// All nodes of a pipeline, those of `finally` last.
pub(crate) fn nodes(spec: &Node) -> impl Iterator<Item = &Node> {
    spec.list("tasks").iter().chain(spec.list("finally"))
}

fn is_last(pipeline: &Node, node: &Node) -> bool {
    pipeline
        .list("finally")
        .iter()
        .any(|it| it.span == node.span)
}

/// The names that stand in a pipeline.
pub(crate) fn pipeline_scope(spec: &Node, outer: &Scope) -> Scope {
    let mut scope = outer.clone();
    signature::declare(spec, &mut scope);
    scope.declare_workspaces(spec);
    scope.in_pipeline = true;
    scope.is_within = true;
    scope.nodes = IndexMap::new();
    for node in spec.list("tasks").iter().chain(spec.list("finally")) {
        let results = node
            .at("taskSpec.results")
            .map_or(&[][..], Node::items)
            .iter();
        let results = results.map(|it| (it.text_of("name").to_owned(), value::shape(it)));
        scope
            .nodes
            .insert(node.text_of("name").to_owned(), results.collect());
    }
    scope
}

/// `name: each list`
fn matrix(node: &Node, scope: &Scope, level: usize) -> Vec<String> {
    let fields = matrix_fields(node, scope, level + 1);
    fields
        .into_iter()
        .map(|(name, text)| format!("{name}: {text}"))
        .collect()
}

fn matrix_fields(node: &Node, scope: &Scope, level: usize) -> Vec<(String, String)> {
    let params = node.at("matrix.params").map_or(&[][..], Node::items).iter();
    let each = params.filter_map(|it| {
        let list = value::value(it.get("value")?, scope, level);
        Some((write::name(it.text_of("name")), format!("each {list}")))
    });
    each.collect()
}

/// The nodes that come first although nothing of theirs is used.
fn run_after(node: &Node) -> Vec<&str> {
    let used: Vec<String> = absence::needed(node).collect();
    let said = node.list("runAfter").iter().filter_map(Node::text);
    said.filter(|it| !used.iter().any(|used| used == it))
        .collect()
}

/// The parameters to which a node gives something.
fn given_names(node: &Node) -> impl Iterator<Item = &str> {
    let fanned = node.at("matrix.params").map_or(&[][..], Node::items);
    let params = node.list("params").iter().chain(fanned);
    params.map(|it| it.text_of("name"))
}

fn workspace_of(binding: &Node) -> &str {
    match binding.text_of("workspace") {
        "" => binding.text_of("name"),
        other => other,
    }
}

/// The pipeline's workspace behind a binding, as an expression.
fn bound(binding: &Node, scope: &Scope, level: usize) -> String {
    let workspace = scope.workspace_value(workspace_of(binding));
    match binding.text_of("subPath") {
        "" => workspace,
        path => format!("{workspace}.sub({})", string(path, scope, level)),
    }
}

/// The node of that name and the name under which it has the workspace, whole.
fn producer(pipeline: &Node, node: &str, workspace: &str) -> Option<(String, String)> {
    let mut nodes = pipeline.list("tasks").iter();
    let found = nodes.find(|it| it.text_of("name") == node)?;
    if found.get("taskSpec").is_some() || found.get("pipelineSpec").is_some() {
        return None;
    }
    let mut bindings = found.list("workspaces").iter();
    let theirs =
        bindings.find(|it| workspace_of(it) == workspace && it.text_of("subPath").is_empty())?;
    Some((node.to_owned(), theirs.text_of("name").to_owned()))
}

fn results(w: &mut Writer, spec: &Node, scope: &Scope) {
    let level = w.level();
    let result = |it: &Node| {
        let text = value::value(it.get("value")?, scope, level + 1);
        Some((write::name(it.text_of("name")), text))
    };
    let fields: Vec<(String, String)> = spec.list("results").iter().filter_map(result).collect();
    if !fields.is_empty() {
        w.gap();
        w.field("results", &write::record(&fields, level));
    }
}
