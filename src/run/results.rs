//! Results as files: what steps wrote, within the size that a cluster would carry.

use std::path::Path;

use indexmap::IndexMap;

use crate::base::Name;
use crate::eval::from_json;
use crate::host::scratch;
use crate::plan::{ParamShape, ResultDecl};
use crate::run::text;
use crate::value::Value;

/// What a container's termination message can hold, and one result where logs carry them and nobody says more.
const LIMIT: usize = 4096;

/// How large results may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// All of a task so far, as JSON: a termination message carries them.
    Together(usize),
    /// Each: a sidecar reads them from logs.
    Each(usize),
}

impl Limit {
    /// As the installation's flags say.
    pub(crate) fn of(flags: &IndexMap<Name, Name>) -> Self {
        let said = |flag: &str| flags.get(flag).map(Name::as_str);
        match said("results-from") {
            Some("sidecar-logs") => {
                let each = said("max-result-size").and_then(|it| it.parse().ok());
                Self::Each(each.unwrap_or(LIMIT))
            }
            Some(_) | None => Self::Together(LIMIT),
        }
    }
}

/// What the message holds besides results.
const OVERHEAD: usize = 80;

/// What is wrong with what a step wrote.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Flaw {
    TooLarge(usize),
    /// The result, its size, what it may have.
    TooLargeAlone(Name, usize, usize),
    NoList(Name),
    NoRecord(Name),
    /// The record lacks keys that it was declared to have.
    Keys(Name, Vec<Name>),
}

impl Flaw {
    /// In Tekton's words.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge(_) | Self::TooLargeAlone(..) => "TaskRunResultLargerThanAllowedLimit",
            Self::NoList(_) | Self::NoRecord(_) | Self::Keys(..) => "TaskRunValidationFailed",
        }
    }
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLarge(size) => write!(
                f,
                "the results take {size} bytes, a cluster carries {LIMIT} of all results of a task together"
            ),
            Self::TooLargeAlone(name, size, most) => write!(
                f,
                "the result `{name}` takes {size} bytes, a cluster carries {most} of each"
            ),
            Self::NoList(name) => write!(f, "the result `{name}` is no JSON list of strings"),
            Self::NoRecord(name) => write!(f, "the result `{name}` is no JSON object of strings"),
            Self::Keys(name, keys) => {
                let keys: Vec<String> = keys.iter().map(|it| format!("`{it}`")).collect();
                write!(f, "the result `{name}` lacks {}", keys.join(", "))
            }
        }
    }
}

/// The results that stand in a directory.
pub(crate) fn read<'a>(
    directory: &Path,
    declared: impl IntoIterator<Item = &'a ResultDecl>,
    limit: Limit,
) -> Result<IndexMap<Name, Value>, Flaw> {
    let mut results = IndexMap::new();
    let mut size = OVERHEAD;
    for it in declared.into_iter().filter(|it| it.value.is_none()) {
        let read = scratch::read(&directory.join(it.name.as_str()), 2 << 20);
        let Ok(Some(bytes)) = read else { continue };
        let text = String::from_utf8_lossy(&bytes);
        match limit {
            Limit::Together(most) => {
                let entry = serde_json::json!({ "key": *it.name, "value": text, "type": 1 });
                size += entry.to_string().len() + 1;
                if size > most {
                    return Err(Flaw::TooLarge(size));
                }
            }
            Limit::Each(most) if text.len() > most => {
                return Err(Flaw::TooLargeAlone(it.name.clone(), text.len(), most));
            }
            Limit::Each(_) => {}
        }
        results.insert(it.name.clone(), value(it, &text)?);
    }
    Ok(results)
}

fn value(declared: &ResultDecl, text: &str) -> Result<Value, Flaw> {
    let json = serde_json::from_str(text);
    match &declared.shape {
        ParamShape::String => Ok(Value::str(text)),
        ParamShape::Array => match json {
            Ok(json @ serde_json::Value::Array(_)) if is_flat(&json) => Ok(from_json(&json)),
            Ok(_) | Err(_) => Err(Flaw::NoList(declared.name.clone())),
        },
        ParamShape::Object(keys) => match json {
            Ok(json @ serde_json::Value::Object(_)) if is_flat(&json) => {
                let missing = keys.iter().filter(|it| json.get(it.as_str()).is_none());
                match missing.cloned().collect::<Vec<Name>>() {
                    missing if missing.is_empty() => Ok(from_json(&json)),
                    missing => Err(Flaw::Keys(declared.name.clone(), missing)),
                }
            }
            Ok(_) | Err(_) => Err(Flaw::NoRecord(declared.name.clone())),
        },
    }
}

fn is_flat(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::Array(all) => all.iter().all(serde_json::Value::is_string),
        serde_json::Value::Object(fields) => fields.values().all(serde_json::Value::is_string),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => false,
    }
}

/// What the user should know of results that a cluster would carry, but hardly as meant.
pub(crate) fn doubts(
    declared: &IndexMap<Name, ResultDecl>,
    results: &IndexMap<Name, Value>,
) -> Vec<String> {
    let mut doubts = Vec::new();
    for (name, value) in results {
        let (Some(it), Some(text)) = (declared.get(name), value.as_str()) else {
            continue;
        };
        let trimmed = text.trim_end_matches('\n');
        if trimmed.len() < text.len() {
            doubts.push(format!(
                "the result `{name}` ends with a line break, which belongs to its value: write it with `printf %s`"
            ));
        }
        if it.shape == ParamShape::String
            && let Err(reason) = text::parse_one(it.ty.without_none(), trimmed)
        {
            doubts.push(format!(
                "the result `{name}` is not what it was declared to be: {reason}"
            ));
        }
    }
    doubts
}
