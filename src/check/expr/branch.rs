//! `if`, `match` and `??`.

use crate::base::{Name, Span};
use crate::check::expr::Typed;
use crate::check::scope::Bound;
use crate::check::{Body, Stage, errors};
use crate::syntax::ast::{Expr, ExprKind, MatchArm};
use crate::types::{Type, assignable, comparable, join};
use crate::value::BinaryOp;

impl Body<'_, '_> {
    pub(crate) fn if_expr(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
        want: Option<&Type>,
    ) -> Typed {
        let (_, known) = self.typed(condition, Some(&Type::Bool));
        let narrowed = self.narrowed(condition);
        let in_then = narrowed.as_ref().filter(|it| it.1 == BinaryOp::Ne);
        let in_else = narrowed.as_ref().filter(|it| it.1 == BinaryOp::Eq);
        let (first, one) = self.typed_with(in_then, then, want);
        let (second, other) = self.typed_with(in_else, otherwise, want);
        (together(first, &second, want), known.max(one).max(other))
    }

    /// `x != none`, `x == none`: what `x` is where it is not `none`.
    fn narrowed(&self, condition: &Expr) -> Option<(Name, BinaryOp, Bound)> {
        let ExprKind::Binary(left, op @ (BinaryOp::Ne | BinaryOp::Eq), _, right) =
            &condition.peeled().kind
        else {
            return None;
        };
        if !matches!(right.peeled().kind, ExprKind::None) {
            return None;
        }
        self.not_none(left, *op)
    }

    /// A name, typed before, as what it is where it is not `none`.
    fn not_none(&self, expr: &Expr, op: BinaryOp) -> Option<(Name, BinaryOp, Bound)> {
        let ExprKind::Name(name) = &expr.peeled().kind else {
            return None;
        };
        let id = expr.peeled().id;
        let tables = self.checker.tables(self.item)?;
        let bound = Bound {
            ty: tables.type_of(id).without_none().clone(),
            stage: tables.stage_of(id),
            meaning: tables.meanings.get(&id)?.clone(),
            span: None,
            rivals: Vec::new(),
            hidden: None,
        };
        Some((name.clone(), op, bound))
    }

    fn typed_with(
        &mut self,
        narrowed: Option<&(Name, BinaryOp, Bound)>,
        expr: &Expr,
        want: Option<&Type>,
    ) -> Typed {
        let Some((name, _, bound)) = narrowed else {
            return self.typed(expr, want);
        };
        self.push_scope();
        self.scopes.bind(name.clone(), bound.clone());
        let typed = self.typed(expr, want);
        self.pop_scope();
        typed
    }

    pub(crate) fn coalesce(&mut self, left: &Expr, right: &Expr, want: Option<&Type>) -> Typed {
        let optional = want.map(|it| it.clone().optional());
        let (first, one) = self.typed(left, optional.as_ref());
        if !first.is_error() && !assignable(&Type::None, &first) && !matches!(first, Type::Json) {
            self.report(errors::never_none(left.span, &first));
        }
        let first = first.without_none().clone();
        let (second, other) = match want {
            Some(_) => self.typed(right, want),
            None => self.typed(right, None),
        };
        let first = if matches!(first, Type::None) {
            Type::Error
        } else {
            first
        };
        (together(first, &second, want), one.max(other))
    }

    pub(crate) fn match_expr(
        &mut self,
        expr: &Expr,
        subject: &Expr,
        arms: &[MatchArm],
        want: Option<&Type>,
    ) -> Typed {
        let (of, mut stage) = self.typed(subject, None);
        let narrowed = self.not_none(subject, BinaryOp::Ne);
        let mut result: Option<Type> = None;
        let mut seen: Vec<Pattern> = Vec::new();
        for arm in arms {
            let pattern = self.pattern(&arm.pattern, &of);
            let covered = seen.contains(&Pattern::Any)
                || (pattern != Pattern::Unknown && seen.contains(&pattern));
            if covered {
                self.report(errors::arm_unreached(arm.pattern.span));
            }
            seen.push(pattern);
            let is_some = match seen.last() {
                Some(Pattern::None | Pattern::Unknown) | None => false,
                Some(Pattern::Any) => seen.contains(&Pattern::None),
                Some(Pattern::Bool(_) | Pattern::Text(_)) => true,
            };
            let (ty, known) =
                self.typed_with(narrowed.as_ref().filter(|_| is_some), &arm.value, want);
            result = Some(match result {
                Some(before) => together(before, &ty, want),
                None => ty,
            });
            stage = stage.max(known);
        }
        let left = left_out(&of, &seen);
        if let Some(left) = left.filter(|it| !it.is_empty()) {
            let at = Span::new(
                expr.span.file,
                expr.span.start as usize,
                expr.span.start as usize + "match".len(),
            );
            self.report(errors::match_leaves_out(at, &left));
        }
        (result.unwrap_or(Type::Error), stage)
    }

    fn pattern(&mut self, pattern: &Expr, of: &Type) -> Pattern {
        if let ExprKind::Name(name) = &pattern.kind
            && name == "_"
        {
            return Pattern::Any;
        }
        let (ty, _) = match of {
            Type::Error => (Type::Error, Stage::Compile),
            Type::Json => self.typed(pattern, None),
            _ if matches!(pattern.kind, ExprKind::None) => self.typed(pattern, Some(of)),
            _ => self.typed(pattern, Some(of.without_none())),
        };
        if ty.is_error() {
            return Pattern::Unknown;
        }
        match &pattern.peeled().kind {
            ExprKind::Bool(it) => Pattern::Bool(*it),
            ExprKind::None => Pattern::None,
            ExprKind::Quantity(text) => Pattern::Text(text.clone()),
            _ => match pattern.peeled().plain_text() {
                Some(text) => Pattern::Text(Name::new(text)),
                None => {
                    self.report(errors::bad_pattern(pattern.span));
                    Pattern::Unknown
                }
            },
        }
    }
}

/// What an arm of a `match` takes.
#[derive(PartialEq)]
enum Pattern {
    Any,
    Bool(bool),
    None,
    Text(Name),
    /// Already reported.
    Unknown,
}

/// What no arm takes, as written; `None` where that cannot be said.
fn left_out(of: &Type, seen: &[Pattern]) -> Option<Vec<String>> {
    if of.is_error()
        || seen
            .iter()
            .any(|it| matches!(it, Pattern::Any | Pattern::Unknown))
    {
        return None;
    }
    let mut left = match of.without_none() {
        Type::Bool => {
            let both = [true, false].into_iter();
            both.filter(|it| !seen.contains(&Pattern::Bool(*it)))
                .map(|it| it.to_string())
                .collect()
        }
        Type::String(string) => match &string.literals {
            Some(all) => {
                let missing = all
                    .iter()
                    .filter(|it| !seen.contains(&Pattern::Text((*it).clone())));
                missing.map(|it| format!("\"{it}\"")).collect()
            }
            None => vec!["_".to_owned()],
        },
        _ => vec!["_".to_owned()],
    };
    if matches!(of, Type::Optional(_)) && !seen.contains(&Pattern::None) {
        left.push("none".to_owned());
    }
    Some(left)
}

/// The type of what is one or the other; what is expected, where something is.
fn together(first: Type, second: &Type, want: Option<&Type>) -> Type {
    match want {
        Some(_) if first.is_error() || second.is_error() => Type::Error,
        Some(_) | None => join(&first, second),
    }
}

/// Whether two values can be equal at all.
pub(crate) fn can_be_equal(a: &Type, b: &Type) -> bool {
    comparable(a, b) || assignable(a, b) || assignable(b, a)
}
