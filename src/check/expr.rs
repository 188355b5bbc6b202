//! Expressions: their types, stages and the meaning of their names.

mod access;
mod branch;
mod list;
mod literal;
mod name;
mod operator;
mod place;
mod record;

use crate::base::Name;
use crate::check::{Body, Meaning, Stage, errors};
use crate::syntax::ast::{Arg, Expr, ExprKind};
use crate::types::{FnType, Type, assignable};
use crate::value::{BinaryOp, UnaryOp};

/// A type and when the value is known.
pub(crate) type Typed = (Type, Stage);

impl Body<'_, '_> {
    /// Checks an expression whose place expects a type; answers the type it has there.
    pub(crate) fn check(&mut self, expr: &Expr, expected: &Type) -> Type {
        self.typed(expr, Some(expected)).0
    }

    /// The type of an expression of which nothing is expected.
    pub(crate) fn infer(&mut self, expr: &Expr) -> Type {
        self.typed(expr, None).0
    }

    /// The same as [`Body::check`] where the value is laid over one there is: records and maps merge by key, `none` removes,
    /// `exactly(v)` replaces.
    pub(crate) fn check_amended(&mut self, expr: &Expr, expected: &Type) -> Type {
        let (ty, stage) = match &expr.peeled().kind {
            ExprKind::None => (Type::None, Stage::Compile),
            ExprKind::Record(entries) => self.amending_record(expr, entries, expected),
            ExprKind::Call(callee, args) if is_exactly(callee) => {
                self.exactly(callee, args, expected)
            }
            _ => return self.check(expr, expected),
        };
        self.record(expr.id, ty.clone(), stage);
        self.record(expr.peeled().id, ty.clone(), stage);
        ty
    }

    /// `exactly(v)`: `v` instead of what is amended.
    fn exactly(&mut self, callee: &Expr, args: &[Arg], expected: &Type) -> Typed {
        self.record_meaning(callee.id, Meaning::Group(Name::new(EXACTLY)));
        match args {
            [one] if one.label.is_none() && !one.spread => {
                let ty = self.check(&one.value, expected);
                (ty, self.stage_of(one.value.id))
            }
            _ => {
                self.report(errors::exactly(callee.span));
                (Type::Error, Stage::Compile)
            }
        }
    }

    /// Types an expression and records it. Where something is expected, the answer fits, or it was reported.
    pub(crate) fn typed(&mut self, expr: &Expr, want: Option<&Type>) -> Typed {
        // `each list` is a whole argument, never a part of one.
        let each = self.each;
        self.each &= matches!(expr.kind, ExprKind::Each(_) | ExprKind::Group(_));
        self.checker.depth += 1;
        let (ty, stage) = match want.and_then(place::function) {
            Some(function) if !self.is_function(expr) => self.function_body(expr, &function),
            Some(_) | None => self.typed_as(expr, want),
        };
        self.checker.depth -= 1;
        self.each = each;
        self.record(expr.id, ty.clone(), stage);
        (ty, stage)
    }

    fn typed_as(&mut self, expr: &Expr, want: Option<&Type>) -> Typed {
        match &expr.kind {
            ExprKind::Group(inner) => self.typed(inner, want),
            ExprKind::Bool(_) => (self.fit(expr, Type::Bool, want), Stage::Compile),
            ExprKind::None => (self.none_literal(expr, want), Stage::Compile),
            ExprKind::Quantity(text) => (self.number_literal(expr, text, want), Stage::Compile),
            ExprKind::Str { parts, .. } => self.text_literal(expr, parts, want),
            ExprKind::List {
                elements,
                comprehension,
            } => self.list_literal(expr, elements, comprehension.as_deref(), want),
            ExprKind::Record(entries) => self.record_literal(expr, entries, want),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.if_expr(condition, then, otherwise, want),
            ExprKind::Match { subject, arms } => self.match_expr(expr, subject, arms, want),
            ExprKind::Each(list) => self.each_list(expr, list, want),
            ExprKind::RangeTo(end) => self.range(expr, None, end, want),
            ExprKind::Binary(start, BinaryOp::Range, _, end) => {
                self.range(expr, Some(start), end, want)
            }
            ExprKind::Binary(left, BinaryOp::Coalesce, _, right) => {
                self.coalesce(left, right, want)
            }
            // Each of several conditions may say itself in CEL's own words.
            ExprKind::Binary(left, BinaryOp::And, _, right) if takes_cel(want) => {
                let (_, one) = self.typed(left, want);
                let (_, other) = self.typed(right, want);
                (Type::Bool, one.max(other))
            }
            ExprKind::Unary(UnaryOp::Neg, inner) if is_number(inner) => {
                (self.negative_literal(expr, inner, want), Stage::Compile)
            }
            ExprKind::Call(callee, args) if self.is_missing_analysis(callee, want) => {
                self.missing_analysis(callee, args)
            }
            ExprKind::Name(_)
            | ExprKind::EachRef(_)
            | ExprKind::Field(..)
            | ExprKind::Index(..)
            | ExprKind::Call(..)
            | ExprKind::Cast(..)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Error => {
                let (ty, stage) = self.natural(expr);
                let ty = match want {
                    Some(expected) if stage == Stage::Run => place::erased(ty, expected),
                    Some(_) | None => ty,
                };
                (self.fit(expr, made_form(expr, ty, want), want), stage)
            }
        }
    }

    /// The type of what has one of its own, whatever its place expects.
    fn natural(&mut self, expr: &Expr) -> Typed {
        match &expr.kind {
            ExprKind::Name(name) => self.name(expr, name),
            ExprKind::EachRef(word) => self.each_ref(expr, word),
            ExprKind::Field(base, word) => self.field_access(expr, base, word),
            ExprKind::Index(base, index) => self.index(base, index),
            ExprKind::Call(callee, args) => self.call(expr, callee, args),
            ExprKind::Cast(inner, ty) => self.cast(expr, inner, ty),
            ExprKind::Unary(op, inner) => self.unary(*op, inner),
            ExprKind::Binary(left, op, at, right) => self.binary(left, *op, *at, right),
            ExprKind::Group(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Quantity(_)
            | ExprKind::Str { .. }
            | ExprKind::List { .. }
            | ExprKind::Record(_)
            | ExprKind::If { .. }
            | ExprKind::Match { .. }
            | ExprKind::Each(_)
            | ExprKind::RangeTo(_)
            | ExprKind::Error => (Type::Error, Stage::Compile),
        }
    }

    /// Reports where a type does not fit its place; answers the type as seen by the place.
    pub(crate) fn fit(&mut self, expr: &Expr, found: Type, want: Option<&Type>) -> Type {
        let Some(expected) = want else {
            return found;
        };
        if found.is_error() || expected.is_error() {
            return Type::Error;
        }
        if !assignable(&found, expected) {
            self.report(errors::does_not_fit(expr, expected, &found));
            return Type::Error;
        }
        let is_open = matches!(found.without_none(), Type::Json);
        let takes_form = place::is_composite(&found) || (is_open && place::has_schema(expected));
        if takes_form && place::is_composite(expected) {
            expected.clone()
        } else {
            found
        }
    }

    /// Whether the expression names a function, so that it is none's body.
    fn is_function(&self, expr: &Expr) -> bool {
        match &expr.peeled().kind {
            ExprKind::Name(name) => {
                let bound = self.scopes.find(name);
                bound.is_some_and(|it| matches!(it.ty, Type::Function(_)))
            }
            ExprKind::None => true,
            _ => false,
        }
    }

    /// What is written where a function is expected is its body: `pass: value >= 0.95`.
    fn function_body(&mut self, expr: &Expr, function: &FnType) -> Typed {
        self.push_scope();
        for param in &function.params {
            self.bind_group(&param.name, param.ty.clone(), Stage::Compile);
        }
        let (_, stage) = self.typed_as(expr, Some(&function.result));
        self.pop_scope();
        (Type::Function(function.clone().into()), stage)
    }
}

/// A text put together by `+` has the form of its place by promise, as one with holes has.
fn made_form(expr: &Expr, ty: Type, want: Option<&Type>) -> Type {
    let is_sum = matches!(expr.kind, ExprKind::Binary(_, BinaryOp::Add, ..));
    if !is_sum || !matches!(ty, Type::String(_)) {
        return ty;
    }
    let strings = want.map(place::strings).unwrap_or_default();
    let formed = strings.into_iter().find(|it| it.literals.is_none());
    formed.map_or(ty, |it| Type::String(it.clone()))
}

const EXACTLY: &str = "exactly";

fn is_exactly(callee: &Expr) -> bool {
    matches!(&callee.kind, ExprKind::Name(name) if name == EXACTLY)
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Quantity(_))
}

/// Whether a condition is expected, which is a Bool or in CEL's own words.
fn takes_cel(want: Option<&Type>) -> bool {
    let is_cel = |it: &Type| matches!(it, Type::Opaque(name) if name == "Cel");
    match want.map(Type::without_none) {
        Some(Type::Union(all)) => all.contains(&Type::Bool) && all.iter().any(is_cel),
        Some(_) | None => false,
    }
}
