//! Steps.

use indexmap::IndexMap;

use crate::base::Name;
use crate::diag::Sink;
use crate::emit::core::data::{self, Fields};
use crate::emit::expr::{self, Context, when};
use crate::emit::tekton::{node, param, volume};
use crate::plan::{ActionUse, EnvValue, Expr, Step};
use crate::schema::profile::TektonApi;
use crate::yaml::Tree;

/// A step as it stands in `steps`.
pub(crate) fn step(step: &Step, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let mut fields = Fields::default();
    fields.put_some("name", step.name.as_deref());
    let mut rest = step.extra.clone();
    if let Some(name) = rest.shift_remove("displayName") {
        fields.put("displayName", expr::text(&name, ctx, sink));
    }
    if let Some(made) = &step.action {
        reference(made, &mut fields, ctx, sink);
    }
    if let Some(policy) = rest.shift_remove("imagePullPolicy") {
        fields.put("imagePullPolicy", expr::text(&policy, ctx, sink));
    }
    if step.action.is_none() {
        what_runs(step, &mut fields, ctx, sink);
    }
    for (key, value) in &rest {
        let (key, value) = field(key, expr::tree(value, ctx, sink), ctx);
        fields.put(&key, value);
    }
    if let Some(condition) = &step.when {
        fields.put_filled("when", Tree::Array(when::when(condition, ctx, sink)));
    }
    if let Some(timeout) = step.timeout {
        fields.put("timeout", expr::duration(timeout, step.span, sink));
    }
    put_on_error(
        step.continue_on_error,
        step.on_error.as_ref(),
        &mut fields,
        ctx,
        sink,
    );
    if step.action.is_none() {
        fields.put_filled("results", param::results(&step.results, ctx, sink));
        if let Some(script) = &step.script {
            fields.put("script", expr::text(script, ctx, sink));
        }
    }
    fields.into()
}

/// Image, directory, command and variables.
pub(crate) fn what_runs(step: &Step, fields: &mut Fields, ctx: Context<'_>, sink: &mut Sink) {
    if let Some(image) = &step.image {
        fields.put("image", expr::text(image, ctx, sink));
    }
    if let Some(directory) = &step.working_dir {
        fields.put("workingDir", expr::text(directory, ctx, sink));
    }
    fields.put_filled("command", expr::list(&step.command, ctx, sink));
    fields.put_filled("args", expr::list(&step.args, ctx, sink));
    if !step.extra.contains_key("env") {
        fields.put_filled("env", env(&step.env, ctx, sink));
    }
}

/// `onError` of a step or node.
pub(crate) fn put_on_error(
    continues: bool,
    said: Option<&Expr>,
    fields: &mut Fields,
    ctx: Context<'_>,
    sink: &mut Sink,
) {
    if let Some(said) = said {
        fields.put("onError", expr::text(said, ctx, sink));
    } else if continues {
        fields.put("onError", "continue");
    }
}

/// The action that a step is made from, and the arguments.
fn reference(made: &ActionUse, fields: &mut Fields, ctx: Context<'_>, sink: &mut Sink) {
    let action = ctx.plan.actions.get(&made.action);
    let external = action.and_then(|it| it.external.as_ref()?.as_ref());
    let from = made.from.as_ref().or(external);
    fields.put("ref", node::reference(&made.action, from, ctx, sink));
    fields.put_filled("params", param::arguments(&made.args, ctx, sink));
}

/// A field of a step, template or sidecar under the name and in the form that the API has.
pub(crate) fn field(key: &str, value: Tree, ctx: Context<'_>) -> (String, Tree) {
    let beta = ctx.plan.profile.tekton.api == TektonApi::V1beta1;
    match key {
        "computeResources" if beta => ("resources".to_owned(), value),
        "volumeMounts" => (key.to_owned(), volume::mounts(value)),
        "env" => (key.to_owned(), env_list(value)),
        "workspaces" => (key.to_owned(), by_name("name", value)),
        _ => (key.to_owned(), value),
    }
}

/// A map from names as the list that the API has.
pub(crate) fn by_name(key: &'static str, map: Tree) -> Tree {
    let Tree::Object(map) = map else {
        return map;
    };
    let element = |(name, value): (String, Tree)| {
        let mut fields = Fields::default();
        fields.put(key, name);
        volume::extend(&mut fields, value);
        Tree::from(fields)
    };
    map.into_iter().map(element).collect()
}

/// The fields of a record, each under the name and in the form that the API has.
pub(crate) fn container(value: Tree, ctx: Context<'_>) -> Tree {
    let Tree::Object(fields) = value else {
        return value;
    };
    let fields = fields.into_iter();
    data::record(fields.map(|(key, value)| field(&key, value, ctx)))
}

/// A map of variables as the list that the API has.
fn env_list(value: Tree) -> Tree {
    let Tree::Object(variables) = value else {
        return value;
    };
    let variables = variables.into_iter();
    let variable = |(name, value): (String, Tree)| {
        let value = match value {
            Tree::Null | Tree::String(_) | Tree::Array(_) | Tree::Object(_) => value,
            Tree::Bool(it) => Tree::String(it.to_string()),
            Tree::Number(it) => Tree::String(it.to_string()),
        };
        let key = if value.is_object() {
            "valueFrom"
        } else {
            "value"
        };
        data::record([("name", Tree::String(name)), (key, value)])
    };
    variables.map(variable).collect()
}

fn env(env: &IndexMap<Name, EnvValue>, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let variable = |(name, value): (&Name, &EnvValue)| {
        let mut fields = Fields::default();
        fields.put("name", name.as_str());
        match value {
            EnvValue::Text(text) => fields.put("value", expr::text(text, ctx, sink)),
            EnvValue::Source(source) => fields.put("valueFrom", expr::tree(source, ctx, sink)),
            EnvValue::Secret { name, key, .. } => {
                fields.put("valueFrom", from_key("secretKeyRef", name, key))
            }
            EnvValue::Config { name, key, .. } => {
                fields.put("valueFrom", from_key("configMapKeyRef", name, key))
            }
            EnvValue::Field { path, .. } => {
                let path = data::record([("fieldPath", path.as_str())]);
                fields.put("valueFrom", data::record([("fieldRef", path)]));
            }
        }
        Tree::from(fields)
    };
    env.iter().map(variable).collect()
}

fn from_key(kind: &str, name: &str, key: &str) -> Tree {
    data::record([(kind, data::record([("name", name), ("key", key)]))])
}
