//! Pipelines and scenarios by chance: failures, conditions, `finally`, matrices, retries, absent results, timeouts,
//! cancellation, tasks written in their nodes.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::manifest;
use crate::support;

/// The first seed of a manifest.
pub const MANIFESTS: u64 = 1_000_000;

/// A program, what is built from it, and what its tasks do.
pub struct Case {
    pub seed: u64,
    pub program: String,
    pub yaml: String,
    pub scenario: String,
    /// The program is YAML.
    pub is_manifest: bool,
}

const TASKS: &str = r#"task text(p: String = "d", q: String = "e") -> { r: String } { step s { image: "busybox:1.37", script: "true" } }

task all(p: String = "d", q: String = "e") -> { r: String, a: List<String>, o: { k: String, l: String } } {
  step s { image: "busybox:1.37", script: "true" }
}

task many(p: List<String> = ["d"], q: String = "e") -> { r: String } { step s { image: "busybox:1.37", script: "true" } }

task whole(p: { k: String, l: String } = { k: "k", l: "l" }) -> { r: String } { step s { image: "busybox:1.37", script: "true" } }
"#;

/// A node that was made.
struct Made {
    name: String,
    /// It has lists and records as results.
    rich: bool,
    fans_out: bool,
    /// It is written in its node.
    embedded: bool,
    /// Its results may be absent.
    absent: bool,
    /// So that nobody may use its results.
    unusable: bool,
}

struct Maker {
    chance: Chance,
    made: Vec<Made>,
}

impl Case {
    /// It has a pipeline in its pipeline.
    pub fn has_inner(&self) -> bool {
        self.is_manifest && self.yaml.contains("\"name\": \"i0\"")
    }

    /// It is a run of one task.
    pub fn is_task_run(&self) -> bool {
        self.is_manifest && self.yaml.contains("\"kind\": \"TaskRun\"")
    }

    /// The case of a seed. From `MANIFESTS` on they are manifests; before, programs, of which the first that compiles counts.
    pub fn new(seed: u64) -> Self {
        if seed >= MANIFESTS {
            return manifest::case(seed);
        }
        for round in 0.. {
            let mut maker = Maker {
                chance: Chance::new(seed.wrapping_mul(1_000_003).wrapping_add(round)),
                made: Vec::new(),
            };
            let program = maker.program();
            let session = support::open_text(&program);
            if std::env::var_os("WUDI_SHOW_REFUSED").is_some() && session.has_errors() {
                crate::tool::tell(&support::findings(&session));
            }
            if session.has_errors() {
                continue;
            }
            let texts: Vec<String> = session.manifests().into_iter().map(|it| it.text).collect();
            return Self {
                seed,
                program,
                yaml: texts.join("---\n"),
                scenario: maker.scenario().to_string(),
                is_manifest: false,
            };
        }
        unreachable!("some program compiles")
    }
}

impl Maker {
    fn program(&mut self) -> String {
        let count = 1 + self.chance.below(8);
        let mut nodes: Vec<String> = (0..count).map(|it| self.node(it)).collect();
        // The order of the text is not the order of the run.
        for at in (1..nodes.len()).rev() {
            if self.chance.percent(30) {
                let other = self.chance.below(at + 1);
                nodes.swap(at, other);
            }
        }
        let finally: Vec<String> = match self.chance.percent(60) {
            true => (0..1 + self.chance.below(3))
                .map(|it| self.last(it))
                .collect(),
            false => Vec::new(),
        };
        let (declared, results) = self.results();
        let mut text = format!(
            "{TASKS}\npipeline main(x: String = \"one\", y: List<String> = [\"u\", \"v\"]){declared} {{\n"
        );
        for node in nodes {
            let _ = writeln!(text, "  {node}");
        }
        if !finally.is_empty() {
            let _ = writeln!(text, "  finally {{\n    {}\n  }}", finally.join("\n    "));
        }
        let _ = writeln!(text, "{results}}}\n");
        let _ = writeln!(
            text,
            "run go = main(x: \"one\"{}) {}",
            self.list_argument(),
            self.timeouts()
        );
        text
    }

    fn list_argument(&mut self) -> String {
        match self.chance.below(6) {
            0 => ", y: []".to_owned(),
            1 => ", y: [\"z\"]".to_owned(),
            _ => String::new(),
        }
    }

    fn timeouts(&mut self) -> String {
        if self.chance.percent(65) {
            return String::new();
        }
        let seconds = |it: &mut Chance| 2 + it.below(9);
        let (tasks, finally) = (seconds(&mut self.chance), seconds(&mut self.chance));
        let all = tasks + finally;
        match self.chance.below(6) {
            0 => format!("{{ timeouts: {{ pipeline: {tasks}s }} }}"),
            1 => format!("{{ timeouts: {{ pipeline: 1h, tasks: {tasks}s }} }}"),
            2 => format!("{{ timeouts: {{ pipeline: {all}s, finally: {finally}s }} }}"),
            3 => format!(
                "{{ timeouts: {{ pipeline: {all}s, tasks: {tasks}s, finally: {finally}s }} }}"
            ),
            4 => format!("{{ timeouts: {{ tasks: {tasks}s }} }}"),
            _ => format!("{{ timeouts: {{ finally: {finally}s }} }}"),
        }
    }

    /// A node of the graph.
    fn node(&mut self, index: usize) -> String {
        let name = format!("n{index}");
        let mut made = Made {
            name: name.clone(),
            rich: false,
            fans_out: false,
            embedded: false,
            absent: false,
            unusable: false,
        };
        let mut options = Vec::new();
        let mut takes_absent = false;
        let call = self.call(&mut made, &mut options, &mut takes_absent);
        let mut after = Vec::new();
        for at in 0..self.made.len() {
            if self.chance.percent(25) {
                after.push(self.made[at].name.clone());
            }
        }
        if !after.is_empty() {
            options.push(format!("after: [{}]", after.join(", ")));
        }
        if self.chance.percent(30) {
            let when = self.when(&mut takes_absent);
            options.push(format!("when: {when}"));
            made.absent = true;
        }
        if takes_absent {
            options.push("if-absent: \"skip\"".to_owned());
            made.absent = true;
        }
        match self.chance.below(10) {
            0 | 1 => {
                options.push("onError: \"continue\"".to_owned());
                made.unusable = true;
            }
            2 | 3 => options.push(format!("retries: {}", 1 + self.chance.below(3))),
            _ => {}
        }
        if self.chance.percent(15) {
            options.push(format!("timeout: {}s", 1 + self.chance.below(6)));
        }
        let embedded = made.embedded;
        self.made.push(made);
        match embedded {
            true => format!("{name} = {call}    {}\n  }}", options.join("\n    ")),
            false => format!("{name} = {call}{}", block(&options)),
        }
    }

    fn call(&mut self, made: &mut Made, options: &mut Vec<String>, absent: &mut bool) -> String {
        match self.chance.below(10) {
            9 => {
                made.embedded = true;
                self.embedded(absent)
            }
            0..=2 => format!("text(p: {}, q: {})", self.text(absent), self.text(absent)),
            3 | 4 => {
                made.rich = true;
                format!("all(p: {})", self.text(absent))
            }
            5 => format!("many(p: {})", self.list(absent)),
            6 => match self.usable(|it| it.rich && !it.fans_out, absent) {
                Some(name) => format!("whole(p: {name}.o)"),
                None => "whole(p: { k: \"1\", l: \"2\" })".to_owned(),
            },
            _ => {
                made.fans_out = true;
                self.matrix(options, absent)
            }
        }
    }

    /// A task that is written in its node, and may see what is around it.
    fn embedded(&mut self, absent: &mut bool) -> String {
        let mut seen = String::new();
        if self.chance.percent(60) {
            let _ = write!(seen, ", env: {{ V: {} }}", self.text(absent));
        }
        format!(
            "task() -> {{ r: String }} {{ step s {{ image: \"busybox:1.37\", script: \"true\"{seen} }}\n"
        )
    }

    fn matrix(&mut self, options: &mut Vec<String>, absent: &mut bool) -> String {
        let lists = ["[\"1\", \"2\"]", "[\"1\", \"2\", \"3\"]", "[\"1\"]", "y"];
        let one = match self.usable(|it| it.rich && !it.fans_out, absent) {
            Some(name) if self.chance.percent(40) => format!("{name}.a"),
            _ => (*self.chance.pick(&lists)).to_owned(),
        };
        let known = one.starts_with('[');
        let two = match self.chance.below(3) {
            0 => format!("each {}", self.chance.pick(&["[\"a\", \"b\"]", "y"])),
            _ => self.text(absent),
        };
        if known && self.chance.percent(40) {
            let fits = ["{ p: \"1\" }", "{ p: \"7\" }"];
            let include = self.chance.pick(&fits);
            options.push(format!("include: [{{ name: \"i\", params: {include} }}]"));
        }
        format!("text(p: each {one}, q: {two})")
    }

    /// A node whose results may be used; whether they may be absent is noted.
    fn usable(&mut self, fits: impl Fn(&Made) -> bool, absent: &mut bool) -> Option<String> {
        let all: Vec<&Made> = { self.made.iter() }
            .filter(|it| !it.unusable && fits(it))
            .collect();
        if all.is_empty() {
            return None;
        }
        let one = all[self.chance.below(all.len())];
        *absent |= one.absent;
        Some(one.name.clone())
    }

    fn text(&mut self, absent: &mut bool) -> String {
        if self.chance.percent(45) {
            return (*self.chance.pick(&["x", "\"c\"", "\"a-#{x}\""])).to_owned();
        }
        let Some(name) = self.usable(|it| !it.fans_out, absent) else {
            return "x".to_owned();
        };
        let rich = self.made.iter().any(|it| it.name == name && it.rich);
        match self.chance.below(5) {
            0 if rich => format!("{name}.a[0]"),
            1 if rich => format!("{name}.o.k"),
            2 => format!("\"<#{{{name}.r}}>\""),
            _ => format!("{name}.r"),
        }
    }

    fn list(&mut self, absent: &mut bool) -> String {
        match self.usable(|it| it.rich || it.fans_out, absent) {
            Some(name) => {
                let fans_out = self.made.iter().any(|it| it.name == name && it.fans_out);
                match fans_out {
                    true => format!("{name}.r"),
                    false => format!("{name}.a"),
                }
            }
            None => "y".to_owned(),
        }
    }

    fn when(&mut self, absent: &mut bool) -> String {
        let of_result = self.usable(|it| !it.fans_out, absent);
        match (self.chance.below(6), of_result) {
            (0, _) | (_, None) => "x == \"one\"".to_owned(),
            (1, _) => "x == \"two\"".to_owned(),
            (2, Some(name)) => format!("{name}.r == \"value-of-r\""),
            (3, Some(name)) => format!("{name}.r != \"value-of-r\""),
            (4, Some(name)) => format!("{name}.r in [\"given\", \"other\"]"),
            (_, Some(name)) => format!("{name}.r != \"given\" && x == \"one\""),
        }
    }

    /// A node of `finally`.
    fn last(&mut self, index: usize) -> String {
        let name = self.made[self.chance.below(self.made.len())].name.clone();
        let fans_out = self.made.iter().any(|it| it.name == name && it.fans_out);
        let value = match self.chance.below(5) {
            0 => "tasks.status".to_owned(),
            1 => format!("{name}.status"),
            2 => format!("{name}.reason"),
            3 if !fans_out => format!("{name}.r"),
            _ => "x".to_owned(),
        };
        let mut options = Vec::new();
        if self.chance.percent(30) {
            let when = match self.chance.below(3) {
                0 => format!("{name}.status == \"Succeeded\""),
                1 => "tasks.status in [\"Failed\", \"None\"]".to_owned(),
                _ => format!("{name}.status != \"None\""),
            };
            options.push(format!("when: {when}"));
        }
        if self.chance.percent(15) {
            options.push("retries: 1".to_owned());
        }
        let matrix = match self.chance.percent(15) {
            true => ", q: each y",
            false => "",
        };
        format!("f{index} = text(p: {value}{matrix}){}", block(&options))
    }

    fn results(&mut self) -> (String, String) {
        let mut declared = Vec::new();
        let mut values = Vec::new();
        for index in 0..self.chance.below(3) {
            let name = &self.made[self.chance.below(self.made.len())];
            if name.fans_out {
                continue;
            }
            let value = match (name.rich, self.chance.below(3)) {
                (true, 0) => format!("{}.o.l", name.name),
                (true, 1) => format!("{}.a[1]", name.name),
                (_, _) => format!("{}.r", name.name),
            };
            declared.push(format!("out{index}: String?"));
            values.push(format!("out{index}: {value}"));
        }
        if declared.is_empty() {
            return (String::new(), String::new());
        }
        let (declared, values) = (declared.join(", "), values.join(", "));
        (
            format!(" -> {{ {declared} }}"),
            format!("  results: {{ {values} }}\n"),
        )
    }

    fn scenario(&mut self) -> Value {
        let mut tasks = Map::new();
        let names: Vec<(String, bool)> = { self.made.iter() }
            .map(|it| (it.name.clone(), it.rich))
            .chain((0..3).map(|it| (format!("f{it}"), false)))
            .collect();
        for (name, rich) in names {
            if self.chance.percent(45) {
                continue;
            }
            let behaviour = self.behaviour(rich);
            tasks.insert(name.clone(), behaviour);
            if self.chance.percent(10) {
                tasks.insert(format!("go-{name}-1"), self.behaviour(rich));
            }
        }
        let mut scenario = json!({ "tasks": tasks });
        if self.chance.percent(15) {
            let statuses = ["Cancelled", "CancelledRunFinally", "StoppedRunFinally"];
            scenario["cancel_after_round"] = self.chance.below(4).into();
            scenario["status"] = (*self.chance.pick(&statuses)).into();
        }
        scenario
    }

    fn behaviour(&mut self, rich: bool) -> Value {
        let mut how = Map::new();
        if self.chance.percent(25) {
            how.insert("fail".to_owned(), true.into());
        }
        if self.chance.percent(20) {
            how.insert(
                "fail_attempts".to_owned(),
                (1 + self.chance.below(3)).into(),
            );
        }
        if self.chance.percent(60) {
            let seconds = [0.5, 1.0, 2.0, 2.5, 3.0, 4.0, 6.0, 9.0];
            how.insert("seconds".to_owned(), (*self.chance.pick(&seconds)).into());
        }
        match self.chance.below(5) {
            0 => {
                how.insert("results".to_owned(), json!({}));
            }
            1 if rich => {
                let results = json!({ "r": "given", "a": ["g", "h"], "o": { "k": "1", "l": "2" } });
                how.insert("results".to_owned(), results);
            }
            1 => {
                how.insert("results".to_owned(), json!({ "r": "given" }));
            }
            _ => {}
        }
        Value::Object(how)
    }
}

fn block(options: &[String]) -> String {
    match options.is_empty() {
        true => String::new(),
        false => format!(" {{ {} }}", options.join(", ")),
    }
}
