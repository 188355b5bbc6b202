//! Runs: what they call, what starts them, what they bind.

use crate::admit::{Kind, Object};
use crate::import::reference::Scope;
use crate::import::task::{duration_text, named_values};
use crate::import::trigger::Triggers;
use crate::import::value::{self, field};
use crate::import::write::{self, Writer};
use crate::import::{Importer, signature, trigger};
use crate::yaml::Node;
use crate::yaml::node::Entry;

impl Importer<'_> {
    /// A PipelineRun or a TaskRun.
    pub(crate) fn run(&mut self, w: &mut Writer, object: &Object, item: &str) {
        let Some(spec) = object.spec() else {
            return;
        };
        let triggers = trigger::of(object);
        let scope = Scope {
            event: triggers.is_some(),
            lacking: triggers.as_ref().map_or_else(Vec::new, Triggers::lacking),
            ..self.scope()
        };
        let (reference, embedded) = match object.kind {
            Kind::TaskRun => ("taskRef", "taskSpec"),
            Kind::PipelineRun
            | Kind::Task
            | Kind::Pipeline
            | Kind::StepAction
            | Kind::CustomRun
            | Kind::Repository
            | Kind::Other => ("pipelineRef", "pipelineSpec"),
        };
        let inner = spec.get(embedded).filter(|it| !it.is_null());
        let head = match inner {
            Some(inner) => {
                let word = if embedded == "taskSpec" {
                    "task"
                } else {
                    "pipeline"
                };
                let params = signature::params(inner, &Default::default(), &self.comments, 0);
                let results = match word {
                    "task" => signature::results(inner, &self.comments, 0),
                    _ => self.pipeline_results(inner, 0),
                };
                format!("run {item} = {word}{params}{results}")
            }
            None => {
                let callee = self.callee_of_run(spec, reference);
                let args = named_values(spec.list("params"), &scope, 0);
                format!("run {item} = {callee}{}", write::parenthesised(&args, 0))
            }
        };
        w.block_or_line(&head, |w| {
            self.meta(w, object, item);
            if let Some(triggers) = &triggers {
                trigger::fields(w, triggers);
            }
            if inner.is_some() {
                let args = named_values(spec.list("params"), &scope, w.level());
                if !args.is_empty() {
                    w.field("params", &write::braces(&args, w.level()));
                }
            }
            bindings(w, spec, &scope);
            timeouts(w, spec);
            self.run_fields(w, spec, &scope);
            if let Some(inner) = inner {
                let mut around = scope.clone();
                around.see_from_afar(spec);
                value::field(w, inner, "displayName", &around);
                match embedded {
                    "taskSpec" => self.task_body(w, inner, &around),
                    _ => self.pipeline_body(w, inner, &around),
                }
            }
        });
    }

    fn run_fields(&mut self, w: &mut Writer, spec: &Node, scope: &Scope) {
        if !spec.list("taskRunSpecs").is_empty() {
            let level = w.level();
            let specs = spec.list("taskRunSpecs").iter();
            let specs = specs.map(|it| task_run_spec(it, scope, level + 1));
            w.field(
                "taskRunSpecs",
                &write::record(&specs.collect::<Vec<_>>(), level),
            );
        }
        for key in ["stepSpecs", "sidecarSpecs"] {
            if !spec.list(key).is_empty() {
                let text = value::keyed(spec.list(key), "name", scope, w.level());
                w.field(key, &text);
            }
        }
        const DONE: &[&str] = &[
            "pipelineRef",
            "pipelineSpec",
            "taskRef",
            "taskSpec",
            "params",
            "workspaces",
            "timeouts",
            "timeout",
            "taskRunSpecs",
            "stepSpecs",
            "sidecarSpecs",
        ];
        for entry in spec
            .entries()
            .iter()
            .filter(|it| !DONE.contains(&it.key.as_str()))
            .filter(|it| it.value.text() != Some(""))
        {
            field(w, spec, &entry.key, scope);
        }
    }
}

/// An element of `taskRunSpecs`, by the node that it is for.
fn task_run_spec(node: &Node, scope: &Scope, level: usize) -> (String, String) {
    let field = |it: &Entry| {
        let text = match it.key.as_str() {
            "timeout" => duration_text(it.value.text().unwrap_or_default()),
            "stepSpecs" | "sidecarSpecs" => {
                value::keyed(it.value.items(), "name", scope, level + 1)
            }
            _ => value::value(&it.value, scope, level + 1),
        };
        (write::name(&it.key), text)
    };
    let fields = node
        .entries()
        .iter()
        .filter(|it| it.key != "pipelineTaskName");
    let fields: Vec<(String, String)> = fields.map(field).collect();
    (
        write::name(node.text_of("pipelineTaskName")),
        write::record(&fields, level),
    )
}

/// `workspaces: { source: volume(1Gi) }`
fn bindings(w: &mut Writer, spec: &Node, scope: &Scope) {
    let level = w.level();
    let binding = |it: &Node| {
        (
            write::name(it.text_of("name")),
            source(it, scope, level + 1),
        )
    };
    let fields: Vec<(String, String)> = spec.list("workspaces").iter().map(binding).collect();
    if !fields.is_empty() {
        w.field("workspaces", &write::record(&fields, level));
    }
}

fn source(binding: &Node, scope: &Scope, level: usize) -> String {
    if let Some(text) = short_source(binding) {
        return text;
    }
    let fields = binding.entries().iter().filter(|it| it.key != "name");
    let fields = fields.map(|it| {
        (
            write::name(&it.key),
            value::value(&it.value, scope, level + 1),
        )
    });
    write::record(&fields.collect::<Vec<_>>(), level)
}

/// `volume(1Gi)`, `claim("name")`, `empty()`: what says the same in fewer words.
fn short_source(binding: &Node) -> Option<String> {
    let [_, entry] = binding.entries() else {
        return None;
    };
    let inner = entry.value.entries();
    match entry.key.as_str() {
        "emptyDir" if inner.is_empty() => Some("empty()".to_owned()),
        "persistentVolumeClaim" => match inner {
            [only] if only.key == "claimName" => {
                let name = only.value.text().filter(|it| !it.contains(['$', '{']))?;
                Some(format!("claim({})", write::plain(name, 0)))
            }
            _ => None,
        },
        "volumeClaimTemplate" => volume(&entry.value),
        _ => None,
    }
}

fn volume(template: &Node) -> Option<String> {
    let [only] = template.entries() else {
        return None;
    };
    let spec = (only.key == "spec").then_some(&only.value)?;
    let mut keys: Vec<&str> = spec.entries().iter().map(|it| it.key.as_str()).collect();
    keys.sort_unstable();
    let modes = spec.list("accessModes");
    let once = matches!(modes, [only] if only.text() == Some("ReadWriteOnce"));
    let requests = spec.at("resources.requests")?;
    let size = requests.get("storage")?.text()?;
    let plain = keys == ["accessModes", "resources"]
        && once
        && requests.entries().len() == 1
        && spec.get("resources")?.entries().len() == 1;
    let digits = size.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit = size.get(digits.len()..)?;
    let literal = digits.parse::<u32>().is_ok_and(|it| it > 0)
        && ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].contains(&unit);
    (plain && literal).then(|| format!("volume({size})"))
}

fn timeouts(w: &mut Writer, spec: &Node) {
    let level = w.level();
    let parts = spec.get("timeouts").map_or(&[][..], Node::entries).iter();
    let parts = parts.filter_map(|it| Some((it.key.clone(), duration_text(it.value.text()?))));
    let parts: Vec<(String, String)> = parts.collect();
    if !parts.is_empty() {
        w.field("timeouts", &write::record(&parts, level));
    }
    if let Some(text) = spec.get("timeout").and_then(Node::text) {
        w.field("timeout", &duration_text(text));
    }
}
