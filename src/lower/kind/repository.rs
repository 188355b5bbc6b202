//! Repositories: where sources and what is deployed are kept.

use crate::lower::Lowerer;
use crate::plan::env::Repository;
use crate::resolve::Item;
use crate::syntax::ast;

/// A declaration of this kind at the top level.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) {
    let mut fields = lowerer.declared_fields(item.id);
    lowerer.fill_body(&mut fields, "RepositoryBody");
    let own = fields.take_text("name");
    let repository = Repository {
        name: own.unwrap_or_else(|| decl.head.name.name.clone()),
        span: decl.head.name.span,
        url: fields.take_text("url").unwrap_or_default(),
        forge: fields.take_text("forge"),
        branch: fields.take_text("branch"),
        params: fields.take_map("params"),
    };
    let name = decl.head.name.name.clone();
    lowerer.plan.repositories.insert(name, repository);
}
