//! What a text may say about variables of one prefix: that they exist, and that lists and records stand where they can.

use indexmap::IndexSet;

use crate::admit::admission::Admission;
use crate::admit::errors::variable as errors;
use crate::admit::substitution::{Reference, Variable, variables, without_index};
use crate::base::{Name, Span};
use crate::yaml::Node;

/// Names that exist, in the order in which they are declared.
pub(crate) type Names = IndexSet<Name>;

/// A text and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    pub(crate) text: &'a str,
    pub(crate) node: &'a Node,
}

impl<'a> Text<'a> {
    /// The text of a string; nothing where the node is none.
    pub(crate) fn of(node: &'a Node) -> Option<Self> {
        node.text().map(|text| Self { text, node })
    }

    /// Where all of it stands.
    pub(crate) fn span(self) -> Span {
        self.node.span
    }

    /// Where a reference in it stands.
    pub(crate) fn of_reference(self, reference: &Reference<'_>) -> Span {
        let end = reference.start + reference.expression.len() + "$()".len();
        self.node.part(reference.start..end)
    }

    fn of_variable(self, variable: &Variable<'_>) -> Span {
        self.node.part(variable.start..variable.end)
    }

    /// The text that stands in a field.
    pub(crate) fn in_field(node: &'a Node, key: &str) -> Option<Self> {
        node.get(key).and_then(Self::of)
    }

    /// The texts of a list that stands in a field.
    pub(crate) fn in_list(node: &'a Node, key: &str) -> impl Iterator<Item = Self> + use<'a> {
        node.list(key).iter().filter_map(Self::of)
    }
}

/// The variables of a text; none, and a word about it, where one has more keys than Tekton reads.
fn readable<'a>(cx: &mut Admission<'_>, text: Text<'a>, prefix: &str) -> Vec<Variable<'a>> {
    let found = variables(text.text, prefix);
    match found.iter().find(|it| it.name().is_none()) {
        Some(deep) => {
            cx.say(errors::too_deep(text.of_variable(deep), prefix, deep.inner));
            Vec::new()
        }
        None => found,
    }
}

/// Every variable of the prefix is one of `names`.
pub(crate) fn exist(cx: &mut Admission<'_>, text: Text<'_>, prefix: &str, names: &Names) {
    for variable in readable(cx, text, prefix) {
        let name = without_index(variable.name().unwrap_or(""));
        if !names.contains(&name) {
            let span = text.of_variable(&variable);
            cx.say(errors::unknown(span, prefix, &name, names));
        }
    }
}

/// No variable of the prefix is one of `names`, which are arrays.
pub(crate) fn not_arrays(cx: &mut Admission<'_>, text: Text<'_>, prefix: &str, names: &Names) {
    for variable in readable(cx, text, prefix) {
        let name = without_star(variable.name().unwrap_or(""));
        if names.contains(name) {
            let span = text.of_variable(&variable);
            cx.say(errors::array_in_text(span, prefix, name));
        }
    }
}

/// A variable that is one of `names`, which are arrays, is all of the text.
pub(crate) fn isolated(cx: &mut Admission<'_>, text: Text<'_>, prefix: &str, names: &Names) {
    let found = readable(cx, text, prefix);
    let alone = |it: &Variable<'_>| it.end - it.start == text.text.len();
    if found.first().is_none_or(alone) {
        return;
    }
    for variable in found {
        let name = without_star(variable.name().unwrap_or(""));
        if names.contains(name) {
            let span = text.of_variable(&variable);
            cx.say(errors::array_among_text(span, prefix, name));
        }
    }
}

/// No variable of the prefix is the whole of one of `names`, which are objects.
pub(crate) fn not_objects(cx: &mut Admission<'_>, text: Text<'_>, prefix: &str, names: &Names) {
    for variable in variables(text.text, prefix) {
        let name = without_star(variable.inner);
        if names.contains(name) {
            let span = text.of_variable(&variable);
            cx.say(errors::object_in_text(span, prefix, name));
        }
    }
}

fn without_star(name: &str) -> &str {
    name.strip_suffix("[*]").unwrap_or(name)
}
