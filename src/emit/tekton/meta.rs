//! `metadata` of objects of Tekton.

use crate::diag::Sink;
use crate::emit::core::data::{self, Fields};
use crate::emit::expr::{self, Context};
use crate::emit::tekton::api_version;
use crate::plan::Meta;
use crate::yaml::Tree;

/// `apiVersion`, `kind`, `metadata`, `spec`.
pub(crate) fn object(kind: &str, metadata: Fields, spec: Fields, ctx: Context<'_>) -> Tree {
    let mut fields = Fields::default();
    fields.put("apiVersion", api_version(ctx.plan));
    fields.put("kind", kind);
    fields.put("metadata", metadata);
    fields.put("spec", spec);
    fields.into()
}

/// Name, namespace, labels, annotations, and what else `metadata:` says.
pub(crate) fn metadata(meta: &Meta, ctx: Context<'_>, sink: &mut Sink) -> Fields {
    let mut fields = Fields::default();
    fields.put("name", meta.name.as_str());
    common(meta, &mut fields, ctx, sink);
    fields
}

/// Everything but the name.
pub(crate) fn common(meta: &Meta, fields: &mut Fields, ctx: Context<'_>, sink: &mut Sink) {
    fields.put_some("namespace", meta.namespace.as_deref());
    fields.put_filled("labels", expr::texts(&meta.labels, ctx, sink));
    fields.put_filled("annotations", expr::texts(&meta.annotations, ctx, sink));
    if let Some(more) = &meta.metadata
        && let Tree::Object(more) = expr::tree(more, ctx, sink)
    {
        for (key, value) in more {
            fields.amend(&key, &value);
        }
    }
}

/// `displayName` and `description` of a spec.
pub(crate) fn describe(meta: &Meta, fields: &mut Fields, ctx: Context<'_>, sink: &mut Sink) {
    if let Some(name) = &meta.display_name {
        fields.put("displayName", expr::text(name, ctx, sink));
    }
    fields.put_some("description", meta.description.as_deref());
}

/// Labels and annotations of an embedded task.
pub(crate) fn embedded(meta: &Meta, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    data::record(
        [
            ("labels", expr::texts(&meta.labels, ctx, sink)),
            ("annotations", expr::texts(&meta.annotations, ctx, sink)),
        ]
        .into_iter()
        .filter(|(_, it)| it.as_object().is_some_and(|it| !it.is_empty())),
    )
}
