//! A run of something that is not Tekton's own.

use crate::admit::Object;
use crate::admit::admission::{
    Admission, field, metadata, param, place, place_of_key, taskrun, workspace,
};
use crate::admit::errors::customrun as errors;
use crate::yaml::Node;

pub(crate) fn object(cx: &mut Admission<'_>, object: &Object) {
    metadata::check(cx, object);
    let Some(spec) = object.spec() else {
        cx.say(errors::nothing_to_run(object.span()));
        return;
    };
    what(cx, spec);
    taskrun::message(cx, spec);
    param::bound_once_in_run(cx, spec.list("params"));
    workspace::bindings(cx, spec.list("workspaces"), workspace::Names::Folded);
}

fn what(cx: &mut Admission<'_>, spec: &Node) {
    let (reference, embedded) = (field(spec, "customRef"), field(spec, "customSpec"));
    let (key, of) = match (reference, embedded) {
        (None, None) => {
            cx.say(errors::nothing_to_run(place(spec)));
            return;
        }
        (Some(_), Some(_)) => {
            cx.say(errors::both_to_run(place_of_key(spec, "customSpec")));
            return;
        }
        (Some(it), None) => ("customRef", it),
        (None, Some(it)) => ("customSpec", it),
    };
    for needed in ["apiVersion", "kind"] {
        if of.text_of(needed).is_empty() {
            cx.say(errors::without(place_of_key(spec, key), key, needed));
        }
    }
}
