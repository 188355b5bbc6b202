//! Runs: what they pass and bind, against what they run.

use crate::admit::controller::model;
use crate::admit::controller::params::{self, Call};
use crate::admit::controller::pipeline::{self, Pipeline};
use crate::admit::controller::task::{Outer, Scope};
use crate::admit::controller::variable::variables;
use crate::admit::controller::{
    conditions, defaults, indices, pods, resolve, script, secret, substitutions, timeouts, unused,
    workspaces,
};
use crate::admit::errors::controller::calls as errors;
use crate::admit::{Context, Object};
use crate::base::Span;
use crate::diag::Sink;
use crate::yaml::Node;

/// Judges a run of a pipeline.
pub(crate) fn of_pipeline<'a>(
    ctx: &Context<'a>,
    object: &'a Object,
    run: &'a Node,
    sink: &mut Sink,
) {
    secret::of_spec(run, sink);
    values(run, sink);
    let embedded = run.get("pipelineSpec").filter(|it| !it.is_null());
    let Some(spec) = embedded.or_else(|| resolve::pipeline(ctx, run)) else {
        return;
    };
    let at = caller(object, run, "pipelineRef.name");
    let pipeline = Pipeline::new(ctx, spec, Some(run));
    let given = model::named(run, "params");
    let call = Call {
        at,
        caller: "the run",
        callee: "pipeline",
    };
    let used = model::all_variables(spec);
    let is_used = |name: &str| {
        used.iter().any(|it| {
            it.param().is_some_and(|it| it.0 == name) || it.dotted().as_deref() == Some(name)
        })
    };
    params::of_run(ctx, &pipeline.params, &given, call, &is_used, sink);
    params::nameless(spec, call, sink);
    indices::judge(spec, &pipeline.params, &given, Some(at), sink);
    workspaces::of_run(ctx, &pipeline, at, sink);
    timeouts::specs(&pipeline, run, sink);
    timeouts::of_run(&pipeline, run, sink);
    timeouts::on_error(&pipeline, sink);
    conditions::of_run(&pipeline, object, sink);
    match embedded {
        Some(spec) => {
            secret::of_spec(spec, sink);
            pipeline::judge(ctx, spec, Some(run), sink);
        }
        None => defaults::of_pipeline(&pipeline, sink),
    }
}

/// Judges a run of a task.
pub(crate) fn of_task<'a>(ctx: &Context<'a>, object: &'a Object, run: &'a Node, sink: &mut Sink) {
    secret::of_spec(run, sink);
    values(run, sink);
    let embedded = run.get("taskSpec").filter(|it| !it.is_null());
    let Some(spec) = embedded.or_else(|| resolve::task(ctx, run)) else {
        return;
    };
    let at = caller(object, run, "taskRef.name");
    let given = model::named(run, "params");
    let call = Call {
        at,
        caller: "the run",
        callee: "task",
    };
    let used = model::all_variables(spec);
    let is_used = |name: &str| {
        let mut used = used.iter().filter_map(|it| it.param());
        embedded.is_some() && used.any(|it| it.0 == name)
    };
    let declared = model::declared(spec, "params");
    params::of_run(ctx, &declared, &given, call, &is_used, sink);
    indices::judge(spec, &declared, &given, Some(at), sink);
    workspaces::of_task_run(ctx, run, spec, at, embedded.is_some(), sink);
    timeouts::overrides(run, spec, sink);
    timeouts::on_error_of_steps(spec, Some(&given), sink);
    if let Some(spec) = embedded {
        let shape = |it: &model::Named<'a>| (it.name, it.shape());
        let bound = model::named(run, "workspaces");
        let outer = Outer {
            embedded: true,
            params: given.iter().map(shape).collect(),
            workspaces: bound.iter().map(|it| it.name).collect(),
            ..Outer::default()
        };
        let scope = Scope::new(ctx, spec, outer);
        let volumes = run.get("podTemplate").map(|it| model::named(it, "volumes"));
        let volumes: Vec<&str> = volumes
            .unwrap_or_default()
            .iter()
            .map(|it| it.name)
            .collect();
        let more = (!has_pod_template(ctx)).then_some(volumes.as_slice());
        substitutions::of_task(&scope, sink);
        defaults::of_task(&scope, sink);
        script::of_task(ctx, &scope, sink);
        pods::of_task(&scope, more, sink);
        steps(&scope, sink);
        unused::params(spec, &scope.params, sink);
        unused::results(&scope, sink);
    }
}

/// Judges the arguments of steps for their actions.
pub(crate) fn steps(scope: &Scope<'_>, sink: &mut Sink) {
    for step in &scope.steps {
        if let Some(action) = step.action {
            params::of_step(step.node, action, sink);
        }
    }
}

/// The volumes that the pod templates of a run give to a task; `None` where the installation may add others.
pub(crate) fn pod_volumes<'a>(
    ctx: &Context<'_>,
    run: &'a Node,
    task: &str,
) -> Option<Vec<&'a str>> {
    if has_pod_template(ctx) {
        return None;
    }
    let mut specs = run.list("taskRunSpecs").iter();
    let own = specs.find(|it| it.text_of("pipelineTaskName") == task);
    let templates = [
        run.at("taskRunTemplate.podTemplate"),
        run.get("podTemplate"),
        own.and_then(|it| it.get("podTemplate")),
        own.and_then(|it| it.get("taskPodTemplate")),
    ];
    let volumes = templates
        .into_iter()
        .flatten()
        .flat_map(|it| model::named(it, "volumes"));
    Some(volumes.map(|it| it.name).collect())
}

fn has_pod_template(ctx: &Context<'_>) -> bool {
    let template = ctx.profile.tekton.defaults.get("default-pod-template");
    template.is_some_and(|it| !it.is_empty())
}

/// Where to say that a run leaves something out: at the name of what it runs, else at its own.
fn caller(object: &Object, run: &Node, path: &str) -> Span {
    run.at(path).map_or(object.span(), |it| it.span)
}

/// Values of a run are passed on as they are: nothing replaces a parameter in them.
fn values(run: &Node, sink: &mut Sink) {
    for it in model::named(run, "params") {
        model::texts(it.value(), &mut |text: &Node| {
            for it in variables(text) {
                if matches!(it.head(), "params" | "tasks") {
                    sink.push(errors::value_of_run(&it));
                }
            }
        });
    }
}
