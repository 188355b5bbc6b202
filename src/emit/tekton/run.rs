//! Runs: PipelineRun, and TaskRun where a task is called.

use indexmap::IndexMap;

use crate::base::Name;
use crate::diag::Sink;
use crate::emit::core::data::{self, Fields};
use crate::emit::expr::{self, Context};
use crate::emit::tekton::node::Tasks;
use crate::emit::tekton::{meta, node, param, pipeline, step, task, volume};
use crate::plan::{Expr, Run, Target};
use crate::schema::profile::TektonApi;
use crate::yaml::Tree;

/// A run that is started by hand.
pub(crate) fn object(run: &Run, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let metadata = metadata(run, ctx, sink);
    let mut spec = Fields::default();
    match &run.target {
        Target::Pipeline(name) => {
            put_pipeline(name, &mut spec, ctx, sink);
            pipeline_fields(run, &mut spec, ctx, sink);
            meta::object("PipelineRun", metadata, spec, ctx)
        }
        Target::Task(name) => {
            match ctx.plan.tasks.get(name) {
                Some(it) if it.embedded => spec.put("taskSpec", task::spec(it, ctx, sink)),
                of => {
                    let from = of.and_then(|it| it.external.as_ref()?.as_ref());
                    spec.put("taskRef", node::reference(name, from, ctx, sink));
                }
            }
            task_fields(run, &mut spec, ctx, sink);
            meta::object("TaskRun", metadata, spec, ctx)
        }
    }
}

fn metadata(run: &Run, ctx: Context<'_>, sink: &mut Sink) -> Fields {
    let mut fields = Fields::default();
    match &run.generate_name {
        Some(name) => fields.put("generateName", name.as_str()),
        None => fields.put("name", run.meta.name.as_str()),
    }
    meta::common(&run.meta, &mut fields, ctx, sink);
    fields
}

/// The pipeline that a run runs: written in it, or referred to.
pub(crate) fn put_pipeline(name: &str, spec: &mut Fields, ctx: Context<'_>, sink: &mut Sink) {
    match ctx.plan.pipelines.get(name) {
        Some(it) if it.embedded => spec.put(
            "pipelineSpec",
            pipeline::spec(it, Tasks::Referred, ctx, sink),
        ),
        Some(_) | None => spec.put("pipelineRef", pipeline_ref(name, ctx, sink)),
    }
}

fn pipeline_ref(name: &str, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let pipeline = ctx.plan.pipelines.get(name);
    let from = pipeline.and_then(|it| it.external.as_ref()?.as_ref());
    let name = pipeline.map_or(name, |it| it.meta.name.as_str());
    node::reference(name, from, ctx, sink)
}

/// Everything of a PipelineRun but which pipeline it runs.
pub(crate) fn pipeline_fields(run: &Run, spec: &mut Fields, ctx: Context<'_>, sink: &mut Sink) {
    spec.put_filled("params", param::arguments(&run.args, ctx, sink));
    spec.put_filled("workspaces", workspaces(run, ctx, sink));
    let timeout =
        |(name, it): (&Name, &i64)| (name.clone(), expr::duration(*it, run.meta.span, sink));
    spec.put_filled(
        "timeouts",
        data::record(run.timeouts.iter().map(timeout).collect::<Vec<_>>()),
    );
    let beta = ctx.plan.profile.tekton.api == TektonApi::V1beta1;
    let mut template = Fields::default();
    let mut rest = run.extra.clone();
    if let Some(whole) = rest.shift_remove("taskRunTemplate") {
        volume::extend(&mut template, expr::tree(&whole, ctx, sink));
    }
    for key in ["serviceAccountName", "podTemplate"] {
        if let Some(value) = rest.shift_remove(key) {
            template.put(key, expr::tree(&value, ctx, sink));
        }
    }
    if beta {
        volume::extend(spec, template.into());
    } else {
        spec.put_filled("taskRunTemplate", template);
    }
    if let Some(specs) = rest.shift_remove("taskRunSpecs") {
        let specs = task_run_specs(expr::tree(&specs, ctx, sink));
        spec.put_filled("taskRunSpecs", if beta { beta_specs(specs) } else { specs });
    }
    others(&rest, spec, ctx, sink);
}

/// Everything of a TaskRun but which task it runs.
fn task_fields(run: &Run, spec: &mut Fields, ctx: Context<'_>, sink: &mut Sink) {
    spec.put_filled("params", param::arguments(&run.args, ctx, sink));
    spec.put_filled("workspaces", workspaces(run, ctx, sink));
    let is_beta = ctx.plan.profile.tekton.api == TektonApi::V1beta1;
    let mut rest = run.extra.clone();
    for (key, beta) in [
        ("stepSpecs", "stepOverrides"),
        ("sidecarSpecs", "sidecarOverrides"),
    ] {
        if let Some(specs) = rest.shift_remove(key) {
            let specs = step::by_name("name", expr::tree(&specs, ctx, sink));
            if is_beta {
                spec.put(beta, renamed_each(specs));
            } else {
                spec.put(key, specs);
            }
        }
    }
    others(&rest, spec, ctx, sink);
}

fn others(rest: &IndexMap<Name, Expr>, spec: &mut Fields, ctx: Context<'_>, sink: &mut Sink) {
    for (key, value) in rest {
        spec.put(key, expr::tree(value, ctx, sink));
    }
}

fn workspaces(run: &Run, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let bound = run.workspaces.iter();
    let bound = bound.filter(|(_, (it, _))| !it.value().is_some_and(crate::value::Value::is_none));
    let workspace = |(name, (source, _)): (&Name, &(Expr, crate::base::Span))| {
        let mut fields = Fields::default();
        fields.put("name", name.as_str());
        volume::extend(&mut fields, volume::source(source, ctx, sink));
        Tree::from(fields)
    };
    bound.map(workspace).collect()
}

/// `taskRunSpecs`, a map from the names of the nodes, as the list that the API has.
fn task_run_specs(specs: Tree) -> Tree {
    let Tree::Array(specs) = step::by_name("pipelineTaskName", specs) else {
        return Tree::Null;
    };
    let field = |(key, value): (String, Tree)| match key.as_str() {
        "stepSpecs" | "sidecarSpecs" => (key, step::by_name("name", value)),
        _ => (key, value),
    };
    let spec = |spec: Tree| match spec {
        Tree::Object(fields) => data::record(fields.into_iter().map(field)),
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) | Tree::Array(_) => spec,
    };
    specs.into_iter().map(spec).collect()
}

/// `taskRunSpecs` in the words of `v1beta1`.
fn beta_specs(specs: Tree) -> Tree {
    let Tree::Array(specs) = specs else {
        return specs;
    };
    let spec = |spec: Tree| {
        let Tree::Object(spec) = spec else {
            return spec;
        };
        let field = |(key, value): (String, Tree)| match key.as_str() {
            "serviceAccountName" => ("taskServiceAccountName".to_owned(), value),
            "podTemplate" => ("taskPodTemplate".to_owned(), value),
            "stepSpecs" => ("stepOverrides".to_owned(), renamed_each(value)),
            "sidecarSpecs" => ("sidecarOverrides".to_owned(), renamed_each(value)),
            _ => (key, value),
        };
        data::record(spec.into_iter().map(field))
    };
    specs.into_iter().map(spec).collect()
}

/// `computeResources` of each element under its older name.
fn renamed_each(list: Tree) -> Tree {
    let Tree::Array(list) = list else {
        return list;
    };
    let element = |element: Tree| {
        let Tree::Object(fields) = element else {
            return element;
        };
        let field = |(key, value): (String, Tree)| {
            let key = if key == "computeResources" {
                "resources".to_owned()
            } else {
                key
            };
            (key, value)
        };
        data::record(fields.into_iter().map(field))
    };
    list.into_iter().map(element).collect()
}
