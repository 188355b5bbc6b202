//! Runs of plans made by hand: what happens in which order, and how it ends.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indexmap::IndexMap;

use crate::base::{FileId, Name, Span};
use crate::plan::expr::WorkspaceField;
use crate::plan::{
    Callee, EnvValue, Expr, ExprKind, Meta, Node, Param, ParamShape, Part, Pipeline,
    PipelineResult, Plan, Ref, ResultDecl, Step, Task, Workspace, WorkspaceUse,
};
use crate::run::{Cancel, Event, Outcome, RunError, RunOptions, Status, cancellation, run};
use crate::types::Type;
use crate::value::{BinaryOp, Value};

fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn text(text: &str) -> Expr {
    Expr::constant(span(), Value::str(text))
}

fn reference(reference: Ref) -> Expr {
    Expr::reference(span(), reference)
}

fn result_of(node: &str, result: &str) -> Expr {
    reference(Ref::NodeResult(Name::new(node), Name::new(result)))
}

fn equal(left: Expr, right: &str) -> Expr {
    let kind = ExprKind::Binary(BinaryOp::Eq, Arc::new((left, text(right))));
    Expr { span: span(), kind }
}

/// A script in which `{name}` is a path: of the result `name`, or of the workspace `name` after `@`.
fn script(source: &str) -> Expr {
    let mut parts = Vec::new();
    for (index, piece) in source.split(['{', '}']).enumerate() {
        if index % 2 == 0 {
            parts.push(Part::Text(piece.into()));
            continue;
        }
        let path = match piece.strip_prefix('@') {
            Some(name) => Ref::Workspace(Name::new(name), WorkspaceField::Path),
            None => Ref::ResultPath(Name::new(piece)),
        };
        parts.push(Part::Hole(reference(path)));
    }
    let kind = ExprKind::Text(Arc::new(parts));
    Expr { span: span(), kind }
}

fn step(name: &str, source: &str) -> Step {
    Step {
        name: Some(Name::new(name)),
        span: span(),
        description: None,
        image: None,
        command: Vec::new(),
        args: Vec::new(),
        script: Some(script(source)),
        working_dir: None,
        env: IndexMap::new(),
        when: None,
        timeout: None,
        continue_on_error: false,
        results: IndexMap::new(),
        extra: IndexMap::new(),
    }
}

fn param(name: &str) -> (Name, Param) {
    let name = Name::new(name);
    let param = Param {
        name: name.clone(),
        span: span(),
        shape: ParamShape::String,
        ty: Type::string(),
        default: None,
        description: None,
    };
    (name, param)
}

fn workspace(name: &str) -> (Name, Workspace) {
    let name = Name::new(name);
    let workspace = Workspace {
        name: name.clone(),
        span: span(),
        read_only: false,
        optional: false,
        mount_path: None,
        description: None,
    };
    (name, workspace)
}

/// A task whose parameters are variables of its steps; the paths in its scripts say what else it declares.
fn task(name: &str, params: &[&str], results: &[&str], mut steps: Vec<Step>) -> Task {
    for it in &mut steps {
        for name in params {
            let value = EnvValue::Text(reference(Ref::Param(Name::new(name))));
            it.env.insert(Name::new(name.to_uppercase()), value);
        }
    }
    let result = |name: &&str| {
        let name = Name::new(name);
        let declared = ResultDecl {
            name: name.clone(),
            span: span(),
            shape: ParamShape::String,
            ty: Type::string(),
            description: None,
            value: None,
        };
        (name, declared)
    };
    Task {
        meta: Meta::new(Name::new(name), span()),
        external: None,
        own: true,
        params: params.iter().map(|it| param(it)).collect(),
        results: results.iter().map(result).collect(),
        workspaces: IndexMap::new(),
        steps,
        host_steps: None,
        extra: IndexMap::new(),
    }
}

fn node(name: &str, callee: &str) -> Node {
    Node {
        name: Name::new(name),
        span: span(),
        description: None,
        display_name: None,
        callee: Callee::Task(Name::new(callee)),
        args: IndexMap::new(),
        matrix: IndexMap::new(),
        include: Vec::new(),
        workspaces: IndexMap::new(),
        after: Vec::new(),
        when: None,
        retries: 0,
        timeout: None,
        continue_on_error: false,
        skip_if_absent: false,
        allowed: Vec::new(),
    }
}

fn after(mut node: Node, others: &[&str]) -> Node {
    node.after = others.iter().map(|it| (Name::new(it), span())).collect();
    node
}

fn with(mut node: Node, name: &str, value: Expr) -> Node {
    node.args.insert(Name::new(name), value);
    node
}

fn plan(tasks: Vec<Task>, nodes: Vec<Node>, finally: Vec<Node>) -> Plan {
    let name = Name::new("p");
    let pipeline = Pipeline {
        meta: Meta::new(name.clone(), span()),
        external: None,
        own: true,
        params: IndexMap::new(),
        workspaces: IndexMap::new(),
        nodes,
        finally,
        results: IndexMap::new(),
        allowed: Vec::new(),
    };
    let tasks = tasks.into_iter().map(|it| (it.meta.name.clone(), it));
    Plan {
        tasks: tasks.collect(),
        pipelines: IndexMap::from([(name, pipeline)]),
        ..Plan::default()
    }
}

/// What happened, as lines.
struct Told {
    lines: Vec<String>,
    outcome: Outcome,
}

impl Told {
    fn has(&self, line: &str) -> bool {
        self.lines.iter().any(|it| it == line)
    }

    fn reasons(&self) -> Vec<String> {
        let tasks = self.outcome.tasks.iter();
        tasks
            .map(|it| format!("{} {}", it.task, it.reason))
            .collect()
    }
}

fn options() -> RunOptions {
    let path = std::env::var("PATH").unwrap();
    RunOptions {
        environment: vec![("PATH".to_owned(), path)],
        ..RunOptions::default()
    }
}

fn told(event: &Event) -> Option<String> {
    match event {
        Event::TaskStarted { task, attempt, .. } => Some(format!("start {task} {attempt}")),
        Event::Log {
            task, step, line, ..
        } => Some(format!("[{task} : {step}] {line}")),
        Event::TaskFinished { task, reason, .. } => Some(format!("end {task} {reason}")),
        Event::TaskSkipped { task, reason } => Some(format!("skip {task}: {reason}")),
        Event::FinallyStarted { .. } => Some("finally".to_owned()),
        Event::Note { text, .. } => Some(format!("note {text}")),
        Event::RunStarted { .. }
        | Event::StepStarted { .. }
        | Event::StepFinished { .. }
        | Event::RunFinished { .. } => None,
    }
}

fn play_with(
    plan: &Plan,
    options: &RunOptions,
    cancel: Cancel,
    seen: &mut dyn FnMut(&str),
) -> Result<Told, RunError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let lines = RefCell::new(Vec::new());
    let mut show = |event: Event| {
        if let Some(line) = told(&event) {
            seen(&line);
            lines.borrow_mut().push(line);
        }
    };
    let outcome = runtime.block_on(run(plan, options, &mut show, cancel))?;
    let lines = lines.into_inner();
    Ok(Told { lines, outcome })
}

fn play(plan: &Plan) -> Told {
    let (_canceller, cancel) = cancellation();
    play_with(plan, &options(), cancel, &mut |_| ()).unwrap()
}

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

/// The golden trace of Tekton's own reconciler.
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
    assert!(kept.join("tasks/a/0/steps/s/exitCode").exists());
    crate::host::scratch::remove(&kept).unwrap();
}

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
    let skipped = "b PipelineRun was gracefully cancelled";
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
