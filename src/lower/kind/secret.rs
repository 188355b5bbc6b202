//! Secrets.

use crate::lower::Lowerer;
use crate::resolve::Item;
use crate::syntax::ast;

/// A declaration of this kind at the top level.
pub(crate) fn lower<'a>(_lowerer: &mut Lowerer<'a>, _item: &'a Item, _decl: &'a ast::Decl) {}
