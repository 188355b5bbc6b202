//! Manifests and scenarios by chance, as people write them and as no program of wudi would say them: results that may be absent,
//! indices beyond the end, names that hide others, matrices with rows of their own, pipelines in pipelines, runs of a task alone.

use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::generate::Case;

/// The flags of the installation, for pipelines in pipelines.
pub const FLAGS: &[(&str, &str)] = &[("enable-api-fields", "alpha")];

/// A node that was made.
#[derive(Clone)]
struct Made {
    name: String,
    rich: bool,
    fans_out: bool,
    is_pipeline: bool,
}

struct Maker {
    chance: Chance,
    made: Vec<Made>,
    tasks: Vec<Value>,
    nested: u32,
}

/// The case of a seed.
pub fn case(seed: u64) -> Case {
    let mut maker = Maker {
        chance: Chance::new(seed.wrapping_mul(7_000_003)),
        made: Vec::new(),
        tasks: Vec::new(),
        nested: 0,
    };
    let documents = match maker.chance.percent(12) {
        true => maker.task_run(),
        false => maker.pipeline_run(),
    };
    let texts: Vec<String> = { documents.iter() }
        .map(|it| serde_json::to_string_pretty(it).unwrap())
        .collect();
    let yaml = texts.join("\n---\n");
    Case {
        seed,
        program: yaml.clone(),
        yaml,
        scenario: maker.scenario().to_string(),
        is_manifest: true,
    }
}

fn object(kind: &str, name: &str, spec: Value) -> Value {
    let api = "tekton.dev/v1";
    json!({ "apiVersion": api, "kind": kind, "metadata": { "name": name }, "spec": spec })
}

fn pair(name: &str, value: Value) -> Value {
    json!({ "name": name, "value": value })
}

fn steps() -> Value {
    json!([{ "name": "s", "image": "busybox:1.37", "script": "true" }])
}

/// The tasks that nodes refer to.
fn library() -> Vec<Value> {
    let text = json!([{ "name": "p", "default": "d" }, { "name": "q", "default": "e" }]);
    let r = json!({ "name": "r" });
    let all = json!([
        r,
        { "name": "a", "type": "array" },
        { "name": "o", "type": "object", "properties": { "k": { "type": "string" }, "l": { "type": "string" } } }
    ]);
    let many = json!([{ "name": "p", "type": "array", "default": ["d"] }]);
    let whole = json!([{
        "name": "p", "type": "object", "properties": { "k": { "type": "string" }, "l": { "type": "string" } },
        "default": { "k": "k", "l": "l" }
    }]);
    let task = |name: &str, params: &Value, results: Value| {
        object(
            "Task",
            name,
            json!({ "params": params, "results": results, "steps": steps() }),
        )
    };
    vec![
        task("text", &text, json!([r])),
        task("all", &text, all),
        task("many", &many, json!([r])),
        task("whole", &whole, json!([r])),
    ]
}

impl Maker {
    /// A run of one task.
    fn task_run(&mut self) -> Vec<Value> {
        let mut spec = Map::new();
        match self.chance.below(3) {
            0 => {
                spec.insert("taskRef".to_owned(), json!({ "name": "all" }));
                spec.insert("params".to_owned(), json!([pair("p", json!("x"))]));
            }
            1 => {
                spec.insert("taskRef".to_owned(), json!({ "name": "text" }));
            }
            _ => {
                let task = json!({
                    "params": [{ "name": "p", "default": "d" }],
                    "results": [{ "name": "r" }], "steps": steps()
                });
                spec.insert("taskSpec".to_owned(), task);
            }
        }
        if self.chance.percent(40) {
            spec.insert("retries".to_owned(), (1 + self.chance.below(3)).into());
        }
        if self.chance.percent(40) {
            let timeout = format!("{}s", 1 + self.chance.below(4));
            spec.insert("timeout".to_owned(), timeout.into());
        }
        self.made.push(Made {
            name: "go".to_owned(),
            rich: true,
            fans_out: false,
            is_pipeline: false,
        });
        let mut all = library();
        all.push(object("TaskRun", "go", Value::Object(spec)));
        all
    }

    fn pipeline_run(&mut self) -> Vec<Value> {
        let count = 1 + self.chance.below(9);
        let mut nodes: Vec<Value> = (0..count).map(|it| self.node(it, true)).collect();
        for at in (1..nodes.len()).rev() {
            if self.chance.percent(25) {
                let other = self.chance.below(at + 1);
                nodes.swap(at, other);
            }
        }
        let mut pipeline = json!({
            "params": [
                { "name": "x", "default": "one" },
                { "name": "y", "type": "array", "default": ["u", "v"] },
                { "name": "z", "type": "object", "properties": { "k": { "type": "string" }, "l": { "type": "string" } },
                  "default": { "k": "zk", "l": "zl" } }
            ],
            "tasks": nodes
        });
        let graph = self.made.clone();
        if self.chance.percent(60) {
            let last: Vec<Value> = { 0..1 + self.chance.below(3) }
                .map(|it| self.last(it))
                .collect();
            pipeline["finally"] = last.into();
        }
        let results = self.results(&graph);
        if !results.is_empty() {
            pipeline["results"] = results.into();
        }
        let mut spec = Map::new();
        let mut params = Vec::new();
        match self.chance.below(5) {
            0 => params.push(pair("y", json!([]))),
            1 => params.push(pair("y", json!(["z"]))),
            2 => params.push(pair("x", json!("two"))),
            _ => {}
        }
        // In part would be another matter: the controller does not fill the rest from the pipeline's default.
        params.push(pair("z", json!({ "k": "given", "l": "too" })));
        // Beyond what is declared: what is written in the run sees it.
        if self.chance.percent(20) {
            params.push(pair("extra", json!("more")));
        }
        if !params.is_empty() {
            spec.insert("params".to_owned(), params.into());
        }
        self.timeouts(&mut spec, &graph);
        let mut all = library();
        all.append(&mut self.tasks);
        match self.chance.percent(50) {
            true => {
                spec.insert("pipelineSpec".to_owned(), pipeline);
            }
            false => {
                spec.insert("pipelineRef".to_owned(), json!({ "name": "main" }));
                all.push(object("Pipeline", "main", pipeline));
            }
        }
        all.push(object("PipelineRun", "go", Value::Object(spec)));
        all
    }

    fn timeouts(&mut self, spec: &mut Map<String, Value>, graph: &[Made]) {
        if self.chance.percent(35) {
            let (tasks, finally) = (1 + self.chance.below(6), 1 + self.chance.below(4));
            let all = tasks + finally;
            let limits = match self.chance.below(6) {
                0 => json!({ "pipeline": format!("{tasks}s") }),
                1 => json!({ "pipeline": "1h", "tasks": format!("{tasks}s") }),
                2 => json!({ "pipeline": format!("{all}s"), "finally": format!("{finally}s") }),
                3 => {
                    json!({ "pipeline": format!("{all}s"), "tasks": format!("{tasks}s"), "finally": format!("{finally}s") })
                }
                4 => json!({ "pipeline": "0s", "tasks": format!("{tasks}s") }),
                _ => json!({ "tasks": format!("{tasks}s") }),
            };
            spec.insert("timeouts".to_owned(), limits);
        }
        if self.chance.percent(15) {
            let node = &graph[self.chance.below(graph.len())];
            let timeout = format!("{}s", 1 + self.chance.below(4));
            let one = json!({ "pipelineTaskName": node.name, "timeout": timeout });
            spec.insert("taskRunSpecs".to_owned(), json!([one]));
        }
    }

    /// A node of the graph.
    fn node(&mut self, index: usize, outer: bool) -> Value {
        let name = match outer {
            true => format!("n{index}"),
            false => format!("i{index}"),
        };
        let mut made = Made {
            name: name.clone(),
            rich: false,
            fans_out: false,
            is_pipeline: false,
        };
        let mut node = Map::new();
        node.insert("name".to_owned(), name.into());
        self.callee(&mut node, &mut made, outer);
        let before = self.made.clone();
        let before = before.iter().filter(|_| self.chance.percent(22));
        let after: Vec<String> = before.map(|it| it.name.clone()).collect();
        if !after.is_empty() {
            node.insert("runAfter".to_owned(), after.into());
        }
        if self.chance.percent(30) {
            let count = 1 + self.chance.below(2);
            let when: Vec<Value> = (0..count).map(|_| self.when()).collect();
            node.insert("when".to_owned(), when.into());
        }
        self.fate(&mut node, &made);
        self.made.push(made);
        Value::Object(node)
    }

    fn fate(&mut self, node: &mut Map<String, Value>, made: &Made) {
        match self.chance.below(10) {
            0..=2 if !made.is_pipeline => {
                node.insert("onError".to_owned(), "continue".into());
            }
            3 | 4 if !made.is_pipeline => {
                node.insert("retries".to_owned(), (1 + self.chance.below(3)).into());
            }
            _ => {}
        }
        if self.chance.percent(15) {
            let timeout = format!("{}s", 1 + self.chance.below(5));
            node.insert("timeout".to_owned(), timeout.into());
        }
    }

    fn callee(&mut self, node: &mut Map<String, Value>, made: &mut Made, outer: bool) {
        let mut params = Vec::new();
        let mut task = "text";
        match self.chance.below(20) {
            0..=4 => {
                params.push(pair("p", self.text().into()));
                params.push(pair("q", self.text().into()));
            }
            5..=8 => {
                (task, made.rich) = ("all", true);
                params.push(pair("p", self.text().into()));
            }
            9 | 10 => {
                task = "many";
                params.push(pair("p", self.list()));
            }
            11 => {
                task = "whole";
                params.push(pair("p", self.record()));
            }
            12..=14 => return self.embedded(node),
            15 if outer && self.nested < 2 => {
                made.is_pipeline = true;
                return self.inner(node);
            }
            _ => {
                made.fans_out = true;
                self.matrix(node, &mut params);
            }
        }
        node.insert("taskRef".to_owned(), json!({ "name": task }));
        if !params.is_empty() {
            node.insert("params".to_owned(), params.into());
        }
    }

    /// A task that is written in its node sees what is around it, but for what it names itself.
    fn embedded(&mut self, node: &mut Map<String, Value>) {
        let mut said = vec!["$(params.x)".to_owned()];
        if self.chance.percent(50) {
            said.push(self.text());
        }
        let script = format!("echo {}", said.join(" "));
        let mut task = json!({
            "results": [{ "name": "r" }],
            "steps": [{ "name": "s", "image": "busybox:1.37", "script": script }]
        });
        match self.chance.below(4) {
            0 => task["params"] = json!([{ "name": "x", "default": "own" }]),
            1 => {
                task["params"] = json!([{ "name": "x", "default": "own" }]);
                node.insert("params".to_owned(), json!([pair("x", self.text().into())]));
            }
            _ => {}
        }
        node.insert("taskSpec".to_owned(), task);
    }

    /// A pipeline in the pipeline.
    fn inner(&mut self, node: &mut Map<String, Value>) {
        self.nested += 1;
        let around = std::mem::take(&mut self.made);
        let count = 1 + self.chance.below(3);
        let tasks: Vec<Value> = (0..count).map(|it| self.node(it, false)).collect();
        self.made = around;
        let pipeline = json!({
            "params": [{ "name": "x", "default": "inner" }, { "name": "y", "type": "array", "default": ["i", "j"] },
                { "name": "z", "type": "object", "properties": { "k": { "type": "string" }, "l": { "type": "string" } },
                  "default": { "k": "ik", "l": "il" } }],
            "tasks": tasks
        });
        let mut params = vec![pair("z", "$(params.z[*])".into())];
        if self.chance.percent(50) {
            params.push(pair("x", self.text().into()));
        }
        node.insert("params".to_owned(), params.into());
        match self.chance.percent(50) {
            true => {
                node.insert("pipelineSpec".to_owned(), pipeline);
            }
            false => {
                let name = format!("inner-{}", self.nested);
                node.insert("pipelineRef".to_owned(), json!({ "name": name }));
                self.tasks.push(object("Pipeline", &name, pipeline));
            }
        }
    }

    fn matrix(&mut self, node: &mut Map<String, Value>, params: &mut Vec<Value>) {
        let mut matrix = Map::new();
        let mut lists = Vec::new();
        if self.chance.percent(85) {
            lists.push(pair("p", self.axis()));
            if self.chance.percent(30) {
                lists.push(pair("q", self.axis()));
            }
        }
        if lists.len() < 2 && self.chance.percent(40) {
            params.push(pair("q", self.text().into()));
        }
        let mut include = Vec::new();
        if lists.is_empty() || self.chance.percent(45) {
            for index in 0..1 + self.chance.below(3) {
                let mut said = vec![pair("p", (*self.chance.pick(&["1", "2", "9"])).into())];
                if params.is_empty() && lists.len() < 2 && self.chance.percent(40) {
                    said.push(pair("q", format!("q{index}").into()));
                }
                include.push(json!({ "name": format!("i{index}"), "params": said }));
            }
        }
        if !lists.is_empty() {
            matrix.insert("params".to_owned(), lists.into());
        }
        if !include.is_empty() {
            matrix.insert("include".to_owned(), include.into());
        }
        node.insert("matrix".to_owned(), matrix.into());
    }

    fn axis(&mut self) -> Value {
        match self.chance.below(6) {
            0 => json!(["1"]),
            1 => json!("$(params.y[*])"),
            2 => json!(["1", "2", "3"]),
            3 => match self.one(|it| it.rich && !it.fans_out) {
                Some(name) => json!(format!("$(tasks.{name}.results.a[*])")),
                None => json!(["1", "2"]),
            },
            _ => json!(["1", "2"]),
        }
    }

    fn one(&mut self, fits: impl Fn(&Made) -> bool) -> Option<String> {
        let all: Vec<&Made> = { self.made.iter() }
            .filter(|it| !it.is_pipeline && fits(it))
            .collect();
        if all.is_empty() {
            return None;
        }
        let at = self.chance.below(all.len());
        Some(all[at].name.clone())
    }

    fn text(&mut self) -> String {
        if self.chance.percent(50) {
            let known = [
                "c",
                "$(params.x)",
                "a-$(params.x)",
                "$(params.y[0])",
                "$(params.y[1])",
                "$(params.z.k)",
                "$(context.pipelineRun.name)",
                "$(context.pipelineTask.retries)",
            ];
            return (*self.chance.pick(&known)).to_owned();
        }
        let Some(name) = self.one(|it| !it.fans_out) else {
            return "$(params.z.l)".to_owned();
        };
        let rich = self.made.iter().any(|it| it.name == name && it.rich);
        match self.chance.below(8) {
            0 if rich => format!("$(tasks.{name}.results.a[0])"),
            1 if rich => format!("$(tasks.{name}.results.a[2])"),
            2 if rich => format!("$(tasks.{name}.results.o.k)"),
            3 => format!("<$(tasks.{name}.results.r)>"),
            _ => format!("$(tasks.{name}.results.r)"),
        }
    }

    fn list(&mut self) -> Value {
        match (self.chance.below(4), self.one(|it| it.rich)) {
            (0, Some(name)) => json!(format!("$(tasks.{name}.results.a[*])")),
            (1, _) => match self.one(|it| it.fans_out) {
                Some(name) => json!(format!("$(tasks.{name}.results.r[*])")),
                None => json!(["$(params.x)", "b"]),
            },
            (2, _) => json!(["$(params.x)", self.text()]),
            (_, _) => json!("$(params.y[*])"),
        }
    }

    fn record(&mut self) -> Value {
        match (self.chance.below(3), self.one(|it| it.rich && !it.fans_out)) {
            (0, Some(name)) => json!(format!("$(tasks.{name}.results.o[*])")),
            (1, _) => json!({ "k": self.text(), "l": "2" }),
            (_, _) => json!("$(params.z[*])"),
        }
    }

    fn when(&mut self) -> Value {
        let input = match self.one(|it| !it.fans_out) {
            Some(name) if self.chance.percent(60) => format!("$(tasks.{name}.results.r)"),
            Some(_) | None => "$(params.x)".to_owned(),
        };
        let operator = *self.chance.pick(&["in", "notin"]);
        let values = match self.chance.below(6) {
            0 => json!(["$(params.y[*])"]),
            1 => match self.one(|it| it.rich && !it.fans_out) {
                Some(name) => json!([format!("$(tasks.{name}.results.a[*])")]),
                None => json!(["one"]),
            },
            2 => json!(["value-of-r", "one"]),
            3 => json!(["given"]),
            4 => json!([self.text()]),
            _ => json!(["one", "c"]),
        };
        json!({ "input": input, "operator": operator, "values": values })
    }

    /// A node of `finally`.
    fn last(&mut self, index: usize) -> Value {
        let at = self.chance.below(self.made.len());
        let of = self.made[at].clone();
        let name = of.name;
        let value = match self.chance.below(8) {
            0 => "$(tasks.status)".to_owned(),
            1 => format!("$(tasks.{name}.status)"),
            2 => format!("$(tasks.{name}.reason)"),
            3 if of.rich => format!("$(tasks.{name}.results.a[1])"),
            4 if of.rich => format!("$(tasks.{name}.results.o.l)"),
            3..=5 if !of.fans_out && !of.is_pipeline => format!("$(tasks.{name}.results.r)"),
            _ => "$(params.x)".to_owned(),
        };
        let mut node = Map::new();
        node.insert("name".to_owned(), format!("f{index}").into());
        let mut params = vec![pair("p", value.into())];
        node.insert("taskRef".to_owned(), json!({ "name": "text" }));
        if self.chance.percent(15) {
            let list = match (of.rich, self.chance.below(2)) {
                (true, 0) => json!(format!("$(tasks.{name}.results.a[*])")),
                (_, _) => json!("$(params.y[*])"),
            };
            node.insert("matrix".to_owned(), json!({ "params": [pair("q", list)] }));
        } else if self.chance.percent(30) {
            params.push(pair("q", "$(context.pipelineRun.name)".into()));
        }
        node.insert("params".to_owned(), params.into());
        if self.chance.percent(35) {
            let input = match self.chance.below(4) {
                0 => format!("$(tasks.{name}.status)"),
                1 if !of.fans_out && !of.is_pipeline => format!("$(tasks.{name}.results.r)"),
                2 => "$(params.x)".to_owned(),
                _ => "$(tasks.status)".to_owned(),
            };
            let of_status = input.contains("status");
            let operator = *self.chance.pick(&["in", "notin"]);
            let choices = [["Succeeded", "Failed"], ["Failed", "None"]];
            let values = self.chance.pick(&choices);
            let values = if of_status {
                json!(values)
            } else {
                json!(["one", "value-of-r"])
            };
            let when = json!({ "input": input, "operator": operator, "values": values });
            node.insert("when".to_owned(), json!([when]));
        }
        let made = Made {
            name: format!("f{index}"),
            rich: false,
            fans_out: false,
            is_pipeline: false,
        };
        self.fate(&mut node, &made);
        Value::Object(node)
    }

    fn results(&mut self, graph: &[Made]) -> Vec<Value> {
        let mut results = Vec::new();
        for index in 0..self.chance.below(4) {
            let of = &graph[self.chance.below(graph.len())];
            let name = &of.name;
            if of.is_pipeline {
                continue;
            }
            let (kind, value) = match (of.rich, of.fans_out, self.chance.below(6)) {
                (true, _, 0) => ("string", format!("$(tasks.{name}.results.o.l)")),
                (true, _, 1) => ("string", format!("$(tasks.{name}.results.a[1])")),
                (true, _, 2) => ("array", format!("$(tasks.{name}.results.a[*])")),
                (true, _, 3) => ("object", format!("$(tasks.{name}.results.o[*])")),
                (_, true, _) => ("array", format!("$(tasks.{name}.results.r[*])")),
                (_, _, 4) => ("string", format!("<$(tasks.{name}.results.r)> $(params.x)")),
                (_, _, _) => ("string", format!("$(tasks.{name}.results.r)")),
            };
            results.push(json!({ "name": format!("out{index}"), "type": kind, "value": value }));
        }
        results
    }

    fn scenario(&mut self) -> Value {
        let mut tasks = Map::new();
        let mut names: Vec<(String, bool)> = { self.made.iter() }
            .map(|it| (it.name.clone(), it.rich))
            .collect();
        names.extend((0..3).map(|it| (format!("f{it}"), false)));
        names.extend((0..3).map(|it| (format!("i{it}"), false)));
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
        let is_task = self.made.first().is_some_and(|it| it.name == "go");
        if !is_task && self.chance.percent(18) {
            let statuses = ["Cancelled", "CancelledRunFinally", "StoppedRunFinally"];
            scenario["cancel_after_round"] = self.chance.below(5).into();
            scenario["status"] = (*self.chance.pick(&statuses)).into();
        }
        scenario
    }

    fn behaviour(&mut self, rich: bool) -> Value {
        let mut how = Map::new();
        if self.chance.percent(22) {
            how.insert("fail".to_owned(), true.into());
        }
        if self.chance.percent(20) {
            let attempts = 1 + self.chance.below(3);
            how.insert("fail_attempts".to_owned(), attempts.into());
        }
        if self.chance.percent(60) {
            let seconds = [0.5, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
            how.insert("seconds".to_owned(), (*self.chance.pick(&seconds)).into());
        }
        match self.chance.below(6) {
            0 => {
                how.insert("results".to_owned(), json!({}));
            }
            1 if rich => {
                let results = json!({ "r": "given", "a": ["g", "h"], "o": { "k": "1", "l": "2" } });
                how.insert("results".to_owned(), results);
            }
            2 if rich => {
                let results = json!({ "r": "given", "a": [], "o": { "k": "1", "l": "" } });
                how.insert("results".to_owned(), results);
            }
            1 | 2 => {
                how.insert("results".to_owned(), json!({ "r": "given" }));
            }
            _ => {}
        }
        Value::Object(how)
    }
}
