//! Names that Kubernetes or Tekton refuses. A name stands in the YAML as it is written, so it must fit there.

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::plan::{Expr, Meta, Param, ParamShape, Plan, Ref, Run, Task};
use crate::verify::{errors, walk};

const LONGEST: usize = 63;

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    let own = plan
        .tasks
        .values()
        .filter(|it| it.own && it.external.is_none());
    for task in own {
        object(&task.meta, "task", sink);
    }
    for task in walk::tasks(plan).filter(|it| it.external.is_none()) {
        of_task(task, sink);
    }
    for pipeline in plan.pipelines.values().filter(|it| it.external.is_none()) {
        object(&pipeline.meta, "pipeline", sink);
        params(pipeline.params.values(), sink);
        for node in walk::nodes(pipeline) {
            label(&node.name, node.span, "node", sink);
            for expr in node.expressions() {
                dotted_results(expr, sink);
            }
        }
        for value in pipeline.results.values().filter_map(|it| it.value.as_ref()) {
            dotted_results(value, sink);
        }
    }
    for run in plan.runs.values() {
        of_run(run, sink);
    }
    of_delivery(plan, sink);
}

/// A reference ends at a dot, and there is no other form of it.
fn dotted_results(expr: &Expr, sink: &mut Sink) {
    expr.each_ref(&mut |it, span| {
        if let Ref::NodeResult(_, name) = it
            && name.contains('.')
        {
            sink.push(errors::dotted_result(span, name));
        }
    });
}

fn of_task(task: &Task, sink: &mut Sink) {
    params(task.params.values(), sink);
    for step in walk::steps(task) {
        if let Some(name) = &step.name {
            label(name, step.span, "step", sink);
        }
        for variable in step.env.keys().filter(|it| !is_variable(it)) {
            sink.push(errors::bad_variable(step.span, variable));
        }
    }
    for result in task.results.values().filter(|it| !is_result(&it.name)) {
        sink.push(errors::bad_result(result.span, &result.name));
    }
}

fn of_run(run: &Run, sink: &mut Sink) {
    match &run.generate_name {
        Some(prefix) => {
            let whole = Name::new(format!("{prefix}x"));
            subdomain(&whole, run.meta.span, "run", sink);
        }
        None => object(&run.meta, "run", sink),
    }
}

fn of_delivery(plan: &Plan, sink: &mut Sink) {
    let apps = plan
        .apps
        .values()
        .chain(plan.environments.values().flat_map(|it| it.apps.values()));
    for app in apps.filter(|it| !it.external) {
        label(&app.meta.name, app.meta.span, "app", sink);
        if app.meta.name.starts_with(|it: char| it.is_ascii_digit()) && !app.ports.is_empty() {
            sink.push(errors::bad_service(app.meta.span, &app.meta.name));
        }
    }
    for environment in plan.environments.values() {
        label(&environment.namespace, environment.span, "namespace", sink);
    }
}

fn object(meta: &Meta, what: &str, sink: &mut Sink) {
    subdomain(&meta.name, meta.span, what, sink);
}

/// Lower-case words with hyphens, joined by dots.
fn subdomain(name: &Name, span: Span, what: &str, sink: &mut Sink) {
    if name.len() > LONGEST {
        sink.push(errors::long_name(span, name, what, LONGEST));
    } else if !name.split('.').all(is_label) {
        sink.push(errors::bad_name(span, name, what, &suggestion(name)));
    }
}

fn label(name: &Name, span: Span, what: &str, sink: &mut Sink) {
    if name.len() > LONGEST {
        sink.push(errors::long_name(span, name, what, LONGEST));
    } else if !is_label(name) {
        sink.push(errors::bad_name(span, name, what, &suggestion(name)));
    }
}

fn params<'a>(all: impl Iterator<Item = &'a Param>, sink: &mut Sink) {
    for param in all {
        if !is_param(&param.name) {
            sink.push(errors::bad_param(param.span, &param.name));
        }
        let ParamShape::Object(keys) = &param.shape else {
            continue;
        };
        for name in [&param.name].into_iter().chain(keys) {
            if name.contains('.') {
                sink.push(errors::dotted_record(param.span, name));
            }
        }
    }
}

fn is_label(text: &str) -> bool {
    let inner = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_param(text: &str) -> bool {
    let inner = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-');
    text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_') && text.bytes().all(inner)
}

fn is_result(text: &str) -> bool {
    let inner = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-');
    let end = |it: char| it.is_ascii_alphanumeric();
    text.bytes().all(inner) && text.starts_with(end) && text.ends_with(end)
}

fn is_variable(text: &str) -> bool {
    let inner = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-');
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with(|it: char| it.is_ascii_digit())
}

/// The nearest name that is taken.
fn suggestion(name: &str) -> Name {
    let mut out = String::new();
    let mut before = ' ';
    for it in name.chars() {
        let previous = std::mem::replace(&mut before, it);
        if it.is_ascii_uppercase() {
            if previous.is_ascii_lowercase() {
                out.push('-');
            }
            out.push(it.to_ascii_lowercase());
        } else if it.is_ascii_alphanumeric() {
            out.push(it);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    Name::new(out.trim_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn a_name_is_bent_into_the_form() {
        assert_eq!(suggestion("FetchSource"), "fetch-source");
        assert_eq!(suggestion("_unit_test"), "unit-test");
        assert_eq!(suggestion("APIServer"), "apiserver");
    }
}
