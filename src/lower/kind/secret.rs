//! Secrets: their keys, and where their content comes from.

use crate::base::Name;
use crate::lower::{Layer, Lowerer};
use crate::plan::Expr;
use crate::plan::env::Secret;
use crate::resolve::Item;
use crate::syntax::ast;

/// A declaration of this kind at the top level. One that `env` decides is declared in each environment only.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) {
    let layers = lowerer.layers(item.id);
    let (secret, needs_env) = lowerer.shared(|it| it.secret(decl, &layers));
    if !needs_env {
        lowerer.plan.secrets.insert(secret.name.clone(), secret);
    }
}

impl<'a> Lowerer<'a> {
    pub(crate) fn secret(&mut self, decl: &'a ast::Decl, layers: &[Layer<'a>]) -> Secret {
        let mut fields = self.laid(decl.head.name.span, layers);
        self.fill_body(&mut fields, "SecretBody");
        let keys = fields.take_list("keys");
        let own = fields.take_text("name");
        Secret {
            name: own.unwrap_or_else(|| decl.head.name.name.clone()),
            span: decl.head.name.span,
            keys: keys.iter().filter_map(Expr::text).map(Name::new).collect(),
            from: fields.take("from"),
        }
    }
}
