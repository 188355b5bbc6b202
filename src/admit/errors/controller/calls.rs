//! Messages about arguments.

use crate::admit::controller::model::{Declared, Named, Shape};
use crate::admit::controller::params::Call;
use crate::admit::controller::variable::Variable;
use crate::base::Span;
use crate::diag::{Diagnostic, Severity};
use crate::yaml::{Entry, Node};

pub(crate) fn missing(params: &[&Declared<'_>], call: Call<'_>) -> Diagnostic {
    let names: Vec<String> = params.iter().map(|it| format!("`{}`", it.name)).collect();
    let names = names.join(", ");
    let Call { at, caller, callee } = call;
    let message = format!("{caller} passes no {names}, which the {callee} needs");
    let mut found = Diagnostic::new("missing-argument", at, message);
    for it in params {
        found = found.label(it.span(), format!("`{}` has no default", it.name));
    }
    found.help(format!("add {names} to `params`, or give it a `default`"))
}

/// A parameter of a pipeline without a name and a default, which no run can pass.
pub(crate) fn nameless(param: &Node, call: Call<'_>) -> Diagnostic {
    let Call { at, caller, callee } = call;
    let message = format!("{caller} passes nothing for a parameter of the {callee} without a name");
    Diagnostic::new("missing-argument", at, message)
        .label(param.span, "it has no `name` and no `default`")
        .help("give it a `name`, or drop it")
}

pub(crate) fn extra(given: &Named<'_>, call: Call<'_>, near: Option<&str>) -> Diagnostic {
    let Call { caller, callee, .. } = call;
    let name = given.name;
    let message = format!("{caller} passes `{name}`, which the {callee} does not declare");
    let mut found = Diagnostic::new("extra-argument", given.at.span, message)
        .note("the controller drops it without a word");
    found.severity = Severity::Warning;
    found.did_you_mean(given.at.span, near)
}

/// An argument under a name that is like the one of a parameter which is missing.
pub(crate) fn misspelt(given: &Named<'_>, call: Call<'_>, param: &Declared<'_>) -> Diagnostic {
    let Call { caller, callee, .. } = call;
    let (name, right) = (given.name, param.name);
    let message = format!("{caller} passes `{name}`, and the {callee} needs `{right}`");
    Diagnostic::new("missing-argument", given.at.span, message)
        .label(param.span(), format!("`{right}` has no default"))
        .did_you_mean(given.at.span, Some(right))
}

pub(crate) fn refused(given: &Named<'_>, call: Call<'_>, near: Option<&str>) -> Diagnostic {
    let Call { caller, callee, .. } = call;
    let name = given.name;
    let message = format!("{caller} passes `{name}`, which the {callee} does not declare");
    Diagnostic::new("refused-argument", given.at.span, message)
        .note("a step action takes no argument that it does not declare")
        .did_you_mean(given.at.span, near)
}

pub(crate) fn type_of(param: &Declared<'_>, given: &Named<'_>, shape: Shape) -> Diagnostic {
    let (name, declared, passed) = (param.name, param.shape.name(), shape.name());
    let article = |it: Shape| match it {
        Shape::Array | Shape::Object => "an",
        Shape::String => "a",
    };
    let message = format!(
        "`{name}` is {} {declared}, and gets {} {passed}",
        article(param.shape),
        article(shape)
    );
    let found = Diagnostic::new("type-mismatch", given.value().span, message)
        .label(param.span(), "declared here");
    match (param.shape, shape) {
        (Shape::Array, Shape::String) => {
            found.help("write a list; `\"$(params.NAME[*])\"` alone passes an array on")
        }
        (Shape::Object, Shape::String) => {
            found.help("write a map; `\"$(params.NAME[*])\"` alone passes an object on")
        }
        (Shape::String, Shape::Array | Shape::Object | Shape::String)
        | (Shape::Array, Shape::Array | Shape::Object)
        | (Shape::Object, Shape::Array | Shape::Object) => found,
    }
}

/// A text with a variable, which the controller takes for an array or object to come: in a run none comes.
pub(crate) fn text_as_list(param: &Declared<'_>, given: &Named<'_>) -> Diagnostic {
    let mut found = type_of(param, given, Shape::String)
        .note("the controller takes it, since a variable stands in it, and the task gets none");
    found.severity = Severity::Warning;
    found
}

pub(crate) fn no_value(param: &Declared<'_>, given: &Named<'_>) -> Diagnostic {
    let (name, shape) = (param.name, param.shape.name());
    let message = format!("`{name}` is of type {shape}, and gets no value");
    Diagnostic::new("type-mismatch", given.at.span, message)
        .label(param.span(), "declared here")
        .help("write a `value`, or drop it to have the default")
}

pub(crate) fn matrix_of(param: &Declared<'_>, given: &Named<'_>) -> Diagnostic {
    let (name, shape) = (param.name, param.shape.name());
    let message = format!("a matrix gives `{name}` one string at a time, and it is an {shape}");
    Diagnostic::new("type-mismatch", given.at.span, message).label(param.span(), "declared here")
}

pub(crate) fn keys(param: &Declared<'_>, given: &Named<'_>, missing: &[&str]) -> Diagnostic {
    let names: Vec<String> = missing.iter().map(|it| format!("`{it}`")).collect();
    let message = format!("the object `{}` gets no {}", param.name, names.join(", "));
    Diagnostic::new("missing-argument", given.at.span, message)
        .label(param.span(), "declared with that key")
        .note("every key of `properties` must come from the call or from the default")
}

/// An object whose default lacks keys that no call adds.
pub(crate) fn keys_of_default(
    param: &Declared<'_>,
    call: Call<'_>,
    missing: &[&str],
) -> Diagnostic {
    let names: Vec<String> = missing.iter().map(|it| format!("`{it}`")).collect();
    let (name, names) = (param.name, names.join(", "));
    let message = format!(
        "{} passes no {names} of `{name}`, whose default has none",
        call.caller
    );
    Diagnostic::new("missing-argument", call.at, message)
        .label(param.span(), "declared with that key")
        .note("every key of `properties` must come from the call or from the default")
}

pub(crate) fn extra_key(param: &Declared<'_>, given: &Entry, near: Option<&str>) -> Diagnostic {
    let message = format!(
        "the object `{}` declares no key `{}`",
        param.name, given.key
    );
    let mut found = Diagnostic::new("extra-argument", given.at, message)
        .note("nothing refuses it, and nothing uses it");
    found.severity = Severity::Warning;
    found.did_you_mean(given.at, near)
}

pub(crate) fn not_in_enum(param: &Declared<'_>, given: &Named<'_>, all: &[&str]) -> Diagnostic {
    let text = given.value().text().unwrap_or_default();
    let message = format!("`{}` cannot be `{text}`", param.name);
    Diagnostic::new("enum-value", given.value().span, message)
        .label(param.span(), "declared here")
        .note(format!("it is one of {}", listed(all)))
        .did_you_mean(
            given.value().span,
            crate::base::spelling::nearest(text, all.iter().copied()),
        )
}

pub(crate) fn wider_enum(
    param: &Declared<'_>,
    outer: &Declared<'_>,
    given: &Named<'_>,
    inner: &[&str],
) -> Diagnostic {
    let message = format!(
        "`{}` allows texts that `{}` of the task does not",
        outer.name, param.name
    );
    Diagnostic::new("enum-value", given.value().span, message)
        .label(outer.span(), "the parameter of the pipeline")
        .label(param.span(), "the parameter of the task")
        .help(format!(
            "give `{}` an `enum` with no more than {}",
            outer.name,
            listed(inner)
        ))
}

fn listed(all: &[&str]) -> String {
    let all: Vec<String> = all.iter().map(|it| format!("`{it}`")).collect();
    all.join(", ")
}

/// What is passed is too short for how it is used.
pub(crate) fn index(it: &Variable<'_>, at: Span, length: usize, used: Span) -> Diagnostic {
    let message = format!(
        "`$({})` is behind the end of the array, which has {}",
        it.expression,
        elements(length)
    );
    Diagnostic::new("index-range", at, message)
        .label(used, "used here")
        .note("the first element is `[0]`")
}

/// The default is too short, which an argument may mend.
pub(crate) fn index_of_default(it: &Variable<'_>, value: &Node, length: usize) -> Diagnostic {
    let message = format!(
        "`$({})` is behind the end of the default, which has {}",
        it.expression,
        elements(length)
    );
    let mut found = Diagnostic::new("index-range", it.span, message)
        .label(value.span, "the default")
        .note("the first element is `[0]`");
    found.severity = Severity::Warning;
    found
}

fn elements(length: usize) -> String {
    match length {
        1 => "1 element".to_owned(),
        many => format!("{many} elements"),
    }
}

pub(crate) fn value_of_run(it: &Variable<'_>) -> Diagnostic {
    let message = format!("`$({})` is not replaced in a value of a run", it.expression);
    Diagnostic::new("literal-variable", it.span, message)
        .note("a run knows no parameters or results: the text itself is passed on")
}

/// A parameter of a pipeline that no task could have.
pub(crate) fn name_of_param(declared: &Declared<'_>) -> Diagnostic {
    let message = format!("no task can have a parameter `{}`", declared.name);
    Diagnostic::new("unusable-name", declared.span(), message)
        .note("a pipeline may call it so, and a task that takes the name over is refused")
        .help("begin with a letter or `_`, and go on with letters, digits, `_`, `-` and `.`")
}

/// `onError` made of a parameter.
pub(crate) fn on_error(at: Span, used: Span, text: &str) -> Diagnostic {
    let message = format!("`onError` cannot be `{text}`");
    let found = Diagnostic::new("enum-value", at, message)
        .note("it is `continue` or `stopAndFail`, or one parameter that is");
    match at == used {
        true => found,
        false => found.label(used, "used here"),
    }
}
