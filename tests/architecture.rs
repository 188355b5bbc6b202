//! `src/ARCHITECTURE.md` as tests: arrows between modules, homes of crates, sizes, codes, and paths that documents name.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Bottom first: a module may name only modules on rows above its own row in this table.
const LAYERS: &[&[&str]] = &[
    &["base"],
    &["diag", "host", "schema", "stdlib", "value"],
    &["store", "syntax", "types", "yaml"],
    &["admit", "format", "resolve"],
    &["check", "import"],
    &["plan"],
    &["eval"],
    &["lower", "verify"],
    &["emit"],
    &["session"],
    &["run"],
    &["cli"],
];

/// What may be named only in the modules listed with it: third-party crates, IO, unsafe.
const HOMES: &[(&str, &[&str])] = &[
    ("anyhow::", &["cli"]),
    ("ariadne::", &["diag"]),
    ("blake3::", &["store"]),
    ("bollard::", &["run"]),
    ("clap::", &["cli"]),
    ("clap_complete::", &["cli"]),
    ("bytes::Bytes", &["eval"]),
    ("cranelift_", &["eval"]),
    ("futures_util::", &["run"]),
    ("granit_parser::", &["yaml"]),
    ("http_body_util::", &["cli"]),
    ("hyper::", &["cli"]),
    ("hyper_util::", &["cli"]),
    ("include_dir", &["diag", "stdlib"]),
    ("indicatif::", &["cli"]),
    ("::parquet::", &["eval"]),
    ("pest::", &["syntax"]),
    ("pest_derive::", &["syntax"]),
    ("petgraph::", &["base"]),
    ("println!", &["cli"]),
    ("eprint!", &["cli"]),
    ("rusqlite::", &["store"]),
    ("rustix::", &["host", "run"]),
    ("rustyline::", &["cli"]),
    ("serde_yaml::", &["yaml"]),
    ("std::env", &["host", "cli"]),
    ("std::fs", &["host"]),
    ("std::process", &["run", "cli"]),
    ("strsim::", &["base"]),
    ("tempfile::", &["host"]),
    ("tokio::", &["run", "cli"]),
    ("toml::", &["session"]),
    ("unsafe ", &["eval"]),
];

/// Words that stand for any name in the paths of documents.
const PLACEHOLDERS: &[&str] = &[
    "CASE",
    "CODE",
    "FILTER",
    "KIND",
    "NAME",
    "NAMESPACE",
    "PHASE",
    "TARGET",
    "TOPIC",
];

const MAX_FILE_LINES: usize = 800;

/// A façade larger than this is no façade.
const MAX_FACADE_ITEMS: usize = 40;

#[test]
fn arrows_point_down() {
    let layer = |name: &str| LAYERS.iter().position(|row| row.contains(&name));
    each_source(|file, module, code| {
        let Some(own) = layer(module) else {
            return vec![format!("{file}: `{module}` has no row in LAYERS")];
        };
        let others = crate_paths(code).into_iter().filter(|it| it != module);
        let upward = others.filter(|it| layer(it).is_some_and(|row| own <= row));
        upward
            .map(|it| format!("{file}: `{module}` must not name `{it}`"))
            .collect()
    });
}

#[test]
fn paths_across_modules_start_at_the_crate() {
    each_source(|file, _, code| {
        let code = code.split("#[cfg(test)]").next().unwrap();
        let upwards = code.lines().filter(|it| it.contains("super::"));
        upwards
            .map(|it| format!("{file}: `{}`", it.trim()))
            .collect()
    });
}

#[test]
fn everything_has_one_home() {
    let is_test = |file: &str| file.ends_with("/tests.rs");
    each_source(|file, module, code| {
        let strays = HOMES
            .iter()
            .filter(|(what, homes)| code.contains(what) && !homes.contains(&module))
            .filter(|_| !is_test(file));
        strays
            .map(|(what, homes)| format!("{file}: `{what}` belongs to {homes:?}"))
            .collect()
    });
}

/// `unsafe` is at home in one directory of its module.
#[test]
fn only_machine_code_is_unsafe() {
    each_source(|file, _, code| {
        let at_home = file.starts_with("eval/jit/");
        match code.contains("unsafe ") && !at_home {
            true => vec![format!("{file}: `unsafe` belongs to `eval/jit`")],
            false => Vec::new(),
        }
    });
}

#[test]
fn files_stay_small_and_say_what_they_own() {
    each_source(|file, _, code| match code.lines().count() {
        lines if lines > MAX_FILE_LINES => vec![format!("{file}: {lines} lines")],
        _ => Vec::new(),
    });
    for path in files("src", "rs") {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        assert!(
            text.starts_with("//!") || text.starts_with("#![doc"),
            "{path} does not open with `//!`"
        );
    }
}

#[test]
fn the_facade_stays_small() {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    // What tests alone use is hidden, and not counted.
    let hidden = Regex::new(r"#\[doc\(hidden\)\]\s*pub use [^;]+;").unwrap();
    let text = hidden.replace_all(&text, "");
    let exports = Regex::new(r"pub use ([^;]+);").unwrap();
    let names = exports.captures_iter(&text).flat_map(|it| {
        let path = it[1].to_owned();
        let names = path
            .split(['{', ',', '}'])
            .map(str::trim)
            .map(str::to_owned);
        names
            .filter(|it| !it.is_empty() && !it.ends_with("::"))
            .collect::<Vec<_>>()
    });
    let names: Vec<String> = names.collect();
    assert!(
        names.len() <= MAX_FACADE_ITEMS,
        "{} items: {names:?}",
        names.len()
    );
}

/// The names in `Diagnostic::new("name", …)` are the rows of the table, and each row has its page.
#[test]
fn codes_and_their_uses_are_the_same() {
    let table = fs::read_to_string(root().join("src/diag/code.rs")).unwrap();
    let table = table.split("pub(crate) static CODES").nth(1).unwrap();
    let row = Regex::new(r#"(?:error|warning|note)\(\s*"([a-z0-9-]+)""#).unwrap();
    let rows: BTreeSet<String> = row
        .captures_iter(table)
        .map(|it| it[1].to_owned())
        .collect();
    assert!(
        rows.len() > 10,
        "the table of codes is not where this test looks for it"
    );

    let made = Regex::new(r#"Diagnostic::new\(\s*"([^"]+)""#).unwrap();
    let mut complaints = Vec::new();
    let mut used = BTreeSet::new();
    for path in files("src", "rs")
        .into_iter()
        .filter(|it| it != "src/diag/code.rs")
    {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let named = made.captures_iter(&text).map(|it| it[1].to_owned());
        let strange = named.filter(|it| !rows.contains(it));
        complaints.extend(strange.map(|it| format!("{path}: `{it}` is no row of the table")));
        used.extend(
            rows.iter()
                .filter(|it| text.contains(&format!("\"{it}\"")))
                .cloned(),
        );
    }
    complaints.extend(
        rows.difference(&used)
            .map(|it| format!("no source names `{it}`")),
    );
    let pages = files("src/diag/explain", "md").into_iter();
    let pages: BTreeSet<String> = pages.map(|it| stem(&it)).collect();
    complaints.extend(
        rows.difference(&pages)
            .map(|it| format!("`{it}` has no page")),
    );
    complaints.extend(
        pages
            .difference(&rows)
            .map(|it| format!("the page `{it}` has no row")),
    );
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// `tests/conformance/rules.md` is true. Its first part is written by hand and names codes with their gates; the second is what
/// the sources say, where each function of `src/admit/errors` is a rule and its comment says it.
#[test]
fn the_table_of_rules_is_true() {
    let path = root().join("tests/conformance/rules.md");
    let there = fs::read_to_string(&path).unwrap();
    let mark = there.find("<!-- Below,").unwrap();
    let mark = mark + there[mark..].find('\n').unwrap() + 1;
    let (by_hand, written) = there.split_at(mark);
    let gates = gates();
    let mut table = String::new();
    for path in files("src/admit/errors", "rs") {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let rows = rules(&text, &gates);
        if rows.is_empty() || path.contains("/controller/") {
            continue;
        }
        let title = text.lines().next().unwrap_or_default();
        let title = title
            .trim_start_matches("//! ")
            .trim_end_matches(['.', ':']);
        table.push_str(&format!(
            "\n## {title}\n\n| rule | code | gate |\n| --- | --- | --- |\n"
        ));
        table.extend(rows);
    }
    if std::env::var("INSTA_UPDATE").is_ok_and(|it| it == "always") {
        fs::write(&path, format!("{by_hand}{table}")).unwrap();
    } else {
        assert!(
            written == table,
            "INSTA_UPDATE=always writes {} anew",
            path.display()
        );
    }
    let row = Regex::new(r"(?m)^\| [^\n]* \| ((?:`[a-z0-9-]+`(?:, )?)+) \| (\w+) \|").unwrap();
    for it in row.captures_iter(by_hand) {
        for code in it[1].split(", ").map(|it| it.trim_matches('`')) {
            let gate = gates.get(code).map(String::as_str);
            assert_eq!(gate, Some(&it[2]), "the gate of `{code}`");
        }
    }
}

/// The gate of each code.
fn gates() -> std::collections::BTreeMap<String, String> {
    let table = fs::read_to_string(root().join("src/diag/code.rs")).unwrap();
    let row = r#"(?:error|warning|note)\(\s*"([a-z0-9-]+)",\s*Gate::(\w+)"#;
    let rows = Regex::new(row).unwrap();
    let rows = rows.captures_iter(&table);
    rows.map(|it| (it[1].to_owned(), it[2].to_lowercase()))
        .collect()
}

/// The rules of one file, as rows.
fn rules(text: &str, gates: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    let function =
        Regex::new(r"(?ms)((?:^/// [^\n]*\n)*)^(pub\(crate\) )?fn (\w+)[^{]*\{\n(.*?)^\}").unwrap();
    let made = Regex::new(r#"Diagnostic::new\(\s*"([a-z0-9-]+)""#).unwrap();
    let message =
        Regex::new(r#"(?:message = |Diagnostic::new\(\s*"[a-z0-9-]+",)[^"]*"([^"]+)""#).unwrap();
    let all: Vec<_> = function.captures_iter(text).collect();
    let own = |body: &str| made.captures(body).map(|it| it[1].to_owned());
    let behind = |body: &str| {
        let mut called = all
            .iter()
            .filter(|it| body.contains(&format!("{}(", &it[3])));
        called.find_map(|it| own(&it[4]))
    };
    let public = all.iter().filter(|it| it.get(2).is_some());
    let row = |it: &regex::Captures<'_>| {
        let code = own(&it[4]).or_else(|| behind(&it[4]))?;
        let comment = it[1].replace("/// ", "").replace('\n', " ");
        let rule = match comment.trim().trim_end_matches('.') {
            "" => message
                .captures(&it[4])
                .map_or(String::new(), |it| it[1].to_owned()),
            comment => comment.to_owned(),
        };
        let rule = rule.replace('|', "\\|");
        let gate = gates.get(&code)?;
        Some(format!("| {rule} | `{code}` | {gate} |\n"))
    };
    public.filter_map(row).collect()
}

/// Every code but that of impossible states is seen in some snapshot.
#[test]
fn every_code_has_a_case() {
    let snapshots = files("tests", "snap").into_iter();
    let texts: Vec<String> = snapshots
        .map(|it| fs::read_to_string(root().join(it)).unwrap())
        .collect();
    let pages = files("src/diag/explain", "md")
        .into_iter()
        .map(|it| stem(&it));
    let unseen = pages.filter(|code| {
        let shown = format!("[{code}] ");
        code != "internal-error" && !texts.iter().any(|it| it.contains(&shown))
    });
    let unseen: Vec<String> = unseen.collect();
    assert!(unseen.is_empty(), "no case under tests/ shows {unseen:?}");
}

/// Paths in backticks and links of the documents lead somewhere.
#[test]
fn documents_name_paths_that_exist() {
    let fenced = Regex::new(r"(?ms)^```.*?^```").unwrap();
    let mark = Regex::new(r"`([^`\n]+)`|\]\(([^)\s]+)\)").unwrap();
    let documents = ["README.md", "src/ARCHITECTURE.md", "tests/README.md"];
    let mut complaints = Vec::new();
    for document in documents.iter().filter(|it| root().join(it).exists()) {
        let text = fs::read_to_string(root().join(document)).unwrap();
        let text = fenced.replace_all(&text, "");
        for found in mark.captures_iter(&text) {
            let link = found.get(2);
            let path = link.or(found.get(1)).unwrap().as_str();
            let path = path.split('#').next().unwrap().trim_end_matches('/');
            let top = path.split('/').next().unwrap();
            let inside = [
                "src", "tests", "stdlib", "examples", "benches", "editors", ".ci",
            ];
            let is_path = inside.contains(&top) && !path.contains(|c: char| "*{<$ ".contains(c));
            let is_link = link.is_some() && !path.contains(':') && !path.is_empty();
            let made_up = path.split('/').any(|it| {
                let stem = it.split('.').next().unwrap();
                PLACEHOLDERS.contains(&stem)
            });
            if !(is_path && !made_up || is_link) {
                continue;
            }
            let beside = root().join(document).parent().unwrap().join(path);
            if !root().join(path).exists() && !beside.exists() {
                complaints.push(format!("{document}: `{path}`"));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn stem(path: &str) -> String {
    let name = Path::new(path).file_stem().unwrap();
    name.to_str().unwrap().to_owned()
}

/// Runs `rule(file, top_level_module, code_without_comments)` over `src/` and reports every complaint at once.
fn each_source(rule: impl Fn(&str, &str, &str) -> Vec<String>) {
    let mut complaints = Vec::new();
    for path in files("src", "rs") {
        if path.ends_with("_tests.rs") || path.ends_with("/tests.rs") {
            continue;
        }
        let file = path.strip_prefix("src/").unwrap();
        let module = file.trim_end_matches(".rs").split('/').next().unwrap();
        if matches!(module, "lib" | "main") {
            continue;
        }
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let code: Vec<&str> = text
            .lines()
            .map(|it| it.split("//").next().unwrap())
            .collect();
        complaints.extend(rule(file, module, &code.join("\n")));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// The files below a directory with that extension, from the root, with `/`, sorted.
fn files(directory: &str, extension: &str) -> Vec<String> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut open = vec![root().join(directory)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    let name = |it: PathBuf| {
        it.strip_prefix(root())
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/")
    };
    found.into_iter().map(name).collect()
}

/// First segment of every `crate::` path; `use crate::{a::b, c}` yields `a` and `c`.
fn crate_paths(code: &str) -> Vec<String> {
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    let word = |it: &str| it.chars().take_while(is_word).collect::<String>();
    let mut found = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            found.push(word(rest));
            continue;
        };
        let (mut depth, mut at_start) = (0, true);
        for (at, c) in group.char_indices() {
            if depth == 0 && at_start && c.is_alphabetic() {
                found.push(word(&group[at..]));
                at_start = false;
            }
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => at_start = true,
                _ => (),
            }
        }
    }
    found
}
