//! Items: `let`, `fn`, `type`; declarations go on to their kind.

use crate::check::Body;
use crate::check::{Checker, Signature, kind};
use crate::resolve::ItemId;
use crate::syntax::ast::{ItemKind, LetItem};

/// What an item is, seen from outside. Asked once for each item.
pub(crate) fn signature(checker: &mut Checker<'_>, id: ItemId) -> Signature {
    let Some(item) = checker.item(id) else {
        return Signature::None;
    };
    match &item.tree.kind {
        ItemKind::Import(_)
        | ItemKind::Error
        | ItemKind::Let(_)
        | ItemKind::Fn(_)
        | ItemKind::Type(_) => Signature::None,
        ItemKind::Decl(it) => kind::signature(checker, id, it),
    }
}

/// Checks the inside of an item.
pub(crate) fn body(checker: &mut Checker<'_>, id: ItemId) {
    let Some(item) = checker.item(id) else {
        return;
    };
    match &item.tree.kind {
        ItemKind::Import(_)
        | ItemKind::Error
        | ItemKind::Let(_)
        | ItemKind::Fn(_)
        | ItemKind::Type(_) => {}
        ItemKind::Decl(it) => kind::body(checker, id, it),
    }
}

impl Body<'_, '_> {
    /// A `let` in a block: typed, and bound from here on.
    pub(crate) fn local_let(&mut self, item: &LetItem) {
        let ty = match &item.ty {
            Some(ty) => {
                let ty = self.resolve_type(ty);
                self.check(&item.value, &ty);
                ty
            }
            None => self.infer(&item.value),
        };
        let stage = self.stage_of(item.value.id);
        self.bind(&item.name, ty, stage);
    }
}
