//! `$(params.list[3])`: the list must have so many elements.

use indexmap::IndexMap;

use crate::admit::controller::model::{self, Declared, Named, Shape};
use crate::admit::controller::variable::Part;
use crate::admit::errors::controller::calls as errors;
use crate::diag::Sink;
use crate::yaml::{Data, Node};

/// Judges the indices in a spec, with what its parameters are given here, else by default.
pub(crate) fn judge(
    spec: &Node,
    declared: &IndexMap<&str, Declared<'_>>,
    given: &[Named<'_>],
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
            sink.push(errors::index(&it, value, items.len()));
        }
    }
}

/// Whether an element stays one: another list in it may bring more.
fn is_one(item: &Node) -> bool {
    item.text().is_none_or(|it| !it.contains("[*]"))
}
