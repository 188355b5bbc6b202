//! Operators.

use crate::base::Span;
use crate::check::expr::branch::can_be_equal;
use crate::check::expr::{Typed, place};
use crate::check::{Body, Stage, errors};
use crate::syntax::ast::{Expr, ExprKind};
use crate::types::{Type, assignable, join};
use crate::value::{BinaryOp, UnaryOp};

impl Body<'_, '_> {
    pub(crate) fn unary(&mut self, op: UnaryOp, inner: &Expr) -> Typed {
        match op {
            UnaryOp::Not => {
                let (_, stage) = self.typed(inner, Some(&Type::Bool));
                (Type::Bool, stage)
            }
            UnaryOp::Neg => {
                let (ty, stage) = self.typed(inner, None);
                if !self.is_number(inner, &ty, "-") {
                    return (Type::Error, stage);
                }
                (place::unbounded(&ty), stage)
            }
        }
    }

    pub(crate) fn binary(&mut self, left: &Expr, op: BinaryOp, at: Span, right: &Expr) -> Typed {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let (_, one) = self.typed(left, Some(&Type::Bool));
                let (_, other) = self.typed(right, Some(&Type::Bool));
                (Type::Bool, one.max(other))
            }
            BinaryOp::Eq | BinaryOp::Ne => self.equality(left, at, right),
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                self.order(left, op, right)
            }
            BinaryOp::In => self.membership(left, right),
            BinaryOp::Add | BinaryOp::Sub => self.sum(left, op, right),
            BinaryOp::Mul | BinaryOp::Div => self.product(left, op, right),
            // Typed by their place.
            BinaryOp::Range | BinaryOp::Coalesce => (Type::Error, Stage::Compile),
        }
    }

    /// Types both operands, a literal by the type of the other one.
    fn operands(&mut self, left: &Expr, right: &Expr) -> (Typed, Typed) {
        if is_scalar_literal(left) && (!is_scalar_literal(right) || is_ambiguous(left)) {
            let second = self.typed(right, None);
            let first = self.literal_beside(left, &second.0);
            (first, second)
        } else {
            let first = self.typed(left, None);
            if is_scalar_literal(left) && is_scalar_literal(right) {
                return self.literals(left, first, right);
            }
            let second = self.literal_beside(right, &first.0);
            (first, second)
        }
    }

    /// Two numbers as written: where one is a fraction, the other is taken as one.
    fn literals(&mut self, left: &Expr, first: Typed, right: &Expr) -> (Typed, Typed) {
        let second = match first.0 {
            Type::Int { .. } => self.typed(right, None),
            _ => self.literal_beside(right, &first.0),
        };
        match (&first.0, &second.0) {
            (Type::Int { .. }, Type::Float) => (self.typed(left, Some(&Type::Float)), second),
            _ => (first, second),
        }
    }

    fn literal_beside(&mut self, expr: &Expr, other: &Type) -> Typed {
        let other = other.without_none();
        match &expr.peeled().kind {
            ExprKind::Quantity(_) if place::has_order(other) => {
                self.typed(expr, Some(&place::unbounded(other)))
            }
            ExprKind::Unary(UnaryOp::Neg, inner)
                if matches!(inner.kind, ExprKind::Quantity(_)) && place::has_order(other) =>
            {
                self.typed(expr, Some(&place::unbounded(other)))
            }
            _ => self.typed(expr, None),
        }
    }

    /// Whether the expression is a text that the other type lacks, so that the two are never equal; reports it.
    fn is_lacking_text(&mut self, expr: &Expr, other: &Type) -> bool {
        let strings = place::strings(other);
        let (Some(text), false) = (expr.peeled().plain_text(), strings.is_empty()) else {
            return false;
        };
        if strings.iter().any(|it| it.problem(&text).is_none()) {
            return false;
        }
        self.report(errors::never_equal_text(expr.span, &text, other));
        true
    }

    fn equality(&mut self, left: &Expr, at: Span, right: &Expr) -> Typed {
        let ((first, one), (second, other)) = self.operands(left, right);
        let stage = one.max(other);
        for (expr, ty) in [(left, &first), (right, &second)] {
            if matches!(ty.without_none(), Type::Secret(_)) {
                self.report(errors::secret_leak(expr.span));
                return (Type::Error, stage);
            }
        }
        if self.is_lacking_text(right, &first) || self.is_lacking_text(left, &second) {
            return (Type::Bool, stage);
        }
        if matches!(second, Type::None) && !first.is_error() && !assignable(&Type::None, &first) {
            self.report(errors::never_none(left.span, &first));
        } else if !can_be_equal(&first, &second) {
            self.report(errors::never_equal(at, &first, &second));
        }
        (Type::Bool, stage)
    }

    fn order(&mut self, left: &Expr, op: BinaryOp, right: &Expr) -> Typed {
        let ((first, one), (second, other)) = self.operands(left, right);
        let symbol = op.symbol();
        // By code points, whatever the texts are of.
        if matches!((&first, &second), (Type::String(_), Type::String(_))) {
            return (Type::Bool, one.max(other));
        }
        let fine = self.is_number(left, &first, symbol) && self.is_number(right, &second, symbol);
        if fine && !same_number(&first, &second) {
            self.report(errors::operands(right.span, symbol, &first, &second));
        }
        (Type::Bool, one.max(other))
    }

    fn membership(&mut self, left: &Expr, right: &Expr) -> Typed {
        let (item, one) = self.typed(left, None);
        let wider = match &item {
            Type::Error => Type::Error,
            Type::String(_) if is_scalar_literal(left) => Type::string(),
            other => place::unbounded(other.without_none()),
        };
        let is_list = matches!(right.peeled().kind, ExprKind::List { .. });
        let want = (is_list && !matches!(wider, Type::Json)).then(|| wider.clone().list());
        let (of, other) = self.typed(right, want.as_ref());
        let fits = match &of {
            Type::Error | Type::Json => true,
            Type::List(of) => can_be_equal(&item, of),
            Type::Map(_) | Type::Record(_) => assignable(&item, &Type::string()),
            Type::Range(of) => same_number(&place::unbounded(&item), &place::unbounded(of)),
            found => {
                self.report(errors::no_container(right.span, found));
                true
            }
        };
        if !fits {
            self.report(errors::never_in(left.span, &item, &of));
        }
        (Type::Bool, one.max(other))
    }

    fn sum(&mut self, left: &Expr, op: BinaryOp, right: &Expr) -> Typed {
        let ((first, one), (second, other)) = self.operands(left, right);
        let stage = one.max(other);
        match (&first, &second) {
            (Type::String(_), Type::String(_)) if op == BinaryOp::Add => {
                return (Type::string(), stage);
            }
            (Type::List(a), Type::List(b)) if op == BinaryOp::Add => {
                return (join(a, b).list(), stage);
            }
            _ => {}
        }
        let symbol = op.symbol();
        if !self.is_number(left, &first, symbol) || !self.is_number(right, &second, symbol) {
            return (Type::Error, stage);
        }
        if !same_number(&first, &second) {
            self.report(errors::operands(right.span, symbol, &first, &second));
            return (Type::Error, stage);
        }
        (place::unbounded(&first), stage)
    }

    /// Numbers of one type, an amount times or by a whole number, or an amount by another.
    fn product(&mut self, left: &Expr, op: BinaryOp, right: &Expr) -> Typed {
        if op == BinaryOp::Div && is_ambiguous(left) && has_unit(right) && !is_ambiguous(right) {
            let (second, other) = self.typed(right, None);
            let (first, one) = self.literal_beside(left, &second);
            return (ratio(&first, &second), one.max(other));
        }
        let (mut first, one) = self.typed(left, None);
        let (second, other) = match &first {
            Type::Float if is_scalar_literal(right) => self.typed(right, Some(&Type::Float)),
            // The share of an amount in another.
            amount if op == BinaryOp::Div && has_unit(right) => self.literal_beside(right, amount),
            _ => self.typed(right, None),
        };
        if matches!((&first, &second), (Type::Int { .. }, Type::Float)) && is_scalar_literal(left) {
            first = self.check(left, &Type::Float);
        }
        let stage = one.max(other);
        let symbol = op.symbol();
        if !self.is_number(left, &first, symbol) || !self.is_number(right, &second, symbol) {
            return (Type::Error, stage);
        }
        let ty = match (place::unbounded(&first), place::unbounded(&second)) {
            (Type::Error, other) | (other, Type::Error) => other,
            (Type::Int { .. }, Type::Int { .. }) => Type::INT,
            (Type::Float, Type::Float) => Type::Float,
            (amount, Type::Int { .. }) if !matches!(amount, Type::Float) => amount,
            (one, other) if op == BinaryOp::Div && one == other => Type::Float,
            (Type::Int { .. }, amount) if op == BinaryOp::Mul && !matches!(amount, Type::Float) => {
                amount
            }
            (first, second) => {
                self.report(errors::operands(right.span, symbol, &first, &second));
                Type::Error
            }
        };
        (ty, stage)
    }

    /// Whether the operand is a number, with or without unit; reports what is none.
    fn is_number(&mut self, expr: &Expr, ty: &Type, symbol: &str) -> bool {
        match ty {
            Type::Error => false,
            Type::Json => true,
            other if place::has_order(other) => true,
            Type::Secret(_) => {
                self.report(errors::secret_leak(expr.span));
                false
            }
            Type::Optional(_) => {
                self.report(errors::may_be_none(expr.span, "this operand", ty));
                false
            }
            other => {
                self.report(errors::no_number(expr.span, symbol, other));
                false
            }
        }
    }
}

fn is_scalar_literal(expr: &Expr) -> bool {
    match &expr.peeled().kind {
        ExprKind::Quantity(_) | ExprKind::Bool(_) | ExprKind::None => true,
        ExprKind::Unary(UnaryOp::Neg, inner) => matches!(inner.kind, ExprKind::Quantity(_)),
        ExprKind::Str { .. } => expr.peeled().plain_text().is_some(),
        _ => false,
    }
}

/// Whether only its place says what it is: minutes, or thousandths of a processor.
fn is_ambiguous(expr: &Expr) -> bool {
    match &expr.peeled().kind {
        ExprKind::Quantity(text) => text.strip_suffix('m').is_some_and(is_digits),
        ExprKind::Unary(UnaryOp::Neg, inner) => is_ambiguous(inner),
        _ => false,
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_digit())
}

/// Whether it is an amount as written, and no bare number.
fn has_unit(expr: &Expr) -> bool {
    match &expr.peeled().kind {
        ExprKind::Quantity(text) => text.ends_with(|it: char| !it.is_ascii_digit()),
        _ => false,
    }
}

/// The type of an amount by another; what does not go together was reported.
fn ratio(first: &Type, second: &Type) -> Type {
    match place::unbounded(first) == place::unbounded(second) {
        true => Type::Float,
        false => Type::Error,
    }
}

/// Whether two numbers are of one type, bounds aside. Open data takes the type of the other.
fn same_number(a: &Type, b: &Type) -> bool {
    let open = |it: &Type| matches!(it, Type::Json | Type::Error);
    open(a) || open(b) || place::unbounded(a) == place::unbounded(b)
}
