//! A run that is killed at random moments, and taken up again until it comes to its end.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::Value;

use crate::chance::Chance;
use crate::pipelines::program;
use crate::wudi::{Done, Home};

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How often it was killed while it ran.
    pub(crate) killed: usize,
    /// Attempts that were told to have ended before a kill.
    pub(crate) finished: usize,
    /// How often a run was taken up again.
    pub(crate) resumed: usize,
}

/// An attempt by name, with its end, or its start where there is none.
fn attempts(events: &[Value], kind: &str) -> BTreeSet<String> {
    let of = events.iter().filter(|it| it["event"] == kind);
    of.map(|it| format!("{}/{}/{}", it["task"], it["instance"], it["attempt"]))
        .collect()
}

fn events(text: &str) -> Vec<Value> {
    text.lines()
        .filter_map(|it| serde_json::from_str(it).ok())
        .collect()
}

/// The end of a run apart from when: its status, its results, what was skipped.
fn end(events: &[Value]) -> Option<String> {
    let end = events.iter().find(|it| it["event"] == "run-finished")?;
    let skipped = events.iter().filter(|it| it["event"] == "task-skipped");
    let skipped: BTreeSet<String> = skipped
        .map(|it| format!("{} {}", it["task"], it["reason"]))
        .collect();
    let mut ends = BTreeSet::new();
    for it in events.iter().filter(|it| it["event"] == "task-finished") {
        ends.insert(format!(
            "{}/{}/{} {} {} {}",
            it["task"], it["instance"], it["attempt"], it["status"], it["reason"], it["results"]
        ));
    }
    Some(format!(
        "{} {} {} {}\n{skipped:#?}\n{ends:#?}",
        end["status"], end["reason"], end["message"], end["results"]
    ))
}

/// Kills the run of that seed.
pub(crate) fn one(seed: u64) -> Seen {
    let mut chance = Chance::new(seed ^ 0x51ed);
    let home = Home::new();
    let program = program(seed);
    home.write("main.wudi", &program);
    let fails = |done: &Done| format!("WUDI_SEED={seed}\n{program}\n{}", done.shown());
    let began = Instant::now();
    let whole = home.wudi(&["run", "main.wudi", "p", "--format", "json", "--no-history"]);
    let took = began.elapsed();
    let expected = end(&events(&whole.out)).unwrap_or_else(|| panic!("{}", fails(&whole)));

    let mut seen = Seen::default();
    let mut finished: BTreeSet<String> = BTreeSet::new();
    let mut args = vec!["run", "main.wudi", "p", "--format", "json"];
    for _ in 0..chance.below(3) + 1 {
        let mut run = home.start(&args);
        let part = u64::try_from(chance.below(1000)).unwrap();
        std::thread::sleep(took.mul_f64(1.1) * u32::try_from(part).unwrap() / 1000);
        if run.is_over() {
            // Too late: the run ended by itself.
            let events = events(&run.out());
            if let Some(found) = end(&events) {
                assert_eq!(found, expected, "WUDI_SEED={seed}\n{program}");
                return seen;
            }
            break;
        }
        run.kill();
        seen.killed += 1;
        let events = events(&run.out());
        let again = attempts(&events, "task-started");
        let again: Vec<_> = again.intersection(&finished).collect();
        assert!(
            again.is_empty(),
            "WUDI_SEED={seed}: done again: {again:?}\n{program}"
        );
        finished.extend(attempts(&events, "task-finished"));
        if let Some(found) = end(&events) {
            assert_eq!(found, expected, "WUDI_SEED={seed}\n{program}");
            return seen;
        }
        args = resume(&home, &finished, &mut seen);
    }
    let done = home.wudi(&args);
    let told = events(&done.out);
    // Killed after its last record and before it said so, it is over.
    if done.shown().contains("nothing of it is left to do") {
        return seen;
    }
    let again = attempts(&told, "task-started");
    let again: Vec<_> = again.intersection(&finished).collect();
    assert!(again.is_empty(), "done again: {again:?}\n{}", fails(&done));
    let found = end(&told).unwrap_or_else(|| panic!("{}", fails(&done)));
    assert_eq!(found, expected, "{}", fails(&done));
    seen.finished = finished.len();
    seen
}

/// How the run is taken up again; where it was killed before it began, it begins.
fn resume(home: &Home, finished: &BTreeSet<String>, seen: &mut Seen) -> Vec<&'static str> {
    let known = home.wudi(&["runs", "--format", "json"]).out;
    if known.contains("\"run\"") {
        seen.resumed += 1;
        return vec!["run", "--resume", "--format", "json"];
    }
    assert!(
        finished.is_empty(),
        "a run is forgotten of which tasks had ended"
    );
    vec!["run", "main.wudi", "p", "--format", "json"]
}
