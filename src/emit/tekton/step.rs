//! Steps.

use indexmap::IndexMap;

use crate::base::Name;
use crate::diag::Sink;
use crate::emit::core::data::{self, Fields};
use crate::emit::expr::{self, Context, when};
use crate::emit::tekton::{param, volume};
use crate::plan::{EnvValue, Step};
use crate::schema::profile::TektonApi;
use crate::yaml::Tree;

/// A step as it stands in `steps`.
pub(crate) fn step(step: &Step, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let mut fields = Fields::default();
    fields.put_some("name", step.name.as_deref());
    let mut rest = step.extra.clone();
    for first in ["displayName", "ref"] {
        if let Some(value) = rest.shift_remove(first) {
            fields.put(first, expr::tree(&value, ctx, sink));
        }
    }
    if let Some(image) = &step.image {
        fields.put("image", expr::text(image, ctx, sink));
    }
    if let Some(policy) = rest.shift_remove("imagePullPolicy") {
        fields.put("imagePullPolicy", expr::text(&policy, ctx, sink));
    }
    if let Some(directory) = &step.working_dir {
        fields.put("workingDir", expr::text(directory, ctx, sink));
    }
    fields.put_filled("command", expr::list(&step.command, ctx, sink));
    fields.put_filled("args", expr::list(&step.args, ctx, sink));
    fields.put_filled("env", env(&step.env, ctx, sink));
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
    if step.continue_on_error {
        fields.put("onError", "continue");
    }
    fields.put_filled("results", param::results(&step.results, ctx, sink));
    if let Some(script) = &step.script {
        fields.put("script", expr::text(script, ctx, sink));
    }
    fields.into()
}

/// A field of a step, template or sidecar under the name and in the form that the API has.
pub(crate) fn field(key: &str, value: Tree, ctx: Context<'_>) -> (String, Tree) {
    let beta = ctx.plan.profile.tekton.api == TektonApi::V1beta1;
    match key {
        "computeResources" if beta => ("resources".to_owned(), value),
        "volumeMounts" => (key.to_owned(), volume::mounts(value)),
        "env" => (key.to_owned(), env_list(value)),
        _ => (key.to_owned(), value),
    }
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
