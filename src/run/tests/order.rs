//! What runs when, what is skipped and how it ends.

use std::time::{Duration, Instant};

use crate::base::Name;
use crate::host::scratch;
use crate::plan::{Expr, ParamShape, PipelineResult, Ref, WorkspaceUse};
use crate::run::tests::{
    after, equal, node, options, param, plan, play, play_with, reference, result_of, span, step,
    task, text, with, workspace,
};
use crate::run::{RunError, RunOptions, Status, cancellation};
use crate::types::Type;
use crate::value::Value;

#[test]
fn results_pass_from_one_to_the_next() {
    let make = task(
        "make",
        &[],
        &["word"],
        vec![step("s", "printf %s hello > {word}")],
    );
    let use_ = task("use", &["word"], &[], vec![step("s", "echo \"<$WORD>\"")]);
    let second = with(node("b", "use"), "word", result_of("a", "word"));
    let mut plan = plan(vec![make, use_], vec![second, node("a", "make")], vec![]);
    let value = Some(result_of("a", "word"));
    let result = PipelineResult {
        name: Name::new("out"),
        span: span(),
        shape: ParamShape::String,
        ty: Type::string(),
        description: None,
        value,
    };
    plan.pipelines[0].results.insert(Name::new("out"), result);
    let told = play(&plan);
    assert!(told.has("[b : s] <hello>"), "{:?}", told.lines);
    assert_eq!(told.outcome.reason, "Succeeded");
    assert_eq!(told.outcome.results["out"], Value::str("hello"));
    assert_eq!(
        told.outcome.message,
        "Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 0"
    );
    assert_eq!(told.outcome.kept, None);
}

#[test]
fn tasks_without_an_order_run_at_the_same_time() {
    let wait = "for i in $(seq 100); do test -e {@w}/b && exit 0; sleep 0.05; done; exit 1";
    let mut one = task("one", &[], &[], vec![step("s", wait)]);
    let mut two = task("two", &[], &[], vec![step("s", "touch {@w}/b")]);
    let (name, declared) = workspace("w");
    let mut nodes = vec![node("a", "one"), node("b", "two")];
    for it in &mut nodes {
        let use_ = WorkspaceUse {
            workspace: name.clone(),
            span: span(),
            sub_path: None,
            writes: true,
        };
        it.workspaces.insert(name.clone(), use_);
    }
    one.workspaces.insert(name.clone(), declared.clone());
    two.workspaces.insert(name.clone(), declared.clone());
    let mut plan = plan(vec![one, two], nodes, vec![]);
    plan.pipelines[0].workspaces.insert(name, declared);
    assert_eq!(play(&plan).outcome.reason, "Succeeded");
}

#[test]
fn skips_spread_as_in_tekton() {
    let ok = task("ok", &[], &["r"], vec![step("s", "printf x > {r}")]);
    let fail = task("fail", &[], &[], vec![step("s", "exit 3")]);
    let take = task("take", &["v"], &["r"], vec![step("s", "echo $V")]);
    let mut w = node("w", "ok");
    w.when = Some(equal(text("a"), "b"));
    let mut f = node("f", "fail");
    f.continue_on_error = true;
    let nodes = vec![
        node("a", "ok"),
        w,
        after(node("after-w", "ok"), &["w"]),
        with(node("res-w", "take"), "v", result_of("w", "r")),
        after(node("after-res-w", "ok"), &["res-w"]),
        f,
    ];
    let status = |it: &str| reference(Ref::NodeStatus(Name::new(it)));
    let says = task(
        "says",
        &["all", "a", "w", "f"],
        &[],
        vec![step("s", "echo $ALL $A $W $F")],
    );
    let fin = with(node("fin", "says"), "all", reference(Ref::TasksStatus));
    let fin = with(with(fin, "a", status("a")), "w", status("w"));
    let told = play(&plan(
        vec![ok, fail, take, says],
        nodes,
        vec![with(fin, "f", status("f"))],
    ));
    assert_eq!(
        told.reasons(),
        [
            "a Succeeded",
            "w When Expressions evaluated to false",
            "after-w Succeeded",
            "res-w Results were missing",
            "after-res-w Parent Tasks were skipped",
            "f FailureIgnored",
            "fin Succeeded",
        ]
    );
    assert!(
        told.has("[fin : s] Failed Succeeded None Failed"),
        "{:?}",
        told.lines
    );
    assert_eq!(told.outcome.reason, "Completed");
    assert_eq!(
        told.outcome.message,
        "Tasks Completed: 4 (Failed: 1 (Ignored: 1), Cancelled 0), Skipped: 3"
    );
}

#[test]
fn a_failure_stops_what_has_not_begun_and_finally_runs() {
    let fail = task(
        "fail",
        &[],
        &[],
        vec![step("s", "exit 3"), step("t", "echo never")],
    );
    let ok = task("ok", &[], &[], vec![step("s", "echo ok")]);
    let nodes = vec![node("a", "fail"), after(node("b", "ok"), &["a"])];
    let told = play(&plan(vec![fail, ok], nodes, vec![node("c", "ok")]));
    assert_eq!(
        told.reasons(),
        ["a StepFailed", "b PipelineRun was stopping", "c Succeeded"]
    );
    assert_eq!(told.outcome.status, Status::Failed);
    assert_eq!(
        told.outcome.tasks[0].message,
        "\"step-s\" exited with code 3"
    );
    let kept = told.outcome.kept.unwrap();
    assert!(kept.join("tasks/a/0").exists());
    crate::host::scratch::remove(&kept).unwrap();
}

#[test]
fn asked_once_to_stop_a_run_still_does_what_finally_says() {
    let slow = task("slow", &[], &[], vec![step("s", "echo up; sleep 1000")]);
    let ok = task("ok", &[], &[], vec![step("s", "echo bye")]);
    let nodes = vec![node("a", "slow"), after(node("b", "ok"), &["a"])];
    let plan = plan(vec![slow, ok], nodes, vec![node("c", "ok")]);
    let (canceller, cancel) = cancellation();
    let mut press = |line: &str| {
        if line == "[a : s] up" {
            canceller.press();
        }
    };
    let told = play_with(&plan, &options(), cancel, &mut press).unwrap();
    let skipped = "b PipelineRun was stopping";
    assert_eq!(
        told.reasons(),
        ["a TaskRunCancelled", skipped, "c Succeeded"]
    );
    assert_eq!(told.outcome.status, Status::Cancelled);
    crate::host::scratch::remove(&told.outcome.kept.unwrap()).unwrap();
}

#[test]
fn asked_twice_everything_ends_at_once() {
    let source = "trap '' TERM; echo up; while true; do sleep 0.1; done";
    let deaf = task("deaf", &[], &[], vec![step("s", source)]);
    let ok = task("ok", &[], &[], vec![step("s", "echo bye")]);
    let plan = plan(
        vec![deaf, ok],
        vec![node("a", "deaf")],
        vec![node("c", "ok")],
    );
    let (canceller, cancel) = cancellation();
    let mut press = |line: &str| {
        if line == "[a : s] up" {
            canceller.press();
            canceller.press();
        }
    };
    let began = Instant::now();
    let told = play_with(&plan, &options(), cancel, &mut press).unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(told.reasons(), ["a TaskRunCancelled"]);
    crate::host::scratch::remove(&told.outcome.kept.unwrap()).unwrap();
}

#[test]
fn instances_run_side_by_side_and_their_results_are_a_list() {
    let build = task(
        "build",
        &["os"],
        &["r"],
        vec![step("s", "printf %s \"$OS\" > {r}")],
    );
    let count = task(
        "count",
        &["n", "all"],
        &[],
        vec![step("s", "echo \"$N $ALL\"")],
    );
    let mut fan = node("m", "build");
    let list = Value::list(vec![Value::str("linux"), Value::str("mac")]);
    fan.matrix
        .insert(Name::new("os"), Expr::constant(span(), list));
    let length = reference(Ref::NodeLength(Name::new("m")));
    let use_ = with(
        with(node("n", "count"), "n", length),
        "all",
        result_of("m", "r"),
    );
    let told = play(&plan(vec![build, count], vec![fan, use_], vec![]));
    assert_eq!(
        told.reasons(),
        ["m-0 Succeeded", "m-1 Succeeded", "n Succeeded"]
    );
    assert!(
        told.has("[n : s] 2 [\"linux\",\"mac\"]"),
        "{:?}",
        told.lines
    );
}

#[test]
fn a_result_that_is_not_written_fails_whoever_needs_it() {
    let silent = task("silent", &[], &["r"], vec![step("s", "true")]);
    let take = task("take", &["v"], &[], vec![step("s", "echo $V")]);
    let nodes = vec![
        node("a", "silent"),
        with(node("b", "take"), "v", result_of("a", "r")),
    ];
    let told = play(&plan(vec![silent, take], nodes, vec![]));
    assert_eq!(told.outcome.reason, "PipelineValidationFailed");
    assert_eq!(
        told.reasons(),
        ["a Succeeded", "b InvalidTaskResultReference"]
    );
    crate::host::scratch::remove(&told.outcome.kept.unwrap()).unwrap();
}

#[test]
fn what_can_only_run_in_a_container_is_refused() {
    let mut image = task("image", &[], &[], vec![step("s", "")]);
    image.steps[0].script = None;
    let plan = plan(vec![image], vec![node("a", "image")], vec![]);
    let (_canceller, cancel) = cancellation();
    let refused = play_with(&plan, &options(), cancel, &mut |_| ());
    assert!(matches!(refused, Err(RunError::Unable(_))));
}

#[test]
fn a_slip_in_a_name_is_recognised() {
    let ok = task("ok", &["word"], &[], vec![step("s", "echo $WORD")]);
    let mut plan = plan(
        vec![ok],
        vec![with(node("a", "ok"), "word", text("x"))],
        vec![],
    );
    let (name, declared) = param("greeting");
    plan.pipelines[0].params.insert(name, declared);
    let (_canceller, cancel) = cancellation();
    let mut options = options();
    options.target = Some("pp".to_owned());
    let refused = play_with(&plan, &options, cancel.clone(), &mut |_| ())
        .err()
        .unwrap();
    assert_eq!(refused.help().unwrap(), "did you mean `p`?");
    options.target = None;
    options.params = vec![("greetin".to_owned(), "x".to_owned())];
    let refused = play_with(&plan, &options, cancel, &mut |_| ())
        .err()
        .unwrap();
    let lines = [
        "there is no parameter `greetin`: did you mean `greeting`?",
        "the parameter `greeting` is not given: say greeting=…",
    ];
    assert_eq!(refused.to_string(), lines.join("\n"));
}

#[test]
fn no_more_tasks_run_at_once_than_may() {
    let directory = scratch::fresh().unwrap();
    let alone = directory.join("alone");
    let alone = alone.display();
    let script = format!("mkdir {alone}; sleep 0.05; rmdir {alone}");
    let tasks = vec![task("say", &[], &[], vec![step("s", &script)])];
    let nodes = ["a", "b", "c"].map(|it| node(it, "say"));
    let plan = plan(tasks, nodes.into(), Vec::new());
    let options = RunOptions {
        jobs: Some(1),
        ..options()
    };
    let (_canceller, cancel) = cancellation();
    let told = play_with(&plan, &options, cancel, &mut |_| ()).unwrap();
    assert_eq!(
        told.reasons(),
        ["a Succeeded", "b Succeeded", "c Succeeded"]
    );
    scratch::remove(&directory).unwrap();
}

#[test]
fn only_some_tasks_run_and_say_what_they_lack() {
    let tasks = vec![
        task("give", &[], &["r"], vec![step("s", "printf %s x > {r}")]),
        task("take", &["t"], &[], vec![step("s", "echo \"$T\"")]),
    ];
    let nodes = vec![
        node("a", "give"),
        after(node("b", "give"), &["a"]),
        with(node("c", "take"), "t", result_of("b", "r")),
    ];
    let plan = plan(tasks, nodes, Vec::new());
    let only = |names: &[&str]| {
        let options = RunOptions {
            only: names.iter().map(|it| (*it).to_owned()).collect(),
            ..options()
        };
        let (_canceller, cancel) = cancellation();
        play_with(&plan, &options, cancel, &mut |_| ())
    };
    let told = only(&["b", "c"]).unwrap();
    assert_eq!(told.reasons(), ["b Succeeded", "c Succeeded"]);
    let lack = only(&["c"]).err().map(|it| it.to_string());
    assert!(lack.is_some_and(|it| it.contains("add `b` to --only")));
    let unknown = only(&["bb"]).err().map(|it| it.to_string());
    assert!(unknown.is_some_and(|it| it.contains("there is no task `bb`")));
}
