//! Declared parameters, results and workspaces, and what is given to them.

use indexmap::IndexMap;

use crate::base::Name;
use crate::diag::Sink;
use crate::emit::core::data::{self, Fields};
use crate::emit::expr::{self, Context};
use crate::plan::{Expr, Param, ParamShape, ResultDecl, Workspace};
use crate::types::Type;
use crate::yaml::Tree;

/// `params` of a spec.
pub(crate) fn params(params: &IndexMap<Name, Param>, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    params.values().map(|it| param(it, ctx, sink)).collect()
}

fn param(param: &Param, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let mut fields = Fields::default();
    fields.put("name", param.name.as_str());
    match param.shape {
        ParamShape::String if ctx.nested => fields.put("type", "string"),
        ParamShape::String | ParamShape::Array | ParamShape::Object(_) => {
            shape(&param.shape, &mut fields);
        }
    }
    fields.put_some("description", param.description.as_deref());
    if ctx.plan.profile.tekton.has("enable-param-enum") {
        fields.put_filled("enum", literals(param));
    }
    if let Some(default) = &param.default {
        fields.put("default", expr::argument(default, ctx, sink));
    }
    fields.into()
}

/// The texts that a parameter can be, where its type lists them.
fn literals(param: &Param) -> Tree {
    let Type::String(text) = &param.ty else {
        return Tree::Null;
    };
    text.literals
        .iter()
        .flatten()
        .map(|it| it.as_str())
        .collect()
}

/// `type` where it is not `string`, and the keys of an object.
pub(crate) fn shape(shape: &ParamShape, fields: &mut Fields) {
    match shape {
        ParamShape::String => {}
        ParamShape::Array => fields.put("type", "array"),
        ParamShape::Object(keys) => {
            fields.put("type", "object");
            let key = |it: &Name| (it.clone(), data::record([("type", "string")]));
            fields.put("properties", data::record(keys.iter().map(key)));
        }
    }
}

/// `results` of a task or step.
pub(crate) fn results(
    results: &IndexMap<Name, ResultDecl>,
    ctx: Context<'_>,
    sink: &mut Sink,
) -> Tree {
    let result = |it: &ResultDecl| {
        let mut fields = Fields::default();
        fields.put("name", it.name.as_str());
        shape(&it.shape, &mut fields);
        fields.put_some("description", it.description.as_deref());
        if let Some(value) = &it.value {
            fields.put("value", expr::argument(value, ctx, sink));
        }
        Tree::from(fields)
    };
    results.values().map(result).collect()
}

/// `workspaces` of a task.
pub(crate) fn workspaces(
    workspaces: &IndexMap<Name, Workspace>,
    ctx: Context<'_>,
    sink: &mut Sink,
) -> Tree {
    let workspace = |it: &Workspace| {
        let mut fields = Fields::default();
        fields.put("name", it.name.as_str());
        fields.put_some("description", it.description.as_deref());
        if let Some(path) = &it.mount_path {
            fields.put("mountPath", expr::text(path, ctx, sink));
        }
        if it.read_only {
            fields.put("readOnly", true);
        }
        if it.optional {
            fields.put("optional", true);
        }
        Tree::from(fields)
    };
    workspaces.values().map(workspace).collect()
}

/// `workspaces` of a pipeline, which knows no mode of access.
pub(crate) fn pipeline_workspaces(workspaces: &IndexMap<Name, Workspace>) -> Tree {
    let workspace = |it: &Workspace| {
        let mut fields = Fields::default();
        fields.put("name", it.name.as_str());
        fields.put_some("description", it.description.as_deref());
        if it.optional {
            fields.put("optional", true);
        }
        Tree::from(fields)
    };
    workspaces.values().map(workspace).collect()
}

/// `params` of a call.
pub(crate) fn arguments(args: &IndexMap<Name, Expr>, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let argument = |(name, value): (&Name, &Expr)| {
        let mut fields = Fields::default();
        fields.put("name", name.as_str());
        fields.put("value", expr::argument(value, ctx, sink));
        Tree::from(fields)
    };
    args.iter().map(argument).collect()
}
