//! The record of what the oracles accepted, one hash a line, so that it is tested where there is no Go.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::tool;

/// The record: what it said, and what is true now.
pub struct Record {
    known: BTreeSet<String>,
    seen: BTreeSet<String>,
}

impl Record {
    pub fn read() -> Self {
        let text = std::fs::read_to_string(file()).unwrap_or_default();
        let lines = text.lines().filter(|it| !it.starts_with('#'));
        Self {
            known: lines.map(str::to_owned).collect(),
            seen: BTreeSet::new(),
        }
    }

    /// Whether everything is asked and written anew.
    pub fn recording(&self) -> bool {
        std::env::var_os("WUDI_RECORD").is_some()
    }

    /// Whether the record says that this was accepted.
    pub fn accepts(&self, hash: &str) -> bool {
        self.known.contains(hash)
    }

    pub fn accept(&mut self, hash: String) {
        self.seen.insert(hash);
    }

    /// Writes what was accepted where that is wanted, or says that it should be.
    pub fn finish(&self, asked: usize) {
        if !self.recording() {
            if asked > 0 {
                tool::tell(&format!(
                    "{asked} verdicts are not recorded: WUDI_RECORD=1 cargo test --test oracle"
                ));
            }
            return;
        }
        let mut text = String::from(
            "# Hashes of what the oracles accepted: WUDI_RECORD=1 cargo test --test oracle\n",
        );
        for hash in &self.seen {
            text.push_str(hash);
            text.push('\n');
        }
        std::fs::write(file(), text).unwrap();
    }
}

fn file() -> PathBuf {
    tool::root().join("tests/oracle/accepted")
}
