//! What Tekton's webhook adds to an object that says nothing: the defaults that later rules see.

use crate::admit::{Kind, Object, Version};
use crate::schema::Profile;
use crate::yaml::Node;
use crate::yaml::node::{Data, Entry};

/// Sets the defaults; what is added stands where its parent does.
pub(crate) fn set(object: &mut Object, profile: &Profile) {
    let ctx = Defaults {
        profile,
        version: object.version,
    };
    let kind = object.kind;
    let root = &mut object.root;
    match kind {
        Kind::Task => ctx.task(field(root, "spec")),
        Kind::Pipeline => ctx.pipeline(field(root, "spec")),
        Kind::StepAction => ctx.declarations(field(root, "spec")),
        Kind::TaskRun => {
            ctx.task_run(ensure(root, "spec"));
            let managed_by = ctx.said("default-managed-by-label-value", "tekton-pipelines");
            let metadata = ensure(root, "metadata");
            if let Some(labels) = metadata.and_then(|it| ensure(it, "labels")) {
                add(labels, "app.kubernetes.io/managed-by", &managed_by);
            }
        }
        Kind::PipelineRun => ctx.pipeline_run(ensure(root, "spec")),
        Kind::CustomRun => {
            let account = ctx.said("default-service-account", "default");
            if let Some(spec) = ensure(root, "spec") {
                add(spec, "serviceAccountName", &account);
            }
        }
        Kind::Repository | Kind::Other => {}
    }
    if matches!(kind, Kind::TaskRun | Kind::PipelineRun) {
        strip_annotations(field(root, "metadata"));
    }
}

struct Defaults<'a> {
    profile: &'a Profile,
    version: Version,
}

impl Defaults<'_> {
    fn said(&self, name: &str, otherwise: &str) -> String {
        let said = self.profile.tekton.defaults.get(name);
        said.map_or(otherwise, |it| it.as_str()).to_owned()
    }

    fn timeout(&self) -> String {
        match self.profile.tekton.default_timeout_minutes() {
            0 => "0s".to_owned(),
            minutes => {
                let (hours, minutes) = (minutes / 60, minutes % 60);
                match hours {
                    0 => format!("{minutes}m0s"),
                    _ => format!("{hours}h{minutes}m0s"),
                }
            }
        }
    }

    fn task(&self, spec: Option<&mut Node>) {
        let Some(spec) = spec else { return };
        self.declarations(Some(spec));
        // The older version leaves the resolver of a step alone.
        if self.version == Version::V1beta1 {
            return;
        }
        for step in items(spec, "steps") {
            if let Some(reference) = field(step, "ref") {
                self.resolver(reference);
            }
        }
    }

    /// Types of params and results.
    fn declarations(&self, spec: Option<&mut Node>) {
        let Some(spec) = spec else { return };
        for param in items(spec, "params") {
            param_type(param);
        }
        for result in items(spec, "results") {
            let kind = match result.get("properties") {
                Some(_) => "object",
                None => "string",
            };
            add(result, "type", kind);
            property_types(result);
        }
    }

    fn pipeline(&self, spec: Option<&mut Node>) {
        let Some(spec) = spec else { return };
        for param in items(spec, "params") {
            param_type(param);
        }
        for list in ["tasks", "finally"] {
            for task in items(spec, list) {
                if let Some(reference) = field(task, "taskRef") {
                    self.task_ref(reference);
                }
                self.task(field(task, "taskSpec"));
                // The older version knows no argument without a value.
                if self.version == Version::V1beta1 {
                    items(task, "params").for_each(|it| add(it, "value", ""));
                }
            }
        }
    }

    fn task_run(&self, spec: Option<&mut Node>) {
        let Some(spec) = spec else { return };
        if let Some(reference) = field(spec, "taskRef") {
            self.task_ref(reference);
        }
        add(spec, "timeout", &self.timeout());
        let account = self.said("default-service-account", "default");
        if !account.is_empty() {
            add(spec, "serviceAccountName", &account);
        }
        self.task(field(spec, "taskSpec"));
    }

    fn pipeline_run(&self, spec: Option<&mut Node>) {
        let Some(spec) = spec else { return };
        if let Some(reference) = field(spec, "pipelineRef") {
            self.resolver(reference);
        }
        let account = self.said("default-service-account", "default");
        if self.version == Version::V1beta1 {
            if let Some(timeouts) = field(spec, "timeouts") {
                add(timeouts, "pipeline", &self.timeout());
            } else {
                add(spec, "timeout", &self.timeout());
            }
            if !account.is_empty() {
                add(spec, "serviceAccountName", &account);
            }
        } else {
            if let Some(timeouts) = ensure(spec, "timeouts") {
                add(timeouts, "pipeline", &self.timeout());
            }
            if !account.is_empty()
                && let Some(template) = ensure(spec, "taskRunTemplate")
            {
                add(template, "serviceAccountName", &account);
            }
        }
        self.pipeline(field(spec, "pipelineSpec"));
    }

    fn task_ref(&self, reference: &mut Node) {
        self.resolver(reference);
        if reference.text_of("resolver").is_empty() {
            add(reference, "kind", "Task");
        }
    }

    /// What has no name is looked up by the resolver of the installation.
    fn resolver(&self, reference: &mut Node) {
        let resolver = self.said("default-resolver-type", "");
        if reference.text_of("name").is_empty() && !resolver.is_empty() {
            add(reference, "resolver", &resolver);
        }
    }
}

/// The type of a param is what its properties or its default say.
fn param_type(param: &mut Node) {
    let kind = match (
        param.get("properties"),
        param.get("default").map(|it| &it.data),
    ) {
        (Some(_), _) | (None, Some(Data::Map(_))) => "object",
        (None, Some(Data::List(_))) => "array",
        (None, Some(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) | None) => {
            "string"
        }
    };
    add(param, "type", kind);
    property_types(param);
}

fn property_types(declared: &mut Node) {
    let Some(properties) = field(declared, "properties") else {
        return;
    };
    for entry in entries(properties) {
        add(&mut entry.value, "type", "string");
    }
}

/// Annotations that only Tekton may set are dropped.
fn strip_annotations(metadata: Option<&mut Node>) {
    let annotations = metadata.and_then(|it| field(it, "annotations"));
    if let Some(Data::Map(entries)) = annotations.map(|it| &mut it.data) {
        entries.retain(|it| !it.key.contains("chains.tekton.dev/"));
    }
}

/// Sets a field to a text where it says nothing or an empty string.
fn add(node: &mut Node, key: &str, text: &str) {
    let at = node.span;
    let Data::Map(entries) = &mut node.data else {
        return;
    };
    let value = Data::String(text.to_owned());
    match entries.iter_mut().find(|it| it.key == key) {
        Some(entry) => {
            if entry.value.text() == Some("") {
                entry.value.data = value;
            }
        }
        None => entries.push(Entry {
            at,
            key: key.to_owned(),
            value: Node::new(at, value),
        }),
    }
}

/// What stands in a field; an empty map is put there where nothing does. `None` where the node is no map.
fn ensure<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    let at = node.span;
    let Data::Map(entries) = &mut node.data else {
        return None;
    };
    if !entries.iter().any(|it| it.key == key) {
        entries.push(Entry {
            at,
            key: key.to_owned(),
            value: Node::new(at, Data::Map(Vec::new())),
        });
    }
    field(node, key)
}

fn field<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    let mut entries = entries(node);
    entries.find(|it| it.key == key).map(|it| &mut it.value)
}

fn entries(node: &mut Node) -> impl Iterator<Item = &mut Entry> {
    let entries = match &mut node.data {
        Data::Map(entries) => entries.as_mut_slice(),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::List(_) => &mut [],
    };
    entries.iter_mut()
}

fn items<'a>(node: &'a mut Node, key: &str) -> impl Iterator<Item = &'a mut Node> {
    let items = match field(node, key).map(|it| &mut it.data) {
        Some(Data::List(items)) => items.as_mut_slice(),
        Some(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Map(_))
        | None => &mut [],
    };
    items.iter_mut()
}
