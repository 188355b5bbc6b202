//! The same pipelines with processes or containers: what tasks do is written in scripts, and the outcome is the one that was played.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;
use wudi::{Engines, RunOptions, Scenario, cancellation};

use crate::generate::Case;
use crate::runner;
use crate::schema;
use crate::support;

/// What happens apart from when: starts with arguments, ends with reasons, skips, the end of the run. `None` where it depends on
/// which of two comes first: where something stops the run, or time does.
pub fn played(case: &Case) -> Option<BTreeSet<String>> {
    let scenario: Value = serde_json::from_str(&case.scenario).unwrap();
    if case.program.contains("timeout") || scenario.get("status").is_some() {
        return None;
    }
    if case.is_manifest {
        let events = runner::of_manifest(case)?;
        let happened = told(&events, &case.yaml);
        return happened
            .iter()
            .any(|it| it.starts_with("run True"))
            .then_some(happened);
    }
    let options = RunOptions {
        target: Some("go".to_owned()),
        scenario: Some(Scenario::parse(&case.scenario).unwrap()),
        ..RunOptions::default()
    };
    let happened = happened(&case.program, &options);
    let went_well = happened.iter().any(|it| it.starts_with("run True"));
    went_well.then_some(happened)
}

/// The same with an engine.
pub fn run(case: &Case, engines: Engines) -> BTreeSet<String> {
    let directory = tempfile::tempdir().unwrap();
    let scenario: Value = serde_json::from_str(&case.scenario).unwrap();
    let mut plays = Vec::new();
    for (name, how) in scenario["tasks"].as_object().unwrap() {
        let name = name.strip_prefix("go-").unwrap_or(name);
        plays.push((name, script(how)));
    }
    plays.push(("default", script(&Value::Null)));
    let path = std::env::var("PATH").unwrap();
    let options = RunOptions {
        target: Some("go".to_owned()),
        environment: vec![("PATH".to_owned(), path)],
        directory: Some(directory.path().join("run")),
        engines,
        ..RunOptions::default()
    };
    match case.is_manifest {
        true => {
            let yaml = with_shell(&case.yaml, &plays);
            let path = directory.path().join("run.yaml");
            std::fs::write(&path, &yaml).unwrap();
            told(
                &runner::events(&path, &["--engine", options.engines.usual.word()]),
                &yaml,
            )
        }
        false => happened(&with_scripts(&case.program, &plays), &options),
    }
}

/// What a task of that behaviour does; `$try` counts from zero.
fn script(how: &Value) -> String {
    let mut text = String::new();
    let attempts = match (how["fail"].as_bool(), how["fail_attempts"].as_u64()) {
        (Some(true), _) => u64::MAX >> 1,
        (_, attempts) => attempts.unwrap_or(0),
    };
    match how["results"].as_object() {
        Some(results) => {
            for (name, value) in results {
                let value = match value.as_str() {
                    Some(it) => it.to_owned(),
                    None => value.to_string(),
                };
                let _ = writeln!(text, "give {name} '{value}'");
            }
        }
        None => {
            let _ = writeln!(text, "[ \"$try\" -ge {attempts} ] || exit 1");
            text += "give r value-of-r\n[ -z \"$a\" ] || { give a '[\"a-0\",\"a-1\",\"a-2\"]'; give o '{\"k\":\"o-k\",\"l\":\"o-l\"}'; }\n";
        }
    }
    let _ = writeln!(text, "[ \"$try\" -ge {attempts} ]");
    text
}

/// What a step does that is called `$name`: what is said of its own run, its instance, its node.
fn shell(plays: &[(&str, String)]) -> String {
    let mut play = "give() { eval \"p=\\$$1\"; printf %s \"$2\" > \"$p\"; }\n".to_owned();
    let names: Vec<&str> = plays.iter().map(|(name, _)| *name).collect();
    let names = names.join("|");
    let _ = writeln!(
        play,
        "known() {{ case \"$1\" in {names}) ;; *) return 1 ;; esac; }}"
    );
    play += "w=${name#go-??????}; w=${w#-}; k=${w:-go}; known \"$k\" || k=${w%-[0-9]}; known \"$k\" || k=${k#n?-}; known \"$k\" || k=default\ncase $k in\n";
    for (name, script) in plays {
        let _ = writeln!(play, "{name})\n{script};;");
    }
    play + "esac\n"
}

/// The manifest whose tasks do what is said of each name.
fn with_shell(yaml: &str, plays: &[(&str, String)]) -> String {
    let play = shell(plays);
    let documents = yaml.split("\n---\n").map(|it| {
        let mut tree: Value = serde_json::from_str(it).unwrap();
        put(&mut tree, &play);
        tree.to_string()
    });
    documents.collect::<Vec<_>>().join("\n---\n")
}

fn put(tree: &mut Value, play: &str) {
    if tree.get("steps").is_some() {
        let names = tree["results"].as_array().into_iter().flatten();
        let mut text = "name=$(context.taskRun.name)\ntry=$(context.task.retry-count)\n".to_owned();
        for it in names {
            let name = it["name"].as_str().unwrap();
            let _ = writeln!(text, "{name}=$(results.{name}.path)");
        }
        let script = &mut tree["steps"][0]["script"];
        // What it refers to stays.
        let said = script
            .as_str()
            .unwrap()
            .trim_start_matches("echo ")
            .to_owned();
        *script = format!("cat <<'E' > /dev/null\n{said}\nE\n{text}{play}").into();
        return;
    }
    match tree {
        Value::Array(all) => all.iter_mut().for_each(|it| put(it, play)),
        Value::Object(fields) => fields.values_mut().for_each(|it| put(it, play)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The program whose tasks do what is said of each name.
fn with_scripts(program: &str, plays: &[(&str, String)]) -> String {
    let play = shell(plays);
    let play = { play.replace('\\', "\\\\") }
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    let does = |paths: &str| {
        format!(
            "env: {{ name: context.taskRun.name, try: context.task.retry-count, r: results.r.path{paths} }}, script: \"{play}\""
        )
    };
    let plain = "script: \"true\"";
    let rich = ", a: results.a.path, o: results.o.path";
    let mut text = String::new();
    let mut is_rich = false;
    for line in program.lines() {
        is_rich = line.starts_with("task all(") || (is_rich && !line.starts_with('}'));
        // A task that sees what is around it has variables already.
        let line = match line.split_once("script: \"true\", env: { ") {
            Some((before, after)) => {
                let does = does("");
                let (env, script) = does.split_once(" }, script").unwrap();
                format!("{before}script{script}, {env}, {after}")
            }
            None => line.replace(plain, &does(if is_rich { rich } else { "" })),
        };
        text += &line;
        text.push('\n');
    }
    text
}

fn happened(program: &str, options: &RunOptions) -> BTreeSet<String> {
    let session = support::open_text(program);
    let plan = session.plan();
    let plan = plan.unwrap_or_else(|| panic!("{program}\n{}", support::findings(&session)));
    let mut events = Vec::new();
    let mut keep = |event| events.push(serde_json::from_str(&wudi::event_line(&event)).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let (_canceller, cancel) = cancellation();
    let done = runtime.block_on(wudi::run(plan, options, &mut keep, cancel));
    done.unwrap_or_else(|error| panic!("{error}\n{program}"));
    told(&events, program)
}

/// What events tell apart from when, with the run called as it is when it is played.
fn told(events: &[Value], program: &str) -> BTreeSet<String> {
    let schema = schema::schema();
    let mut happened = BTreeSet::new();
    let mut run = String::new();
    for event in events {
        assert!(schema::fits(event, &schema), "{event}");
        let text = |key: &str| event[key].as_str().unwrap();
        let instance = event["instance"].as_u64();
        let task = || format!("{} {:?} {}", text("task"), instance, event["attempt"]);
        let line = match text("event") {
            "run-started" => {
                text("name").clone_into(&mut run);
                continue;
            }
            "task-started" => format!("{} start {}", task(), event["params"]),
            "task-finished" => format!("{} end {} {}", task(), text("status"), event["results"]),
            "task-skipped" => format!("{} skipped {}", text("task"), text("reason")),
            "run-finished" => {
                let (status, reason) = (text("status"), text("reason"));
                let (message, results) = (text("message"), &event["results"]);
                format!("run {status} {reason}: {message} {results}")
            }
            _ => continue,
        };
        happened.insert(line.replace(&run, "go"));
    }
    assert!(!happened.is_empty(), "{program}");
    happened
}
