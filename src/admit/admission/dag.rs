//! The order of a pipeline's tasks.

use indexmap::IndexSet;

use crate::admit::Version;
use crate::admit::admission::param;
use crate::admit::admission::variable::Text;
use crate::admit::admission::{Admission, field, matrix, merge, place};
use crate::admit::errors::dag as errors;
use crate::admit::substitution::{result_ref, scanned};
use crate::base::graph::Dag;
use crate::base::{Name, Span};
use crate::yaml::Node;

/// What a task waits for, and where it says so.
#[derive(Clone, Debug)]
pub(crate) struct Need {
    pub(crate) task: Name,
    pub(crate) span: Span,
}

/// Tasks wait for tasks that exist, and not for themselves.
pub(crate) fn check(cx: &mut Admission<'_>, tasks: &[Node]) {
    let mut graph = Dag::default();
    let names: IndexSet<Name> = tasks
        .iter()
        .map(|it| Name::new(it.text_of("name")))
        .collect();
    for task in tasks {
        let name = Name::new(task.text_of("name"));
        graph.add_node(&name);
        for need in needs(task, cx.version) {
            if names.contains(&need.task) {
                graph.add_edge(&need.task, &name);
            } else {
                cx.say(errors::no_task(need.span, &name, &need.task, &names));
            }
        }
    }
    for cycle in graph.cycles() {
        let first = tasks
            .iter()
            .find(|it| cycle.iter().any(|name| name == it.text_of("name")));
        let span = first.map(place);
        if let Some(span) = span {
            cx.say(errors::cycle(span, &cycle));
        }
    }
}

/// What a task waits for: producers of results that it takes, and `runAfter`.
fn needs(task: &Node, version: Version) -> Vec<Need> {
    let mut needs = results(task, version);
    let after = Text::in_list(task, "runAfter");
    needs.extend(after.map(|it| Need {
        task: Name::new(it.text),
        span: it.span(),
    }));
    needs
}

/// The producers of the results that a task takes. The older API does not look into an embedded task.
pub(crate) fn results(task: &Node, version: Version) -> Vec<Need> {
    let mut needs = Vec::new();
    let mut add = |texts: Vec<Text<'_>>| {
        for text in texts {
            for found in scanned(text.text) {
                let needed = result_ref(found.expression);
                needs.extend(needed.map(|it| Need {
                    task: Name::new(it.task),
                    span: text.of_reference(&found),
                }));
            }
        }
    };
    let params = task.list("params").iter().chain(matrix::params(task));
    add(params.flat_map(param::texts).collect());
    add(task.list("when").iter().flat_map(condition).collect());
    if let Some(spec) = field(task, "taskSpec").filter(|_| version == Version::V1) {
        let steps = merge::steps(spec, version);
        add(steps.iter().flat_map(container).collect());
        add(spec.list("sidecars").iter().flat_map(container).collect());
    }
    needs
}

/// The texts of a condition.
pub(crate) fn condition(condition: &Node) -> Vec<Text<'_>> {
    let own = ["input", "cel"].into_iter();
    let own = own.filter_map(|it| Text::in_field(condition, it));
    own.chain(Text::in_list(condition, "values")).collect()
}

/// The texts of a step or sidecar that Tekton scans for results.
fn container(step: &Node) -> Vec<Text<'_>> {
    let own = ["name", "image", "imagePullPolicy", "script", "workingDir"].into_iter();
    let own = own.filter_map(|it| Text::in_field(step, it));
    let lists = ["command", "args"].into_iter();
    let lists = lists.flat_map(|it| Text::in_list(step, it));
    let env = step.list("env").iter().flat_map(|it| {
        let value = it.get("value");
        let sources = ["secretKeyRef", "configMapKeyRef"].into_iter();
        let sources = sources.filter_map(|source| it.get("valueFrom")?.get(source));
        let sources = sources.flat_map(|it| [it.get("key"), it.get("name")]);
        let all = std::iter::once(value).chain(sources);
        all.flatten().filter_map(Text::of).collect::<Vec<_>>()
    });
    own.chain(lists).chain(env).collect()
}

/// All references of some texts, with their places.
pub(crate) fn expressions<'a>(texts: &[Text<'a>]) -> Vec<(&'a str, Span)> {
    let one = |text: &Text<'a>| {
        let text = *text;
        let found = scanned(text.text).into_iter();
        found.map(move |it| (it.expression, text.of_reference(&it)))
    };
    texts.iter().flat_map(one).collect()
}
