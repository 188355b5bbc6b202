//! Tasks and step actions: declared ones, and those written in a pipeline.

use crate::base::shell;
use crate::import::reference::{Scope, Shape};
use crate::import::value::{self, field, keyed, string};
use crate::import::write::{self, Writer};
use crate::import::{Importer, signature};
use crate::yaml::Node;
use crate::yaml::node::Data;

impl Importer<'_> {
    /// The block of a task: workspaces, fields, steps.
    pub(crate) fn task_body(&mut self, w: &mut Writer, spec: &Node, outer: &Scope) {
        let scope = task_scope(spec, outer);
        self.workspaces(w, spec, &scope);
        w.gap();
        passed_on(w, spec, &scope);
        if let Some(template) = spec.get("stepTemplate").filter(|it| !value::is_empty(it)) {
            w.block("stepTemplate:", |w| {
                self.container(w, template, &scope, Role::Template)
            });
        }
        if !spec.list("volumes").is_empty() {
            let volumes = keyed(spec.list("volumes"), "name", &scope, w.level());
            value::comments(w, spec, "volumes", &scope);
            w.field("volumes", &volumes);
        }
        if !spec.list("steps").is_empty() {
            w.gap();
        }
        value::comments_of_list(w, spec, "steps", &scope);
        for step in spec.list("steps") {
            self.step(w, step, &scope);
        }
        value::comments_of_list(w, spec, "sidecars", &scope);
        for sidecar in spec.list("sidecars") {
            let name = match sidecar.text_of("name") {
                "" => "_".to_owned(),
                name => write::name(name),
            };
            let head = format!("sidecar {name}");
            w.gap();
            let start = w.position();
            w.block(&head, |w| self.container(w, sidecar, &scope, Role::Sidecar));
            self.comments_since(w, start, sidecar);
        }
        const KNOWN: &[&str] = &[
            "params",
            "results",
            "workspaces",
            "steps",
            "sidecars",
            "volumes",
            "stepTemplate",
            "description",
            "displayName",
            "metadata",
        ];
        self.no_others(spec, KNOWN);
    }

    fn workspaces(&self, w: &mut Writer, spec: &Node, scope: &Scope) {
        w.gap();
        for workspace in spec.list("workspaces") {
            value::comments_of(w, workspace, scope);
            if let Some(text) = workspace.get("description").and_then(Node::text)
                && !text.is_empty()
            {
                w.doc(text);
            }
            let name = write::name(workspace.text_of("name"));
            let optional = if is_true(workspace, "optional") {
                "?"
            } else {
                ""
            };
            let access = if is_true(workspace, "readOnly") {
                "ro"
            } else {
                "rw"
            };
            let head = format!("workspace {name}{optional}: {access}");
            match workspace
                .get("mountPath")
                .and_then(Node::text)
                .filter(|it| !it.is_empty())
            {
                Some(path) => {
                    let path = string(path, scope, w.level());
                    w.line(&format!("{head} {{ mountPath: {path} }}"));
                }
                None => w.line(&head),
            }
        }
    }

    fn step(&mut self, w: &mut Writer, step: &Node, scope: &Scope) {
        let name = match step.text_of("name") {
            "" => "_".to_owned(),
            name => write::name(name),
        };
        let mut scope = scope.clone();
        scope.step_results = names(step.list("results"));
        // A comment stands right above.
        if !w.ends_with_comment() {
            w.gap();
        }
        let start = w.position();
        self.step_itself(w, step, &name, &scope);
        self.comments_since(w, start, step);
    }

    fn step_itself(&mut self, w: &mut Writer, step: &Node, name: &str, scope: &Scope) {
        let Some(reference) = step.get("ref").filter(|it| !it.is_null()) else {
            let head = format!(
                "step {name}{}",
                signature::results(step, &self.comments, w.level())
            );
            return w.block(&head, |w| self.container(w, step, scope, Role::Step));
        };
        let action = self.action_of(reference, step, scope);
        for (result, shape) in scope.steps.get(step.text_of("name")).into_iter().flatten() {
            self.note_action_result(reference, result, *shape);
        }
        let args = named_values(step.list("params"), scope, w.level());
        let args = write::parenthesised(&args, w.level());
        let head = format!("step {name} = {action}{args}");
        let mut inner = Writer::at(w.level() + 1);
        self.container(&mut inner, step, scope, Role::Step);
        let fields = inner.finish();
        match fields.is_empty() {
            true => w.line(&head),
            false => w.block(&head, |w| w.raw(&fields)),
        }
    }

    /// The fields of a step, a template or a sidecar.
    pub(crate) fn container(&mut self, w: &mut Writer, node: &Node, scope: &Scope, role: Role) {
        let env = self.rewritten(node, scope);
        field(w, node, "displayName", scope);
        if node.get("description").is_some() && role != Role::Action {
            field(w, node, "description", scope);
        }
        if let Some(image) = node
            .get("image")
            .and_then(Node::text)
            .filter(|it| !it.is_empty())
        {
            let image = value::formed(image, "Image", scope, w.level());
            value::comments(w, node, "image", scope);
            w.field("image", &image);
        }
        field(w, node, "imagePullPolicy", scope);
        if !node.list("when").is_empty() {
            let condition = crate::import::condition::all(node.list("when"), scope, w.level());
            value::comments(w, node, "when", scope);
            w.field("when", &condition);
        }
        duration(w, node, "timeout");
        on_error(w, node, scope);
        field(w, node, "workingDir", scope);
        if !node.list("workspaces").is_empty() {
            w.field(
                "workspaces",
                &keyed(node.list("workspaces"), "name", scope, w.level()),
            );
        }
        self.env(w, node, &env, scope);
        field(w, node, "envFrom", scope);
        words(w, node, scope);
        if !node.list("volumeMounts").is_empty() {
            mounts(w, node.list("volumeMounts"), scope);
        }
        const DONE: &[&str] = &[
            "name",
            "displayName",
            "description",
            "image",
            "imagePullPolicy",
            "when",
            "timeout",
            "onError",
            "workingDir",
            "workspaces",
            "env",
            "envFrom",
            "command",
            "args",
            "script",
            "volumeMounts",
            "ref",
            "params",
            "results",
        ];
        for entry in node
            .entries()
            .iter()
            .filter(|it| !DONE.contains(&it.key.as_str()))
        {
            field(w, node, &entry.key, scope);
        }
        if let Some(script) = node
            .get("script")
            .and_then(Node::text)
            .filter(|it| !it.is_empty())
        {
            let text = self.script(script, scope, &env, w.level());
            value::comments(w, node, "script", scope);
            w.field("script", &text);
        }
    }

    fn env(&mut self, w: &mut Writer, node: &Node, added: &[(String, String)], scope: &Scope) {
        let items = node.list("env");
        if items.is_empty() && added.is_empty() {
            return;
        }
        let level = w.level();
        let mut fields: Vec<(String, String)> = Vec::new();
        for item in items {
            if item.text_of("name").is_empty() {
                self.refuse(item.span, "a variable without a name");
            }
            let name = write::name(item.text_of("name"));
            let text = crate::import::env::env_value(item, scope, level + 1);
            let mut names = items
                .iter()
                .filter(|it| it.text_of("name") == item.text_of("name"));
            if names.nth(1).is_some() {
                return field(w, node, "env", scope);
            }
            let lead = scope.comments.lead(item.span, level + 1);
            fields.push((format!("{lead}{name}"), text));
        }
        fields.extend(added.iter().cloned());
        value::comments(w, node, "env", scope);
        w.field("env", &write::record(&fields, level));
    }

    /// With `--rewrite-scripts`, the variables through which a script gets what is spliced into it.
    fn rewritten(&self, node: &Node, scope: &Scope) -> Vec<(String, String)> {
        let script = node.text_of("script");
        if !self.options.rewrite_scripts || script.is_empty() {
            return Vec::new();
        }
        crate::import::script::variables(script, node.list("env"), scope)
    }

    fn script(
        &mut self,
        script: &str,
        scope: &Scope,
        env: &[(String, String)],
        level: usize,
    ) -> String {
        let pieces = match env.is_empty() {
            true => scope.pieces(script, true),
            false => crate::import::script::with_variables(script, env, scope),
        };
        write::string(&pieces, level)
    }
}

/// What a block of container fields belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Step,
    Template,
    Sidecar,
    Action,
}

/// The names that stand in a task; those around it are seen where it is written in a pipeline.
pub(crate) fn task_scope(spec: &Node, outer: &Scope) -> Scope {
    let mut scope = Scope {
        steps: Default::default(),
        results: names(spec.list("results")),
        in_pipeline: false,
        is_within: true,
        ..outer.clone()
    };
    if outer.in_object {
        // A task that takes them from a pipeline on its own would be given them by name.
        scope.workspaces.clear();
    }
    signature::declare(spec, &mut scope);
    scope.declare_workspaces(spec);
    for step in spec.list("steps") {
        for result in step.list("results") {
            let of = format!(
                "steps.{}.results.{}",
                step.text_of("name"),
                result.text_of("name")
            );
            let keys = signature::keys(result);
            if !keys.is_empty() {
                scope.keys.insert(of, keys);
            }
        }
        let results = step.list("results").iter();
        let results = results.map(|it| (it.text_of("name").to_owned(), value::shape(it)));
        scope
            .steps
            .insert(step.text_of("name").to_owned(), results.collect());
    }
    // Results of an action are known by their use.
    let is_made = |it: &&Node| it.get("ref").is_some_and(|it| !it.is_null());
    let mut uses = Vec::new();
    step_results(spec, &mut uses);
    for (step, result, shape) in uses {
        let mut made = spec.list("steps").iter().filter(is_made);
        if made.any(|it| it.text_of("name") == step)
            && let Some(known) = scope.steps.get_mut(&step)
        {
            known.entry(result).or_insert(shape);
        }
    }
    scope
}

/// `$(steps.STEP.results.RESULT)`, wherever it stands.
fn step_results(node: &Node, found: &mut Vec<(String, String, Shape)>) {
    match &node.data {
        Data::String(text) => {
            for it in crate::admit::substitution::references(text) {
                let rest = it.expression.strip_prefix("steps.");
                let Some((step, result)) = rest.and_then(|it| it.split_once(".results.")) else {
                    continue;
                };
                let end = result.find(['.', '[']).unwrap_or(result.len());
                let shape = match result.get(end..).and_then(|it| it.chars().next()) {
                    Some('.') => Shape::Object,
                    Some(_) => Shape::Array,
                    None => Shape::String,
                };
                let result = result.get(..end).unwrap_or_default();
                found.push((step.to_owned(), result.to_owned(), shape));
            }
        }
        Data::List(items) => items.iter().for_each(|it| step_results(it, found)),
        Data::Map(entries) => entries.iter().for_each(|it| step_results(&it.value, found)),
        Data::Null | Data::Bool(_) | Data::Number(_) => {}
    }
}

fn names(items: &[Node]) -> indexmap::IndexSet<String> {
    items
        .iter()
        .map(|it| it.text_of("name").to_owned())
        .collect()
}

/// `results: { digest: build.digest }`: results that come from a step's.
fn passed_on(w: &mut Writer, spec: &Node, scope: &Scope) {
    let value = |it: &Node| {
        let text = it.get("value")?.text()?;
        let name = write::name(it.text_of("name"));
        Some((name, string(text, scope, w.level() + 1)))
    };
    let fields: Vec<(String, String)> = spec.list("results").iter().filter_map(value).collect();
    if !fields.is_empty() {
        let record = write::record(&fields, w.level());
        w.field("results", &record);
    }
}

/// `command` and `args`; some words are code.
fn words(w: &mut Writer, node: &Node, scope: &Scope) {
    let all = node.list("command").iter().chain(node.list("args"));
    let all: Vec<Option<&str>> = all.map(Node::text).collect();
    let codes: Vec<usize> = shell::programs(&all).into_iter().map(|it| it.1).collect();
    let mut at = 0;
    for key in ["command", "args"] {
        let items = node.list(key);
        if items.is_empty() {
            continue;
        }
        let mut texts = Vec::new();
        for item in items {
            let text = item.text().unwrap_or_default();
            let lead = scope.comments.lead(item.span, w.level() + 1);
            let text_of = match scope.whole_list(text) {
                Some(list) => format!("..{list}"),
                None => write::string(&scope.pieces(text, codes.contains(&at)), w.level() + 1),
            };
            texts.push(format!("{lead}{text_of}"));
            at += 1;
        }
        let list = write::list(&texts, w.level());
        value::comments(w, node, key, scope);
        w.field(key, &list);
    }
}

/// A mount that says only which volume is the volume's name.
fn mounts(w: &mut Writer, mounts: &[Node], scope: &Scope) {
    let level = w.level();
    let path = |it: &Node| it.text_of("mountPath").to_owned();
    let is_short = |it: &Node| {
        let [_, _] = it.entries() else {
            return false;
        };
        let is_name = crate::types::Form::Name.check(it.text_of("name")).is_ok();
        is_name && !path(it).is_empty() && scope.is_constant(&path(it))
    };
    let paths: indexmap::IndexSet<String> = mounts.iter().map(path).collect();
    if !mounts.iter().all(is_short) || paths.len() != mounts.len() {
        let text = keyed(mounts, "mountPath", scope, level);
        return w.field("volumeMounts", &text);
    }
    let mount = |it: &Node| {
        let lead = scope.comments.lead(it.span, level + 1);
        let name = string(it.text_of("name"), scope, level + 1);
        (format!("{lead}{}", write::name(&path(it))), name)
    };
    let fields: Vec<(String, String)> = mounts.iter().map(mount).collect();
    w.field("volumeMounts", &write::record(&fields, level));
}

/// `onError`; what a parameter says is taken for one of its words.
pub(crate) fn on_error(w: &mut Writer, node: &Node, scope: &Scope) {
    let text = node.text_of("onError");
    if text.contains("$(") {
        let value = string(text, scope, w.level());
        return w.field("onError", &format!("{value} as OnError"));
    }
    field(w, node, "onError", scope);
}

/// A duration, as the language writes it; Go's form is also its own.
pub(crate) fn duration(w: &mut Writer, node: &Node, key: &str) {
    if let Some(text) = node.get(key).and_then(Node::text) {
        w.field(key, &duration_text(text));
    }
}

/// `1h0m0s` as `1h`: parts that say nothing are left out.
pub(crate) fn duration_text(text: &str) -> String {
    let mut kept = String::new();
    let mut number = String::new();
    let mut unit = String::new();
    for it in text.chars().chain(std::iter::once('0')) {
        if it.is_ascii_digit() || it == '.' {
            if !unit.is_empty() {
                if number.bytes().any(|it| it != b'0' && it != b'.') {
                    kept.push_str(&format!("{number}{unit}"));
                }
                number.clear();
                unit.clear();
            }
            number.push(it);
        } else {
            unit.push(it);
        }
    }
    if kept.is_empty() {
        "0s".to_owned()
    } else {
        kept
    }
}

/// `name: value` of a list of parameters.
pub(crate) fn named_values(items: &[Node], scope: &Scope, level: usize) -> Vec<String> {
    let argument = |it: &Node| {
        let name = write::name(it.text_of("name"));
        let text = argument(it, scope, level + 1);
        let lead = scope.comments.lead(it.span, level + 1);
        match write::is_same(&name, &text) {
            true => format!("{lead}{name}:"),
            false => format!("{lead}{name}: {text}"),
        }
    };
    items.iter().map(argument).collect()
}

/// What a parameter is given; nothing is an empty text.
pub(crate) fn argument(param: &Node, scope: &Scope, level: usize) -> String {
    let given = param.get("value").filter(|it| !it.is_null());
    given.map_or_else(
        || write::plain("", level),
        |it| value::value(it, scope, level),
    )
}

fn is_true(node: &Node, key: &str) -> bool {
    node.get(key).and_then(Node::bool).unwrap_or(false)
}
