//! Data by its schema: keys to the API's spelling, values to the types of their fields. What does not fit is reported and left
//! out; what is null is as if it did not stand there.

use crate::admit::decode::{text, value};
use crate::admit::errors::decode::{self as errors, Unknown};
use crate::base::spelling;
use crate::diag::Sink;
use crate::schema::{self, Object, Text};
use crate::yaml::node::{Data, Entry};
use crate::yaml::{Node, go_number};

/// Fields whose values are those of params.
const VALUES: &[(&str, &str)] = &[
    ("Param", "value"),
    ("ParamSpec", "default"),
    ("PipelineResult", "value"),
    ("TaskResult", "value"),
];

/// Where fields of one version are in the other.
const MOVED: &[(&str, &str, &str)] = &[
    (
        "PipelineRunSpec",
        "podTemplate",
        "taskRunTemplate.podTemplate",
    ),
    (
        "PipelineRunSpec",
        "serviceAccountName",
        "taskRunTemplate.serviceAccountName",
    ),
    ("PipelineRunSpec", "timeout", "timeouts.pipeline"),
    ("PipelineTaskRunSpec", "sidecarOverrides", "sidecarSpecs"),
    ("PipelineTaskRunSpec", "stepOverrides", "stepSpecs"),
    ("PipelineTaskRunSpec", "taskPodTemplate", "podTemplate"),
    (
        "PipelineTaskRunSpec",
        "taskServiceAccountName",
        "serviceAccountName",
    ),
    ("Sidecar", "resources", "computeResources"),
    ("Step", "resources", "computeResources"),
    ("StepTemplate", "resources", "computeResources"),
    ("TaskRunSpec", "sidecarOverrides", "sidecarSpecs"),
    ("TaskRunSpec", "stepOverrides", "stepSpecs"),
    (
        "v1beta1.PipelineRunSpec",
        "taskRunTemplate",
        "serviceAccountName` and `podTemplate",
    ),
    (
        "v1beta1.PipelineTaskRunSpec",
        "podTemplate",
        "taskPodTemplate",
    ),
    (
        "v1beta1.PipelineTaskRunSpec",
        "serviceAccountName",
        "taskServiceAccountName",
    ),
    (
        "v1beta1.PipelineTaskRunSpec",
        "sidecarSpecs",
        "sidecarOverrides",
    ),
    ("v1beta1.PipelineTaskRunSpec", "stepSpecs", "stepOverrides"),
    ("v1beta1.Sidecar", "computeResources", "resources"),
    ("v1beta1.Step", "computeResources", "resources"),
    ("v1beta1.StepTemplate", "computeResources", "resources"),
    ("v1beta1.TaskRunSpec", "sidecarSpecs", "sidecarOverrides"),
    ("v1beta1.TaskRunSpec", "stepSpecs", "stepOverrides"),
];

/// How a message calls what it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Called<'a> {
    key: &'a str,
    element: bool,
}

impl std::fmt::Display for Called<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { key, element } = self;
        match element {
            true => write!(f, "an element of `{key}`"),
            false => write!(f, "`{key}`"),
        }
    }
}

impl<'a> Called<'a> {
    fn field(key: &'a str) -> Self {
        Self {
            key,
            element: false,
        }
    }

    fn element(self) -> Self {
        Self {
            element: true,
            ..self
        }
    }
}

/// Who decodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decoder {
    /// Tekton's webhook: any case, no unknown field.
    Webhook,
    /// The API server, which has the schema alone: its case, unknown fields at most.
    ApiServer,
    /// Pipelines as Code, which makes another object of what it knows: its case, and no word of the rest.
    PipelinesAsCode,
}

/// Decodes one object.
pub(crate) struct Typed<'s> {
    decoder: Decoder,
    sink: &'s mut Sink,
}

impl<'s> Typed<'s> {
    pub(crate) fn new(decoder: Decoder, sink: &'s mut Sink) -> Self {
        Self { decoder, sink }
    }

    /// A whole object of Kubernetes.
    pub(crate) fn root(&mut self, node: &Node, object: &'static Object) -> Node {
        self.object(node, object, Called::field(object.name), true)
            .unwrap_or_else(|| Node::new(node.span, Data::Map(Vec::new())))
    }

    /// The value of a field; `None` where nothing is left of it.
    fn value(&mut self, node: &Node, schema: &schema::Node, key: Called<'_>) -> Option<Node> {
        if node.is_null() {
            return None;
        }
        match schema {
            schema::Node::Any => Some(node.clone()),
            schema::Node::Bool => self.plain(node, key, "a truth value", node.bool().is_some()),
            schema::Node::Number => {
                self.plain(node, key, "a number", matches!(node.data, Data::Number(_)))
            }
            schema::Node::Int { min, max } => self.integer(node, key, *min, *max),
            schema::Node::Text(kind) => self.text(node, kind, key),
            schema::Node::Quantity => self.quantity(node, key),
            schema::Node::IntOrString => self.integer_or_string(node, key),
            schema::Node::List { of, .. } => self.list(node, of, key),
            schema::Node::Map(of) => self.map(node, of, key),
            schema::Node::Object(id) => self.object(node, id.get(), key, false),
        }
    }

    fn plain(&mut self, node: &Node, key: Called<'_>, expected: &str, fits: bool) -> Option<Node> {
        if !fits {
            self.wrong(node, key, expected);
        }
        fits.then(|| node.clone())
    }

    fn wrong(&mut self, node: &Node, key: Called<'_>, expected: &str) {
        let found = errors::wrong_type(place(node), key, expected, kind_of(node));
        self.sink.push(found);
    }

    fn integer(&mut self, node: &Node, key: Called<'_>, min: i64, max: i64) -> Option<Node> {
        let Some(value) = node.integer() else {
            self.wrong(node, key, "an integer");
            return None;
        };
        if !(min..=max).contains(&value) {
            self.sink
                .push(errors::out_of_range(node.span, key, min, max));
            return None;
        }
        Some(node.clone())
    }

    fn text(&mut self, node: &Node, kind: &Text, key: Called<'_>) -> Option<Node> {
        let Some(text) = node.text() else {
            let value = match &node.data {
                Data::Bool(it) if *kind == Text::Plain => it.to_string(),
                Data::Number(it) if *kind == Text::Plain => go_number(it),
                Data::Null
                | Data::Bool(_)
                | Data::Number(_)
                | Data::String(_)
                | Data::List(_)
                | Data::Map(_) => {
                    self.wrong(node, key, expectation(kind));
                    return None;
                }
            };
            let found = errors::not_quoted(node.span, key, kind_of(node), &value);
            self.sink.push(found);
            return None;
        };
        let flaw = match kind {
            Text::Plain => None,
            Text::Duration if text::duration(text).is_some() => None,
            Text::Duration if text.contains("$(") => {
                Some(errors::reference_in_duration(node.span, key))
            }
            Text::Time if text::is_time(text) => None,
            Text::Base64 if text::is_base64(text) => None,
            Text::Duration | Text::Time | Text::Base64 => {
                Some(errors::bad_text(node.span, key, expectation(kind), text))
            }
            Text::Values { all, strict } if *strict && !all.contains(&text) => {
                let near = spelling::nearest(text, all.iter().copied());
                Some(errors::not_one_of(node.span, key, all, near))
            }
            Text::Values { .. } => None,
        };
        match flaw {
            Some(flaw) => {
                self.sink.push(flaw);
                None
            }
            None => Some(node.clone()),
        }
    }

    /// Numbers are quantities as well; they become their text.
    fn quantity(&mut self, node: &Node, key: Called<'_>) -> Option<Node> {
        const EXPECTED: &str = "a quantity such as `500m` or `1Gi`";
        let text = match &node.data {
            Data::String(it) => it.trim().to_owned(),
            Data::Number(it) => go_number(it),
            Data::Null | Data::Bool(_) | Data::List(_) | Data::Map(_) => {
                self.wrong(node, key, EXPECTED);
                return None;
            }
        };
        if !text::is_quantity(&text) {
            self.sink
                .push(errors::bad_text(node.span, key, EXPECTED, &text));
            return None;
        }
        Some(match &node.data {
            Data::Number(_) => Node::new(node.span, Data::String(text)),
            Data::Null | Data::Bool(_) | Data::String(_) | Data::List(_) | Data::Map(_) => {
                node.clone()
            }
        })
    }

    fn integer_or_string(&mut self, node: &Node, key: Called<'_>) -> Option<Node> {
        if node.text().is_some() {
            return Some(node.clone());
        }
        match node.integer() {
            Some(_) => self.integer(node, key, i32::MIN.into(), i32::MAX.into()),
            None => {
                self.wrong(node, key, "an integer or a string");
                None
            }
        }
    }

    fn list(&mut self, node: &Node, of: &schema::Node, key: Called<'_>) -> Option<Node> {
        let Data::List(items) = &node.data else {
            self.wrong(node, key, "a list");
            return None;
        };
        // A null stands for an element that says nothing.
        let items = items.iter().filter_map(|it| match it.is_null() {
            true => Some(empty(it, of)),
            false => self.value(it, of, key.element()),
        });
        let items = Data::List(items.collect());
        Some(Node::new(node.span, items))
    }

    fn map(&mut self, node: &Node, of: &schema::Node, key: Called<'_>) -> Option<Node> {
        let Data::Map(entries) = &node.data else {
            self.wrong(node, key, "a map");
            return None;
        };
        if *of == schema::Node::Any {
            return Some(node.clone());
        }
        let entries = entries.iter().filter_map(|it| {
            let value = match it.value.is_null() {
                true => empty(&it.value, of),
                false => self.value(&it.value, of, Called::field(&it.key))?,
            };
            Some(Entry {
                value,
                ..it.clone()
            })
        });
        let entries = Data::Map(entries.collect());
        Some(Node::new(node.span, entries))
    }

    fn object(
        &mut self,
        node: &Node,
        object: &'static Object,
        key: Called<'_>,
        root: bool,
    ) -> Option<Node> {
        let Data::Map(entries) = &node.data else {
            self.wrong(node, key, "a map");
            return None;
        };
        let mut known: Vec<Entry> = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some(field) = self.field(object, entry) else {
                self.unknown(object, entry, key, Unknown::Webhook);
                continue;
            };
            let Some(value) = self.field_value(object, field, entry, root) else {
                continue;
            };
            let entry = Entry {
                at: entry.at,
                key: field.name.to_owned(),
                value,
            };
            // Of two that differ in case alone the last one counts.
            match known.iter_mut().find(|it| it.key == field.name) {
                Some(old) => *old = entry,
                None => known.push(entry),
            }
        }
        Some(Node::new(node.span, Data::Map(known)))
    }

    fn field_value(
        &mut self,
        object: &'static Object,
        field: &'static schema::Field,
        entry: &Entry,
        root: bool,
    ) -> Option<Node> {
        if VALUES.contains(&(object.name, field.name)) {
            // Only a value that must stand is a value even where it is null.
            let absent = entry.value.is_null() && !field.required;
            return (!absent).then(|| value::decode(&entry.value, self.sink));
        }
        if let schema::Node::Object(id) = &field.node
            && root
            && field.name == "metadata"
        {
            return self.metadata(&entry.value, id.get());
        }
        self.value(&entry.value, &field.node, Called::field(field.name))
    }

    /// The field that a key means: by its spelling, else in any case.
    fn field(&mut self, object: &'static Object, entry: &Entry) -> Option<&'static schema::Field> {
        if let Some(field) = object.field(&entry.key) {
            return Some(field);
        }
        match self.decoder {
            Decoder::Webhook => {}
            Decoder::ApiServer | Decoder::PipelinesAsCode => return None,
        }
        let mut fields = object.fields.iter();
        let field = fields.find(|it| it.name.eq_ignore_ascii_case(&entry.key))?;
        let found = errors::key_case(entry.at, &entry.key, field.name);
        self.sink.push(found);
        Some(field)
    }

    fn unknown(&mut self, object: &'static Object, entry: &Entry, key: Called<'_>, how: Unknown) {
        if object.open {
            return;
        }
        let how = match self.decoder {
            Decoder::Webhook => how,
            Decoder::ApiServer => Unknown::ApiServer,
            Decoder::PipelinesAsCode => Unknown::PipelinesAsCode,
        };
        let near = spelling::nearest(&entry.key, object.fields.iter().map(|it| it.name));
        // Definitions without a name of their own are called by their path.
        let owner = match object.name.rsplit('.').next() {
            Some(name) if name.starts_with(char::is_uppercase) => format!("`{name}`"),
            Some(_) | None => format!("`{}`", key.key),
        };
        let found = errors::unknown_field(entry.at, &owner, &entry.key, near, how);
        let moved = MOVED
            .iter()
            .find(|it| it.0 == object.name && it.1 == entry.key);
        self.sink.push(match moved {
            Some((_, _, to)) => found.help(format!("in this version it is `{to}`")),
            None => found,
        });
    }

    /// The metadata of an object, which the webhook leaves to the API server.
    fn metadata(&mut self, node: &Node, object: &'static Object) -> Option<Node> {
        let Data::Map(entries) = &node.data else {
            if !node.is_null() {
                self.wrong(node, Called::field("metadata"), "a map");
            }
            return None;
        };
        let known = entries.iter().filter_map(|entry| {
            let Some(field) = self.field(object, entry) else {
                self.unknown(object, entry, Called::field("metadata"), Unknown::ApiServer);
                return None;
            };
            let value = self.value(&entry.value, &field.node, Called::field(field.name))?;
            Some(Entry {
                at: entry.at,
                key: field.name.to_owned(),
                value,
            })
        });
        let known = Data::Map(known.collect());
        Some(Node::new(node.span, known))
    }
}

/// What Go makes of a null where an element stands.
fn empty(node: &Node, of: &schema::Node) -> Node {
    let data = match of {
        schema::Node::Text(_) | schema::Node::IntOrString => Data::String(String::new()),
        schema::Node::Quantity => Data::String("0".to_owned()),
        schema::Node::Bool => Data::Bool(false),
        schema::Node::Number | schema::Node::Int { .. } => Data::Number(0.into()),
        schema::Node::List { .. } => Data::List(Vec::new()),
        schema::Node::Map(_) | schema::Node::Object(_) => Data::Map(Vec::new()),
        schema::Node::Any => Data::Null,
    };
    Node::new(node.span, data)
}

/// Where a finding about a value stands: a map or list of many lines is shown by its first.
fn place(node: &Node) -> crate::base::Span {
    match &node.data {
        Data::Map(entries) => entries.first().map_or(node.span, |it| it.at),
        Data::List(items) => items.first().map_or(node.span, place),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => node.span,
    }
}

fn expectation(kind: &Text) -> &'static str {
    match kind {
        Text::Plain | Text::Values { .. } => "a string",
        Text::Duration => "a duration such as `1h30m`",
        Text::Time => "a time such as `2026-01-31T12:00:00Z`",
        Text::Base64 => "a string in base 64",
    }
}

fn kind_of(node: &Node) -> &'static str {
    match node.data {
        Data::Null => "null",
        Data::Bool(_) => "a truth value",
        Data::Number(_) => "a number",
        Data::String(_) => "a string",
        Data::List(_) => "a list",
        Data::Map(_) => "a map",
    }
}
