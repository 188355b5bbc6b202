//! What of a plan makes a difference to what a task does, as a hash: places in the text, comments and the order of files do not.

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{
    Callee, EnvValue, Expr, ExprKind, Node, Param, Part, Pipeline, ResultDecl, Step, Task,
};
use crate::run::shared::Library;
use crate::store::hash::Hasher;
use crate::value::Value;

/// Pipelines that call each other are not followed deeper than this.
const DEPTH: usize = 32;

/// Nodes with what they call, by name.
pub(crate) fn nodes<'a>(
    nodes: impl Iterator<Item = &'a Node>,
    library: &Library,
) -> IndexMap<Name, String> {
    let mut print = Print::default();
    let mut found = IndexMap::new();
    for it in nodes {
        print.0 = Hasher::default();
        print.node(it, library, 0);
        found.insert(it.name.clone(), print.0.hex());
    }
    found
}

/// A task by itself.
pub(crate) fn task(task: &Task) -> String {
    let mut print = Print::default();
    print.task(task);
    print.0.hex()
}

/// Values by name.
pub(crate) fn values(values: &IndexMap<Name, Value>) -> String {
    let mut print = Print::default();
    print.values(values);
    print.0.hex()
}

/// A value.
pub(crate) fn value(value: &Value) -> String {
    let mut print = Print::default();
    print.value(value);
    print.0.hex()
}

/// A hash on its way, and those of the tasks that were met.
#[derive(Default)]
struct Print(Hasher, IndexMap<Name, String>);

impl Print {
    fn word(&mut self, word: &str) {
        self.0.part(word);
    }

    fn count(&mut self, count: usize) {
        self.0.number(count as u64);
    }

    fn node(&mut self, node: &Node, library: &Library, depth: usize) {
        self.word("node");
        self.word(&node.name);
        self.exprs_by_name(&node.args);
        self.exprs_by_name(&node.matrix);
        self.count(node.include.len());
        for (_, params) in &node.include {
            self.exprs_by_name(params);
        }
        self.count(node.workspaces.len());
        for (name, it) in &node.workspaces {
            self.word(name);
            self.word(&it.workspace);
            self.option(it.sub_path.as_ref());
            self.count(usize::from(it.writes));
        }
        let mut after: Vec<&Name> = node.after.iter().map(|(name, _)| name).collect();
        after.sort();
        self.words(&after);
        self.option(node.when.as_ref());
        self.option(node.on_error.as_ref());
        self.count(node.retries as usize);
        self.word(&format!("{:?}", node.timeout));
        self.count(usize::from(node.continue_on_error) * 2 + usize::from(node.skip_if_absent));
        if depth > DEPTH {
            return;
        }
        match &node.callee {
            Callee::Task(name) => {
                if let Some(it) = library.tasks.get(name) {
                    let known = self.1.entry(name.clone());
                    let hash = known.or_insert_with(|| task(it)).clone();
                    self.word(&hash);
                }
            }
            Callee::Embedded(it) => self.task(it),
            Callee::Pipeline(name) => {
                if let Some(it) = library.pipelines.get(name) {
                    self.pipeline(it, library, depth + 1);
                }
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, library: &Library, depth: usize) {
        self.word("pipeline");
        self.params(&pipeline.params);
        for part in [&pipeline.nodes, &pipeline.finally] {
            self.count(part.len());
            part.iter().for_each(|it| self.node(it, library, depth));
        }
        self.count(pipeline.results.len());
        for (name, it) in &pipeline.results {
            self.word(name);
            self.option(it.value.as_ref());
        }
    }

    fn task(&mut self, task: &Task) {
        self.word("task");
        self.params(&task.params);
        self.results(&task.results);
        self.count(task.workspaces.len());
        for (name, it) in &task.workspaces {
            self.word(name);
            self.count(usize::from(it.read_only) * 2 + usize::from(it.optional));
            self.option(it.mount_path.as_ref());
        }
        self.steps(&task.steps);
        match &task.host_steps {
            Some(steps) => self.steps(steps),
            None => self.word("no host"),
        }
        self.exprs_by_name(&task.extra);
        let Some(cache) = &task.cache else { return };
        for part in [&cache.inputs, &cache.outputs] {
            self.count(part.len());
            for (name, patterns) in part {
                self.word(name);
                self.exprs(patterns);
            }
        }
        self.exprs(&cache.programs);
    }

    fn steps(&mut self, steps: &[Step]) {
        self.count(steps.len());
        for it in steps {
            self.step(it);
        }
    }

    fn step(&mut self, step: &Step) {
        self.word(step.name.as_deref().unwrap_or_default());
        self.option(step.image.as_ref());
        self.exprs(&step.command);
        self.exprs(&step.args);
        self.option(step.script.as_ref());
        self.option(step.working_dir.as_ref());
        self.count(step.env.len());
        for (name, it) in &step.env {
            self.word(name);
            match it {
                EnvValue::Text(it) | EnvValue::Source(it) => self.expr(it),
                EnvValue::Secret { name, key, .. } => self.words(&["secret", name, key]),
                EnvValue::Config { name, key, .. } => self.words(&["config", name, key]),
                EnvValue::Field { path, .. } => self.words(&["field", path]),
            }
        }
        self.option(step.when.as_ref());
        self.word(&format!("{:?}", step.timeout));
        self.count(usize::from(step.continue_on_error));
        self.option(step.on_error.as_ref());
        self.results(&step.results);
        self.exprs_by_name(&step.extra);
    }

    fn params(&mut self, params: &IndexMap<Name, Param>) {
        self.count(params.len());
        for (name, it) in params {
            self.word(name);
            self.word(&format!("{:?}", it.shape));
            self.option(it.default.as_ref());
        }
    }

    fn results(&mut self, results: &IndexMap<Name, ResultDecl>) {
        self.count(results.len());
        for (name, it) in results {
            self.word(name);
            self.word(&format!("{:?}", it.shape));
            self.option(it.value.as_ref());
        }
    }

    fn words<T: AsRef<str>>(&mut self, words: &[T]) {
        self.count(words.len());
        words.iter().for_each(|it| self.word(it.as_ref()));
    }

    fn option(&mut self, expr: Option<&Expr>) {
        match expr {
            Some(it) => self.expr(it),
            None => self.word("none"),
        }
    }

    fn exprs(&mut self, all: &[Expr]) {
        self.count(all.len());
        all.iter().for_each(|it| self.expr(it));
    }

    fn exprs_by_name(&mut self, all: &IndexMap<Name, Expr>) {
        self.count(all.len());
        for (name, it) in all {
            self.word(name);
            self.expr(it);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Const(it) => self.value(it),
            ExprKind::Ref(it) => {
                self.word("reference");
                self.word(&format!("{it:?}"));
            }
            ExprKind::Text(parts) => {
                self.word("text");
                self.count(parts.len());
                for it in parts.iter() {
                    match it {
                        Part::Text(it) => self.word(it),
                        Part::Hole(it) => self.expr(it),
                    }
                }
            }
            ExprKind::List(all) => {
                self.word("list");
                self.exprs(all);
            }
            ExprKind::Record(fields) => {
                self.word("record");
                self.exprs_by_name(fields);
            }
            ExprKind::Make(name, fields) => {
                self.word("make");
                self.word(name);
                self.exprs_by_name(fields);
            }
            ExprKind::Field(of, name) => {
                self.word("field");
                self.word(name);
                self.expr(of);
            }
            ExprKind::Index(two) => self.pair("index", &two.0, &two.1),
            ExprKind::Unary(op, of) => {
                self.word(&format!("{op:?}"));
                self.expr(of);
            }
            ExprKind::Binary(op, two) => self.pair(&format!("{op:?}"), &two.0, &two.1),
            ExprKind::Call(name, all) => {
                self.word("call");
                self.word(name);
                self.exprs(all);
            }
            ExprKind::If(three) => {
                self.word("if");
                self.expr(&three.0);
                self.expr(&three.1);
                self.expr(&three.2);
            }
            ExprKind::Each(of) => {
                self.word("each");
                self.expr(of);
            }
            ExprKind::Error => self.word("error"),
        }
    }

    fn pair(&mut self, word: &str, one: &Expr, other: &Expr) {
        self.word(word);
        self.expr(one);
        self.expr(other);
    }

    fn values(&mut self, values: &IndexMap<Name, Value>) {
        self.count(values.len());
        for (name, it) in values {
            self.word(name);
            self.value(it);
        }
    }

    /// Values have no places in a text, so that how they are printed says all of them; nested ones are told apart by their counts.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Str(text) => {
                self.word("string");
                self.word(text);
            }
            Value::List(all) => {
                self.word("values");
                self.count(all.len());
                all.iter().for_each(|it| self.value(it));
            }
            Value::Record(fields) => {
                self.word("fields");
                self.values(fields);
            }
            Value::Make(it) => {
                self.word("made");
                self.word(&it.name);
                self.values(&it.args);
            }
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Duration(_)
            | Value::Bytes(_)
            | Value::Cpu(_)
            | Value::Percent(_)
            | Value::Range(_)
            | Value::Thing(_) => self.word(&format!("{value:?}")),
        }
    }
}
