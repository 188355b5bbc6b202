//! Programs by chance: whatever checks compiles, and what is written is read back as it was, by YAML 1.2 and 1.1 readers alike.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;
use wudi::{Manifest, MemoryHost, Session, Style, render};

/// What YAML 1.1 readers take a plain scalar for that is not text.
const NO_TEXT: &str = concat!(
    r"^(?i:y|yes|n|no|on|off|true|false|null|~|=|<<|\.nan|[-+]?\.inf)$",
    r"|^[-+]?[0-9][0-9_,]*$|^[-+]?0[bxo][0-9a-fA-F_]+$",
    r"|^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$",
    r"|^[-+]?([0-9][0-9_]*)?\.[0-9_]*([eE][-+]?[0-9]+)?$|^[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+$",
    r"|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
);

/// Texts that readers trip over, and texts by chance.
fn text() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] = &[
        "",
        " ",
        "yes",
        "no",
        "on",
        "y",
        "N",
        "null",
        "~",
        "0",
        "007",
        "0o17",
        "1e3",
        "1_000",
        "12:30:45",
        "1.5",
        ".inf",
        "2001-01-01",
        "- a",
        "a: b",
        "a #b",
        "#",
        "'",
        "\"",
        "\\",
        "{a}",
        "[a]",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "|",
        ">",
        "?",
        ":",
        "a:",
        "=",
        "<<",
        "\t",
        "a\tb",
        "a\nb",
        "a\nb\n",
        "\na",
        "a\n\n",
        " a\nb",
        "\u{1F600}",
        "漢字",
        "\u{85}",
        "\u{2028}",
        "\u{FEFF}x",
        "\u{7f}",
        "\u{1}",
        "a\r\nb",
        "---",
        "...",
        "--- a",
        "+1",
        "-",
        "--",
        "true",
        "0x1F",
        "1,000",
    ];
    prop_oneof![
        3 => prop::sample::select(KNOWN).prop_map(str::to_owned),
        2 => "[ -~]{0,20}",
        2 => r"\PC{0,12}",
        1 => "[ \ta:\\-#\n]{0,12}",
    ]
}

/// As wudi writes a string on one line.
fn literal(text: &str) -> String {
    let mut quoted = String::from("\"");
    for it in text.chars() {
        match it {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(it);
            }
            '#' => quoted.push_str("\\u{23}"),
            '$' | '{' => {
                let _ = write!(quoted, "\\u{{{:x}}}", it as u32);
            }
            it if it.is_control() || it == '\u{2028}' || it == '\u{2029}' => {
                let _ = write!(quoted, "\\u{{{:x}}}", it as u32);
            }
            it => quoted.push(it),
        }
    }
    quoted + "\""
}

fn built(program: &str) -> Result<Vec<Manifest>, String> {
    let host = MemoryHost::new().with_file("main.wudi", program);
    let mut session = Session::new(Box::new(host));
    session.open(Path::new("main.wudi"));
    if session.has_errors() {
        return Err(render(
            session.diagnostics(),
            session.sources(),
            Style::Plain,
        ));
    }
    Ok(session.manifests())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts_are_read_back_as_they_were(texts in prop::collection::vec(text(), 1..6)) {
        // `$(` and `{{` begin what a target would replace; that they are refused is another test's claim.
        let texts: Vec<String> = texts.into_iter().filter(|it| !it.contains("$(") && !it.contains("{{")).collect();
        let mut program = String::from("task t {\n  step s {\n    image: \"busybox:1.37\"\n    command: [\"true\"]\n    env: {\n");
        for (index, text) in texts.iter().enumerate() {
            let _ = writeln!(program, "      K{index}: {}", literal(text));
        }
        program += "    }\n  }\n}\n";
        let files = built(&program).map_err(|it| TestCaseError::fail(format!("{program}\n{it}")))?;
        let file = files.iter().find(|it| it.path.ends_with("t.yaml")).unwrap();
        let read: Value = serde_yaml::from_str(&file.text).map_err(|it| TestCaseError::fail(format!("{}\n{it}", file.text)))?;
        let env = read["spec"]["steps"][0]["env"].as_array().cloned().unwrap_or_default();
        let no_text = Regex::new(NO_TEXT).unwrap();
        for (index, text) in texts.iter().enumerate() {
            prop_assert_eq!(env[index]["value"].as_str(), Some(text.as_str()), "{}", &file.text);
        }
        for line in file.text.lines() {
            let Some((_, scalar)) = line.split_once("value: ") else { continue };
            let plain = !scalar.starts_with(['"', '\'', '|', '>']);
            prop_assert!(!plain || !no_text.is_match(scalar.trim()), "{}", line);
        }
    }

    #[test]
    fn no_text_makes_a_panic(text in r"[ -~\n]{0,200}") {
        if let Err(said) = built(&text) {
            prop_assert!(!said.contains("[internal-error]"), "{said}");
        }
    }

    #[test]
    fn no_mutilated_program_makes_a_panic(from in 0usize..4000, length in 0usize..200, put in r#"([{}()\[\]":=.,#\n ]|[a-z]{1,3}){0,4}"#) {
        let whole = include_str!("../examples/wudi-app/main.wudi");
        let boundary = |mut at: usize| {
            at = at.min(whole.len());
            while !whole.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (boundary(from), boundary(from + length));
        let program = format!("{}{put}{}", &whole[..start], &whole[end..]);
        if let Err(said) = built(&program) {
            prop_assert!(!said.contains("[internal-error]"), "{program}\n{said}");
        }
    }
}
