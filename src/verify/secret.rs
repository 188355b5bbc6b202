//! A pull request from a fork runs what a stranger wrote, so no secret may be there.

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::plan::{EnvValue, Expr, Plan, Run, Trigger};
use crate::verify::{errors, walk};

const CODE: &str = "secret-leak";

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    for run in plan.runs.values() {
        let trigger = run
            .on
            .iter()
            .find(|(it, _)| matches!(it, Trigger::PullRequest { .. }));
        let Some((_, trigger)) = trigger else {
            continue;
        };
        if run.allowed.iter().any(|it| it == CODE) {
            continue;
        }
        for (name, (source, span)) in &run.workspaces {
            if let Some(secret) = secret_of(source) {
                sink.push(errors::fork_workspace(*trigger, name, &secret, *span));
            }
        }
        if let Some((secret, span)) = in_environment(plan, run) {
            sink.push(errors::fork_environment(*trigger, &secret, span));
        }
    }
}

/// The secret that a volume source holds.
fn secret_of(source: &Expr) -> Option<Name> {
    if let Some(thing) = source.thing() {
        return (thing.kind == "secret").then(|| thing.name.clone());
    }
    let secret = source.get("secret")?;
    let name = secret.get("secretName")?;
    Some(Name::new(name.text().unwrap_or("?")))
}

/// A secret in the environment of a step that the run reaches.
fn in_environment(plan: &Plan, run: &Run) -> Option<(Name, Span)> {
    let pipelines = walk::pipelines_of(plan, std::iter::once(run));
    let tasks = walk::tasks_of(plan, &pipelines);
    let mut values = tasks
        .iter()
        .flat_map(|it| &it.steps)
        .flat_map(|it| it.env.values());
    values.find_map(|it| match it {
        EnvValue::Secret { name, span, .. } => Some((name.clone(), *span)),
        EnvValue::Text(_)
        | EnvValue::Source(_)
        | EnvValue::Config { .. }
        | EnvValue::Field { .. } => None,
    })
}
