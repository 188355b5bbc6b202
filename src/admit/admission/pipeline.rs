//! What a pipeline says: by itself, in a run, or in another pipeline.

mod usage;

use indexmap::IndexSet;

use crate::admit::Object;
use crate::admit::admission::variable::{self, Names, Text};
use crate::admit::admission::{
    Admission, dag, field, matrix, metadata, param, pipeline_task, place, place_of, place_of_key,
    when,
};
use crate::admit::errors::pipeline as errors;
use crate::admit::errors::removed;
use crate::admit::substitution::{has_task_artifact, looks_like_result, result_ref, scanned};
use crate::base::Name;
use crate::yaml::Node;

pub(crate) use usage::of_tasks as usage_of_tasks;

pub(crate) fn object(cx: &mut Admission<'_>, object: &Object) {
    metadata::check(cx, object);
    let Some(spec) = object.spec() else {
        cx.say(errors::empty(object.span()));
        return;
    };
    check(cx, spec);
    usage::standalone(cx, spec);
    let declared = spec.list("workspaces").iter();
    let declared: Names = declared.map(|it| Name::new(it.text_of("name"))).collect();
    for task in all_tasks(spec) {
        pipeline_task::workspaces(cx, task, &declared);
    }
}

/// Its tasks, and then those of `finally`.
pub(crate) fn all_tasks(spec: &Node) -> impl Iterator<Item = &Node> {
    spec.list("tasks").iter().chain(spec.list("finally"))
}

/// A pipeline as a spec, wherever it stands.
pub(crate) fn check(cx: &mut Admission<'_>, spec: &Node) {
    let (tasks, finally) = (spec.list("tasks"), spec.list("finally"));
    let resources = spec.list("resources").first().filter(|_| cx.is_beta());
    if let Some(resources) = resources {
        cx.say(removed::resources(place(resources)));
    }
    if is_empty(spec) {
        cx.say(errors::empty(place(spec)));
    }
    let mut names = IndexSet::new();
    for task in all_tasks(spec) {
        pipeline_task::resolvers(cx, task);
        if !names.insert(task.text_of("name")) {
            cx.say(errors::task_twice(place(task), task.text_of("name")));
        }
        pipeline_task::check(cx, task);
    }
    dag::check(cx, tasks);
    let specs = param::specs(spec);
    declared_params(cx, tasks, &specs);
    declared_params(cx, finally, &specs);
    context(cx, tasks);
    context(cx, finally);
    statuses(cx, tasks, finally);
    workspaces(cx, spec);
    results(cx, spec);
    results_of_pipelines(cx, spec);
    of_finally(cx, spec);
    for task in all_tasks(spec) {
        when::all(cx, task);
    }
    artifacts(cx, spec);
    matrix::all(cx, tasks);
    matrix::all(cx, finally);
    for task in all_tasks(spec) {
        prefixes(cx, task);
    }
}

fn is_empty(spec: &Node) -> bool {
    let says = |it: &Node| {
        let says_text = it.text().is_some_and(|it| !it.is_empty());
        says_text || !it.items().is_empty() || !it.entries().is_empty()
    };
    !spec.entries().iter().any(|it| says(&it.value))
}

/// What the pipeline declares as parameters, and that each task binds one once.
pub(crate) fn declared_params(cx: &mut Admission<'_>, tasks: &[Node], specs: &[param::Spec]) {
    param::types(cx, specs);
    param::declared_once(cx, specs);
    param::options(cx, specs);
    for task in tasks {
        param::bound_once(cx, task.list("params"));
    }
}

/// What the context of a pipeline has. Tekton looks at the last task alone.
fn context(cx: &mut Admission<'_>, tasks: &[Node]) {
    let Some(task) = tasks.last() else {
        return;
    };
    let run = Names::from_iter(["name", "namespace", "uid"].map(Name::new_static));
    let pipeline = Names::from_iter([Name::new_static("name")]);
    let own = Names::from_iter([Name::new_static("retries")]);
    let params = task.list("params").iter().chain(matrix::params(task));
    for text in params.flat_map(param::texts) {
        variable::exist(cx, text, "context.pipelineRun", &run);
        variable::exist(cx, text, "context.pipeline", &pipeline);
        variable::exist(cx, text, "context.pipelineTask", &own);
    }
}

/// What a task says in its parameters and conditions, one by one: Tekton reads each by itself.
fn said(task: &Node) -> impl Iterator<Item = Vec<Text<'_>>> {
    let params = task.list("params").iter().map(param::texts);
    params.chain(task.list("when").iter().map(dag::condition))
}

/// How tasks ended is known in `finally`, and of tasks that exist.
fn statuses(cx: &mut Admission<'_>, tasks: &[Node], finally: &[Node]) {
    for texts in tasks.iter().flat_map(said) {
        for (expression, span) in status_references(&texts) {
            cx.say(errors::status_too_early(span, expression));
        }
    }
    let names: Names = tasks
        .iter()
        .map(|it| Name::new(it.text_of("name")))
        .collect();
    for texts in finally.iter().flat_map(said) {
        let found = status_references(&texts).into_iter();
        for (expression, span) in found.filter(|it| it.0 != "tasks.status") {
            let task = expression.strip_prefix("tasks.").unwrap_or("");
            let task = task.strip_suffix(".status").unwrap_or(task);
            let task = task.strip_suffix(".reason").unwrap_or(task);
            if !names.contains(task) {
                cx.say(errors::status_of_no_task(span, task, &names));
            }
        }
    }
}

/// References to how a task ended; Tekton sees none where a result stands beside them.
fn status_references<'a>(texts: &[Text<'a>]) -> Vec<(&'a str, crate::base::Span)> {
    let found = dag::expressions(texts);
    if found.iter().any(|it| looks_like_result(it.0)) {
        return Vec::new();
    }
    let is_status =
        |it: &str| it.starts_with("tasks.") && (it.ends_with(".status") || it.ends_with(".reason"));
    found.into_iter().filter(|it| is_status(it.0)).collect()
}

fn workspaces(cx: &mut Admission<'_>, spec: &Node) {
    let mut seen = IndexSet::new();
    for workspace in spec.list("workspaces") {
        let name = workspace.text_of("name");
        if name.is_empty() {
            cx.say(errors::workspace_without_name(place(workspace)));
        }
        if !seen.insert(name) {
            cx.say(errors::workspace_twice(place(workspace), name));
        }
    }
}

/// Results of a pipeline are results of its tasks.
fn results(cx: &mut Admission<'_>, spec: &Node) {
    for result in spec.list("results") {
        let name = result.text_of("name");
        let span = place_of(result, "value");
        let texts = result.get("value").map_or_else(Vec::new, param::texts_of);
        let found = dag::expressions(&texts);
        let mut found = found.iter().filter(|it| looks_like_result(it.0)).peekable();
        if found.peek().is_none() {
            cx.say(errors::result_of_nothing(span, name));
            continue;
        }
        if let Some(it) = found.find(|it| result_ref(it.0).is_none()) {
            cx.say(errors::result_of_no_result(it.1, name, it.0));
            continue;
        }
        let text = result.text_of("value");
        for piece in text.split('$').filter(|it| !it.is_empty()) {
            let good = producer_exists(cx, spec, name, piece, span);
            if !good {
                break;
            }
        }
    }
}

/// What stands between two dollars of a result is read as one reference.
fn producer_exists(
    cx: &mut Admission<'_>,
    spec: &Node,
    name: &str,
    piece: &str,
    span: crate::base::Span,
) -> bool {
    let inner = piece.strip_prefix('(');
    let inner = inner.map(|it| it.strip_suffix(')').unwrap_or(it));
    let Some(reference) = inner.and_then(result_ref) else {
        cx.say(errors::text_beside_result(span, name));
        return false;
    };
    let is_finally = inner.is_some_and(|it| it.starts_with("finally"));
    let section = if is_finally { "finally" } else { "tasks" };
    let tasks = spec.list(section).iter();
    let names: Names = tasks.map(|it| Name::new(it.text_of("name"))).collect();
    let exists = names.contains(reference.task);
    if !exists {
        cx.say(errors::result_of_no_task(
            span,
            reference.task,
            section,
            &names,
        ));
    }
    exists
}

/// A pipeline in a pipeline keeps its results for itself.
fn results_of_pipelines(cx: &mut Admission<'_>, spec: &Node) {
    let is_pipeline =
        |it: &&Node| field(it, "pipelineRef").is_some() || field(it, "pipelineSpec").is_some();
    let pipelines = spec.list("tasks").iter().filter(is_pipeline);
    let pipelines: IndexSet<&str> = pipelines.map(|it| it.text_of("name")).collect();
    if pipelines.is_empty() {
        return;
    }
    for task in all_tasks(spec) {
        let needs = dag::results(task, cx.version).into_iter();
        for need in needs.filter(|it| pipelines.contains(it.task.as_str())) {
            cx.say(errors::result_of_pipeline(need.span, &need.task));
        }
    }
}

/// What `finally` is, and what its tasks may take.
fn of_finally(cx: &mut Admission<'_>, spec: &Node) {
    let (tasks, finally) = (spec.list("tasks"), spec.list("finally"));
    if tasks.is_empty() && !finally.is_empty() {
        cx.say(errors::finally_alone(place_of_key(spec, "finally")));
    }
    let names = |tasks: &[Node]| -> Names {
        tasks
            .iter()
            .map(|it| Name::new(it.text_of("name")))
            .collect()
    };
    let (in_tasks, in_finally) = (names(tasks), names(finally));
    for task in finally {
        if !task.list("runAfter").is_empty() {
            let span = place_of_key(task, "runAfter");
            cx.say(errors::order_in_finally(span, task.text_of("name")));
        }
        for (expression, span) in said(task).flat_map(|it| dag::expressions(&it)) {
            let Some(reference) = result_ref(expression) else {
                continue;
            };
            if in_finally.contains(reference.task) {
                cx.say(errors::result_of_finally(span, reference.task));
            } else if !in_tasks.contains(reference.task) {
                let name = reference.task;
                cx.say(errors::result_of_no_task(span, name, "tasks", &in_tasks));
            }
        }
    }
}

fn artifacts(cx: &mut Admission<'_>, spec: &Node) {
    let flag = "enable-artifacts";
    for param in all_tasks(spec).flat_map(|it| it.list("params")) {
        let mut texts = param::texts(param).into_iter();
        if let Some(text) = texts.find(|it| has_task_artifact(it.text)) {
            cx.needs_flag(flag, "artifacts", text.span());
        }
    }
}

/// Whatever looks like a variable is one: text of the shell would be lost here.
fn prefixes(cx: &mut Admission<'_>, task: &Node) {
    let in_matrix = matrix::params(task).map(param::texts);
    for text in said(task).chain(in_matrix).flatten() {
        for reference in scanned(text.text) {
            let known = matches!(
                reference.prefix(),
                "params" | "tasks" | "finally" | "context" | "workspaces" | "results"
            );
            if !known {
                let span = text.of_reference(&reference);
                cx.say(errors::no_variable(span, &reference.whole()));
            }
        }
    }
}
