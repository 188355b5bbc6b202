//! What the suites share: programs in memory, findings as text, snapshots beside the input.

use std::path::Path;

use wudi::{MemoryHost, Session, Style, Target, render};

/// Opens the case at `path`: by itself, or with all files of its directory where that has a `wudi.toml`.
pub fn open(path: &Path) -> Session {
    let directory = path.parent().unwrap();
    if directory.join("wudi.toml").exists() {
        let host = add_all(MemoryHost::new(), directory, directory);
        let mut session = Session::new(Box::new(host));
        session.open(Path::new(""));
        return session;
    }
    let name = path.file_name().unwrap();
    let host = MemoryHost::new().with_file(name, std::fs::read(path).unwrap());
    let mut session = Session::new(Box::new(host));
    session.open(Path::new(name));
    session
}

/// Opens a text as `main.wudi`.
pub fn open_text(text: &str) -> Session {
    let host = MemoryHost::new().with_file("main.wudi", text);
    let mut session = Session::new(Box::new(host));
    session.open(Path::new("main.wudi"));
    session
}

/// Judges a text as plain YAML, `main.yaml`.
pub fn open_yaml_text(text: &str) -> Session {
    let name = Path::new("main.yaml");
    let host = MemoryHost::new().with_file(name, text);
    let mut session = Session::new(Box::new(host));
    session.open_yaml(&[name.to_owned()], Vec::new(), &Target::default());
    session
}

/// The findings of a session as people read them.
pub fn findings(session: &Session) -> String {
    render(session.diagnostics(), session.sources(), Style::Plain)
}

/// The codes of the findings, each with its line.
pub fn codes(session: &Session) -> Vec<(usize, String, String)> {
    let lines = render(session.diagnostics(), session.sources(), Style::Json);
    let read = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| value[key].as_str().unwrap().to_owned();
        let line = usize::try_from(value["line"].as_u64().unwrap()).unwrap();
        (line, text("severity"), text("code"))
    };
    lines.lines().map(read).collect()
}

/// Compares with the snapshot beside the input, `NAME.snap`.
///
/// `INSTA_UPDATE=always cargo test --test golden -- FILTER` writes it anew.
pub fn compare(path: &Path, text: &str) {
    let stem = path.file_stem().unwrap().to_str().unwrap();
    compare_at(path.parent().unwrap(), stem, text);
}

/// Compares with the snapshot `NAME.snap` of a directory.
pub fn compare_at(directory: &Path, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(std::path::absolute(directory).unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn add_all(mut host: MemoryHost, root: &Path, directory: &Path) -> MemoryHost {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            host = add_all(host, root, &path);
        } else if path.extension().is_some_and(|it| it != "snap") {
            let name = path.strip_prefix(root).unwrap();
            host = host.with_file(name, std::fs::read(&path).unwrap());
        }
    }
    host
}
