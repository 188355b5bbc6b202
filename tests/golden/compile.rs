//! `tests/compile/CASE/main.wudi` and `examples/NAME/main.wudi`: all files that are built from a program, as one text.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use wudi::Session;

use crate::support::{self, compare_at, open};

pub fn case(path: &Path) -> datatest_stable::Result<()> {
    let session = open(path);
    compare_at(path.parent().unwrap(), "output", &output(&session));
    kustomize(&session);
    Ok(())
}

/// An example is clean, and kustomize builds each of its environments without a word.
pub fn example(path: &Path) -> datatest_stable::Result<()> {
    let session = open(path);
    let findings = support::findings(&session);
    assert!(findings.is_empty(), "\n{findings}");
    let name = path.parent().unwrap().file_name().unwrap();
    let snapshots = Path::new("tests/examples");
    compare_at(snapshots, name.to_str().unwrap(), &output(&session));
    kustomize(&session);
    Ok(())
}

/// What is said about the program, then its files, each under its path.
fn output(session: &Session) -> String {
    let mut text = support::findings(session);
    for file in session.manifests() {
        let keep = if file.keep { " (made once)" } else { "" };
        let _ = write!(text, "==> {}{keep}\n{}", file.path, file.text);
    }
    text
}

/// Builds every directory that has a `kustomization.yaml` of its own with the real tool.
fn kustomize(session: &Session) {
    let home = tempfile::tempdir().unwrap();
    let mut overlays: Vec<PathBuf> = Vec::new();
    for file in session.manifests() {
        let target = home.path().join(&file.path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(&target, &file.text).unwrap();
        if file.path.ends_with("/kustomization.yaml") && !file.path.contains("/release/") {
            overlays.push(target.parent().unwrap().to_owned());
        }
    }
    if overlays.is_empty() {
        return;
    }
    let Some(tool) = tool() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "skipped: no kustomize, in CI"
        );
        eprintln!("skipped: no kubectl and no kustomize");
        return;
    };
    for overlay in overlays {
        let (name, verb) = tool;
        let built = Command::new(name).arg(verb).arg(&overlay).output().unwrap();
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(
            built.status.success() && said.is_empty(),
            "{}: {said}",
            overlay.display()
        );
    }
}

/// kustomize, by itself or within kubectl.
fn tool() -> Option<(&'static str, &'static str)> {
    let tools = [("kubectl", "kustomize"), ("kustomize", "build")];
    let is_there = |name: &str| Command::new(name).arg("--help").output().is_ok();
    tools.into_iter().find(|(name, _)| is_there(name))
}
