//! Results of tasks and steps.

use crate::admit::admission::param::Form;
use crate::admit::admission::{Admission, field, metadata, place, place_of};
use crate::admit::errors::result as errors;
use crate::admit::substitution::step_result;
use crate::yaml::Node;

/// What a task says of a result.
pub(crate) fn of_task(cx: &mut Admission<'_>, result: &Node) {
    if !named(cx, result) {
        return;
    }
    of_type(cx, result);
    if let Some(value) = field(result, "value") {
        of_value(cx, result, value);
    }
}

/// What a step says of a result.
pub(crate) fn of_step(cx: &mut Admission<'_>, result: &Node) {
    if named(cx, result) {
        of_type(cx, result);
    }
}

fn named(cx: &mut Admission<'_>, result: &Node) -> bool {
    let name = result.text_of("name");
    let good = is_name(name);
    if !good {
        cx.say(errors::name_form(place(result), name));
    }
    good
}

/// Letters and digits at both ends, with `-`, `_` and `.` between them.
fn is_name(name: &str) -> bool {
    let end = |it: char| it.is_ascii_alphanumeric();
    let inner = |it: char| end(it) || matches!(it, '-' | '_' | '.');
    name.starts_with(end) && name.ends_with(end) && name.chars().all(inner)
}

fn of_type(cx: &mut Admission<'_>, result: &Node) {
    let name = result.text_of("name");
    match result.text_of("type") {
        "" | "string" | "array" => {}
        "object" => keys(cx, result, name),
        other => cx.say(errors::no_type(place_of(result, "type"), name, other)),
    }
}

fn keys(cx: &mut Admission<'_>, result: &Node, name: &str) {
    let Some(properties) = field(result, "properties") else {
        cx.say(errors::no_properties(place(result), name));
        return;
    };
    for entry in properties.entries() {
        let kind = entry.value.text_of("type");
        if kind != "string" {
            cx.say(errors::key_is_no_string(entry.at, name, &entry.key, kind));
        }
    }
}

/// A value is that of a step's result, and nothing else.
fn of_value(cx: &mut Admission<'_>, result: &Node, value: &Node) {
    let name = result.text_of("name");
    let form = Form::of(Some(value));
    if form != Form::Text {
        cx.say(errors::value_is_no_text(value.span, name, form));
        return;
    }
    let text = value.text().unwrap_or("");
    if text.is_empty() {
        return;
    }
    let Some((step, result)) = step_result(text) else {
        cx.say(errors::value_is_no_step_result(value.span, name));
        return;
    };
    if !metadata::is_label(step) {
        cx.say(errors::value_of_no_step(value.span, name, step));
    } else if !is_name(result) {
        cx.say(errors::value_of_no_result(value.span, name, result));
    }
}
