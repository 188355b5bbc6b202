//! Secrets: their keys are their fields.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::check::kind::{errors, thing, walk};
use crate::check::{Body, Signature};
use crate::syntax::ast::{Decl, Element, Expr, ExprKind, Init};
use crate::types::{FieldType, ThingType, Type};

pub(crate) fn signature(body: &mut Body<'_, '_>, decl: &Decl) -> Signature {
    Signature::Thing(Arc::new(of(body, decl)))
}

/// The type of a declared secret: its keys, and those of what it is made from.
pub(crate) fn of(body: &mut Body<'_, '_>, decl: &Decl) -> ThingType {
    let mut fields: IndexMap<Name, FieldType> = IndexMap::new();
    let keys = walk::field(decl.block.as_ref(), "keys");
    if let (None, Some(Init::Base(base))) = (keys, &decl.init)
        && let [word] = base.path.as_slice()
        && let Some(id) = thing::find(body, "secret", &word.name)
        && let Signature::Thing(it) = body.checker.signature(id)
    {
        fields.extend(it.fields.clone());
    }
    for key in keys
        .into_iter()
        .flat_map(|it| texts(it).unwrap_or_default())
    {
        let ty = Type::Secret(Box::new(Type::string()));
        fields.insert(Name::new(key), FieldType::new(ty));
    }
    ThingType {
        kind: Name::new_static("secret"),
        name: Some(decl.head.name.name.clone()),
        fields,
    }
}

/// The elements of a list of texts that is written out.
fn texts(expr: &Expr) -> Option<Vec<String>> {
    let ExprKind::List {
        elements,
        comprehension: None,
    } = &expr.peeled().kind
    else {
        return None;
    };
    let text = |it: &Element| match it {
        Element::Expr(it) => it.peeled().plain_text(),
        Element::Spread(..) => None,
    };
    elements.iter().map(text).collect()
}

pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    thing::body(body, decl);
    let keys = walk::field(decl.block.as_ref(), "keys");
    if let Some(keys) = keys.filter(|it| texts(it).is_none())
        && !body.type_of(keys.id).is_error()
    {
        body.report(errors::late_keys(keys.span));
    }
}
