//! What Tekton's controller does with a case, as text.

use serde_json::{Value, json};

use crate::generate::Case;
use crate::runner::Trace;
use crate::tool::Oracle;

/// The controller's answers, in the order of the cases.
pub fn ask(oracle: &Oracle, cases: &[&Case]) -> Vec<Value> {
    let asked = cases.iter().map(|case| {
        let scenario: Value = serde_json::from_str(&case.scenario).unwrap();
        json!({ "id": case.seed.to_string(), "files": [case.yaml], "scenario": scenario })
    });
    oracle.simulate(asked.collect())
}

/// What the controller did, in the form that both sides share.
pub fn trace(case: &Case, answer: &Value) -> String {
    if answer["verdict"] != "ran" {
        return format!("{answer}\n");
    }
    let mut trace = Trace::default();
    for round in list(&answer["rounds"]) {
        let at = round["at"].as_f64().unwrap();
        for it in list(&round["started"]) {
            trace.start(at, short(it), &pairs(&it["params"]));
        }
        for it in list(&round["finished"]) {
            trace.end(at, short(it), it["reason"].as_str().unwrap());
        }
    }
    let run = &answer["runs"][0];
    for it in list(&run["skipped"]) {
        trace.skip(it["name"].as_str().unwrap(), it["reason"].as_str().unwrap());
    }
    let text = |key: &str| run[key].as_str().unwrap();
    trace.finish(
        text("status"),
        text("reason"),
        text("message"),
        &pairs(&run["results"]),
    );
    let _ = case;
    trace.text()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The name of a TaskRun without the run's.
fn short(it: &Value) -> &str {
    let name = it["name"].as_str().unwrap();
    name.strip_prefix("go-").unwrap_or(name)
}

fn pairs(value: &Value) -> Value {
    let pairs = list(value).iter();
    let pairs = pairs.map(|it| (it["name"].as_str().unwrap().to_owned(), it["value"].clone()));
    Value::Object(pairs.collect())
}

/// Why the runner does not do what the controller does: mistakes of the controller that are known and not imitated.
/// `ours` is what the runner did.
pub fn known_difference(answer: &Value, ours: &str) -> Option<&'static str> {
    let run = &answer["runs"][0];
    let error = run["error"].as_str().unwrap_or_default();
    if error.contains("some tasks were indicated completed without ancestors being done") {
        return Some(
            "a task that waits for one that runs is skipped, and the controller then cannot go on until that one ends",
        );
    }
    if error.contains("has timed out for a long time") {
        return Some(
            "where it looks long after the limit, the controller does not say what it skips",
        );
    }
    if run["reason"] == "Cancelled" && ours.contains("False PipelineValidationFailed") {
        return Some(
            "a result that is missing ends the run at once, and not at the next look, before which it was cancelled",
        );
    }
    if run["state"] == "stuck" {
        return Some("the controller waits for ever");
    }
    None
}
