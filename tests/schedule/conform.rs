//! A report about files as they are: which engine runs each, and how that ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::podman;
use crate::tool;

/// Installations, the plainest first: the first that takes a file is the one that it is made for.
const INSTALLATIONS: &[&[&str]] = &[
    &[],
    &[
        "enable-api-fields=alpha",
        "enable-artifacts=true",
        "enable-param-enum=true",
        "enable-cel-in-whenexpression=true",
    ],
    &[
        "enable-api-fields=alpha",
        "results-from=sidecar-logs",
        "max-result-size=100000",
    ],
];

/// How a file fared in one engine.
#[derive(Debug)]
enum Fared {
    /// Its runs ended so.
    Ended(Vec<(bool, String)>),
    /// It did not begin.
    Refused(String),
}

impl Fared {
    fn is_well(&self) -> bool {
        match self {
            Self::Ended(all) => all.iter().all(|(well, _)| *well),
            Self::Refused(_) => false,
        }
    }
}

/// `WUDI_FILES` are directories, with `:` between; `WUDI_IMAGE` stands for all images in containers.
#[test]
#[ignore = "it reports about files that are elsewhere: tests/schedule/conform"]
fn report() {
    let paths = std::env::var("WUDI_FILES").expect("tests/schedule/conform says which");
    let image = std::env::var("WUDI_IMAGE").unwrap_or_else(|_| podman::IMAGE.to_owned());
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths.split(':') {
        found(Path::new(path), &mut files);
    }
    files.sort();
    let containers = podman::is_there();
    let (mut well, mut counts) = (0, [0, 0]);
    for file in &files {
        let processes = fared(file, &["--engine", "processes"]);
        let (engine, fared) = match containers && !processes.is_well() {
            true => {
                let images = format!("*={image}");
                let within = fared(file, &["--engine", "podman", "--image", &images]);
                match within.is_well() {
                    true => ("podman", within),
                    false => ("processes", processes),
                }
            }
            false => ("processes", processes),
        };
        if fared.is_well() {
            well += 1;
            counts[usize::from(engine == "podman")] += 1;
        }
        let (outcome, reason) = match &fared {
            Fared::Ended(all) => {
                let reasons: Vec<&str> = all.iter().map(|it| it.1.as_str()).collect();
                let outcome = if fared.is_well() {
                    "succeeded"
                } else {
                    "failed"
                };
                (outcome, reasons.join("; "))
            }
            Fared::Refused(reason) => ("not begun", reason.clone()),
        };
        tool::print(&format!(
            "{}\t{engine}\t{outcome}\t{reason}\n",
            file.display()
        ));
    }
    tool::print(&format!(
        "{well} of {} end well: {} in processes, {} only in podman\n",
        files.len(),
        counts[0],
        counts[1]
    ));
}

fn found(path: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(path) else {
        files.extend(path.is_file().then(|| path.to_owned()));
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_yaml = path
            .extension()
            .is_some_and(|it| it == "yaml" || it == "yml");
        if path.is_dir() || is_yaml {
            found(&path, files);
        }
    }
}

fn fared(file: &Path, engine: &[&str]) -> Fared {
    let mut fared = Fared::Refused(String::new());
    for (at, flags) in INSTALLATIONS.iter().enumerate() {
        let tried = tried(file, engine, flags);
        // What the plainest says is what counts where none takes it.
        let is_better = at == 0 || matches!(tried, Fared::Ended(_));
        if is_better && !fared.is_well() {
            fared = tried;
        }
        if fared.is_well() {
            break;
        }
    }
    fared
}

fn tried(file: &Path, engine: &[&str], flags: &[&str]) -> Fared {
    let mut wudi = Command::new("timeout");
    wudi.args(["300", env!("CARGO_BIN_EXE_wudi"), "--format", "json", "run"]);
    wudi.arg(file).args(engine).arg("--no-history");
    for flag in flags {
        wudi.args(["--flag", flag]);
    }
    let output = wudi.stdin(Stdio::null()).output().unwrap();
    let lines = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<Value> = { lines.lines() }
        .filter_map(|it| serde_json::from_str(it).ok())
        .collect();
    let of_event = |name: &str| {
        let name = name.to_owned();
        lines.iter().filter(move |it| it["event"] == *name)
    };
    let ends: Vec<(bool, String)> = of_event("run-finished")
        .map(|it| {
            let well = it["status"] == "True";
            let message = if well {
                String::new()
            } else {
                format!(": {}", text(&it["message"]))
            };
            (well, format!("{}{message}", text(&it["reason"])))
        })
        .collect();
    if !ends.is_empty() {
        return Fared::Ended(ends);
    }
    let said = lines.iter().find(|it| it["severity"] == "error");
    let said = said.map(|it| format!("{}: {}", text(&it["code"]), text(&it["message"])));
    let talk = String::from_utf8_lossy(&output.stderr);
    let first = talk.lines().next().unwrap_or("nothing is said").to_owned();
    Fared::Refused(said.unwrap_or(first))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
