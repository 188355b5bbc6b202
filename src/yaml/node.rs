//! YAML with places: what a text says, each part with the span where it stands.

use std::ops::Range;

use crate::base::Span;
use crate::yaml::place::Layout;

/// A value of a YAML text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) data: Data,
    /// Where the parts of a string stand, see [`Node::part`].
    pub(crate) layout: Layout,
}

/// What a [`Node`] holds: the values of JSON, since Kubernetes turns YAML into JSON before it looks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    /// In Go's form of it: `0755` is `493`.
    Number(serde_json::Number),
    String(String),
    List(Vec<Node>),
    /// In the order of the text; a key stands once.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Where the key stands.
    pub(crate) at: Span,
    pub(crate) key: String,
    pub(crate) value: Node,
}

impl Node {
    /// A value whose parts have no place of their own.
    pub(crate) fn new(span: Span, data: Data) -> Self {
        let layout = Layout::Opaque;
        Self { span, data, layout }
    }

    /// Where a part of a string stands, given in bytes of the string: the line of a script, a reference within it.
    /// The whole string where nothing closer is known.
    pub(crate) fn part(&self, range: Range<usize>) -> Span {
        let found = self.layout.find(range);
        found.map_or(self.span, |it| Span::new(self.span.file, it.start, it.end))
    }

    /// Whether it is a number or truth value that is written otherwise than its text in JSON: `0755`, `yes`.
    pub(crate) fn is_retyped(&self) -> bool {
        self.layout == Layout::Retyped
    }

    /// The field of a map; `None` where there is none, or no map.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|it| &it.value)
    }

    /// The field of a map with the place of its key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|it| it.key == key)
    }

    /// What a path of fields leads to, `spec.taskRef.name`.
    pub(crate) fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, key| node.get(key))
    }

    /// The fields of a map; none where it is no map.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(entries) => entries,
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::List(_) => &[],
        }
    }

    /// The elements of a list; none where it is no list.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.data {
            Data::List(items) => items,
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Map(_) => &[],
        }
    }

    /// The elements of the list that stands in a field.
    pub(crate) fn list(&self, key: &str) -> &[Node] {
        self.get(key).map_or(&[], Node::items)
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::List(_) | Data::Map(_) => None,
        }
    }

    /// The text of the string that stands in a field; empty where there is none, as Go has it.
    pub(crate) fn text_of(&self, key: &str) -> &str {
        self.get(key).and_then(Node::text).unwrap_or("")
    }

    pub(crate) fn bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(it) => Some(it),
            Data::Null | Data::Number(_) | Data::String(_) | Data::List(_) | Data::Map(_) => None,
        }
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        match &self.data {
            Data::Number(it) => it.as_i64(),
            Data::Null | Data::Bool(_) | Data::String(_) | Data::List(_) | Data::Map(_) => None,
        }
    }

    /// Whether nothing is said: null.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// The same without places.
    pub(crate) fn to_tree(&self) -> serde_json::Value {
        match &self.data {
            Data::Null => serde_json::Value::Null,
            Data::Bool(it) => (*it).into(),
            Data::Number(it) => it.clone().into(),
            Data::String(it) => it.clone().into(),
            Data::List(items) => items.iter().map(Node::to_tree).collect(),
            Data::Map(entries) => {
                let entries = entries.iter();
                entries
                    .map(|it| (it.key.clone(), it.value.to_tree()))
                    .collect()
            }
        }
    }

    /// A tree that stands nowhere by itself: all of it is at `span`.
    pub(crate) fn from_tree(tree: &serde_json::Value, span: Span) -> Self {
        let data = match tree {
            serde_json::Value::Null => Data::Null,
            serde_json::Value::Bool(it) => Data::Bool(*it),
            serde_json::Value::Number(it) => Data::Number(it.clone()),
            serde_json::Value::String(it) => Data::String(it.clone()),
            serde_json::Value::Array(items) => {
                Data::List(items.iter().map(|it| Self::from_tree(it, span)).collect())
            }
            serde_json::Value::Object(entries) => {
                let entry = |(key, value): (&String, &serde_json::Value)| Entry {
                    at: span,
                    key: key.clone(),
                    value: Self::from_tree(value, span),
                };
                Data::Map(entries.iter().map(entry).collect())
            }
        };
        Self::new(span, data)
    }
}
