//! Types as written to types.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::check::{Body, Meaning, Signature, Stage, errors, kind};
use crate::schema::kinds::Namespace;
use crate::syntax::ast::{
    Expr, ExprKind, Param, TypeExpr, TypeExprKind, TypeField, Word, doc_text,
};
use crate::types::{
    FieldType, FnType, Form, ObjectType, ParamType, RecordType, StringType, Type, join,
};

/// Types that the language itself brings along, beside forms and declared things.
const BUILT_IN: &[&str] = &[
    "Bool", "Int", "Float", "String", "Duration", "Bytes", "Cpu", "Percent", "Port", "List", "Map",
    "Partial", "Range", "Secret", "Json",
];

/// The types of declared things, with the words of their kinds.
pub(crate) const THINGS: &[(&str, &str)] = &[
    ("App", "app"),
    ("Cluster", "cluster"),
    ("DeclaredImage", "image"),
    ("DeclaredSecret", "secret"),
    ("Env", "env"),
    ("Node", "node"),
    ("Pipeline", "pipeline"),
    ("Repository", "repository"),
    ("Run", "run"),
    ("Task", "task"),
    ("Workspace", "workspace"),
];

/// Whether the language itself has a type of that name.
pub(crate) fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name) || Form::from_name(name).is_some() || thing(name).is_some()
}

fn thing(name: &str) -> Option<&'static str> {
    THINGS.iter().find(|it| it.0 == name).map(|it| it.1)
}

impl Body<'_, '_> {
    /// The type that is written there; what is wrong with it is reported.
    pub(crate) fn resolve_type(&mut self, ty: &TypeExpr) -> Type {
        match &ty.kind {
            TypeExprKind::Named {
                name,
                args,
                refined,
            } => self.named_type(ty, name, args, refined.as_deref()),
            TypeExprKind::Literal(text) => Type::one_of(&[text]),
            TypeExprKind::Union(all) => self.union_type(all),
            TypeExprKind::Optional(inner) => match self.resolve_type(inner) {
                // Data may be `null` in any case; the `?` says that a field may be left out.
                Type::Json => Type::Optional(Box::new(Type::Json)),
                other => other.optional(),
            },
            TypeExprKind::Record(fields) => Type::Record(Arc::new(self.record_type(fields))),
            TypeExprKind::Function { params, result } => {
                let params = self.params(params);
                let result = self.resolve_type(result);
                Type::Function(Arc::new(FnType { params, result }))
            }
            TypeExprKind::Error => Type::Error,
        }
    }

    fn union_type(&mut self, all: &[TypeExpr]) -> Type {
        let mut members: Vec<Type> = Vec::new();
        for it in all {
            let ty = self.resolve_type(it);
            if ty.is_error() {
                return Type::Error;
            }
            let text = |it: &Type| matches!(it, Type::String(string) if string.literals.is_some());
            if text(&ty)
                && let Some(before) = members.iter_mut().find(|it| text(it))
            {
                *before = join(before, &ty);
                continue;
            }
            let more = if let Type::Union(more) = ty {
                more
            } else {
                vec![ty]
            };
            members.extend(more);
        }
        match members.as_slice() {
            [only] => only.clone(),
            _ => Type::Union(members),
        }
    }

    fn named_type(
        &mut self,
        ty: &TypeExpr,
        name: &Word,
        args: &[TypeExpr],
        refined: Option<&Expr>,
    ) -> Type {
        if let Some(bounds) = refined {
            self.no_type_args(ty, name, args);
            return self.refined_type(name, bounds);
        }
        match name.name.as_str() {
            "List" => keyed(self.one_arg(ty, name, args)).list(),
            "Partial" => self.partial(ty, name, args),
            "Map" => Type::Map(Box::new(self.one_arg(ty, name, args))),
            "Range" => Type::Range(Box::new(self.one_arg(ty, name, args))),
            "Secret" => Type::Secret(Box::new(self.one_arg(ty, name, args))),
            "Digest" => self.digest(args),
            _ => {
                self.no_type_args(ty, name, args);
                self.plain_type(name)
            }
        }
    }

    /// `Digest<wudi>`: a digest of the image that is declared by that name.
    fn digest(&mut self, args: &[TypeExpr]) -> Type {
        let form = Some(Form::Digest);
        let [image] = args else {
            return Type::form(Form::Digest);
        };
        let TypeExprKind::Named { name, .. } = &image.kind else {
            self.report(errors::no_image(image.span, "this"));
            return Type::Error;
        };
        let program = self.checker.program;
        let found = program.find(self.package, Namespace::Value, &name.name);
        let kind = found.and_then(|it| program.item(it)).map(errors::kind_of);
        if kind != Some("image") {
            self.report(errors::no_image(name.span, &name.name));
            return Type::Error;
        }
        let of = Some(name.name.clone());
        Type::String(StringType {
            form,
            of,
            ..StringType::default()
        })
    }

    fn one_arg(&mut self, ty: &TypeExpr, name: &Word, args: &[TypeExpr]) -> Type {
        if let [only] = args {
            return self.resolve_type(only);
        }
        self.report(errors::type_args(ty.span, &name.name));
        Type::Error
    }

    /// `Partial<PodSpec>`: some fields of it, laid over an object that has the others.
    fn partial(&mut self, ty: &TypeExpr, name: &Word, args: &[TypeExpr]) -> Type {
        let of = self.one_arg(ty, name, args);
        if let Type::Object(object) = of {
            let partial = true;
            return Type::Object(ObjectType { partial, ..object });
        }
        if !of.is_error() {
            self.report(errors::no_object(ty.span, &of));
        }
        Type::Error
    }

    fn no_type_args(&mut self, ty: &TypeExpr, name: &Word, args: &[TypeExpr]) {
        if !args.is_empty() {
            self.report(errors::no_type_args(ty.span, &name.name));
        }
    }

    fn plain_type(&mut self, word: &Word) -> Type {
        match word.name.as_str() {
            "Bool" => Type::Bool,
            "Int" => Type::INT,
            "Float" => Type::Float,
            "String" => Type::string(),
            "Duration" => Type::Duration,
            "Bytes" => Type::Bytes,
            "Cpu" => Type::Cpu,
            "Percent" => Type::PERCENT,
            "Port" => Type::Int {
                min: Some(1),
                max: Some(65535),
            },
            "Json" => Type::Json,
            name => {
                if let Some(form) = Form::from_name(name) {
                    return Type::form(form);
                }
                if let Some(kind) = thing(name) {
                    return Type::Thing(Arc::new(kind::anything(self.checker, kind)));
                }
                self.declared_type(word)
            }
        }
    }

    fn declared_type(&mut self, word: &Word) -> Type {
        let is_variable =
            word.name.len() == 1 && word.name.starts_with(|it: char| it.is_ascii_uppercase());
        if self.variables && is_variable {
            return Type::Variable(word.name.clone());
        }
        let program = self.checker.program;
        let Some(id) = program.find_type(self.package, &word.name) else {
            if let Some(object) = object_type(&word.name) {
                return Type::Object(object);
            }
            if program.is_broken(self.package, &word.name) {
                return Type::Error;
            }
            let packages = [
                program.package(self.package),
                program.package(program.prelude),
            ];
            let declared = packages
                .into_iter()
                .flatten()
                .flat_map(|it| it.types.keys());
            let mut known: Vec<&str> = declared.map(Name::as_str).collect();
            THINGS.iter().for_each(|it| known.push(it.0));
            BUILT_IN.iter().for_each(|it| known.push(it));
            Form::names().for_each(|it| known.push(it));
            crate::schema::objects::names().for_each(|it| known.push(it));
            self.report(errors::unknown_type(word, &known));
            return Type::Error;
        };
        self.checker.note_use(self.item, id);
        match self.checker.signature(id) {
            Signature::Type(ty) => ty,
            Signature::None
            | Signature::Value(..)
            | Signature::Callable(_)
            | Signature::Thing(_) => Type::Error,
        }
    }

    /// `Int(1..=50)`, `String(..=2048)`, `String(r"^v[0-9]+$")`
    fn refined_type(&mut self, word: &Word, bounds: &Expr) -> Type {
        let base = self.plain_type(word);
        match (&base, &bounds.peeled().kind) {
            (Type::Error, _) => Type::Error,
            (Type::String(string), ExprKind::Str { .. }) => {
                let expected = Type::form(Form::Regex);
                if self.check(bounds, &expected).is_error() {
                    return base.clone();
                }
                let pattern = bounds.peeled().plain_text().map(Name::new);
                Type::String(StringType {
                    pattern,
                    ..string.clone()
                })
            }
            (Type::String(string), ExprKind::RangeTo(end)) => {
                let most = self.bound(end, &Type::INT);
                let max_bytes = most.and_then(|it| u64::try_from(it).ok());
                Type::String(StringType {
                    max_bytes,
                    ..string.clone()
                })
            }
            (
                Type::Int { .. } | Type::Percent { .. },
                ExprKind::Binary(start, crate::value::BinaryOp::Range, _, end),
            ) => {
                let (min, max) = (self.bound(start, &base), self.bound(end, &base));
                bounded(&base, min, max)
            }
            (Type::Int { .. } | Type::Percent { .. }, ExprKind::RangeTo(end)) => {
                let max = self.bound(end, &base);
                bounded(&base, None, max)
            }
            _ => {
                self.report(errors::refinement(bounds.span, &word.name));
                base
            }
        }
    }

    /// A number that bounds a type: a literal.
    fn bound(&mut self, expr: &Expr, of: &Type) -> Option<i64> {
        if self.check(expr, of).is_error() {
            return None;
        }
        let (sign, text) = match &expr.peeled().kind {
            ExprKind::Quantity(text) => ("", text),
            ExprKind::Unary(crate::value::UnaryOp::Neg, inner) => match &inner.kind {
                ExprKind::Quantity(text) => ("-", text),
                _ => return self.no_bound(expr),
            },
            _ => return self.no_bound(expr),
        };
        match crate::types::literal(&format!("{sign}{text}"), of) {
            Ok(crate::value::Value::Int(it) | crate::value::Value::Percent(it)) => Some(it),
            Ok(_) | Err(_) => None,
        }
    }

    fn no_bound(&mut self, expr: &Expr) -> Option<i64> {
        self.report(errors::no_bound(expr.span));
        None
    }

    /// The record of `-> { results }`, or of a record type; keeps defaults, unchecked.
    pub(crate) fn record_type(&mut self, fields: &[TypeField]) -> RecordType {
        let mut all: IndexMap<Name, FieldType> = IndexMap::new();
        let mut own: IndexMap<Name, crate::base::Span> = IndexMap::new();
        for field in fields {
            match field {
                TypeField::Spread(word) => {
                    let base = self.plain_type(word);
                    match base.record() {
                        Some(base) => all.extend(base.fields.clone()),
                        None if base.is_error() => {}
                        None => self.report(errors::spread_of_type(word)),
                    }
                }
                TypeField::Field(param) => {
                    let name = param.name.name.clone();
                    if let Some(first) = own.insert(name.clone(), param.name.span) {
                        self.report(errors::duplicate_field(param.name.span, &name, first));
                    }
                    let field = self.param(param);
                    all.insert(
                        name,
                        FieldType {
                            ty: field.ty,
                            default: field.default,
                            doc: field.doc,
                        },
                    );
                }
            }
        }
        RecordType {
            name: None,
            fields: all,
        }
    }

    /// Parameters as seen by a caller; keeps their defaults, unchecked.
    pub(crate) fn params(&mut self, params: &[Param]) -> Vec<ParamType> {
        let mut seen: IndexMap<Name, crate::base::Span> = IndexMap::new();
        let mut all = Vec::new();
        for param in params {
            let first = seen.insert(param.name.name.clone(), param.name.span);
            if let Some(first) = first {
                self.report(errors::duplicate_param(
                    param.name.span,
                    &param.name.name,
                    first,
                ));
            }
            all.push(self.param(param));
        }
        all
    }

    fn param(&mut self, param: &Param) -> ParamType {
        let ty = self.resolve_type(&param.ty);
        self.record(param.name.id, ty.clone(), Stage::Compile);
        let default = param.default.as_ref();
        ParamType {
            name: param.name.name.clone(),
            ty,
            default: default.map(|it| self.checker.add_default(self.item, it)),
            doc: doc_text(&param.docs).map(Name::new),
        }
    }

    /// Checks the defaults of record types within a type, each of which may use the fields before it.
    pub(crate) fn check_type_defaults(&mut self, ty: &TypeExpr) {
        match &ty.kind {
            TypeExprKind::Named { args, .. } | TypeExprKind::Union(args) => {
                args.iter().for_each(|it| self.check_type_defaults(it));
            }
            TypeExprKind::Optional(inner) => self.check_type_defaults(inner),
            TypeExprKind::Record(fields) => self.check_field_defaults(fields),
            TypeExprKind::Function { params, result } => {
                params
                    .iter()
                    .for_each(|it| self.check_type_defaults(&it.ty));
                self.check_type_defaults(result);
            }
            TypeExprKind::Literal(_) | TypeExprKind::Error => {}
        }
    }

    fn check_field_defaults(&mut self, fields: &[TypeField]) {
        self.push_scope();
        for field in fields {
            let TypeField::Field(param) = field else {
                continue;
            };
            let ty = self.type_of(param.name.id);
            self.check_default(param, &ty);
            self.check_type_defaults(&param.ty);
            self.bind(&param.name, ty, Stage::Compile);
        }
        self.pop_scope();
    }

    /// Checks the default of a parameter or field, which must be known when compiling.
    pub(crate) fn check_default(&mut self, param: &Param, ty: &Type) {
        if let Some(default) = &param.default {
            self.check(default, ty);
        }
    }

    /// Records what an import brought in, for the editor.
    pub(crate) fn imported(&mut self, ident: &crate::syntax::ast::Ident) {
        let program = self.checker.program;
        let value = program.find(self.package, Namespace::Value, &ident.name);
        let found = value.or_else(|| program.find(self.package, Namespace::Callable, &ident.name));
        if let Some(id) = found.or_else(|| program.find_type(self.package, &ident.name)) {
            self.record_meaning(ident.id, Meaning::Item(id));
        }
    }
}

/// Objects of published schemas whose names the prelude has for words of its own.
const OBJECTS: &[(&str, &str)] = &[("ContainerProbe", "Probe")];

/// The object of a published schema that is called so.
fn object_type(name: &str) -> Option<ObjectType> {
    let renamed = OBJECTS.iter().find(|it| it.0 == name);
    let id = crate::schema::object_called(renamed.map_or(name, |it| it.1))?;
    Some(ObjectType::new(id))
}

/// An element of a list, which may be written as a map where its schema says what tells such elements apart.
fn keyed(ty: Type) -> Type {
    if let Type::Object(object) = ty {
        let key = object.id.get().keys.first().copied();
        return Type::Object(ObjectType { key, ..object });
    }
    ty
}

fn bounded(base: &Type, min: Option<i64>, max: Option<i64>) -> Type {
    match base {
        Type::Percent { .. } => Type::Percent { min, max },
        _ => Type::Int { min, max },
    }
}

/// A type may hold so many types within, each place of one counted: `{ a: T, b: T }` holds `T` twice.
const MAX_SIZE: usize = 100_000;

/// And may go so deep.
const MAX_NESTING: usize = 200;

/// Whether a type is so large that a walk through it would not end in time.
pub(crate) fn is_too_large(ty: &Type) -> bool {
    let mut left = MAX_SIZE;
    !fits_into(ty, &mut left, MAX_NESTING)
}

fn fits_into(ty: &Type, left: &mut usize, depth: usize) -> bool {
    let (Some(less), Some(depth)) = (left.checked_sub(1), depth.checked_sub(1)) else {
        return false;
    };
    *left = less;
    match ty {
        Type::List(of)
        | Type::Map(of)
        | Type::Optional(of)
        | Type::Secret(of)
        | Type::Range(of) => fits_into(of, left, depth),
        Type::Record(record) => record
            .fields
            .values()
            .all(|it| fits_into(&it.ty, left, depth)),
        Type::Thing(thing) => thing
            .fields
            .values()
            .all(|it| fits_into(&it.ty, left, depth)),
        Type::Function(function) => {
            function
                .params
                .iter()
                .all(|it| fits_into(&it.ty, left, depth))
                && fits_into(&function.result, left, depth)
        }
        Type::Union(all) => all.iter().all(|it| fits_into(it, left, depth)),
        _ => true,
    }
}
