//! `runAfter`, without what results or longer paths say already: [`crate::base::order`] tells why that is the same.

use indexmap::IndexSet;
use serde_json::{Map, Value};

use crate::admit::controller::texts::SCANNED;
use crate::admit::substitution;
use crate::base::Name;
use crate::base::graph::Dag;
use crate::base::order::Orders;

/// Lays the orders of a pipeline into one form.
pub(crate) fn plain(pipeline: &mut Map<String, Value>) {
    let Some(Value::Array(tasks)) = pipeline.get_mut("tasks") else {
        return;
    };
    if !tasks.iter().any(|it| it.get("runAfter").is_some()) {
        return;
    }
    let orders = of(tasks);
    for task in tasks {
        let seen = producers(task);
        let said = run_after(task);
        let parents: Vec<Name> = seen.iter().chain(&said).cloned().collect();
        let implied = orders.implied(&parents);
        let kept = said
            .iter()
            .filter(|it| !seen.contains(*it) && !implied.contains(*it));
        let mut kept: Vec<&str> = kept.map(Name::as_str).collect();
        kept.sort_unstable();
        if let Value::Object(fields) = task {
            fields.remove("runAfter");
            if !kept.is_empty() {
                fields.insert("runAfter".to_owned(), kept.into());
            }
        }
    }
}

fn of(tasks: &[Value]) -> Orders {
    let mut graph = Dag::default();
    for task in tasks {
        let own = name(task);
        graph.add_node(&own);
        for before in producers(task).iter().chain(&run_after(task)) {
            graph.add_edge(before, &own);
        }
    }
    let names = |holds: &dyn Fn(&Value) -> bool| -> IndexSet<Name> {
        tasks.iter().filter(|it| holds(it)).map(name).collect()
    };
    let says = |it: &Value, key: &str| it.get(key).is_some_and(|it| !it.is_null());
    let goes_on = |it: &Value| it.get("onError").is_some_and(|it| it != "stopAndFail");
    let guarded = names(&|it| says(it, "when"));
    let failing = names(&goes_on);
    let skipped = names(&|it| {
        let lacks = |from: &Name| goes_on(it) || guarded.contains(from) || failing.contains(from);
        says(it, "matrix") || producers(it).iter().any(lacks)
    });
    Orders::new(&graph, &guarded, &skipped)
}

fn name(task: &Value) -> Name {
    Name::new(task.get("name").and_then(Value::as_str).unwrap_or_default())
}

fn run_after(task: &Value) -> IndexSet<Name> {
    let items = task.get("runAfter").and_then(Value::as_array);
    let items = items.into_iter().flatten().filter_map(Value::as_str);
    items.map(Name::new).collect()
}

/// The tasks whose results a task uses where that makes an order.
fn producers(task: &Value) -> IndexSet<Name> {
    let fields = ["params", "when", "matrix"];
    let fields = fields.iter().filter_map(|it| task.get(it));
    let containers = ["steps", "sidecars"].into_iter().filter_map(|key| {
        let spec = task.get("taskSpec")?;
        spec.get(key)?.as_array()
    });
    let of_containers = containers
        .flatten()
        .flat_map(|it| SCANNED.iter().filter_map(|key| it.get(*key)));
    let mut found = IndexSet::new();
    fields
        .chain(of_containers)
        .for_each(|it| collect(it, &mut found));
    found
}

fn collect(value: &Value, found: &mut IndexSet<Name>) {
    match value {
        Value::String(text) => {
            let all = substitution::references(text).into_iter();
            let results = all.filter_map(|it| substitution::result_ref(it.expression));
            found.extend(results.map(|it| Name::new(it.task)));
        }
        Value::Array(items) => items.iter().for_each(|it| collect(it, found)),
        Value::Object(fields) => fields.values().for_each(|it| collect(it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
