//! Everything that the tests, the examples and the documents build.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wudi::Session;

use crate::support::{open, open_text};
use crate::tool::{self, Settings};

/// A program that checks, and what is built from it.
#[derive(Debug)]
pub struct Built {
    pub name: String,
    pub settings: Settings,
    /// Path and text of each file that an oracle can judge.
    pub files: Vec<(String, String)>,
}

/// Counts up when the oracles are asked in another way, so that what they said before does not count.
const WAY_OF_ASKING: u32 = 1;

impl Built {
    /// `None` where the program has errors, or nothing that an oracle knows comes of it.
    pub fn new(name: String, settings: Settings, session: &Session) -> Option<Self> {
        let is_known = |text: &str| {
            let mut lines = text.lines();
            lines.any(|it| it.starts_with("apiVersion: tekton.dev/"))
        };
        let files = { session.manifests().into_iter() }
            .filter(|it| is_known(&it.text))
            .map(|it| (it.path, it.text))
            .collect::<Vec<_>>();
        let built = Self {
            name,
            settings,
            files,
        };
        (!built.files.is_empty()).then_some(built)
    }

    /// What stands for the question in the record.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        let mut add = |text: &str| {
            hasher.update(text.len().to_le_bytes());
            hasher.update(text);
        };
        add(&WAY_OF_ASKING.to_string());
        add(&tool::pin("tekton", "tektoncd/pipeline"));
        add(&tool::pin("pac", "pipelines-as-code"));
        let settings = &self.settings;
        for (key, value) in { settings.flags.iter() }.chain(&settings.defaults) {
            add(key);
            add(value);
        }
        for (path, text) in &self.files {
            add(path);
            add(text);
        }
        let hash = hasher.finalize();
        hash.iter().take(8).map(|it| format!("{it:02x}")).collect()
    }
}

/// All programs of the repository that build something an oracle knows.
pub fn programs() -> Vec<Built> {
    let mut all = Vec::new();
    for directory in ["examples", "tests"] {
        walk(&tool::root().join(directory), &mut all);
    }
    walk(&tool::root().join("src/diag/explain"), &mut all);
    all
}

fn walk(directory: &Path, all: &mut Vec<Built>) {
    let package = directory.join("wudi.toml");
    if package.exists() {
        let settings = settings(&std::fs::read_to_string(&package).unwrap());
        all.extend(Built::new(name(&package), settings, &open(&package)));
        return;
    }
    let entries = std::fs::read_dir(directory).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, all);
            continue;
        }
        match path.extension().and_then(|it| it.to_str()) {
            Some("wudi") => all.extend(Built::new(name(&path), Settings::default(), &open(&path))),
            Some("md") => all.extend(blocks(&path)),
            _ => (),
        }
    }
}

/// The programs of a document: blocks that begin with a fence and `wudi`.
fn blocks(path: &Path) -> Vec<Built> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut all = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(kind)) if kind.starts_with("wudi") => {
                open = Some((index + 1, String::new()));
            }
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (Some((at, block)), Some(_)) => {
                let name = format!("{}:{at}", name(path));
                let session = open_text(block);
                all.extend(Built::new(name, Settings::default(), &session));
                open = None;
            }
            (None, _) => (),
        }
    }
    all
}

fn name(path: &Path) -> String {
    let path = path.strip_prefix(tool::root()).unwrap_or(path);
    path.display().to_string()
}

/// What a `wudi.toml` says about the cluster.
pub fn settings(text: &str) -> Settings {
    let mut settings = Settings::default();
    let Ok(table) = text.parse::<toml::Table>() else {
        return settings;
    };
    let tekton = table.get("target").and_then(|it| it.get("tekton"));
    let field = |name: &str| tekton.and_then(|it| it.get(name));
    let flags = field("flags").and_then(toml::Value::as_array);
    for flag in flags.into_iter().flatten().filter_map(toml::Value::as_str) {
        let (key, value) = flag.split_once('=').unwrap_or((flag, "true"));
        settings.flags.push((key.to_owned(), value.to_owned()));
    }
    if let Some(kept) = field("coschedule").and_then(toml::Value::as_str) {
        let flag = ("coschedule".to_owned(), kept.to_owned());
        settings.flags.push(flag);
    }
    let defaults = field("config-defaults").and_then(toml::Value::as_table);
    for (key, value) in defaults.into_iter().flatten() {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        settings.defaults.push((key.clone(), value));
    }
    settings
}
