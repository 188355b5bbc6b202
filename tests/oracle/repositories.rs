//! How often wudi and Pipelines as Code disagree about what lies in `.tekton`: it matches, replaces and embeds, and Tekton judges
//! what it makes of that.

use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::measure::{self, Case, Disagreements, Verdict};
use crate::tool::Oracle;
use crate::{across, fault, shape};

const PREFIX: &str = "pipelinesascode.tekton.dev/";

/// Events that something is asked about: they reach all that can be said of annotations.
const EVENTS: &[&str] = &["push", "pull_request", "incoming"];

/// Whether a file holds a run which Pipelines as Code makes whole, and perhaps starts.
pub fn is_started(case: &Case) -> bool {
    let annotations = ["on-", "task", "pipeline", "max-keep-runs"];
    let mut annotations = annotations.iter();
    annotations.any(|it| case.text.contains(&format!("{PREFIX}{it}")))
}

/// The same with a fault each.
pub fn faulty(files: &[Case], seed: u64, count: usize) -> Vec<Case> {
    let read = files.iter().filter_map(|it| {
        let documents: Vec<Value> = serde_yaml::from_multiple(&it.text).ok()?;
        (!documents.is_empty()).then_some((it, documents))
    });
    let read: Vec<_> = read.collect();
    let mut all = Vec::new();
    let mut seed = seed;
    while all.len() < count && !read.is_empty() {
        seed += 1;
        let mut chance = Chance::new(seed);
        let (file, documents) = chance.pick(&read);
        let (mut documents, mut settings) = (documents.clone(), file.settings.clone());
        let said = match chance.below(4) {
            0 | 1 => annotate(&mut documents, &mut chance),
            2 => {
                let index = chance.below(documents.len());
                fault::put(&mut documents[index], &mut chance)
            }
            _ => {
                let (_, other) = chance.pick(&read);
                let said = shape::shape(&mut documents, &mut settings, other, &mut chance);
                across::put(&mut documents, &mut chance).map(|it| format!("{said} {it}"))
            }
        };
        let Some(said) = said else { continue };
        all.push(measure::changed(file, seed, &said, &documents, settings));
    }
    all
}

/// Another annotation, or one that says something else.
fn annotate(documents: &mut [Value], chance: &mut Chance) -> Option<String> {
    let index = chance.below(documents.len());
    let metadata = documents.get_mut(index)?.get_mut("metadata")?;
    let fields = metadata.get_mut("annotations")?.as_object_mut()?;
    if !fields.keys().any(|it| it.starts_with(PREFIX)) {
        return None;
    }
    let (name, values) = *chance.pick(ANNOTATIONS);
    let key = format!("{PREFIX}{name}");
    if chance.percent(15) {
        let keys: Vec<String> = fields.keys().cloned().collect();
        let key = chance.pick(&keys);
        fields.shift_remove(key);
        return Some(format!("without {key}"));
    }
    let value = *chance.pick(values);
    if chance.percent(60) && name == "on-cel-expression" {
        for name in ["on-event", "on-target-branch"] {
            fields.shift_remove(&format!("{PREFIX}{name}"));
        }
    }
    fields.insert(key, json!(value));
    Some(format!("{name}: {value}"))
}

const ANNOTATIONS: &[(&str, &[&str])] = &[
    (
        "on-event",
        &[
            "push",
            "[push, pull_request]",
            "[push",
            "[]",
            "",
            "push pull_request",
            "[ , push]",
            "[push,]",
        ],
    ),
    (
        "on-target-branch",
        &[
            "main",
            "[main]",
            "[refs/tags/*]",
            "release/**",
            "[a-z]",
            "[[a-z]*]",
            "[[a-zA-Z]*]",
            "{a,b}",
            "[{main,dev}]",
            "v[0-9",
            "[",
            "[v[0-9]*, main]",
            "",
            "[main, ]",
            "a b",
            "m?in",
            "*",
        ],
    ),
    (
        "on-path-change",
        &[
            "[docs/**]",
            "docs/**",
            "[docs/[a-]",
            "[docs/[a-c]x]",
            "[src/*.rs, [z-a]]",
            "[\\[]",
            "a&#44;b",
        ],
    ),
    (
        "on-path-change-ignore",
        &["[docs/**]", "[docs/[]", "docs/[!a]*", "[ ]"],
    ),
    ("on-label", &["bug", "[bug, feature]", "[bug", "a b"]),
    (
        "on-comment",
        &["^/deploy", "^/deploy (", "[a-z", "(?i)x", "(?=x)"],
    ),
    ("max-keep-runs", &["5", "five", "", "-1"]),
    ("cancel-in-progress", &["true", "maybe"]),
    ("on-cel-expression", FILTERS),
];

const FILTERS: &[&str] = &[
    "event == \"push\"",
    "event == \"push\" && target_branch == \"main\"",
    "event == push",
    "event = \"push\"",
    "event == \"push\" and true",
    "event == \"push\" &&",
    "target_branch.startsWith(\"release\")",
    "target_branch.startswith(\"release\")",
    "source_branch.matches(\"^v[0-9]+$\")",
    "\"docs/*.md\".pathChanged()",
    "\"docs/[a-zA-Z]*\".pathChanged()",
    "pathChanged(\"docs\")",
    "\"docs\".pathChanged",
    "files.all.exists(x, x.matches(\"^src/\"))",
    "files.all.exists(x, x.matches('^src/')) && event == 'pull_request'",
    "body.action == \"opened\"",
    "has(body.pull_request) && body.pull_request.draft == false",
    "body[\"action\"] in [\"opened\", \"synchronize\"]",
    "headers['x-github-event'] == \"push\"",
    "event_title.contains(\"[skip]\") == false",
    "!event_title.contains(\"wip\")",
    "event_title + 1 == \"x\"",
    "size(files.modified) > 0",
    "event",
    "1 + 1",
    "event == \"push\" ? true : false",
    "event == 1",
    "body.commits.map(c, c.id).size() > 0",
    "target_branch in [\"main\", \"dev\"]",
    "target_branch == \"main\" || (event == \"pull_request\"",
    "headers.foo == 1",
    "body == null",
    "target_url.matches(1)",
    "event_type == \"retest-comment\"",
    "source_url != target_url",
    "int(body.number) > 3",
    "timestamp(body.head_commit.timestamp).getHours() > 6",
    "files.all.all(f, f.startsWith('docs/'))",
    "files.all.all(f, f)",
    "event == 'push' && 'a' in body",
    "trigger_comment == \"/x\"",
];

/// What is wrong all the same where no event of [`EVENTS`] comes to it, by code and words.
const LATER: &[(&str, &str)] = &[
    // Only an event that meets all filters before it reads a filter.
    ("event-without-run", "neither one word nor a list"),
    ("event-without-run", "is no pattern"),
    // Said of nothing: the expression is compared with true.
    ("event-without-run", "neither true nor false"),
    // When old runs are cleaned up.
    ("type-mismatch", "which is no whole number"),
    // The API server says it, when it makes a name of it.
    ("name-form", "cannot be the name of an object"),
    ("missing-field", "this object has no name"),
];

/// What both say about each case.
pub fn compare(oracle: &Oracle, cases: &[Case]) -> Disagreements {
    let mut found = Disagreements::default();
    let judged = judge(oracle, cases);
    for (case, (pac, is_made)) in cases.iter().zip(judged) {
        let wudi = measure::wudi(case, ".tekton/it.yaml");
        let later = |it: &String| {
            LATER
                .iter()
                .any(|(code, said)| it.contains(code) && it.contains(said))
        };
        match (&pac, &wudi) {
            // Where something is elsewhere no run is made, so that nobody judged it.
            (None, Some(said)) if later(said) || !is_made => {
                found.judged += 1;
                found.by_others += 1;
            }
            _ => found.add(case, pac, wudi),
        }
    }
    found
}

/// The cases that both accept.
pub fn sound(oracle: &Oracle, cases: Vec<Case>) -> Vec<Case> {
    let judged = judge(oracle, &cases);
    let sound = cases.into_iter().zip(judged);
    let sound = sound
        .filter(|(case, pac)| pac.0.is_none() && measure::wudi(case, ".tekton/it.yaml").is_none());
    sound.map(|(case, _)| case).collect()
}

/// The verdict on each case, and whether runs were made for it.
fn judge(oracle: &Oracle, cases: &[Case]) -> Vec<(Verdict, bool)> {
    let asked = cases
        .iter()
        .flat_map(|case| EVENTS.iter().map(|it| question(case, it)));
    let answers = oracle.resolve(asked.collect());
    assert_eq!(
        answers.len(),
        cases.len() * EVENTS.len(),
        "oracle-pac ended early"
    );
    let by_case = || answers.chunks(EVENTS.len());
    // All events resolve to the same runs.
    let made: Vec<_> = by_case()
        .zip(cases)
        .map(|(answers, case)| {
            let runs = answers
                .first()
                .map(|it| list(&it["resolved"]))
                .unwrap_or_default();
            let texts: Vec<&str> = runs.iter().filter_map(|it| it["yaml"].as_str()).collect();
            (&case.settings, measure::started(&texts.join("---\n")))
        })
        .collect();
    let tekton = measure::refusals(oracle, &made);
    let mut verdicts: Vec<Verdict> = by_case()
        .zip(tekton)
        .map(|(answers, tekton)| answers.iter().find_map(complaint).or(tekton))
        .collect();
    // What only the reconcilers see, where Tekton has not complained yet.
    let open: Vec<usize> = (0..cases.len())
        .filter(|it| verdicts[*it].is_none())
        .collect();
    let mut unknown = Vec::new();
    let asked: Vec<_> = open.iter().map(|it| made[*it].clone()).collect();
    for (index, answer) in open.into_iter().zip(oracle.play(&asked)) {
        verdicts[index] = measure::played(&answer);
        if measure::waits_for_remote(&answer) || measure::passes_over(&answer) {
            unknown.push(index);
        }
    }
    let is_made = |it: &[Value]| {
        it.first()
            .is_some_and(|it| !list(&it["resolved"]).is_empty())
    };
    let is_made = by_case().map(is_made).enumerate();
    let is_made = is_made.map(|(index, it)| it && !unknown.contains(&index));
    verdicts.into_iter().zip(is_made).collect()
}

fn question(case: &Case, event: &str) -> Map<String, Value> {
    // There is no cluster to look into for namespaces.
    let text = case.text.replace(
        &format!("{PREFIX}target-namespace"),
        "example.com/namespace",
    );
    let asked = json!({
        "files": { ".tekton/it.yaml": text },
        "event": {
            "event": event, "target_branch": "main", "source_branch": "topic",
            "sha": "0123456789abcdef0123456789abcdef01234567", "url": "https://git.example.com/o/r",
            "title": "a title", "sender": "someone", "owner": "o", "name": "r", "number": 7,
            "labels": ["bug"],
        },
        "body": { "action": "opened", "number": 7, "sender": { "login": "someone" } },
        "headers": { "X-Github-Event": event },
        "changed": { "all": ["README.md"], "modified": ["README.md"] },
        // What the directory does not hold comes from elsewhere.
        "skip_inlining": absent(&case.text),
    });
    asked.as_object().cloned().unwrap()
}

/// The names of tasks that are called and stand nowhere in the text.
fn absent(text: &str) -> Vec<String> {
    let documents: Vec<Value> = serde_yaml::from_multiple(text).unwrap_or_default();
    let is_there = |name: &str| {
        let mut tasks = documents.iter().filter(|it| it["kind"] == "Task");
        tasks.any(|it| it["metadata"]["name"] == name)
    };
    let mut all = Vec::new();
    let mut open: Vec<&Value> = documents.iter().collect();
    while let Some(value) = open.pop() {
        open.extend(value.as_object().into_iter().flat_map(|it| it.values()));
        open.extend(value.as_array().into_iter().flatten());
        let called = value.get("taskRef").and_then(|it| it["name"].as_str());
        all.extend(called.filter(|it| !is_there(it)).map(str::to_owned));
    }
    all
}

/// What Pipelines as Code itself says.
fn complaint(answer: &Value) -> Verdict {
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    if let Some(it) = list(&answer["validationErrors"]).first() {
        return Some(text(&it["error"]));
    }
    // What is said when an expression is computed depends on the event.
    let log = list(&answer["log"]).iter().map(text);
    let mut log = log.filter(|it| {
        // A Repository may declare a parameter of that name, but no function and no event.
        let name = it.split("undeclared reference to '").nth(1);
        let name = name.and_then(|it| it.split('\'').next());
        let is_of_project =
            name.is_some_and(|name| !EVENTS.contains(&name) && !it.contains(&format!("{name}(")));
        it.contains("CEL expression") && !it.contains("failed to evaluate") && !is_of_project
    });
    if let Some(said) = log.next() {
        return Some(said);
    }
    let of_annotations = ["wrong format", "empty values", "is empty"];
    let said = text(&answer["match_error"]);
    if of_annotations.iter().any(|it| said.contains(it)) {
        return Some(said);
    }
    match answer["verdict"].as_str().unwrap_or_default() {
        "ok" | "no-match" => None,
        // Other files of the directory may have it.
        _ if text(&answer["error"]).contains("cannot find referenced") => None,
        _ => Some(text(&answer["error"])),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
