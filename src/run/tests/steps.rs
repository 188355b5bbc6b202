//! What happens within a task: steps, their directories, their output.

use std::time::{Duration, Instant};

use crate::base::Name;
use crate::plan::{EnvValue, Ref};
use crate::run::cancellation;
use crate::run::tests::{
    equal, node, options, plan, play, play_with, reference, span, step, task, text,
};

/// The golden trace of Tekton's own reconciler.

#[test]
fn a_task_is_tried_again_with_fresh_directories() {
    let source = "test ! -e {r}; printf x > {r}; test \"$TRY\" = 2";
    let mut flaky = task("flaky", &[], &["r"], vec![step("s", source)]);
    let count = EnvValue::Text(reference(Ref::Context(Name::new("task.retry-count"))));
    flaky.steps[0].env.insert(Name::new("TRY"), count);
    let mut a = node("a", "flaky");
    a.retries = 3;
    let told = play(&plan(vec![flaky], vec![a], vec![]));
    let ends: Vec<&str> = told.lines.iter().map(|it| it.as_str()).collect();
    let attempts = [
        "start a 0",
        "end a ToBeRetried",
        "start a 1",
        "end a ToBeRetried",
        "start a 2",
        "end a Succeeded",
    ];
    assert_eq!(ends, attempts);
    assert_eq!(told.outcome.tasks[0].attempts, 3);
}

#[test]
fn nothing_of_a_task_that_takes_too_long_stays_behind() {
    let slow = task(
        "slow",
        &[],
        &[],
        vec![step("s", "sleep 1000 & echo $!; wait")],
    );
    let mut a = node("a", "slow");
    a.timeout = Some(300_000_000);
    let began = Instant::now();
    let told = play(&plan(vec![slow], vec![a], vec![]));
    assert!(began.elapsed() < Duration::from_secs(8));
    assert_eq!(told.reasons(), ["a TaskRunTimeout"]);
    let line = told
        .lines
        .iter()
        .find(|it| it.starts_with("[a : s]"))
        .unwrap();
    let child = line.rsplit(' ').next().unwrap();
    let state = std::path::Path::new("/proc").join(child).join("stat");
    // What is dead may wait for its burial.
    let gone = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        let state = crate::host::scratch::read(&state, 1 << 10).unwrap_or_default();
        state.is_none_or(|it| String::from_utf8_lossy(&it).contains(") Z"))
    });
    assert!(gone);
    crate::host::scratch::remove(&told.outcome.kept.unwrap()).unwrap();
}

#[test]
fn a_background_process_does_not_hold_up_its_step() {
    let leaves = task(
        "leaves",
        &[],
        &[],
        vec![step("s", "sleep 1000 & echo done")],
    );
    let began = Instant::now();
    let told = play(&plan(vec![leaves], vec![node("a", "leaves")], vec![]));
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(told.outcome.reason, "Succeeded");
}

#[test]
fn results_larger_than_a_cluster_carries_fail_the_task() {
    let large = task(
        "large",
        &[],
        &["r"],
        vec![step("s", "head -c 5000 /dev/zero | tr '\\0' x > {r}")],
    );
    let told = play(&plan(vec![large], vec![node("a", "large")], vec![]));
    assert_eq!(told.reasons(), ["a TaskRunResultLargerThanAllowedLimit"]);
    crate::host::scratch::remove(&told.outcome.kept.unwrap()).unwrap();
}

#[test]
fn secrets_reach_steps_and_nothing_else() {
    let source = "echo \"$TOKEN\"; printf '%s' \"$TOKEN\" | base64; printf %s \"$TOKEN\" > {r}";
    let mut leaky = task("leaky", &[], &["r"], vec![step("s", source)]);
    let (name, key) = (Name::new("store"), Name::new("token"));
    let secret = EnvValue::Secret {
        name,
        key,
        span: span(),
    };
    leaky.steps[0].env.insert(Name::new("TOKEN"), secret);
    let plan = plan(vec![leaky], vec![node("a", "leaky")], vec![]);
    let (_canceller, cancel) = cancellation();
    let refused = play_with(&plan, &options(), cancel.clone(), &mut |_| ());
    let said = refused.err().map(|it| it.to_string()).unwrap();
    assert!(
        said.contains("--secret store/token=…") && said.contains("STORE_TOKEN"),
        "{said}"
    );
    let mut options = options();
    options
        .environment
        .push(("STORE_TOKEN".to_owned(), "hunter2-hunter2".to_owned()));
    let told = play_with(&plan, &options, cancel, &mut |_| ()).unwrap();
    assert!(told.has("[a : s] ***"), "{:?}", told.lines);
    let all = told.lines.join("\n");
    assert!(
        !all.contains("hunter2") && !all.contains("aHVudGVy"),
        "{all}"
    );
}

#[test]
fn steps_pass_over_and_wait_for_their_conditions() {
    let mut first = step("first", "exit 7");
    first.continue_on_error = true;
    let mut second = step("second", "echo never");
    second.when = Some(equal(text("a"), "b"));
    let mut third = step("third", "sleep 100");
    third.timeout = Some(200_000_000);
    let told = play(&plan(
        vec![task("t", &[], &[], vec![first, second, third])],
        vec![node("a", "t")],
        vec![],
    ));
    assert!(!told.has("[a : second] never"));
    let message = "\"step-third\" exited because the step exceeded the specified timeout limit";
    assert_eq!(told.outcome.tasks[0].message, message);
    crate::host::scratch::remove(&told.outcome.kept.unwrap()).unwrap();
}

#[test]
fn a_flood_of_lines_is_heard_to_its_end() {
    let flood = task("flood", &[], &[], vec![step("s", "seq 200000")]);
    let told = play(&plan(vec![flood], vec![node("a", "flood")], vec![]));
    let lines = told.lines.iter().filter(|it| it.starts_with("[a : s]"));
    assert_eq!(lines.count(), 200_000);
}
