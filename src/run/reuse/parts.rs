//! What the key of a task is made of, each part under a name that people understand. Whatever could be guessed by trying is hashed
//! with a key of this machine.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use indexmap::IndexMap;

use crate::host::keep::{self, Kind};
use crate::plan::{EnvValue, Ref, Step};
use crate::run::reuse::Pure;
use crate::run::reuse::pattern;
use crate::run::scope::Scope;
use crate::run::{fingerprint, leftover, step, text};
use crate::store::cache::Parts;
use crate::store::hash;

/// Variables that say who and where one is, on which no task depends that is a function of its inputs.
const PERSONAL: &[&str] = &[
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "XDG_RUNTIME_DIR",
    leftover::VARIABLE,
];

impl Pure {
    /// The parts of the key as things stand.
    pub(crate) fn parts(&self) -> io::Result<Parts> {
        let mut parts = Parts::new();
        let task = &self.job.task;
        let scope = &self.job.instance.scope;
        parts.insert("its definition".to_owned(), fingerprint::task(task));
        let engine = self.shared.engine(&self.job);
        let engine = engine.map_or("processes", |it| it.engine.word());
        parts.insert("what runs it".to_owned(), engine.to_owned());
        for (name, it) in &scope.params {
            let it = self.cache.keyed().of(&fingerprint::value(it));
            parts.insert(format!("the parameter `{name}`"), it);
        }
        self.references(scope, &mut parts);
        for (name, it) in &self.shared.environment {
            if !PERSONAL.contains(&name.as_str()) {
                let it = self.cache.keyed().of(it);
                parts.insert(format!("the variable `{name}`"), it);
            }
        }
        if engine == "processes" {
            self.programs(&mut parts)?;
        }
        self.files(&mut parts)?;
        Ok(parts)
    }

    /// What its expressions refer to, beside parameters.
    fn references(&self, scope: &Scope, parts: &mut Parts) {
        let task = &self.job.task;
        let (secrets, configs) = (&scope.given.secrets, &scope.given.configs);
        let keyed = |all: &IndexMap<String, String>, of: &str| {
            let value = all.get(of).map_or("", String::as_str);
            self.cache.keyed().of(value)
        };
        for expr in task.expressions() {
            expr.each_ref(&mut |it, _| {
                let found = match it {
                    Ref::SecretKey(name, key) => {
                        let of = format!("{name}/{key}");
                        Some((format!("the secret `{of}`"), keyed(secrets, &of)))
                    }
                    Ref::ConfigKey(name, key) => {
                        let of = format!("{name}/{key}");
                        Some((format!("the config map's `{of}`"), keyed(configs, &of)))
                    }
                    Ref::Context(name) => {
                        // What only an attempt knows is another each time.
                        let value = scope.find(it).map(|it| text::of(&it));
                        let value = value.unwrap_or_else(|_| self.shared.name.to_string());
                        Some((format!("`context.{name}`"), hash::of(value.as_bytes())))
                    }
                    Ref::NodeResult(..)
                    | Ref::NodeStatus(_)
                    | Ref::NodeReason(_)
                    | Ref::NodeLength(_)
                    | Ref::TasksStatus
                    | Ref::Each(_)
                    | Ref::Event(_)
                    | Ref::Metric(_)
                    | Ref::Param(_) => match scope.find(it) {
                        Ok(value) => {
                            let value = self.cache.keyed().of(&fingerprint::value(&value));
                            Some((told(it), value))
                        }
                        Err(_) => None,
                    },
                    Ref::ResultPath(_)
                    | Ref::StepResultPath(..)
                    | Ref::StepResult(..)
                    | Ref::StepExitCodePath(_)
                    | Ref::Workspace(..)
                    | Ref::Field(_) => None,
                };
                parts.extend(found);
            });
        }
        let steps = self.steps();
        for it in steps.iter().flat_map(|it| it.env.values()) {
            match it {
                EnvValue::Secret { name, key, .. } => {
                    let of = format!("{name}/{key}");
                    parts.insert(format!("the secret `{of}`"), keyed(secrets, &of));
                }
                EnvValue::Config { name, key, .. } => {
                    let of = format!("{name}/{key}");
                    parts.insert(format!("the config map's `{of}`"), keyed(configs, &of));
                }
                EnvValue::Text(_) | EnvValue::Source(_) | EnvValue::Field { .. } => {}
            }
        }
        // What is named in other ways may be any of them.
        let sources = steps.iter().any(|it| {
            let mut values = it.env.values();
            it.extra.contains_key("envFrom") || values.any(|it| matches!(it, EnvValue::Source(_)))
        });
        if sources || task.extra.contains_key("volumes") {
            for (name, it) in secrets {
                parts.insert(format!("the secret `{name}`"), self.cache.keyed().of(it));
            }
            for (name, it) in configs {
                let it = self.cache.keyed().of(it);
                parts.insert(format!("the config map's `{name}`"), it);
            }
        }
    }

    fn steps(&self) -> &[Step] {
        let task = &self.job.task;
        let host = task.host_steps.as_ref();
        let here = self.shared.engine(&self.job).is_none();
        host.filter(|_| here).unwrap_or(&task.steps)
    }

    /// The programs of this machine that it says, and those that its steps begin with.
    fn programs(&self, parts: &mut Parts) -> io::Result<()> {
        let commands = self
            .steps()
            .iter()
            .filter_map(|it| it.command.first()?.text());
        let scripts = self.steps().iter().filter_map(|it| it.script.as_ref());
        let scripts = scripts.map(|it| it.text().map_or("sh", interpreter));
        let said = self.programs.iter().map(String::as_str);
        for name in said.chain(commands).chain(scripts) {
            let path = step::find(name, &self.shared.environment);
            let path = path.unwrap_or_else(|| name.to_owned());
            let whole = crate::host::scratch::whole(Path::new(&path));
            let found = match &whole {
                Ok(whole) => keep::look(whole)?,
                Err(_) => None,
            };
            let is = found.map_or_else(String::new, |it| {
                let since = it.modified.duration_since(SystemTime::UNIX_EPOCH);
                let since = since.unwrap_or_default().as_nanos();
                format!("{path} {} {since}", it.size)
            });
            parts.insert(format!("the program `{name}`"), hash::of(is.as_bytes()));
        }
        Ok(())
    }

    /// The files that it reads; what it writes is none of them.
    fn files(&self, parts: &mut Parts) -> io::Result<()> {
        for (workspace, root, patterns) in &self.inputs {
            let own = self.outputs.iter().filter(|(_, it, _)| it == root);
            let own: Vec<_> = own.flat_map(|(_, _, patterns)| patterns).collect();
            for (path, it) in pattern::files(root, patterns)? {
                if own.iter().any(|it| it.fits(&path)) {
                    continue;
                }
                let content = match it.kind {
                    Kind::Link(target) => format!("link {}", target.display()),
                    Kind::File | Kind::Directory | Kind::Other => {
                        let hash = hash::of_file(&root.join(&path))?;
                        format!("{hash} {}", it.mode & 0o100)
                    }
                };
                parts.insert(format!("`{path}` of `{workspace}`"), content);
            }
        }
        Ok(())
    }
}

/// How a reference is written.
fn told(reference: &Ref) -> String {
    match reference {
        Ref::NodeResult(node, result) => format!("`{node}.{result}`"),
        Ref::NodeStatus(node) => format!("`{node}.status`"),
        Ref::NodeReason(node) => format!("`{node}.reason`"),
        Ref::NodeLength(node) => format!("the length of `{node}`"),
        Ref::Event(name) => format!("`event.{name}`"),
        Ref::Each(name) => format!("`each.{name}`"),
        Ref::Param(name) => format!("the parameter `{name}`"),
        Ref::TasksStatus => "`tasks.status`".to_owned(),
        Ref::Context(name) => format!("`context.{name}`"),
        Ref::SecretKey(..)
        | Ref::ConfigKey(..)
        | Ref::ResultPath(_)
        | Ref::StepResultPath(..)
        | Ref::StepResult(..)
        | Ref::StepExitCodePath(_)
        | Ref::Workspace(..)
        | Ref::Metric(_)
        | Ref::Field(_) => "a reference".to_owned(),
    }
}

/// The program in the first line of a script.
fn interpreter(script: &str) -> &str {
    let first = script.trim_start().lines().next().unwrap_or_default();
    let Some(line) = first.strip_prefix("#!") else {
        return "sh";
    };
    let mut words = line.split_whitespace();
    match words.next() {
        Some("/usr/bin/env") => words.next().unwrap_or("env"),
        Some(program) => program,
        None => "sh",
    }
}
