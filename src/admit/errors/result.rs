//! Results of tasks and steps.

use crate::admit::admission::param::Form;
use crate::base::Span;
use crate::diag::Diagnostic;

/// The name of a result holds letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
pub(crate) fn name_form(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` cannot be the name of a result");
    Diagnostic::new("name-form", span, message)
        .note("it holds letters, digits, `-`, `_` and `.`, with a letter or digit at both ends")
}

/// The type of a result is `string`, `array` or `object`.
pub(crate) fn no_type(span: Span, name: &str, kind: &str) -> Diagnostic {
    let message = format!("`{kind}` is no type of the result `{name}`");
    Diagnostic::new("param-declaration", span, message)
        .note("results are `string`, `array` or `object`")
}

/// An object result says which keys it has.
pub(crate) fn no_properties(span: Span, name: &str) -> Diagnostic {
    let message = format!("the object `{name}` does not say which keys it has");
    Diagnostic::new("missing-field", span, message)
        .note("results are taken key by key, so the keys must be known")
        .help("list them under `properties`")
}

/// The keys of an object result are strings.
pub(crate) fn key_is_no_string(span: Span, name: &str, key: &str, kind: &str) -> Diagnostic {
    let message = format!("the key `{key}` of `{name}` has the type `{kind}`");
    Diagnostic::new("param-declaration", span, message).note("keys of objects hold strings")
}

/// The value of a task's result is a string.
pub(crate) fn value_is_no_text(span: Span, name: &str, form: Form) -> Diagnostic {
    let form = form.name();
    let message = format!("the value of the result `{name}` is of the type `{form}`");
    Diagnostic::new("reference-form", span, message)
        .note("a value says from which step the result comes, and nothing else")
        .help("write `value: $(steps.STEP.results.RESULT)`")
}

/// The value of a task's result is the result of a step.
pub(crate) fn value_is_no_step_result(span: Span, name: &str) -> Diagnostic {
    let message = format!("the value of `{name}` is not the result of a step");
    Diagnostic::new("reference-form", span, message)
        .note("what the steps write to `$(results.NAME.path)` needs no `value`")
        .help("write `$(steps.STEP.results.RESULT)`, or leave `value` out")
}

/// The value of a task's result has the name of a step.
pub(crate) fn value_of_no_step(span: Span, name: &str, step: &str) -> Diagnostic {
    let message = format!("the value of `{name}` is of `{step}`, which no step can be called");
    Diagnostic::new("name-form", span, message)
        .note("names of steps are lower-case letters, digits and `-`")
}

/// The value of a task's result has the name of a result.
pub(crate) fn value_of_no_result(span: Span, name: &str, result: &str) -> Diagnostic {
    let message = format!("the value of `{name}` is `{result}`, which no result can be called");
    Diagnostic::new("name-form", span, message)
        .note("names of results hold letters, digits, `-`, `_` and `.`")
}
