//! Expressions beside other evaluators and beside native code. All answers are compared; all checks are in.
//!
//! Engines take turns in slices of a fraction of a millisecond, and a ratio is the median of the ratios of slices that stand
//! side by side: what else the machine does slows both, and whoever was interrupted is no median.

use std::hint::black_box;
use std::time::Instant;

use wudi::{Measured, Sample};

use crate::{Figure, spread};

/// Rows that one evaluation after the other goes through.
const ROWS: usize = 1024;

/// Rows of a whole column.
const MANY: usize = 1 << 20;

/// Seconds of a slice.
const SLICE: f64 = 200e-6;

/// What is measured: it goes over its rows so many times, and gives the sum of its answers.
struct Engine<'a> {
    name: &'static str,
    rows: usize,
    run: Box<dyn FnMut(usize) -> u64 + 'a>,
}

fn engine<'a>(name: &'static str, rows: usize, run: impl FnMut(usize) -> u64 + 'a) -> Engine<'a> {
    let run = Box::new(run);
    Engine { name, rows, run }
}

/// Engines by what native code there is for the same.
fn native<'a>(name: &'static str, rows: usize, one: impl Fn(usize) -> u64 + 'a) -> Engine<'a> {
    let one: Box<dyn Fn(usize) -> u64 + 'a> = black_box(Box::new(one));
    engine(name, rows, move |rounds| {
        let mut sum = 0_u64;
        for _ in 0..rounds {
            for row in 0..rows {
                sum = sum.wrapping_add(one(row));
            }
        }
        sum
    })
}

fn seconds(run: impl FnOnce() -> u64) -> f64 {
    let start = Instant::now();
    black_box(run());
    start.elapsed().as_secs_f64()
}

/// Nanoseconds of an evaluation by each engine, a slice each, after all gave the same.
fn in_turn(engines: &mut [Engine<'_>], slices: usize) -> Vec<Vec<f64>> {
    let mut wanted = None;
    let mut rounds = Vec::new();
    for Engine { name, run, .. } in &mut *engines {
        let sum = run(1);
        let wanted = *wanted.get_or_insert(sum);
        assert_eq!(wanted, sum, "{name} gives something else");
        let one = (0..3).map(|_| seconds(|| run(1))).fold(f64::MAX, f64::min);
        rounds.push(((SLICE / one) as usize).max(1));
    }
    let mut times = vec![Vec::new(); engines.len()];
    for _ in 0..slices {
        for (index, Engine { rows, run, .. }) in engines.iter_mut().enumerate() {
            let rounds = rounds[index];
            let time = seconds(|| run(rounds));
            times[index].push(time * 1e9 / (rounds * *rows) as f64);
        }
    }
    times
}

/// A row for each pair of one of ours with another.
fn figures(case: &'static str, mut engines: Vec<Engine<'_>>, slices: usize) -> Vec<Figure> {
    let times = in_turn(&mut engines, slices);
    let is_own = |name: &str| matches!(name, "jit" | "form" | "batch" | "auto");
    let mut figures = Vec::new();
    for (index, own) in engines.iter().enumerate() {
        let (median, p99) = spread(times[index].clone());
        let figure = |against| Figure {
            case,
            engine: own.name,
            median,
            p99,
            unit: "ns",
            against,
        };
        if !is_own(own.name) {
            figures.push(figure(None));
            continue;
        }
        for (other, engine) in engines.iter().enumerate().filter(|it| it.0 != index) {
            let pairs = times[index].iter().zip(&times[other]);
            let (ratio, _) = spread(pairs.map(|(a, b)| a / b).collect());
            figures.push(figure(Some((ratio, engine.name))));
        }
    }
    figures
}

/// Machine code and the form, row after row.
fn one_by_one<'a>(rows: &'a wudi::MeasuredRows<'a>) -> Vec<Engine<'a>> {
    vec![
        engine("jit", ROWS, |rounds| rows.run(true, rounds)),
        engine("form", ROWS, |rounds| rows.run(false, rounds)),
    ]
}

const A: &str = "latency < 500.0 && errors / total < 0.01";
const A_INPUTS: [(&str, &str); 3] = [
    ("latency", "Float"),
    ("errors", "Float"),
    ("total", "Float"),
];

/// Latency, errors, total; nine of ten rows are healthy.
fn metrics(rows: usize) -> [Vec<f64>; 3] {
    let each = |it: fn(usize) -> f64| (0..rows).map(it).collect();
    [
        each(|it| {
            if it % 10 == 3 {
                650.0
            } else {
                100.0 + (it % 317) as f64
            }
        }),
        each(|it| if it % 20 == 3 { 40.0 } else { (it % 7) as f64 }),
        each(|it| 1000.0 + (it % 513) as f64),
    ]
}

pub(crate) fn a() -> Vec<Figure> {
    let columns = metrics(ROWS);
    let condition = Measured::new(A, &A_INPUTS).expect("it checks");
    let samples = columns.clone().map(Sample::Floats);
    let rows: Vec<[f64; 3]> = (0..ROWS)
        .map(|row| [0, 1, 2].map(|it: usize| columns[it][row]))
        .collect();
    let ours = condition.rows(&samples);
    let mut engines = one_by_one(&ours);
    engines.push(native("boxed closure", ROWS, |row| {
        let [latency, errors, total] = rows[row];
        u64::from(latency < 500.0 && errors / total < 0.01)
    }));
    #[cfg(feature = "peers")]
    engines.extend([
        peers::cel(A, &["latency", "errors", "total"], &rows),
        peers::fasteval("latency < 500 && errors / total < 0.01", &rows),
    ]);
    figures("eval-a", engines, 300)
}

const B: &str = "if step < 3 then weight + (100 - weight) / 2 else if errors > 10 then 0 else 100";
const B_INPUTS: [(&str, &str); 3] = [("step", "Int"), ("weight", "Int"), ("errors", "Int")];

fn steps(rows: usize) -> [Vec<i64>; 3] {
    let each = |modulus: i64| (0..rows as i64).map(|it| it % modulus).collect();
    [each(5), each(100), each(12)]
}

pub(crate) fn b() -> Vec<Figure> {
    let columns = steps(ROWS);
    let condition = Measured::new(B, &B_INPUTS).expect("it checks");
    let samples = columns.clone().map(Sample::Ints);
    let rows: Vec<[i64; 3]> = (0..ROWS)
        .map(|row| [0, 1, 2].map(|it: usize| columns[it][row]))
        .collect();
    let ours = condition.rows(&samples);
    let mut engines = one_by_one(&ours);
    engines.push(native("boxed closure", ROWS, |row| {
        let [step, weight, errors] = rows[row];
        let value = if step < 3 {
            weight + (100 - weight) / 2
        } else if errors > 10 {
            0
        } else {
            100
        };
        value.cast_unsigned()
    }));
    // The same with what ours has in: a sum that does not fit is an error.
    engines.push(native("checked closure", ROWS, |row| {
        let [step, weight, errors] = rows[row];
        let chosen = || {
            Some(if step < 3 {
                weight.checked_add(100_i64.checked_sub(weight)?.checked_div(2)?)?
            } else if errors > 10 {
                0
            } else {
                100
            })
        };
        chosen().expect("it fits").cast_unsigned()
    }));
    #[cfg(feature = "peers")]
    engines.push(peers::cel(
        "step < 3 ? weight + (100 - weight) / 2 : (errors > 10 ? 0 : 100)",
        &["step", "weight", "errors"],
        &rows,
    ));
    figures("eval-b", engines, 300)
}

const C: &str = "(branch == \"main\" || branch.starts-with(\"release/\")) && event == \"push\"";
const C_INPUTS: [(&str, &str); 2] = [("branch", "String"), ("event", "String")];

fn events(rows: usize) -> [Vec<String>; 2] {
    let branches = ["main", "release/1.2", "feature/login", "main", "dev"];
    let each = |all: &[&str]| (0..rows).map(|it| all[it % all.len()].to_owned()).collect();
    [each(&branches), each(&["push", "push", "pull_request"])]
}

pub(crate) fn c() -> Vec<Figure> {
    let columns = events(ROWS);
    let condition = Measured::new(C, &C_INPUTS).expect("it checks");
    let samples = columns.clone().map(Sample::Texts);
    let rows: Vec<[String; 2]> = (0..ROWS)
        .map(|row| [0, 1].map(|it: usize| columns[it][row].clone()))
        .collect();
    let ours = condition.rows(&samples);
    let mut engines = one_by_one(&ours);
    engines.push(native("boxed closure", ROWS, |row| {
        let [branch, event] = &rows[row];
        u64::from((branch == "main" || branch.starts_with("release/")) && event == "push")
    }));
    #[cfg(feature = "peers")]
    engines.push(peers::cel(
        "(branch == \"main\" || branch.startsWith(\"release/\")) && event == \"push\"",
        &["branch", "event"],
        &rows,
    ));
    figures("eval-c", engines, 300)
}

/// Workload (a) over whole columns, one byte a row out.
pub(crate) fn rows() -> Vec<Figure> {
    let columns = metrics(MANY);
    let condition = Measured::new(A, &A_INPUTS).expect("it checks");
    let samples = columns.clone().map(Sample::Floats);
    let ours = |tier: &'static str| {
        let mut all = condition.columns(&samples);
        assert!(all.run(tier));
        engine(tier, MANY, move |rounds| {
            (0..rounds).for_each(|_| assert!(all.run(tier)));
            0
        })
    };
    let sums = ["jit", "batch", "auto"].map(|tier| {
        let mut all = condition.columns(&samples);
        assert!(all.run(tier));
        all.sum()
    });
    #[cfg(feature = "peers")]
    let rows: Vec<[f64; 3]> = (0..ROWS)
        .map(|row| [0, 1, 2].map(|it: usize| columns[it][row]))
        .collect();
    let [latency, errors, total] = &columns;
    let mut bytes = vec![0_u8; MANY];
    let loops = |bytes: &mut [u8]| {
        let inputs = latency.iter().zip(errors).zip(total);
        for (out, ((latency, errors), total)) in bytes.iter_mut().zip(inputs) {
            *out = u8::from((*latency < 500.0) & (errors / total < 0.01));
        }
    };
    loops(&mut bytes);
    let wanted: u64 = bytes.iter().map(|it| u64::from(*it)).sum();
    assert_eq!(sums, [wanted; 3], "a tier gives something else");
    let mut engines: Vec<Engine<'_>> = ["jit", "batch", "auto"].map(ours).into();
    engines.push(engine("native loop", MANY, |rounds| {
        (0..rounds).for_each(|_| loops(black_box(&mut bytes)));
        0
    }));
    engines.push(engine("memory floor", MANY, |rounds| {
        for _ in 0..rounds {
            let mut sums = [0.0_f64; 8];
            for column in [latency, errors, total] {
                for part in black_box(column).chunks_exact(8) {
                    sums.iter_mut().zip(part).for_each(|(sum, it)| *sum += it);
                }
            }
            black_box(sums);
        }
        0
    }));
    #[cfg(feature = "peers")]
    engines.push({
        let mut cel = peers::cel(A, &["latency", "errors", "total"], &rows);
        engine("cel", ROWS, move |rounds| {
            (cel.run)(rounds);
            0
        })
    });
    figures("eval-rows", engines, 100)
}

/// The automatic tier beside those that can be asked for, from one row on, on conditions that are met for the first time:
/// machine code is made again each time that a tier wants it.
pub(crate) fn tiers() -> Vec<Figure> {
    let counts = [
        1, 4, 16, 64, 256, 1_000, 10_000, 100_000, 1_000_000, 10_000_000,
    ];
    let floats: fn(usize) -> Vec<Sample> = |rows| metrics(rows).map(Sample::Floats).into();
    let ints: fn(usize) -> Vec<Sample> = |rows| steps(rows).map(Sample::Ints).into();
    let texts: fn(usize) -> Vec<Sample> = |rows| events(rows).map(Sample::Texts).into();
    let cases = [
        ("eval-tiers-a", A, &A_INPUTS[..], floats),
        ("eval-tiers-b", B, &B_INPUTS[..], ints),
        ("eval-tiers-c", C, &C_INPUTS[..], texts),
    ];
    let mut found = Vec::new();
    for (case, text, inputs, samples) in cases {
        let condition = Measured::new(text, inputs).expect("it checks");
        let (_, threshold) = condition.thresholds();
        let near = [threshold / 2, threshold - 1, threshold, threshold * 2];
        for rows in counts.into_iter().chain(near) {
            found.extend(tiers_of(case, &condition, &samples(rows), rows));
        }
    }
    found
}

fn tiers_of(
    case: &'static str,
    condition: &Measured,
    samples: &[Sample],
    rows: usize,
) -> Vec<Figure> {
    let slices = (20_000_000 / rows).clamp(6, 200);
    let names = ["auto", "batch", "jit"];
    let fresh: Vec<Measured> = (0..slices * names.len())
        .map(|_| condition.fresh())
        .collect();
    let warm = condition.fresh();
    let mut columns = condition.columns(samples);
    let mut times = vec![Vec::new(); names.len()];
    for (index, fresh) in fresh.iter().enumerate() {
        // Each tier is first as often as the others, and what it reads is near.
        let tier = (index + index / names.len()) % names.len();
        assert!(columns.run_cold(&warm, "batch"));
        let start = Instant::now();
        assert!(columns.run_cold(fresh, names[tier]));
        times[tier].push(start.elapsed().as_secs_f64() * 1e6);
    }
    let (median, p99) = spread(times[0].clone());
    let against = |other: usize| {
        let pairs = times[0].iter().zip(&times[other]);
        spread(pairs.map(|(a, b)| a / b).collect()).0
    };
    let name: &'static str = format!("auto {rows}").leak();
    [1, 2]
        .map(|other| Figure {
            case,
            engine: name,
            median,
            p99,
            unit: "us",
            against: Some((against(other), names[other])),
        })
        .into()
}

/// What making machine code costs, the first time in the process and after: of each workload, for columns and for one row.
pub(crate) fn compile() -> Vec<Figure> {
    let cases = [
        ("eval-compile-a", A, &A_INPUTS[..]),
        ("eval-compile-b", B, &B_INPUTS[..]),
        ("eval-compile-c", C, &C_INPUTS[..]),
    ];
    let mut found = Vec::new();
    for (case, text, inputs) in cases {
        let condition = Measured::new(text, inputs).expect("it checks");
        for (first, later, columns) in [
            ("columns, first", "columns", true),
            ("row, first", "row", false),
        ] {
            let microseconds = || 1e6 * condition.compile(columns).expect("there is code");
            let once = microseconds();
            let (median, p99) = spread((0..100).map(|_| microseconds()).collect());
            let figure = |engine, median, p99, against| Figure {
                case,
                engine,
                median,
                p99,
                unit: "us",
                against,
            };
            found.push(figure(first, once, once, Some((once / median, later))));
            found.push(figure(later, median, p99, None));
        }
    }
    found
}

#[cfg(feature = "peers")]
mod peers {
    //! Other evaluators, each as its documentation has it.

    use std::sync::Arc;

    use crate::eval::{Engine, engine};

    /// A row's value as CEL takes it.
    pub(super) trait Variable {
        fn add(&self, context: &mut cel::Context<'_, '_>, name: &str);
    }

    impl Variable for f64 {
        fn add(&self, context: &mut cel::Context<'_, '_>, name: &str) {
            context.add_variable(name, *self).expect("a number");
        }
    }

    impl Variable for i64 {
        fn add(&self, context: &mut cel::Context<'_, '_>, name: &str) {
            context.add_variable(name, *self).expect("a number");
        }
    }

    impl Variable for String {
        fn add(&self, context: &mut cel::Context<'_, '_>, name: &str) {
            context.add_variable(name, self.as_str()).expect("a text");
        }
    }

    pub(super) fn cel<'a, T: Variable, const N: usize>(
        text: &str,
        names: &'a [&'a str; N],
        rows: &'a [[T; N]],
    ) -> Engine<'a> {
        let env = Arc::new(cel::Env::stdlib());
        let program = env.compile(text).expect("it compiles");
        let one = move |row: &[T; N]| {
            let mut context = cel::Context::with_env(Arc::clone(&env));
            for (name, value) in names.iter().zip(row) {
                value.add(&mut context, name);
            }
            match program.execute(&context).expect("it has a value") {
                cel::Value::Bool(it) => u64::from(it),
                cel::Value::Int(it) => it.cast_unsigned(),
                other => panic!("{other:?}"),
            }
        };
        engine("cel", rows.len(), move |rounds| {
            let all = (0..rounds).flat_map(|_| rows);
            all.fold(0, |sum, row| one(row).wrapping_add(sum))
        })
    }

    pub(super) fn fasteval<'a>(text: &str, rows: &'a [[f64; 3]]) -> Engine<'a> {
        use fasteval::{Compiler as _, Evaler as _};
        let mut slab = fasteval::Slab::new();
        let parsed = fasteval::Parser::new().parse(text, &mut slab.ps);
        let parsed = parsed.expect("it parses").from(&slab.ps);
        let compiled = parsed.compile(&slab.ps, &mut slab.cs);
        let one = move |row: &[f64; 3]| {
            let mut find = |name: &str, _: Vec<f64>| match name {
                "latency" => Some(row[0]),
                "errors" => Some(row[1]),
                "total" => Some(row[2]),
                _ => None,
            };
            let value = compiled.eval(&slab, &mut find);
            u64::from(value.expect("it has a value") != 0.0)
        };
        engine("fasteval", rows.len(), move |rounds| {
            let all = (0..rounds).flat_map(|_| rows);
            all.fold(0, |sum, row| one(row).wrapping_add(sum))
        })
    }
}
