//! Artifacts: what steps say of what they took and made, in files of their own, and how others refer to it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use crate::host::scratch;
use crate::run::scope::TaskView;

/// What a file of them may hold.
const MOST: u64 = 1 << 20;

/// How many attempts at a task are looked at; the last counts.
const ATTEMPTS: u32 = 100;

const FILE: &str = "artifacts/provenance.json";

/// Whether a text has to do with artifacts.
pub(crate) fn names_them(text: &str) -> bool {
    text.contains("artifacts.path)")
}

/// What a path within `$(…)` stands for: a file to write to, or what another said.
pub(crate) fn find(path: &str, view: &TaskView) -> Option<String> {
    let shown = |file: PathBuf| Some(file.to_string_lossy().into_owned());
    match path {
        "artifacts.path" => return shown(view.shown.join(FILE)),
        "step.artifacts.path" => {
            let step = view.step.as_ref()?;
            return shown(view.shown.join("steps").join(step.as_str()).join(FILE));
        }
        _ => {}
    }
    let mut parts = path.splitn(4, '.');
    let (of, name, group) = (parts.next()?, parts.next()?, parts.next()?);
    if !matches!(group, "inputs" | "outputs") || name.contains('/') {
        return None;
    }
    let file = match of {
        "steps" => view.directory.join("steps").join(name).join(FILE),
        "tasks" => of_task(name, &view.directory)?,
        _ => return None,
    };
    values(&file, group, parts.next())
}

/// The file of another task of the run, which lies beside this one's.
fn of_task(name: &str, own: &Path) -> Option<PathBuf> {
    let tasks = { own.ancestors() }.find(|it| it.file_name().is_some_and(|it| it == "tasks"))?;
    let attempts = (0..ATTEMPTS).map(|it| tasks.join(name).join(it.to_string()));
    let attempts = attempts.take_while(|it| scratch::is_directory(it));
    attempts
        .map(|it| it.join(FILE))
        .filter(|it| scratch::is_file(it))
        .last()
}

/// The values of an artifact, or of the first, as JSON.
fn values(file: &Path, group: &str, artifact: Option<&str>) -> Option<String> {
    let bytes = scratch::read(file, MOST).ok()??;
    let said: Json = serde_json::from_slice(&bytes).ok()?;
    let mut all = said.get(group)?.as_array()?.iter();
    let found = match artifact {
        Some(name) => all.find(|it| it.get("name").and_then(Json::as_str) == Some(name))?,
        None => all.next()?,
    };
    let values = found.get("values")?.as_array()?.iter();
    Some(Json::Array(values.map(plain).collect()).to_string())
}

/// A value with its digests in order.
fn plain(value: &Json) -> Json {
    let digests = value.get("digest").and_then(Json::as_object);
    let mut digests: Vec<(&String, &Json)> = digests.into_iter().flatten().collect();
    digests.sort_by_key(|it| it.0);
    let digests: Map<String, Json> = { digests.into_iter() }
        .map(|(key, it)| (key.clone(), it.clone()))
        .collect();
    match value.get("uri") {
        Some(uri) => json!({ "digest": digests, "uri": uri }),
        None => json!({ "digest": digests }),
    }
}
