//! Containers as the API has them: sidecars and what `stepTemplate` gives to steps, in the form of steps.

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{EnvValue, Expr, Step, Task};
use crate::value::Value;

/// The steps that run here, with what the template gives them.
pub(crate) fn steps(task: &Task) -> Vec<Step> {
    // Steps for the host are not made for containers.
    if let Some(steps) = &task.host_steps {
        return steps.clone();
    }
    let template = task.extra.get("stepTemplate").map(container);
    let filled = |it: &Step| match &template {
        Some(template) => filled(it, template),
        None => it.clone(),
    };
    task.steps.iter().map(filled).collect()
}

/// The sidecars that run beside them, by name.
pub(crate) fn sidecars(task: &Task) -> Vec<Step> {
    if task.host_steps.is_some() {
        return Vec::new();
    }
    let all = task.extra.get("sidecars").map(Expr::elements);
    let all = all.unwrap_or_default();
    all.iter().map(container).collect()
}

/// A step with what it does not say itself taken from the template.
fn filled(step: &Step, template: &Step) -> Step {
    let mut step = step.clone();
    step.image = step.image.or_else(|| template.image.clone());
    if step.command.is_empty() {
        step.command = template.command.clone();
    }
    if step.args.is_empty() {
        step.args = template.args.clone();
    }
    let directory = template.working_dir.clone();
    step.working_dir = step.working_dir.or(directory);
    let mut env = template.env.clone();
    env.extend(step.env);
    step.env = env;
    for (key, value) in &template.extra {
        let value = match (key.as_str(), step.extra.get(key)) {
            (_, None) => value.clone(),
            ("volumeMounts" | "envFrom", Some(own)) => joined(value, own),
            (_, Some(own)) => own.clone(),
        };
        step.extra.insert(key.clone(), value);
    }
    step
}

/// What the template lists, then what the step does.
fn joined(template: &Expr, own: &Expr) -> Expr {
    let listed = |it: &Expr| match it.fields() {
        fields if fields.is_empty() => it.elements(),
        fields => { fields.into_iter() }
            .map(|(key, it)| mount(&key, it))
            .collect(),
    };
    let all = [listed(template), listed(own)].concat();
    let kind = crate::plan::ExprKind::List(std::sync::Arc::new(all));
    Expr {
        span: own.span,
        kind,
    }
}

/// An entry of a map of mounts as one of a list.
fn mount(path: &Name, it: Expr) -> Expr {
    let span = it.span;
    let mut fields: IndexMap<Name, Expr> = it.fields().into_iter().collect();
    if fields.is_empty() {
        fields.insert(Name::new_static("name"), it);
    }
    let path = Expr::constant(span, Value::Str(path.clone()));
    fields.insert(Name::new_static("mountPath"), path);
    let kind = crate::plan::ExprKind::Record(std::sync::Arc::new(fields));
    Expr { span, kind }
}

/// A container in the API's form as a step.
fn container(of: &Expr) -> Step {
    let fields = of.fields().into_iter();
    let said = fields.filter(|(_, it)| !it.value().is_some_and(Value::is_none));
    let mut step = Step::container(of.span, said);
    let env = step.extra.shift_remove("env");
    step.env = env.iter().flat_map(variables).collect();
    step
}

/// The variables of a container, as a map or as the list that the API has.
fn variables(env: &Expr) -> Vec<(Name, EnvValue)> {
    let of = |value: Expr| match value.fields().is_empty() {
        true => EnvValue::Text(value),
        false => EnvValue::Source(value),
    };
    let mapped = env.fields();
    if !mapped.is_empty() {
        return { mapped.into_iter() }
            .map(|(name, it)| (name, of(it)))
            .collect();
    }
    let entry = |it: &Expr| {
        let said = |key: &str| {
            it.get(key)
                .filter(|it| !it.value().is_some_and(Value::is_none))
        };
        let name = Name::new(said("name")?.text()?);
        let value = said("valueFrom").or_else(|| said("value"));
        let empty = || Expr::constant(it.span, Value::str(""));
        Some((name, of(value.unwrap_or_else(empty))))
    };
    env.elements().iter().filter_map(entry).collect()
}

/// Entries of a list of the API, or of a map that is told apart by `key`; of a text alone it is the `name`.
pub(crate) fn entries(value: &Value, key: &'static str) -> Vec<IndexMap<Name, Value>> {
    if let Some(all) = value.as_list() {
        return { all.iter() }
            .filter_map(|it| it.as_record().cloned())
            .collect();
    }
    let entry = |(name, it): (&Name, &Value)| {
        let mut fields = match it.as_record() {
            Some(fields) => fields.clone(),
            None if it.as_str().is_some() => {
                IndexMap::from([(Name::new_static("name"), it.clone())])
            }
            None => IndexMap::from([(Name::new_static("source"), it.clone())]),
        };
        fields.insert(Name::new_static(key), Value::Str(name.clone()));
        fields
    };
    let fields = value.as_record().into_iter().flatten();
    { fields }.map(entry).collect()
}
