//! Programs by chance: tasks, a pipeline of them, runs of it. Most of them check; all of them are meant to be legal.

use std::fmt::Write as _;
use std::path::Path;

use wudi::{MemoryHost, Session};

use crate::chance::Chance;

/// A program and the `wudi.toml` beside it.
#[derive(Debug)]
pub struct Program {
    pub text: String,
    pub package: String,
}

impl Program {
    pub fn open(&self) -> Session {
        let host = MemoryHost::new()
            .with_file("main.wudi", self.text.as_str())
            .with_file("wudi.toml", self.package.as_str());
        let mut session = Session::new(Box::new(host));
        session.open(Path::new(""));
        session
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ty {
    Text,
    Number,
    Switch,
    Choice,
    List,
    Record,
}

const TYPES: &[Ty] = &[
    Ty::Text,
    Ty::Text,
    Ty::Text,
    Ty::Number,
    Ty::Switch,
    Ty::Choice,
    Ty::List,
    Ty::List,
    Ty::Record,
];

#[derive(Clone, Debug)]
struct Var {
    name: String,
    ty: Ty,
    has_default: bool,
}

#[derive(Clone, Debug)]
struct Space {
    name: String,
    writes: bool,
    optional: bool,
}

/// A task or a pipeline, as callers see it.
#[derive(Clone, Debug)]
struct Callable {
    name: String,
    params: Vec<Var>,
    results: Vec<Var>,
    spaces: Vec<Space>,
}

/// A node that is written, as later ones see it.
#[derive(Debug)]
struct Node {
    name: String,
    results: Vec<Var>,
    fans_out: bool,
    may_be_absent: bool,
}

/// What texts have that people and machines trip over.
const TEXTS: &[&str] = &[
    "",
    "a",
    "yes",
    "0755",
    "1e3",
    "null",
    "a: b",
    "- a",
    "#x",
    "it's",
    "say \\\"x\\\"",
    "a\\nb",
    "a\\n",
    " a ",
    "{a}",
    "[a]",
    "$HOME",
    "$$",
    "100%",
    "\\u{1F600}",
    "*",
    "&a",
    "!a",
    "2001-01-01",
    "12:30:45",
    "~",
    "\\\\",
];

/// The program of a seed.
pub fn program(seed: u64) -> Program {
    let mut maker = Maker {
        chance: Chance::new(seed),
        text: String::new(),
    };
    let package = maker.package();
    let count = 1 + maker.chance.below(4);
    let tasks: Vec<Callable> = (0..count).map(|it| maker.task(it)).collect();
    let pipeline = maker.pipeline(&tasks);
    maker.run(0, &pipeline);
    if maker.chance.percent(50) {
        maker.run(1, &pipeline);
    }
    if maker.chance.percent(40) {
        let task = maker.chance.pick(&tasks).clone();
        maker.run(2, &task);
    }
    Program {
        text: maker.text,
        package,
    }
}

struct Maker {
    chance: Chance,
    text: String,
}

impl Maker {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn package(&mut self) -> String {
        let tekton = *self.chance.pick(&[
            "",
            "",
            "api = \"v1beta1\"",
            "flags = [\"enable-api-fields=alpha\"]",
            "flags = [\"enable-api-fields=stable\"]",
            "flags = [\"enable-param-enum\", \"enable-cel-in-whenexpression\"]",
        ]);
        let layout = *self.chance.pick(&["split", "inline"]);
        format!("[target.tekton]\n{tekton}\n\n[target.pac]\nlayout = \"{layout}\"\n")
    }

    // ---- declarations

    fn vars(&mut self, prefix: &str, most: usize) -> Vec<Var> {
        const NAMES: &[&str] = &["url", "IMAGE_URL", "dash-ed", "camelCase", "x", "_x", "1"];
        let count = self.chance.below(most + 1);
        let mut var = |index: usize| {
            let name = *self.chance.pick(NAMES);
            let ty = *self.chance.pick(TYPES);
            // A name that is no word is a string, and is used by index; records cannot have one.
            let name = match name {
                "1" if ty != Ty::Record => format!("\"{prefix}.{index}\""),
                "1" => format!("record{index}"),
                // A result begins with a letter or digit.
                "_x" if prefix == "r" => format!("x{prefix}{index}"),
                name => format!("{name}{prefix}{index}"),
            };
            Var {
                name,
                ty,
                has_default: self.chance.percent(40),
            }
        };
        (0..count).map(&mut var).collect()
    }

    fn signature(&mut self, params: &[Var]) -> String {
        let mut all = Vec::new();
        for param in params {
            let mut text = format!("{}: {}", param.name, type_of(param.ty));
            if param.has_default {
                let value = self.literal(param.ty);
                let _ = write!(text, " = {value}");
            }
            all.push(text);
        }
        all.join(", ")
    }

    fn spaces(&mut self, prefix: &str) -> Vec<Space> {
        let count = self.chance.below(3);
        let mut space = |index: usize| Space {
            name: format!("{prefix}{index}"),
            writes: self.chance.percent(50),
            optional: self.chance.percent(40),
        };
        (0..count).map(&mut space).collect()
    }

    fn task(&mut self, index: usize) -> Callable {
        let params = self.vars("p", 4);
        let results = self.vars("r", 2);
        let spaces = self.spaces("w");
        let name = format!("{}-{index}", self.chance.pick(&["build", "a1", "say-it"]));
        self.doc("");
        let signature = self.signature(&params);
        let listed: Vec<String> = { results.iter() }
            .map(|it| format!("{}: {}", it.name, type_of(it.ty)))
            .collect();
        let arrow = match listed.is_empty() {
            true => String::new(),
            false => format!(" -> {{ {} }}", listed.join(", ")),
        };
        self.line(&format!("task {name}({signature}){arrow} {{"));
        for space in &spaces {
            let (mark, mode) = (mark(space.optional), mode(space.writes));
            let mount = match self.chance.percent(20) {
                true => format!(" {{ mountPath: \"/m/{}\" }}", space.name),
                false => String::new(),
            };
            self.line(&format!("  workspace {}{mark}: {mode}{mount}", space.name));
        }
        if self.chance.percent(30) {
            self.line("  stepTemplate: { env: { HOME: \"/tmp\" } }");
        }
        if self.chance.percent(30) {
            self.line("  volumes: { scratch: { emptyDir: {} } }");
        }
        if self.chance.percent(30) {
            self.line("  labels: { team: \"a\", \"example.com/x\": \"y\" }");
        }
        if self.chance.percent(20) {
            self.line("  sidecar cache { image: \"redis:8\", env: { P: \"1\" } }");
        }
        self.steps(&params, &results, &spaces);
        self.line("}\n");
        Callable {
            name,
            params,
            results,
            spaces,
        }
    }

    fn doc(&mut self, indent: &str) {
        if self.chance.percent(40) {
            let text = *self
                .chance
                .pick(&["Does it.", "yes: it's \"fine\" # really", "- one"]);
            self.line(&format!("{indent}/// {text}"));
        }
    }

    fn steps(&mut self, params: &[Var], results: &[Var], spaces: &[Space]) {
        let count = 1 + self.chance.below(3);
        for index in 0..count {
            let own = self.chance.percent(30);
            let name = match self.chance.percent(20) && !own {
                true => "_".to_owned(),
                false => format!("s{index}"),
            };
            let arrow = if own { " -> { own: String }" } else { "" };
            self.line(&format!("  step {name}{arrow} {{"));
            self.line("    image: \"registry.example.com/tool:1.2\"");
            let mut env = Vec::new();
            for (index, param) in params.iter().enumerate() {
                if let Some(value) = self.variable(param)
                    && self.chance.percent(70)
                {
                    env.push(format!("V{index}: {value}"));
                }
            }
            if self.chance.percent(20) {
                env.push("KEY: secret(\"registry\", \"password\")".to_owned());
            }
            if !env.is_empty() {
                self.line(&format!("    env: {{ {} }}", env.join(", ")));
            }
            if let Some(space) = spaces.first()
                && self.chance.percent(40)
            {
                self.line(&format!("    workingDir: {}.path", space.name));
            }
            let last = index + 1 == count;
            if own || last && !results.is_empty() || self.chance.percent(50) {
                self.line("    script: \"\"\"\n      #!/bin/sh\n      set -eu");
                if own {
                    self.line("      printf 1 > #{step.results.own.path}");
                }
                for result in results.iter().filter(|_| last) {
                    let place = reference("results", &result.name);
                    self.line(&format!(
                        "      printf '{}' > #{{{place}.path}}",
                        written(result.ty)
                    ));
                }
                for space in spaces.iter().filter(|it| it.optional) {
                    self.line(&format!("      echo #{{{}.bound}}", space.name));
                }
                self.line("      \"\"\"");
            } else {
                self.line("    command: [\"run\"]");
                let lists: Vec<&Var> = params.iter().filter(|it| it.ty == Ty::List).collect();
                if let Some(list) = lists.first() {
                    let list = reference("params", &list.name);
                    self.line(&format!("    args: [\"-x\", ..{list}]"));
                }
            }
            let options = [
                "timeout: 90s",
                "onError: \"continue\"",
                "computeResources: { limits: { cpu: \"500m\", memory: \"1Gi\" }, requests: { cpu: \"100m\" } }",
                "securityContext: { runAsNonRoot: true }",
                "imagePullPolicy: \"Always\"",
            ];
            for option in options {
                if self.chance.percent(15) {
                    self.line(&format!("    {option}"));
                }
            }
            self.line("  }");
        }
    }

    /// A parameter as the value of a variable.
    fn variable(&mut self, param: &Var) -> Option<String> {
        let name = reference("params", &param.name);
        match param.ty {
            Ty::Text | Ty::Number | Ty::Switch | Ty::Choice => {
                Some(match self.chance.percent(50) {
                    true => name,
                    false => format!("\"<#{{{name}}}>\""),
                })
            }
            Ty::Record => Some(format!("{name}.x")),
            Ty::List => None,
        }
    }

    fn literal(&mut self, ty: Ty) -> String {
        let mut text = || format!("\"{}\"", self.chance.pick(TEXTS));
        match ty {
            Ty::Text => text(),
            Ty::List => format!("[{}, {}]", text(), text()),
            Ty::Record => format!("{{ x: {}, y: {} }}", text(), text()),
            Ty::Number => self.chance.pick(&["0", "1", "42", "9"]).to_string(),
            Ty::Switch => self.chance.pick(&["true", "false"]).to_string(),
            Ty::Choice => self.chance.pick(&["\"fast\"", "\"slow\""]).to_string(),
        }
    }

    // ---- the pipeline

    fn pipeline(&mut self, tasks: &[Callable]) -> Callable {
        let params = self.vars("q", 4);
        // Whatever a task needs can be given to it.
        let mut spaces = self.spaces("v");
        spaces.push(Space {
            name: "main".to_owned(),
            writes: true,
            optional: false,
        });
        let start = self.text.len();
        for space in &spaces {
            let (mark, mode) = (mark(space.optional), mode(space.writes));
            self.line(&format!("  workspace {}{mark}: {mode}", space.name));
        }
        let mut nodes: Vec<Node> = Vec::new();
        for index in 0..=self.chance.below(5) {
            let task = self.chance.pick(tasks).clone();
            self.node(index, &task, &params, &spaces, &mut nodes, false);
        }
        if self.chance.percent(50) {
            self.line("  finally {");
            for index in 0..=self.chance.below(2) {
                let task = self.chance.pick(tasks).clone();
                self.node(10 + index, &task, &params, &spaces, &mut nodes, true);
            }
            self.line("  }");
        }
        let known = { nodes.iter() }.filter(|it| !it.fans_out);
        let known = known.flat_map(|it| it.results.iter().map(move |result| (it, result)));
        let known = known.filter(|(_, result)| !result.name.contains('.'));
        let known: Vec<_> = known.collect();
        let mut results = Vec::new();
        let mut header = String::new();
        if !known.is_empty() && self.chance.percent(50) {
            let (node, result) = *self.chance.pick(&known);
            header = format!(" -> {{ out: {}? }}", type_of(result.ty));
            let value = reference(&node.name, &result.name);
            self.text += &format!("  results: {{ out: {value} }}\n");
            results.push(Var {
                name: "out".to_owned(),
                ..result.clone()
            });
        }
        let body = self.text.split_off(start);
        self.doc("");
        let signature = self.signature(&params);
        self.line(&format!("pipeline all({signature}){header} {{"));
        self.text += &body;
        self.line("}\n");
        Callable {
            name: "all".to_owned(),
            params,
            results,
            spaces,
        }
    }

    fn node(
        &mut self,
        index: usize,
        task: &Callable,
        params: &[Var],
        spaces: &[Space],
        nodes: &mut Vec<Node>,
        at_the_end: bool,
    ) {
        let name = format!("n{index}");
        let mut args = Vec::new();
        let mut fans_out = false;
        let mut needs_absent = false;
        for param in &task.params {
            if param.has_default && self.chance.percent(50) {
                continue;
            }
            let label = &param.name;
            if param.ty == Ty::Text && self.chance.percent(12) {
                fans_out = true;
                let (one, other) = (self.literal(Ty::Text), self.literal(Ty::Text));
                args.push(format!("{label}: each [{one}, {other}]"));
                continue;
            }
            let (value, absent) = self.argument(param.ty, params, nodes, at_the_end);
            needs_absent |= absent;
            args.push(format!("{label}: {value}"));
        }
        for space in &task.spaces {
            let fit = { spaces.iter() }
                .filter(|it| (space.optional || !it.optional) && (it.writes || !space.writes));
            let fit: Vec<&Space> = fit.collect();
            if fit.is_empty() || space.optional && self.chance.percent(50) {
                continue;
            }
            let given = &self.chance.pick(&fit).name;
            // A directory of its own: else it would race with the others.
            args.push(format!(
                "{}: {given}.sub(\"{name}-{}\")",
                space.name, space.name
            ));
        }
        let mut options = Vec::new();
        let mut may_be_absent = false;
        if self.chance.percent(25) {
            options.push(format!("when: {}", self.condition(params, spaces)));
            may_be_absent = true;
        }
        for (option, absent) in [
            ("retries: 2", false),
            ("timeout: 20m", false),
            ("displayName: \"A: node\"", false),
            ("onError: \"continue\"", true),
        ] {
            let retried = options.iter().any(|it| it.starts_with("retries"));
            if self.chance.percent(15) && !(absent && (retried || at_the_end)) {
                options.push(option.to_owned());
                may_be_absent |= absent;
            }
        }
        if needs_absent && !at_the_end {
            options.push("if-absent: \"skip\"".to_owned());
            may_be_absent = true;
        }
        if let Some(earlier) = nodes.last()
            && !at_the_end
            && self.chance.percent(30)
        {
            options.push(format!("after: [{}]", earlier.name));
        }
        self.doc("  ");
        let options = match options.is_empty() {
            true => String::new(),
            false => format!(" {{ {} }}", options.join(", ")),
        };
        self.line(&format!(
            "  {name} = {}({}){options}",
            task.name,
            args.join(", ")
        ));
        if !at_the_end {
            nodes.push(Node {
                name,
                results: task.results.clone(),
                fans_out,
                may_be_absent,
            });
        }
    }

    /// A value for a parameter, and whether it may be absent.
    fn argument(
        &mut self,
        ty: Ty,
        params: &[Var],
        nodes: &[Node],
        at_the_end: bool,
    ) -> (String, bool) {
        let mut choices: Vec<(String, bool)> = Vec::new();
        for param in params.iter().filter(|it| it.ty == ty) {
            choices.push((reference("params", &param.name), false));
        }
        for node in nodes {
            // Nothing refers to a result whose name has a dot.
            for result in node.results.iter().filter(|it| !it.name.contains('.')) {
                let given = match (node.fans_out, result.ty) {
                    (false, ty) => ty,
                    (true, Ty::Text) => Ty::List,
                    (true, _) => continue,
                };
                if given == ty {
                    let value = reference(&node.name, &result.name);
                    choices.push((value, node.may_be_absent));
                }
            }
            if ty == Ty::Text && at_the_end {
                choices.push((format!("{}.status", node.name), false));
            }
        }
        if ty == Ty::Text {
            let names = ["context.pipelineRun.name", "context.pipeline.name"];
            choices.extend(names.map(|it| (it.to_owned(), false)));
            if at_the_end {
                choices.push(("tasks.status".to_owned(), false));
            }
        }
        if choices.is_empty() || self.chance.percent(25) {
            return (self.literal(ty), false);
        }
        let (value, absent) = self.chance.pick(&choices).clone();
        if ty == Ty::Text && self.chance.percent(25) {
            return (format!("\"<#{{{value}}}>\""), absent);
        }
        (value, absent)
    }

    fn condition(&mut self, params: &[Var], spaces: &[Space]) -> String {
        let mut choices: Vec<String> = Vec::new();
        for param in params {
            let name = reference("params", &param.name);
            match param.ty {
                Ty::Text | Ty::Choice => {
                    choices.push(format!("{name} == \"fast\""));
                    choices.push(format!("{name} != \"fast\""));
                    choices.push(format!("{name} in [\"fast\", \"slow\"]"));
                }
                Ty::Switch => choices.push(name),
                Ty::Record => choices.push(format!("{name}.x == \"1\"")),
                Ty::List => choices.push(format!("\"a\" in {name}")),
                Ty::Number => {}
            }
        }
        let optional = spaces.iter().filter(|it| it.optional);
        choices.extend(optional.map(|it| format!("{}.bound", it.name)));
        choices.push("context.pipelineRun.name == \"x\"".to_owned());
        let first = self.chance.pick(&choices).clone();
        match self.chance.percent(25) {
            true => format!("{first} && {}", self.chance.pick(&choices)),
            false => first,
        }
    }

    // ---- runs

    fn run(&mut self, index: usize, of: &Callable) {
        let by_event = self.chance.percent(50);
        let mut args = Vec::new();
        for param in &of.params {
            if param.has_default && self.chance.percent(50) {
                continue;
            }
            let fields = ["event.sha", "event.repo-url", "event.target-branch"];
            let value = match param.ty {
                Ty::Text if by_event && self.chance.percent(50) => {
                    (*self.chance.pick(&fields)).to_owned()
                }
                ty @ (Ty::Text | Ty::Number | Ty::Switch | Ty::Choice | Ty::List | Ty::Record) => {
                    self.literal(ty)
                }
            };
            args.push(format!("{}: {value}", param.name));
        }
        self.line(&format!(
            "run r{index} = {}({}) {{",
            of.name,
            args.join(", ")
        ));
        if by_event {
            let trigger = *self.chance.pick(&[
                "push(to: [\"main\", \"release/*\"])",
                "pull-request(to: [\"main\"])",
                "tag(matching: [\"v*\"])",
                "comment(matching: r\"^/deploy\\b\")",
                "[push(to: [\"a\"], changing: [\"src/**\"]), pull-request(to: [\"b\"])]",
            ]);
            let trigger = trigger.replace("main", &format!("main-{index}"));
            self.line(&format!("  on: {trigger}"));
            if self.chance.percent(30) {
                self.line("  max-keep-runs: 5");
            }
        } else if self.chance.percent(40) {
            self.line(&format!("  generateName: \"r{index}-\""));
        }
        let mut bound = Vec::new();
        for space in &of.spaces {
            if space.optional && self.chance.percent(50) {
                continue;
            }
            let volumes = ["volume(1Gi)", "claim(\"data\", sub-path: \"a\")", "empty()"];
            let volume = self.chance.pick(&volumes);
            bound.push(format!("{}: {volume}", space.name));
        }
        if !bound.is_empty() {
            self.line(&format!("  workspaces: {{ {} }}", bound.join(", ")));
        }
        let times = [
            "{ pipeline: 1h }",
            "{ pipeline: 1h, tasks: 30m, finally: 30m }",
            "{ tasks: 10m }",
            "{ finally: 5m }",
        ];
        if of.name == "all" && self.chance.percent(40) {
            let times = *self.chance.pick(&times);
            self.line(&format!("  timeouts: {times}"));
        }
        self.line("}\n");
    }
}

fn type_of(ty: Ty) -> &'static str {
    match ty {
        Ty::Text => "String",
        Ty::Number => "Int",
        Ty::Switch => "Bool",
        Ty::Choice => "\"fast\" | \"slow\"",
        Ty::List => "List<String>",
        Ty::Record => "{ x: String, y: String }",
    }
}

/// What a script writes as a result.
fn written(ty: Ty) -> &'static str {
    match ty {
        Ty::Text => "text",
        Ty::Number => "1",
        Ty::Switch => "true",
        Ty::Choice => "fast",
        Ty::List => "[\"a\",\"b\"]",
        Ty::Record => "{\"x\":\"1\",\"y\":\"2\"}",
    }
}

/// `of.name`, or by index where the name is no word.
fn reference(of: &str, name: &str) -> String {
    match name.starts_with('"') {
        true => format!("{of}[{name}]"),
        false => format!("{of}.{name}"),
    }
}

fn mark(optional: bool) -> &'static str {
    if optional { "?" } else { "" }
}

fn mode(writes: bool) -> &'static str {
    if writes { "rw" } else { "ro" }
}
