//! What is read is what Kubernetes reads. The right column is what its own converter to JSON makes of the left one.

use crate::base::FileId;
use crate::diag::Sink;
use crate::yaml::{Data, Node, go_json, read_nodes, read_templates};

const SCALARS: &[(&str, &str)] = &[
    ("y", "true"),
    ("Off", "false"),
    ("yEs", "\"yEs\""),
    ("~", "null"),
    ("nULL", "\"nULL\""),
    ("0755", "493"),
    ("0o17", "15"),
    ("0o8", "\"0o8\""),
    ("08", "8"),
    ("0899e1", "8990"),
    ("1_000", "1000"),
    ("1__0", "10"),
    ("_1", "\"_1\""),
    ("1_000.5", "1000.5"),
    ("0_7", "7"),
    ("-0x1F", "-31"),
    ("0x", "\"0x\""),
    ("0B1", "1"),
    ("0b2", "\"0b2\""),
    ("+5", "5"),
    ("1.10", "1.1"),
    ("1.", "1"),
    (".5e3", "500"),
    ("-.5", "-0.5"),
    (".e5", "\".e5\""),
    ("1e+", "\"1e+\""),
    ("1e3", "1000"),
    ("1e21", "1e+21"),
    ("1e-7", "1e-7"),
    ("0.000001", "0.000001"),
    ("5e-324", "5e-324"),
    ("1e999", "\"1e999\""),
    ("-0", "0"),
    ("-0.0", "-0"),
    ("123456789012345678901234", "1.2345678901234569e+23"),
    ("100000000000000000000", "100000000000000000000"),
    ("18446744073709551615", "18446744073709551615"),
    ("18446744073709551616", "18446744073709552000"),
    ("-9223372036854775808", "-9223372036854775808"),
    ("9007199254740993", "9007199254740993"),
    ("12:30", "\"12:30\""),
    ("190:20:30", "\"190:20:30\""),
    ("2026-1-1", "\"2026-1-1\""),
    ("2026-01-01T00:00:00Z", "\"2026-01-01T00:00:00Z\""),
    ("<<", "\"\\u003c\\u003c\""),
    ("\"yes\"", "\"yes\""),
    ("!!str 5", "\"5\""),
    ("!!int \"5\"", "5"),
    ("!!float 5", "5"),
    ("!!bool yes", "true"),
    ("! 12", "\"12\""),
    ("!foo 12", "\"12\""),
    ("!!binary aGk=", "\"hi\""),
];

fn read(text: &str) -> (Vec<Node>, Sink) {
    let mut sink = Sink::default();
    let nodes = read_nodes(FileId(0), text, &mut sink);
    (nodes, sink)
}

fn json(text: &str) -> String {
    let (nodes, sink) = read(text);
    assert_eq!(sink.all(), [], "{text}");
    nodes.iter().map(go_json).collect()
}

#[test]
fn scalars_are_those_of_kubernetes() {
    for (text, expected) in SCALARS {
        let found = json(&format!("v: {text}\n"));
        assert_eq!(found, format!("{{\"v\":{expected}}}"), "{text}");
    }
}

#[test]
fn merges_win_over_what_stands_before_them() {
    let text = "a: &a {x: 1, z: 2}\nb: {x: 3, <<: *a, z: 4}\nc: {<<: [{x: 5}, *a]}\n";
    let expected = r#"{"a":{"x":1,"z":2},"b":{"x":1,"z":4},"c":{"x":5,"z":2}}"#;
    assert_eq!(json(text), expected);
}

#[test]
fn keys_become_text() {
    assert_eq!(
        json("yes: 1\n0x10: 2\n1.50: 3\n"),
        r#"{"1.5":3,"16":2,"true":1}"#
    );
}

#[test]
fn documents_are_cut_at_lines() {
    assert_eq!(json("---\na: 1\n--- # next\n---\n- 2\n"), r#"{"a":1}[2]"#);
}

/// The place of the first occurrence of `part` in the string at `v` is that of its occurrence in the text.
fn shows(text: &str, part: &str) {
    let (nodes, _) = read(text);
    let value = nodes.iter().find_map(|it| it.get("v")).unwrap();
    let start = value.text().unwrap().find(part).unwrap();
    let found = value.part(start..start + part.len());
    assert_eq!(&text[found.range()], part, "{text}");
    assert_eq!(found.start as usize, text.rfind(part).unwrap(), "{text}");
}

#[test]
fn parts_of_strings_have_places() {
    shows("v: one two\n", "two");
    shows("v: 'it''s two'\n", "two");
    shows("v: \"a\\tb\\u0041\\n two\"\n", "two");
    shows("v: \"a\n   b\n\n   two\"\n", "two");
    shows("v: |\n  one\n\n    two\n", "two");
    shows("v: |2\n\n   one\n  two\n", "two");
    shows("v: >-\n  one\n  two\n", "two");
    shows("- {}\n---\nv: one\n  two\n", "two");
    shows("v: |\r\n  one\r\n  two\r\n", "two");
}

#[test]
fn templates_are_text() {
    let text = "v: {{ revision }}\nw: \"x{{ a }}y{{ b }}z\"\nx: [{{ c }}, 1]\n";
    let mut sink = Sink::default();
    let nodes = read_templates(FileId(0), text, &mut sink);
    let expected = r#"{"v":"{{ revision }}","w":"x{{ a }}y{{ b }}z","x":["{{ c }}",1]}"#;
    assert_eq!(go_json(&nodes[0]), expected);
}

#[test]
fn bombs_and_depths_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..12 {
        let alias = format!("*a{}", at - 1);
        bomb += &format!("a{at}: &a{at} [{}]\n", vec![alias; 9].join(", "));
    }
    let deep = format!("v: {}", "[".repeat(100_000));
    let indented: String = (0..2_000)
        .map(|at| format!("{}a:\n", " ".repeat(at)))
        .collect();
    for text in [bomb, deep, indented] {
        let (nodes, sink) = read(&text);
        assert!(nodes.is_empty());
        assert_eq!(sink.errors(), 1);
    }
}

#[test]
fn a_number_that_looks_otherwise_is_known() {
    let (nodes, _) = read("[0755, 7, yes, true]");
    let Data::List(items) = &nodes[0].data else {
        panic!("it is a list");
    };
    let retyped: Vec<bool> = items.iter().map(Node::is_retyped).collect();
    assert_eq!(retyped, [true, false, true, false]);
}
