//! What Tekton's readers see in a text, and what they do not.
#![allow(clippy::unwrap_used, reason = "tests may")]

use crate::admit::substitution::{
    Part, has_any_artifact, has_step_artifact, has_task_artifact, is_whole_of, looks_like_result,
    result_ref, scanned as scan, step_result, variables, without_index,
};

fn scanned(text: &str) -> Vec<&str> {
    scan(text).iter().map(|it| it.expression).collect()
}

fn matched<'a>(text: &'a str, prefix: &str) -> Vec<&'a str> {
    variables(text, prefix).iter().map(|it| it.inner).collect()
}

#[test]
fn the_scanner_sees_dots_and_one_index() {
    assert_eq!(
        scanned("a $(params.x) b $(tasks.t.results.r[0])"),
        ["params.x", "tasks.t.results.r[0]"]
    );
    assert_eq!(scanned("$(tasks.t.results.r[*])"), ["tasks.t.results.r[*]"]);
    assert_eq!(scanned("$(date)"), ["date"]);
    assert_eq!(scanned("$(.)$(-)"), [".", "-"]);
}

#[test]
fn the_scanner_does_not_see_other_text() {
    for text in [
        "$(date +%s)",
        "$(params['x'])",
        "$(params[\"x\"])",
        "$()",
        "$(a[])",
        "$(a[1*])",
        "$(a[0]",
        "$(a[0].b)",
        "$ (a)",
    ] {
        assert!(scanned(text).is_empty(), "{text}");
    }
    assert_eq!(scanned("$($(a)"), ["a"]);
    assert_eq!(scanned("$$(a)"), ["a"]);
}

#[test]
fn results_have_four_or_five_parts() {
    let part = |text| result_ref(text).map(|it| it.part);
    assert_eq!(part("tasks.t.results.r"), Some(Part::Whole));
    assert_eq!(part("finally.t.results.r[*]"), Some(Part::All));
    assert_eq!(part("tasks.t.results.r[12]"), Some(Part::Index(12)));
    assert_eq!(part("tasks.t.results.r.k"), Some(Part::Key("k")));
    assert_eq!(part("tasks.t.results.r.k.l"), None);
    assert_eq!(part("tasks.t.result.r"), None);
    assert_eq!(part("params.t.results.r"), None);
    assert_eq!(result_ref("tasks.t.results.r[3]").unwrap().result, "r");
    assert!(looks_like_result("tasks.t.results.r.k.l"));
    assert!(!looks_like_result("tasks.t.results"));
}

#[test]
fn indices_are_cut_wherever_they_stand() {
    assert_eq!(without_index("a[0]b[*]c[]d[x]"), "abcd[x]");
    assert_eq!(without_index("a[1*]"), "a");
}

#[test]
fn the_matcher_takes_what_stands_before_the_parenthesis() {
    assert_eq!(matched("$(params.x) $(params.y.k)", "params"), ["x", "y.k"]);
    assert_eq!(
        matched("$(params['a.b']) $(params[\"c\"])", "params"),
        ["a.b", "c"]
    );
    assert_eq!(matched("$(params.a b[0])", "params"), ["a b[0]"]);
    assert_eq!(matched("$(params.)", "params"), [""]);
    assert_eq!(matched("$(params.a\n)", "params"), [] as [&str; 0]);
    assert_eq!(matched("$(paramsx)", "params"), [] as [&str; 0]);
    assert_eq!(matched("$(params['a'][0])", "params"), [] as [&str; 0]);
    assert_eq!(matched("$(inputs.params.a)", "params"), [] as [&str; 0]);
    assert_eq!(
        matched("$(context.task.name)", "context.taskRun"),
        [] as [&str; 0]
    );
}

#[test]
fn a_variable_has_at_most_one_key() {
    let name = |text| variables(text, "params").first().and_then(|it| it.name());
    assert_eq!(name("$(params.o.k)"), Some("o"));
    assert_eq!(name("$(params.a[*])"), Some("a[*]"));
    assert_eq!(name("$(params['a.b.c'])"), Some("a.b.c"));
    assert_eq!(name("$(params.o.k.l)"), None);
}

#[test]
fn whole_arrays_and_objects_stand_alone() {
    assert!(is_whole_of("$(params.a[*])", "params"));
    assert!(is_whole_of("$(params['a[*]'])", "params"));
    assert!(!is_whole_of("$(params.a)", "params"));
    assert!(!is_whole_of("$(params.a[*]) ", "params"));
    assert!(!is_whole_of("$(params.[*])", "params"));
}

#[test]
fn step_results_end_with_their_line() {
    assert_eq!(step_result("x $(steps.a.results.b) y"), Some(("a", "b")));
    assert_eq!(step_result("$(steps.a.results.b"), None);
    assert_eq!(step_result("$(steps.a\n.results.b)"), None);
    assert_eq!(step_result("$(steps.a.outputs.b)"), None);
}

#[test]
fn artifacts_have_a_name() {
    assert!(has_step_artifact("$(steps.a.outputs.b)"));
    assert!(has_step_artifact("$(step.artifacts.path)"));
    assert!(!has_step_artifact("$(steps.a.outputs)"));
    assert!(!has_step_artifact("$(steps.a.outputs.b.c)"));
    assert!(has_task_artifact("$(tasks.a.inputs.b)"));
    assert!(!has_task_artifact("$(artifacts.path)"));
    assert!(has_any_artifact("$(artifacts.path)"));
}
