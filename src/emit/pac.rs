//! Pipelines as Code: `.tekton/`, the runs that events start, with what they use.

mod annotations;

use crate::diag::Sink;
use crate::emit::core::data::Fields;
use crate::emit::expr::{self, Context};
use crate::emit::tekton::node::Tasks;
use crate::emit::tekton::{self, Needs, meta, pipeline, run};
use crate::emit::{Files, errors};
use crate::plan::{Plan, Run, Target};
use crate::schema::profile::PacLayout;
use crate::yaml::{self, Tree};

/// One file for each run; the pipelines and tasks as files of their own, or within the runs.
pub(crate) fn emit(plan: &Plan, files: &mut Files, sink: &mut Sink) {
    let started: Vec<&Run> = plan.runs.values().filter(|it| !it.on.is_empty()).collect();
    for run in &started {
        if let Some(tree) = object(run, plan, sink) {
            let text = yaml::write_where(&tree, &expr::needs_block);
            files.add_text(tekton::path(".tekton", "", &run.meta), run.meta.span, text);
        }
    }
    match plan.profile.pac_layout {
        PacLayout::Split => {
            let needs = Needs::of(plan, started.into_iter());
            tekton::write(plan, ".tekton", &needs, files, sink);
        }
        PacLayout::Inline => {}
    }
}

fn object(run: &Run, plan: &Plan, sink: &mut Sink) -> Option<Tree> {
    let ctx = Context::of(plan);
    let Target::Pipeline(name) = &run.target else {
        sink.push(errors::event_starts_task(run.meta.span));
        return None;
    };
    let mut metadata = Fields::default();
    match &run.generate_name {
        Some(name) => metadata.put("generateName", name.as_str()),
        None => metadata.put("name", run.meta.name.as_str()),
    }
    meta::common(&run.meta, &mut metadata, ctx, sink);
    let annotations = annotations::annotations(run, plan, sink);
    metadata.amend("annotations", &annotations.into());
    let mut spec = Fields::default();
    let declared = plan.pipelines.get(name).filter(|it| it.external.is_none());
    match declared {
        Some(it) if plan.profile.pac_layout == PacLayout::Inline => {
            spec.put(
                "pipelineSpec",
                pipeline::spec(it, Tasks::Written, ctx, sink),
            );
        }
        Some(_) | None => run::put_pipeline(name, &mut spec, ctx, sink),
    }
    run::pipeline_fields(run, &mut spec, ctx, sink);
    Some(meta::object("PipelineRun", metadata, spec, ctx))
}

#[cfg(test)]
mod tests;
