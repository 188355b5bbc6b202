//! What is declared and never used.

use indexmap::{IndexMap, IndexSet};

use crate::admit::controller::model::{self, Declared};
use crate::admit::controller::task::Scope;
use crate::admit::errors::controller::unused as errors;
use crate::diag::Sink;
use crate::yaml::Node;

/// The parameters that a tree mentions.
fn params_in(node: &Node) -> IndexSet<String> {
    let mut found = IndexSet::new();
    for it in model::all_variables(node) {
        found.extend(it.param().map(|it| it.0.to_owned()));
        found.extend(it.dotted());
    }
    found
}

/// Judges the parameters of a spec.
pub(crate) fn params(spec: &Node, declared: &IndexMap<&str, Declared<'_>>, sink: &mut Sink) {
    let used = params_in(spec);
    for it in declared.values().filter(|it| !used.contains(it.name)) {
        sink.push(errors::param(it));
    }
}

/// Judges the results of a task: something in it must know where they are written.
pub(crate) fn results(scope: &Scope<'_>, sink: &mut Sink) {
    let by_action = scope.steps.iter().any(|it| it.node.get("ref").is_some());
    let mut names: IndexSet<&str> = IndexSet::new();
    let mut by_path = by_action;
    for it in model::all_variables(scope.spec) {
        if it.head() == "results" {
            names.extend(it.name(1));
        }
    }
    model::texts(scope.spec, &mut |it| {
        by_path |= it.text().is_some_and(|it| it.contains("/tekton/results"));
    });
    for it in scope.results.values().filter(|_| !by_path) {
        let is_given = it.node.get("value").is_some_and(|it| !it.is_null());
        if !names.contains(it.name) && !is_given {
            sink.push(errors::result(it));
        }
    }
}
