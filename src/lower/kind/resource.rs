//! Objects of Kubernetes as their API has them.

use indexmap::IndexMap;

use crate::base::Name;
use crate::lower::kind::Member;
use crate::lower::{Layer, Lowerer, errors};
use crate::plan::Object;
use crate::resolve::Item;
use crate::syntax::ast;

/// Where the kind alone says which API is meant, of kinds whose schema wudi does not have.
const APIS: &[(&str, &[&str])] = &[(
    "monitoring.coreos.com/v1",
    &["PodMonitor", "Probe", "PrometheusRule", "ServiceMonitor"],
)];

/// A declaration of this kind at the top level. One that needs `env` is an object of each environment.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) {
    if decl.is_extern {
        let kind = decl.subject.as_ref().map(|it| it.name.clone());
        let name = decl.head.name.name.clone();
        lowerer
            .plan
            .extern_objects
            .extend(kind.map(|it| (it, name)));
        return;
    }
    let found = top_level(lowerer, item, decl);
    lowerer.plan.objects.extend(found);
}

fn top_level<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) -> Option<Object> {
    let layers = lowerer.layers(item.id);
    let layer = layers.last()?;
    let (object, needs_env) = lowerer.shared(|it| it.object(decl, &item.tree.docs, layer));
    object.filter(|_| !needs_env)
}

impl<'a> Lowerer<'a> {
    /// Objects of the top level that are different in each environment, for the one that is set.
    pub(crate) fn objects_of_env(&mut self) -> Vec<Object> {
        let program = self.program;
        let mut found = Vec::new();
        for (item, decl) in crate::lower::kind::items_of(program, "resource") {
            let everywhere = self.outside(|it| top_level(it, item, decl).is_some());
            let layers = self.layers(item.id);
            if let (false, false, Some(layer)) = (everywhere, decl.is_extern, layers.last()) {
                found.extend(self.object(decl, &item.tree.docs, layer));
            }
        }
        found
    }

    /// An object that is declared in the block of a cluster or environment.
    pub(crate) fn inner_object(&mut self, member: Member<'a>, layer: &Layer<'a>) -> Option<Object> {
        let scope = self.with_lets(&layer.scope, layer.block);
        let block = member.decl.block.as_ref()?;
        self.object(member.decl, member.docs, &Layer { scope, block })
    }

    /// `resource Kind name { … }`
    pub(crate) fn object(
        &mut self,
        decl: &'a ast::Decl,
        docs: &[ast::Doc],
        layer: &Layer<'a>,
    ) -> Option<Object> {
        let kind = decl.subject.as_ref()?;
        let mut fields = self.fields(decl.head.name.span, layer);
        let stated = fields.take_text("apiVersion");
        let Some(api_version) = stated.or_else(|| api_of(&kind.name)) else {
            self.sink.push(errors::which_api(kind.span, &kind.name));
            return None;
        };
        let description = fields.take("description");
        let mut meta = self.meta(&decl.head.name, docs, &mut fields);
        let in_metadata = |name: &str| {
            let found = meta.metadata.as_ref().and_then(|it| it.get(name));
            found.and_then(|it| it.text().map(Name::new))
        };
        let namespace = in_metadata("namespace");
        meta.namespace = meta.namespace.or(namespace);
        let mut body: IndexMap<Name, crate::plan::Expr> = fields.rest();
        if let Some(description) = description {
            body.insert(Name::new_static("description"), description);
        }
        Some(Object {
            meta,
            api_version,
            kind: kind.name.clone(),
            body,
        })
    }
}

fn api_of(kind: &str) -> Option<Name> {
    let known = crate::schema::only_kind(kind).map(|it| it.api_version);
    let more = || {
        APIS.iter()
            .find(|(_, kinds)| kinds.contains(&kind))
            .map(|it| it.0)
    };
    known.or_else(more).map(Name::new_static)
}
