//! From a place in what a program becomes to the place in the program: a step, a param, a node by its name.

use crate::base::Span;
use crate::plan::{
    Callee, EnvValue, Expr, ExprKind, Node, Object, Pipeline, Plan, Run, Step, Target, Task,
};
use crate::yaml;

/// A field on the way to a place; of a list also which element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) key: String,
    pub(crate) element: Option<Element>,
}

/// An element of a list: its place, and its `name` where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) index: usize,
    pub(crate) name: String,
}

/// The way to the innermost field that a span lies in.
pub(crate) fn way(root: &yaml::Node, to: Span) -> Vec<Segment> {
    let covers = |it: Span| it.file == to.file && it.start <= to.start && to.end <= it.end;
    let mut way = Vec::new();
    let mut node = root;
    loop {
        let mut entries = node.entries().iter();
        let Some(entry) = entries.find(|it| covers(it.at.to(it.value.span))) else {
            return way;
        };
        let mut items = entry.value.items().iter().enumerate();
        let item = items.find(|(_, it)| covers(it.span));
        way.push(Segment {
            key: entry.key.clone(),
            element: item.map(|(index, it)| Element {
                index,
                name: it.text_of("name").to_owned(),
            }),
        });
        node = item.map_or(&entry.value, |(_, it)| it);
    }
}

/// `spec.tasks[1].taskRef`
pub(crate) fn path(way: &[Segment]) -> String {
    let segment = |it: &Segment| match &it.element {
        Some(element) => format!("{}[{}]", it.key, element.index),
        None => it.key.clone(),
    };
    let segments: Vec<String> = way.iter().map(segment).collect();
    segments.join(".")
}

/// The place in the program that a way within an object leads to; `None` where the program has no such object.
pub(crate) fn place(plan: &Plan, object: &yaml::Node, way: &[Segment]) -> Option<Span> {
    let metadata = object.get("metadata");
    let said = |key: &str| metadata.map_or("", |it| it.text_of(key));
    let name = said("name");
    // All of them are in `spec`, or about the object.
    let within = way.get(1..).unwrap_or(&[]);
    let within = if way.first().is_some_and(|it| it.key == "spec") {
        within
    } else {
        &[]
    };
    match object.text_of("kind") {
        "Task" => {
            let task = plan.tasks.values().find(|it| it.meta.name == name)?;
            Some(of_task(task, within))
        }
        "Pipeline" => {
            let pipeline = plan.pipelines.values().find(|it| it.meta.name == name)?;
            Some(of_pipeline(plan, pipeline, within))
        }
        "PipelineRun" | "TaskRun" => {
            let generated = said("generateName");
            let mut runs = plan.runs.values();
            let run = runs.find(|it| {
                let prefix = it.generate_name.as_ref().map_or("", |it| it.as_str());
                (!name.is_empty() && it.meta.name == name)
                    || (!generated.is_empty() && prefix == generated)
                    || (!generated.is_empty() && generated == format!("{}-", it.meta.name))
            })?;
            Some(of_run(plan, run, within))
        }
        kind => {
            let mut objects = plan.objects.iter();
            let object = objects.find(|it| it.kind == kind && it.meta.name == name);
            match object {
                Some(it) => Some(of_object(it, way)),
                None => plan.apps.get(name).map(|it| it.meta.span),
            }
        }
    }
}

/// A field of an object that the program writes out, as near as it is known.
fn of_object(object: &Object, way: &[Segment]) -> Span {
    let mut found = object.meta.span;
    let mut at: Option<Expr> = None;
    for (depth, segment) in way.iter().enumerate() {
        let next = match (&at, depth) {
            (None, 0) => object.body.get(segment.key.as_str()).cloned(),
            (Some(of), _) => of.get(&segment.key),
            (None, _) => None,
        };
        let Some(next) = next else {
            break;
        };
        found = next.span;
        let element = segment.element.as_ref();
        at = match (element, &next.kind) {
            (Some(element), ExprKind::List(all)) => all.get(element.index).cloned(),
            (Some(_), _) => break,
            (None, _) => Some(next),
        };
    }
    found
}

/// The first segment, and those behind it.
fn first(way: &[Segment]) -> Option<(&str, Option<&Element>, &[Segment])> {
    let (first, rest) = way.split_first()?;
    Some((&first.key, first.element.as_ref(), rest))
}

fn of_run(plan: &Plan, run: &Run, way: &[Segment]) -> Span {
    let found = first(way).and_then(|(key, element, rest)| match (key, element) {
        ("params", Some(element)) => run.args.get(element.name.as_str()).map(|it| it.span),
        ("workspaces", Some(element)) => run.workspaces.get(element.name.as_str()).map(|it| it.1),
        ("pipelineSpec", _) => match &run.target {
            Target::Pipeline(name) => {
                let pipeline = plan.pipelines.get(name)?;
                Some(of_pipeline(plan, pipeline, rest))
            }
            Target::Task(_) => None,
        },
        ("taskSpec", _) => match &run.target {
            Target::Task(name) => Some(of_task(plan.tasks.get(name)?, rest)),
            Target::Pipeline(_) => None,
        },
        (key, _) => run.extra.get(key).map(|it| it.span),
    });
    found.unwrap_or(run.meta.span)
}

fn of_pipeline(plan: &Plan, pipeline: &Pipeline, way: &[Segment]) -> Span {
    let found = first(way).and_then(|(key, element, rest)| {
        let name = element?.name.as_str();
        match key {
            "tasks" | "finally" => pipeline.node(name).map(|it| of_node(plan, it, rest)),
            "params" => pipeline.params.get(name).map(|it| it.span),
            "workspaces" => pipeline.workspaces.get(name).map(|it| it.span),
            "results" => pipeline.results.get(name)?.value.as_ref().map(|it| it.span),
            _ => None,
        }
    });
    found.unwrap_or(pipeline.meta.span)
}

fn of_node(plan: &Plan, node: &Node, way: &[Segment]) -> Span {
    let argument = |name: &str| {
        let written = node.args.get(name).or_else(|| node.matrix.get(name));
        written.map(|it| it.span)
    };
    let found = first(way).and_then(|(key, element, rest)| match (key, element) {
        ("params", Some(element)) => argument(&element.name),
        ("matrix", _) => argument(&first(rest)?.1?.name),
        ("workspaces", Some(element)) => {
            node.workspaces.get(element.name.as_str()).map(|it| it.span)
        }
        ("runAfter", Some(element)) => node.after.get(element.index).map(|it| it.1),
        ("when", _) => node.when.as_ref().map(|it| it.span),
        ("displayName", _) => node.display_name.as_ref().map(|it| it.span),
        ("taskSpec", _) => match &node.callee {
            Callee::Embedded(task) => Some(of_task(task, rest)),
            Callee::Task(name) => Some(of_task(plan.tasks.get(name)?, rest)),
            Callee::Pipeline(_) => None,
        },
        (_, _) => None,
    });
    found.unwrap_or(node.span)
}

fn of_task(task: &Task, way: &[Segment]) -> Span {
    let found = first(way).and_then(|(key, element, rest)| match (key, element) {
        ("steps", Some(element)) => task.steps.get(element.index).map(|it| of_step(it, rest)),
        ("params", Some(element)) => task.params.get(element.name.as_str()).map(|it| it.span),
        ("results", Some(element)) => task.results.get(element.name.as_str()).map(|it| it.span),
        ("workspaces", Some(element)) => {
            task.workspaces.get(element.name.as_str()).map(|it| it.span)
        }
        (key, _) => task.extra.get(key).map(|it| it.span),
    });
    found.unwrap_or(task.meta.span)
}

fn of_step(step: &Step, way: &[Segment]) -> Span {
    let written = |it: Option<&Expr>| it.map(|it| it.span);
    let found = first(way).and_then(|(key, element, _)| match (key, element) {
        ("image", _) => written(step.image.as_ref()),
        ("script", _) => written(step.script.as_ref()),
        ("workingDir", _) => written(step.working_dir.as_ref()),
        ("when", _) => written(step.when.as_ref()),
        ("command", Some(element)) => written(step.command.get(element.index)),
        ("args", Some(element)) => written(step.args.get(element.index)),
        ("results", Some(element)) => step.results.get(element.name.as_str()).map(|it| it.span),
        ("env", Some(element)) => match step.env.get(element.name.as_str())? {
            EnvValue::Text(expr) | EnvValue::Source(expr) => Some(expr.span),
            EnvValue::Secret { span, .. }
            | EnvValue::Config { span, .. }
            | EnvValue::Field { span, .. } => Some(*span),
        },
        (key, _) => written(step.extra.get(key)),
    });
    found.unwrap_or(step.span)
}
