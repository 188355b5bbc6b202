//! Conditions mean the same here and in CEL, by an evaluator of CEL that others wrote: `cargo test --features peers referee`.
//! It is built without regular expressions, so that nothing is said of `matches`.

use std::sync::Arc;

use proptest::prelude::*;

use crate::base::{FileId, Name, Span};
use crate::emit::expr::cel::{in_pipeline, over_event};
use crate::emit::expr::{Context, Forge};
use crate::eval::interpret::{STEPS, interpret};
use crate::plan::{Expr, ExprKind, Plan, Ref};
use crate::value::{BinaryOp, UnaryOp, Value};

/// Fields of the event, and what CEL calls them.
const FIELDS: [(&str, &str); 4] = [
    ("type", "event_type"),
    ("title", "event_title"),
    ("target-branch", "target_branch"),
    ("source-branch", "source_branch"),
];

const TEXTS: [&str; 10] = [
    "",
    "a",
    "main",
    "release/1.2",
    "release",
    "漢字",
    "e\u{301}",
    "it's \"quoted\" \\ back",
    "tab\tand\u{1}",
    "true",
];

fn expr(kind: ExprKind) -> Expr {
    let span = Span::new(FileId(0), 0, 0);
    Expr { span, kind }
}

fn constant(value: Value) -> Expr {
    expr(ExprKind::Const(value))
}

fn two(op: BinaryOp, a: Expr, b: Expr) -> Expr {
    expr(ExprKind::Binary(op, (a, b).into()))
}

fn call(name: &str, args: Vec<Expr>) -> Expr {
    expr(ExprKind::Call(Name::new(name), args.into()))
}

/// Parts that conditions are made of: what stands for a text that comes later.
fn conditions(late: fn(usize) -> Expr) -> BoxedStrategy<Expr> {
    let known = || prop::sample::select(TEXTS.to_vec()).prop_map(|it| constant(Value::str(it)));
    let late = move || (0..FIELDS.len()).prop_map(late);
    let text = move || prop_oneof![3 => late(), 1 => known()];
    let find = prop::sample::select(vec!["starts-with", "ends-with", "contains"]);
    let same = prop::sample::select(vec![BinaryOp::Eq, BinaryOp::Ne]);
    let order = prop::sample::select(vec![BinaryOp::Lt, BinaryOp::Ge, BinaryOp::Eq]);
    let list = prop::collection::vec(prop::sample::select(TEXTS.to_vec()), 0..4);
    let leaf = prop_oneof![
        4 => (same, late(), text()).prop_map(|(op, a, b)| two(op, a, b)),
        3 => (find, late(), text()).prop_map(|(name, a, b)| call(name, vec![a, b])),
        2 => (late(), list).prop_map(|(a, all)| {
            let all = all.into_iter().map(Value::str).collect();
            two(BinaryOp::In, a, constant(Value::list(all)))
        }),
        1 => (order, late(), 0_i64..8).prop_map(|(op, a, count)| {
            two(op, call("length", vec![a]), constant(Value::Int(count)))
        }),
        1 => any::<bool>().prop_map(|it| constant(Value::Bool(it))),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let logic = prop::sample::select(vec![BinaryOp::And, BinaryOp::Or]);
        let same = prop::sample::select(vec![BinaryOp::Eq, BinaryOp::Ne]);
        prop_oneof![
            3 => (logic, inner.clone(), inner.clone()).prop_map(|(op, a, b)| two(op, a, b)),
            1 => (same, inner.clone(), inner.clone()).prop_map(|(op, a, b)| two(op, a, b)),
            2 => inner.clone().prop_map(|it| expr(ExprKind::Unary(UnaryOp::Not, it.into()))),
            1 => (inner.clone(), inner.clone(), inner)
                .prop_map(|three| expr(ExprKind::If(three.into()))),
        ]
    })
    .boxed()
}

fn values() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(TEXTS.to_vec()), FIELDS.len())
}

/// What CEL says of a condition whose variables have these values.
fn referee(text: &str, values: &[&str]) -> Result<bool, String> {
    let env = Arc::new(cel::Env::stdlib());
    let program = env.compile(text).map_err(|it| format!("{it:?}"))?;
    let mut context = cel::Context::with_env(Arc::clone(&env));
    for ((_, name), value) in FIELDS.iter().zip(values) {
        context
            .add_variable(*name, *value)
            .map_err(|it| it.to_string())?;
    }
    match program.execute(&context) {
        Ok(cel::Value::Bool(it)) => Ok(it),
        other => Err(format!("{other:?}")),
    }
}

fn own(condition: &Expr, values: &[&str]) -> bool {
    let lookup = |it: &Ref| {
        let name = match it {
            Ref::Event(name) | Ref::Param(name) => name,
            _ => return None,
        };
        let at = FIELDS.iter().position(|it| it.0 == name.as_str())?;
        Some(Value::str(values[at]))
    };
    interpret(condition, &lookup, STEPS).unwrap() == Value::Bool(true)
}

fn event(at: usize) -> Expr {
    expr(ExprKind::Ref(Ref::Event(Name::new(FIELDS[at].0))))
}

/// A parameter that somebody vouches for, so that it may stand in the text of CEL.
fn param(at: usize) -> Expr {
    let param = expr(ExprKind::Ref(Ref::Param(Name::new(FIELDS[at].0))));
    call("unsafe", vec![param])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn the_referee_agrees_about_events(condition in conditions(event), values in values()) {
        let text = over_event(&condition, &Plan::default(), Forge::Github);
        let text = text.expect("all of it has a counterpart");
        let found = referee(&text, &values);
        prop_assert_eq!(found, Ok(own(&condition, &values)), "{} of {:?}", text, values);
    }

    /// Tekton puts the values into the text; what is vouched for holds no quote, no backslash, no control character.
    #[test]
    fn the_referee_agrees_about_when(condition in conditions(param), values in values()) {
        let is_plain = |it: &&&str| !it.contains(|it: char| "'\\".contains(it) || it.is_control());
        prop_assume!(values.iter().filter(is_plain).count() == values.len());
        let plan = Plan::default();
        let text = in_pipeline(&condition, Context::of(&plan));
        let mut text = text.expect("all of it has a counterpart");
        for ((name, _), value) in FIELDS.iter().zip(&values) {
            text = text.replace(&format!("$(params.{name})"), value);
        }
        let found = referee(&text, &values);
        prop_assert_eq!(found, Ok(own(&condition, &values)), "{} of {:?}", text, values);
    }
}
