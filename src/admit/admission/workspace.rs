//! What stands behind the workspaces of a run.

use indexmap::IndexSet;

use crate::admit::admission::{Admission, field, place, place_of_key};
use crate::admit::errors::workspace as errors;
use crate::yaml::Node;

/// Each a source of files; what it must say, by a path within it.
const SOURCES: &[(&str, &str)] = &[
    ("volumeClaimTemplate", ""),
    ("persistentVolumeClaim", "claimName"),
    ("emptyDir", ""),
    ("configMap", "name"),
    ("secret", "secretName"),
    ("projected", "sources"),
    ("csi", "driver"),
];

/// How names of bindings are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    AsWritten,
    /// In lower case, as runs of single tasks have it.
    Folded,
}

pub(crate) fn bindings(cx: &mut Admission<'_>, bindings: &[Node], names: Names) {
    let mut seen = IndexSet::new();
    for binding in bindings {
        let name = binding.text_of("name");
        let key = match names {
            Names::AsWritten => name.to_owned(),
            Names::Folded => name.to_lowercase(),
        };
        if !seen.insert(key) {
            cx.say(errors::bound_twice(place(binding), name));
        }
        source(cx, binding);
    }
}

fn source(cx: &mut Admission<'_>, binding: &Node) {
    let name = binding.text_of("name");
    let said = SOURCES.iter();
    let said = said.filter_map(|it| Some((it.0, it.1, field(binding, it.0)?)));
    let said: Vec<(&str, &str, &Node)> = said.collect();
    match said.as_slice() {
        [] => cx.say(errors::no_source(place(binding), name)),
        [(key, needed, source)] => {
            let node = source.get(needed);
            let given = node.is_some_and(|it| {
                it.text().is_some_and(|it| !it.is_empty()) || !it.items().is_empty()
            });
            if !needed.is_empty() && !given {
                let span = place_of_key(binding, key);
                cx.say(errors::source_without(span, key, needed));
            }
        }
        [(first, ..), (second, ..), ..] => {
            let span = place_of_key(binding, second);
            cx.say(errors::several_sources(span, name, first, second));
        }
    }
}
