//! What is built is what controllers take: Tekton's and Pipelines as Code's own code judges it, see oracle/README.md beside this.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may"
)]

#[path = "oracle/across.rs"]
mod across;
#[path = "oracle/chance.rs"]
mod chance;
#[path = "oracle/corpus.rs"]
mod corpus;
#[path = "oracle/events.rs"]
mod events;
#[path = "oracle/fault.rs"]
mod fault;
#[path = "oracle/import.rs"]
mod import;
#[path = "oracle/judge.rs"]
mod judge;
#[path = "oracle/measure.rs"]
mod measure;
#[path = "oracle/program.rs"]
mod program;
#[path = "oracle/record.rs"]
mod record;
#[path = "oracle/repositories.rs"]
mod repositories;
#[path = "oracle/shape.rs"]
mod shape;
#[path = "golden/support.rs"]
#[expect(dead_code, reason = "the golden tests use all of it")]
mod support;
#[path = "oracle/words.rs"]
mod words;

#[path = "oracle/tool.rs"]
#[expect(dead_code, reason = "the tests of schedules use all of it")]
mod tool;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use tool::Oracle;

/// Made once, since it takes a while.
static PROGRAMS: LazyLock<Vec<corpus::Built>> = LazyLock::new(corpus::programs);

/// All programs of the tests, examples and documents: whatever is built from them is accepted, without a warning.
#[test]
fn what_is_built_is_accepted() {
    let programs = &*PROGRAMS;
    assert!(programs.len() > 50, "only {} programs", programs.len());
    let mut record = record::Record::read();
    let open: Vec<&corpus::Built> = { programs.iter() }
        .filter(|it| record.recording() || !record.accepts(&it.hash()))
        .collect();
    if open.is_empty() {
        return;
    }
    let Some(oracle) = Oracle::find() else {
        return tool::skip(&format!(
            "no oracle, and {} of {} programs have no recorded verdict: tests/oracle/build",
            open.len(),
            programs.len()
        ));
    };
    let mut complaints = String::new();
    let judged = judge::judge(&oracle, open.iter().copied());
    for (program, said) in open.iter().zip(judged) {
        if said.is_empty() {
            record.accept(program.hash());
        } else {
            let _ = writeln!(complaints, "{}\n  {}", program.name, said.join("\n  "));
        }
    }
    record.finish(open.len());
    assert!(complaints.is_empty(), "\n{complaints}");
}

/// Each run that Pipelines as Code starts is started by an event that it is for, and not by a push to a branch that nobody named.
#[test]
fn events_start_what_they_are_for() {
    let Some(oracle) = Oracle::find() else {
        return tool::tell("skipped: no oracle, and nothing is recorded of events");
    };
    let (count, complaints) = events::complaints(&oracle, &PROGRAMS);
    assert!(count > 10, "only {count} runs");
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// What is built from programs by chance is accepted as well. `WUDI_SEED` and `WUDI_PROGRAMS` say which, and how many.
#[test]
fn programs_by_chance_are_accepted() {
    let Some(oracle) = Oracle::find() else {
        return tool::tell("skipped: no oracle, and nothing is recorded of programs by chance");
    };
    let (first, count) = (number("WUDI_SEED", 0), number("WUDI_PROGRAMS", 200));
    let mut built = Vec::new();
    let mut refused: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for seed in first..first + count {
        let program = program::program(seed);
        let session = program.open();
        match corpus::Built::new(program.text, corpus::settings(&program.package), &session) {
            Some(it) => built.push(it),
            None => {
                let code = support::codes(&session).into_iter().map(|it| it.2).next();
                refused
                    .entry(code.unwrap_or_default())
                    .or_default()
                    .push(seed);
            }
        }
    }
    let mut complaints = String::new();
    for (program, said) in built.iter().zip(judge::judge(&oracle, built.iter())) {
        if !said.is_empty() {
            let _ = writeln!(complaints, "{}\n  {}\n", program.name, said.join("\n  "));
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
    // A generator whose programs are refused tests nothing.
    let share = built.len() * 100 / usize::try_from(count).unwrap();
    assert!(share >= 30, "only {share}% check: {refused:?}");
}

/// What is built, with a fault put into it, is refused by `wudi check` where Tekton refuses it, and nowhere else.
#[test]
fn faults_are_judged_alike() {
    let Some(oracle) = Oracle::find() else {
        return tool::tell("skipped: no oracle, and nothing is recorded of faults by chance");
    };
    let built = measure::built(&PROGRAMS);
    let sound = measure::sound(&oracle, measure::rewritten(&built));
    let count = usize::try_from(number("WUDI_FAULTS", 500)).unwrap();
    let faulty = measure::faulty(&sound, number("WUDI_SEED", 0), count);
    let found = measure::compare(&oracle, &faulty);
    keep(&found);
    assert!(found.count() == 0, "\n{}", found.shown("faults"));
}

/// So are the runs that events start, with faults in what starts them too.
#[test]
fn repositories_are_judged_alike() {
    let Some(oracle) = Oracle::find() else {
        return tool::tell("skipped: no oracle, and nothing is recorded of faults by chance");
    };
    let directories = PROGRAMS.iter().map(measure::directory);
    let cases: Vec<_> = directories.filter(repositories::is_started).collect();
    let sound = repositories::sound(&oracle, measure::rewritten(&cases));
    let count = usize::try_from(number("WUDI_FAULTS", 500)).unwrap() / 4;
    let faulty = repositories::faulty(&sound, number("WUDI_SEED", 0), count);
    let found = repositories::compare(&oracle, &faulty);
    keep(&found);
    assert!(found.count() == 0, "\n{}", found.shown("faults"));
}

/// What is imported and built again is the same, by Tekton's own decoding and defaulting.
#[test]
fn imports_come_back_the_same() {
    let Some(oracle) = Oracle::find() else {
        return tool::tell("skipped: no oracle, and nothing is recorded of imports");
    };
    let mut cases = measure::files(&[tool::root().join("tests/import")]);
    // Of all that is built some, since it takes a while.
    cases.extend(measure::built(&PROGRAMS).into_iter().step_by(5));
    let found = import::round_trips(&oracle, &cases);
    assert!(found.imported > 10, "{}", found.shown());
    assert_eq!(found.equal, found.imported, "\n{}", found.shown());
    // The one that `tests/import` has of this.
    let refused: usize = found.refused.values().map(Vec::len).sum();
    assert!(refused <= 1, "\n{}", found.shown());
}

/// What Tekton refuses in the YAML of the golden tests, and in what is built with a fault put into it, wudi refuses for the same
/// reason, in the same document: `oracle/words` has what Tekton says, and the codes that say so too.
#[test]
fn refusals_have_the_same_reason() {
    let Some(oracle) = Oracle::find() else {
        return tool::tell("skipped: no oracle, and nothing is recorded of faults by chance");
    };
    let mut cases = words::cases(&tool::root().join("tests/yaml"));
    assert!(cases.len() > 40, "only {} files", cases.len());
    let built = measure::built(&PROGRAMS);
    let sound = measure::sound(&oracle, measure::rewritten(&built));
    let count = usize::try_from(number("WUDI_FAULTS", 500)).unwrap();
    cases.extend(measure::faulty(&sound, number("WUDI_SEED", 0), count));
    let complaints = words::compare(&oracle, &cases);
    assert!(complaints.is_empty(), "\n{complaints}");
}

/// Not a test but a report, of `tests/oracle/measure`: how often wudi and Tekton disagree about the files of `WUDI_FILES`.
#[test]
#[ignore = "a report"]
fn report() {
    let files = std::env::var_os("WUDI_FILES").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(&files).collect();
    let oracle = Oracle::find().expect("tests/oracle/build");
    let files = measure::files(&directories);
    // What Pipelines as Code reads first is judged by what it makes of it.
    let (runs, files): (Vec<_>, Vec<_>) = files.into_iter().partition(repositories::is_started);
    let found = measure::compare(&oracle, &files);
    keep(&found);
    tool::print(&found.shown("files"));
    let all: Vec<_> = runs.iter().chain(&files).cloned().collect();
    tool::print(&import::round_trips(&oracle, &all).shown());
    let sound = measure::sound(&oracle, measure::rewritten(&files));
    let count = usize::try_from(number("WUDI_FAULTS", 5000)).unwrap();
    let faulty = measure::faulty(&sound, number("WUDI_SEED", 0), count);
    let found = measure::compare(&oracle, &faulty);
    keep(&found);
    tool::print(&found.shown("faults"));
    tool::print(&words::compare(&oracle, &faulty));
    let found = repositories::compare(&oracle, &runs);
    keep(&found);
    tool::print(&found.shown("repositories"));
    let sound = repositories::sound(&oracle, measure::rewritten(&runs));
    let faulty = repositories::faulty(&sound, number("WUDI_SEED", 0), count / 4);
    let found = repositories::compare(&oracle, &faulty);
    keep(&found);
    tool::print(&found.shown("faults in repositories"));
}

/// Writes what there are two opinions about into the directory that `WUDI_KEEP` names.
fn keep(found: &measure::Disagreements) {
    if let Some(directory) = std::env::var_os("WUDI_KEEP") {
        found.keep(&PathBuf::from(directory));
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    let said = std::env::var(name).ok();
    said.map_or(otherwise, |it| it.parse().unwrap())
}
