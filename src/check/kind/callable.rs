//! Signatures of tasks and pipelines: parameters, results and workspaces as a caller sees them.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::kind::groups::Viewer;
use crate::check::kind::{errors, groups};
use crate::check::tables::Callable;
use crate::check::{Body, Signature, WorkspaceAccess};
use crate::syntax::ast::{Block, Decl, Ident, Member, MemberKind, Param, TypeField, doc_text};
use crate::types::{FnType, ParamType, Type};

/// What a task or pipeline is made of, as an item or embedded in a node.
pub(crate) struct Written<'a> {
    pub(crate) kind: &'a Name,
    pub(crate) name: &'a Ident,
    pub(crate) params: &'a [Param],
    pub(crate) results: &'a [TypeField],
    pub(crate) block: Option<&'a Block>,
}

impl<'a> Written<'a> {
    pub(crate) fn of(decl: &'a Decl) -> Self {
        Self {
            kind: &decl.kind.name,
            name: &decl.head.name,
            params: decl.head.params.as_deref().unwrap_or_default(),
            results: decl.results.as_deref().unwrap_or_default(),
            block: decl.block.as_ref(),
        }
    }

    /// The declared workspaces, with the member that each is.
    pub(crate) fn workspaces(&self) -> impl Iterator<Item = (&'a Decl, &'a Member)> {
        let members = self.block.into_iter().flat_map(|it| &it.members);
        members.filter_map(|member| {
            let MemberKind::Decl(it) = &member.kind else {
                return None;
            };
            (it.kind.name == "workspace").then_some((&**it, member))
        })
    }
}

/// The signature of a task or pipeline.
pub(crate) fn signature(body: &mut Body<'_, '_>, decl: &Decl) -> Signature {
    let callable = callable(body, &Written::of(decl));
    Signature::Callable(Arc::new(callable))
}

/// What a caller sees. Parameters and results whose type Tekton cannot carry are reported.
pub(crate) fn callable(body: &mut Body<'_, '_>, written: &Written<'_>) -> Callable {
    let mut params = body.params(written.params);
    for (param, ty) in written.params.iter().zip(&mut params) {
        ty.ty = carried(body, param.ty.span, &param.name.name, &ty.ty, Role::Param);
    }
    let mut results = body.record_type(written.results);
    for field in written.results {
        if let TypeField::Field(it) = field
            && let Some(known) = results.fields.get_mut(&it.name.name)
        {
            known.ty = carried(body, it.ty.span, &it.name.name, &known.ty, Role::Result);
        }
    }
    let mut workspaces = IndexMap::new();
    for (decl, member) in written.workspaces() {
        let name = &decl.head.name.name;
        if workspaces.contains_key(name) {
            continue;
        }
        let optional = decl.head.optional;
        let write = decl.head.mode.as_ref().is_none_or(|it| it.name != "ro");
        workspaces.insert(name.clone(), WorkspaceAccess { write, optional });
        let ty = groups::workspace(None, Viewer::Pipeline);
        params.push(ParamType {
            name: name.clone(),
            ty: if optional { ty.optional() } else { ty },
            default: None,
            doc: doc_text(&member.docs).map(Name::new),
        });
    }
    Callable {
        kind: written.kind.clone(),
        name: written.name.name.clone(),
        function: FnType {
            params,
            result: Type::thing("node", None, IndexMap::new()),
        },
        results,
        workspaces,
    }
}

impl Callable {
    /// Its parameters without the workspaces.
    pub(crate) fn plain_params(&self) -> impl Iterator<Item = &ParamType> {
        let all = self.function.params.iter();
        all.take(
            self.function
                .params
                .len()
                .saturating_sub(self.workspaces.len()),
        )
    }

    /// `` task `git-clone` ``
    pub(crate) fn what(&self) -> String {
        format!("{} `{}`", self.kind, self.name)
    }

    /// The groups `params` and `workspaces` within it.
    pub(crate) fn params_group(&self) -> Type {
        groups::record(
            self.plain_params()
                .map(|it| (it.name.clone(), it.ty.clone())),
        )
    }

    pub(crate) fn workspaces_group(&self, viewer: Viewer) -> Type {
        let all = self.workspaces.keys();
        groups::record(all.map(|it| (it.clone(), groups::workspace(Some(it), viewer))))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Param,
    Result,
}

/// The type, if Tekton can carry it; else that is reported and the type is an error.
pub(crate) fn carried(
    body: &mut Body<'_, '_>,
    span: Span,
    name: &Name,
    ty: &Type,
    role: Role,
) -> Type {
    let what = match role {
        Role::Param => "parameter",
        Role::Result => "result",
    };
    let found = match (role, ty) {
        (Role::Param, Type::Optional(inner)) if !matches!(**inner, Type::Thing(_)) => {
            errors::optional_param(span, name, &ty.to_string())
        }
        _ if holds_secret(ty) => errors::secret_param(span, name, what),
        _ if is_carried(ty.without_none()) => return ty.clone(),
        _ => errors::param_type(span, name, &ty.to_string(), what),
    };
    body.report(found);
    Type::Error
}

fn holds_secret(ty: &Type) -> bool {
    match ty {
        Type::Secret(_) => true,
        Type::Thing(it) => it.kind == "secret",
        Type::Optional(it) | Type::List(it) | Type::Map(it) | Type::Range(it) => holds_secret(it),
        Type::Record(it) => it.fields.values().any(|it| holds_secret(&it.ty)),
        Type::Union(all) => all.iter().any(holds_secret),
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
        | Type::Function(_)
        | Type::Opaque(_)
        | Type::Object(_)
        | Type::Variable(_) => false,
    }
}

/// Text, a list of texts, or a record of texts.
fn is_carried(ty: &Type) -> bool {
    if let Type::List(it) = ty {
        is_text(it)
    } else if let Type::Record(it) = ty {
        it.fields.values().all(|it| is_text(&it.ty))
    } else {
        is_text(ty)
    }
}

/// What is erased to text: strings, numbers, things by their names.
fn is_text(ty: &Type) -> bool {
    match ty {
        Type::Error
        | Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::String(_)
        | Type::Thing(_) => true,
        Type::Union(all) => all.iter().all(is_text),
        Type::Json
        | Type::None
        | Type::List(_)
        | Type::Map(_)
        | Type::Optional(_)
        | Type::Secret(_)
        | Type::Range(_)
        | Type::Record(_)
        | Type::Object(_)
        | Type::Function(_)
        | Type::Opaque(_)
        | Type::Variable(_) => false,
    }
}
