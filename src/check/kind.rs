//! What the kinds of declarations mean: their signatures and their blocks, a file per kind.

use indexmap::IndexMap;

use crate::base::Name;
use crate::check::{Checker, Signature};
use crate::resolve::ItemId;
use crate::syntax::ast::Decl;
use crate::types::{FieldType, Form, ThingType, Type};

/// What a declared thing is, seen from outside.
pub(crate) fn signature(_checker: &mut Checker<'_>, _id: ItemId, _decl: &Decl) -> Signature {
    Signature::None
}

/// Checks the inside of a declaration.
pub(crate) fn body(_checker: &mut Checker<'_>, _id: ItemId, _decl: &Decl) {}

/// Anything of a kind, for `to: Env`: what may stand after its dot.
pub(crate) fn anything(_checker: &mut Checker<'_>, kind: &str) -> ThingType {
    let name = FieldType::new(Type::form(Form::Name));
    ThingType {
        kind: Name::new(kind),
        name: None,
        fields: IndexMap::from([(Name::new("name"), name)]),
    }
}
