//! `$(params.list[3])`: the list must have so many elements.

use indexmap::IndexMap;

use crate::admit::controller::model::{self, Declared, Named, Shape};
use crate::admit::controller::variable::Part;
use crate::admit::errors::controller::calls as errors;
use crate::base::Span;
use crate::diag::{Severity, Sink};
use crate::yaml::{Data, Node};

/// Judges the indices in a spec, with what its parameters are given here, else by default; `call` is where that is said, and
/// absent where the spec stands alone.
pub(crate) fn judge(
    spec: &Node,
    declared: &IndexMap<&str, Declared<'_>>,
    given: &[Named<'_>],
    call: Option<Span>,
    sink: &mut Sink,
) {
    if declared.values().all(|it| it.shape != Shape::Array) {
        return;
    }
    for it in model::all_variables(spec) {
        let Some((name, [Part::Index(index)])) = it.param() else {
            continue;
        };
        let Some(param) = declared.get(name) else {
            continue;
        };
        let passed = given.iter().find(|it| it.name == name);
        let value = passed.map(Named::value).or_else(|| param.default());
        if let Some((value, Data::List(items))) = value.map(|it| (it, &it.data))
            && *index >= items.len()
            && items.iter().all(is_one)
        {
            let mut found = match (call, passed) {
                (Some(_), Some(_)) => errors::index(&it, value.span, items.len(), it.span),
                (Some(call), None) => errors::index(&it, call, items.len(), it.span),
                (None, _) => errors::index_of_default(&it, value, items.len()),
            };
            if is_of_default(spec, it.span) {
                found.severity = Severity::Warning;
            }
            sink.push(found);
        }
    }
}

/// Whether it stands where a parameter is declared: no controller looks there, and the text stays as it is.
fn is_of_default(spec: &Node, place: Span) -> bool {
    let covers = |it: &Node| it.span.start <= place.start && place.end <= it.span.end;
    spec.get("params").is_some_and(covers)
}

/// Whether an element stays one: another list in it may bring more.
fn is_one(item: &Node) -> bool {
    item.text().is_none_or(|it| !it.contains("[*]"))
}
