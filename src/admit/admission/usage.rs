//! Variables in the fields of a step: parameters that exist and have the type that the field takes.

use crate::admit::admission::Admission;
use crate::admit::admission::param::{self, Spec};
use crate::admit::admission::variable::{self, Names, Text};
use crate::yaml::Node;

/// Fields of a step whose texts may hold variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Text that becomes one string.
    Text,
    /// An element of a list, which an array may take the place of.
    Element,
    /// Read for unknown names only.
    OnError,
}

/// Which fields Tekton looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Step,
    StepAction,
}

fn places<'a>(step: &'a Node, owner: Owner) -> Vec<(Place, Text<'a>)> {
    let is_step = owner == Owner::Step;
    let texts: &[&str] = match owner {
        Owner::Step => &["name", "image", "workingDir", "script"],
        Owner::StepAction => &["image", "script"],
    };
    let mounts: &[&str] = match owner {
        Owner::Step => &["name", "mountPath", "subPath"],
        Owner::StepAction => &["name"],
    };
    let texts = texts.iter().filter_map(|it| Text::in_field(step, it));
    let lists = ["command", "args"].into_iter();
    let elements = lists.flat_map(|it| Text::in_list(step, it));
    let env = step.list("env").iter();
    let env = env.filter_map(|it| Text::in_field(it, "value"));
    let mounted = step.list("volumeMounts").iter();
    let mounted =
        mounted.flat_map(|mount| mounts.iter().filter_map(|it| Text::in_field(mount, it)));
    let on_error = Text::in_field(step, "onError").filter(|_| is_step);
    let plain = texts.map(|it| (Place::Text, it));
    let elements = elements.map(|it| (Place::Element, it));
    let rest = env.chain(mounted).map(|it| (Place::Text, it));
    let last = on_error.map(|it| (Place::OnError, it));
    plain.chain(elements).chain(rest).chain(last).collect()
}

/// Every variable of the prefix names something.
pub(crate) fn exist(
    cx: &mut Admission<'_>,
    steps: &[Node],
    owner: Owner,
    prefix: &str,
    names: &Names,
) {
    for step in steps {
        for (_, text) in places(step, owner) {
            variable::exist(cx, text, prefix, names);
        }
    }
}

/// Arrays stand where a list can take them.
pub(crate) fn arrays(cx: &mut Admission<'_>, steps: &[Node], owner: Owner, specs: &[Spec]) {
    let arrays = param::arrays(specs);
    for step in steps {
        for (place, text) in places(step, owner) {
            match place {
                Place::Text => variable::not_arrays(cx, text, "params", &arrays),
                Place::Element => variable::isolated(cx, text, "params", &arrays),
                Place::OnError => {}
            }
        }
    }
}

/// Parameters exist, keys of objects exist, and no object stands as a whole.
pub(crate) fn declared(cx: &mut Admission<'_>, steps: &[Node], owner: Owner, specs: &[Spec]) {
    exist(cx, steps, owner, "params", &param::names(specs));
    for spec in specs.iter().filter(|it| it.is_object()) {
        let prefix = format!("params.{}", spec.name);
        exist(cx, steps, owner, &prefix, &spec.keys());
    }
    let objects = param::objects(specs);
    for step in steps {
        let places = places(step, owner).into_iter();
        for (_, text) in places.filter(|it| it.0 != Place::OnError) {
            variable::not_objects(cx, text, "params", &objects);
        }
    }
    param::have_properties(cx, specs);
}
