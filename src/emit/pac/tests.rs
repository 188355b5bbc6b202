//! Runs that events start, of plans made by hand.

use std::sync::Arc;

use crate::base::Name;
use crate::emit::tekton::tests::{at, constant, emitted, plan, reference, run};
use crate::plan::{Expr, ExprKind, Plan, Ref, Run, Trigger};
use crate::schema::profile::PacLayout;
use crate::value::Value;

fn names(all: &[&str]) -> Vec<Name> {
    all.iter().map(Name::new).collect()
}

fn push(to: &[&str]) -> Trigger {
    Trigger::Push {
        to: names(to),
        changing: names(&["src/**", "Dockerfile"]),
        ignoring: Vec::new(),
    }
}

fn with_run(on: Vec<Trigger>, condition: Option<Expr>) -> Plan {
    let mut plan = plan();
    let mut started = Run {
        on: on.into_iter().map(|it| (it, at())).collect(),
        condition,
        max_keep_runs: Some(5),
        cancel_in_progress: Some(true),
        ..run("wudi-main", "wudi-pipeline")
    };
    started
        .args
        .insert("repo-url".into(), reference(Ref::Event("repo-url".into())));
    started.args.insert(
        "revision".into(),
        reference(Ref::Event("source-branch".into())),
    );
    plan.runs.insert("wudi-main".into(), started);
    plan
}

fn first_file(plan: &Plan) -> String {
    emitted(plan).split("==>").nth(1).unwrap().to_owned()
}

#[test]
fn triggers_become_annotations() {
    let plan = with_run(vec![push(&["main", "release/*"])], None);
    insta::assert_snapshot!(first_file(&plan));
    let paths = emitted(&plan);
    let paths: Vec<&str> = paths
        .lines()
        .filter_map(|it| it.strip_prefix("==> "))
        .collect();
    assert_eq!(
        paths,
        [
            ".tekton/wudi-main.yaml",
            ".tekton/pipelines/wudi-pipeline.yaml",
            ".tekton/tasks/git-clone.yaml",
            ".tekton/tasks/kaniko-build.yaml",
        ]
    );
}

#[test]
fn triggers_with_a_condition_become_one_expression() {
    let title = reference(Ref::Event("title".into()));
    let condition = Expr {
        span: at(),
        kind: ExprKind::Call("starts-with".into(), Arc::new(vec![title, constant("fix")])),
    };
    let text = first_file(&with_run(
        vec![push(&["main", "release/*"])],
        Some(condition),
    ));
    let line = text
        .lines()
        .find(|it| it.contains("on-cel-expression"))
        .unwrap();
    insta::assert_snapshot!(line);
}

#[test]
fn an_inline_run_holds_its_pipeline_and_tasks() {
    let mut plan = with_run(vec![push(&["main"])], None);
    plan.profile.pac_layout = PacLayout::Inline;
    insta::assert_snapshot!(emitted(&plan));
}

#[test]
fn text_of_several_lines_is_not_written_in() {
    let mut plan = with_run(vec![push(&["main"])], None);
    let body = reference(Ref::Event("body.pull_request.body".into()));
    plan.runs
        .get_mut("wudi-main")
        .unwrap()
        .args
        .insert("revision".into(), body);
    assert!(emitted(&plan).starts_with("[target-feature] "));
    let number = Expr::constant(at(), Value::Int(1));
    plan.runs
        .get_mut("wudi-main")
        .unwrap()
        .args
        .insert("revision".into(), number);
    assert!(emitted(&plan).starts_with("==> "));
}
