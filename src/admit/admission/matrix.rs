//! A task that runs once per combination of values.

use indexmap::{IndexMap, IndexSet};

use crate::admit::admission::param;
use crate::admit::admission::{Admission, dag, field, place, place_of};
use crate::admit::errors::matrix as errors;
use crate::admit::substitution::{looks_like_result, result_ref};
use crate::base::{Name, Span};
use crate::schema::profile::ApiFields;
use crate::yaml::Node;

/// Whether a task of a pipeline has a matrix that says anything.
pub(crate) fn is_matrixed(task: &Node) -> bool {
    let says = |it: &Node| !it.list("params").is_empty() || !it.list("include").is_empty();
    field(task, "matrix").is_some_and(says)
}

/// The matrices of all tasks of one section.
pub(crate) fn all(cx: &mut Admission<'_>, tasks: &[Node]) {
    for task in tasks {
        check(cx, task);
    }
    consumed(cx, tasks);
}

fn check(cx: &mut Admission<'_>, task: &Node) {
    let Some(matrix) = field(task, "matrix") else {
        return;
    };
    let span = place_of(task, "matrix");
    if is_matrixed(task) {
        cx.needs(ApiFields::Beta, "`matrix`", place(matrix));
        let (count, limit) = (
            count(matrix, cx.is_beta()),
            cx.tekton.max_matrix_combinations(),
        );
        if i128::from(limit) < count {
            cx.say(errors::too_many(span, count, limit));
        }
        for include in matrix.list("include") {
            param::bound_once(cx, include.list("params"));
        }
        param::bound_once(cx, matrix.list("params"));
    }
    let names: IndexSet<&str> = params(task).map(|it| it.text_of("name")).collect();
    for param in task.list("params") {
        let name = param.text_of("name");
        if names.contains(name) {
            cx.say(errors::in_matrix_and_params(place(param), name));
        }
    }
}

/// The parameters of a task's matrix and of its inclusions.
pub(crate) fn params(task: &Node) -> impl Iterator<Item = &Node> {
    let matrix = field(task, "matrix").into_iter();
    matrix.flat_map(|it| {
        let included = it.list("include").iter();
        let included = included.flat_map(|it| it.list("params"));
        it.list("params").iter().chain(included)
    })
}

/// How many combinations there are, as Tekton counts them.
fn count(matrix: &Node, is_beta: bool) -> i128 {
    let params = matrix.list("params");
    let includes = matrix.list("include");
    if params.is_empty() {
        return i128::try_from(includes.len()).unwrap_or(i128::MAX);
    }
    let mut count: i128 = 1;
    for param in params {
        let values = param.list("value").len();
        // The older API lets one empty list empty the matrix.
        if values > 0 || is_beta {
            count = count.saturating_mul(i128::try_from(values).unwrap_or(i128::MAX));
        }
    }
    let new: usize = includes.iter().map(|it| new_of(it, params)).sum();
    count.saturating_add(i128::try_from(new).unwrap_or(i128::MAX))
}

/// How many combinations an inclusion adds.
fn new_of(include: &Node, params: &[Node]) -> usize {
    let lists: IndexMap<&str, Vec<&str>> = params
        .iter()
        .map(|it| {
            let values = it.list("value").iter();
            let values = values.map(|it| it.text().unwrap_or(""));
            (it.text_of("name"), values.collect())
        })
        .collect();
    let included = include.list("params").iter();
    let known = included.filter_map(|it| {
        let list = lists.get(it.text_of("name"))?;
        Some(list.contains(&it.text_of("value")))
    });
    known.take_while(|it| !it).count()
}

/// Results of a matrix are taken all together, and are strings.
fn consumed(cx: &mut Admission<'_>, tasks: &[Node]) {
    let by_name: IndexMap<&str, &Node> = tasks.iter().map(|it| (it.text_of("name"), it)).collect();
    let mut last: Vec<(Name, Name, Span)> = Vec::new();
    for param in tasks.iter().flat_map(|it| it.list("params")) {
        let found = dag::expressions(&param::texts(param)).into_iter();
        let mut found = found.filter(|it| looks_like_result(it.0)).peekable();
        if found.peek().is_none() {
            continue;
        }
        // Tekton looks at the types of what the last parameter takes, and at nothing after a wrong one.
        last.clear();
        let mut good = true;
        for (expression, span) in found {
            let task = expression.split('.').nth(1).unwrap_or("");
            if !by_name.get(task).is_some_and(|it| is_matrixed(it)) {
                continue;
            }
            if !expression.ends_with("[*]") {
                cx.say(errors::not_in_aggregate(span, expression));
                good = false;
            }
            last.extend(result_ref(expression).map(|it| (Name::new(it.task), it.result, span)));
        }
        if !good {
            return;
        }
    }
    for (task, result, span) in last {
        let task = by_name.get(task.as_str()).copied();
        of_strings(cx, &by_name, task, &result, span);
    }
}

fn of_strings(
    cx: &mut Admission<'_>,
    by_name: &IndexMap<&str, &Node>,
    task: Option<&Node>,
    result: &str,
    span: Span,
) {
    let reference = task.and_then(|it| field(it, "taskRef"));
    // A reference is looked up among the tasks of the pipeline.
    let owner = match reference {
        Some(it) => by_name.get(it.text_of("name")).copied(),
        None => task,
    };
    let results = owner.and_then(|it| field(it, "taskSpec"));
    let results = results.map_or(&[] as &[_], |it| it.list("results"));
    let mut results = results.iter().filter(|it| it.text_of("name") == result);
    if let Some(it) = results.find(|it| it.text_of("type") != "string") {
        cx.say(errors::no_string(span, result, it.text_of("type")));
    }
}
