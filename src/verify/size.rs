//! Results have a size: Tekton carries 4096 bytes of a container, all results of a task together.

use crate::diag::Sink;
use crate::plan::{Plan, ResultDecl, Task};
use crate::types::{Form, Type};
use crate::verify::{errors, walk};

const LIMIT: u64 = 4096;

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    if plan
        .profile
        .tekton
        .flags
        .get("results-from")
        .is_some_and(|it| it == "sidecar-logs")
    {
        return;
    }
    for task in walk::tasks(plan) {
        of_task(task, sink);
    }
}

fn of_task(task: &Task, sink: &mut Sink) {
    let mut sum = 0_u64;
    for result in task.results.values() {
        sum = sum.saturating_add(size(result));
        if sum > LIMIT {
            sink.push(errors::result_size(result.span, &result.name, sum, LIMIT));
            return;
        }
    }
}

/// The most bytes that a result may have by its type; what says nothing counts as nothing.
fn size(result: &ResultDecl) -> u64 {
    match result.ty.without_none() {
        Type::String(text) => {
            let literals = text
                .literals
                .iter()
                .flatten()
                .map(|it| it.len() as u64)
                .max();
            let form = text.form.map(of_form);
            text.max_bytes.or(literals).or(form).unwrap_or(0)
        }
        Type::Bool => 5,
        Type::Error
        | Type::Json
        | Type::None
        | Type::Int { .. }
        | Type::Float
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::List(_)
        | Type::Map(_)
        | Type::Optional(_)
        | Type::Secret(_)
        | Type::Range(_)
        | Type::Record(_)
        | Type::Function(_)
        | Type::Union(_)
        | Type::Opaque(_)
        | Type::Object(_)
        | Type::Variable(_)
        | Type::Thing(_) => 0,
    }
}

fn of_form(form: Form) -> u64 {
    match form {
        Form::Name => 63,
        Form::Tag => 128,
        Form::Digest => 71,
        Form::GitSha => 40,
        Form::Image
        | Form::Url
        | Form::GitUrl
        | Form::GitRef
        | Form::Path
        | Form::Cron
        | Form::Version
        | Form::Regex => 0,
    }
}
