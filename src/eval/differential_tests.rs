//! One meaning: what the interpreter gives, every other tier gives, answers and failures alike.

use std::cell::RefCell;

use proptest::prelude::*;

use crate::base::{FileId, Name, Span};
use crate::eval::batch::columns::Owned;
use crate::eval::batch::{Columns, Values};
use crate::eval::form::{Failure, Input, Kind, build};
use crate::eval::interpret::{STEPS, interpret};
use crate::eval::tier::{Prepared, Tier};
use crate::plan::{Expr, ExprKind, Ref};
use crate::value::{BinaryOp, UnaryOp, Value};

const KINDS: [Kind; 8] = [
    Kind::Bool,
    Kind::Int,
    Kind::Float,
    Kind::Text,
    Kind::Duration,
    Kind::Bytes,
    Kind::Cpu,
    Kind::Percent,
];

/// `b0: Bool`, `b1: Bool?`, …: of each kind one that is there and one that may be missing.
fn inputs() -> Vec<Input> {
    let one = |(at, kind): (usize, &Kind), optional| Input {
        name: Name::new(format!("x{at}{}", if optional { "o" } else { "" })),
        kind: *kind,
        optional,
    };
    let all = KINDS.iter().enumerate();
    all.flat_map(|it| [one(it, false), one(it, true)]).collect()
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    let number = || {
        let known = vec![
            0,
            1,
            -1,
            2,
            3,
            100,
            i64::MAX,
            i64::MIN,
            i64::MAX - 1,
            (1 << 53) + 1,
            (1 << 53) - 1,
        ];
        prop_oneof![prop::sample::select(known), -5_i64..5, any::<i64>()]
    };
    let float = vec![
        0.0,
        -0.0,
        1.0,
        0.5,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
        f64::MAX,
        9_007_199_254_740_993.0,
    ];
    let text = vec![
        "",
        "a",
        "ab",
        "main",
        "mains",
        "release/1",
        "releas",
        "漢字",
        "漢",
        "é",
        "e\u{301}",
        "0123456789abcdef",
        "0123456789abcdeg",
        "\u{1F600}",
        "\0",
    ];
    match kind {
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Int => number().prop_map(Value::Int).boxed(),
        Kind::Float => prop_oneof![prop::sample::select(float), -3.0..3.0]
            .prop_map(Value::Float)
            .boxed(),
        Kind::Text => prop::sample::select(text).prop_map(Value::str).boxed(),
        Kind::Duration => number().prop_map(Value::Duration).boxed(),
        Kind::Bytes => number().prop_map(Value::Bytes).boxed(),
        Kind::Cpu => number().prop_map(Value::Cpu).boxed(),
        Kind::Percent => number().prop_map(Value::Percent).boxed(),
    }
}

/// Each expression has a place of its own, so that failures tell by theirs which one failed.
fn placed(expr: &Expr, next: &mut usize) -> Expr {
    *next += 1;
    let span = Span::new(FileId(0), *next, *next);
    let mut one = |it: &Expr| placed(it, next);
    let kind = match &expr.kind {
        ExprKind::Unary(op, it) => ExprKind::Unary(*op, one(it).into()),
        ExprKind::Binary(op, two) => ExprKind::Binary(*op, (one(&two.0), one(&two.1)).into()),
        ExprKind::Call(name, args) => ExprKind::Call(
            name.clone(),
            args.iter().map(one).collect::<Vec<_>>().into(),
        ),
        ExprKind::If(three) => ExprKind::If((one(&three.0), one(&three.1), one(&three.2)).into()),
        other => other.clone(),
    };
    Expr { span, kind }
}

fn expr(kind: ExprKind) -> Expr {
    let span = Span::new(FileId(0), 0, 0);
    Expr { span, kind }
}

fn two(op: BinaryOp, a: Expr, b: Expr) -> Expr {
    expr(ExprKind::Binary(op, (a, b).into()))
}

fn call(name: &str, args: Vec<Expr>) -> Expr {
    expr(ExprKind::Call(Name::new(name), args.into()))
}

fn input(kind: Kind, optional: bool) -> Expr {
    let all = inputs();
    let found = all
        .iter()
        .find(|it| it.kind == kind && it.optional == optional);
    expr(ExprKind::Ref(Ref::Param(found.unwrap().name.clone())))
}

fn leaf(kind: Kind) -> BoxedStrategy<Expr> {
    prop_oneof![
        3 => Just(input(kind, false)),
        2 => value(kind).prop_map(|it| expr(ExprKind::Const(it))),
    ]
    .boxed()
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(KINDS.to_vec())
}

/// Strategies by the kind and depth of what they make.
type Made = Vec<((Kind, u32), BoxedStrategy<Expr>)>;

thread_local! {
    /// A strategy holds those of what it is made of, so that each is made once.
    static TYPED: RefCell<Made> = const { RefCell::new(Vec::new()) };
}

/// An expression of a kind that checks.
fn typed(kind: Kind, depth: u32) -> BoxedStrategy<Expr> {
    let known = TYPED.with_borrow(|all| {
        let found = all.iter().find(|(key, _)| *key == (kind, depth));
        found.map(|it| it.1.clone())
    });
    known.unwrap_or_else(|| {
        let made = composed(kind, depth);
        TYPED.with_borrow_mut(|all| all.push(((kind, depth), made.clone())));
        made
    })
}

fn composed(kind: Kind, depth: u32) -> BoxedStrategy<Expr> {
    if depth == 0 {
        return leaf(kind);
    }
    let of = move |kind| typed(kind, depth - 1);
    let choice =
        (of(Kind::Bool), of(kind), of(kind)).prop_map(|three| expr(ExprKind::If(three.into())));
    let fallback = of(kind).prop_map(move |it| two(BinaryOp::Coalesce, input(kind, true), it));
    let own = match kind {
        Kind::Bool => conditions(depth),
        Kind::Text => leaf(kind),
        Kind::Float => {
            let op = prop::sample::select(vec![
                BinaryOp::Add,
                BinaryOp::Sub,
                BinaryOp::Mul,
                BinaryOp::Div,
            ]);
            let amount =
                prop::sample::select(vec![Kind::Duration, Kind::Bytes, Kind::Cpu, Kind::Percent]);
            prop_oneof![
                (op, of(kind), of(kind)).prop_map(|(op, a, b)| two(op, a, b)),
                amount
                    .prop_flat_map(move |it| (of(it), of(it)))
                    .prop_map(|(a, b)| two(BinaryOp::Div, a, b)),
                of(kind).prop_map(|it| expr(ExprKind::Unary(UnaryOp::Neg, it.into()))),
            ]
            .boxed()
        }
        Kind::Int | Kind::Duration | Kind::Bytes | Kind::Cpu | Kind::Percent => {
            numbers(kind, depth)
        }
    };
    prop_oneof![1 => leaf(kind), 1 => choice, 1 => fallback, 4 => own].boxed()
}

fn numbers(kind: Kind, depth: u32) -> BoxedStrategy<Expr> {
    let of = move |kind| typed(kind, depth - 1);
    let sum = prop::sample::select(vec![BinaryOp::Add, BinaryOp::Sub]);
    let scale = prop::sample::select(vec![BinaryOp::Mul, BinaryOp::Div]);
    let common = prop_oneof![
        (sum, of(kind), of(kind)).prop_map(|(op, a, b)| two(op, a, b)),
        (scale, of(kind), of(Kind::Int)).prop_map(|(op, a, b)| two(op, a, b)),
        of(kind).prop_map(|it| expr(ExprKind::Unary(UnaryOp::Neg, it.into()))),
        (of(kind), of(kind)).prop_map(|(a, b)| call("min", vec![a, b])),
        (of(kind), of(kind)).prop_map(|(a, b)| call("max", vec![a, b])),
    ];
    if kind != Kind::Int {
        return common.boxed();
    }
    prop_oneof![
        3 => common,
        1 => (of(kind), of(kind)).prop_map(|(a, b)| call("rem", vec![a, b])),
        1 => of(kind).prop_map(|it| call("abs", vec![it])),
        1 => of(Kind::Text).prop_map(|it| call("length", vec![it])),
    ]
    .boxed()
}

fn conditions(depth: u32) -> BoxedStrategy<Expr> {
    let of = move |kind| typed(kind, depth - 1);
    let logic = prop::sample::select(vec![
        BinaryOp::And,
        BinaryOp::Or,
        BinaryOp::Eq,
        BinaryOp::Ne,
    ]);
    let order = prop::sample::select(vec![
        BinaryOp::Eq,
        BinaryOp::Ne,
        BinaryOp::Lt,
        BinaryOp::Le,
        BinaryOp::Gt,
        BinaryOp::Ge,
    ]);
    let ordered = any_kind()
        .prop_filter("conditions have no order", |it| *it != Kind::Bool)
        .prop_flat_map(move |kind| (of(kind), of(kind)));
    let find = prop::sample::select(vec!["starts-with", "ends-with", "contains"]);
    let missing = any_kind().prop_map(|kind| {
        let none = expr(ExprKind::Const(Value::None));
        two(BinaryOp::Ne, input(kind, true), none)
    });
    let optional = any_kind()
        .prop_flat_map(move |kind| of(kind).prop_map(move |it| (kind, it)))
        .prop_map(|(kind, it)| two(BinaryOp::Eq, input(kind, true), it));
    let listed = (any_kind(), 0_usize..4).prop_flat_map(|(kind, count)| {
        let list = prop::collection::vec(value(kind), count);
        list.prop_map(move |all| {
            let all = expr(ExprKind::Const(Value::list(all)));
            two(BinaryOp::In, input(kind, false), all)
        })
    });
    let pattern = prop::sample::select(vec!["^r", "漢", "^$", "[a-f0-9]{16}"]);
    prop_oneof![
        4 => (logic, of(Kind::Bool), of(Kind::Bool)).prop_map(|(op, a, b)| two(op, a, b)),
        5 => (order, ordered).prop_map(|(op, (a, b))| two(op, a, b)),
        1 => of(Kind::Bool).prop_map(|it| expr(ExprKind::Unary(UnaryOp::Not, it.into()))),
        2 => (find, of(Kind::Text), of(Kind::Text)).prop_map(|(name, a, b)| call(name, vec![a, b])),
        1 => (of(Kind::Text), pattern).prop_map(|(a, b)| {
            call("matches", vec![a, expr(ExprKind::Const(Value::str(b)))])
        }),
        1 => missing,
        1 => optional,
        1 => listed,
    ]
    .boxed()
}

/// Rows of values; few of what is optional, and hardly any of the others, are missing.
fn rows() -> impl Strategy<Value = Vec<Vec<Value>>> {
    let one: Vec<BoxedStrategy<Value>> = inputs()
        .into_iter()
        .map(|it| {
            let missing = if it.optional { 40 } else { 1 };
            prop_oneof![60 => value(it.kind), missing => Just(Value::None)].boxed()
        })
        .collect();
    prop::collection::vec(one, 1..40)
}

/// NaN is NaN, and zero has a sign.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => {
            a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
        }
        (a, b) => a == b,
    }
}

type Answer = Result<Value, Failure>;

fn reference(expr: &Expr, row: &[Value]) -> Answer {
    let inputs = inputs();
    let find = |it: &Name| inputs.iter().position(|input| input.name == *it).unwrap();
    let mut missing: Option<(usize, Span, Name)> = None;
    expr.each_ref(&mut |it, span| {
        if let Ref::Param(name) = it {
            let at = find(name);
            let lacks = row[at].is_none() && !inputs[at].optional;
            if lacks && missing.as_ref().is_none_or(|it| at < it.0) {
                missing = Some((at, span, name.clone()));
            }
        }
    });
    if let Some((_, span, name)) = missing {
        let error = crate::eval::EvalError::Missing(name);
        return Err(Failure { span, error });
    }
    let lookup = |it: &Ref| match it {
        Ref::Param(name) => Some(row[find(name)].clone()),
        _ => None,
    };
    interpret(expr, &lookup, STEPS)
}

fn by_tier(prepared: &Prepared, rows: &[Vec<Value>], tier: Tier) -> Option<Vec<Answer>> {
    let form = prepared.form();
    let values: Vec<Vec<Value>> = (0..form.inputs.len())
        .map(|slot| rows.iter().map(|it| it[slot].clone()).collect())
        .collect();
    let owned: Vec<Owned<'_>> = form
        .inputs
        .iter()
        .zip(&values)
        .map(|(input, values)| Owned::new(input, values).unwrap())
        .collect();
    let columns = Columns {
        rows: rows.len(),
        all: owned.iter().map(Owned::column).collect(),
    };
    let mut out = Values::blank(form.kind, rows.len());
    let mut faults = Vec::new();
    let mut fail = |row, fault| faults.push((row, fault));
    if !prepared.evaluate_all(&columns, tier, &mut out, &mut fail) {
        return None;
    }
    let answer = |row: usize| match faults.iter().find(|it| it.0 == row) {
        Some((_, fault)) => Err(form.failure(*fault)),
        None => Ok(out.value(form.kind, row).unwrap()),
    };
    Some((0..rows.len()).map(answer).collect())
}

fn one_by_one(prepared: &Prepared, rows: &[Vec<Value>], code: bool) -> Vec<Answer> {
    use crate::eval::form::row;
    let form = prepared.form();
    let answer = |values: &Vec<Value>| {
        let mut absent = 0;
        let mut numbers = Vec::new();
        let mut texts = Vec::new();
        for (slot, (input, value)) in form.inputs.iter().zip(values).enumerate() {
            absent |= u64::from(value.is_none()) << slot;
            numbers.push(row::bits(input.kind, value).unwrap_or_default());
            texts.push(row::Text::new(value.as_str().unwrap_or_default()));
        }
        let row = row::Row {
            numbers: &numbers,
            texts: &texts,
            absent,
        };
        let found = match prepared.row().filter(|_| code) {
            Some(code) => code.evaluate(&row),
            None => form.evaluate(&row),
        };
        found
            .map(|it| row::value(form.kind, it))
            .map_err(|it| form.failure(it))
    };
    rows.iter().map(answer).collect()
}

fn agree(expr: &Expr, rows: &[Vec<Value>]) -> Result<(), TestCaseError> {
    let expr = placed(expr, &mut 0);
    let Some(form) = build::form(&expr, &inputs()) else {
        return Ok(());
    };
    let prepared = Prepared::new(form);
    let wanted: Vec<Answer> = rows.iter().map(|it| reference(&expr, it)).collect();
    let mut all = vec![("form", one_by_one(&prepared, rows, false))];
    all.extend(by_tier(&prepared, rows, Tier::Batch).map(|it| ("batch", it)));
    if let Some(found) = by_tier(&prepared, rows, Tier::Jit) {
        all.push(("rows of code", found));
        all.push(("code", one_by_one(&prepared, rows, true)));
    }
    for (tier, found) in all {
        for (row, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
            let agrees = match (found, wanted) {
                (Ok(a), Ok(b)) => same(a, b),
                (a, b) => a == b,
            };
            prop_assert!(
                agrees,
                "{tier}, row {row}: {found:?} is not {wanted:?}\n{:?}\n{:?}",
                rows[row],
                expr
            );
        }
    }
    Ok(())
}

/// How many expressions are tried; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|it| it.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn all_tiers_agree(
        expr in any_kind().prop_flat_map(|kind| typed(kind, 3)),
        rows in rows(),
    ) {
        agree(&expr, &rows)?;
    }

    /// Conditions over floats alone, which vector registers do.
    #[test]
    fn lanes_agree(
        a in value(Kind::Float), b in value(Kind::Float),
        op in prop::sample::select(vec![BinaryOp::And, BinaryOp::Or, BinaryOp::Eq]),
        rows in rows(),
    ) {
        let x = || input(Kind::Float, false);
        let constant = |it| expr(ExprKind::Const(it));
        let left = two(BinaryOp::Lt, x(), constant(a));
        let part = two(BinaryOp::Div, constant(b.clone()), two(BinaryOp::Mul, x(), x()));
        let right = two(BinaryOp::Ge, part, constant(b));
        agree(&two(op, left.clone(), right.clone()), &rows)?;
        let chosen = expr(ExprKind::If((left, x(), two(BinaryOp::Div, x(), x())).into()));
        agree(&chosen, &rows)?;
    }
}

/// What has code here has code there, of the same functions.
#[cfg(feature = "arm64")]
#[test]
fn forms_have_code_on_aarch64() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = any_kind().prop_flat_map(|kind| typed(kind, 3));
    let mut count = 0;
    for _ in 0..300 {
        let expr = strategy.new_tree(&mut runner).unwrap().current();
        let Some(form) = build::form(&expr, &inputs()) else {
            continue;
        };
        if matches!(form.answer, crate::eval::form::Answer::Text(_)) {
            continue;
        }
        let sizes = crate::eval::jit::foreign::code("aarch64", &form);
        assert!(sizes.iter().all(|it| *it > 0));
        count += 1;
    }
    assert!(count > 100);
}

/// Random expressions mostly have a form: otherwise the tests above would hold of nothing.
#[test]
fn what_is_typed_has_a_form() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = any_kind().prop_flat_map(|kind| typed(kind, 3));
    let formed = (0..200).filter(|_| {
        let expr = strategy.new_tree(&mut runner).unwrap().current();
        build::form(&expr, &inputs()).is_some()
    });
    assert!(formed.count() > 150);
}

/// A secret has no form, so that no tier but the interpreter ever meets it, and that has no value for it.
#[test]
fn a_secret_is_never_compiled() {
    let key = Ref::SecretKey(Name::new("db"), Name::new("password"));
    let secret = expr(ExprKind::Ref(key));
    let compared = two(BinaryOp::Eq, secret, input(Kind::Text, false));
    assert!(build::form(&compared, &inputs()).is_none());
    let found = interpret(&compared, &|_| None, STEPS);
    assert!(matches!(
        found,
        Err(Failure {
            error: crate::eval::EvalError::Unknown,
            ..
        })
    ));
}
