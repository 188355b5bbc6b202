//! Parameters: how they are declared, and how they are bound.

use indexmap::{IndexMap, IndexSet};

use crate::admit::admission::variable::{Names, Text};
use crate::admit::admission::{Admission, field, place, place_of};
use crate::admit::errors::param as errors;
use crate::base::{Name, Span};
use crate::yaml::Node;
use crate::yaml::node::Data;

/// The form of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The field is not there.
    Absent,
    Text,
    Array,
    Object,
}

impl Form {
    pub(crate) fn of(value: Option<&Node>) -> Self {
        match value.map(|it| &it.data) {
            None => Self::Absent,
            Some(Data::List(_)) => Self::Array,
            Some(Data::Map(_)) => Self::Object,
            Some(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) => Self::Text,
        }
    }

    /// The type that it has; empty where there is no value.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Absent => "",
            Self::Text => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// A declared parameter.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(crate) name: Name,
    pub(crate) span: Span,
    /// As it is written: `string`, `array`, `object`, or something that is no type.
    pub(crate) kind: Name,
    pub(crate) default: Option<Form>,
    /// The default where it is text.
    pub(crate) default_text: Name,
    /// Each key with its type; `None` where the field is not there.
    pub(crate) properties: Option<IndexMap<Name, Name>>,
    pub(crate) options: Vec<Name>,
    /// Where the type and the options stand.
    pub(crate) kind_span: Span,
    pub(crate) options_span: Span,
}

impl Spec {
    pub(crate) fn read(node: &Node) -> Self {
        let default = field(node, "default");
        let properties = field(node, "properties").map(|it| {
            let entries = it.entries().iter();
            let kind = |node: &Node| Name::new(node.text_of("type"));
            entries
                .map(|it| (Name::new(&it.key), kind(&it.value)))
                .collect()
        });
        let options = Text::in_list(node, "enum").map(|it| Name::new(it.text));
        Self {
            name: Name::new(node.text_of("name")),
            span: place(node),
            kind: Name::new(node.text_of("type")),
            default: default.map(|it| Form::of(Some(it))),
            default_text: Name::new(node.text_of("default")),
            properties,
            options: options.collect(),
            kind_span: place_of(node, "type"),
            options_span: place_of(node, "enum"),
        }
    }

    /// A declaration as a run's own parameter makes it.
    pub(crate) fn of_binding(param: &Node) -> Self {
        let value = param.get("value");
        let form = Form::of(value);
        let keys = value.map_or(&[] as &[_], Node::entries).iter();
        let keys = keys.map(|it| (Name::new(&it.key), Name::new_static("string")));
        Self {
            name: Name::new(param.text_of("name")),
            span: place(param),
            kind: Name::new_static(form.name()),
            default: Some(form),
            default_text: Name::new(param.text_of("value")),
            properties: (form == Form::Object).then(|| keys.collect()),
            options: Vec::new(),
            kind_span: place(param),
            options_span: place(param),
        }
    }

    fn is_array(&self) -> bool {
        self.kind == "array"
    }

    pub(crate) fn is_object(&self) -> bool {
        self.kind == "object"
    }

    /// The keys of an object.
    pub(crate) fn keys(&self) -> Names {
        let keys = self.properties.iter().flat_map(IndexMap::keys);
        keys.cloned().collect()
    }
}

/// The parameters that a task or pipeline declares.
pub(crate) fn specs(node: &Node) -> Vec<Spec> {
    node.list("params").iter().map(Spec::read).collect()
}

pub(crate) fn names(specs: &[Spec]) -> Names {
    specs.iter().map(|it| it.name.clone()).collect()
}

pub(crate) fn arrays(specs: &[Spec]) -> Names {
    let arrays = specs.iter().filter(|it| it.is_array());
    arrays.map(|it| it.name.clone()).collect()
}

pub(crate) fn objects(specs: &[Spec]) -> Names {
    let objects = specs.iter().filter(|it| it.is_object());
    objects.map(|it| it.name.clone()).collect()
}

/// Types are types, defaults have them, and keys are strings.
pub(crate) fn types(cx: &mut Admission<'_>, specs: &[Spec]) {
    for spec in specs {
        of_type(cx, spec);
    }
}

fn of_type(cx: &mut Admission<'_>, spec: &Spec) {
    if !matches!(spec.kind.as_str(), "string" | "array" | "object") {
        cx.say(errors::no_type(spec.kind_span, &spec.name, &spec.kind));
        return;
    }
    if let Some(default) = spec.default.filter(|it| it.name() != spec.kind) {
        let finding = errors::default_of_other_type(spec.span, &spec.name, &spec.kind, default);
        cx.say(finding);
        return;
    }
    let properties = spec.properties.iter().flatten();
    for (key, kind) in properties.filter(|it| it.1 != "string") {
        cx.say(errors::key_is_no_string(spec.span, &spec.name, key, kind));
    }
}

/// No two parameters have one name.
pub(crate) fn declared_once(cx: &mut Admission<'_>, specs: &[Spec]) {
    let mut seen = IndexSet::new();
    for spec in specs {
        if !seen.insert(&spec.name) {
            cx.say(errors::declared_twice(spec.span, &spec.name));
        }
    }
}

/// What a list of allowed values may be.
pub(crate) fn options(cx: &mut Admission<'_>, specs: &[Spec]) {
    for spec in specs.iter().filter(|it| !it.options.is_empty()) {
        let span = spec.options_span;
        cx.needs_flag("enable-param-enum", "`enum` of a parameter", span);
        if spec.kind != "string" {
            cx.say(errors::enum_of_no_string(span, &spec.name, &spec.kind));
        }
        let mut seen = IndexSet::new();
        if let Some(twice) = spec.options.iter().find(|it| !seen.insert(*it)) {
            cx.say(errors::enum_value_twice(span, &spec.name, twice));
        }
        let default = &spec.default_text;
        if !default.is_empty() && !spec.options.contains(default) {
            cx.say(errors::default_not_in_enum(spec.span, &spec.name, default));
        }
    }
}

/// Names are such that references to them can be read.
pub(crate) fn name_form(cx: &mut Admission<'_>, specs: &[Spec]) {
    for spec in specs {
        let dots = !spec.is_object();
        if !is_name(&spec.name, dots) {
            cx.say(errors::name_form(spec.span, &spec.name, dots));
        }
        let keys = spec.keys();
        for key in keys.iter().filter(|it| !dots && !is_name(it, false)) {
            cx.say(errors::key_form(spec.span, &spec.name, key));
        }
    }
}

fn is_name(name: &str, dots: bool) -> bool {
    let start = |it: char| it.is_ascii_alphabetic() || it == '_';
    let part =
        |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-') || dots && it == '.';
    name.starts_with(start) && name.chars().all(part)
}

/// Objects say which keys they have.
pub(crate) fn have_properties(cx: &mut Admission<'_>, specs: &[Spec]) {
    let bare = |it: &&Spec| it.is_object() && it.properties.is_none();
    for spec in specs.iter().filter(bare) {
        cx.say(errors::no_properties(spec.span, &spec.name));
    }
}

/// No parameter is bound twice; names differ by case alone nowhere that a run binds them.
pub(crate) fn bound_once_in_run(cx: &mut Admission<'_>, params: &[Node]) {
    let mut seen = IndexSet::new();
    for param in params {
        let name = param.text_of("name");
        if !seen.insert(name.to_lowercase()) {
            cx.say(errors::bound_twice_in_run(place(param), name));
        }
    }
}

/// No parameter is bound twice.
pub(crate) fn bound_once(cx: &mut Admission<'_>, params: &[Node]) {
    let mut seen = IndexSet::new();
    for param in params {
        let name = param.text_of("name");
        if !seen.insert(name) {
            cx.say(errors::bound_twice(place(param), name));
        }
    }
}

/// The texts of a parameter's value.
pub(crate) fn texts(param: &Node) -> Vec<Text<'_>> {
    param.get("value").map_or_else(Vec::new, texts_of)
}

/// The texts of a value: itself, its elements, or what stands at its keys.
pub(crate) fn texts_of(value: &Node) -> Vec<Text<'_>> {
    let items = value.items().iter();
    let entries = value.entries().iter().map(|it| &it.value);
    let inner = items.chain(entries).filter_map(Text::of);
    Text::of(value).into_iter().chain(inner).collect()
}
