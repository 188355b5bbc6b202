//! What is written is read back, and reads well.

use serde_json::json;

use crate::yaml::{Tree, read_all, read_one, write, write_all, write_where};

const AWKWARD: &[&str] = &[
    "",
    " ",
    "a",
    "y",
    "n",
    "Yes",
    "no",
    "ON",
    "off",
    "true",
    "False",
    "null",
    "~",
    "=",
    "<<",
    "1",
    "-1",
    "0123",
    "0o17",
    "0x1F",
    "1_000",
    "1:30",
    "1:30:00",
    "1.10",
    ".5",
    ".inf",
    "1e3",
    "1e",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    " a",
    "a ",
    "a: b",
    "a:",
    ":",
    "a #b",
    "#",
    "- a",
    "-",
    "--",
    "---",
    "...",
    "{a}",
    "[a",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "%",
    "@",
    "`",
    "?",
    "'",
    "\"",
    "'\"\\",
    "\\n",
    "a\tb",
    "\t",
    "a\rb",
    "a\u{85}b",
    "a\u{2028}b",
    "\u{feff}",
    "\u{0}",
    "\u{7f}",
    "\u{1b}[0m",
    "构建",
    "🚀",
    "a\n",
    "a\nb",
    "a\nb\n",
    "a\n\n",
    "\n",
    "\n\n",
    "\na",
    "\n a\n",
    " a\nb",
    "\ta\nb",
    "a\n \nb",
    "a\n ",
    "a\n\t\n",
    "  \na",
    "a\r\nb\r\n",
    "#!/bin/sh\nset -eu\n\n  indented\n",
    "a\n---\nb\n",
    "a\n# b\n",
    "$(params.x)",
    "{{ x }}",
    "a\n\n\nb\n\n\n",
    "key: |\n  x\n",
    "\u{a0}",
    "a\u{a0}",
    "\u{3000}",
    "\u{200b}",
];

#[test]
fn awkward_strings_are_read_back_as_they_were() {
    for text in AWKWARD {
        let tree = json!({ "a": text, "b": [text, [text, "x"], { "c": text, "d": 1 }], "e": { (*text): text } });
        let written = write(&tree);
        let read = read_one(&written).unwrap_or_else(|it| panic!("{text:?}: {it}\n{written}"));
        assert_eq!(read, tree, "{text:?}\n{written}");
    }
}

#[test]
fn what_is_bare_is_text_by_the_rules_of_yaml_1_1() {
    for text in AWKWARD {
        let written = write(&json!({ "a": text }));
        let scalar = written.strip_prefix("a: ").unwrap().trim_end_matches('\n');
        let bare = !scalar.starts_with(['"', '\'', '|']);
        assert!(
            !bare || (scalar == *text && is_text_in_1_1(scalar)),
            "{text:?}"
        );
    }
}

/// The implicit types of YAML 1.1, by the regular expressions of its type repository.
fn is_text_in_1_1(plain: &str) -> bool {
    let others = [
        r"^(y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$",
        r"^(~|null|Null|NULL|)$",
        r"^(<<|=)$",
        r"^[-+]?0b[0-1_]+$|^[-+]?0[0-7_]+$|^[-+]?(0|[1-9][0-9_]*)$|^[-+]?0x[0-9a-fA-F_]+$|^[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+$",
        r"^[-+]?([0-9][0-9_]*)?\.[0-9.]*([eE][-+][0-9]+)?$|^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*$|^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$",
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:.*$",
    ];
    !others
        .iter()
        .any(|it| regex::Regex::new(it).unwrap().is_match(plain))
}

#[test]
fn it_reads_as_if_written_by_hand() {
    let tree = json!({
        "apiVersion": "tekton.dev/v1",
        "metadata": { "name": "a", "labels": {} },
        "spec": {
            "params": [{ "name": "x", "default": "1.25" }, { "name": "on", "type": "array", "default": ["a", "b"] }],
            "steps": [{ "name": "s", "script": "#!/bin/sh\necho \"a\"\n", "args": ["-c", "echo: x\nexit"] }],
            "none": null, "half": 0.5, "big": 1e21, "nested": [[1, 2], []],
        },
    });
    insta::assert_snapshot!(write(&tree), @r##"
    apiVersion: tekton.dev/v1
    metadata:
      name: a
      labels: {}
    spec:
      params:
      - name: x
        default: "1.25"
      - name: "on"
        type: array
        default:
        - a
        - b
      steps:
      - name: s
        script: |
          #!/bin/sh
          echo "a"
        args:
        - -c
        - |-
          echo: x
          exit
      none: null
      half: 0.5
      big: 1000000000000000000000.0
      nested:
      - - 1
        - 2
      - []
    "##);
}

#[test]
fn documents_are_divided() {
    let all = [json!({ "a": "x\n\n" }), json!({ "b": [] })];
    let text = write_all(&all);
    assert_eq!(text, "a: |+\n  x\n\n---\nb: []\n");
    assert_eq!(read_all(&text).unwrap(), all);
}

#[test]
fn a_picked_string_stands_in_a_block() {
    let tree = json!({ "a": "{{ source_branch }}", "b": "{{ revision }}" });
    let text = write_where(&tree, &|it| it.contains("source_branch"));
    assert_eq!(
        text,
        "a: |-\n  {{ source_branch }}\nb: \"{{ revision }}\"\n"
    );
}

#[test]
fn a_long_key_is_read_back() {
    let key = "k".repeat(2000);
    for value in [json!("v"), json!({ "a": 1 }), json!([1])] {
        let tree = json!({ "m": { key.clone(): value } });
        assert_eq!(read_one(&write(&tree)).unwrap(), tree);
    }
    assert_eq!(read_one(&write(&Tree::Null)).unwrap(), Tree::Null);
}
