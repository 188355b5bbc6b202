//! The parts of Tekton's objects under names of their own, over the canonical tree.

use indexmap::IndexMap;

use crate::admit::controller::variable::{Part, Variable, variables};
use crate::yaml::{Data, Node};

/// The type of a parameter or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    String,
    Array,
    Object,
}

impl Shape {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// The type of a value as it is written.
    pub(crate) fn of(value: &Node) -> Self {
        match value.data {
            Data::List(_) => Self::Array,
            Data::Map(_) => Self::Object,
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => Self::String,
        }
    }

    /// What a declaration says, or what its properties and its default imply.
    fn declared(node: &Node) -> Self {
        match node.text_of("type") {
            "string" => Self::String,
            "array" => Self::Array,
            "object" => Self::Object,
            _ if node.get("properties").is_some_and(|it| !it.is_null()) => Self::Object,
            _ => node.get("default").map_or(Self::String, Self::of),
        }
    }
}

/// A declared parameter or result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared<'a> {
    pub(crate) node: &'a Node,
    pub(crate) name: &'a str,
    pub(crate) shape: Shape,
}

impl<'a> Declared<'a> {
    fn new(node: &'a Node) -> Option<Self> {
        let name = node.get("name").and_then(Node::text)?;
        let shape = Shape::declared(node);
        Some(Self { node, name, shape })
    }

    /// `default`, unless it says nothing.
    pub(crate) fn default(&self) -> Option<&'a Node> {
        self.node.get("default").filter(|it| !it.is_null())
    }

    /// The keys of an object.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a str> {
        let properties = self.node.get("properties").map_or(&[][..], Node::entries);
        properties.iter().map(|it| it.key.as_str())
    }

    /// Where its name stands.
    pub(crate) fn span(&self) -> crate::base::Span {
        self.node.get("name").map_or(self.node.span, |it| it.span)
    }
}

/// What is declared in a list of a spec, by name; the first of a name counts.
pub(crate) fn declared<'a>(spec: &'a Node, list: &str) -> IndexMap<&'a str, Declared<'a>> {
    let mut found = IndexMap::new();
    for it in spec.list(list).iter().filter_map(Declared::new) {
        found.entry(it.name).or_insert(it);
    }
    found
}

/// Something under a name: an argument, a binding, a task of a pipeline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    /// Where the name stands.
    pub(crate) at: &'a Node,
    pub(crate) node: &'a Node,
}

impl<'a> Named<'a> {
    /// The type of what is passed, for an argument; of nothing that of an empty text.
    pub(crate) fn shape(&self) -> Shape {
        self.node.get("value").map_or(Shape::String, Shape::of)
    }

    /// What is passed, for an argument.
    pub(crate) fn value(&self) -> &'a Node {
        self.node.get("value").unwrap_or(self.node)
    }
}

/// The elements of a list that have a name.
pub(crate) fn named<'a>(parent: &'a Node, list: &str) -> Vec<Named<'a>> {
    let all = parent.list(list).iter();
    all.filter_map(|node| {
        let at = node.get("name")?;
        let name = at.text()?;
        Some(Named { name, at, node })
    })
    .collect()
}

/// Whether a declaration of a workspace says that it may be absent.
pub(crate) fn is_optional(workspace: &Node) -> bool {
    workspace.get("optional").and_then(Node::bool) == Some(true)
}

/// All strings in a tree, keys left out.
pub(crate) fn texts<'a>(node: &'a Node, see: &mut dyn FnMut(&'a Node)) {
    match &node.data {
        Data::String(_) => see(node),
        Data::List(items) => items.iter().for_each(|it| texts(it, see)),
        Data::Map(entries) => entries.iter().for_each(|it| texts(&it.value, see)),
        Data::Null | Data::Bool(_) | Data::Number(_) => {}
    }
}

/// All variables in a tree.
pub(crate) fn all_variables(node: &Node) -> Vec<Variable<'_>> {
    let mut found = Vec::new();
    texts(node, &mut |it| found.extend(variables(it)));
    found
}

/// The workspaces whose variables a tree mentions, with the first mention of each.
pub(crate) fn workspaces_mentioned(node: &Node) -> IndexMap<&str, Variable<'_>> {
    let mut found = IndexMap::new();
    mentions(node, &mut found);
    found
}

/// The workspaces that a task inside a pipeline asks for by its variables: the controller looks into these fields, and no others.
pub(crate) fn workspaces_used(spec: &Node) -> IndexMap<&str, Variable<'_>> {
    let mut found = IndexMap::new();
    let template = spec.get("stepTemplate").into_iter();
    for it in template.chain(spec.list("sidecars")) {
        container(it, &mut found);
    }
    for step in spec.list("steps") {
        container(step, &mut found);
        for it in named(step, "params") {
            mentions(it.value(), &mut found);
        }
    }
    found
}

fn container<'a>(node: &'a Node, found: &mut IndexMap<&'a str, Variable<'a>>) {
    let fields = ["script", "args", "command", "workingDir"];
    let fields = fields.into_iter().filter_map(|it| node.get(it));
    let values = node.list("env").iter().filter_map(|it| it.get("value"));
    for it in fields.chain(values) {
        mentions(it, found);
    }
}

fn mentions<'a>(node: &'a Node, found: &mut IndexMap<&'a str, Variable<'a>>) {
    for it in all_variables(node) {
        if let [Part::Name("workspaces"), Part::Name(name), _, ..] = it.parts.as_slice() {
            found.entry(*name).or_insert(it);
        }
    }
}

/// Where a thing is to be shown that has a name: there, else all of it.
pub(crate) fn place(node: &Node) -> crate::base::Span {
    node.get("name").map_or(node.span, |it| it.span)
}
