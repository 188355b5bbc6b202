//! All questions that the files of a program raise, asked in as few processes as there are oracles.

use serde_json::{Map, Value, json};

use crate::corpus::Built;
use crate::tool::{Oracle, Settings};

/// A question: the documents that lie together in one namespace.
struct Question<'a> {
    program: usize,
    settings: &'a Settings,
    text: String,
    /// Whether all that it refers to must be among it: what a program writes as a bare object may be of a cluster.
    is_whole: bool,
}

/// What the oracles have against each program.
pub fn judge<'a>(oracle: &Oracle, programs: impl Iterator<Item = &'a Built>) -> Vec<Vec<String>> {
    let programs: Vec<&Built> = programs.collect();
    let mut said: Vec<Vec<String>> = vec![Vec::new(); programs.len()];
    let mut questions = Vec::new();
    let mut directories = Vec::new();
    for (program, built) in programs.iter().enumerate() {
        let below = |directory: &'static str| {
            let files = built.files.iter();
            files.filter(move |(path, _)| path.starts_with(directory))
        };
        let events: Vec<_> = below(".tekton/").collect();
        let bare = { built.files.iter() }
            .filter(|(path, _)| !path.starts_with(".tekton/") && !path.starts_with("tekton/"));
        let parts = [(stream(below("tekton/")), true), (stream(bare), false)];
        for (text, is_whole) in parts.into_iter().filter(|it| !it.0.is_empty()) {
            questions.push(Question {
                program,
                settings: &built.settings,
                text,
                is_whole,
            });
        }
        if !events.is_empty() {
            directories.push((program, directory(&events)));
        }
    }
    let cases = directories.iter().map(|(_, case)| case.clone()).collect();
    let resolved = oracle.resolve(cases);
    for ((program, _), answer) in directories.iter().zip(resolved) {
        said[*program].extend(against_directory(&answer));
        for run in list(&answer["resolved"]) {
            questions.push(Question {
                program: *program,
                settings: &programs[*program].settings,
                text: text(&run["yaml"]),
                is_whole: true,
            });
        }
    }
    ask(oracle, &questions, &mut said);
    said
}

fn ask(oracle: &Oracle, questions: &[Question<'_>], said: &mut [Vec<String>]) {
    let all: Vec<&Question<'_>> = questions.iter().collect();
    for (question, answers) in all.iter().zip(oracle.admit(&cases(&all))) {
        let answers = answers
            .iter()
            .filter(|it| question.is_whole || !is_absence(it));
        said[question.program].extend(answers.flat_map(against_document));
    }
    let is_run = |it: &&Question<'_>| {
        it.is_whole && (it.text.contains("kind: PipelineRun") || it.text.contains("kind: TaskRun"))
    };
    let played: Vec<&Question<'_>> = questions.iter().filter(is_run).collect();
    for (question, answer) in played.iter().zip(oracle.play(&cases(&played))) {
        said[question.program].extend(against_play(&answer));
    }
}

fn cases<'a>(questions: &[&Question<'a>]) -> Vec<(&'a Settings, String)> {
    let cases = questions.iter().map(|it| (it.settings, it.text.clone()));
    cases.collect()
}

/// The files that events start runs of, as they lie in a repository.
fn directory(files: &[&(String, String)]) -> Map<String, Value> {
    let files: Map<String, Value> = { files.iter() }
        .map(|(path, text)| (path.clone(), Value::from(text.as_str())))
        .collect();
    let case = json!({
        "files": files,
        "no_match": true,
        "event": {
            "event": "push", "target_branch": "main", "source_branch": "main",
            "sha": "0123456789abcdef0123456789abcdef01234567", "url": "https://git.example.com/o/r",
            "title": "a title", "sender": "someone", "owner": "o", "name": "r", "number": 7,
        },
    });
    let Value::Object(case) = case else {
        return Map::new();
    };
    case
}

/// What Pipelines as Code has against a directory.
fn against_directory(answer: &Value) -> Vec<String> {
    let mut said = Vec::new();
    if answer["verdict"] != "ok" {
        said.push(format!(
            "pac: {} {}",
            text(&answer["verdict"]),
            text(&answer["error"])
        ));
    }
    for error in list(&answer["validationErrors"]) {
        said.push(format!(
            "pac: {}: {}",
            text(&error["name"]),
            text(&error["error"])
        ));
    }
    said.extend(
        list(&answer["log"])
            .iter()
            .map(|it| format!("pac: {}", text(it))),
    );
    said
}

/// What the webhook or the controller has against an object.
fn against_document(answer: &Value) -> Vec<String> {
    let name = format!("{} {}", text(&answer["kind"]), text(&answer["name"]));
    let mut said = Vec::new();
    match answer["verdict"].as_str().unwrap() {
        "ok" => (),
        // What is behind a resolver nobody here knows; what is served under other groups is judged by others.
        "needs-remote" => (),
        "not-tekton" if answer["text"].is_null() => (),
        "rejected" => said.push(format!(
            "{name}: {}: {}",
            text(&answer["reason"]),
            text(&answer["message"])
        )),
        verdict => said.push(format!(
            "{name}: {verdict}: {}{}",
            text(&answer["text"]),
            text(&answer["message"])
        )),
    }
    for warning in list(&answer["warnings"]) {
        said.push(format!(
            "{name}: warns: {} {}",
            text(&warning["message"]),
            text(&warning["path"])
        ));
    }
    if answer["v1"].is_object() {
        said.extend(against_document(&answer["v1"]));
    }
    said
}

/// Whether a run is one that asks to be cancelled.
fn is_cancelled(end: &Value) -> bool {
    let reason = end["reason"].as_str().unwrap_or_default();
    matches!(reason, "Cancelled" | "TaskRunCancelled")
}

/// Whether something is missed that a cluster may have.
fn is_absence(answer: &Value) -> bool {
    let reason = answer["reason"].as_str().unwrap_or_default();
    matches!(reason, "CouldntGetTask" | "CouldntGetPipeline")
}

/// What happens to runs whose every task succeeds, other than that they succeed.
fn against_play(answer: &Value) -> Vec<String> {
    let mut said = Vec::new();
    match answer["verdict"].as_str().unwrap() {
        // Said by the webhook already.
        "ran" | "admission" | "nothing-to-run" => (),
        verdict => said.push(format!("played: {verdict}: {}", text(&answer["error"]))),
    }
    for round in list(&answer["rounds"]) {
        for end in list(&round["finished"]) {
            if end["status"] != "True" && !is_cancelled(end) {
                let (name, reason) = (text(&end["name"]), text(&end["reason"]));
                said.push(format!(
                    "played: {name}: {reason}: {}",
                    text(&end["message"])
                ));
            }
        }
    }
    for run in list(&answer["runs"]) {
        let state = run["state"].as_str().unwrap();
        let fine = match state {
            // Played tasks take a second each, which may be more than the run has.
            "done" => {
                run["status"] == "True"
                    || run["reason"] == "PipelineRunTimeout"
                    || is_cancelled(run)
                    // Played tasks give results that no list of values has.
                    || run["reason"] == "InvalidParamValue"
            }
            _ => matches!(state, "needs-remote" | "pending"),
        };
        if !fine {
            let (name, reason) = (text(&run["name"]), text(&run["reason"]));
            said.push(format!(
                "played: {name}: {state} {reason}: {}",
                text(&run["message"])
            ));
        }
    }
    said
}

fn stream<'a>(files: impl Iterator<Item = &'a (String, String)>) -> String {
    let texts: Vec<&str> = files.map(|(_, text)| text.as_str()).collect();
    texts.join("---\n")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    let text = value.as_str().map(str::to_owned);
    text.unwrap_or_else(|| match value.is_null() {
        true => String::new(),
        false => value.to_string(),
    })
}
