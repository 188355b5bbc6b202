//! Events for the runs that Pipelines as Code starts: one that each run is for, made from its annotations, and one that none is for.

use regex::Regex;
use serde_json::{Map, Value, json};

use crate::corpus::Built;
use crate::tool::Oracle;

const PREFIX: &str = "pipelinesascode.tekton.dev/";

/// A run in a program's `.tekton`.
struct Run<'a> {
    program: &'a Built,
    name: String,
    annotations: Value,
}

impl Run<'_> {
    fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations[format!("{PREFIX}{name}")].as_str()
    }

    /// The first of a list of patterns, as something that it matches.
    fn first(&self, name: &str) -> Option<String> {
        let all = self.annotation(name)?;
        let inner = all.trim().trim_start_matches('[').trim_end_matches(']');
        let first = inner.split(',').next()?.trim().replace("&#44;", ",");
        Some(matched_by(&first))
    }

    /// An event that starts it; `None` where only CEL says which one does.
    fn event(&self) -> Option<Value> {
        if self.annotation("on-cel-expression").is_some() {
            return None;
        }
        let mut event = json!({
            "sha": "0123456789abcdef0123456789abcdef01234567", "url": "https://git.example.com/o/r",
            "title": "a title", "sender": "someone", "owner": "o", "name": "r", "number": 7,
            "source_branch": "topic",
        });
        let target = self.first("on-target-branch");
        event["target_branch"] = json!(target.unwrap_or_else(|| "main".to_owned()));
        let kind = self.first("on-event");
        event["event"] = json!(kind.unwrap_or_else(|| "pull_request".to_owned()));
        if event["event"] == "push" {
            event["source_branch"] = event["target_branch"].clone();
        }
        if let Some(label) = self.first("on-label") {
            event["labels"] = json!([label]);
        }
        if let Some(comment) = self.annotation("on-comment") {
            let plain = comment.replace("\\b", "").replace(['^', '$', '\\'], "");
            event["comment"] = json!(plain);
        }
        Some(event)
    }

    fn changed(&self) -> Value {
        let path = self.first("on-path-change");
        json!({ "all": [path.unwrap_or_else(|| "README.md".to_owned())] })
    }

    fn case(&self, event: Value) -> Map<String, Value> {
        let files = { self.program.files.iter() }.filter(|it| it.0.starts_with(".tekton/"));
        let files = files.map(|(path, text)| (path.clone(), Value::from(text.as_str())));
        let files: Map<String, Value> = files.collect();
        let case = json!({ "files": files, "event": event, "changed": self.changed() });
        case.as_object().cloned().unwrap()
    }
}

/// Something that a pattern of Pipelines as Code matches.
fn matched_by(pattern: &str) -> String {
    let first_of = Regex::new(r"\{([^,}]*)[^}]*\}").unwrap();
    let text = first_of.replace_all(pattern, "$1").into_owned();
    text.replace("**", "a/b").replace('*', "1")
}

/// What is wrong with how events start the runs of programs: nothing, if each starts what it is for and no other does.
pub fn complaints(oracle: &Oracle, programs: &[Built]) -> (usize, Vec<String>) {
    let runs: Vec<Run<'_>> = programs.iter().flat_map(runs).collect();
    let mut cases = Vec::new();
    for run in &runs {
        let other = json!({ "event": "push", "target_branch": "nobody/asks", "source_branch": "nobody/asks" });
        cases.push(run.case(other));
        cases.push(run.case(run.event().unwrap_or_else(|| {
            json!({
                "event": "pull_request", "target_branch": "main", "source_branch": "topic",
            })
        })));
    }
    let answers = oracle.resolve(cases);
    assert_eq!(answers.len(), 2 * runs.len(), "oracle-pac ended early");
    let mut complaints = Vec::new();
    for (run, pair) in runs.iter().zip(answers.chunks(2)) {
        let [other, own] = pair else { continue };
        let place = format!("{}: {}", run.program.name, run.name);
        for answer in pair {
            if !matches!(answer["verdict"].as_str(), Some("ok" | "no-match")) {
                complaints.push(format!(
                    "{place}: {}: {}",
                    answer["verdict"], answer["error"]
                ));
            }
        }
        if let Some(event) = run.event().filter(|_| !is_matched(own, &run.name)) {
            complaints.push(format!("{place}: not started by {event}"));
        }
        if is_matched(other, &run.name) {
            complaints.push(format!("{place}: started by a push to `nobody/asks`"));
        }
    }
    (runs.len(), complaints)
}

fn runs(program: &Built) -> Vec<Run<'_>> {
    let files = program.files.iter();
    let files = files.filter(|it| it.0.starts_with(".tekton/"));
    let documents = files.filter_map(|(_, text)| serde_yaml::from_multiple::<Value>(text).ok());
    let runs = documents.flatten().filter(|it| it["kind"] == "PipelineRun");
    let run = |it: Value| {
        let name = ["name", "generateName"].map(|key| it["metadata"][key].as_str());
        Run {
            program,
            name: name[0].or(name[1]).unwrap_or_default().to_owned(),
            annotations: it["metadata"]["annotations"].clone(),
        }
    };
    runs.map(run).collect()
}

fn is_matched(answer: &Value, name: &str) -> bool {
    let mut all = answer["matched"].as_array().into_iter().flatten();
    all.any(|it| it.to_string().contains(name))
}
