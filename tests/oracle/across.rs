//! Faults where objects, or parts of one, meet: what one declares, another passes, and a third refers to.

use serde_json::{Value, json};

use crate::chance::Chance;
use crate::fault::{self, Key, Path};

/// Puts a fault into the documents; says what it did.
pub fn put(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let (name, put) = chance.pick(KINDS);
    let said = put(documents, chance)?;
    Some(format!("{name} {said}"))
}

type Fault = fn(&mut [Value], &mut Chance) -> Option<String>;

const KINDS: &[(&str, Fault)] = &[
    ("rename", rename),
    ("undeclare", remove),
    ("declare", declare),
    ("retype", retype),
    ("default", default),
    ("pass", pass),
    ("order", order),
    ("refer", refer),
    ("refer", refer),
    ("refer", refer),
    ("condition", condition),
    ("matrix", matrix),
    ("move", carry),
    ("override", overriding),
    ("bind", bind),
];

/// Places of elements that have a name in lists of these keys, with their document.
fn named(documents: &[Value], keys: &[&str]) -> Vec<(usize, Path)> {
    let is_listed = |path: &Path| {
        let [.., Key::Field(list), Key::Index(_)] = path.as_slice() else {
            return false;
        };
        keys.contains(&list.as_str())
    };
    let mut all = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let mut paths = Vec::new();
        fault::collect(document, &mut Vec::new(), &mut paths);
        let paths = paths.into_iter().filter(is_listed);
        all.extend(paths.map(|it| (index, it)));
    }
    all
}

const NAMED: &[&str] = &[
    "params",
    "workspaces",
    "results",
    "steps",
    "sidecars",
    "volumes",
    "tasks",
    "finally",
    "include",
    "env",
    "volumeMounts",
    "taskRunSpecs",
    "stepSpecs",
];

fn element<'a>(
    documents: &'a mut [Value],
    keys: &[&str],
    chance: &mut Chance,
) -> Option<(&'a mut Value, String)> {
    let all = named(documents, keys);
    if all.is_empty() {
        return None;
    }
    let (index, path) = chance.pick(&all);
    let said = format!("{index}.{}", fault::shown(path));
    Some((fault::at(documents.get_mut(*index)?, path)?, said))
}

/// All names that something has.
fn names(documents: &[Value], keys: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for (index, path) in named(documents, keys) {
        let found = path
            .iter()
            .try_fold(&documents[index], |it, key| match key {
                Key::Field(name) => it.get(name),
                Key::Index(index) => it.get(index),
            });
        all.extend(found.and_then(|it| it["name"].as_str()).map(str::to_owned));
    }
    all.push("a".to_owned());
    all
}

/// An element gets another name, and what refers to it does not; or it takes the name of another.
fn rename(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let others = names(documents, NAMED);
    let (element, said) = element(documents, NAMED, chance)?;
    let old = element["name"].as_str()?.to_owned();
    let new = match chance.below(3) {
        0 => chance.pick(&others).clone(),
        1 => format!("{old}-other"),
        _ => old.chars().rev().collect(),
    };
    element["name"] = json!(new);
    (old != new).then(|| format!("{said} to {new}"))
}

/// An element is gone, and what refers to it is not.
fn remove(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let all = named(documents, NAMED);
    if all.is_empty() {
        return None;
    }
    let (index, path) = chance.pick(&all);
    let (last, list) = path.split_last()?;
    let Key::Index(at) = last else { return None };
    let list = fault::at(documents.get_mut(*index)?, list)?;
    list.as_array_mut()?.remove(*at);
    Some(format!("{index}.{}", fault::shown(path)))
}

/// Something more is declared that nobody gives, or given that nobody declares.
fn declare(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let all = named(
        documents,
        &["params", "workspaces", "results", "tasks", "steps"],
    );
    if all.is_empty() {
        return None;
    }
    let (index, path) = chance.pick(&all);
    let (_, list) = path.split_last()?;
    let list_at = fault::at(documents.get_mut(*index)?, list)?.as_array_mut()?;
    let mut new = chance.pick(list_at).clone();
    new["name"] = json!("another");
    if chance.percent(50) {
        let fields = new.as_object_mut()?;
        for key in ["default", "optional", "runAfter"] {
            fields.shift_remove(key);
        }
    }
    list_at.push(new);
    Some(format!("{index}.{}", fault::shown(path)))
}

/// What is declared is of another type.
fn retype(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let (element, said) = element(documents, &["params", "results"], chance)?;
    let types = ["string", "array", "object"];
    let new = *chance.pick(&types);
    element["type"] = json!(new);
    let fields = element.as_object_mut()?;
    if new == "object" {
        fields.insert("properties".into(), json!({ "key": { "type": "string" } }));
    }
    if fields.contains_key("default") {
        let default = match new {
            "array" => json!(["x", "y"]),
            "object" => json!({ "key": "x" }),
            _ => json!("x"),
        };
        fields.insert("default".into(), default);
    }
    Some(format!("{said} to {new}"))
}

/// A default appears, goes, or refers to another parameter.
fn default(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let others = names(documents, &["params"]);
    let variables = variables(documents);
    let (element, said) = element(documents, &["params"], chance)?;
    let fields = element.as_object_mut()?;
    if fields.contains_key("value") {
        let new = chance.pick(&variables).clone();
        fields.insert("value".into(), json!(new));
        return Some(format!("{said} value {new}"));
    }
    match chance.below(5) {
        0 => {
            fields.shift_remove("default")?;
        }
        1 => {
            let other = format!("$(params.{})", chance.pick(&others));
            fields.insert("default".into(), json!(other));
        }
        2 => {
            fields.insert("enum".into(), json!(["x", "y"]));
        }
        3 => {
            fields.insert("default".into(), json!(chance.pick(&variables)));
        }
        _ => {
            fields.insert("default".into(), json!({ "key": "x" }));
        }
    }
    Some(format!("{said} {}", Value::Object(fields.clone())))
}

/// A param is passed another value.
fn pass(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let (element, said) = element(documents, &["params"], chance)?;
    let old = element.get("value")?.clone();
    let new = match chance.below(6) {
        0 => json!([old]),
        1 => json!({ "key": old }),
        2 => json!([]),
        3 => json!({}),
        4 => json!("x"),
        _ => json!(["$(params.a[*])", "b"]),
    };
    element["value"] = new.clone();
    (old != new).then(|| format!("{said} {new}"))
}

/// A task waits for another.
fn order(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let tasks = names(documents, &["tasks", "finally"]);
    let (element, said) = element(documents, &["tasks", "finally"], chance)?;
    let other = chance.pick(&tasks).clone();
    element["runAfter"] = json!([other]);
    Some(format!("{said} after {other}"))
}

/// References that could be right, made of names that there are.
pub fn variables(documents: &[Value]) -> Vec<String> {
    let tasks = names(documents, &["tasks", "finally"]);
    let params = names(documents, &["params"]);
    let results = names(documents, &["results"]);
    let steps = names(documents, &["steps"]);
    let spaces = names(documents, &["workspaces"]);
    let mut all: Vec<String> = ["context.pipelineRun.name", "context.taskRun.name"]
        .iter()
        .chain(&["context.pipeline.name", "context.task.retry-count"])
        .chain(&[
            "context.pipelineTask.retries",
            "context.taskRun.uid",
            "tasks.status",
        ])
        .chain(&[
            "context.pipelineRun.uid",
            "context.task.name",
            "outputs.a.path",
        ])
        .map(|it| format!("$({it})"))
        .collect();
    for param in &params {
        for end in ["", "", "[*]", "[0]", "[9]", ".key"] {
            all.push(format!("$(params.{param}{end})"));
        }
        all.push(format!("$(params[\"{param}\"])"));
        all.push(format!("$(params['{param}'][*])"));
    }
    for task in &tasks {
        all.extend(
            ["status", "reason", "matrix.length", "outputs.a"]
                .map(|it| format!("$(tasks.{task}.{it})")),
        );
        for result in &results {
            for end in ["", "", "[*]", "[0]", ".key"] {
                all.push(format!("$(tasks.{task}.results.{result}{end})"));
            }
            all.push(format!("$(tasks.{task}.matrix.{result}.length)"));
        }
    }
    for step in &steps {
        all.extend(
            ["exitCode.path", "outputs.a", "inputs.a"].map(|it| format!("$(steps.{step}.{it})")),
        );
        all.extend(
            results
                .iter()
                .map(|it| format!("$(steps.{step}.results.{it})")),
        );
    }
    for result in &results {
        all.push(format!("$(results.{result}.path)"));
        all.push(format!("$(step.results.{result}.path)"));
    }
    for space in &spaces {
        all.extend(
            ["path", "bound", "claim", "volume"].map(|it| format!("$(workspaces.{space}.{it})")),
        );
    }
    all
}

/// A text refers to something that there is, perhaps not there.
fn refer(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let variables = variables(documents);
    let index = chance.below(documents.len());
    let document = documents.get_mut(index)?;
    let mut paths = Vec::new();
    fault::collect(document, &mut Vec::new(), &mut paths);
    let path = chance.pick(&paths).clone();
    let place = fault::at(document, &path)?;
    let old = place.as_str()?.to_owned();
    let variable = chance.pick(&variables);
    let new = match chance.below(3) {
        0 => format!("{old} {variable}"),
        _ => variable.clone(),
    };
    *place = json!(new);
    Some(format!("{index}.{} to {new:?}", fault::shown(&path)))
}

/// A condition is another.
fn condition(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let variables = variables(documents);
    let (element, said) = element(documents, &["tasks", "finally", "steps"], chance)?;
    let variable = chance.pick(&variables).clone();
    let mut when = match chance.below(7) {
        0 => json!({ "cel": format!("'{variable}' == 'a'") }),
        1 => json!({ "cel": format!("{variable} == 'a'") }),
        2 => json!({ "input": variable, "operator": "in", "values": [] }),
        3 => json!({ "input": "a", "operator": "in", "values": [variable] }),
        4 => json!({ "input": variable, "operator": "notin", "values": ["a"], "cel": "true" }),
        5 => json!({ "operator": "in", "values": ["a"] }),
        _ => json!({ "input": variable, "operator": "in", "values": ["a"] }),
    };
    if chance.percent(10) {
        when["operator"] = json!(chance.pick(&["In", "exists", "", "not in"]));
    }
    element["when"] = json!([when]);
    Some(format!("{said} {when}"))
}

/// A matrix, or a part of one, is another.
fn matrix(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let variables = variables(documents);
    let params = names(documents, &["params"]);
    let (element, said) = element(documents, &["tasks", "finally"], chance)?;
    let value = match chance.below(4) {
        0 => json!(chance.pick(&variables)),
        1 => json!([chance.pick(&variables), "b"]),
        2 => json!([]),
        _ => json!(["a", "b"]),
    };
    let name = chance.pick(&params).clone();
    let param = json!({ "name": name, "value": value });
    let included = json!({ "name": chance.pick(&params), "value": chance.pick(&variables) });
    let matrix = match chance.below(5) {
        0 => json!({ "include": [{ "name": "one", "params": [included] }] }),
        1 => json!({ "params": [param], "include": [{ "name": "one", "params": [included] }] }),
        2 => json!({ "params": [param.clone(), param] }),
        3 => json!({ "params": [param], "include": [{ "params": [param, included] }] }),
        _ => json!({ "params": [param] }),
    };
    element["matrix"] = matrix.clone();
    Some(format!("{said} {matrix}"))
}

/// A task goes from `tasks` to `finally`, or the other way.
fn carry(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let all = named(documents, &["tasks", "finally"]);
    if all.is_empty() {
        return None;
    }
    let (index, path) = chance.pick(&all);
    let [spec @ .., Key::Field(list), Key::Index(at)] = path.as_slice() else {
        return None;
    };
    let spec = fault::at(documents.get_mut(*index)?, spec)?.as_object_mut()?;
    let task = spec.get_mut(list)?.as_array_mut()?.remove(*at);
    let other = if list == "tasks" { "finally" } else { "tasks" };
    let others = spec.entry(other).or_insert_with(|| json!([]));
    others.as_array_mut()?.push(task);
    Some(format!("{index}.{} to {other}", fault::shown(path)))
}

/// A run overrides something of one of its tasks.
fn overriding(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let tasks = names(documents, &["tasks", "finally"]);
    let steps = names(documents, &["steps"]);
    let mut runs: Vec<&mut Value> = { documents.iter_mut() }
        .filter(|it| matches!(it["kind"].as_str(), Some("PipelineRun" | "TaskRun")))
        .collect();
    if runs.is_empty() {
        return None;
    }
    let index = chance.below(runs.len());
    let run = runs.get_mut(index)?;
    let of_step =
        json!([{ "name": chance.pick(&steps), "computeResources": { "limits": { "cpu": "1" } } }]);
    let (key, value) = match chance.below(7) {
        0 => ("stepSpecs", of_step.clone()),
        1 => ("sidecarSpecs", of_step.clone()),
        2 => (
            "computeResources",
            json!({ "requests": { "cpu": "2" }, "limits": { "cpu": "1" } }),
        ),
        3 => ("timeout", json!(chance.pick(&["1m", "2h", "0s", "-1s"]))),
        4 => ("serviceAccountName", json!("builder")),
        5 => (
            "podTemplate",
            json!({ "env": [{ "name": "TOKEN", "value": "x" }] }),
        ),
        _ => (
            "timeouts",
            json!({
                "pipeline": chance.pick(&["0", "1h", "5m"]), "tasks": chance.pick(&["0s", "1h", "3m"]),
                "finally": chance.pick(&["0", "30m", "2m"]),
            }),
        ),
    };
    let is_pipeline = run["kind"] == "PipelineRun";
    let spec = run.get_mut("spec")?.as_object_mut()?;
    let said = format!("{key}: {value}");
    if is_pipeline && key != "timeouts" {
        let of = json!([{ "pipelineTaskName": chance.pick(&tasks), key: value }]);
        spec.insert("taskRunSpecs".into(), of);
    } else {
        spec.insert(key.into(), value);
    }
    Some(said)
}

/// A workspace is bound to something else.
fn bind(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let spaces = names(documents, &["workspaces"]);
    let (element, said) = element(documents, &["workspaces"], chance)?;
    let fields = element.as_object_mut()?;
    let (key, value) = match chance.below(11) {
        0 => ("workspace", json!(chance.pick(&spaces))),
        1 => ("subPath", json!("a/b")),
        2 => ("optional", json!(true)),
        3 => ("readOnly", json!(true)),
        4 => ("persistentVolumeClaim", json!({ "claimName": "one" })),
        5 => ("persistentVolumeClaim", json!({})),
        6 => (
            "emptyDir",
            json!({ "medium": "Memory", "sizeLimit": "1Gi" }),
        ),
        7 => ("secret", json!({ "secretName": "s" })),
        8 => ("configMap", json!({ "items": [] })),
        9 => ("mountPath", json!("/workspace/other")),
        _ => (
            "projected",
            json!({ "sources": [{ "secret": { "name": "s" } }] }),
        ),
    };
    if chance.percent(40) {
        fields.retain(|key, _| key == "name");
    }
    fields.insert(key.into(), value.clone());
    Some(format!("{said} {key}: {value}"))
}
