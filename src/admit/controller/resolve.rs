//! What a reference by name leads to, among the objects that stand together.

use crate::admit::{Context, Kind, Object};
use crate::yaml::Node;

/// The object that a name in `from` means: one of the same file, else the only one there is. Two of one name are versions of a
/// thing, and nobody knows which of them the cluster has.
fn find<'a>(ctx: &Context<'a>, kind: Kind, name: &'a Node) -> Option<&'a Object> {
    let text = name.text().filter(|it| !it.is_empty())?;
    let found = ctx.named(kind, text);
    let near = found
        .iter()
        .filter(|it| it.root.span.file == name.span.file);
    let near: Vec<&&Object> = near.collect();
    let only: &Object = match (near.as_slice(), found) {
        ([only], _) => only,
        ([], [only]) => only,
        ([..], [..]) => return None,
    };
    // Of what cannot be decoded only the name is known.
    (!only.broken).then_some(only)
}

/// Whether a reference leads out of what can be read here.
fn is_remote(reference: &Node) -> bool {
    ["resolver", "bundle"]
        .iter()
        .any(|it| !reference.text_of(it).is_empty())
}

/// Whether a reference or embedded spec is run by another controller.
pub(crate) fn is_custom(task: &Node) -> bool {
    let of = |field: &str| {
        task.get(field).is_some_and(|it| {
            let version = it.text_of("apiVersion");
            let kind = it.text_of("kind");
            !version.is_empty() && kind != "Task" || !version.is_empty() && field == "taskSpec"
        })
    };
    of("taskRef") || of("taskSpec")
}

/// The spec of the task that is called by name.
pub(crate) fn task<'a>(ctx: &Context<'a>, caller: &'a Node) -> Option<&'a Node> {
    let reference = caller.get("taskRef").filter(|it| !is_remote(it))?;
    let kind = reference.text_of("kind");
    if !(kind.is_empty() || kind == "Task") {
        return None;
    }
    find(ctx, Kind::Task, reference.get("name")?)?.spec()
}

/// The spec of the pipeline that a run or a task of a pipeline calls by name.
pub(crate) fn pipeline<'a>(ctx: &Context<'a>, caller: &'a Node) -> Option<&'a Node> {
    let reference = caller.get("pipelineRef").filter(|it| !is_remote(it))?;
    find(ctx, Kind::Pipeline, reference.get("name")?)?.spec()
}

/// The spec of the action that a step uses.
pub(crate) fn action<'a>(ctx: &Context<'a>, step: &'a Node) -> Option<&'a Node> {
    let reference = step.get("ref").filter(|it| !is_remote(it))?;
    find(ctx, Kind::StepAction, reference.get("name")?)?.spec()
}
