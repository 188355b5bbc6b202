//! Volumes: of tasks by name, of mounts by path, of workspaces of a run.

use crate::base::Name;
use crate::diag::Sink;
use crate::emit::core::data::{self, Fields};
use crate::emit::core::volume::claim_spec;
use crate::emit::expr::{self, Context};
use crate::plan::{Expr, ExprKind};
use crate::value::Value;
use crate::yaml::Tree;

/// `volumes` of a task; a map is told apart by the names.
pub(crate) fn volumes(volumes: &Expr, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    match &volumes.kind {
        ExprKind::Record(_) | ExprKind::Const(Value::Record(_)) => {
            let named = names(volumes).into_iter().filter_map(|name| {
                let mut fields = Fields::default();
                fields.put("name", name.as_str());
                extend(&mut fields, source(&volumes.get(&name)?, ctx, sink));
                Some(Tree::from(fields))
            });
            named.collect()
        }
        ExprKind::Const(_)
        | ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Make(..)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => expr::tree(volumes, ctx, sink),
    }
}

/// `volumeMounts`: a map is told apart by the paths, and a mount may be the volume's name alone.
pub(crate) fn mounts(mounts: Tree) -> Tree {
    let Tree::Object(mounts) = mounts else {
        return mounts;
    };
    let mount = |(path, value): (String, Tree)| {
        let mut fields = Fields::default();
        match value {
            Tree::Object(_) => extend(&mut fields, value),
            Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) | Tree::Array(_) => {
                fields.put("name", value);
            }
        }
        fields.put("mountPath", path);
        Tree::from(fields)
    };
    mounts.into_iter().map(mount).collect()
}

/// The fields that say what a volume or workspace is.
pub(crate) fn source(of: &Expr, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    if let Some(thing) = of.thing() {
        return match thing.kind.as_str() {
            "secret" => data::record([(
                "secret",
                data::record([("secretName", thing.name.as_str())]),
            )]),
            _ => expr::tree(of, ctx, sink),
        };
    }
    let text = |field: &str| {
        of.get(field)
            .filter(|it| !it.value().is_some_and(Value::is_none))
    };
    match of.maker().map(Name::as_str) {
        Some("volume") => {
            let spec = data::record([("spec", claim_spec(of))]);
            data::record([("volumeClaimTemplate", spec)])
        }
        Some("claim") => {
            let mut fields = Fields::default();
            let name = text("name").map(|it| expr::text(&it, ctx, sink));
            fields.put(
                "persistentVolumeClaim",
                data::record(name.map(|it| ("claimName", it))),
            );
            if let Some(path) = text("sub-path") {
                fields.put("subPath", expr::text(&path, ctx, sink));
            }
            fields.into()
        }
        Some("empty") => {
            let mut fields = Fields::default();
            let medium = text("medium").map(|it| expr::text(&it, ctx, sink));
            fields.put_some("medium", medium.filter(|it| !it.is_empty()));
            fields.put_some(
                "sizeLimit",
                text("size").map(|it| expr::text(&it, ctx, sink)),
            );
            data::record([("emptyDir", fields)])
        }
        Some("config-files") => {
            let name = text("name").map(|it| expr::text(&it, ctx, sink));
            data::record([("configMap", data::record(name.map(|it| ("name", it))))])
        }
        Some(_) | None => expr::tree(of, ctx, sink),
    }
}

/// Adds all fields of a record.
pub(crate) fn extend(fields: &mut Fields, more: Tree) {
    if let Tree::Object(more) = more {
        for (key, value) in more {
            fields.put(&key, value);
        }
    }
}

fn names(record: &Expr) -> Vec<Name> {
    match &record.kind {
        ExprKind::Record(fields) => fields.keys().cloned().collect(),
        ExprKind::Const(value) => value
            .as_record()
            .map_or_else(Vec::new, |it| it.keys().cloned().collect()),
        ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Make(..)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => Vec::new(),
    }
}
