//! `wudi import`: what a program that was made of YAML compiles to, beside the YAML itself, both as Tekton has them after its
//! own decoding and defaulting.

use std::collections::VecDeque;
use std::path::Path;

use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value};
use wudi::{MemoryHost, Session, Severity, Target};

use crate::measure::Case;
use crate::tool::{Oracle, Settings};

/// What became of files.
#[derive(Debug, Default)]
pub struct Imports {
    pub files: usize,
    pub imported: usize,
    /// All of its objects are the same afterwards.
    pub equal: usize,
    /// Neither wudi nor Tekton takes the file.
    pub refused_by_both: usize,
    /// What wudi says where Tekton says nothing, with the files.
    pub refused: IndexMap<String, Vec<String>>,
    /// Files of which something became something else.
    pub differ: Vec<String>,
}

impl Imports {
    pub fn shown(&self) -> String {
        let mut text = format!(
            "imports: {} files, {} imported, {} equal, {} refused by both\n",
            self.files, self.imported, self.equal, self.refused_by_both
        );
        let mut groups: Vec<_> = self.refused.iter().collect();
        groups.sort_by_key(|(_, files)| std::cmp::Reverse(files.len()));
        for (said, files) in groups {
            text += &format!("  {:5}  {said}\n           {}\n", files.len(), files[0]);
        }
        for it in &self.differ {
            text += &format!("  differs: {it}\n");
        }
        text
    }
}

/// Imports each file by itself, compiles the program, and compares.
pub fn round_trips(oracle: &Oracle, cases: &[Case]) -> Imports {
    let mut found = Imports {
        files: cases.len(),
        ..Imports::default()
    };
    let made: Vec<Result<String, String>> = cases.iter().map(built).collect();
    let texts = |texts: Vec<String>| -> Vec<(&Settings, String)> {
        cases.iter().map(|it| &it.settings).zip(texts).collect()
    };
    let before = oracle.dump(&texts(cases.iter().map(|it| it.text.clone()).collect()));
    let after = made.iter().map(|it| it.clone().unwrap_or_default());
    let after = oracle.dump(&texts(after.collect()));
    for (((case, made), before), after) in cases.iter().zip(&made).zip(&before).zip(&after) {
        if let Err(said) = made {
            if before.iter().any(is_refused) {
                found.refused_by_both += 1;
            } else {
                let files = found.refused.entry(said.clone()).or_default();
                files.push(case.name.clone());
            }
            continue;
        }
        found.imported += 1;
        match differences(before, after) {
            all if all.is_empty() => found.equal += 1,
            all => found
                .differ
                .push(format!("{}\n    {}", case.name, all.join("\n    "))),
        }
    }
    found
}

/// All that the program of a file compiles to, or the first of what is said against it.
fn built(case: &Case) -> Result<String, String> {
    let target = Target {
        flags: case.settings.flags.clone(),
        defaults: case.settings.defaults.clone(),
        ..Target::default()
    };
    let name = Path::new("it.yaml");
    let mut session = Session::new(Box::new(MemoryHost::new()));
    let texts = vec![(name.to_owned(), case.text.clone().into_bytes())];
    let Some(program) = session.import(&[], texts, &target, false) else {
        let all = session.diagnostics().iter();
        let errors: Vec<_> = all.filter(|it| it.severity == Severity::Error).collect();
        // That the program is refused is said beside the reasons.
        let mut reasons = errors.iter().filter(|it| it.code.name != "not-importable");
        let first = reasons.next().unwrap_or(&errors[0]);
        return Err(format!("[{}] {}", first.code.name, first.message));
    };
    let host = MemoryHost::new()
        .with_file("wudi.toml", settings(&case.settings))
        .with_file("main.wudi", program.text);
    let mut session = Session::new(Box::new(host));
    session.open(Path::new(""));
    assert!(!session.has_errors(), "{}: does not compile", case.name);
    let files = session.manifests().into_iter().map(|it| it.text);
    Ok(files.collect::<Vec<_>>().join("---\n"))
}

/// The settings as a `wudi.toml` says them.
fn settings(settings: &Settings) -> String {
    let flags = settings.flags.iter();
    let flags = flags.map(|(key, it)| format!("{:?}", format!("{key}={it}")));
    let mut text = format!(
        "[target.tekton]\nflags = [{}]\n",
        flags.collect::<Vec<_>>().join(", ")
    );
    for (key, it) in &settings.defaults {
        text += &format!("config-defaults.{key} = {it:?}\n");
    }
    text
}

fn is_refused(answer: &Value) -> bool {
    !matches!(answer["verdict"].as_str(), Some("ok" | "not-tekton"))
}

/// The objects of Tekton that are not the same; of several of one name, in their order.
fn differences(before: &[Value], after: &[Value]) -> Vec<String> {
    let mut twins: IndexMap<String, VecDeque<Value>> = IndexMap::new();
    for (name, object) in after.iter().filter_map(object) {
        twins.entry(name).or_default().push_back(object);
    }
    let mut found = Vec::new();
    for (name, object) in before.iter().filter_map(object) {
        match twins.get_mut(&name).and_then(VecDeque::pop_front) {
            Some(twin) => compare(&name, &object, &twin, &mut found),
            None => found.push(format!("{name} is not made")),
        }
    }
    found
}

/// An object as `v1` has it, in the one form of all that mean the same.
fn object(answer: &Value) -> Option<(String, Value)> {
    let object = match answer["v1"].get("object") {
        Some(it) => it,
        None => answer.get("object").filter(|it| it.is_object())?,
    };
    let metadata = &object["metadata"];
    let name = match metadata["name"].as_str() {
        Some(name) => name.to_owned(),
        None => format!("{}*", metadata["generateName"].as_str().unwrap_or_default()),
    };
    let mut object = object.clone();
    let fields = object.as_object_mut().unwrap();
    fields.remove("status");
    plain("", &mut object);
    let kind = object["kind"].as_str().unwrap_or_default();
    Some((format!("{kind}/{name}"), object))
}

fn compare(path: &str, left: &Value, right: &Value, found: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let keys = left
                .keys()
                .chain(right.keys().filter(|it| !left.contains_key(*it)));
            for key in keys {
                let of = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                compare(&format!("{path}.{key}"), &of(left), &of(right), found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                compare(&format!("{path}[{at}]"), left, right, found);
            }
        }
        _ if left == right => (),
        _ => found.push(format!("{path}: {left} became {right}")),
    }
}

/// Lays what Tekton reads alike into one form.
fn plain(key: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let is_call = ["taskRef", "taskSpec", "pipelineRef", "pipelineSpec"]
                .iter()
                .any(|it| fields.contains_key(*it));
            for (key, value) in fields.iter_mut() {
                plain(key, value);
                let Value::Array(items) = value else {
                    continue;
                };
                match key.as_str() {
                    // Arguments are told apart by name.
                    "params" if items.iter().all(|it| it.get("value").is_some()) => {
                        items.sort_by_key(|it| it["name"].to_string());
                    }
                    // A result is text where its type is not said.
                    "results" => items.iter_mut().for_each(untyped),
                    "workspaces" if is_call => items.iter_mut().for_each(bound),
                    _ => (),
                }
            }
            if let Some(Value::Array(conditions)) = fields.get_mut("when") {
                known(conditions);
                if conditions.is_empty() {
                    fields.remove("when");
                }
            }
            if let Some(Value::Array(tasks)) = fields.get_mut("tasks") {
                ordered(tasks);
            }
            fields.retain(|key, it| {
                let says_nothing = it.is_null()
                    || *it == "" && ["description", "namespace"].contains(&key.as_str());
                !says_nothing
            });
        }
        Value::Array(items) => items.iter_mut().for_each(|it| plain(key, it)),
        Value::String(text) => *text = one_form(key, text),
        Value::Null | Value::Bool(_) | Value::Number(_) => (),
    }
}

/// Conditions that no run changes: what holds is left out, what does not is said in one way.
fn known(conditions: &mut Vec<Value>) {
    let holds = |it: &Value| {
        let is_open = |it: &Value| {
            it.as_str()
                .is_none_or(|it| it.contains("$(") || it.contains("{{"))
        };
        let values = it["values"].as_array()?;
        let open = is_open(&it["input"]) || values.iter().any(is_open);
        (!open).then(|| values.contains(&it["input"]) == (it["operator"] == "in"))
    };
    conditions.retain(|it| holds(it) != Some(true));
    for it in conditions {
        if holds(it) == Some(false) {
            *it = Value::from("never");
        }
    }
}

/// In place of the orders that are said, all that comes before a task, and of what may be skipped with all behind it, what takes
/// the task along: a skip goes from task to task until one that its own `when` skips.
fn ordered(tasks: &mut [Value]) {
    let name = |it: &Value| it["name"].as_str().unwrap_or_default().to_owned();
    let results = regex::Regex::new(r"\$\(tasks\.([^.()]+)\.results\.").unwrap();
    let users = |it: &Value| {
        let seen = ["params", "matrix", "when"].map(|key| it[key].to_string());
        let inner = ["steps", "sidecars"].map(|key| it["taskSpec"][key].to_string());
        let text = seen.join(" ") + &inner.join(" ");
        let found = results.captures_iter(&text).map(|it| it[1].to_owned());
        found.collect::<IndexSet<String>>()
    };
    let mut parents: IndexMap<String, IndexSet<String>> = IndexMap::new();
    for task in &*tasks {
        let said = task["runAfter"].as_array().into_iter().flatten();
        let said = said.filter_map(Value::as_str).map(str::to_owned);
        parents.insert(name(task), users(task).into_iter().chain(said).collect());
    }
    let is = |key: &str, task: &str| {
        tasks
            .iter()
            .any(|it| name(it) == task && !it[key].is_null())
    };
    let before = |task: &str, passes: &dyn Fn(&str) -> bool| {
        let mut open: Vec<String> = parents[task].iter().cloned().collect();
        let mut found = IndexSet::new();
        while let Some(it) = open.pop() {
            if found.insert(it.clone()) && passes(&it) {
                open.extend(parents.get(&it).into_iter().flatten().cloned());
            }
        }
        found.sort();
        found
    };
    let skipped = tasks.iter().filter(|it| {
        let uses = users(it);
        let lacks = uses.iter().any(|it| is("when", it) || is("onError", it));
        lacks || !it["matrix"].is_null() || !it["onError"].is_null() && !uses.is_empty()
    });
    let skipped: Vec<String> = skipped.map(name).collect();
    let may_go = |task: &str| {
        skipped
            .iter()
            .any(|it| it == task || before(task, &|_| true).contains(it))
    };
    let mut orders = Vec::new();
    for task in &*tasks {
        let all = before(&name(task), &|_| true);
        let along = before(&name(task), &|it| !is("when", it));
        let along: Vec<&String> = along.iter().filter(|it| may_go(it)).collect();
        orders.push(serde_json::json!([all, along]));
    }
    for (task, orders) in tasks.iter_mut().zip(orders) {
        task["runAfter"] = orders;
    }
}

fn untyped(result: &mut Value) {
    if let Value::Object(fields) = result
        && fields.get("type").is_some_and(|it| it == "string")
    {
        fields.remove("type");
    }
}

/// A workspace that says no other is the one of its name.
fn bound(workspace: &mut Value) {
    let name = workspace["name"].clone();
    if let Value::Object(fields) = workspace {
        let is_binding = fields
            .keys()
            .all(|it| ["name", "workspace", "subPath"].contains(&it.as_str()));
        if is_binding {
            fields.entry("workspace").or_insert(name);
        }
    }
}

fn one_form(key: &str, text: &str) -> String {
    if key == "description" {
        return text
            .lines()
            .map(str::trim_end)
            .collect::<Vec<_>>()
            .join("\n")
            .trim_end()
            .to_owned();
    }
    if key.starts_with("pipelinesascode.tekton.dev/on-") {
        let text = text.trim().trim_matches(['[', ']']);
        let items = text
            .split(',')
            .map(|it| it.trim().trim_matches(['"', '\'']));
        return items.collect::<Vec<_>>().join(", ");
    }
    let replace = |text: &str, pattern: &str, by: &str| {
        let pattern = regex::Regex::new(pattern).unwrap();
        pattern.replace_all(text, by).into_owned()
    };
    let text = replace(text, r"\$\(inputs\.params", "$$(params");
    let text = replace(&text, r#"\$\(params\[["']([\w-]+)["']\]"#, "$$(params.$1");
    let text = replace(&text, r#"\$\(params\['([^']+)'\]"#, "$$(params[\"$1\"]");
    let text = replace(&text, r"^\$\(([^()]+)\[\*\]\)$", "$$($1)");
    replace(&text, r"\{\{\s*(.*?)\s*\}\}", "{{ $1 }}")
}
