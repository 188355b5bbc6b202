//! The order of a pipeline's tasks, and what goes wrong where there is none.

use indexmap::{IndexMap, IndexSet};

use crate::admit::controller::model;
use crate::admit::controller::pipeline::{Callee, Pipeline, Task};
use crate::admit::controller::variable::Variable;
use crate::admit::controller::{results, workspaces};
use crate::admit::errors::controller::graph as errors;
use crate::base::graph::Dag;
use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::yaml::Node;

/// How many uses of shared workspaces are compared: nobody writes so many, and each is held against each.
const MANY: usize = 1_000;

/// Which task comes before which.
#[derive(Debug, Default)]
pub(crate) struct Order {
    graph: Dag,
}

impl Order {
    pub(crate) fn reaches(&self, before: &str, after: &str) -> bool {
        self.graph.reaches(&Name::new(before), &Name::new(after))
    }

    /// All that come before a task.
    fn before(&self, task: &str) -> IndexSet<Name> {
        self.graph.ancestors(&Name::new(task)).into_iter().collect()
    }

    fn parents(&self, of: &str) -> Vec<Name> {
        self.graph.parents(&Name::new(of))
    }
}

impl<'a> Pipeline<'a> {
    pub(crate) fn order(&self) -> Order {
        let mut graph = Dag::default();
        for task in self.tasks.iter().filter(|it| !it.is_final) {
            let own = Name::new(task.name);
            graph.add_node(&own);
            for before in task.node.list("runAfter").iter().filter_map(Node::text) {
                graph.add_edge(&Name::new(before), &own);
            }
            for it in uses(task) {
                if let Some(result) = it.task_result() {
                    graph.add_edge(&Name::new(result.task), &own);
                }
            }
        }
        Order { graph }
    }
}

/// The variables that make an order: those of what is passed, and of a task that is written inside.
fn uses<'a>(task: &Task<'a>) -> Vec<Variable<'a>> {
    let fields = results::FIELDS.iter().filter_map(|it| task.node.get(it));
    let embedded = match task.callee {
        Callee::Embedded(spec) => Some(spec),
        Callee::Named(_) | Callee::Unknown => None,
    };
    fields
        .chain(embedded)
        .flat_map(model::all_variables)
        .collect()
}

pub(crate) fn judge(pipeline: &Pipeline<'_>, sink: &mut Sink) {
    let order = pipeline.order();
    races(pipeline, &order, sink);
    absent(pipeline, &order, sink);
}

/// A result of a task that may fail and be passed over.
fn absent(pipeline: &Pipeline<'_>, order: &Order, sink: &mut Sink) {
    let goes_on = |it: &Task<'_>| it.node.text_of("onError") == "continue";
    let has_finally = pipeline.tasks.iter().any(|it| it.is_final);
    for (at, consumer) in pipeline.tasks.iter().enumerate() {
        if consumer.is_final || goes_on(consumer) {
            continue;
        }
        for it in uses(consumer) {
            let Some(result) = it.task_result() else {
                continue;
            };
            let Some(producer) = pipeline.task(result.task).filter(|it| goes_on(it)) else {
                continue;
            };
            let later = pipeline.tasks.iter().skip(at + 1).find(|it| {
                let parents = order.parents(it.name);
                !it.is_final
                    && parents.iter().any(|it| it == producer.name)
                    && !order.reaches(consumer.name, it.name)
            });
            match later.filter(|_| has_finally) {
                Some(later) => sink.push(errors::hangs(&it, producer, later)),
                None => sink.push(errors::absent(&it, producer)),
            }
        }
    }
}

/// How a task touches a workspace of the pipeline.
struct Touch<'a> {
    task: &'a str,
    is_final: bool,
    workspace: &'a str,
    span: Span,
    sub_path: &'a str,
    writes: bool,
}

fn races(pipeline: &Pipeline<'_>, order: &Order, sink: &mut Sink) {
    let shared = shared(pipeline);
    let touches: Vec<Touch<'_>> = pipeline.tasks.iter().flat_map(touches).collect();
    let touches = touches.iter().filter(|it| shared(it.workspace));
    let touches: Vec<&Touch<'_>> = touches.take(MANY).collect();
    let before = |it: &&Touch<'_>| order.before(it.task);
    let before: Vec<IndexSet<Name>> = touches.iter().map(before).collect();
    let precedes = |a: &Touch<'_>, at: usize| {
        before
            .get(at)
            .is_some_and(|it| it.contains(&Name::new(a.task)))
    };
    for (at, second) in touches.iter().enumerate() {
        let clash = touches.iter().enumerate().take(at).find(|(number, first)| {
            first.task != second.task
                && first.is_final == second.is_final
                && first.workspace == second.workspace
                && (first.writes || second.writes)
                && overlap(first.sub_path, second.sub_path)
                && !precedes(first, at)
                && !precedes(second, *number)
        });
        if let Some((_, first)) = clash {
            let writer = if first.writes {
                first.task
            } else {
                second.task
            };
            let found = errors::race((first.task, first.span), (second.task, second.span), writer);
            sink.push(if second.is_final {
                errors::race_at_the_end(found)
            } else {
                errors::race_of_tasks(found, first.task)
            });
        }
    }
}

/// Which workspaces tasks share: not what is new for each of them, nor what nobody can write.
fn shared<'p>(pipeline: &'p Pipeline<'_>) -> impl Fn(&str) -> bool + 'p {
    let bound = pipeline.bindings();
    move |name| {
        let binding = bound.iter().find(|it| it.name == name);
        binding.is_none_or(|it| {
            let is = |field: &str| it.node.get(field).is_some_and(|it| !it.is_null());
            is("persistentVolumeClaim") || is("volumeClaimTemplate")
        })
    }
}

fn touches<'a>(task: &Task<'a>) -> Vec<Touch<'a>> {
    let Some(spec) = task.callee.spec() else {
        return Vec::new();
    };
    let mut found: IndexMap<&str, Touch<'a>> = IndexMap::new();
    for it in model::named(task.node, "workspaces") {
        let touch = Touch {
            task: task.name,
            is_final: task.is_final,
            workspace: workspaces::outer_name(&it),
            span: it.at.span,
            sub_path: it.node.text_of("subPath"),
            writes: writes(spec, it.name),
        };
        found.insert(it.name, touch);
    }
    if let Callee::Embedded(spec) = task.callee {
        for (name, it) in model::workspaces_mentioned(spec) {
            found.entry(name).or_insert_with(|| Touch {
                task: task.name,
                is_final: task.is_final,
                workspace: name,
                span: it.span,
                sub_path: "",
                writes: writes(spec, name),
            });
        }
    }
    found.into_values().collect()
}

/// Whether a task visibly writes into a workspace: it works there, or a line of a script puts something there.
fn writes(spec: &Node, workspace: &str) -> bool {
    let declared = model::declared(spec, "workspaces");
    let declared = declared.get(workspace).map(|it| it.node);
    if declared.is_some_and(|it| it.get("readOnly").and_then(Node::bool) == Some(true)) {
        return false;
    }
    let mount = declared.map_or("", |it| it.text_of("mountPath"));
    let paths = [
        format!("$(workspaces.{workspace}.path)"),
        match mount {
            "" => format!("/workspace/{workspace}"),
            mount => mount.to_owned(),
        },
    ];
    let is_there = |text: &str| paths.iter().any(|it| text.contains(it.as_str()));
    spec.list("steps").iter().any(|step| {
        let script = step.text_of("script");
        let works_there = is_there(step.text_of("workingDir"));
        let lines = script.lines().filter(|it| works_there || is_there(it));
        let mut lines = lines.filter(|it| !it.trim_start().starts_with('#'));
        lines.any(|line| puts_something(line, works_there, &is_there))
    })
}

/// Words that change files.
const CHANGES: [&str; 12] = [
    "tee", "touch", "mkdir", "mv", "cp", "rm", "unzip", "install", "clone", "checkout", "make",
    "build",
];

fn puts_something(line: &str, works_there: bool, is_there: &dyn Fn(&str) -> bool) -> bool {
    let mut words = line.split_whitespace();
    let changes = words.any(|word| CHANGES.contains(&word));
    // `> "$(workspaces.source.path)/x"`, or a path of its own where it works there.
    let into = line.split('>').skip(1).any(|target| {
        let target = target.trim_start_matches(['|', '>', ' ', '"', '\'']);
        let is_path = !target.starts_with(['&', '$', '/']) && !target.is_empty();
        is_there(target.split_whitespace().next().unwrap_or(""))
            || works_there && is_path && !line.contains("2>&1")
    });
    changes || into
}

/// Whether two sub-paths may share a file; a path with a variable may be any.
fn overlap(first: &str, second: &str) -> bool {
    let parts = |path: &str| -> Vec<String> {
        let known = path.split("$(").next().unwrap_or("");
        let mut parts: Vec<String> = known
            .split('/')
            .filter(|it| !it.is_empty() && *it != ".")
            .map(str::to_owned)
            .collect();
        // Of `a/b$(x)` only `a` is whole.
        if known.len() < path.len() && !known.ends_with('/') {
            parts.pop();
        }
        parts
    };
    // Who uses a directory of its own leaves the rest to others, who mostly leave it alone.
    if first.is_empty() != second.is_empty() {
        return false;
    }
    let (first, second) = (parts(first), parts(second));
    let mut pairs = first.iter().zip(&second);
    !pairs.any(|(a, b)| a != b)
}
