//! Conditions, of steps and of tasks in a pipeline.

use crate::admit::admission::{Admission, cel, field, place, place_of};
use crate::admit::errors::when as errors;
use crate::yaml::Node;
use crate::yaml::node::Data;

const CEL: &str = "enable-cel-in-whenexpression";

/// The conditions of a step or task.
pub(crate) fn all(cx: &mut Admission<'_>, owner: &Node) {
    for condition in owner.list("when") {
        check(cx, condition);
    }
}

fn check(cx: &mut Admission<'_>, condition: &Node) {
    if !condition.text_of("cel").is_empty() {
        in_cel(cx, condition);
        return;
    }
    let (operator, values) = (condition.text_of("operator"), condition.list("values"));
    let is_empty = operator.is_empty() && values.is_empty();
    if is_empty && condition.text_of("input").is_empty() {
        cx.say(errors::empty(place(condition)));
    } else if !matches!(operator, "in" | "notin") {
        cx.say(errors::operator(place_of(condition, "operator"), operator));
    } else if values.is_empty() {
        cx.say(errors::no_values(place_of(condition, "values")));
    }
}

fn in_cel(cx: &mut Admission<'_>, condition: &Node) {
    let span = place_of(condition, "cel");
    if !cx.tekton.has(CEL) {
        cx.needs_flag(CEL, "`cel` of a condition", span);
        return;
    }
    let said = |key: &&str| match field(condition, key).map(|it| &it.data) {
        Some(Data::String(text)) => !text.is_empty(),
        Some(Data::List(items)) => !items.is_empty(),
        Some(Data::Null | Data::Bool(_) | Data::Number(_) | Data::Map(_)) | None => false,
    };
    if let Some(key) = ["input", "operator", "values"].into_iter().find(said) {
        cx.say(errors::cel_beside(span, key));
        return;
    }
    if let Err(problem) = cel::compile(condition.text_of("cel")) {
        cx.say(errors::no_cel(span, &problem));
    }
}
