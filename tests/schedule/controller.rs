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
        // That a pipeline in the pipeline began is told by its tasks.
        let tasks = { list(&round["started"]).iter() }.filter(|it| it["kind"] != "PipelineRun");
        for it in tasks {
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
        && (BEFORE.contains(&run["reason"].as_str().unwrap_or_default())
            || run["message"]
                .as_str()
                .is_some_and(|it| it.contains("[User error]")))
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
    "InvalidPipelineResultReference",
    "InvalidTaskResultReference",
    "InvalidTaskRunSpecs",
    "ObjectParameterMissKeys",
    "PipelineRunValidationFailed",
    "TaskRunValidationFailed",
];

/// The start of an instance without what its row would give it.
fn bare(line: &str) -> bool {
    line.contains(" start {") && !line.contains("\"p\"")
}

/// All is the same but why tasks were skipped, and a condition is one of the reasons.
fn reasons_differ(theirs: &str, ours: &str) -> bool {
    let invalid = theirs.contains("False PipelineValidationFailed");
    let same_skip = |one: &str, other: &str| {
        let name = |it: &str| {
            let is_skip = it.starts_with("skip ");
            is_skip.then(|| it.split(':').next().unwrap().to_owned())
        };
        let condition = [one, other]
            .iter()
            .any(|it| it.ends_with("evaluated to false"));
        (condition || invalid) && name(one).is_some() && name(one) == name(other)
    };
    let (theirs, ours): (Vec<&str>, Vec<&str>) = (theirs.lines().collect(), ours.lines().collect());
    let mut pairs = theirs.iter().zip(&ours);
    theirs.len() == ours.len() && pairs.all(|(one, other)| one == other || same_skip(one, other))
}

/// All but how the run ended.
fn without_end(trace: &str) -> Vec<&str> {
    let lines: Vec<&str> = trace.lines().collect();
    lines[..lines.len().saturating_sub(2)].to_vec()
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
pub fn known_difference(case: &Case, answer: &Value, ours: &str) -> Option<&'static str> {
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
    let children: Vec<&str> = { list(&answer["runs"]).iter() }
        .filter_map(|it| it["name"].as_str()?.strip_prefix("go-"))
        .collect();
    let mut skipped = list(&run["skipped"]).iter();
    if skipped.any(|it| children.contains(&it["name"].as_str().unwrap())) {
        return Some(
            "a pipeline in the pipeline never counts as started to the controller, which skips it while it runs",
        );
    }
    let message = run["message"].as_str().unwrap_or_default();
    if message.contains("expecting non-empty values field") {
        return Some(
            "where a condition turns out to have no values the controller gives up midway, and wudi does not begin, or passes it",
        );
    }
    let theirs = trace(case, answer);
    if ours == crate::runner::REFUSED && !theirs.contains(" start ") {
        return Some(
            "what is wrong with a task is said, though its condition would have kept it from running",
        );
    }
    if case.yaml.contains("results.r[*])") && without_end(&theirs) == without_end(ours) {
        return Some(
            "the controller gathers the results of a matrix for the pipeline's only where another task takes them",
        );
    }
    // Nothing but the reconciler of TaskRuns looks at what a task takes of a list, and that is not asked here.
    if ours == crate::runner::REFUSED && case.yaml.contains("\"script\": \"echo") && {
        let mut scripts = case.yaml.lines().filter(|it| it.contains("\"script\""));
        scripts.any(|it| it.contains("$(params.y["))
    } {
        return Some("a task that takes what a list has not is refused before it begins");
    }
    if run["reason"] == "PipelineValidationFailed" && ours.contains("PipelineValidationFailed") {
        let begun = |it: &str| { it.lines() }.filter(|it| it.contains(" start ")).count();
        if begun(&theirs) < begun(ours) {
            return Some(
                "once a result is missing the controller judges conditions in finally before it knows the statuses they ask for",
            );
        }
    }
    if case.is_manifest && reasons_differ(&theirs, ours) {
        return Some(
            "which of two reasons a task that cannot run is skipped for depends on what the controller has put in place so far",
        );
    }
    let more = theirs.lines().filter(|it| !ours.contains(it));
    if case.yaml.contains("\"include\"") && { more }.any(|it| it.ends_with(" start {}") || bare(it))
    {
        return Some(
            "the controller counts what a matrix includes otherwise than it makes it, and starts tasks without arguments",
        );
    }
    if run["state"] == "stuck" {
        return Some("the controller waits for ever");
    }
    None
}
