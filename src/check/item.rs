//! Items: `let`, `fn`, `type`; declarations go on to their kind.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::check::ty::{is_built_in, is_too_large};
use crate::check::{Body, Callable, Checker, Signature, Stage, errors, kind};
use crate::resolve::ItemId;
use crate::schema::kinds;
use crate::syntax::ast::{Decl, FnItem, Ident, ItemKind, LetItem, TypeExprKind, TypeItem};
use crate::types::{FnType, RecordType, Type};

/// What an item is, seen from outside. Asked once for each item.
pub(crate) fn signature(checker: &mut Checker<'_>, id: ItemId) -> Signature {
    let Some(item) = checker.item(id) else {
        return Signature::None;
    };
    match &item.tree.kind {
        ItemKind::Import(_) | ItemKind::Error => Signature::None,
        ItemKind::Let(it) => let_signature(checker, id, it),
        ItemKind::Fn(it) => fn_signature(checker, id, it),
        ItemKind::Type(it) => type_signature(checker, id, it),
        ItemKind::Decl(it) if !is_carried(it) => Signature::None,
        ItemKind::Decl(it) => kind::signature(checker, id, it),
    }
}

/// Checks the inside of an item.
pub(crate) fn body(checker: &mut Checker<'_>, id: ItemId) {
    let Some(item) = checker.item(id) else {
        return;
    };
    match &item.tree.kind {
        ItemKind::Error | ItemKind::Let(_) => {}
        ItemKind::Import(it) => {
            let mut body = checker.body_of(id);
            it.names.iter().for_each(|ident| body.imported(ident));
        }
        ItemKind::Fn(it) => fn_body(checker, id, it),
        ItemKind::Type(it) => type_body(checker, id, it),
        ItemKind::Decl(it) if !is_carried(it) => {}
        ItemKind::Decl(it) => kind::body(checker, id, it),
    }
}

/// Whether a declaration is of a kind that may stand in a file and that this version carries; what is not was reported.
fn is_carried(decl: &Decl) -> bool {
    kinds::find(&decl.kind.name).is_some_and(|it| it.supported && it.places.contains(&""))
}

fn let_signature(checker: &mut Checker<'_>, id: ItemId, item: &LetItem) -> Signature {
    let mut body = checker.body_of(id);
    let ty = body.let_type(item);
    let stage = body.stage_of(item.value.id);
    body.record(item.name.id, ty.clone(), stage);
    Signature::Value(ty, stage)
}

fn fn_signature(checker: &mut Checker<'_>, id: ItemId, item: &FnItem) -> Signature {
    let mut body = checker.body_of(id);
    body.variables = item.is_extern;
    let params = body.params(&item.params);
    let result = body.resolve_type(&item.result);
    Signature::Callable(Arc::new(Callable {
        kind: Name::new("fn"),
        name: item.name.name.clone(),
        function: FnType { params, result },
        results: RecordType::default(),
        workspaces: IndexMap::new(),
    }))
}

fn fn_body(checker: &mut Checker<'_>, id: ItemId, item: &FnItem) {
    let Signature::Callable(callable) = checker.signature(id) else {
        return;
    };
    let mut body = checker.body_of(id);
    body.variables = item.is_extern;
    body.push_scope();
    body.bind_params(&item.params, &callable.function.params, Stage::Compile);
    body.check_type_defaults(&item.result);
    if let Some(value) = &item.body {
        // An expression by itself is a function that says nothing of its result.
        if matches!(item.result.kind, TypeExprKind::Error) {
            body.infer(value);
        } else {
            body.check(value, &callable.function.result);
        }
    }
    let declared_by_user = body.package != body.checker.program.prelude;
    if declared_by_user && (item.is_extern || item.body.is_none()) {
        body.report(errors::missing_body(item.name.span, "a function"));
    }
    body.pop_scope();
}

fn type_signature(checker: &mut Checker<'_>, id: ItemId, item: &TypeItem) -> Signature {
    let mut body = checker.body_of(id);
    let name = &item.name.name;
    if is_built_in(name) {
        body.report(errors::builtin_type(item.name.span, name));
    }
    let declared_by_user = body.package != body.checker.program.prelude;
    let Some(definition) = &item.definition else {
        if declared_by_user {
            body.report(errors::missing_body(item.name.span, "a type"));
        }
        return Signature::Type(Type::Opaque(name.clone()));
    };
    let ty = match body.resolve_type(definition) {
        Type::Record(record) if record.name.is_none() => Type::Record(Arc::new(RecordType {
            name: Some(name.clone()),
            fields: record.fields.clone(),
        })),
        other => other,
    };
    let ty = body.bounded_type(&item.name, ty);
    body.record(item.name.id, ty.clone(), Stage::Compile);
    Signature::Type(ty)
}

fn type_body(checker: &mut Checker<'_>, id: ItemId, item: &TypeItem) {
    if let Some(definition) = &item.definition {
        checker.body_of(id).check_type_defaults(definition);
    }
}

impl Body<'_, '_> {
    /// A `let` in a block: typed, and bound from here on.
    pub(crate) fn local_let(&mut self, item: &LetItem) {
        let ty = self.let_type(item);
        let stage = self.stage_of(item.value.id);
        self.bind(&item.name, ty, stage);
    }

    /// The type, unless it is so large that it is refused.
    fn bounded_type(&mut self, name: &Ident, ty: Type) -> Type {
        if !is_too_large(&ty) {
            return ty;
        }
        self.report(errors::type_too_large(name.span, &name.name));
        Type::Error
    }

    fn let_type(&mut self, item: &LetItem) -> Type {
        let Some(ty) = &item.ty else {
            let ty = self.infer(&item.value);
            return self.bounded_type(&item.name, ty);
        };
        let ty = self.resolve_type(ty);
        self.check(&item.value, &ty);
        ty
    }
}
