//! The record: a line for each seed, with a hash of the question and one of the answer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::generate::Case;
use crate::tool;

/// Stands for the answer where a declared difference was met.
pub const DIFFERS: &str = "differs";

pub struct Record(BTreeMap<String, String>);

impl Record {
    pub fn read() -> Self {
        let text = std::fs::read_to_string(file()).unwrap_or_default();
        let lines = text.lines().filter_map(|it| it.split_once(' '));
        Self(
            lines
                .map(|(one, two)| (one.to_owned(), two.to_owned()))
                .collect(),
        )
    }

    /// The hash of what the controller did.
    pub fn trace(&self, case: &Case) -> Option<&str> {
        self.0.get(&question(case)).map(String::as_str)
    }
}

pub fn recording() -> bool {
    std::env::var_os("WUDI_RECORD").is_some()
}

pub fn line(case: &Case, answer: &str) -> String {
    format!("{} {answer}", question(case))
}

/// Writes these lines; what is recorded of other questions stays.
pub fn write(lines: &[String]) {
    let question = |it: &str| it.split(' ').next().unwrap().to_owned();
    let new: BTreeSet<String> = lines.iter().map(|it| question(it)).collect();
    let old = std::fs::read_to_string(file()).unwrap_or_default();
    let kept = old.lines().filter(|it| !new.contains(&question(it)));
    let all: Vec<&str> = kept.chain(lines.iter().map(String::as_str)).collect();
    std::fs::write(file(), all.join("\n") + "\n").unwrap();
}

fn question(case: &Case) -> String {
    hash(&format!(
        "{}\n{}\n{}",
        case.yaml,
        case.scenario,
        tool::pin("tekton", "tektoncd/pipeline")
    ))
}

pub fn hash(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(6).map(|it| format!("{it:02x}")).collect()
}

fn file() -> PathBuf {
    tool::root().join("tests/schedule/traces")
}
