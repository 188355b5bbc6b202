//! Conditions mean the same here and in the engines that Argo Rollouts reads them with: those engines' recorded verdicts are ours.

use std::io::Write as _;
use std::process::{Command, Stdio};

use indexmap::IndexMap;

use crate::base::{FileId, Name, Span};
use crate::emit::rollouts::condition::conditions;
use crate::eval::EvalError;
use crate::eval::interpret::{STEPS, interpret};
use crate::plan::analysis::Metric;
use crate::plan::{Expr, ExprKind, Plan, Ref};
use crate::value::{BinaryOp, UnaryOp, Value};

const RECORD: &str = include_str!("../../../../tests/oracle/conditions/verdicts.jsonl");

/// What a query may give: nothing, a number, more than one.
const SAMPLES: &[&[f64]] = &[
    &[],
    &[f64::NAN],
    &[f64::INFINITY],
    &[f64::NEG_INFINITY],
    &[0.0],
    &[-0.0],
    &[1.0],
    &[-1.0],
    &[0.5],
    &[0.01],
    &[0.95],
    &[2.0],
    &[1e308],
    &[-1e308],
    &[5e-324],
    &[9_007_199_254_740_991.0],
    &[9_007_199_254_740_992.0],
    &[9_007_199_254_740_994.0],
    &[0.1, f64::NAN],
    &[3.0, 0.0],
];

fn at() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn expr(kind: ExprKind) -> Expr {
    Expr { span: at(), kind }
}

fn value() -> Expr {
    Expr::reference(at(), Ref::Metric(Name::new("value")))
}

fn number(it: f64) -> Expr {
    Expr::constant(at(), Value::Float(it))
}

fn two(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Binary(op, (left, right).into()))
}

fn not(it: Expr) -> Expr {
    expr(ExprKind::Unary(UnaryOp::Not, it.into()))
}

fn negative(it: Expr) -> Expr {
    expr(ExprKind::Unary(UnaryOp::Neg, it.into()))
}

const ORDER: [BinaryOp; 6] = [
    BinaryOp::Eq,
    BinaryOp::Ne,
    BinaryOp::Lt,
    BinaryOp::Le,
    BinaryOp::Gt,
    BinaryOp::Ge,
];

/// Conditions of every form that has a counterpart there.
fn corpus() -> Vec<Expr> {
    let constants = [0.0, 1.0, -1.0, 0.01, 0.95, 1e308, 9_007_199_254_740_993.0];
    let mut all = Vec::new();
    for op in ORDER {
        for constant in constants {
            all.push(two(op, value(), number(constant)));
            all.push(not(two(op, number(constant), value())));
        }
        let sums = [
            two(
                BinaryOp::Sub,
                value(),
                two(BinaryOp::Sub, number(3.0), value()),
            ),
            two(
                BinaryOp::Sub,
                two(BinaryOp::Sub, value(), number(3.0)),
                value(),
            ),
            two(
                BinaryOp::Mul,
                two(BinaryOp::Add, value(), number(1.0)),
                value(),
            ),
            two(
                BinaryOp::Add,
                value(),
                two(BinaryOp::Mul, number(2.0), value()),
            ),
            two(BinaryOp::Div, value(), number(3.0)),
            two(
                BinaryOp::Div,
                value(),
                two(BinaryOp::Mul, number(2.0), number(4.0)),
            ),
            two(
                BinaryOp::Mul,
                two(BinaryOp::Div, value(), number(2.0)),
                number(4.0),
            ),
            negative(value()),
            negative(two(BinaryOp::Add, value(), number(1.0))),
        ];
        all.extend(sums.into_iter().map(|it| two(op, it, number(0.5))));
    }
    let less = |it| two(BinaryOp::Lt, value(), number(it));
    let more = |it| two(BinaryOp::Gt, value(), number(it));
    for (a, b) in [(0.5, 0.1), (-1.0, 2.0), (1e308, -1e308)] {
        let (and, or) = (BinaryOp::And, BinaryOp::Or);
        all.push(two(and, less(a), more(b)));
        all.push(two(or, less(a), more(b)));
        all.push(two(and, two(or, less(a), more(b)), not(less(b))));
        all.push(two(or, less(a), two(and, more(b), not(more(a)))));
        all.push(not(two(and, less(a), not(two(or, more(b), less(b))))));
        all.push(expr(ExprKind::If((less(a), more(b), not(less(b))).into())));
        let ends = (Value::Float(b.min(a)), Value::Float(b.max(a)));
        let range = Expr::constant(at(), Value::Range(ends.into()));
        all.push(two(BinaryOp::In, value(), range.clone()));
        all.push(not(two(BinaryOp::In, value(), range)));
        let list = Value::list(vec![Value::Float(a), Value::Float(b)]);
        all.push(two(BinaryOp::In, value(), Expr::constant(at(), list)));
    }
    all
}

/// `successCondition` of a metric that passes by an expression.
fn written(pass: Expr, no_data: Option<&str>) -> String {
    let provider = ExprKind::Make(Name::new("prometheus"), IndexMap::new().into());
    let metric = Metric {
        name: Name::new("m"),
        span: at(),
        provider: expr(provider),
        every: None,
        initial_delay: None,
        count: None,
        failure_limit: None,
        inconclusive_limit: None,
        consecutive_error_limit: None,
        pass: Some(pass),
        fail: None,
        no_data: no_data.map(Name::new),
    };
    let (success, _) = conditions(&metric, &IndexMap::new(), &Plan::default());
    success.unwrap()
}

/// What the condition is here: of nothing, what `no-data` says; `E` where that is open.
fn own(pass: &Expr, sample: &[f64], no_data: Option<&str>) -> char {
    let first = sample
        .first()
        .filter(|it| no_data.is_none() || !it.is_nan());
    let Some(first) = first else {
        return match no_data {
            Some("pass") => 'T',
            Some(_) => 'F',
            None => 'E',
        };
    };
    let lookup = |_: &Ref| Some(Value::Float(*first));
    match interpret(pass, &lookup, STEPS) {
        Ok(Value::Bool(true)) => 'T',
        Ok(Value::Bool(false)) => 'F',
        Ok(_) => 'N',
        Err(_) => 'E',
    }
}

/// Conditions as the engines read them, and what they are here of each sample.
fn cases() -> IndexMap<String, String> {
    let mut cases = IndexMap::new();
    for no_data in [None, Some("pass"), Some("fail"), Some("inconclusive")] {
        for pass in corpus() {
            let verdicts = SAMPLES.iter().map(|it| own(&pass, it, no_data)).collect();
            cases.insert(written(pass, no_data), verdicts);
        }
    }
    cases
}

/// Asks the engines about all conditions, and writes down what they say.
fn record(cases: &IndexMap<String, String>) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut oracle = Command::new(root.join("target/oracle/oracle-conditions"));
    let out = std::fs::File::create(root.join("tests/oracle/conditions/verdicts.jsonl"));
    let oracle = oracle.stdin(Stdio::piped()).stdout(out.unwrap());
    let mut oracle = oracle.spawn().unwrap();
    let texts = SAMPLES
        .iter()
        .map(|it| it.iter().map(|it| format!("{it:?}")));
    let texts: Vec<Vec<String>> = texts.map(Iterator::collect).collect();
    let mut input = serde_json::to_string(&texts).unwrap() + "\n";
    for condition in cases.keys() {
        input += &(serde_json::Value::from(condition.as_str()).to_string() + "\n");
    }
    let mut pipe = oracle.stdin.take().unwrap();
    pipe.write_all(input.as_bytes()).unwrap();
    drop(pipe);
    assert!(oracle.wait().unwrap().success());
}

#[test]
fn recorded_verdicts_are_ours() {
    let cases = cases();
    if std::env::var_os("WUDI_RECORD").is_some() {
        record(&cases);
        return;
    }
    let mut known: IndexMap<String, serde_json::Value> = IndexMap::new();
    for line in RECORD.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let condition = line["condition"].as_str().unwrap().to_owned();
        known.insert(condition, line);
    }
    let mut wrong = Vec::new();
    for (condition, ours) in &cases {
        let Some(line) = known.get(condition) else {
            panic!("`{condition}` was never asked about: see tests/oracle/README.md");
        };
        for engine in ["now", "then"] {
            let theirs = line.get(engine).and_then(|it| it.as_str());
            if theirs.is_some_and(|it| it != ours) {
                wrong.push(format!(
                    "{condition}\n  {engine} {}\n  ours {ours}",
                    theirs.unwrap()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The one difference: a division by zero is infinite there and an error here.
#[test]
fn a_division_by_what_was_measured_fails_here() {
    let part = two(BinaryOp::Div, number(1.0), value());
    let pass = two(BinaryOp::Gt, part, number(0.5));
    let lookup = |_: &Ref| Some(Value::Float(0.0));
    let failure = interpret(&pass, &lookup, STEPS).unwrap_err();
    assert_eq!(failure.error, EvalError::DivisionByZero);
}
