//! The examples of the prelude hold, in every tier that can do them.

use regex::Regex;

use crate::eval::table::Table;
use crate::eval::tier::Tier;
use crate::host::MemoryHost;
use crate::session::Session;

/// The one answer of an expression without inputs, as text.
fn answer(text: &str) -> String {
    let mut session = Session::new(Box::new(MemoryHost::new()));
    let expression = match session.expression(None, text, &[]) {
        Ok(expression) => expression,
        Err(found) => panic!("`{text}`: {found:?}"),
    };
    let mut table = Table::default();
    table.rows = 1;
    let answers = expression.answers(&table, Tier::Auto, 10_000).unwrap();
    match answers.get(0) {
        Ok(value) => format!("{value:?}"),
        Err(found) => panic!("`{text}`: {}", found.message),
    }
}

/// Each "`a` is `b`" of a doc comment of a built-in says what it gives.
#[test]
fn examples_of_built_ins_hold() {
    let prelude = crate::stdlib::package("prelude").unwrap();
    let (_, built_ins) = prelude.split_once("// ---- built-in functions").unwrap();
    let example = Regex::new("`([^`]+)` is `([^`]+)`").unwrap();
    let mut without = Vec::new();
    let mut docs = String::new();
    for line in built_ins.lines() {
        if let Some(doc) = line.strip_prefix("/// ") {
            docs += doc;
            docs.push('\n');
        }
        if let Some(function) = line.strip_prefix("extern fn ") {
            if !example.is_match(&docs) {
                without.push(function.to_owned());
            }
            for found in example.captures_iter(&docs) {
                assert_eq!(answer(&found[1]), answer(&found[2]), "{}", &found[0]);
            }
            docs.clear();
        }
    }
    assert!(without.is_empty(), "no example: {without:?}");
}
