//! The runner schedules as Tekton's own controller does: pipelines and scenarios by chance, played by both.
//!
//! `tests/schedule/traces` is the record: for each seed a hash of the question and one of what the controller did. Where there are
//! the oracles (`tests/oracle/README.md`), `WUDI_RECORD=1 cargo test --test schedule` asks it about everything and writes the record
//! anew; `WUDI_SEED=17` shows one case. `controller::known_difference`
//! names what is known to differ, and why. The same pipelines are run with processes, and all events are checked against their schema.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may"
)]

#[path = "oracle/chance.rs"]
mod chance;
#[cfg(unix)]
#[path = "schedule/conform.rs"]
mod conform;
#[path = "schedule/controller.rs"]
mod controller;
#[path = "schedule/generate.rs"]
mod generate;
#[path = "schedule/manifest.rs"]
mod manifest;
#[cfg(unix)]
#[path = "schedule/podman.rs"]
mod podman;
#[path = "schedule/processes.rs"]
mod processes;
#[path = "schedule/record.rs"]
mod record;
#[path = "schedule/runner.rs"]
mod runner;
#[path = "schedule/schema.rs"]
mod schema;
#[path = "golden/support.rs"]
#[expect(dead_code, reason = "the golden tests use all of it")]
mod support;
#[path = "oracle/tool.rs"]
#[expect(dead_code, reason = "the tests of what is built use all of it")]
mod tool;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use generate::{Case, MANIFESTS};
use record::Record;
use tool::Oracle;
use wudi::{Engine, Engines};

/// So many cases; each seed gives one. `WUDI_CASES` asks for more.
const CASES: u64 = 400;

/// So many differences are shown.
const SHOWN: usize = 5;

#[test]
fn the_runner_does_what_the_controller_does() {
    if let Ok(seed) = std::env::var("WUDI_SEED") {
        return show(seed.parse().unwrap());
    }
    let cases = std::env::var("WUDI_CASES").map_or(CASES, |it| it.parse().unwrap());
    let first = std::env::var("WUDI_FIRST").map_or(0, |it| it.parse().unwrap());
    let manifests = (MANIFESTS..).skip(first).take(cases as usize);
    let seeds: Vec<u64> = (first as u64..)
        .take(cases as usize)
        .chain(manifests)
        .collect();
    let played = played(&seeds);
    let record = Record::read();
    if record::recording() {
        let oracle = Oracle::find().expect("tests/oracle/build makes the oracles");
        return compare(&oracle, &played);
    }
    let mut unknown = 0;
    let mut wrong = Vec::new();
    for (case, trace) in &played {
        match record.trace(case) {
            None => unknown += 1,
            Some(expected) if expected == record::hash(trace) || expected == record::DIFFERS => {}
            Some(_) => wrong.push(case.seed),
        }
    }
    if unknown > 0 {
        tool::tell(&format!(
            "{unknown} of {cases} cases are not recorded: WUDI_RECORD=1 cargo test --test schedule"
        ));
    }
    assert!(
        wrong.is_empty(),
        "{} differ from the record, the first are WUDI_SEED={:?}",
        wrong.len(),
        &wrong[..wrong.len().min(SHOWN)]
    );
}

/// So many are tried with processes; of some the outcome depends on which of two comes first.
const WITH_PROCESSES: u64 = 40;

#[test]
fn processes_do_what_is_played() {
    let manifests = (MANIFESTS..).take(3 * WITH_PROCESSES as usize);
    let compared = { (0..WITH_PROCESSES).chain(manifests) }
        .filter(|it| agrees(*it, &Engines::default()))
        .count();
    assert!(compared > 15, "{compared} are not many");
}

/// So many are tried with containers.
#[cfg(unix)]
const WITH_CONTAINERS: u64 = 16;

#[cfg(unix)]
#[test]
fn containers_do_what_is_played() {
    if !podman::is_there() {
        return;
    }
    let engines = Engines {
        usual: Engine::Podman,
        images: vec![("*".to_owned(), podman::IMAGE.to_owned())],
        ..Engines::default()
    };
    let compared = { 0..WITH_CONTAINERS }
        .filter(|it| agrees(*it, &engines))
        .count();
    assert!(compared > 1, "{compared} are not many");
}

/// Whether the case of a seed can be compared; if so, it must be the same.
fn agrees(seed: u64, engines: &Engines) -> bool {
    let case = Case::new(seed);
    let Some(played) = processes::played(&case) else {
        return false;
    };
    let done = processes::run(&case, engines.clone());
    let (more, less): (Vec<_>, Vec<_>) = (
        done.difference(&played).collect(),
        played.difference(&done).collect(),
    );
    assert!(
        more.is_empty() && less.is_empty(),
        "WUDI_SEED={seed}\n{}\n{}\ndone: {more:#?}\nplayed: {less:#?}",
        case.program,
        case.scenario
    );
    true
}

/// Plays all cases, on both cores.
fn played(seeds: &[u64]) -> Vec<(Case, String)> {
    let half = seeds.len().div_ceil(2);
    let play = |seeds: &[u64]| -> Vec<(Case, String)> {
        let cases = seeds.iter().map(|it| Case::new(*it));
        cases
            .map(|it| {
                let trace = runner::trace(&it);
                (it, trace)
            })
            .collect()
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = { seeds.chunks(half) }
            .map(|it| scope.spawn(move || play(it)))
            .collect();
        parts
            .into_iter()
            .flat_map(|it| it.join().unwrap())
            .collect()
    })
}

/// Asks the controller about everything, and writes the record.
fn compare(oracle: &Oracle, played: &[(Case, String)]) {
    let cases: Vec<&Case> = played.iter().map(|(case, _)| case).collect();
    let answers = controller::ask(oracle, &cases);
    let mut complaints = String::new();
    let mut wrong = 0;
    let mut differs: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for ((case, ours), answer) in played.iter().zip(answers) {
        let theirs = controller::trace(case, &answer);
        if *ours == theirs {
            lines.push(record::line(case, &record::hash(&theirs)));
        } else if let Some(why) = controller::known_difference(case, &answer, ours) {
            *differs.entry(why).or_default() += 1;
            lines.push(record::line(case, record::DIFFERS));
        } else {
            lines.push(record::line(case, &record::hash(&theirs)));
            wrong += 1;
            if wrong <= SHOWN {
                let _ = write!(complaints, "{}", difference(case, ours, &theirs));
            }
        }
    }
    for (why, count) in differs {
        tool::tell(&format!("{count} of {} cases: {why}", played.len()));
    }
    // What is asked beyond the record is not kept.
    if std::env::var_os("WUDI_FIRST").is_none() {
        record::write(&lines);
    }
    assert!(wrong == 0, "{wrong} differ\n{complaints}");
}

fn difference(case: &Case, ours: &str, theirs: &str) -> String {
    format!(
        "\n==== WUDI_SEED={}\n{}\n{}\n---- wudi\n{ours}---- controller\n{theirs}",
        case.seed, case.program, case.scenario
    )
}

fn show(seed: u64) {
    let case = Case::new(seed);
    let ours = runner::trace(&case);
    let theirs = match Oracle::find() {
        Some(oracle) => {
            let answer = controller::ask(&oracle, &[&case]).remove(0);
            let known = controller::known_difference(&case, &answer, &ours).unwrap_or("");
            format!("{}{known}\n", controller::trace(&case, &answer))
        }
        None => "no oracle\n".to_owned(),
    };
    tool::tell(&difference(&case, &ours, &theirs));
}
