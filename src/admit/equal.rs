//! Whether two objects say the same: after defaulting, with Tekton's aliases read as one and `v1beta1` read as `v1`.

mod orders;

use serde_json::{Map, Value};

use crate::admit::decode::text::duration;
use crate::admit::{Object, convert, defaults, substitution};
use crate::schema::Profile;

/// `Task/build`, or `PipelineRun/build-*` where the API server makes the name.
pub(crate) fn name(object: &Object) -> String {
    let kind = object.root.text_of("kind");
    match object.name() {
        "" => {
            let generated = object.root.at("metadata.generateName");
            let generated = generated.and_then(crate::yaml::Node::text);
            format!("{kind}/{}*", generated.unwrap_or_default())
        }
        name => format!("{kind}/{name}"),
    }
}

/// The places at which they differ, each with both values; none where they say the same.
pub(crate) fn differences(left: &Object, right: &Object, profile: &Profile) -> Vec<String> {
    let (left, right) = (canonical(left, profile), canonical(right, profile));
    let mut found = Vec::new();
    compare("", &left, &right, &mut found);
    found
}

fn compare(path: &str, left: &Value, right: &Value, found: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let missing = Value::Null;
            let mut keys: Vec<&String> = left.keys().chain(right.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let left = left.get(key).unwrap_or(&missing);
                let right = right.get(key).unwrap_or(&missing);
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                compare(&path, left, right, found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                compare(&format!("{path}[{at}]"), left, right, found);
            }
        }
        _ if left == right => {}
        _ => found.push(format!("{path}: {} became {}", shown(left), shown(right))),
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// The one form of all objects that say the same.
fn canonical(object: &Object, profile: &Profile) -> Value {
    let mut object = convert::to_v1(object);
    defaults::set(&mut object, profile);
    let mut root = object.root.to_tree();
    if let Value::Object(fields) = &mut root {
        if let Some(Value::Object(metadata)) = fields.get_mut("metadata") {
            metadata.remove("creationTimestamp");
        }
        fields.remove("status");
    }
    tidy("", &mut root);
    root
}

/// Drops what says nothing, and lays strings into their one form.
fn tidy(key: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                tidy(key, value);
            }
            own_workspaces(fields);
            empty_arguments(fields);
            empty_variables(fields);
            arguments_by_name(fields);
            text_results(fields);
            conditions(fields);
            pipeline_results(fields);
            orders::plain(fields);
            fields.retain(|key, it| !says_nothing(key, it));
        }
        Value::Array(items) => items.iter_mut().for_each(|it| tidy(key, it)),
        Value::String(text) => *text = one_form(key, text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A node's workspace is the pipeline's of the same name where it says no other.
fn own_workspaces(fields: &mut Map<String, Value>) {
    let calls = ["taskRef", "taskSpec", "pipelineRef", "pipelineSpec"];
    if !fields.contains_key("name") || !calls.iter().any(|it| fields.contains_key(*it)) {
        return;
    }
    let Some(Value::Array(workspaces)) = fields.get_mut("workspaces") else {
        return;
    };
    for workspace in workspaces {
        if let Value::Object(fields) = workspace
            && let Some(name) = fields.get("name").cloned()
        {
            fields.entry("workspace").or_insert(name);
        }
    }
}

/// A variable without a value is empty.
fn empty_variables(fields: &mut Map<String, Value>) {
    let env = fields.get_mut("env").and_then(Value::as_array_mut);
    for variable in env.into_iter().flatten() {
        if let Value::Object(variable) = variable
            && variable.get("value").is_some_and(|it| it == "")
        {
            variable.remove("value");
        }
    }
}

/// An argument without a value is an empty text.
fn empty_arguments(fields: &mut Map<String, Value>) {
    let calls = [
        "taskRef",
        "taskSpec",
        "pipelineRef",
        "pipelineSpec",
        "ref",
        "resolver",
    ];
    if !calls.iter().any(|it| fields.contains_key(*it)) {
        return;
    }
    let params = fields.get_mut("params").and_then(Value::as_array_mut);
    for param in params.into_iter().flatten() {
        if let Value::Object(param) = param {
            param.entry("value").or_insert_with(|| "".into());
        }
    }
}

/// What is given to parameters is told apart by name, whatever the order.
fn arguments_by_name(fields: &mut Map<String, Value>) {
    let Some(Value::Array(params)) = fields.get_mut("params") else {
        return;
    };
    let name = |it: &Value| it.get("name").and_then(Value::as_str).map(str::to_owned);
    if params.iter().all(|it| it.get("value").is_some()) {
        params.sort_by_key(name);
    }
}

/// A result is text where its type is not said.
fn text_results(fields: &mut Map<String, Value>) {
    let Some(Value::Array(results)) = fields.get_mut("results") else {
        return;
    };
    for result in results {
        if let Value::Object(fields) = result
            && fields.get("type").is_some_and(|it| it == "string")
        {
            fields.remove("type");
        }
    }
}

/// What a condition compares, if that is the same whatever runs; whether it holds.
fn constant(condition: &Value) -> Option<bool> {
    let text = |it: &Value| {
        let text = it.as_str()?;
        (!text.contains("$(") && !text.contains("{{")).then(|| text.to_owned())
    };
    let input = text(condition.get("input")?)?;
    let values = condition.get("values")?.as_array()?;
    let values = values.iter().map(text).collect::<Option<Vec<String>>>()?;
    let wanted = condition.get("operator")? == "in";
    Some(values.contains(&input) == wanted)
}

/// Of conditions that are known, one that holds says nothing, and those that do not all say the same.
fn conditions(fields: &mut Map<String, Value>) {
    let Some(Value::Array(all)) = fields.get_mut("when") else {
        return;
    };
    all.retain(|it| constant(it) != Some(true));
    for it in all.iter_mut().filter(|it| constant(it) == Some(false)) {
        *it = serde_json::json!({ "input": "false", "operator": "in", "values": ["true"] });
    }
}

/// The type of a pipeline's result, which nothing reads, where its value says it.
fn pipeline_results(fields: &mut Map<String, Value>) {
    if !fields.get("tasks").is_some_and(Value::is_array) {
        return;
    }
    let Some(Value::Array(results)) = fields.get_mut("results") else {
        return;
    };
    for result in results {
        let says = match result.get("value") {
            Some(Value::String(text)) => text.ends_with(')') && text.rfind("$(") == Some(0),
            Some(Value::Array(_) | Value::Object(_)) => true,
            _ => false,
        };
        if let Value::Object(fields) = result
            && says
        {
            fields.remove("type");
        }
    }
}

fn says_nothing(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty() && key != "value" && key != "default",
        Value::String(text) => {
            text.is_empty()
                && [
                    "description",
                    "displayName",
                    "namespace",
                    "serviceAccountName",
                    "workspace",
                    "script",
                    "workingDir",
                ]
                .contains(&key)
        }
        Value::Bool(it) => !it && ["optional", "readOnly"].contains(&key),
        Value::Object(fields) => {
            fields.is_empty()
                && [
                    "computeResources",
                    "resources",
                    "metadata",
                    "stepTemplate",
                    "labels",
                    "annotations",
                ]
                .contains(&key)
        }
        Value::Number(it) => key == "retries" && it.as_i64() == Some(0),
    }
}

fn one_form(key: &str, text: &str) -> String {
    if ["timeout", "pipeline", "tasks", "finally"].contains(&key)
        && let Some(nanoseconds) = duration(text)
    {
        return format!("{nanoseconds}ns");
    }
    if key.starts_with("pipelinesascode.tekton.dev/on-")
        && !key.ends_with("cel-expression")
        && !key.ends_with("comment")
    {
        let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
        let items = inner
            .split(',')
            .map(|it| it.trim().trim_matches(['"', '\'']).to_owned());
        return items
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
    }
    if key == "description" {
        // Blanks at the end of a line are nothing that one reads.
        let lines = text
            .split('\n')
            .map(|it| it.trim_end_matches([' ', '\t', '\r']));
        let lines = lines.collect::<Vec<_>>().join("\n");
        return lines.trim_end().to_owned();
    }
    let mut done = String::new();
    let mut at = 0;
    for reference in substitution::references(text) {
        done.push_str(text.get(at..reference.start).unwrap_or_default());
        done.push_str(&format!("$({})", alias(reference.expression)));
        at = reference.start + "$()".len() + reference.expression.len();
    }
    done.push_str(text.get(at..).unwrap_or_default());
    let done = placeholders(&done);
    // A whole list is meant with `[*]` and without.
    match done.strip_suffix("[*])") {
        Some(base) if base.starts_with("$(") && base.rfind("$(") == Some(0) => format!("{base})"),
        Some(_) | None => done,
    }
}

/// `{{revision}}` as `{{ revision }}`, which Pipelines as Code reads alike.
fn placeholders(text: &str) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, inside, after)) = next_placeholder(rest) {
        done.push_str(before);
        done.push_str(&format!("{{{{ {} }}}}", inside.trim()));
        rest = after;
    }
    done.push_str(rest);
    done
}

fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (inside, after) = rest.split_once("}}")?;
    Some((before, inside, after))
}

/// `inputs.params.x`, `params["x"]` and `params.x` are one.
fn alias(expression: &str) -> String {
    let expression = expression.strip_prefix("inputs.").unwrap_or(expression);
    let Some(rest) = expression.strip_prefix("params[") else {
        return expression.to_owned();
    };
    let quoted = rest
        .strip_prefix(['"', '\''])
        .and_then(|it| it.split_once(['"', '\'']));
    match quoted {
        Some((name, rest)) if !name.contains('.') => {
            format!("params.{name}{}", rest.strip_prefix(']').unwrap_or(rest))
        }
        Some((name, rest)) => format!("params[\"{name}\"{rest}"),
        None => expression.to_owned(),
    }
}
