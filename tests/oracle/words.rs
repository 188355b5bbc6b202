//! What Tekton says, and the codes by which wudi says it first: `words`, beside this file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use regex::Regex;
use serde_json::Value;
use wudi::{MemoryHost, Session, Severity, Target};

use crate::measure::Case;
use crate::tool::{Oracle, Settings};

/// A row of the table: what a message of Tekton matches, and the codes that mean it.
struct Row {
    words: Regex,
    codes: Vec<&'static str>,
}

fn table() -> Vec<Row> {
    let lines = include_str!("words").lines();
    let rows = lines.filter(|it| !it.is_empty() && !it.starts_with('#'));
    let row = |it: &'static str| {
        let (codes, words) = it.split_once(" | ").unwrap_or_else(|| panic!("{it}"));
        Row {
            words: Regex::new(words).unwrap(),
            codes: codes.split_whitespace().collect(),
        }
    };
    rows.map(row).collect()
}

/// A refusal of Tekton's: of the document of that number, or of a run by the controller.
struct Refusal {
    document: Option<usize>,
    messages: Vec<String>,
}

/// What Tekton refuses in the cases and wudi refuses in other words, or elsewhere: nothing, if all is well.
pub fn compare(oracle: &Oracle, cases: &[Case]) -> String {
    let table = table();
    let asked: Vec<_> = { cases.iter() }
        .map(|it| (&it.settings, it.text.clone()))
        .collect();
    let mut complaints: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (case, answers) in cases.iter().zip(oracle.admit(&asked)) {
        let errors = errors(case);
        // Pipelines as Code makes YAML of what is none yet.
        let is_template = case.text.contains("pipelinesascode.tekton.dev/");
        let answers = answers.iter();
        // It drops what it does not know.
        let is_dropped = |it: &Value| {
            it["text"]
                .as_str()
                .is_some_and(|it| it.contains("unknown field"))
        };
        let waits = |it: &Value| {
            it["verdict"] == "yaml-error" || case.name.contains("{{") || is_dropped(it)
        };
        let answers = answers.filter(|it| !(is_template && waits(it)));
        for refusal in answers.filter_map(refusal) {
            let here = |it: &&(usize, String)| refusal.document.is_none_or(|at| at == it.0);
            let codes: Vec<&str> = errors.iter().filter(here).map(|it| it.1.as_str()).collect();
            if let Some(complaint) = judge(&table, &refusal, &codes) {
                complaints
                    .entry(complaint)
                    .or_default()
                    .push(case.name.clone());
            }
        }
    }
    let mut text = String::new();
    for (complaint, names) in complaints {
        let first = names.first().map_or("", String::as_str);
        let _ = writeln!(text, "{:5}  {complaint}\n         {first}", names.len());
    }
    text
}

/// Each message is known, and one of them at least is said by wudi too: who finds a fault need not look for a second.
fn judge(table: &[Row], refusal: &Refusal, codes: &[&str]) -> Option<String> {
    let mut expected: Vec<&str> = Vec::new();
    for message in &refusal.messages {
        let Some(row) = table.iter().find(|it| it.words.is_match(message)) else {
            return Some(format!(
                "unknown to the table: {} {codes:?}",
                short(message)
            ));
        };
        expected.extend(&row.codes);
    }
    let is_said = codes.iter().any(|it| expected.contains(it));
    let first = refusal.messages.first()?;
    (!is_said).then(|| format!("{expected:?} said as {codes:?}: {}", short(first)))
}

fn short(message: &str) -> String {
    let own = Regex::new(r#""[^"]*"|`[^`]*`|'[^']*'|\d+"#).unwrap();
    let line: Vec<&str> = message.split_whitespace().collect();
    let line = own.replace_all(&line.join(" "), "_").into_owned();
    line.chars().take(150).collect()
}

fn refusal(answer: &Value) -> Option<Refusal> {
    let text = |of: &Value| of.as_str().unwrap_or_default().to_owned();
    let document = answer["doc"].as_u64();
    let document = document.and_then(|it| usize::try_from(it).ok());
    let messages = match answer["verdict"].as_str().unwrap_or_default() {
        "ok" if answer["v1"].is_object() => {
            let found = refusal(&answer["v1"])?;
            return Some(Refusal { document, ..found });
        }
        "ok" | "needs-remote" | "not-tekton" => return None,
        "rejected" if crate::measure::is_absence(&text(&answer["reason"])) => return None,
        "rejected" => vec![format!(
            "{}: {}",
            text(&answer["reason"]),
            text(&answer["message"])
        )],
        _ => {
            let errors = answer["errors"].as_array().into_iter().flatten();
            let errors =
                errors.map(|it| format!("{}: {}", text(&it["message"]), text(&it["path"])));
            let errors: Vec<String> = errors.collect();
            match errors.is_empty() {
                true => vec![text(&answer["text"])],
                false => errors,
            }
        }
    };
    Some(Refusal { document, messages })
}

/// The codes of wudi's errors, each with the number of its document.
fn errors(case: &Case) -> Vec<(usize, String)> {
    let mut session = Session::new(Box::new(MemoryHost::new()));
    let target = Target {
        flags: case.settings.flags.clone(),
        defaults: case.settings.defaults.clone(),
        ..Target::default()
    };
    let texts = vec![("it.yaml".into(), case.text.clone().into_bytes())];
    session.open_yaml(&[], texts, &target);
    let found = session.diagnostics().iter();
    let found = found.filter(|it| it.severity == Severity::Error);
    let of = |at: usize| {
        case.text
            .get(..at)
            .map_or(0, |it| it.matches("\n---").count())
    };
    found
        .map(|it| (of(it.span.range().start), it.code.name.to_owned()))
        .collect()
}

/// The cases of the golden tests of YAML, each with what its comments say of the target.
pub fn cases(directory: &Path) -> Vec<Case> {
    let mut cases = crate::measure::files(&[directory.to_owned()]);
    for case in &mut cases {
        case.settings = Settings::default();
        for line in case.text.lines().take_while(|it| it.starts_with('#')) {
            let said = |what: &str| {
                let (name, value) = line.strip_prefix(what)?.split_once('=')?;
                Some((name.trim().to_owned(), value.trim().to_owned()))
            };
            case.settings.flags.extend(said("# flag:"));
            case.settings.defaults.extend(said("# default:"));
        }
    }
    cases
}
