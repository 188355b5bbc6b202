//! Parameters of a pipeline where its tasks use them.

use crate::admit::admission::param::{self, Form, Spec};
use crate::admit::admission::usage::{self, Owner};
use crate::admit::admission::variable::{self, Names, Text};
use crate::admit::admission::{Admission, field, matrix, merge};
use crate::admit::substitution::is_whole_of;
use crate::yaml::Node;

/// What is asked of a pipeline that stands alone; in a run, the run's parameters join.
pub(crate) fn standalone(cx: &mut Admission<'_>, spec: &Node) {
    let specs = param::specs(spec);
    for task in spec.list("tasks").iter().chain(spec.list("finally")) {
        if let Some(embedded) = field(task, "taskSpec") {
            let steps = merge::steps(embedded, cx.version);
            let own = param::specs(embedded).into_iter();
            let all: Vec<Spec> = own.chain(specs.iter().cloned()).collect();
            usage::declared(cx, &steps, Owner::Step, &all);
        }
    }
    of_tasks(cx, spec.list("tasks"), &specs);
    of_tasks(cx, spec.list("finally"), &specs);
}

/// What the tasks' own parameters, matrices and conditions say.
pub(crate) fn of_tasks(cx: &mut Admission<'_>, tasks: &[Node], specs: &[Spec]) {
    let declared = Declared {
        names: param::names(specs),
        arrays: param::arrays(specs),
        objects: objects(specs),
    };
    for task in tasks {
        param::bound_once(cx, task.list("params"));
        for param in task.list("params") {
            declared.of_param(cx, param);
        }
        if matrix::is_matrixed(task) {
            declared.of_matrix(cx, task);
        }
        for condition in task.list("when") {
            declared.of_condition(cx, condition);
        }
    }
}

/// Objects that have keys, each with all of them.
fn objects(specs: &[Spec]) -> Vec<(String, Names)> {
    let objects = specs.iter().filter(|it| it.is_object());
    let objects = objects.map(|it| (it.name.to_string(), it.keys()));
    objects.filter(|it| !it.1.is_empty()).collect()
}

struct Declared {
    names: Names,
    arrays: Names,
    objects: Vec<(String, Names)>,
}

impl Declared {
    fn of_param(&self, cx: &mut Admission<'_>, param: &Node) {
        let is_array = Form::of(param.get("value")) == Form::Array;
        let is_text = Form::of(param.get("value")) == Form::Text;
        for text in param::texts(param) {
            if is_array {
                self.element(cx, text);
            } else if is_text && is_whole_of(text.text, "params") {
                variable::exist(cx, text, "params", &self.names);
            } else {
                self.text(cx, text);
            }
        }
    }

    fn of_matrix(&self, cx: &mut Admission<'_>, task: &Node) {
        let Some(matrix) = field(task, "matrix") else {
            return;
        };
        let included = matrix.list("include").iter();
        let included = included.flat_map(|it| it.list("params"));
        for text in included.filter_map(|it| Text::in_field(it, "value")) {
            self.text(cx, text);
        }
        for text in matrix
            .list("params")
            .iter()
            .flat_map(|it| Text::in_list(it, "value"))
        {
            self.element(cx, text);
        }
    }

    fn of_condition(&self, cx: &mut Admission<'_>, condition: &Node) {
        if let Some(input) = Text::in_field(condition, "input") {
            self.text(cx, input);
        }
        for value in Text::in_list(condition, "values") {
            let name = value.text.strip_prefix("$(params.").unwrap_or(value.text);
            let name = name.strip_suffix("[*])").unwrap_or(name);
            if self.arrays.contains(name) {
                self.element(cx, value);
            } else {
                self.text(cx, value);
            }
        }
    }

    /// Text that becomes one string.
    fn text(&self, cx: &mut Admission<'_>, text: Text<'_>) {
        self.known(cx, text);
        variable::not_arrays(cx, text, "params", &self.arrays);
    }

    /// An element that an array may take the place of.
    fn element(&self, cx: &mut Admission<'_>, text: Text<'_>) {
        self.known(cx, text);
        variable::isolated(cx, text, "params", &self.arrays);
    }

    fn known(&self, cx: &mut Admission<'_>, text: Text<'_>) {
        variable::exist(cx, text, "params", &self.names);
        let mut whole = Names::new();
        for (name, keys) in &self.objects {
            variable::exist(cx, text, &format!("params.{name}"), keys);
            whole.insert(name.as_str().into());
        }
        variable::not_objects(cx, text, "params", &whole);
    }
}
