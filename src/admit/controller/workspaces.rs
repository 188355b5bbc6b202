//! Workspaces: what is declared must be bound, what is bound must be declared, and what is bound must be mountable together.

use indexmap::{IndexMap, IndexSet};

use crate::admit::Context;
use crate::admit::controller::model::{self, Declared, Named};
use crate::admit::controller::pipeline::{Callee, Pipeline, Task};
use crate::admit::errors::controller::workspaces as errors;
use crate::base::Span;
use crate::base::spelling::nearest;
use crate::diag::Sink;
use crate::schema::profile::Coschedule;
use crate::yaml::Node;

/// The workspace of the pipeline that a binding of a task stands for.
pub(crate) fn outer_name<'a>(binding: &Named<'a>) -> &'a str {
    match binding.node.text_of("workspace") {
        "" => binding.name,
        name => name,
    }
}

/// Whether the installation binds what a run leaves out.
fn has_default(ctx: &Context<'_>) -> bool {
    let bound = ctx
        .profile
        .tekton
        .defaults
        .get("default-task-run-workspace-binding");
    bound.is_some_and(|it| !it.is_empty())
}

/// Judges what a task of a pipeline binds against what its task declares.
pub(crate) fn of_task<'a>(
    ctx: &Context<'a>,
    pipeline: &Pipeline<'a>,
    task: &Task<'a>,
    callee: &'a Node,
    sink: &mut Sink,
) {
    let declared = model::declared(callee, "workspaces");
    let bound = model::named(task.node, "workspaces");
    let used = match task.callee {
        Callee::Embedded(spec) => model::workspaces_used(spec),
        Callee::Named(_) | Callee::Unknown => IndexMap::new(),
    };
    let needs = |it: &&Declared<'_>| {
        let is_bound = bound.iter().any(|bound| bound.name == it.name);
        !is_bound
            && !used.contains_key(it.name)
            && !model::is_optional(it.node)
            && !has_default(ctx)
    };
    let missing: Vec<&Declared<'_>> = declared.values().filter(needs).collect();
    for it in &missing {
        // A slip is said at its own place.
        let is_meant = meant(&declared, &bound, &missing).contains(it.name);
        if !(is_meant && matches!(task.callee, Callee::Named(_))) {
            sink.push(errors::not_passed(task.name, model::place(task.node), it));
        }
    }
    for it in &bound {
        of_binding(pipeline, task, &declared, it, sink);
    }
    for (name, it) in &used {
        let known =
            bound.iter().any(|it| it.name == *name) || pipeline.workspaces.contains_key(name);
        if !known && pipeline.run.is_none() {
            let near = nearest(name, pipeline.workspaces.keys().copied());
            sink.push(errors::only_from_a_run(it, name, near));
        }
    }
}

/// Those of the missing workspaces that a binding of an unknown name seems to mean.
fn meant<'a>(
    declared: &IndexMap<&'a str, Declared<'a>>,
    bound: &[Named<'_>],
    missing: &[&Declared<'a>],
) -> IndexSet<&'a str> {
    let unknown = bound.iter().filter(|it| !declared.contains_key(it.name));
    let near = |it: &Named<'_>| {
        let near = nearest(it.name, missing.iter().map(|it| it.name))?;
        // The same of all that are declared, since that is what is suggested.
        let of_all = nearest(it.name, declared.keys().copied())?;
        (near == of_all).then_some(near)
    };
    unknown.filter_map(near).collect()
}

fn of_binding<'a>(
    pipeline: &Pipeline<'a>,
    task: &Task<'a>,
    declared: &IndexMap<&'a str, Declared<'a>>,
    binding: &Named<'a>,
    sink: &mut Sink,
) {
    let Some(inner) = declared.get(binding.name) else {
        if let Callee::Named(_) = task.callee {
            let near = nearest(binding.name, declared.keys().copied());
            sink.push(errors::not_declared(binding, "task", near));
        }
        return;
    };
    let explicit = binding.node.get("workspace");
    let outer = explicit.and_then(|it| pipeline.workspaces.get(it.text()?));
    if let Some(outer) = outer
        && model::is_optional(outer.node)
        && !model::is_optional(inner.node)
    {
        sink.push(errors::optional_outside(binding, outer, inner));
    }
    // By the name alone the controller does not see the pair: a run that leaves the workspace out fails at the task.
    let implied = pipeline.workspaces.get(binding.name);
    if let Some(outer) = implied.filter(|_| explicit.is_none() && pipeline.run.is_none())
        && model::is_optional(outer.node)
        && !model::is_optional(inner.node)
    {
        sink.push(errors::optional_by_name(binding, outer, inner));
    }
}

/// What a pipeline declares and no task uses.
pub(crate) fn of_pipeline(pipeline: &Pipeline<'_>, sink: &mut Sink) {
    let mut used: IndexSet<&str> = IndexSet::new();
    for task in &pipeline.tasks {
        used.extend(model::named(task.node, "workspaces").iter().map(outer_name));
        used.extend(model::workspaces_mentioned(task.node).keys());
        // A pipeline in the pipeline takes what it likes.
        if task
            .node
            .get("pipelineRef")
            .or(task.node.get("pipelineSpec"))
            .is_some()
        {
            return;
        }
    }
    for it in pipeline.workspaces.values() {
        if !used.contains(it.name) {
            sink.push(errors::unused(it));
        }
    }
}

/// Judges what a run binds for the pipeline that it runs.
pub(crate) fn of_run<'a>(ctx: &Context<'a>, pipeline: &Pipeline<'a>, at: Span, sink: &mut Sink) {
    let bound = pipeline.bindings();
    let is_bound = |name: &str| bound.iter().any(|it| it.name == name);
    let needs = |it: &&Declared<'_>| !model::is_optional(it.node) && !is_bound(it.name);
    let missing: Vec<&Declared<'_>> = pipeline.workspaces.values().filter(needs).collect();
    let is_open = pipeline.tasks.iter().any(|it| {
        it.node
            .get("pipelineRef")
            .or(it.node.get("pipelineSpec"))
            .is_some()
    });
    let mut used: IndexSet<&str> = pipeline.workspaces.keys().copied().collect();
    for task in &pipeline.tasks {
        let needed = needed(pipeline, task);
        for (name, span) in &needed {
            used.insert(name);
            let required = pipeline
                .workspaces
                .get(name)
                .is_some_and(|it| !model::is_optional(it.node));
            if !is_bound(name) && !required && !is_spared(task, name) {
                sink.push(errors::not_bound_for(*span, at, task.name, name));
            }
        }
        one_volume(ctx, task, &needed, &bound, sink);
    }
    let of_nothing = |it: &Named<'a>| !is_open && !used.contains(it.name);
    let extra: Vec<Named<'a>> = bound.into_iter().filter(of_nothing).collect();
    let meant = meant(&pipeline.workspaces, &extra, &missing);
    for it in missing.iter().filter(|it| !meant.contains(it.name)) {
        sink.push(errors::not_bound(at, it));
    }
    for it in &extra {
        let near = nearest(it.name, pipeline.workspaces.keys().copied());
        sink.push(match near.filter(|it| meant.contains(it)) {
            Some(near) => errors::misspelt(it, near),
            None => errors::extra(it, near),
        });
    }
}

/// The workspaces of the pipeline that a task needs, each with where it says so.
fn needed<'a>(pipeline: &Pipeline<'a>, task: &Task<'a>) -> IndexMap<&'a str, Span> {
    let bound = model::named(task.node, "workspaces");
    let mut found: IndexMap<&str, Span> = IndexMap::new();
    for it in &bound {
        found.entry(outer_name(it)).or_insert(it.at.span);
    }
    if let Callee::Embedded(spec) = task.callee {
        for (name, it) in model::workspaces_used(spec) {
            if !bound.iter().any(|it| it.name == name) {
                found.entry(name).or_insert(it.span);
            }
        }
    }
    // Of a task that is not at hand nobody knows what it needs.
    if let Callee::Unknown = task.callee {
        found.retain(|name, _| pipeline.workspaces.contains_key(name) || !bound.is_empty());
    }
    found
}

/// Whether the task can do without, or nobody knows.
fn is_spared(task: &Task<'_>, outer: &str) -> bool {
    let Some(spec) = task.callee.spec() else {
        return true;
    };
    let bound = model::named(task.node, "workspaces");
    let inner = bound.iter().find(|it| outer_name(it) == outer);
    let inner = inner.map_or(outer, |it| it.name);
    let declared = model::declared(spec, "workspaces");
    match (declared.get(inner), task.callee) {
        (Some(it), _) => model::is_optional(it.node),
        // Said where it is bound.
        (None, Callee::Named(_)) => true,
        (None, Callee::Embedded(_) | Callee::Unknown) => false,
    }
}

/// The claim that a binding mounts.
fn claim(binding: &Named<'_>) -> Option<String> {
    let is = |field: &str| binding.node.get(field).filter(|it| !it.is_null());
    if let Some(claim) = is("persistentVolumeClaim") {
        return Some(format!("claim {}", claim.text_of("claimName")));
    }
    is("volumeClaimTemplate").map(|_| format!("template {}", binding.name))
}

fn one_volume(
    ctx: &Context<'_>,
    task: &Task<'_>,
    needed: &IndexMap<&str, Span>,
    bound: &[Named<'_>],
    sink: &mut Sink,
) {
    let mounted = bound.iter().filter(|it| needed.contains_key(it.name));
    if let Some((first, second)) = two_claims(ctx, mounted) {
        let span = needed.get(second.name).copied();
        sink.push(errors::two_claims(task.name, first, second, span));
    }
}

/// Two bindings whose claims cannot be mounted together.
fn two_claims<'b, 'a: 'b>(
    ctx: &Context<'_>,
    mounted: impl Iterator<Item = &'b Named<'a>>,
) -> Option<(&'b Named<'a>, &'b Named<'a>)> {
    match ctx.profile.tekton.coschedule() {
        Coschedule::Workspaces => {}
        Coschedule::PipelineRuns | Coschedule::IsolatePipelineRun | Coschedule::Disabled => {
            return None;
        }
    }
    let mut first: Option<(&Named<'a>, String)> = None;
    for it in mounted {
        let Some(own) = claim(it) else {
            continue;
        };
        match &first {
            Some((other, claim)) if *claim != own => return Some((other, it)),
            Some(_) => {}
            None => first = Some((it, own)),
        }
    }
    None
}

/// Judges what a run of a task binds.
pub(crate) fn of_task_run<'a>(
    ctx: &Context<'a>,
    run: &'a Node,
    spec: &'a Node,
    at: Span,
    is_embedded: bool,
    sink: &mut Sink,
) {
    let declared = model::declared(spec, "workspaces");
    let bound = model::named(run, "workspaces");
    let needs = |it: &&Declared<'_>| {
        let is_bound = bound.iter().any(|bound| bound.name == it.name);
        !is_bound && !model::is_optional(it.node) && !has_default(ctx)
    };
    let missing: Vec<&Declared<'_>> = declared.values().filter(needs).collect();
    let meant = meant(&declared, &bound, &missing);
    for it in &missing {
        if is_embedded || !meant.contains(it.name) {
            sink.push(errors::not_bound(at, it));
        }
    }
    for it in &bound {
        if !is_embedded && !declared.contains_key(it.name) {
            let near = nearest(it.name, declared.keys().copied());
            sink.push(errors::not_declared(it, "task", near));
        }
    }
    if let Some((first, second)) = two_claims(ctx, bound.iter()) {
        sink.push(errors::two_claims("the task", first, second, None));
    }
}
