//! Timeouts and retries that no run can have.

use crate::admit::controller::model::{self, Declared, Named};
use crate::admit::controller::pipeline::{Pipeline, Task};
use crate::admit::controller::variable::variables;
use crate::admit::errors::controller::{calls, timeouts as errors};
use crate::diag::Sink;
use crate::yaml::Node;

/// Judges what a task of a pipeline says by itself.
pub(crate) fn of_task(_pipeline: &Pipeline<'_>, task: &Task<'_>, sink: &mut Sink) {
    if let Some(retries) = task.node.get("retries")
        && retries.integer().is_some_and(|it| it < 0)
    {
        sink.push(errors::negative(retries, "retries", task.name));
    }
    if let Some(timeout) = task.node.get("timeout")
        && seconds(timeout).is_some_and(|it| it < 0.0)
    {
        sink.push(errors::negative(timeout, "timeout", task.name));
    }
}

/// Judges the timeouts of tasks against those of the run.
pub(crate) fn of_run(pipeline: &Pipeline<'_>, run: &Node, sink: &mut Sink) {
    let whole = run.at("timeouts.pipeline").or_else(|| run.get("timeout"));
    let overrides = run.list("taskRunSpecs");
    for task in &pipeline.tasks {
        let part = if task.is_final {
            "timeouts.finally"
        } else {
            "timeouts.tasks"
        };
        let bound = [run.at(part), whole].into_iter().flatten();
        let Some((limit, bound)) = bound
            .filter_map(|it| Some((seconds(it).filter(|it| *it > 0.0)?, it)))
            .min_by(|a, b| a.0.total_cmp(&b.0))
        else {
            continue;
        };
        let over = overrides
            .iter()
            .find(|it| it.text_of("pipelineTaskName") == task.name);
        let over = over.and_then(|it| it.get("timeout"));
        let own = over.or_else(|| task.node.get("timeout"));
        if let Some(own) = own
            && seconds(own).is_some_and(|it| it > limit)
        {
            sink.push(errors::longer_than_run(own, bound, task.name));
        }
    }
}

/// Judges `onError` that is a parameter, by what the run passes for it.
pub(crate) fn on_error(pipeline: &Pipeline<'_>, sink: &mut Sink) {
    let given = pipeline.arguments();
    for own in pipeline
        .tasks
        .iter()
        .filter_map(|it| it.node.get("onError"))
    {
        let all = variables(own);
        let [it] = all.as_slice() else {
            continue;
        };
        let Some((name, [])) = it.param().filter(|_| it.is_whole()) else {
            continue;
        };
        let passed = given.iter().find(|it| it.name == name);
        let declared = pipeline.params.get(name);
        let value = passed.map(Named::value);
        let value = value.or_else(|| declared.and_then(Declared::default));
        if let Some((value, text)) = value.and_then(|it| Some((it, it.text()?)))
            && !matches!(text, "continue" | "stopAndFail")
            && !text.contains("$(")
        {
            sink.push(calls::on_error(value.span, own.span, text));
        }
    }
}

/// Judges `taskRunSpecs`: each is of a task that exists.
pub(crate) fn specs<'a>(pipeline: &Pipeline<'a>, run: &'a Node, sink: &mut Sink) {
    for spec in run.list("taskRunSpecs") {
        let at = spec.get("pipelineTaskName").filter(|it| !it.is_null());
        let at = at.unwrap_or(spec);
        let name = at.text().unwrap_or_default();
        match pipeline.task(name) {
            Some(task) => {
                if let Some(callee) = task.callee.spec() {
                    overrides(spec, callee, sink);
                }
            }
            None if name.is_empty() => sink.push(errors::task_of_no_name(at)),
            None => sink.push(errors::unknown_task(
                at,
                crate::base::spelling::nearest(name, pipeline.task_names()),
            )),
        }
    }
}

/// Judges `stepSpecs` and `sidecarSpecs`, by any of their names: each is of a step that exists.
pub(crate) fn overrides<'a>(run: &'a Node, task: &'a Node, sink: &mut Sink) {
    let lists = [
        ("stepSpecs", "steps", "step"),
        ("stepOverrides", "steps", "step"),
        ("sidecarSpecs", "sidecars", "sidecar"),
        ("sidecarOverrides", "sidecars", "sidecar"),
    ];
    for (list, of, what) in lists {
        let there: Vec<Named<'a>> = model::named(task, of);
        for it in model::named(run, list) {
            if !there.iter().any(|there| there.name == it.name) {
                let near = crate::base::spelling::nearest(it.name, there.iter().map(|it| it.name));
                sink.push(errors::unknown_step(&it, what, near));
            }
        }
    }
}

/// A duration of Go's: `1h30m`, `-5s`, `0`.
pub(crate) fn seconds(node: &Node) -> Option<f64> {
    let text = node.text()?;
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    let mut sum = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|it: char| !(it.is_ascii_digit() || it == '.'))?;
        let (number, after) = rest.split_at_checked(end)?;
        let end = after.find(|it: char| it.is_ascii_digit() || it == '.');
        let (unit, after) = after.split_at_checked(end.unwrap_or(after.len()))?;
        sum += number.parse::<f64>().ok()? * in_seconds(unit)?;
        rest = after;
    }
    (!text.is_empty()).then_some(sign * sum)
}

fn in_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "h" => 3600.0,
        "m" => 60.0,
        "s" => 1.0,
        "ms" => 1e-3,
        "us" | "µs" | "μs" => 1e-6,
        "ns" => 1e-9,
        _ => return None,
    })
}

/// `onError` of steps: a parameter whose value is known here must be one of both; what is no parameter never is.
pub(crate) fn on_error_of_steps(spec: &Node, given: Option<&[Named<'_>]>, sink: &mut Sink) {
    let declared = model::declared(spec, "params");
    for own in spec.list("steps").iter().filter_map(|it| it.get("onError")) {
        let text = own.text().unwrap_or("");
        if !text.contains("$(") {
            continue;
        }
        let all = variables(own);
        let whole = all.first().filter(|it| it.is_whole());
        let Some((name, [])) = whole.and_then(|it| it.param()) else {
            sink.push(calls::on_error(own.span, own.span, text));
            continue;
        };
        let Some(given) = given else {
            continue;
        };
        let passed = given.iter().find(|it| it.name == name).map(Named::value);
        let default = declared.get(name).and_then(Declared::default);
        if let Some((value, text)) = passed.or(default).and_then(|it| Some((it, it.text()?)))
            && !matches!(text, "continue" | "stopAndFail")
        {
            sink.push(calls::on_error(value.span, own.span, text));
        }
    }
}
