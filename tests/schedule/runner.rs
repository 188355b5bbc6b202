//! What wudi does with a case, as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use wudi::{RunOptions, Scenario, cancellation};

use crate::generate::Case;
use crate::manifest;
use crate::support;

/// What stands for a case that does not begin.
pub const REFUSED: &str = "refused\n";

/// What happens, in the form that both sides share: starts by time and name, ends, skips, the end of the run.
pub fn trace(case: &Case) -> String {
    let events = match case.is_manifest {
        true => match of_manifest(case) {
            Some(events) => events,
            None => return REFUSED.to_owned(),
        },
        false => of_program(case),
    };
    let mut trace = Trace::of(case);
    for event in &events {
        match event["event"].as_str().unwrap() {
            "task-started" if event["attempt"] == 0 => {
                trace.start(
                    event["time"].as_f64().unwrap(),
                    &name(case, event, &events),
                    &event["params"],
                );
            }
            "task-finished" if event["reason"] != "ToBeRetried" => {
                let time = event["time"].as_f64().unwrap();
                let reason = event["reason"].as_str().unwrap();
                trace.end(time, &name(case, event, &events), reason);
            }
            "task-skipped" => trace.skip(
                &text(&event["task"]).replace('/', "-"),
                text(&event["reason"]),
            ),
            "run-finished" => trace.finish(
                text(&event["status"]),
                text(&event["reason"]),
                text(&event["message"]),
                &event["results"],
            ),
            _ => {}
        }
    }
    trace.text()
}

/// What the command tells of a manifest; nothing where it refuses it.
pub fn of_manifest(case: &Case) -> Option<Vec<Value>> {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::write(at("run.yaml"), &case.yaml).unwrap();
    std::fs::write(at("scenario.json"), &case.scenario).unwrap();
    let scenario = at("scenario.json");
    let events = events(&at("run.yaml"), &["--scenario", scenario.to_str().unwrap()]);
    { events.iter() }
        .any(|it| it["event"] == "run-finished")
        .then_some(events)
}

/// What the command tells of a file.
pub fn events(file: &Path, arguments: &[&str]) -> Vec<Value> {
    let mut wudi = Command::new(env!("CARGO_BIN_EXE_wudi"));
    wudi.args(["--format", "json", "run", "--no-history"])
        .arg(file);
    wudi.args(arguments);
    for (name, it) in manifest::FLAGS {
        wudi.args(["--flag", &format!("{name}={it}")]);
    }
    let output = wudi.stdin(Stdio::null()).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("WUDI_SHOW_REFUSED").is_some() {
        let talk = String::from_utf8_lossy(&output.stderr);
        crate::tool::tell(&format!("{lines}{talk}"));
    }
    let lines = lines.lines().map(|it| serde_json::from_str(it).unwrap());
    lines.filter(|it: &Value| it["event"].is_string()).collect()
}

fn of_program(case: &Case) -> Vec<Value> {
    let session = support::open_text(&case.program);
    let options = RunOptions {
        target: Some("go".to_owned()),
        scenario: Some(Scenario::parse(&case.scenario).unwrap()),
        ..RunOptions::default()
    };
    let mut events: Vec<Value> = Vec::new();
    let mut keep = |it| events.push(serde_json::from_str(&wudi::event_line(&it)).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (_canceller, cancel) = cancellation();
    let plan = session.plan().unwrap();
    runtime
        .block_on(wudi::run(plan, &options, &mut keep, cancel))
        .unwrap();
    events
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The name of the TaskRun without the run's. One that is alone has no number.
fn name(case: &Case, event: &Value, events: &[Value]) -> String {
    let task = text(&event["task"]);
    // A task that is run alone is called as its run is.
    let shown = match case.is_task_run() {
        true => "go".to_owned(),
        false => task.replace('/', "-"),
    };
    let Some(instance) = event["instance"].as_u64() else {
        return shown;
    };
    let started = events
        .iter()
        .filter(|it| it["event"] == "task-started" && it["task"] == task);
    match started.filter(|it| it["attempt"] == 0).count() {
        1 => shown,
        _ => format!("{shown}-{instance}"),
    }
}

/// The form that both sides share.
#[derive(Default)]
pub struct Trace {
    /// By time in milliseconds and name.
    happened: BTreeMap<(u64, u8, String), String>,
    skips: Vec<String>,
    /// Of pipelines in pipelines the order is not told.
    any_order: bool,
    end: String,
}

impl Trace {
    pub fn of(case: &Case) -> Self {
        Self {
            any_order: case.has_inner(),
            ..Self::default()
        }
    }

    pub fn start(&mut self, time: f64, name: &str, params: &Value) {
        let params: BTreeMap<String, Value> = serde_json::from_value(params.clone()).unwrap();
        let params = serde_json::to_string(&sorted(&params)).unwrap();
        self.happened.insert(
            (millis(time), 1, name.to_owned()),
            format!("start {params}"),
        );
    }

    pub fn end(&mut self, time: f64, name: &str, reason: &str) {
        self.happened
            .insert((millis(time), 0, name.to_owned()), format!("end {reason}"));
    }

    pub fn skip(&mut self, name: &str, reason: &str) {
        self.skips.push(format!("skip {name}: {reason}"));
    }

    pub fn finish(&mut self, status: &str, reason: &str, message: &str, results: &Value) {
        let results: BTreeMap<String, Value> =
            serde_json::from_value(results.clone()).unwrap_or_default();
        let results = serde_json::to_string(&sorted(&results)).unwrap();
        self.end = format!("{status} {reason}: {message}\n{results}\n");
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        for ((time, _, name), what) in &self.happened {
            let _ = writeln!(text, "{time} {name} {what}");
        }
        let mut skips = self.skips.clone();
        if self.any_order {
            skips.sort();
        }
        for skip in &skips {
            let _ = writeln!(text, "{skip}");
        }
        text + &self.end
    }
}

/// With the keys of objects in order.
fn sorted(values: &BTreeMap<String, Value>) -> Value {
    let sort = |it: &Value| match it.as_object() {
        Some(fields) => {
            let fields: BTreeMap<String, Value> = fields
                .iter()
                .map(|(key, it)| (key.clone(), it.clone()))
                .collect();
            Value::Object(fields.into_iter().collect())
        }
        None => it.clone(),
    };
    let values = values.iter();
    Value::Object(values.map(|(key, it)| (key.clone(), sort(it))).collect())
}

fn millis(seconds: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "times are small and not negative"
    )]
    let millis = (seconds * 1000.0).round() as u64;
    millis
}
