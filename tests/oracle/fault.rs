//! A fault put into a document: one change at one place, as a slip of the hand would make it.

use regex::Regex;
use serde_json::{Map, Value, json};

use crate::chance::Chance;

/// Before a string that is written without quotes, and before a key that stands there once more.
const RAW: char = '\u{0}';

pub type Path = Vec<Key>;

#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    Field(String),
    Index(usize),
}

/// Puts a fault into the document; says what it did. `None` where the place chosen does not take the fault chosen.
pub fn put(document: &mut Value, chance: &mut Chance) -> Option<String> {
    let mut paths = Vec::new();
    collect(document, &mut Vec::new(), &mut paths);
    let path = chance.pick(&paths).clone();
    let kind = chance.pick(KINDS);
    let said = (kind.put)(document, &path, chance)?;
    Some(format!("{} {} {said}", kind.name, shown(&path)))
}

struct Kind {
    name: &'static str,
    put: fn(&mut Value, &Path, &mut Chance) -> Option<String>,
}

static KINDS: &[Kind] = &[
    Kind {
        name: "drop",
        put: remove,
    },
    Kind {
        name: "retype",
        put: retype,
    },
    Kind {
        name: "rename",
        put: rename,
    },
    Kind {
        name: "refer",
        put: refer,
    },
    Kind {
        name: "refer",
        put: refer,
    },
    Kind {
        name: "repeat",
        put: repeat,
    },
    Kind {
        name: "unknown",
        put: unknown,
    },
    Kind {
        name: "empty",
        put: empty,
    },
    Kind {
        name: "case",
        put: case,
    },
    Kind {
        name: "number",
        put: number,
    },
    Kind {
        name: "null",
        put: null,
    },
    Kind {
        name: "plain",
        put: plain,
    },
    Kind {
        name: "text",
        put: text,
    },
    Kind {
        name: "borrow",
        put: borrow,
    },
    Kind {
        name: "swap",
        put: swap,
    },
];

/// Every place but the root, and those that nobody reads.
pub fn collect(value: &Value, path: &mut Path, found: &mut Vec<Path>) {
    if let Some(Key::Field(last)) = path.last()
        && matches!(last.as_str(), "annotations" | "labels" | "description")
    {
        return;
    }
    if !path.is_empty() {
        found.push(path.clone());
    }
    if let Some(fields) = value.as_object() {
        for (key, value) in fields {
            path.push(Key::Field(key.clone()));
            collect(value, path, found);
            path.pop();
        }
    }
    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
        path.push(Key::Index(index));
        collect(value, path, found);
        path.pop();
    }
}

pub fn shown(path: &Path) -> String {
    let parts = path.iter().map(|it| match it {
        Key::Field(name) => name.clone(),
        Key::Index(index) => index.to_string(),
    });
    parts.collect::<Vec<_>>().join(".")
}

pub fn at<'a>(root: &'a mut Value, path: &[Key]) -> Option<&'a mut Value> {
    path.iter().try_fold(root, |value, key| match key {
        Key::Field(name) => value.get_mut(name),
        Key::Index(index) => value.get_mut(index),
    })
}

fn parent<'a>(root: &'a mut Value, path: &'a Path) -> Option<(&'a mut Value, &'a Key)> {
    let (last, rest) = path.split_last()?;
    Some((at(root, rest)?, last))
}

fn set(root: &mut Value, path: &Path, new: Value) -> Option<String> {
    let place = at(root, path)?;
    if *place == new {
        return None;
    }
    let said = format!("to {}", new.to_string().replace("\\u0000", ""));
    *place = new;
    Some(said)
}

fn remove(root: &mut Value, path: &Path, _: &mut Chance) -> Option<String> {
    let (parent, key) = parent(root, path)?;
    match key {
        Key::Field(name) => {
            parent.as_object_mut()?.shift_remove(name)?;
        }
        Key::Index(index) => {
            parent.as_array_mut()?.remove(*index);
        }
    }
    Some(String::new())
}

fn retype(root: &mut Value, path: &Path, chance: &mut Chance) -> Option<String> {
    let old = at(root, path)?.clone();
    let new = match chance.below(6) {
        0 => json!([old]),
        1 => json!({ "name": old }),
        2 => json!("text"),
        3 => json!(true),
        4 => json!(["a", "b"]),
        _ => match &old {
            Value::Array(all) => all.first()?.clone(),
            Value::Object(all) => Value::Array(all.values().cloned().collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => json!({}),
        },
    };
    set(root, path, new)
}

/// Another name for a key.
fn respell(
    root: &mut Value,
    path: &Path,
    spell: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let (parent, key) = parent(root, path)?;
    let Key::Field(name) = key else { return None };
    let new = spell(name).filter(|it| it != name)?;
    let fields = parent.as_object_mut()?;
    let renamed = std::mem::take(fields).into_iter().map(|(key, value)| {
        let key = if key == *name { new.clone() } else { key };
        (key, value)
    });
    *fields = renamed.collect();
    Some(format!("to {new}"))
}

fn rename(root: &mut Value, path: &Path, chance: &mut Chance) -> Option<String> {
    let way = chance.below(4);
    respell(root, path, |name| {
        Some(match way {
            0 => format!("{name}s"),
            1 => name.strip_suffix('s')?.to_owned(),
            2 => name.replace('a', "e"),
            _ => format!("x{name}"),
        })
    })
}

fn case(root: &mut Value, path: &Path, chance: &mut Chance) -> Option<String> {
    let way = chance.below(4);
    if way == 0 {
        let old = at(root, path)?.as_str()?.to_owned();
        let new = if chance.percent(50) {
            old.to_uppercase()
        } else {
            first_up(&old)
        };
        return set(root, path, json!(new));
    }
    respell(root, path, |name| {
        Some(match way {
            1 => name.to_lowercase(),
            2 => name.to_uppercase(),
            _ => first_up(name),
        })
    })
}

fn first_up(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// Another target for a reference, or a reference where there was none.
fn refer(root: &mut Value, path: &Path, chance: &mut Chance) -> Option<String> {
    const NEW: &[&str] = &[
        "$(params.nowhere)",
        "$(params.a[*])",
        "$(params.a.b)",
        "$(params[\"a\"])",
        "$(tasks.nowhere.results.r)",
        "$(tasks.nowhere.status)",
        "$(tasks.status)",
        "$(finally.a.results.r)",
        "$(workspaces.nowhere.path)",
        "$(workspaces.nowhere.bound)",
        "$(context.pipelineRun.nothing)",
        "$(context.taskRun.name)",
        "$(context.pipeline.name)",
        "$(results.nowhere.path)",
        "$(step.results.r.path)",
        "$(steps.a.results.r)",
        "$(params.)",
        "$(nothing)",
        "$(",
    ];
    let old = at(root, path)?.as_str()?.to_owned();
    let reference = Regex::new(r"\$\([^()]*\)").unwrap();
    let all: Vec<_> = reference.find_iter(&old).map(|it| it.range()).collect();
    if all.is_empty() {
        if chance.percent(60) {
            return None;
        }
        let new = chance.pick(NEW);
        let new = match chance.percent(50) {
            true => (*new).to_owned(),
            false => format!("{old} {new}"),
        };
        return set(root, path, json!(new));
    }
    let range = chance.pick(&all).clone();
    let inner = old[range.start + 2..range.end - 1].to_owned();
    let new = match chance.below(9) {
        0 => format!("$({inner}x)"),
        1 => format!("$({inner}[*])"),
        2 => format!("$({inner}[0])"),
        3 => format!("$({inner}.key)"),
        4 => format!("$({})", inner.strip_suffix("[*]")?),
        5 => format!("$({})", first_up(&inner)),
        6 => format!("$({})", inner.replacen('.', "s.", 1)),
        7 => format!("$({inner}"),
        _ => (*chance.pick(NEW)).to_owned(),
    };
    let new = format!("{}{new}{}", &old[..range.start], &old[range.end..]);
    set(root, path, json!(new))
}

fn repeat(root: &mut Value, path: &Path, _: &mut Chance) -> Option<String> {
    let (parent, key) = parent(root, path)?;
    match key {
        Key::Index(index) => {
            let all = parent.as_array_mut()?;
            all.push(all[*index].clone());
        }
        Key::Field(name) => {
            let fields = parent.as_object_mut()?;
            let value = fields[name].clone();
            fields.insert(format!("{RAW}{name}"), value);
        }
    }
    Some(String::new())
}

fn unknown(root: &mut Value, path: &Path, chance: &mut Chance) -> Option<String> {
    const NAMES: &[&str] = &[
        "extra",
        "when",
        "params",
        "name",
        "image",
        "kind",
        "default",
        "type",
        "value",
        "script",
        "taskRef",
        "timeout",
        "retries",
        "optional",
        "runAfter",
        "status",
        "resources",
        "onError",
    ];
    let name = *chance.pick(NAMES);
    let fields = at(root, path)?.as_object_mut()?;
    if fields.contains_key(name) {
        return None;
    }
    let value = match chance.below(5) {
        0 => json!(1),
        1 => json!([]),
        2 => json!({}),
        3 => json!(["a"]),
        _ => json!("x"),
    };
    let said = format!("{name}: {value}");
    fields.insert(name.to_owned(), value);
    Some(said)
}

fn empty(root: &mut Value, path: &Path, _: &mut Chance) -> Option<String> {
    let new = match at(root, path)? {
        Value::Array(_) => json!([]),
        Value::Object(_) => json!({}),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => json!(""),
    };
    set(root, path, new)
}

fn number(root: &mut Value, path: &Path, chance: &mut Chance) -> Option<String> {
    let numbers = [
        json!(0),
        json!(1),
        json!(-1),
        json!(1.5),
        json!(99_999_999_999_i64),
        json!("0"),
        json!("-1"),
        json!("1h"),
        json!("0s"),
        json!("10"),
    ];
    if !at(root, path)?.is_number() && chance.percent(50) {
        return None;
    }
    let new = chance.pick(&numbers).clone();
    set(root, path, new)
}

fn null(root: &mut Value, path: &Path, _: &mut Chance) -> Option<String> {
    set(root, path, Value::Null)
}

/// What readers of YAML 1.1 take for something else than text.
fn plain(root: &mut Value, path: &Path, chance: &mut Chance) -> Option<String> {
    const WORDS: &[&str] = &[
        "yes",
        "No",
        "on",
        "~",
        "0755",
        "0o17",
        "0x1F",
        "1e3",
        "1_000",
        "12:30:45",
        "2001-01-01",
        ".inf",
        ".5",
        "+1",
        "null",
        "'a'",
        "!!str 1",
        "{a: b}",
        "[a, b]",
        "y",
        "True",
        "1.0",
    ];
    if !at(root, path)?.is_string() {
        return None;
    }
    let word = *chance.pick(WORDS);
    set(root, path, json!(format!("{RAW}{word}")))
}

/// Another text: what has a form is broken, what is one of few is another of them.
fn text(root: &mut Value, path: &Path, chance: &mut Chance) -> Option<String> {
    const TEXTS: &[&str] = &[
        "a b",
        "a.b",
        "A",
        "a_b",
        "-a",
        "a-",
        "1a",
        "a/b",
        "ü",
        "a\nb",
        "string",
        "array",
        "object",
        "continue",
        "stopAndFail",
        "in",
        "notin",
        "Task",
        "ClusterTask",
        "git",
        "hub",
        "cluster",
        "nowhere",
        "30s",
        "tasks",
        "finally",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "/workspace",
        "/tekton/x",
        "v1",
        "tekton.dev/v1",
        "tekton.dev/v1beta1",
        "a:b",
        "a@sha256:b",
        "$",
        "{{ x }}",
    ];
    if !at(root, path)?.is_string() {
        return None;
    }
    let text = *chance.pick(TEXTS);
    set(root, path, json!(text))
}

/// A field of another place of the document.
fn borrow(root: &mut Value, path: &Path, chance: &mut Chance) -> Option<String> {
    let mut paths = Vec::new();
    collect(root, &mut Vec::new(), &mut paths);
    let from = chance.pick(&paths).clone();
    let Key::Field(name) = from.last()?.clone() else {
        return None;
    };
    let value = at(root, &from)?.clone();
    let fields = at(root, path)?.as_object_mut()?;
    if fields.contains_key(&name) {
        return None;
    }
    fields.insert(name, value);
    Some(format!("from {}", shown(&from)))
}

/// Two elements of a list change places, or two values of a map.
fn swap(root: &mut Value, path: &Path, chance: &mut Chance) -> Option<String> {
    let value = at(root, path)?;
    if let Some(all) = value.as_array_mut() {
        let (one, other) = (
            chance.below(all.len().max(1)),
            chance.below(all.len().max(1)),
        );
        if one == other || all[one] == all[other] {
            return None;
        }
        all.swap(one, other);
        return Some(format!("{one} and {other}"));
    }
    let fields = value.as_object_mut()?;
    let keys: Vec<String> = fields.keys().cloned().collect();
    if keys.len() < 2 {
        return None;
    }
    let (one, other) = (chance.pick(&keys), chance.pick(&keys));
    let (first, second) = (fields[one].clone(), fields[other].clone());
    if first == second {
        return None;
    }
    fields[one] = second;
    fields[other] = first;
    Some(format!("{one} and {other}"))
}

/// A document as block YAML whose every text is quoted, so that all readers see the same.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, indent: usize, text: &mut String) {
    let blank = " ".repeat(indent);
    let mut under = |head: String, value: &Value| {
        text.push_str(&head);
        if is_flat(value) {
            text.push(' ');
            text.push_str(&flat(value));
            text.push('\n');
        } else {
            text.push('\n');
            block(value, indent + 2, text);
        }
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                let key = json!(key.trim_start_matches(RAW));
                under(format!("{blank}{key}:"), value);
            }
        }
        Value::Array(all) if !all.is_empty() => {
            for value in all {
                under(format!("{blank}-"), value);
            }
        }
        Value::Object(_)
        | Value::Array(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_) => {
            text.push_str(&format!("{blank}{}\n", flat(value)));
        }
    }
}

fn is_flat(value: &Value) -> bool {
    let is_empty = |all: &Map<String, Value>| all.is_empty();
    value.as_object().is_none_or(is_empty) && value.as_array().is_none_or(Vec::is_empty)
}

fn flat(value: &Value) -> String {
    let raw = value.as_str().and_then(|it| it.strip_prefix(RAW));
    raw.map_or_else(|| value.to_string(), str::to_owned)
}
