//! The runner beside GNU make, ninja, and a bare loop that only starts processes; the schedule by itself.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use wudi::{MemoryHost, RunOptions, Scenario, Session, cancellation};

use crate::{Figure, runs, seconds, spread};

/// The program that does nothing.
const NOTHING: &str = "/bin/true";

/// As many processes at once as there are cores.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Wide,
    Chain,
}

pub(crate) fn wide_1000() -> Vec<Figure> {
    beside("run-wide-1000", Shape::Wide, 1000, 5)
}

pub(crate) fn chain_1000() -> Vec<Figure> {
    beside("run-chain-1000", Shape::Chain, 1000, 5)
}

pub(crate) fn wide_10000() -> Vec<Figure> {
    beside("run-wide-10000", Shape::Wide, 10_000, 3)
}

pub(crate) fn chain_10000() -> Vec<Figure> {
    beside("run-chain-10000", Shape::Chain, 10_000, 3)
}

/// A pipeline of tasks that do nothing.
fn program(shape: Shape, count: usize) -> String {
    let mut text = format!(
        "task nothing {{ step s {{ image: \"busybox:1.37\", command: [\"{NOTHING}\"] }} }}\n\npipeline main {{\n"
    );
    for at in 0..count {
        let _ = match (shape, at.checked_sub(1)) {
            (Shape::Chain, Some(before)) => {
                writeln!(text, "  n{at} = nothing() {{ after: [n{before}] }}")
            }
            _ => writeln!(text, "  n{at} = nothing()"),
        };
    }
    text + "}\n"
}

/// All engines in turn, so that whatever else the machine does meets all of them.
fn beside(case: &'static str, shape: Shape, count: usize, rounds: usize) -> Vec<Figure> {
    let home = std::env::temp_dir().join("wudi-bench-run");
    std::fs::create_dir_all(&home).expect("a directory can be made");
    let write = |name: &str, text: &str| -> PathBuf {
        let path = home.join(name);
        std::fs::write(&path, text).expect("a file can be written");
        path
    };
    let own = write(&format!("{case}.wudi"), &program(shape, count));
    let makefile = write(&format!("{case}.mk"), &makefile(shape, count));
    let ninja = write(&format!("{case}.ninja"), &ninja(shape, count));
    let jobs = format!("-j{}", cores());
    let mut wudi = Command::new(env!("CARGO_BIN_EXE_wudi"));
    wudi.arg("run")
        .arg(&own)
        .env("XDG_STATE_HOME", home.join("state"));
    let mut plain = Command::new(env!("CARGO_BIN_EXE_wudi"));
    plain.args(["run", "--no-history"]).arg(&own);
    let mut make = Command::new("make");
    make.args(["-f"]).arg(&makefile).arg(&jobs);
    let mut other = Command::new("ninja");
    other.args(["-f"]).arg(&ninja).arg(&jobs);
    let mut engines = vec![("wudi", wudi)];
    for (name, command) in [("no history", plain), ("make", make), ("ninja", other)] {
        let mut probe = Command::new(command.get_program());
        if name == "no history" || runs(probe.arg("--version")) {
            engines.push((name, command));
        } else {
            eprintln!("skipped: no {name}");
        }
    }
    let mut times = vec![Vec::new(); engines.len() + 1];
    for _ in 0..rounds {
        for (at, (name, command)) in engines.iter_mut().enumerate() {
            times[at].push(seconds(|| assert!(runs(command), "{name} runs")));
        }
        times[engines.len()].push(seconds(|| bare(shape, count)));
    }
    let spread: Vec<(f64, f64)> = times.into_iter().map(spread).collect();
    let (limit, _) = spread[engines.len()];
    let names = engines.iter().map(|it| it.0).chain(["bare loop"]);
    let mut figures: Vec<Figure> = { names.zip(&spread) }
        .map(|(engine, (median, p99))| Figure {
            case,
            engine,
            median: *median,
            p99: *p99,
            unit: "s",
            against: (engine != "bare loop").then_some((limit, "bare loop")),
        })
        .collect();
    if let Some(memory) = memory(&own) {
        figures.push(Figure {
            case,
            engine: "wudi",
            median: memory,
            p99: memory,
            unit: "MB",
            against: None,
        });
    }
    figures
}

/// Starts so many processes, one after the other, or as many at once as there are cores.
fn bare(shape: Shape, count: usize) {
    let most = match shape {
        Shape::Wide => cores(),
        Shape::Chain => 1,
    };
    let mut live: std::collections::VecDeque<Child> = std::collections::VecDeque::new();
    for _ in 0..count {
        if live.len() == most
            && let Some(mut first) = live.pop_front()
        {
            first.wait().expect("a process ends");
        }
        let mut command = Command::new(NOTHING);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        live.push_back(command.spawn().expect("a process starts"));
    }
    for mut it in live {
        it.wait().expect("a process ends");
    }
}

fn makefile(shape: Shape, count: usize) -> String {
    let names = |it: usize| format!("n{it}");
    let all: Vec<String> = (0..count).map(names).collect();
    let mut text = format!(".PHONY: all {0}\nall: {0}\n", all.join(" "));
    for at in 0..count {
        let before = match (shape, at.checked_sub(1)) {
            (Shape::Chain, Some(before)) => names(before),
            _ => String::new(),
        };
        let _ = writeln!(text, "n{at}: {before}\n\t@{NOTHING}");
    }
    text
}

fn ninja(shape: Shape, count: usize) -> String {
    let mut text = format!("rule nothing\n  command = {NOTHING}\n");
    for at in 0..count {
        let before = match (shape, at.checked_sub(1)) {
            (Shape::Chain, Some(before)) => format!(" n{before}"),
            _ => String::new(),
        };
        let _ = writeln!(text, "build n{at}: nothing{before}");
    }
    text
}

/// The most memory that a run has at once, where something here can tell.
fn memory(program: &Path) -> Option<f64> {
    let output = Command::new("/usr/bin/time")
        .args([
            "-f",
            "%M",
            env!("CARGO_BIN_EXE_wudi"),
            "run",
            "--no-history",
        ])
        .arg(program)
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let kilobytes: f64 = said.lines().last()?.trim().parse().ok()?;
    Some(kilobytes / 1e3)
}

/// A pipeline of ten thousand tasks from its text to what would run.
pub(crate) fn plan() -> Vec<Figure> {
    let per_task = |count: usize| {
        let text = program(Shape::Wide, count);
        let times = (0..5).map(|_| 1e6 * seconds(|| drop(opened(&text))) / count as f64);
        spread(times.collect())
    };
    let (few, many) = (per_task(1000), per_task(10_000));
    let figure = |engine, (median, p99), against| Figure {
        case: "run-plan",
        engine,
        median,
        p99,
        unit: "us/task",
        against,
    };
    vec![
        figure("10000", many, Some((few.0, "1000"))),
        figure("1000", few, None),
    ]
}

fn opened(text: &str) -> Session {
    let host = MemoryHost::new().with_file("main.wudi", text);
    let mut session = Session::new(Box::new(host));
    session.open(Path::new("main.wudi"));
    assert!(
        session.plan().is_some(),
        "{:?}",
        session.diagnostics().first()
    );
    session
}

/// The schedule alone: nothing is started, all that happens is told.
pub(crate) fn schedule() -> Vec<Figure> {
    let mut figures = Vec::new();
    for shape in [Shape::Wide, Shape::Chain] {
        let few = played(shape, 1000, 20);
        for (count, engine) in [(1000, "1000"), (10_000, "10000"), (100_000, "100000")] {
            let (median, p99) = match count {
                1000 => few,
                _ => played(shape, count, 3),
            };
            figures.push(Figure {
                case: match shape {
                    Shape::Wide => "schedule-wide",
                    Shape::Chain => "schedule-chain",
                },
                engine,
                median,
                p99,
                unit: "us/task",
                against: (count > 1000).then_some((few.0, "1000")),
            });
        }
    }
    figures
}

fn played(shape: Shape, count: usize, rounds: usize) -> (f64, f64) {
    let session = opened(&program(shape, count));
    let plan = session.plan().expect("it is clean");
    let options = RunOptions {
        scenario: Some(Scenario::default()),
        ..RunOptions::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.build().expect("a runtime");
    let times = (0..rounds).map(|_| {
        let (_canceller, cancel) = cancellation();
        let mut events = 0_usize;
        let took = seconds(|| {
            let mut count = |_| events += 1;
            let done = runtime.block_on(wudi::run(plan, &options, &mut count, cancel));
            assert!(done.is_ok(), "it runs");
        });
        assert!(events > 2 * count, "all is told");
        1e6 * took / count as f64
    });
    spread(times.collect())
}
