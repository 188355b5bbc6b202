//! Deliveries: how what is built reaches the clusters.

use crate::base::Name;
use crate::lower::Lowerer;
use crate::plan::Expr;
use crate::plan::env::{Delivery, Sync};
use crate::resolve::Item;
use crate::syntax::ast;
use crate::value::Value;

/// A declaration of this kind at the top level.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) {
    let mut fields = lowerer.declared_fields(item.id);
    lowerer.fill_body(&mut fields, "GitopsBody");
    let repository = fields.take("repository");
    let repository = repository.and_then(|it| Some(it.thing()?.name.clone()));
    let name = decl.head.name.name.clone();
    let delivery = Delivery {
        name: name.clone(),
        span: decl.head.name.span,
        repository: repository.unwrap_or_default(),
        sync: fields.take("sync").and_then(|it| sync(&it)),
        windows: fields.take_list("windows"),
        namespace: fields
            .take_text("namespace")
            .unwrap_or(Name::new_static("argocd")),
        path: fields.take_text("path").unwrap_or(Name::new_static(".")),
        project: fields.take_text("project"),
    };
    lowerer.plan.deliveries.insert(name, delivery);
}

/// `"manual"` or `automatic(prune: true)`
pub(crate) fn sync(expr: &Expr) -> Option<Sync> {
    if expr.text() == Some("manual") {
        return Some(Sync::Manual);
    }
    if expr.maker()? != "automatic" {
        return None;
    }
    let told = |name: &str| {
        expr.get(name)
            .and_then(|it| it.value().and_then(Value::as_bool))
    };
    Some(Sync::Automatic {
        prune: told("prune").unwrap_or_default(),
        self_heal: told("self-heal").unwrap_or_default(),
    })
}
