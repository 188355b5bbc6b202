//! The oracles: where they are, and how they are asked. Each reads one JSON case a line and answers in the same order.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

/// A directory with the programs that `tests/oracle/build` makes.
pub struct Oracle {
    directory: PathBuf,
}

/// What a cluster is configured to allow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Entries of the feature flags.
    pub flags: Vec<(String, String)>,
    /// Entries of config-defaults.
    pub defaults: Vec<(String, String)>,
}

impl Settings {
    fn fill(&self, case: &mut Value) {
        let map = |pairs: &[(String, String)]| {
            let pairs = pairs.iter().cloned();
            Value::Object(pairs.map(|(key, it)| (key, Value::from(it))).collect())
        };
        case["flags"] = map(&self.flags);
        case["defaults"] = map(&self.defaults);
    }
}

impl Oracle {
    /// In the directory that `WUDI_ORACLE` names, or in `target/oracle`.
    pub fn find() -> Option<Self> {
        let directory = match std::env::var_os("WUDI_ORACLE") {
            Some(directory) => PathBuf::from(directory),
            None => root().join("target/oracle"),
        };
        let oracle = Self { directory };
        let names = ["oracle-tekton", "oracle-sim", "oracle-pac"];
        if !{ names.iter() }.all(|it| oracle.directory.join(it).is_file()) {
            return None;
        }
        let asked = oracle.command("oracle-tekton").arg("--version").output();
        let versions = String::from_utf8(asked.unwrap().stdout).unwrap();
        let pin = pin("tekton", "tektoncd/pipeline");
        assert!(
            versions.contains(&pin),
            "the oracle is not of this tree ({pin}): tests/oracle/build\n{versions}"
        );
        Some(oracle)
    }

    /// The webhook's verdicts on the documents of each text, then those of the controller on its runs.
    pub fn admit(&self, cases: &[(&Settings, String)]) -> Vec<Vec<Value>> {
        let lines = cases.iter().enumerate().map(|(index, (settings, text))| {
            let mut case = json!({ "id": index.to_string(), "yaml": text });
            settings.fill(&mut case);
            case
        });
        let answers = self.ask(
            "oracle-tekton",
            &["--jsonl", "--controller"],
            lines.collect(),
        );
        by_case(answers, cases.len())
    }

    /// The objects of each text, as the webhook decodes and completes them.
    pub fn dump(&self, cases: &[(&Settings, String)]) -> Vec<Vec<Value>> {
        let lines = cases.iter().enumerate().map(|(index, (settings, text))| {
            let mut case = json!({ "id": index.to_string(), "yaml": text });
            settings.fill(&mut case);
            case
        });
        let answers = self.ask("oracle-tekton", &["--jsonl", "--dump"], lines.collect());
        by_case(answers, cases.len())
    }

    /// Plays the runs of each text, all tasks succeeding, each accepted by the reconciler of task runs before.
    pub fn play(&self, cases: &[(&Settings, String)]) -> Vec<Value> {
        let lines = cases.iter().enumerate().map(|(index, (settings, text))| {
            let mut case = json!({ "id": index.to_string(), "files": [text], "taskruns": true });
            settings.fill(&mut case);
            case
        });
        let answers = self.ask("oracle-sim", &["-test.run", "TestSim"], lines.collect());
        assert_eq!(answers.len(), cases.len(), "oracle-sim ended early");
        answers
    }

    /// Plays cases in the controller's own form.
    pub fn simulate(&self, cases: Vec<Value>) -> Vec<Value> {
        self.ask("oracle-sim", &["-test.run", "TestSim"], cases)
    }

    /// What Pipelines as Code makes of directories of files, as the case says.
    pub fn resolve(&self, cases: Vec<Map<String, Value>>) -> Vec<Value> {
        let cases = cases.into_iter().map(Value::Object);
        self.ask("oracle-pac", &[], cases.collect())
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.directory.join(name));
        command.current_dir(&self.directory);
        command
    }

    fn ask(&self, name: &str, arguments: &[&str], cases: Vec<Value>) -> Vec<Value> {
        let mut child = { self.command(name) }
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || {
            for case in cases {
                // Whoever ended early is found out by the count of its answers.
                if writeln!(input, "{case}").is_err() {
                    break;
                }
            }
        });
        let output = BufReader::new(child.stdout.take().unwrap());
        let lines = output.lines().map(Result::unwrap);
        let answers = lines.map(|it| serde_json::from_str(&it).unwrap()).collect();
        writer.join().unwrap();
        child.wait().unwrap();
        answers
    }
}

fn by_case(answers: Vec<Value>, count: usize) -> Vec<Vec<Value>> {
    let mut all = vec![Vec::new(); count];
    for answer in answers {
        let index: usize = answer["id"].as_str().unwrap().parse().unwrap();
        all[index].push(answer);
    }
    all
}

/// Says aloud what is not tested; where everything must be, fails.
pub fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "skipped, in CI: {why}");
    tell(&format!("skipped: {why}"));
}

/// Says something that a passing test would swallow.
pub fn tell(text: &str) {
    // Not by `eprintln!`, which tests keep to themselves.
    let line = format!("{text}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// Writes data, past what tests keep to themselves.
pub fn print(text: &str) {
    std::io::stdout().write_all(text.as_bytes()).unwrap();
}

/// The line of an oracle's `go.mod` that pins a module.
pub fn pin(oracle: &str, module: &str) -> String {
    let file = root().join("tests/oracle").join(oracle).join("go.mod");
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().find(|it| it.contains(module)).unwrap();
    line.trim().to_owned()
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
