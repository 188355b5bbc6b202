//! Clusters, and the objects in them that belong to no environment.

use crate::lower::Lowerer;
use crate::plan::env::Cluster;
use crate::resolve::Item;
use crate::syntax::ast;

/// A declaration of this kind at the top level.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) {
    let layers = lowerer.layers(item.id);
    let mut fields = lowerer.laid(decl.head.name.span, &layers);
    let mut objects = Vec::new();
    for (member, layer) in crate::lower::kind::members(&layers, "resource") {
        objects.extend(lowerer.inner_object(member, layer));
    }
    let name = decl.head.name.name.clone();
    let cluster = Cluster {
        name: name.clone(),
        span: decl.head.name.span,
        server: fields.take_text("server"),
        context: fields.take_text("context"),
        kubernetes: fields.take_text("kubernetes"),
        objects,
    };
    lowerer.plan.clusters.insert(name, cluster);
}
