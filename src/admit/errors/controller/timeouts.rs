//! Messages about timeouts, and about what a run says of single tasks and steps.

use crate::admit::controller::model::Named;
use crate::diag::Diagnostic;
use crate::yaml::Node;

pub(crate) fn negative(node: &Node, field: &str, task: &str) -> Diagnostic {
    let message = format!("`{field}` of `{task}` is negative");
    Diagnostic::new("negative-number", node.span, message)
        .note("the pipeline is accepted, and the task then fails as soon as it starts")
}

pub(crate) fn longer_than_run(own: &Node, bound: &Node, task: &str) -> Diagnostic {
    let message = format!("the run ends before the timeout of `{task}` does");
    Diagnostic::new("timeout-order", own.span, message)
        .label(bound.span, "the run has no more than this")
        .note("the shorter of the two counts, so this one never does")
}

pub(crate) fn unknown_task(at: &Node, near: Option<&str>) -> Diagnostic {
    let name = at.text().unwrap_or_default();
    let message = format!("the pipeline has no task `{name}`");
    Diagnostic::new("unknown-override", at.span, message).did_you_mean(at.span, near)
}

pub(crate) fn task_of_no_name(at: &Node) -> Diagnostic {
    let message = "this does not say which task of the pipeline it is for";
    Diagnostic::new("unknown-override", at.span, message)
        .help("name the task in `pipelineTaskName`, or drop it")
}

pub(crate) fn unknown_step(it: &Named<'_>, what: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the task has no {what} `{}`", it.name);
    Diagnostic::new("unknown-override", it.at.span, message).did_you_mean(it.at.span, near)
}
