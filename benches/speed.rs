//! How fast wudi is, each figure beside a peer or a limit measured in the same run.
//!
//! `cargo bench` prints a table; `cargo bench -- --json` one object a line: `case`, `engine`, `median`, `p99`, `unit`, `ratio`, `against`.
//! `cargo bench -- FILTER` measures the cases whose name holds the filter.
#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a bench says what it measures and stops where it cannot"
)]

#[path = "eval.rs"]
mod eval;
#[path = "run.rs"]
mod run;

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wudi::{MemoryHost, Session};

/// What was measured, in seconds (or in what `unit` says).
struct Figure {
    case: &'static str,
    engine: &'static str,
    median: f64,
    p99: f64,
    unit: &'static str,
    /// How many times what it is held against takes as long.
    against: Option<(f64, &'static str)>,
}

/// A case measures its engines in turn.
type Case = fn() -> Vec<Figure>;

const CASES: &[(&str, Case)] = &[
    ("check-process", check_process),
    ("compile-linear", compile_linear),
    ("eval-a", eval::a),
    ("eval-b", eval::b),
    ("eval-c", eval::c),
    ("eval-compile", eval::compile),
    ("eval-rows", eval::rows),
    ("eval-tiers", eval::tiers),
    ("parse", parse),
    ("run-chain-1000", run::chain_1000),
    ("run-chain-10000", run::chain_10000),
    ("run-plan", run::plan),
    ("run-wide-1000", run::wide_1000),
    ("run-wide-10000", run::wide_10000),
    ("schedule", run::schedule),
];

const SMALL: &str = include_str!("../examples/hello/main.wudi");

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let json = words.iter().any(|it| it == "--json");
    let filters: Vec<&String> = words.iter().filter(|it| !it.starts_with("--")).collect();
    if !json {
        println!(
            "{:<16} {:<15} {:>12} {:>12} {:<8} {:>8}  against",
            "case", "engine", "median", "p99", "unit", "ratio"
        );
    }
    for (name, case) in CASES {
        if !filters.is_empty() && !filters.iter().any(|it| name.contains(it.as_str())) {
            continue;
        }
        for figure in case() {
            println!("{}", if json { figure.json() } else { figure.row() });
        }
    }
}

impl Figure {
    fn row(&self) -> String {
        let mut row = format!(
            "{:<16} {:<15} {:>12.3} {:>12.3} {:<8}",
            self.case, self.engine, self.median, self.p99, self.unit
        );
        if let Some((ratio, name)) = self.against {
            let _ = write!(row, " {ratio:>8.3}  {name}");
        }
        row
    }

    fn json(&self) -> String {
        let ratio = self.against.map(|it| it.0);
        let object = serde_json::json!({
            "case": self.case, "engine": self.engine, "median": self.median, "p99": self.p99,
            "unit": self.unit, "ratio": ratio, "against": self.against.map(|it| it.1),
        });
        object.to_string()
    }
}

/// `wudi check` of one small file as a process, beside the cheapest process there is and a peer that evaluates a small file.
fn check_process() -> Vec<Figure> {
    let home = std::env::temp_dir().join("wudi-bench");
    std::fs::create_dir_all(&home).expect("a directory can be made");
    let file = home.join("small.wudi");
    std::fs::write(&file, SMALL).expect("a file can be written");
    let peer = home.join("small.jsonnet");
    let jsonnet = "local f(x) = x + 1; { pipelines: [{ name: 'p%d' % i, n: f(i) } for i in std.range(1, 10)] }\n";
    std::fs::write(&peer, jsonnet).expect("a file can be written");
    let mut wudi = Command::new(env!("CARGO_BIN_EXE_wudi"));
    wudi.arg("check").arg(&file);
    let mut engines = vec![("wudi", wudi), ("/bin/true", Command::new("/bin/true"))];
    let mut jrsonnet = Command::new("jrsonnet");
    jrsonnet.arg(&peer);
    if runs(&mut jrsonnet) {
        engines.push(("jrsonnet", jrsonnet));
    } else {
        eprintln!("skipped: no jrsonnet (cargo install jrsonnet)");
    }
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); engines.len()];
    for _ in 0..200 {
        for (index, (_, command)) in engines.iter_mut().enumerate() {
            times[index].push(1e3 * seconds(|| assert!(runs(command))));
        }
    }
    let spread: Vec<(f64, f64)> = times.into_iter().map(spread).collect();
    let figure = |index: usize, other: Option<(f64, &'static str)>| {
        let (median, p99) = spread[index];
        let against = other.map(|(other, name)| (median / other, name));
        Figure {
            case: "check-process",
            engine: engines[index].0,
            median,
            p99,
            unit: "ms",
            against,
        }
    };
    let mut figures = vec![figure(0, Some((spread[1].0, "/bin/true"))), figure(1, None)];
    if spread.len() > 2 {
        figures.push(figure(0, Some((spread[2].0, "jrsonnet"))));
        figures.push(figure(2, None));
    }
    figures
}

/// A thousand pipelines of ten tasks beside a hundred of them: a ratio of one says that the time is linear.
fn compile_linear() -> Vec<Figure> {
    let (few, many) = (program(100), program(1000));
    let per_pipeline = |text: &str, count: f64, rounds: usize| {
        let times = (0..rounds).map(|_| 1e6 * seconds(|| compile(text)) / count);
        spread(times.collect())
    };
    let few = per_pipeline(&few, 100.0, 20);
    let many = per_pipeline(&many, 1000.0, 10);
    let figure = |engine, (median, p99), against| Figure {
        case: "compile-linear",
        engine,
        median,
        p99,
        unit: "us/pipe",
        against,
    };
    vec![
        figure("1000", many, Some((many.0 / few.0, "100"))),
        figure("100", few, None),
    ]
}

/// Text to tree of a long program, beside the validation of its UTF-8.
fn parse() -> Vec<Figure> {
    let text = program(200);
    let megabytes = text.len() as f64 / 1e6;
    let rate = |mut work: Box<dyn FnMut() + '_>| {
        let times = (0..30).map(|_| megabytes / seconds(&mut work));
        let (median, _) = spread(times.collect());
        median
    };
    let parsed = rate(Box::new(|| {
        std::hint::black_box(wudi::count_items(std::hint::black_box(&text)));
    }));
    let validated = rate(Box::new(|| {
        let bytes = std::hint::black_box(text.as_bytes());
        std::hint::black_box(std::str::from_utf8(bytes).is_ok());
    }));
    let figure = |engine, median, against| Figure {
        case: "parse",
        engine,
        median,
        p99: median,
        unit: "MB/s",
        against,
    };
    vec![
        figure("wudi", parsed, Some((parsed / validated, "utf-8"))),
        figure("utf-8", validated, None),
    ]
}

/// `count` pipelines of ten tasks that pass a result on.
fn program(count: usize) -> String {
    let mut text = String::from(
        "task pass(text: String) -> { text: String } {\n  step s {\n    image: \"busybox:1.37\"\n    env: { TEXT: text }\n    \
         script: \"\"\"\n      #!/bin/sh\n      printf %s \"$TEXT\" > #{results.text.path}\n      \"\"\"\n  }\n}\n",
    );
    for pipeline in 0..count {
        let _ = writeln!(
            text,
            "\n/// Passes a text on.\npipeline p{pipeline}(text: String = \"x\") -> {{ text: String }} {{"
        );
        let _ = writeln!(text, "  n0 = pass(text:)");
        for node in 1..10 {
            let _ = writeln!(
                text,
                "  n{node} = pass(text: n{}.text) {{ retries: 2, timeout: 10m }}",
                node - 1
            );
        }
        let _ = writeln!(text, "\n  results: {{ text: n9.text }}\n}}");
    }
    text
}

fn compile(text: &str) {
    let host = MemoryHost::new().with_file("main.wudi", text);
    let mut session = Session::new(Box::new(host));
    session.open(Path::new("main.wudi"));
    assert!(!session.has_errors(), "{:?}", session.diagnostics().first());
    assert!(session.manifests().len() > 100);
}

fn runs(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|it| it.success())
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().max(Duration::from_nanos(1)).as_secs_f64()
}

/// Median and 99th percentile.
fn spread(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    (at(0.5), at(0.99))
}
