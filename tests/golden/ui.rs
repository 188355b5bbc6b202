//! `tests/ui/PHASE/TOPIC.wudi`: what is said about a program.

use std::path::Path;

use crate::support::{self, compare, open};

pub fn findings_of(path: &Path) -> String {
    let session = open(path);
    match session.diagnostics() {
        [] => "nothing is found\n".to_owned(),
        _ => support::findings(&session),
    }
}

pub fn findings(path: &Path) -> datatest_stable::Result<()> {
    // In a package the one snapshot is that of its `wudi.toml`.
    let in_package = path.parent().unwrap().join("wudi.toml").exists();
    if !in_package || path.ends_with("wudi.toml") {
        compare(path, &findings_of(path));
    }
    Ok(())
}
