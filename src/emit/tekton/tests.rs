//! Pipelines, tasks and runs as files, of plans made by hand.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{FileId, Name, Span};
use crate::diag::Sink;
use crate::emit::{Manifest, emit};
use crate::plan::expr::WorkspaceField;
use crate::plan::{
    Callee, EnvValue, Expr, ExprKind, Meta, Node, Param, ParamShape, Part, Pipeline,
    PipelineResult, Plan, Ref, ResultDecl, Run, Step, Target, Task, Workspace, WorkspaceUse,
};
use crate::schema::profile::TektonApi;
use crate::types::Type;
use crate::value::{BinaryOp, UnaryOp, Value};

pub(crate) fn at() -> Span {
    Span::new(FileId(0), 0, 0)
}

pub(crate) fn constant(text: &str) -> Expr {
    Expr::constant(at(), Value::str(text))
}

pub(crate) fn reference(reference: Ref) -> Expr {
    Expr::reference(at(), reference)
}

pub(crate) fn param_ref(name: &str) -> Expr {
    reference(Ref::Param(name.into()))
}

pub(crate) fn result_ref(node: &str, result: &str) -> Expr {
    reference(Ref::NodeResult(node.into(), result.into()))
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let kind = ExprKind::Binary(op, Arc::new((left, right)));
    Expr { span: at(), kind }
}

fn not(inner: Expr) -> Expr {
    let kind = ExprKind::Unary(UnaryOp::Not, Arc::new(inner));
    Expr { span: at(), kind }
}

fn list(texts: &[&str]) -> Expr {
    Expr::constant(at(), Value::list(texts.iter().map(Value::str).collect()))
}

pub(crate) fn param(name: &str, default: Option<Expr>) -> Param {
    Param {
        name: name.into(),
        span: at(),
        shape: ParamShape::String,
        ty: Type::string(),
        default,
        description: None,
    }
}

fn result(name: &str) -> ResultDecl {
    ResultDecl {
        name: name.into(),
        span: at(),
        shape: ParamShape::String,
        ty: Type::string(),
        description: None,
        value: None,
    }
}

fn workspace(name: &str, read_only: bool) -> Workspace {
    Workspace {
        name: name.into(),
        span: at(),
        read_only,
        optional: false,
        mount_path: None,
        description: None,
    }
}

fn named<T>(items: Vec<(&str, T)>) -> IndexMap<Name, T> {
    items
        .into_iter()
        .map(|(name, it)| (name.into(), it))
        .collect()
}

pub(crate) fn step(name: &str) -> Step {
    Step {
        action: None,
        on_error: None,
        name: Some(name.into()),
        span: at(),
        description: None,
        image: Some(constant("busybox:1.37")),
        command: Vec::new(),
        args: Vec::new(),
        script: None,
        working_dir: None,
        env: IndexMap::new(),
        when: None,
        timeout: None,
        continue_on_error: false,
        results: IndexMap::new(),
        extra: IndexMap::new(),
    }
}

pub(crate) fn task(name: &str) -> Task {
    Task {
        embedded: false,
        meta: Meta::new(name.into(), at()),
        external: None,
        own: true,
        params: IndexMap::new(),
        results: IndexMap::new(),
        workspaces: IndexMap::new(),
        steps: Vec::new(),
        host_steps: None,
        cache: None,
        extra: IndexMap::new(),
    }
}

pub(crate) fn node(name: &str, callee: &str) -> Node {
    Node {
        from: None,
        on_error: None,
        name: name.into(),
        span: at(),
        description: None,
        display_name: None,
        callee: Callee::Task(callee.into()),
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

fn uses(workspace: &str, writes: bool) -> WorkspaceUse {
    WorkspaceUse {
        workspace: workspace.into(),
        span: at(),
        sub_path: None,
        writes,
    }
}

fn clone() -> Task {
    let parts = vec![
        Part::Text("#!/bin/sh\ngit fetch \"$URL\"\ngit rev-parse HEAD > ".into()),
        Part::Hole(reference(Ref::ResultPath("commit".into()))),
        Part::Text("\n".into()),
    ];
    let script = Expr {
        span: at(),
        kind: ExprKind::Text(Arc::new(parts)),
    };
    let mut env = named(vec![("URL", EnvValue::Text(param_ref("url")))]);
    let token = EnvValue::Secret {
        name: "git".into(),
        key: "token".into(),
        span: at(),
    };
    env.insert("TOKEN".into(), token);
    let directory = reference(Ref::Workspace("output".into(), WorkspaceField::Path));
    let mut base = task("git-clone");
    base.meta.description = Some("Clone a repository.".to_owned());
    base.params = named(vec![
        ("url", param("url", None)),
        ("revision", param("revision", Some(constant("main")))),
        (
            "depth",
            param("depth", Some(Expr::constant(at(), Value::Int(1)))),
        ),
    ]);
    base.results = named(vec![("commit", result("commit"))]);
    base.workspaces = named(vec![("output", workspace("output", false))]);
    base.steps = vec![Step {
        script: Some(script),
        working_dir: Some(directory),
        env,
        timeout: Some(90_000_000_000),
        ..step("clone")
    }];
    base
}

fn build() -> Task {
    let mut base = task("kaniko-build");
    base.params = named(vec![
        ("image", param("image", None)),
        ("commit", param("commit", None)),
    ]);
    base.results = named(vec![("digest", result("digest"))]);
    base.workspaces = named(vec![("source", workspace("source", true))]);
    base.steps = vec![Step {
        args: vec![constant("--destination"), param_ref("image")],
        ..step("build")
    }];
    base
}

pub(crate) fn pipeline(name: &str) -> Pipeline {
    Pipeline {
        embedded: false,
        meta: Meta::new(name.into(), at()),
        external: None,
        own: true,
        params: IndexMap::new(),
        workspaces: IndexMap::new(),
        nodes: Vec::new(),
        finally: Vec::new(),
        results: IndexMap::new(),
        allowed: Vec::new(),
    }
}

pub(crate) fn wudi() -> Pipeline {
    let mut base = pipeline("wudi-pipeline");
    base.params = named(vec![
        ("repo-url", param("repo-url", None)),
        ("revision", param("revision", Some(constant("main")))),
    ]);
    base.workspaces = named(vec![("shared-data", workspace("shared-data", false))]);
    let fetch = Node {
        args: named(vec![("url", param_ref("repo-url"))]),
        workspaces: named(vec![("output", uses("shared-data", true))]),
        ..node("fetch-source", "git-clone")
    };
    let image = named(vec![
        ("image", constant("r.example.com/a:1")),
        ("commit", result_ref("fetch-source", "commit")),
    ]);
    let build = Node {
        args: image,
        workspaces: named(vec![("source", uses("shared-data", false))]),
        after: vec![("fetch-source".into(), at())],
        when: Some(binary(
            BinaryOp::Eq,
            param_ref("revision"),
            constant("main"),
        )),
        retries: 3,
        timeout: Some(1_200_000_000_000),
        ..node("build-image", "kaniko-build")
    };
    base.nodes = vec![fetch, build];
    let digest = PipelineResult {
        name: "digest".into(),
        span: at(),
        shape: ParamShape::String,
        ty: Type::string(),
        description: Some("What was built.".to_owned()),
        value: Some(result_ref("build-image", "digest")),
    };
    base.results = named(vec![("digest", digest)]);
    base
}

pub(crate) fn run(name: &str, target: &str) -> Run {
    Run {
        meta: Meta::new(name.into(), at()),
        generate_name: None,
        target: Target::Pipeline(target.into()),
        args: IndexMap::new(),
        workspaces: IndexMap::new(),
        on: Vec::new(),
        condition: None,
        max_keep_runs: None,
        cancel_in_progress: None,
        timeouts: IndexMap::new(),
        extra: IndexMap::new(),
        allowed: Vec::new(),
    }
}

pub(crate) fn plan() -> Plan {
    Plan {
        tasks: named(vec![("git-clone", clone()), ("kaniko-build", build())]),
        pipelines: named(vec![("wudi-pipeline", wudi())]),
        ..Plan::default()
    }
}

/// All files, each under its path; what was found comes first.
pub(crate) fn emitted(plan: &Plan) -> String {
    let mut sink = Sink::default();
    let files = emit(plan, &mut sink);
    let found = sink.into_sorted().into_iter();
    let found = found.map(|it| format!("[{}] {}\n", it.code.name, it.message));
    let file = |it: Manifest| format!("==> {}\n{}", it.path, it.text);
    found.chain(files.into_iter().map(file)).collect()
}

fn with_condition(condition: Expr) -> String {
    let mut plan = plan();
    let mut only = pipeline("p");
    only.params = named(vec![("a", param("a", None)), ("b", param("b", None))]);
    only.nodes = vec![Node {
        when: Some(condition),
        ..node("n", "none")
    }];
    plan.tasks.clear();
    plan.pipelines = named(vec![("p", only)]);
    let text = emitted(&plan);
    let start = text.find("    when:").unwrap_or(0);
    text[start..].to_owned()
}

#[test]
fn tasks_and_pipelines_read_as_if_written_by_hand() {
    insta::assert_snapshot!(emitted(&plan()));
}

#[test]
fn the_older_api_has_its_own_names() {
    let mut plan = plan();
    plan.profile.tekton.api = TektonApi::V1beta1;
    plan.pipelines.clear();
    plan.tasks.shift_remove("kaniko-build");
    let resources = Value::record(named(vec![("cpu", Value::Cpu(500))]));
    let step = &mut plan.tasks.get_mut("git-clone").unwrap().steps[0];
    step.extra = named(vec![("computeResources", Expr::constant(at(), resources))]);
    let text = emitted(&plan);
    assert!(text.contains("apiVersion: tekton.dev/v1beta1\n"), "{text}");
    assert!(text.contains("    resources:\n      cpu: 500m\n"), "{text}");
}

#[test]
fn a_run_by_hand_binds_workspaces_and_parameters() {
    let mut plan = plan();
    let empty = Value::record(named(vec![("emptyDir", Value::record(IndexMap::new()))]));
    let by_hand = Run {
        generate_name: Some("deploy-".into()),
        args: named(vec![("repo-url", constant("https://git.example.com/x"))]),
        workspaces: named(vec![("shared-data", (Expr::constant(at(), empty), at()))]),
        timeouts: named(vec![("pipeline", 3_600_000_000_000)]),
        extra: named(vec![("serviceAccountName", constant("deployer"))]),
        ..run("deploy-by-hand", "wudi-pipeline")
    };
    plan.runs = named(vec![("deploy-by-hand", by_hand)]);
    let text = emitted(&plan);
    insta::assert_snapshot!(text.split("==>").nth(1).unwrap());
}

#[test]
fn order_that_a_result_gives_is_not_said_again() {
    let mut plan = plan();
    let second = Node {
        after: vec![("fetch-source".into(), at()), ("build-image".into(), at())],
        args: named(vec![("url", constant("u"))]),
        ..node("again", "git-clone")
    };
    plan.pipelines
        .get_mut("wudi-pipeline")
        .unwrap()
        .nodes
        .push(second);
    let text = emitted(&plan);
    assert_eq!(text.matches("runAfter:").count(), 1, "{text}");
    assert!(
        text.contains("    runAfter:\n    - build-image\n    params:"),
        "{text}"
    );
}

#[test]
fn conditions_become_guards() {
    let two = binary(
        BinaryOp::Or,
        binary(BinaryOp::Eq, param_ref("a"), constant("x")),
        binary(BinaryOp::In, param_ref("a"), list(&["y", "z"])),
    );
    let three = binary(
        BinaryOp::And,
        not(binary(BinaryOp::In, param_ref("b"), list(&["q"]))),
        reference(Ref::Workspace("w".into(), WorkspaceField::Bound)),
    );
    insta::assert_snapshot!(with_condition(binary(BinaryOp::And, two, three)));
}

#[test]
fn what_when_cannot_say_is_refused() {
    let odd = binary(
        BinaryOp::Or,
        binary(BinaryOp::Eq, param_ref("a"), constant("x")),
        binary(BinaryOp::Eq, param_ref("b"), constant("x")),
    );
    let text = with_condition(odd);
    assert!(
        text.starts_with("[when-form] Tekton's `when` cannot express this\n"),
        "{text}"
    );
}

#[test]
fn what_the_cluster_cannot_compute_is_refused() {
    let call = Expr {
        span: at(),
        kind: ExprKind::Call("trim".into(), Arc::new(vec![param_ref("repo-url")])),
    };
    let mut plan = plan();
    plan.pipelines.get_mut("wudi-pipeline").unwrap().nodes[0].args = named(vec![("url", call)]);
    let text = emitted(&plan);
    assert!(
        text.starts_with(
            "[late-value] `trim` of a value that is known only when running cannot stand here\n"
        ),
        "{text}"
    );
}
