//! A scenario held against the run that is to play it.

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{Callee, Node, ParamShape, Task};
use crate::run::Scenario;
use crate::run::prepare::Prepared;
use crate::value::Value;

/// What a scenario says that the run cannot do.
#[derive(Debug, Default)]
pub(crate) struct Fit {
    /// Names that no task of the run has, and results that their tasks do not declare: said, and passed over.
    pub(crate) doubts: Vec<String>,
    /// Values that no such result can have.
    pub(crate) mistakes: Vec<String>,
}

/// Holds a scenario against a run of that name.
pub(crate) fn of(prepared: &Prepared, scenario: &Scenario, run: &Name) -> Fit {
    let pipelines = prepared.needs.pipelines.values();
    let pipelines = pipelines.chain([&prepared.job.pipeline]);
    let nodes = pipelines.flat_map(|it| it.nodes.iter().chain(&it.finally));
    let nodes: IndexMap<&str, &Node> = nodes.map(|it| (it.name.as_str(), it)).collect();
    let mut fit = Fit::default();
    for (name, behaviour) in scenario.tasks() {
        let node = match prepared.job.alone && name == run.as_str() {
            true => nodes.values().next().copied(),
            false => named(&nodes, name, run),
        };
        let Some(node) = node else {
            fit.doubts.push(format!(
                "the scenario says something of `{name}`, which this run has not"
            ));
            continue;
        };
        let task = match &node.callee {
            Callee::Task(task) => prepared.needs.tasks.get(task).map(|it| &**it),
            Callee::Embedded(task) => Some(&**task),
            Callee::Pipeline(_) => None,
        };
        for (result, value) in behaviour.results.iter().flatten() {
            if let Some(task) = task {
                fit.result(name, task, result, value);
            }
        }
    }
    fit
}

impl Fit {
    fn result(&mut self, name: &str, task: &Task, result: &str, value: &Value) {
        let Some(declared) = task.results.get(result) else {
            self.doubts.push(format!(
                "the scenario gives `{name}` the result `{result}`, which its task does not declare"
            ));
            return;
        };
        let (fits, wanted) = match declared.shape {
            ParamShape::String => (value.as_str().is_some(), "text"),
            ParamShape::Array => (value.as_list().is_some(), "a list of texts"),
            ParamShape::Object(_) => (value.as_record().is_some(), "an object of texts"),
        };
        if let (ParamShape::Object(keys), Some(fields)) = (&declared.shape, value.as_record()) {
            let missing: Vec<String> = { keys.iter() }
                .filter(|it| !fields.contains_key(*it))
                .map(|it| format!("`{it}`"))
                .collect();
            if !missing.is_empty() {
                let missing = missing.join(", ");
                self.mistakes.push(format!(
                    "the scenario gives `{name}` a result `{result}` without {missing}, which it is declared to have"
                ));
            }
        }
        if !fits {
            self.mistakes.push(format!(
                "the scenario gives `{name}` a result `{result}` of another type: it is declared as {wanted}"
            ));
        }
    }
}

/// The node that a name means: its own, an instance's, either after the names around it, or after the run's.
fn named<'a>(nodes: &IndexMap<&str, &'a Node>, name: &str, run: &Name) -> Option<&'a Node> {
    let inner = name.rsplit('/').next().unwrap_or_default();
    let own = inner.strip_prefix(run.as_str());
    let own = own.and_then(|it| it.strip_prefix('-'));
    let instance = |name: &str| {
        let stem = name.trim_end_matches(|it: char| it.is_ascii_digit());
        let stem = stem.strip_suffix('-').filter(|_| stem.len() < name.len());
        nodes.get(name).or_else(|| nodes.get(stem?)).copied()
    };
    instance(inner).or_else(|| instance(own?))
}
