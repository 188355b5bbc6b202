//! A spec that stands in a run: its parameters as they will be when the run's own have joined them.
//!
//! Everything that declares or binds a parameter of one name ends in one declaration. A first binding says the type; keys of
//! objects come from the declaration that is nearest.

use indexmap::IndexMap;

use crate::admit::admission::param::{self, Form, Spec};
use crate::admit::admission::usage::{self, Owner};
use crate::admit::admission::{Admission, field, merge, pipeline, task};
use crate::admit::errors::param as errors;
use crate::base::Name;
use crate::yaml::Node;

/// A declaration in the making.
struct Joined {
    spec: Spec,
    /// The default has room for keys.
    has_keys: bool,
}

impl Joined {
    fn new(spec: Spec) -> Self {
        let has_keys = spec.default == Some(Form::Object);
        Self { spec, has_keys }
    }
}

#[derive(Default)]
struct Scope {
    joined: IndexMap<Name, Joined>,
    /// The webhook stops: nothing after this is looked at.
    crashed: bool,
}

impl Scope {
    /// A run's parameter; a later one of the same name stands.
    fn bind(&mut self, param: &Node) {
        let spec = Spec::of_binding(param);
        self.joined.insert(spec.name.clone(), Joined::new(spec));
    }

    /// A declaration of the spec.
    fn declare(&mut self, cx: &mut Admission<'_>, spec: Spec, has_default_keys: bool) {
        let Some(there) = self.joined.get_mut(&spec.name) else {
            self.joined.insert(spec.name.clone(), Joined::new(spec));
            return;
        };
        let is_object = spec.default == Some(Form::Object);
        if is_object && has_default_keys {
            if there.spec.default.is_none() {
                cx.say(errors::keys_without_default(spec.span, &spec.name));
                self.crashed = true;
                return;
            }
            there.has_keys = true;
        }
        if (is_object || there.spec.is_object()) && spec.properties.is_none() {
            cx.say(errors::no_properties(spec.span, &spec.name));
            return;
        }
        if there.spec.is_object() {
            there.spec.properties = spec.properties;
        }
    }

    /// A parameter that a task of a pipeline binds.
    fn pass(&mut self, cx: &mut Admission<'_>, param: &Node) {
        let name = param.text_of("name");
        let Some(there) = self.joined.get_mut(name) else {
            self.bind(param);
            return;
        };
        let keys = param.get("value").map_or(&[] as &[_], Node::entries);
        if keys.is_empty() {
            return;
        }
        match &mut there.spec.properties {
            Some(properties) if there.has_keys => {
                let keys = keys.iter().map(|it| Name::new(&it.key));
                properties.extend(keys.map(|it| (it, Name::new_static("string"))));
            }
            Some(_) | None => {
                let span = crate::admit::admission::place(param);
                cx.say(errors::keys_without_default(span, name));
                self.crashed = true;
            }
        }
    }

    fn declare_all(&mut self, cx: &mut Admission<'_>, owner: &Node) {
        for node in owner.list("params") {
            if self.crashed {
                return;
            }
            let default = node.get("default").map_or(&[] as &[_], Node::entries);
            self.declare(cx, Spec::read(node), !default.is_empty());
        }
    }

    fn specs(self) -> Vec<Spec> {
        self.joined.into_values().map(|it| it.spec).collect()
    }
}

/// The task in a run of it.
pub(crate) fn task(cx: &mut Admission<'_>, params: &[Node], spec: &Node) {
    let mut scope = Scope::default();
    params.iter().for_each(|it| scope.bind(it));
    scope.declare_all(cx, spec);
    if scope.crashed || field(spec, "steps").is_none() {
        return;
    }
    of_steps(cx, spec, &scope.specs());
}

/// The pipeline in a run of it.
pub(crate) fn pipeline(cx: &mut Admission<'_>, params: &[Node], spec: &Node) {
    let mut scope = Scope::default();
    params.iter().for_each(|it| scope.bind(it));
    scope.declare_all(cx, spec);
    let tasks = spec.list("tasks");
    for task in tasks {
        for param in task.list("params") {
            if !scope.crashed {
                scope.pass(cx, param);
            }
        }
        if let Some(embedded) = field(task, "taskSpec") {
            scope.declare_all(cx, embedded);
        }
    }
    if scope.crashed || field(spec, "tasks").is_none() {
        return;
    }
    let specs = scope.specs();
    for embedded in tasks.iter().filter_map(|it| field(it, "taskSpec")) {
        if field(embedded, "steps").is_some() {
            of_steps(cx, embedded, &specs);
        }
    }
    pipeline::declared_params(cx, tasks, &specs);
    pipeline::usage_of_tasks(cx, tasks, &specs);
}

fn of_steps(cx: &mut Admission<'_>, spec: &Node, specs: &[Spec]) {
    let steps = merge::steps(spec, cx.version);
    param::types(cx, specs);
    task::params(cx, &steps, specs);
    usage::declared(cx, &steps, Owner::Step, specs);
}
