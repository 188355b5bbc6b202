//! Variables in a task: each means something where it stands, or it would reach the shell as text.

use crate::admit::controller::model::Shape;
use crate::admit::controller::task::{Scope, Step};
use crate::admit::controller::texts::{self, Spot, Text};
use crate::admit::controller::variable::{Part, Variable, misspelt, variables};
use crate::admit::errors::controller::variables as errors;
use crate::base::spelling::nearest;
use crate::diag::{Diagnostic, Sink};

/// Judges all variables of a task's spec.
pub(crate) fn of_task(scope: &Scope<'_>, sink: &mut Sink) {
    texts::of_task(scope.spec, &mut |text| of_text(scope, text, sink));
}

/// Judges all variables of an action's spec, whose only step is itself.
pub(crate) fn of_action(scope: &Scope<'_>, sink: &mut Sink) {
    texts::of_action(scope.spec, &mut |text| of_text(scope, text, sink));
}

fn of_text(scope: &Scope<'_>, text: Text<'_>, sink: &mut Sink) {
    for it in variables(text.node) {
        let found = match text.untouched {
            Some(field) => Some(errors::untouched(&it, field)),
            None => judge(scope, text, &it),
        };
        if let Some(found) = found {
            sink.push(found);
        }
    }
}

fn judge(scope: &Scope<'_>, text: Text<'_>, it: &Variable<'_>) -> Option<Diagnostic> {
    match it.head() {
        "params" => param(scope, text, it),
        "workspaces" => workspace(scope, it),
        "results" => result(scope, it),
        "step" => own_step(scope, text.spot, it),
        "steps" => other_step(scope, text.spot, it),
        "context" => context(scope, it),
        "tasks" | "finally" => task(scope, text, it),
        "credentials" => (!it.is(1, "path")).then(|| errors::unknown(it, None)),
        "artifacts" => (!it.is(1, "path")).then(|| errors::unknown(it, None)),
        _ => Some(errors::unknown(it, misspelt(it))),
    }
}

fn param(scope: &Scope<'_>, text: Text<'_>, it: &Variable<'_>) -> Option<Diagnostic> {
    let (name, rest) = it.param()?;
    let Some(shape) = scope.param(name) else {
        if it.dotted().is_some_and(|it| scope.param(&it).is_some()) {
            return None;
        }
        return undeclared_param(scope, text.spot, it, name);
    };
    match (shape, rest) {
        (Shape::String, []) | (Shape::Array, [Part::Index(_)]) => None,
        (Shape::String, [Part::Name(_) | Part::Quoted(_), ..]) => {
            let dotted = it.dotted().is_some_and(|it| scope.param(&it).is_some());
            (!dotted && !is_checked(text.spot)).then(|| errors::no_parts(it, name, shape))
        }
        (Shape::String, [Part::Index(_) | Part::Star, ..]) => {
            Some(errors::no_parts(it, name, shape))
        }
        (Shape::Array, [] | [Part::Star]) => {
            let fits = text.is_list && it.is_whole();
            (!fits && !is_checked(text.spot)).then(|| errors::whole_in_text(it, name, shape))
        }
        (Shape::Object, [Part::Name(key)]) => key_of(scope, text.spot, it, (name, key)),
        (Shape::Object, [Part::Star]) if in_params(text) && it.is_whole() => None,
        (Shape::Array | Shape::Object, [..]) => {
            (!is_checked(text.spot)).then(|| errors::no_such_form(it, name, shape))
        }
    }
}

/// Parameters of a step that uses an action take whole objects.
fn in_params(text: Text<'_>) -> bool {
    matches!(text.spot, Spot::StepAside(_)) && text.is_list
}

fn key_of(
    scope: &Scope<'_>,
    spot: Spot,
    it: &Variable<'_>,
    (name, key): (&str, &str),
) -> Option<Diagnostic> {
    let declared = scope.params.get(name)?;
    let keys: Vec<&str> = declared.keys().collect();
    if keys.contains(&key) || keys.is_empty() || is_checked(spot) {
        return None;
    }
    Some(errors::unknown_key(it, name, key, nearest(key, keys)))
}

/// Whether the webhook looks there.
fn is_checked(spot: Spot) -> bool {
    matches!(spot, Spot::Step(_))
}

fn undeclared_param(
    scope: &Scope<'_>,
    spot: Spot,
    it: &Variable<'_>,
    name: &str,
) -> Option<Diagnostic> {
    let near = nearest(name, scope.param_names());
    match spot {
        Spot::Step(_) if scope.outer.unchecked => Some(errors::undeclared_within(it, name, near)),
        Spot::Step(_) => None,
        Spot::StepAside(_)
        | Spot::Template
        | Spot::Sidecar
        | Spot::Volume
        | Spot::MountPath
        | Spot::Result => Some(errors::undeclared(it, "parameter", name, near)),
    }
}

fn workspace(scope: &Scope<'_>, it: &Variable<'_>) -> Option<Diagnostic> {
    let name = it.name(1)?;
    if !scope.has_workspace(name) {
        // What a run binds comes to the tasks inside it.
        if scope.outer.embedded {
            return None;
        }
        let near = nearest(name, scope.workspace_names());
        return Some(errors::undeclared(it, "workspace", name, near));
    }
    let known = ["path", "bound", "claim", "volume"];
    match it.parts.get(2..) {
        Some([Part::Name(field)]) if known.contains(field) => None,
        Some([Part::Name(field)]) => Some(errors::property(it, "workspace", &known, Some(field))),
        Some(_) | None => Some(errors::property(it, "workspace", &known, None)),
    }
}

fn result(scope: &Scope<'_>, it: &Variable<'_>) -> Option<Diagnostic> {
    let name = it.name(1)?;
    if !scope.results.contains_key(name) {
        let near = nearest(name, scope.results.keys().copied());
        return Some(errors::undeclared(it, "result", name, near));
    }
    path_of(it, "result", 2)
}

/// Only `.path` follows.
fn path_of(it: &Variable<'_>, what: &str, at: usize) -> Option<Diagnostic> {
    match it.parts.get(at..) {
        Some([Part::Name("path")]) => None,
        Some([Part::Name(field)]) => Some(errors::property(it, what, &["path"], Some(field))),
        Some(_) | None => Some(errors::property(it, what, &["path"], None)),
    }
}

/// `step.results.R.path`, `step.artifacts.path`.
fn own_step(scope: &Scope<'_>, spot: Spot, it: &Variable<'_>) -> Option<Diagnostic> {
    if it.is(1, "artifacts") {
        return path_of(it, "artifacts", 2);
    }
    let (Spot::Step(at) | Spot::StepAside(at)) = spot else {
        return Some(errors::outside_a_step(it));
    };
    let name = it.name(2).filter(|_| it.is(1, "results"));
    let Some(name) = name else {
        return Some(errors::unknown(it, None));
    };
    let results = scope.steps.get(at)?.results.as_ref()?;
    if !results.contains_key(name) {
        let near = nearest(name, results.keys().copied());
        return Some(errors::undeclared(it, "result of this step", name, near));
    }
    path_of(it, "result", 3)
}

/// `steps.S.…`: of a step that has run before.
fn other_step(scope: &Scope<'_>, spot: Spot, it: &Variable<'_>) -> Option<Diagnostic> {
    let name = it.name(1)?;
    if it.is(2, "exitCode") {
        return exit_code(scope, spot, it, name);
    }
    let Some((at, step)) = scope.step(name) else {
        let unnamed = name.starts_with("step-unnamed-") || name.starts_with("unnamed-");
        let near = nearest(name, scope.step_names());
        return (!unnamed).then(|| errors::undeclared(it, "step", name, near));
    };
    if it.is(2, "outputs") || it.is(2, "inputs") {
        return is_later(spot, at).then(|| errors::later_step(it, name, step.node));
    }
    if !it.is(2, "results") {
        return Some(errors::property(it, "step", &["results", "exitCode"], None));
    }
    if is_later(spot, at) {
        return Some(errors::later_step(it, name, step.node));
    }
    match spot {
        Spot::Template | Spot::Sidecar | Spot::Volume | Spot::MountPath => {
            Some(errors::outside_a_step(it))
        }
        Spot::Step(_) | Spot::StepAside(_) | Spot::Result => step_result(step, it),
    }
}

fn step_result(step: &Step<'_>, it: &Variable<'_>) -> Option<Diagnostic> {
    let results = step.results.as_ref()?;
    let name = it.name(3)?;
    if results.contains_key(name) {
        return None;
    }
    let near = nearest(name, results.keys().copied());
    Some(errors::undeclared_of(it, step.name, name, near))
}

/// Whether the step has not run yet where the text stands.
fn is_later(spot: Spot, at: usize) -> bool {
    match spot {
        Spot::Step(here) | Spot::StepAside(here) => at >= here,
        Spot::Template | Spot::Sidecar | Spot::Volume | Spot::MountPath | Spot::Result => false,
    }
}

/// `steps.step-NAME.exitCode.path`: with the name of the container.
fn exit_code(
    scope: &Scope<'_>,
    spot: Spot,
    it: &Variable<'_>,
    container: &str,
) -> Option<Diagnostic> {
    let Some(name) = container.strip_prefix("step-") else {
        let exists = scope.step(container).is_some();
        return Some(errors::exit_code(it, container, exists));
    };
    if let Some(number) = name.strip_prefix("unnamed-") {
        let step = number
            .parse()
            .ok()
            .and_then(|it: usize| scope.steps.get(it));
        if step.is_some_and(|it| it.name.is_empty()) {
            return path_of(it, "exit code", 3);
        }
    }
    let Some((at, step)) = scope.step(name) else {
        let near = nearest(name, scope.step_names());
        return Some(errors::undeclared(it, "step", name, near));
    };
    if is_later(spot, at) {
        return Some(errors::later_step(it, name, step.node));
    }
    path_of(it, "exit code", 3)
}

fn context(scope: &Scope<'_>, it: &Variable<'_>) -> Option<Diagnostic> {
    let of_task = [
        "context.taskRun.name",
        "context.taskRun.namespace",
        "context.taskRun.uid",
        "context.task.name",
        "context.task.retry-count",
    ];
    let of_pipeline = [
        "context.pipelineRun.name",
        "context.pipelineRun.namespace",
        "context.pipelineRun.uid",
        "context.pipeline.name",
    ];
    let known = of_task.contains(&it.expression)
        || scope.outer.in_pipeline && of_pipeline.contains(&it.expression);
    if known {
        return None;
    }
    if of_pipeline.contains(&it.expression) {
        return Some(errors::context_of_pipeline(it));
    }
    let near = nearest(it.expression, of_task);
    Some(errors::unknown(it, near))
}

/// Results of other tasks come to a task inside a pipeline.
fn task(scope: &Scope<'_>, text: Text<'_>, it: &Variable<'_>) -> Option<Diagnostic> {
    if !scope.outer.in_pipeline {
        return Some(errors::result_in_task(it));
    }
    let is_artifact = it.is(2, "outputs") || it.is(2, "inputs");
    if is_artifact {
        return None;
    }
    let Some(result) = it.task_result() else {
        return Some(errors::result_form(it));
    };
    let Some(results) = scope.outer.tasks.get(result.task) else {
        let near = nearest(result.task, scope.outer.tasks.keys().copied());
        return Some(match text.is_scanned {
            true => errors::result_of_nobody(it, result.task, near),
            false => errors::undeclared(it, "task", result.task, near),
        });
    };
    let results = results.as_ref()?;
    if results.contains(result.result) {
        return None;
    }
    let near = nearest(result.result, results.iter().copied());
    Some(match text.is_scanned {
        true => errors::unknown_result(it, result.task, result.result, near),
        false => errors::undeclared_of(it, result.task, result.result, near),
    })
}
