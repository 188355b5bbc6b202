//! Other shapes of what a file says: an older version, specs embedded or apart, steps as actions, a run of what nothing runs, a
//! second file beside it, another installation. None of them is a fault by itself; together with one they reach other rules.

#![expect(clippy::ptr_arg, reason = "rows of one table have one type")]

use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::tool::Settings;

/// Gives the documents another shape, or several; says which.
pub fn shape(
    documents: &mut Vec<Value>,
    settings: &mut Settings,
    other: &[Value],
    chance: &mut Chance,
) -> String {
    let mut said = Vec::new();
    for (often, name, change) in SHAPES {
        if chance.percent(*often) && change(documents, chance) {
            said.push(*name);
        }
    }
    if chance.percent(10) {
        documents.extend(other.iter().cloned());
        said.push("joined");
    }
    if chance.percent(30) {
        installation(settings, chance);
        said.push("installed");
    }
    said.join(" ")
}

type Change = fn(&mut Vec<Value>, &mut Chance) -> bool;

const SHAPES: &[(usize, &str, Change)] = &[
    (30, "run", run),
    (20, "embedded", embed),
    (20, "apart", extract),
    (15, "action", action),
    (25, "guarded", guard),
    (15, "spread", spread),
    (20, "older", older),
    (5, "again", again),
];

fn kind(document: &Value) -> &str {
    let api = document["apiVersion"].as_str().unwrap_or_default();
    match api.starts_with("tekton.dev/") {
        true => document["kind"].as_str().unwrap_or_default(),
        false => "",
    }
}

fn name(document: &Value) -> &str {
    document["metadata"]["name"].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// All specs of pipelines, embedded ones too.
fn pipelines(documents: &mut [Value]) -> Vec<&mut Value> {
    let specs = documents.iter_mut().filter_map(|it| match kind(it) {
        "Pipeline" => it.get_mut("spec"),
        "PipelineRun" => it.get_mut("spec")?.get_mut("pipelineSpec"),
        _ => None,
    });
    specs.filter(|it| it.is_object()).collect()
}

/// All tasks of pipelines.
fn pipeline_tasks(documents: &mut [Value]) -> Vec<&mut Value> {
    let mut all = Vec::new();
    for spec in pipelines(documents) {
        let fields = spec.as_object_mut().unwrap();
        for (key, value) in fields {
            if key == "tasks" || key == "finally" {
                all.extend(value.as_array_mut().into_iter().flatten());
            }
        }
    }
    all.into_iter().filter(|it| it.is_object()).collect()
}

fn find(documents: &[Value], of: &str, called: &Value) -> Option<Value> {
    let called = called.as_str()?;
    let mut found = documents.iter();
    let found = found.find(|it| kind(it) == of && name(it) == called)?;
    found.get("spec").cloned()
}

/// A run of something that has none, with all that it asks for.
fn run(documents: &mut Vec<Value>, chance: &mut Chance) -> bool {
    let has_run = |it: &Value| matches!(kind(it), "PipelineRun" | "TaskRun");
    if documents.iter().any(has_run) {
        return false;
    }
    let of = |it: &&Value| matches!(kind(it), "Pipeline" | "Task") && !name(it).is_empty();
    let all: Vec<&Value> = documents.iter().filter(of).collect();
    if all.is_empty() {
        return false;
    }
    let called = *chance.pick(&all);
    let spec = &called["spec"];
    let value = |param: &Value| match param["type"].as_str() {
        Some("array") => json!(["a", "b"]),
        Some("object") => {
            let keys = param["properties"].as_object().into_iter().flatten();
            Value::Object(keys.map(|(key, _)| (key.clone(), json!("x"))).collect())
        }
        _ if param["properties"].is_object() => json!({}),
        _ if param["default"].is_array() => json!(["a"]),
        _ => json!("x"),
    };
    let params = list(spec, "params").iter();
    let params = params.filter(|it| it.get("default").is_none() || it["name"] == "x");
    let params = params.map(|it| json!({ "name": it["name"], "value": value(it) }));
    let workspaces = list(spec, "workspaces").iter();
    let workspaces = workspaces.map(|it| json!({ "name": it["name"], "emptyDir": {} }));
    let (of, reference) = match kind(called) {
        "Pipeline" => ("PipelineRun", "pipelineRef"),
        _ => ("TaskRun", "taskRef"),
    };
    let run = json!({
        "apiVersion": called["apiVersion"], "kind": of, "metadata": { "name": "the-run" },
        "spec": {
            reference: { "name": name(called) },
            "params": params.collect::<Vec<_>>(), "workspaces": workspaces.collect::<Vec<_>>(),
        },
    });
    documents.push(run);
    true
}

/// What a run or a task of a pipeline refers to stands in it.
fn embed(documents: &mut Vec<Value>, _: &mut Chance) -> bool {
    let all = documents.to_vec();
    let mut changed = false;
    for document in documents.iter_mut() {
        let (of, reference, spec) = match kind(document) {
            "PipelineRun" => ("Pipeline", "pipelineRef", "pipelineSpec"),
            "TaskRun" => ("Task", "taskRef", "taskSpec"),
            _ => continue,
        };
        changed |= embed_at(document.get_mut("spec"), &all, of, reference, spec);
    }
    for task in pipeline_tasks(documents) {
        changed |= embed_at(Some(task), &all, "Task", "taskRef", "taskSpec");
    }
    changed
}

fn embed_at(at: Option<&mut Value>, all: &[Value], of: &str, reference: &str, spec: &str) -> bool {
    let Some(fields) = at.and_then(Value::as_object_mut) else {
        return false;
    };
    let called = fields.get(reference).map(|it| it["name"].clone());
    let Some(found) = called.and_then(|it| find(all, of, &it)) else {
        return false;
    };
    fields.shift_remove(reference);
    fields.insert(spec.to_owned(), found);
    true
}

/// What is embedded becomes an object of its own.
fn extract(documents: &mut Vec<Value>, _: &mut Chance) -> bool {
    let mut made = Vec::new();
    for (index, task) in pipeline_tasks(documents).into_iter().enumerate() {
        let name = format!("apart-{index}");
        made.extend(extract_at(Some(task), "Task", "taskRef", "taskSpec", &name));
    }
    for (index, document) in documents.iter_mut().enumerate() {
        let name = format!("whole-{index}");
        let is_run = kind(document) == "PipelineRun";
        let spec = document.get_mut("spec").filter(|_| is_run);
        made.extend(extract_at(
            spec,
            "Pipeline",
            "pipelineRef",
            "pipelineSpec",
            &name,
        ));
    }
    let changed = !made.is_empty();
    documents.extend(made);
    changed
}

fn extract_at(
    at: Option<&mut Value>,
    of: &str,
    reference: &str,
    spec: &str,
    name: &str,
) -> Option<Value> {
    let fields = at?.as_object_mut()?;
    let mut found = fields.shift_remove(spec)?;
    if let Some(fields) = found.as_object_mut() {
        fields.shift_remove("metadata");
    }
    fields.insert(reference.to_owned(), json!({ "name": name }));
    Some(json!({
        "apiVersion": "tekton.dev/v1", "kind": of, "metadata": { "name": name }, "spec": found,
    }))
}

/// A step of a task becomes an action that the task's step refers to.
fn action(documents: &mut Vec<Value>, chance: &mut Chance) -> bool {
    let mut steps = Vec::new();
    for document in documents.iter_mut().filter(|it| kind(it) == "Task") {
        let found = document.pointer_mut("/spec/steps");
        steps.extend(found.and_then(Value::as_array_mut).into_iter().flatten());
    }
    let index = chance.below(steps.len().max(1));
    let Some(fields) = steps.get_mut(index).and_then(|it| it.as_object_mut()) else {
        return false;
    };
    let mut spec = Map::new();
    for key in ["image", "command", "args", "env", "script", "workingDir"] {
        if let Some(value) = fields.shift_remove(key) {
            spec.insert(key.to_owned(), value);
        }
    }
    if let Some(results) = fields.shift_remove("results") {
        spec.insert("results".to_owned(), results);
    }
    let written = Value::Object(spec.clone()).to_string();
    let param = regex::Regex::new(r"\$\(params\.([\w-]+)\)").unwrap();
    let mut names: Vec<&str> = { param.captures_iter(&written) }
        .map(|it| it.get(1).unwrap().as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let passed = names.iter();
    let passed = passed.map(|it| json!({ "name": it, "value": format!("$(params.{it})") }));
    let declared: Vec<Value> = names.iter().map(|it| json!({ "name": it })).collect();
    if !declared.is_empty() {
        fields.insert("params".to_owned(), passed.collect());
        spec.insert("params".to_owned(), Value::Array(declared));
    }
    fields.insert("ref".to_owned(), json!({ "name": "the-action" }));
    documents.push(json!({
        "apiVersion": "tekton.dev/v1beta1", "kind": "StepAction",
        "metadata": { "name": "the-action" }, "spec": spec,
    }));
    true
}

/// A task runs under a condition.
fn guard(documents: &mut Vec<Value>, chance: &mut Chance) -> bool {
    let variables = crate::across::variables(documents);
    let mut tasks = pipeline_tasks(documents);
    if tasks.is_empty() {
        return false;
    }
    let index = chance.below(tasks.len());
    let condition = match chance.below(4) {
        0 => json!({ "cel": chance.pick(CEL) }),
        1 => json!({ "input": "a", "operator": "notin", "values": [chance.pick(&variables)] }),
        _ => json!({ "input": chance.pick(&variables), "operator": "in", "values": ["a", "b"] }),
    };
    tasks[index]["when"] = json!([condition]);
    true
}

const CEL: &[&str] = &[
    "true",
    "1 == 1",
    "'$(params.a)' == 'b'",
    "'a' in ['a', 'b']",
    "'abc'.matches('a.*')",
    "size('$(tasks.a.results.r)') > 0",
    "1 + 1",
    "nope",
    "'a' ==",
    "'a'.startsWith(1)",
    "\"$(context.pipelineRun.name)\" != ''",
    "!('a' == 'b') && true || false",
    "['a', 'b'].exists(x, x == 'a')",
    "{'a': 1}['a'] == 1",
    "type('a') == string",
    "timestamp('2024-01-01T00:00:00Z').getFullYear() == 2024",
    "'$(params.a[0])' == 'x'",
    "$(params.a) == 'b'",
    "has({'a': 1}.b)",
    "'a' == 'a' ? true : 1 == 2",
];

/// A list, or a param, of a task is spread over runs of it.
fn spread(documents: &mut Vec<Value>, chance: &mut Chance) -> bool {
    let mut tasks = pipeline_tasks(documents);
    tasks.retain(|it| !list(it, "params").is_empty());
    if tasks.is_empty() {
        return false;
    }
    let index = chance.below(tasks.len());
    let fields = tasks[index].as_object_mut().unwrap();
    let params = fields["params"].as_array_mut().unwrap();
    let mut param = params.remove(chance.below(params.len()));
    let value = param["value"].clone();
    if !value.is_array() && chance.percent(80) {
        param["value"] = json!([value, "b"]);
    }
    let mut matrix = json!({ "params": [param.clone()] });
    match chance.below(4) {
        0 => {
            matrix["include"] = json!([{
                "name": "one", "params": [{ "name": "extra", "value": "x" }],
            }]);
        }
        1 => {
            let included = json!([{ "name": param["name"], "value": "c" }]);
            matrix = json!({ "include": [{ "name": "one", "params": included }] });
        }
        _ => {}
    }
    fields.insert("matrix".to_owned(), matrix);
    true
}

/// The other version, with the fields that have other names there, or without.
fn older(documents: &mut Vec<Value>, chance: &mut Chance) -> bool {
    let index = chance.below(documents.len());
    let document = &mut documents[index];
    if kind(document).is_empty() || matches!(kind(document), "StepAction" | "CustomRun") {
        return false;
    }
    let is_old = document["apiVersion"] == "tekton.dev/v1beta1";
    let other = ["tekton.dev/v1beta1", "tekton.dev/v1"][usize::from(is_old)];
    document["apiVersion"] = json!(other);
    if is_old || chance.percent(15) {
        return true;
    }
    let text = document.to_string();
    let text = text.replace("\"computeResources\":", "\"resources\":");
    *document = serde_json::from_str(&text).unwrap();
    let is_pipeline = kind(document) == "PipelineRun";
    let Some(spec) = document.get_mut("spec").and_then(Value::as_object_mut) else {
        return true;
    };
    if let Some(Value::Object(template)) = spec.shift_remove("taskRunTemplate") {
        spec.extend(template);
    }
    if is_pipeline && let Some(timeouts) = spec.get("timeouts").cloned() {
        let whole = timeouts["pipeline"].clone();
        if timeouts.as_object().is_some_and(|it| it.len() == 1) && !whole.is_null() {
            spec.shift_remove("timeouts");
            spec.insert("timeout".to_owned(), whole);
        }
    }
    for of in spec.get_mut("taskRunSpecs").into_iter() {
        for of in of.as_array_mut().into_iter().flatten() {
            let names = [
                ("serviceAccountName", "taskServiceAccountName"),
                ("podTemplate", "taskPodTemplate"),
                ("stepSpecs", "stepOverrides"),
                ("sidecarSpecs", "sidecarOverrides"),
            ];
            let Some(fields) = of.as_object_mut() else {
                continue;
            };
            for (new, old) in names {
                if let Some(value) = fields.shift_remove(new) {
                    fields.insert(old.to_owned(), value);
                }
            }
        }
    }
    true
}

/// A document stands there once more, under another name.
fn again(documents: &mut Vec<Value>, chance: &mut Chance) -> bool {
    let mut copy = chance.pick(documents).clone();
    // Of two of one name the cluster has the one that came last.
    copy["metadata"]["name"] = json!("another");
    documents.push(copy);
    true
}

/// Another installation: flags and defaults as a cluster may have them.
fn installation(settings: &mut Settings, chance: &mut Chance) {
    const FLAGS: &[(&str, &[&str])] = &[
        ("enable-api-fields", &["stable", "beta", "alpha"]),
        ("enable-cel-in-whenexpression", &["true", "false"]),
        ("enable-param-enum", &["true", "false"]),
        ("enable-artifacts", &["true", "false"]),
        ("enable-concise-resolver-syntax", &["true", "false"]),
        (
            "coschedule",
            &[
                "workspaces",
                "pipelineruns",
                "isolate-pipelinerun",
                "disabled",
            ],
        ),
        (
            "disable-inline-spec",
            &["pipeline", "pipelinerun", "taskrun", "pipelinerun,taskrun"],
        ),
        ("set-security-context", &["true"]),
        ("results-from", &["sidecar-logs", "termination-message"]),
        ("max-result-size", &["8192"]),
        ("enable-kubernetes-sidecar", &["true"]),
    ];
    const DEFAULTS: &[(&str, &[&str])] = &[
        ("default-timeout-minutes", &["0", "5", "90"]),
        ("default-max-matrix-combinations-count", &["1", "3"]),
        ("default-resolver-type", &["git", "hub"]),
        ("default-service-account", &["builder"]),
        ("default-forbidden-env", &["HTTP_PROXY", "TOKEN,FOO"]),
        ("default-task-run-workspace-binding", &["emptyDir: {}"]),
    ];
    for (table, into) in [
        (FLAGS, &mut settings.flags),
        (DEFAULTS, &mut settings.defaults),
    ] {
        for _ in 0..chance.below(3) {
            let (name, values) = chance.pick(table);
            into.retain(|it| it.0 != *name);
            into.push(((*name).to_owned(), (*chance.pick(values)).to_owned()));
        }
    }
}
