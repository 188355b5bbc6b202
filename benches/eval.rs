//! Expressions beside other evaluators and beside native code. All answers are compared; all checks are in.

use std::hint::black_box;
use std::time::Instant;

use wudi::{Measured, Sample};

use crate::{Figure, spread};

/// Rows that one evaluation after the other goes through.
const ROWS: usize = 1024;

/// Rows of a whole column.
const MANY: usize = 1 << 20;

const ROUNDS: usize = 30;

/// What an engine took, by its name: nanoseconds of an evaluation, a round each.
type Times = Vec<(&'static str, Vec<f64>)>;

struct Metrics {
    latency: Vec<f64>,
    errors: Vec<f64>,
    total: Vec<f64>,
}

const A: &str = "latency < 500.0 && errors / total < 0.01";
const B: &str = "if step < 3 then weight + (100 - weight) / 2 else if errors > 10 then 0 else 100";
const C: &str = "(branch == \"main\" || branch.starts-with(\"release/\")) && event == \"push\"";

/// Nine of ten rows are healthy.
fn metrics(rows: usize) -> Metrics {
    let each = |it: fn(usize) -> f64| (0..rows).map(it).collect();
    Metrics {
        latency: each(|it| {
            if it % 10 == 3 {
                650.0
            } else {
                100.0 + (it % 317) as f64
            }
        }),
        errors: each(|it| if it % 20 == 3 { 40.0 } else { (it % 7) as f64 }),
        total: each(|it| 1000.0 + (it % 513) as f64),
    }
}

/// Nanoseconds of an evaluation over all rows, of a hundred rounds in each sample.
fn timed(rows: usize, mut one: impl FnMut(usize) -> u64) -> (f64, u64) {
    let rounds = 100;
    let mut sum = 0_u64;
    let start = Instant::now();
    for _ in 0..rounds {
        for row in 0..rows {
            sum = sum.wrapping_add(one(row));
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    (seconds * 1e9 / (rounds * rows) as f64, sum)
}

/// What is measured, by its name: how long it took, and a sum of what it gave.
type Engine<'a> = (&'static str, Box<dyn FnMut() -> (f64, u64) + 'a>);

/// Measures engines in turn and holds that all give the same.
fn in_turn(engines: &mut [Engine<'_>]) -> Times {
    let mut times: Times = engines.iter().map(|it| (it.0, Vec::new())).collect();
    let mut wanted = None;
    for _ in 0..ROUNDS {
        for (index, (name, engine)) in engines.iter_mut().enumerate() {
            let (time, sum) = engine();
            assert_eq!(
                *wanted.get_or_insert(sum),
                sum,
                "{name} gives something else"
            );
            times[index].1.push(time);
        }
    }
    times
}

fn figures(case: &'static str, times: Times) -> Vec<Figure> {
    let spreads: Vec<(&'static str, (f64, f64))> = times
        .into_iter()
        .map(|(name, it)| (name, spread(it)))
        .collect();
    let mut figures = Vec::new();
    for (engine, (median, p99)) in &spreads {
        let is_own = matches!(*engine, "jit" | "form" | "batch" | "auto");
        let others = spreads.iter().filter(|it| is_own && it.0 != *engine);
        let mut against: Vec<_> = others.map(|it| Some((it.1.0, it.0))).collect();
        if against.is_empty() {
            against.push(None);
        }
        figures.extend(against.into_iter().map(|against| Figure {
            case,
            engine,
            median: *median,
            p99: *p99,
            unit: "ns",
            against,
        }));
    }
    figures
}

type Native<'a> = Box<dyn Fn(usize) -> u64 + 'a>;

pub(crate) fn a() -> Vec<Figure> {
    let Metrics {
        latency,
        errors,
        total,
    } = metrics(ROWS);
    let condition = Measured::new(
        A,
        &[
            ("latency", "Float"),
            ("errors", "Float"),
            ("total", "Float"),
        ],
    );
    let condition = condition.expect("it checks");
    let samples = [latency.clone(), errors.clone(), total.clone()].map(Sample::Floats);
    let rows: Vec<[f64; 3]> = (0..ROWS)
        .map(|it| [latency[it], errors[it], total[it]])
        .collect();
    let native: Native<'_> = black_box(Box::new(|row| {
        let [latency, errors, total] = rows[row];
        u64::from(latency < 500.0 && errors / total < 0.01)
    }));
    let mut engines: Vec<Engine<'_>> = vec![
        (
            "jit",
            Box::new(|| condition.one_by_one(&samples, true, 100)),
        ),
        (
            "form",
            Box::new(|| condition.one_by_one(&samples, false, 100)),
        ),
        ("boxed closure", Box::new(|| timed(ROWS, &native))),
    ];
    #[cfg(feature = "peers")]
    {
        let cel = peers::Cel::new("latency < 500.0 && errors / total < 0.01");
        let all = rows.clone();
        engines.push((
            "cel",
            Box::new(move || {
                timed(ROWS, |row| {
                    cel.floats(&["latency", "errors", "total"], &all[row])
                })
            }),
        ));
        let all = rows.clone();
        let fast = peers::Fasteval::new("latency < 500 && errors / total < 0.01");
        engines.push((
            "fasteval",
            Box::new(move || {
                timed(ROWS, |row| {
                    fast.floats(&["latency", "errors", "total"], &all[row])
                })
            }),
        ));
    }
    figures("eval-a", in_turn(&mut engines))
}

pub(crate) fn b() -> Vec<Figure> {
    let each = |it: fn(i64) -> i64| (0..ROWS as i64).map(it).collect::<Vec<i64>>();
    let (step, weight, errors) = (each(|it| it % 5), each(|it| it % 100), each(|it| it % 12));
    let inputs = [("step", "Int"), ("weight", "Int"), ("errors", "Int")];
    let condition = Measured::new(B, &inputs).expect("it checks");
    let rows: Vec<[i64; 3]> = (0..ROWS)
        .map(|it| [step[it], weight[it], errors[it]])
        .collect();
    let samples = [step, weight, errors].map(Sample::Ints);
    let native: Native<'_> = black_box(Box::new(|row| {
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
    let mut engines: Vec<Engine<'_>> = vec![
        (
            "jit",
            Box::new(|| condition.one_by_one(&samples, true, 100)),
        ),
        (
            "form",
            Box::new(|| condition.one_by_one(&samples, false, 100)),
        ),
        ("boxed closure", Box::new(|| timed(ROWS, &native))),
    ];
    #[cfg(feature = "peers")]
    {
        let cel =
            peers::Cel::new("step < 3 ? weight + (100 - weight) / 2 : (errors > 10 ? 0 : 100)");
        let all = rows.clone();
        engines.push((
            "cel",
            Box::new(move || {
                timed(ROWS, |row| {
                    cel.ints(&["step", "weight", "errors"], &all[row])
                })
            }),
        ));
    }
    figures("eval-b", in_turn(&mut engines))
}

pub(crate) fn c() -> Vec<Figure> {
    let branches = ["main", "release/1.2", "feature/login", "main", "dev"];
    let text = |it: &[&str], row: usize| it[row % it.len()].to_owned();
    let branch: Vec<String> = (0..ROWS).map(|it| text(&branches, it)).collect();
    let event: Vec<String> = (0..ROWS)
        .map(|it| text(&["push", "push", "pull_request"], it))
        .collect();
    let condition = Measured::new(C, &[("branch", "String"), ("event", "String")]);
    let condition = condition.expect("it checks");
    let rows: Vec<[String; 2]> = branch
        .iter()
        .cloned()
        .zip(event.iter().cloned())
        .map(Into::into)
        .collect();
    let samples = [branch, event].map(Sample::Texts);
    let native: Native<'_> = black_box(Box::new(|row| {
        let [branch, event] = &rows[row];
        u64::from((branch == "main" || branch.starts_with("release/")) && event == "push")
    }));
    let mut engines: Vec<Engine<'_>> = vec![
        (
            "jit",
            Box::new(|| condition.one_by_one(&samples, true, 100)),
        ),
        (
            "form",
            Box::new(|| condition.one_by_one(&samples, false, 100)),
        ),
        ("boxed closure", Box::new(|| timed(ROWS, &native))),
    ];
    #[cfg(feature = "peers")]
    {
        let cel = peers::Cel::new(
            "(branch == \"main\" || branch.startsWith(\"release/\")) && event == \"push\"",
        );
        let all = rows.clone();
        engines.push((
            "cel",
            Box::new(move || timed(ROWS, |row| cel.texts(&["branch", "event"], &all[row]))),
        ));
    }
    figures("eval-c", in_turn(&mut engines))
}

/// Workload (a) over whole columns, one byte a row out.
pub(crate) fn rows() -> Vec<Figure> {
    let Metrics {
        latency,
        errors,
        total,
    } = metrics(MANY);
    let condition = Measured::new(
        A,
        &[
            ("latency", "Float"),
            ("errors", "Float"),
            ("total", "Float"),
        ],
    );
    let condition = condition.expect("it checks");
    let samples = [latency.clone(), errors.clone(), total.clone()].map(Sample::Floats);
    let by = |tier: &'static str| {
        let (times, sum) = condition.all_at_once(&samples, tier, 1);
        (times[0], sum)
    };
    let (latency, errors, total) = (&latency, &errors, &total);
    let wanted = by("batch").1;
    let mut bytes = vec![0_u8; MANY];
    let mut engines: Vec<Engine<'_>> = vec![
        ("jit", Box::new(|| by("jit"))),
        ("batch", Box::new(|| by("batch"))),
        ("auto", Box::new(|| by("auto"))),
        (
            "native loop",
            Box::new(|| {
                let start = Instant::now();
                let inputs = latency.iter().zip(errors).zip(total);
                for (out, ((latency, errors), total)) in bytes.iter_mut().zip(inputs) {
                    *out = u8::from((*latency < 500.0) & (errors / total < 0.01));
                }
                let time = start.elapsed().as_secs_f64() * 1e9 / MANY as f64;
                (time, bytes.iter().map(|it| u64::from(*it)).sum())
            }),
        ),
        (
            "memory floor",
            Box::new(|| {
                let start = Instant::now();
                let mut sums = [0.0_f64; 8];
                for column in [latency, errors, total] {
                    for part in column.chunks_exact(8) {
                        sums.iter_mut().zip(part).for_each(|(sum, it)| *sum += it);
                    }
                }
                black_box(sums);
                (start.elapsed().as_secs_f64() * 1e9 / MANY as f64, wanted)
            }),
        ),
    ];
    figures("eval-rows", in_turn(&mut engines))
}

/// What making machine code costs, the first time in the process and after; by rows of (a), how many pay for it.
pub(crate) fn compile() -> Vec<Figure> {
    let inputs = [
        ("latency", "Float"),
        ("errors", "Float"),
        ("total", "Float"),
    ];
    let condition = Measured::new(A, &inputs).expect("it checks");
    let first = 1e6 * condition.compile().expect("there is code");
    let later = (0..50).map(|_| 1e6 * condition.compile().expect("there is code"));
    let (median, p99) = spread(later.collect());
    let figure = |engine, median, p99, against| Figure {
        case: "eval-compile",
        engine,
        median,
        p99,
        unit: "us",
        against,
    };
    vec![
        figure("first", first, first, Some((median, "later"))),
        figure("later", median, p99, None),
    ]
}

#[cfg(feature = "peers")]
mod peers {
    //! Other evaluators, each as its documentation has it.

    use std::sync::Arc;

    pub(super) struct Cel {
        env: Arc<cel::Env>,
        program: cel::Program,
    }

    impl Cel {
        pub(super) fn new(text: &str) -> Self {
            let env = Arc::new(cel::Env::stdlib());
            let program = env.compile(text).expect("it compiles");
            Self { env, program }
        }

        fn run(&self, fill: impl FnOnce(&mut cel::Context<'_, '_>)) -> u64 {
            let mut context = cel::Context::with_env(Arc::clone(&self.env));
            fill(&mut context);
            match self.program.execute(&context).expect("it has a value") {
                cel::Value::Bool(it) => u64::from(it),
                cel::Value::Int(it) => it.cast_unsigned(),
                other => panic!("{other:?}"),
            }
        }

        pub(super) fn floats(&self, names: &[&str], row: &[f64]) -> u64 {
            self.run(|it| {
                for (name, value) in names.iter().zip(row) {
                    it.add_variable(*name, *value).expect("a number");
                }
            })
        }

        pub(super) fn ints(&self, names: &[&str], row: &[i64]) -> u64 {
            self.run(|it| {
                for (name, value) in names.iter().zip(row) {
                    it.add_variable(*name, *value).expect("a number");
                }
            })
        }

        pub(super) fn texts(&self, names: &[&str], row: &[String]) -> u64 {
            self.run(|it| {
                for (name, value) in names.iter().zip(row) {
                    it.add_variable(*name, value.as_str()).expect("a text");
                }
            })
        }
    }

    pub(super) struct Fasteval {
        slab: fasteval::Slab,
        compiled: fasteval::Instruction,
    }

    impl Fasteval {
        pub(super) fn new(text: &str) -> Self {
            use fasteval::Compiler as _;
            let mut slab = fasteval::Slab::new();
            let parsed = fasteval::Parser::new()
                .parse(text, &mut slab.ps)
                .expect("it parses");
            let compiled = parsed.from(&slab.ps).compile(&slab.ps, &mut slab.cs);
            Self { slab, compiled }
        }

        pub(super) fn floats(&self, names: &[&str], row: &[f64]) -> u64 {
            use fasteval::Evaler as _;
            let mut find = |name: &str, _: Vec<f64>| {
                let at = names.iter().position(|it| *it == name)?;
                row.get(at).copied()
            };
            let value = self.compiled.eval(&self.slab, &mut find);
            u64::from(value.expect("it has a value") != 0.0)
        }
    }
}
