//! Arguments of a call against the parameters of what is called.

use indexmap::IndexMap;

use crate::admit::Context;
use crate::admit::controller::model::{self, Declared, Named, Shape};
use crate::admit::controller::pipeline::{Pipeline, Task};
use crate::admit::controller::variable::{Part, variables};
use crate::admit::controller::{indices, matrix};
use crate::admit::errors::controller::calls as errors;
use crate::admit::substitution;
use crate::base::Span;
use crate::base::spelling::nearest;
use crate::diag::Sink;
use crate::yaml::{Data, Node};

/// One call: who calls what, and where to say so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    /// Where the caller stands.
    pub(crate) at: Span,
    /// `task `build``, `the run`.
    pub(crate) caller: &'a str,
    /// `task`, `pipeline`, `step action`.
    pub(crate) callee: &'a str,
}

/// What a task of a pipeline calls: `task`, `pipeline`, and its spec.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Callee<'a> {
    pub(crate) what: &'static str,
    pub(crate) spec: &'a Node,
}

/// Judges the arguments of a task of a pipeline.
pub(crate) fn of_callee<'a>(
    ctx: &Context<'a>,
    pipeline: &Pipeline<'a>,
    task: &Task<'a>,
    callee: Callee<'a>,
    sink: &mut Sink,
) {
    let declared = model::declared(callee.spec, "params");
    let given = model::named(task.node, "params");
    let spread = matrix::params(task);
    let caller = format!("`{}`", task.name);
    let call = Call {
        at: model::place(task.node),
        caller: &caller,
        callee: callee.what,
    };
    let all: Vec<Named<'_>> = given.iter().chain(&spread).copied().collect();
    let meant = meant(&declared, &all);
    missing(&declared, &all, &meant, call, sink);
    incomplete(&declared, &all, call, sink);
    for it in &given {
        if let Some(param) = declared.get(it.name) {
            match it.node.get("value") {
                None => sink.push(errors::no_value(param, it)),
                // Of a name in quotes the controller makes no list here.
                Some(value) if names_in_quotes(value) => {
                    types(param, it, Some(Shape::String), sink);
                }
                Some(value) => types(param, it, shape_of(pipeline, value), sink),
            }
            keys(param, it, sink);
            if it.value().text().is_some_and(|it| !it.contains("$(")) {
                allowed(ctx, param, it, sink);
            }
            enums_of(ctx, pipeline, param, it, sink);
        } else if !is_used_by_embedded(task, it.name) {
            extra(&declared, &meant, it, call, sink);
        }
    }
    for it in &spread {
        match declared.get(it.name) {
            Some(param) if param.shape != Shape::String => sink.push(errors::matrix_of(param, it)),
            Some(_) => {}
            None if is_used_by_embedded(task, it.name) => {}
            None => extra(&declared, &meant, it, call, sink),
        }
    }
    indices::judge(callee.spec, &declared, &given, Some(call.at), sink);
}

fn names_in_quotes(value: &Node) -> bool {
    let all = variables(value);
    let mut params = all.iter().filter(|it| it.param().is_some());
    params.any(|it| matches!(it.parts.get(1), Some(Part::Quoted(_))))
}

/// What is written in the pipeline sees its arguments even where it declares none.
fn is_used_by_embedded(task: &Task<'_>, name: &str) -> bool {
    let specs = ["taskSpec", "pipelineSpec"];
    let specs = specs.into_iter().filter_map(|it| task.node.get(it));
    let mut all = specs.flat_map(model::all_variables);
    all.any(|it| it.param().is_some_and(|it| it.0 == name))
}

/// Judges arguments whose values stand there as they are: of a run.
pub(crate) fn of_run<'a>(
    ctx: &Context<'a>,
    declared: &IndexMap<&'a str, Declared<'a>>,
    given: &[Named<'a>],
    call: Call<'_>,
    is_used: &dyn Fn(&str) -> bool,
    sink: &mut Sink,
) {
    let meant = meant(declared, given);
    missing(declared, given, &meant, call, sink);
    incomplete(declared, given, call, sink);
    for it in given {
        if let Some(param) = declared.get(it.name) {
            // A task takes nothing for an empty text; to a pipeline it has no type at all.
            match it.node.get("value") {
                None if call.callee == "pipeline" => sink.push(errors::no_value(param, it)),
                Some(value) if call.callee == "task" && may_become(param, value) => {
                    sink.push(errors::text_as_list(param, it));
                }
                Some(_) | None => types(param, it, Some(it.shape()), sink),
            }
            keys(param, it, sink);
            allowed(ctx, param, it, sink);
        } else if !is_used(it.name) {
            extra(declared, &meant, it, call, sink);
        }
    }
}

/// Judges parameters of a pipeline that have no name: the webhook takes them, and a run cannot pass them.
pub(crate) fn nameless(spec: &Node, call: Call<'_>, sink: &mut Sink) {
    for it in spec.list("params") {
        let is_given = it.get("default").is_some_and(|it| !it.is_null());
        if it.text_of("name").is_empty() && !is_given {
            sink.push(errors::nameless(it, call));
        }
    }
}

/// Judges the arguments of a step for its action, which takes no others.
pub(crate) fn of_step<'a>(step: &'a Node, action: &'a Node, sink: &mut Sink) {
    let declared = model::declared(action, "params");
    let given = model::named(step, "params");
    let caller = match step.text_of("name") {
        "" => "the step".to_owned(),
        name => format!("the step `{name}`"),
    };
    let call = Call {
        at: model::place(step),
        caller: &caller,
        callee: "step action",
    };
    let meant = meant(&declared, &given);
    missing(&declared, &given, &meant, call, sink);
    for it in &given {
        if !declared.contains_key(it.name) {
            let near = meant.get(it.name).map(|it| it.name);
            let near = near.or_else(|| nearest(it.name, declared.keys().copied()));
            sink.push(errors::refused(it, call, near));
        }
    }
}

/// The parameters that are missing and seem to be meant by what is passed, by the name under which it is.
type Meant<'a, 'p> = IndexMap<&'a str, &'p Declared<'a>>;

fn meant<'a, 'p>(
    declared: &'p IndexMap<&'a str, Declared<'a>>,
    given: &[Named<'a>],
) -> Meant<'a, 'p> {
    let mut found = Meant::new();
    for it in given.iter().filter(|it| !declared.contains_key(it.name)) {
        let is_free = |param: &&Declared<'_>| {
            is_missing(param, given) && !found.values().any(|it| it.name == param.name)
        };
        let free = declared.values().filter(is_free).map(|it| it.name);
        if let Some(param) = nearest(it.name, free).and_then(|it| declared.get(it)) {
            found.insert(it.name, param);
        }
    }
    found
}

fn is_missing(param: &Declared<'_>, given: &[Named<'_>]) -> bool {
    param.default().is_none() && !given.iter().any(|it| it.name == param.name)
}

/// What is passed and not declared: a slip, or too much.
fn extra(
    declared: &IndexMap<&str, Declared<'_>>,
    meant: &Meant<'_, '_>,
    given: &Named<'_>,
    call: Call<'_>,
    sink: &mut Sink,
) {
    sink.push(match meant.get(given.name) {
        Some(param) => errors::misspelt(given, call, param),
        None => errors::extra(given, call, nearest(given.name, declared.keys().copied())),
    });
}

/// Objects whose default lacks keys, where no map is passed that has them.
fn incomplete(
    declared: &IndexMap<&str, Declared<'_>>,
    given: &[Named<'_>],
    call: Call<'_>,
    sink: &mut Sink,
) {
    let is_given = |name: &str| {
        let mut maps = given.iter().filter(|it| it.shape() == Shape::Object);
        maps.any(|it| it.name == name)
    };
    for param in declared.values().filter(|it| it.shape == Shape::Object) {
        let default = param.default().map_or(&[][..], Node::entries);
        let has = |key: &str| default.iter().any(|it| it.key == key);
        let missing: Vec<&str> = param.keys().filter(|it| !has(it)).collect();
        if !default.is_empty() && !missing.is_empty() && !is_given(param.name) {
            sink.push(errors::keys_of_default(param, call, &missing));
        }
    }
}

fn missing(
    declared: &IndexMap<&str, Declared<'_>>,
    given: &[Named<'_>],
    meant: &Meant<'_, '_>,
    call: Call<'_>,
    sink: &mut Sink,
) {
    let is_meant = |name: &str| meant.values().any(|it| it.name == name);
    let missing: Vec<&Declared<'_>> = declared
        .values()
        .filter(|it| is_missing(it, given) && !is_meant(it.name))
        .collect();
    if !missing.is_empty() {
        sink.push(errors::missing(&missing, call));
    }
}

/// Whether the controller leaves a text alone that is passed for an array or object, since a variable in it may become one.
fn may_become(param: &Declared<'_>, value: &Node) -> bool {
    let is_text = |it: &str| !substitution::scanned(it).is_empty();
    match param.shape {
        Shape::String => false,
        Shape::Array | Shape::Object => value.text().is_some_and(is_text),
    }
}

fn types(param: &Declared<'_>, given: &Named<'_>, shape: Option<Shape>, sink: &mut Sink) {
    if let Some(shape) = shape
        && shape != param.shape
    {
        sink.push(errors::type_of(param, given, shape));
    }
}

/// All keys of an object must come, from the default or from the call.
fn keys(param: &Declared<'_>, given: &Named<'_>, sink: &mut Sink) {
    let (Shape::Object, Data::Map(passed)) = (param.shape, &given.value().data) else {
        return;
    };
    let default = param.default().map_or(&[][..], Node::entries);
    let has = |key: &str| passed.iter().chain(default).any(|it| it.key == key);
    let missing: Vec<&str> = param.keys().filter(|it| !has(it)).collect();
    if !missing.is_empty() {
        sink.push(errors::keys(param, given, &missing));
    }
    let known: Vec<&str> = param.keys().collect();
    for it in passed
        .iter()
        .filter(|it| !known.is_empty() && !known.contains(&it.key.as_str()))
    {
        sink.push(errors::extra_key(
            param,
            it,
            nearest(&it.key, known.iter().copied()),
        ));
    }
}

/// Texts that an `enum` allows; empty where there is none.
fn enumerated<'a>(param: &Declared<'a>) -> Vec<&'a str> {
    let all = param.node.list("enum").iter();
    all.filter_map(Node::text).collect()
}

fn allowed(ctx: &Context<'_>, param: &Declared<'_>, given: &Named<'_>, sink: &mut Sink) {
    let all = enumerated(param);
    let Some(text) = given.value().text() else {
        return;
    };
    if ctx.profile.tekton.has("enable-param-enum")
        && !text.is_empty()
        && !all.is_empty()
        && !all.contains(&text)
    {
        sink.push(errors::not_in_enum(param, given, &all));
    }
}

/// A parameter that is passed on must allow no more than the one that takes it.
fn enums_of(
    ctx: &Context<'_>,
    pipeline: &Pipeline<'_>,
    param: &Declared<'_>,
    given: &Named<'_>,
    sink: &mut Sink,
) {
    let inner = enumerated(param);
    if inner.is_empty() || !ctx.profile.tekton.has("enable-param-enum") {
        return;
    }
    for it in variables(given.value()) {
        let outer = it.param().and_then(|it| pipeline.params.get(it.0));
        if let Some(outer) = outer.filter(|it| it.shape == Shape::String) {
            let texts = enumerated(outer);
            if texts.is_empty() || texts.iter().any(|it| !inner.contains(it)) {
                sink.push(errors::wider_enum(param, outer, given, &inner));
            }
        }
    }
}

/// The type of a value in a pipeline once its variables are replaced; `None` where that is not known.
pub(crate) fn shape_of(pipeline: &Pipeline<'_>, value: &Node) -> Option<Shape> {
    let Data::String(_) = value.data else {
        return Some(Shape::of(value));
    };
    let all = variables(value);
    let [it] = all.as_slice() else {
        return Some(Shape::String);
    };
    if !it.is_whole() {
        return Some(Shape::String);
    }
    if let Some((name, [Part::Star])) = it.param() {
        return pipeline.param(name);
    }
    let Some(result) = it
        .task_result()
        .filter(|it| matches!(it.rest, [] | [Part::Star]))
    else {
        return Some(Shape::String);
    };
    let producer = pipeline.task(result.task)?;
    if producer.is_matrixed() {
        return Some(Shape::Array);
    }
    match producer.results()?.get(result.result)?.shape {
        // With a star it stays text, which is said by the rule of results.
        Shape::String if !result.rest.is_empty() => None,
        shape @ (Shape::String | Shape::Array | Shape::Object) => Some(shape),
    }
}
