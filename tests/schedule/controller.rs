//! What Tekton's controller does with a case, as text.

use serde_json::{Value, json};

use crate::generate::Case;
use crate::manifest;
use crate::runner::Trace;
use crate::tool::Oracle;

/// The controller's answers, in the order of the cases.
pub fn ask(oracle: &Oracle, cases: &[&Case]) -> Vec<Value> {
    let asked = cases.iter().map(|case| {
        let scenario: Value = serde_json::from_str(&case.scenario).unwrap();
        let mut asked =
            json!({ "id": case.seed.to_string(), "files": [case.yaml], "scenario": scenario });
        if case.is_manifest {
            let flags = manifest::FLAGS.iter();
            asked["flags"] = { flags.map(|(name, it)| ((*name).to_owned(), Value::from(*it))) }
                .collect::<serde_json::Map<_, _>>()
                .into();
            asked["taskruns"] = case.is_task_run().into();
        }
        asked
    });
    oracle.simulate(asked.collect())
}

/// What the controller did, in the form that both sides share.
pub fn trace(case: &Case, answer: &Value) -> String {
    if answer["verdict"] == "admission" {
        return crate::runner::REFUSED.to_owned();
    }
    if answer["verdict"] != "ran" {
        return format!("{answer}\n");
    }
    let mut trace = Trace::of(case);
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
    let started = list(&answer["rounds"]).iter();
    if case.is_manifest
        && started.flat_map(|it| list(&it["started"])).count() == 0
        && run["status"] == "False"
        && BEFORE.contains(&run["reason"].as_str().unwrap_or_default())
    {
        return crate::runner::REFUSED.to_owned();
    }
    for run in list(&answer["runs"]) {
        let within = run["name"].as_str().unwrap();
        let within = within.strip_prefix("go-").map(|it| format!("{it}-"));
        let within = within.unwrap_or_default();
        for it in list(&run["skipped"]) {
            let name = format!("{within}{}", it["name"].as_str().unwrap());
            trace.skip(&name, it["reason"].as_str().unwrap());
        }
    }
    let text = |key: &str| run[key].as_str().unwrap();
    trace.finish(
        text("status"),
        text("reason"),
        text("message"),
        &pairs(&run["results"]),
    );
    trace.text()
}

/// Reasons that the controller has before anything runs, and wudi before it begins.
const BEFORE: &[&str] = &[
    "InvalidMatrixParameterTypes",
    "ParamArrayIndexingInvalid",
    "ParameterMissing",
    "ParameterTypeMismatch",
    "PipelineInvalidGraph",
    "PipelineValidationFailed",
    "InvalidPipelineResultReference",
    "InvalidTaskResultReference",
    "InvalidTaskRunSpecs",
    "ObjectParameterMissKeys",
    "PipelineRunValidationFailed",
    "TaskRunValidationFailed",
];

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
