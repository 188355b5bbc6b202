//! How often wudi and Tekton disagree: about files as they are, and about files with one fault each.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use regex::Regex;
use serde_json::Value;
use wudi::{MemoryHost, Session, Severity, Target};

use crate::across;
use crate::chance::Chance;
use crate::corpus::Built;
use crate::fault;
use crate::shape;
use crate::tool::{Oracle, Settings};

/// A file, or what became of it.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    pub text: String,
    pub settings: Settings,
}

/// What one of both has against a case: nothing, or its first words.
pub type Verdict = Option<String>;

/// What wudi refuses and no code of Tekton does: others do, whom nobody plays here.
const OTHERS: &[(&str, &str)] = &[
    ("bad-image", "the node cannot pull what no image is called"),
    ("refused-pod", "the API server refuses the pod"),
    ("unknown-api", "the API server serves no such kind"),
    ("unknown-volume", "the API server refuses the pod"),
];

/// Cases about which there are two opinions, by what is said.
#[derive(Debug, Default)]
pub struct Disagreements {
    pub judged: usize,
    pub both_accept: usize,
    pub both_refuse: usize,
    /// Refused by [`OTHERS`].
    pub by_others: usize,
    /// What Tekton says where wudi says nothing.
    pub missed: IndexMap<String, Vec<String>>,
    /// What wudi says where Tekton says nothing.
    pub invented: IndexMap<String, Vec<String>>,
    /// The cases themselves.
    pub cases: Vec<Case>,
}

impl Disagreements {
    pub fn count(&self) -> usize {
        let all = self.missed.values().chain(self.invented.values());
        all.map(Vec::len).sum()
    }

    pub fn add(&mut self, case: &Case, tekton: Verdict, wudi: Verdict) {
        self.judged += 1;
        let (side, said) = match (tekton, wudi) {
            (None, None) => return self.both_accept += 1,
            (Some(_), Some(_)) => return self.both_refuse += 1,
            (Some(said), None) if waits_for_template(&said, case) => return self.by_others += 1,
            (Some(said), None) => (&mut self.missed, said),
            (None, Some(said)) if is_of_others(&said, case) => return self.by_others += 1,
            (None, Some(said)) => (&mut self.invented, said),
        };
        let cases = side.entry(group(&said)).or_default();
        cases.push(format!("{}: {}", case.name, line(&said)));
        self.cases.push(case.clone());
    }

    /// Writes the cases into a directory, each under the number of its seed.
    pub fn keep(&self, directory: &Path) {
        std::fs::create_dir_all(directory).unwrap();
        let number = Regex::new(r" #(\d+) ").unwrap();
        for (index, case) in self.cases.iter().enumerate() {
            let seed = number.captures(&case.name);
            let name = seed.map_or_else(|| format!("file-{index}"), |it| it[1].to_owned());
            let mut text = format!("# {}\n", line(&case.name));
            for (what, pairs) in [
                ("flag", &case.settings.flags),
                ("default", &case.settings.defaults),
            ] {
                for (key, value) in pairs {
                    text += &format!("# {what}: {key}={value}\n");
                }
            }
            text += &case.text;
            std::fs::write(directory.join(format!("{name}.yaml")), text).unwrap();
        }
    }

    /// As text, the most frequent first.
    pub fn shown(&self, what: &str) -> String {
        let mut text = format!(
            "{what}: {} judged, {} accepted by both, {} refused by both, {} refused by others, {} disagreements\n",
            self.judged,
            self.both_accept,
            self.both_refuse,
            self.by_others,
            self.count()
        );
        let sides = [
            ("Tekton alone refuses", &self.missed),
            ("wudi alone refuses", &self.invented),
        ];
        for (title, groups) in sides {
            let mut groups: Vec<_> = groups.iter().collect();
            groups.sort_by_key(|(_, cases)| std::cmp::Reverse(cases.len()));
            let count: usize = groups.iter().map(|(_, cases)| cases.len()).sum();
            text += &format!("\n  {title}: {count}\n");
            for (group, cases) in groups {
                text += &format!("  {:5}  {group}\n", cases.len());
                for case in cases.iter().take(3) {
                    text += &format!("           {case}\n");
                }
            }
        }
        text
    }
}

/// Also what a controller says only once there is a run, where the case has none of what the finding is about.
fn is_of_others(said: &str, case: &Case) -> bool {
    let mut head = said.trim_start_matches('[').split([']', ' ']);
    let (code, gate) = (head.next(), head.next());
    let (kind, name) = (head.next().unwrap_or(""), head.next().unwrap_or(""));
    let waits = gate == Some("controller")
        && !matches!(kind, "PipelineRun" | "TaskRun")
        && !is_run(&case.text, kind, name);
    // Of what is not its own Tekton knows no schema; the API server does.
    let is_tektons = [
        "Task",
        "Pipeline",
        "TaskRun",
        "PipelineRun",
        "StepAction",
        "CustomRun",
    ];
    let is_foreign = code == Some("wrong-type") && !is_tektons.contains(&kind);
    OTHERS.iter().any(|(other, _)| code == Some(other)) || is_foreign || waits
}

/// Whether a run among the documents comes to the object.
fn is_run(text: &str, kind: &str, name: &str) -> bool {
    let documents: Vec<Value> = serde_yaml::from_multiple(text).unwrap_or_default();
    let is_start = |it: &&Value| matches!(it["kind"].as_str(), Some("PipelineRun" | "TaskRun"));
    let mut open: Vec<&Value> = documents.iter().filter(is_start).collect();
    let mut seen: Vec<(&str, &str)> = Vec::new();
    while let Some(value) = open.pop() {
        open.extend(value.as_object().into_iter().flat_map(|it| it.values()));
        open.extend(value.as_array().into_iter().flatten());
        for (field, of) in [
            ("pipelineRef", "Pipeline"),
            ("taskRef", "Task"),
            ("ref", "StepAction"),
        ] {
            let Some(called) = value.get(field).and_then(|it| it["name"].as_str()) else {
                continue;
            };
            if !seen.contains(&(of, called)) {
                seen.push((of, called));
                let is_called = |it: &&Value| it["kind"] == of && it["metadata"]["name"] == called;
                open.extend(documents.iter().filter(is_called));
            }
        }
    }
    seen.contains(&(kind, name))
}

/// Whether Tekton's complaint is about a text that Pipelines as Code makes another of first.
fn waits_for_template(said: &str, case: &Case) -> bool {
    let is_template = said.contains("{{") || case.name.contains("{{");
    is_template && case.text.contains("pipelinesascode.tekton.dev/")
}

/// The beginning of a message, as one line.
fn line(said: &str) -> String {
    let words: Vec<&str> = said.split_whitespace().collect();
    words.join(" ").chars().take(240).collect()
}

/// A message without what is of its case alone.
fn group(said: &str) -> String {
    let said = said.lines().next().unwrap_or_default();
    let own = Regex::new(r#""[^"]*"|`[^`]*`|'[^']*'|\[[^\]]*\]|\d+"#).unwrap();
    let text = own.replace_all(said, "_").into_owned();
    let path = Regex::new(r"[A-Za-z_]+([.\[][\w.\[\]]+)+").unwrap();
    let text = path.replace_all(&text, "_").into_owned();
    text.chars().take(160).collect()
}

/// The YAML files below directories that hold something of Tekton.
pub fn files(directories: &[PathBuf]) -> Vec<Case> {
    let mut open = directories.to_vec();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            open.extend(entries.map(|it| it.unwrap().path()));
        } else if path
            .extension()
            .is_some_and(|it| it == "yaml" || it == "yml")
        {
            found.push(path);
        }
    }
    found.sort();
    let read = found.iter().filter_map(|it| case(it));
    read.collect()
}

fn case(path: &Path) -> Option<Case> {
    let text = std::fs::read_to_string(path).ok()?;
    let name = path.display().to_string();
    let is_alpha = name.contains("/alpha/");
    let settings = if is_alpha {
        alpha()
    } else {
        Settings::default()
    };
    let case = Case {
        name,
        text,
        settings,
    };
    case.text.contains("tekton.dev/").then_some(case)
}

/// The directory that Pipelines as Code reads, as one file.
pub fn directory(built: &Built) -> Case {
    let files = built.files.iter();
    let files = files.filter(|(path, _)| path.starts_with(".tekton/"));
    let texts: Vec<&str> = files.map(|(_, text)| text.as_str()).collect();
    Case {
        name: built.name.clone(),
        text: texts.join("---\n"),
        settings: built.settings.clone(),
    }
}

/// What is built from programs, without what goes through other hands first.
pub fn built(programs: &[Built]) -> Vec<Case> {
    let cases = programs.iter().map(|it| {
        let files = it
            .files
            .iter()
            .filter(|(path, _)| path.starts_with("tekton/"));
        let texts: Vec<&str> = files.map(|(_, text)| text.as_str()).collect();
        Case {
            name: it.name.clone(),
            text: texts.join("---\n"),
            settings: it.settings.clone(),
        }
    });
    cases.filter(|it| !it.text.is_empty()).collect()
}

/// All that can be switched on.
fn alpha() -> Settings {
    let on = |name: &str| (name.to_owned(), "true".to_owned());
    let flags = vec![
        ("enable-api-fields".to_owned(), "alpha".to_owned()),
        on("enable-cel-in-whenexpression"),
        on("enable-param-enum"),
        on("enable-artifacts"),
        on("enable-concise-resolver-syntax"),
    ];
    Settings {
        flags,
        ..Settings::default()
    }
}

/// Cases with a fault each, made of files that both accept.
pub fn faulty(files: &[Case], seed: u64, count: usize) -> Vec<Case> {
    let read = files.iter().filter_map(|it| {
        let documents: Vec<Value> = serde_yaml::from_multiple(&it.text).ok()?;
        let known = 0..documents.len();
        let known: Vec<usize> = known.filter(|it| is_tektons(&documents[*it])).collect();
        (!known.is_empty()).then_some((it, documents, known))
    });
    let read: Vec<_> = read.collect();
    let mut all = Vec::new();
    let mut seed = seed;
    while all.len() < count && !read.is_empty() {
        seed += 1;
        let mut chance = Chance::new(seed);
        let (file, documents, known) = chance.pick(&read);
        let mut documents = documents.clone();
        let mut settings = file.settings.clone();
        // Every other case is the file as it is, with a slip of the hand.
        let said = if chance.percent(50) {
            let index = *chance.pick(known);
            fault::put(&mut documents[index], &mut chance)
        } else {
            let (_, other, _) = chance.pick(&read);
            let shape = shape::shape(&mut documents, &mut settings, other, &mut chance);
            let said = match chance.percent(70) {
                true => across::put(&mut documents, &mut chance),
                false => {
                    let index = chance.below(documents.len());
                    fault::put(&mut documents[index], &mut chance)
                }
            };
            said.map(|it| format!("{shape} {it}"))
        };
        let Some(said) = said else { continue };
        all.push(changed(file, seed, &said, &documents, settings));
    }
    all
}

/// A file after what was done to it.
pub fn changed(
    file: &Case,
    seed: u64,
    said: &str,
    documents: &[Value],
    settings: Settings,
) -> Case {
    let texts: Vec<String> = documents.iter().map(fault::write).collect();
    Case {
        name: format!("{} #{seed} {said}", file.name),
        text: texts.join("---\n"),
        settings,
    }
}

fn is_tektons(document: &Value) -> bool {
    let api = document["apiVersion"].as_str().unwrap_or_default();
    api.starts_with("tekton.dev/")
}

/// Files written as faulty ones are, without a fault.
pub fn rewritten(files: &[Case]) -> Vec<Case> {
    let write = |case: &Case| {
        let documents: Vec<Value> = serde_yaml::from_multiple(&case.text).ok()?;
        let texts: Vec<String> = documents.iter().map(fault::write).collect();
        Some(Case {
            text: texts.join("---\n"),
            ..case.clone()
        })
    };
    files.iter().filter_map(write).collect()
}

/// The cases that both accept.
pub fn sound(oracle: &Oracle, cases: Vec<Case>) -> Vec<Case> {
    let tekton = tekton(oracle, &cases);
    let sound = cases.into_iter().zip(tekton);
    let sound = sound.filter(|(case, tekton)| tekton.is_none() && wudi(case, "it.yaml").is_none());
    sound.map(|(case, _)| case).collect()
}

/// What both say about each case.
pub fn compare(oracle: &Oracle, cases: &[Case]) -> Disagreements {
    let mut found = Disagreements::default();
    let mut tekton = tekton(oracle, cases);
    let wudi: Vec<Verdict> = cases.iter().map(|it| wudi(it, "it.yaml")).collect();
    // What only the reconcilers of runs see is dear to ask, so only where it can settle something.
    let open = |index: &usize| tekton[*index].is_none() && wudi[*index].is_some();
    let open: Vec<usize> = (0..cases.len()).filter(open).collect();
    let asked: Vec<_> = { open.iter() }
        .map(|it| (&cases[*it].settings, started(&cases[*it].text)))
        .collect();
    let mut unknown = Vec::new();
    for (index, answer) in open.into_iter().zip(oracle.play(&asked)) {
        tekton[index] = played(&answer);
        if tekton[index].is_none() && (waits_for_remote(&answer) || passes_over(&answer)) {
            unknown.push(index);
        }
    }
    for (index, (case, tekton)) in cases.iter().zip(tekton).enumerate() {
        if unknown.contains(&index) {
            found.judged += 1;
            found.by_others += 1;
        } else {
            found.add(case, tekton, wudi.get(index).cloned().flatten());
        }
    }
    found
}

/// The same with its runs started that wait for a hand: of what waits nothing is judged yet.
pub fn started(text: &str) -> String {
    text.replace("PipelineRunPending", "")
}

/// What the webhook, or the controller before the first task, has against each case.
fn tekton(oracle: &Oracle, cases: &[Case]) -> Vec<Verdict> {
    let asked: Vec<_> = { cases.iter() }
        .map(|it| (&it.settings, it.text.clone()))
        .collect();
    refusals(oracle, &asked)
}

/// The same for texts.
pub fn refusals(oracle: &Oracle, asked: &[(&Settings, String)]) -> Vec<Verdict> {
    let refused = |answers: Vec<Value>| answers.iter().find_map(refusal);
    { oracle.admit(asked).into_iter() }.map(refused).collect()
}

fn refusal(answer: &Value) -> Verdict {
    let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
    match answer["verdict"].as_str().unwrap_or_default() {
        "ok" | "needs-remote" => answer["v1"].is_object().then(|| refusal(&answer["v1"]))?,
        "not-tekton" => Some(text("text")).filter(|it| !it.is_empty()),
        // What the files refer to may be in the cluster.
        "rejected" if is_absence(&text("reason")) => None,
        "rejected" => Some(format!("{}: {}", text("reason"), text("message"))),
        _ => Some(text("text")),
    }
}

pub fn is_absence(reason: &str) -> bool {
    matches!(
        reason,
        "CouldntGetTask" | "CouldntGetPipeline" | "TaskRunResolutionFailed"
    )
}

/// Whether a run waits for what a resolver would bring, or lacks what a cluster may have, so that no more is known of it.
pub fn waits_for_remote(answer: &Value) -> bool {
    let mut runs = answer["runs"].as_array().into_iter().flatten();
    runs.any(|it| it["state"] == "needs-remote" || is_absence(it["reason"].as_str().unwrap_or("")))
}

/// Whether a run passes over a task: nobody sees what that would have been refused for.
pub fn passes_over(answer: &Value) -> bool {
    let mut runs = answer["runs"].as_array().into_iter().flatten();
    runs.any(|it| {
        let message = it["message"].as_str().unwrap_or_default();
        message.contains("Skipped: ") && !message.contains("Skipped: 0")
    })
}

/// What happens to runs that were accepted.
pub fn played(answer: &Value) -> Verdict {
    let runs = answer["runs"].as_array().into_iter().flatten();
    let ends = answer["rounds"].as_array().into_iter().flatten();
    let ends = ends.flat_map(|it| it["finished"].as_array().into_iter().flatten());
    let mut all = runs.chain(ends);
    all.find_map(|it| {
        let reason = it["reason"].as_str().unwrap_or_default();
        let message = it["message"].as_str().unwrap_or_default();
        let is_stuck = it["state"] == "stuck";
        let failed = it["status"] == "False" && !is_absence(reason);
        (failed || is_stuck).then(|| format!("{reason}: {message}"))
    })
}

/// What `wudi check` has against a case, as a file so called.
pub fn wudi(case: &Case, path: &str) -> Verdict {
    let mut session = Session::new(Box::new(MemoryHost::new()));
    let target = Target {
        flags: case.settings.flags.clone(),
        defaults: case.settings.defaults.clone(),
        ..Target::default()
    };
    let texts = vec![(PathBuf::from(path), case.text.clone().into_bytes())];
    session.open_yaml(&[], texts, &target);
    let mut errors = session.diagnostics().iter();
    let first = errors.find(|it| it.severity == Severity::Error)?;
    let (name, gate) = (first.code.name, first.code.gate.name());
    let (kind, of) = object_at(&case.text, first.span.range().start);
    Some(format!("[{name} {gate} {kind} {of}] {}", first.message))
}

/// The kind and name of the document that stands there.
fn object_at(text: &str, at: usize) -> (String, String) {
    let kind = Regex::new(r#"(?m)^"?kind"?: *"?(\w+)"#).unwrap();
    let name = Regex::new(r#"(?m)^ *"?name"?: *"?([\w.-]+)"#).unwrap();
    let mut from = 0;
    for document in text.split_inclusive("\n---") {
        from += document.len();
        if at < from {
            let metadata = document.find("metadata").unwrap_or(0);
            let first = |it: &Regex, text: &str| {
                it.captures(text)
                    .map_or(String::new(), |it| it[1].to_owned())
            };
            return (first(&kind, document), first(&name, &document[metadata..]));
        }
    }
    Default::default()
}
