//! Built-ins, and that the prelude declares them.

use crate::eval::builtin::{BUILTINS, LOWERED};
use crate::eval::{EvalError, call, is_builtin};
use crate::value::Value;

fn texts(all: &[&str]) -> Value {
    Value::list(all.iter().map(Value::str).collect())
}

#[test]
fn the_table_is_sorted() {
    assert!(BUILTINS.is_sorted_by(|a, b| a.name < b.name));
}

/// Read from the text of the prelude, so that it holds whatever the parser makes of it.
#[test]
fn the_prelude_declares_exactly_these() {
    let prelude = crate::stdlib::package("prelude").unwrap();
    let opaque: Vec<&str> = prelude
        .lines()
        .filter_map(|it| it.strip_prefix("extern type "))
        .map(str::trim)
        .collect();
    let mut declared = 0;
    // A signature may go over several lines; what it gives stands behind its first arrow.
    for function in prelude.split("\nextern fn ").skip(1) {
        let name = function.split('(').next().unwrap();
        let result = function.split("-> ").nth(1).unwrap();
        let result = result.lines().next().unwrap().trim();
        if opaque.contains(&result) {
            continue;
        }
        declared += 1;
        assert!(
            is_builtin(name) || LOWERED.contains(&name),
            "`{name}` is not built in"
        );
    }
    if declared > 0 {
        assert_eq!(
            declared,
            BUILTINS.len() + LOWERED.len(),
            "a built-in is not declared"
        );
    }
}

#[test]
fn texts_are_taken_apart_and_joined() {
    assert_eq!(
        call("split", &[Value::str("a,b"), Value::str(",")]),
        Ok(texts(&["a", "b"]))
    );
    assert_eq!(
        call("split", &[Value::str("ab"), Value::str("")]),
        Ok(texts(&["a", "b"]))
    );
    assert_eq!(
        call("join", &[texts(&["a", "b"]), Value::str("-")]),
        Ok(Value::str("a-b"))
    );
    assert_eq!(call("length", &[Value::str("é")]), Ok(Value::Int(1)));
    let replaced = call(
        "replace",
        &[Value::str("aXa"), Value::str("a"), Value::str("bb")],
    );
    assert_eq!(replaced, Ok(Value::str("bbXbb")));
}

#[test]
fn lists_are_sorted_flattened_and_made_unique() {
    let nested = Value::list(vec![texts(&["b"]), texts(&["a", "b"])]);
    let flat = call("flatten", &[nested]).unwrap();
    assert_eq!(flat, texts(&["b", "a", "b"]));
    assert_eq!(
        call("unique", std::slice::from_ref(&flat)),
        Ok(texts(&["b", "a"]))
    );
    assert_eq!(
        call("sort", std::slice::from_ref(&flat)),
        Ok(texts(&["a", "b", "b"]))
    );
    assert_eq!(call("last", &[flat]), Ok(Value::str("b")));
    assert_eq!(call("first", &[Value::list(Vec::new())]), Ok(Value::None));
    let mixed = Value::list(vec![Value::Int(1), Value::str("a")]);
    assert!(call("sort", &[mixed]).is_err());
}

#[test]
fn large_values_are_refused_before_they_are_made() {
    let large = [Value::str("0123456789"), Value::Int(1_000_000_000_000)];
    assert!(matches!(
        call("repeat", &large),
        Err(EvalError::TooLarge(_))
    ));
    let range = Value::Range((Value::Int(0), Value::Int(i64::MAX)).into());
    assert!(matches!(
        call("list", &[range]),
        Err(EvalError::TooLarge(_))
    ));
    let x = Value::str("x".repeat(1000));
    let blown = [x.clone(), Value::str("x"), Value::str("y".repeat(100_000))];
    assert!(matches!(
        call("replace", &blown),
        Err(EvalError::TooLarge(_))
    ));
}

#[test]
fn numbers_keep_their_bounds() {
    assert_eq!(
        call("rem", &[Value::Int(-7), Value::Int(2)]),
        Ok(Value::Int(-1))
    );
    assert_eq!(
        call("rem", &[Value::Int(i64::MIN), Value::Int(-1)]),
        Ok(Value::Int(0))
    );
    assert_eq!(
        call("abs", &[Value::Int(i64::MIN)]),
        Err(EvalError::Overflow("abs"))
    );
    assert_eq!(
        call("min", &[Value::Cpu(2), Value::Cpu(1)]),
        Ok(Value::Cpu(1))
    );
    let range = Value::Range((Value::Int(3), Value::Int(1)).into());
    assert_eq!(call("list", &[range]), Ok(Value::list(Vec::new())));
}

#[test]
fn errors_name_the_function() {
    let error = call("upper", &[Value::Int(1)]).unwrap_err();
    assert_eq!(error.to_string(), "`upper` does not take an `Int`");
}

#[test]
fn json_spells_units_as_the_targets_do() {
    let record = Value::record(
        [("t".into(), Value::Duration(1_500_000_000))]
            .into_iter()
            .collect(),
    );
    assert_eq!(
        call("to-json", &[record]),
        Ok(Value::str(r#"{"t":"1s500ms"}"#))
    );
}
