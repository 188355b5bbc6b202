//! What tasks and pipelines have in common: parameters, results, workspaces.

use indexmap::IndexMap;

use crate::base::Name;
use crate::lower::{Lowerer, Scope, errors, fold, thing};
use crate::plan::{Expr, Param, ParamShape, Ref, ResultDecl, Workspace};
use crate::resolve::ItemId;
use crate::syntax::ast::{self, Block, Decl, Doc, Ident, MemberKind, TypeField};
use crate::types::{RecordType, Type};
use crate::value::Value;

/// A task or pipeline as written, as an item or embedded in a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) docs: &'a [Doc],
    pub(crate) params: &'a [ast::Param],
    pub(crate) results: &'a [TypeField],
    pub(crate) block: Option<&'a Block>,
}

impl<'a> Written<'a> {
    pub(crate) fn of(docs: &'a [Doc], decl: &'a Decl) -> Self {
        Self {
            name: &decl.head.name,
            docs,
            params: decl.head.params.as_deref().unwrap_or_default(),
            results: decl.results.as_deref().unwrap_or_default(),
            block: decl.block.as_ref(),
        }
    }

    /// The declarations of a kind in its block, with their doc lines.
    pub(crate) fn declared(
        &self,
        kind: &'static str,
    ) -> impl Iterator<Item = (&'a Decl, &'a [Doc])> {
        declared(self.block, kind)
    }
}

/// The declarations of a kind in a block, with their doc lines.
pub(crate) fn declared<'a>(
    block: Option<&'a Block>,
    kind: &'static str,
) -> impl Iterator<Item = (&'a Decl, &'a [Doc])> {
    let members = block.into_iter().flat_map(|it| &it.members);
    members.filter_map(move |member| {
        let MemberKind::Decl(decl) = &member.kind else {
            return None;
        };
        (decl.kind.name == kind).then_some((&**decl, &*member.docs))
    })
}

/// The codes that `allow CODE because "…"` in a block accepts.
pub(crate) fn allowed(block: Option<&Block>) -> Vec<Name> {
    let all = declared(block, "allow");
    all.map(|(it, _)| it.head.name.name.clone()).collect()
}

impl<'a> Lowerer<'a> {
    /// The parameters, which are bound in `scope` as references.
    pub(crate) fn params(
        &mut self,
        params: &'a [ast::Param],
        scope: &mut Scope<'a>,
    ) -> IndexMap<Name, Param> {
        let mut found = IndexMap::new();
        for param in params {
            let ty = self.checked.tables(scope.item).type_of(param.name.id);
            let default = match &param.default {
                Some(default) => {
                    let value = self.expr(default, scope);
                    self.without_references(&value);
                    Some(value)
                }
                None => self.default_of_record(param, ty),
            };
            let name = param.name.name.clone();
            let lowered = Param {
                name: name.clone(),
                span: param.name.span,
                shape: shape(ty),
                ty: ty.clone(),
                default: default.map(|it| fold::erased_for(ty, it)),
                description: ast::doc_text(&param.docs),
            };
            found.insert(name.clone(), lowered);
            scope.bind(
                param.name.id,
                Expr::reference(param.name.span, Ref::Param(name)),
            );
        }
        found
    }

    /// Tekton puts a default in the place of its parameter, and nothing in the place of what the default refers to.
    fn without_references(&mut self, default: &Expr) {
        let mut found = None;
        default.each_ref(&mut |_, span| found = found.or(Some(span)));
        if let Some(span) = found {
            self.sink
                .push(errors::must_be_known(span, "the default of a parameter"));
        }
    }

    /// A record's field defaults are the keys of the object's default.
    fn default_of_record(&mut self, param: &ast::Param, ty: &'a Type) -> Option<Expr> {
        let Type::Record(record) = ty else {
            return None;
        };
        let mut fields = IndexMap::new();
        for (name, field) in &record.fields {
            if let Some(default) = field.default {
                let value = self.default(default, fields.clone());
                fields.insert(name.clone(), value);
            }
        }
        (!fields.is_empty()).then(|| fold::record(param.name.span, fields))
    }

    /// The workspaces, which are bound in `scope` as things.
    pub(crate) fn workspaces(
        &mut self,
        written: &Written<'a>,
        scope: &mut Scope<'a>,
    ) -> IndexMap<Name, Workspace> {
        for (decl, _) in written.declared("workspace") {
            let name = &decl.head.name;
            let value = thing("workspace", &name.name);
            scope.bind(name.id, Expr::constant(name.span, value));
        }
        let mut found = IndexMap::new();
        for (decl, docs) in written.declared("workspace") {
            let name = decl.head.name.name.clone();
            let mount_path = decl.block.as_ref().and_then(|block| {
                let layer = crate::lower::Layer {
                    scope: scope.clone(),
                    block,
                };
                let mut fields = self.fields(decl.head.name.span, &layer);
                fields.take("mountPath")
            });
            let lowered = Workspace {
                name: name.clone(),
                span: decl.head.name.span,
                read_only: decl.head.mode.as_ref().is_some_and(|it| it.name == "ro"),
                optional: decl.head.optional,
                mount_path,
                description: ast::doc_text(docs),
            };
            found.insert(name, lowered);
        }
        found
    }

    /// The declared results, typed as the checker found, with what `results:` gives them.
    pub(crate) fn results(
        &mut self,
        results: &'a [TypeField],
        types: &RecordType,
        values: &IndexMap<Name, Expr>,
    ) -> IndexMap<Name, ResultDecl> {
        let mut found = IndexMap::new();
        for field in results {
            let TypeField::Field(field) = field else {
                continue;
            };
            let name = field.name.name.clone();
            let ty = types.fields.get(&name);
            let ty = ty.map_or_else(Type::string, |it| it.ty.clone());
            let lowered = ResultDecl {
                name: name.clone(),
                span: field.name.span,
                shape: shape(&ty),
                ty,
                description: ast::doc_text(&field.docs),
                value: values.get(&name).cloned(),
            };
            found.insert(name, lowered);
        }
        found
    }

    /// The types of the results of a task or pipeline.
    pub(crate) fn result_types(&self, item: ItemId) -> RecordType {
        match self.checked.signature(item) {
            crate::check::tables::Signature::Callable(callable) => callable.results.clone(),
            crate::check::tables::Signature::None
            | crate::check::tables::Signature::Value(..)
            | crate::check::tables::Signature::Type(_)
            | crate::check::tables::Signature::Thing(_) => RecordType::default(),
        }
    }

    /// A reference to an image: that of a declared one is its repository.
    pub(crate) fn image_reference(&mut self, image: Expr) -> Expr {
        match image.thing() {
            Some(of) if of.kind == "image" => {
                let of = of.clone();
                let name = Name::new_static("repository");
                self.thing_field(image.span, &of, &name, &Scope::of(ItemId(0)))
            }
            Some(_) | None => image,
        }
    }
}

/// What Tekton sees of a type.
pub(crate) fn shape(ty: &Type) -> ParamShape {
    match ty.without_none() {
        Type::List(_) => ParamShape::Array,
        Type::Record(record) => ParamShape::Object(record.fields.keys().cloned().collect()),
        Type::Map(_) => ParamShape::Object(Vec::new()),
        Type::Error
        | Type::Json
        | Type::None
        | Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::String(_)
        | Type::Optional(_)
        | Type::Secret(_)
        | Type::Range(_)
        | Type::Function(_)
        | Type::Union(_)
        | Type::Variable(_)
        | Type::Opaque(_)
        | Type::Object(_)
        | Type::Thing(_) => ParamShape::String,
    }
}

/// Whether an option says `"continue"`.
pub(crate) fn continues(on_error: Option<&Expr>) -> bool {
    let value = on_error.and_then(Expr::value);
    value.and_then(Value::as_str) == Some("continue")
}
