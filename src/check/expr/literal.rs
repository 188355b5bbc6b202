//! Numbers, texts and `none` against the type of their place.

use crate::base::Span;
use crate::check::expr::{Typed, place};
use crate::check::{Body, Stage, errors};
use crate::syntax::ast::{Expr, ExprKind, StrPart};
use crate::types::literal::{literal, natural_type};
use crate::types::{StringType, Type, assignable};
use crate::value::Value;

impl Body<'_, '_> {
    pub(crate) fn none_literal(&mut self, expr: &Expr, want: Option<&Type>) -> Type {
        match want {
            Some(expected) if !assignable(&Type::None, expected) => {
                self.report(errors::none_refused(expr.span, expected));
                Type::Error
            }
            Some(expected) => expected.clone(),
            None => Type::None,
        }
    }

    pub(crate) fn number_literal(&mut self, expr: &Expr, text: &str, want: Option<&Type>) -> Type {
        match want {
            Some(expected) if expected.is_error() => return Type::Error,
            Some(expected) if !place::is_open(expected) => {
                return match literal(text, expected) {
                    Ok(_) => expected.clone(),
                    Err(error) => {
                        self.report(errors::bad_number(expr.span, text, expected, &error));
                        Type::Error
                    }
                };
            }
            Some(_) | None => {}
        }
        match literal(text, &Type::Error) {
            Ok(value) => exact(&value, text),
            Err(error) => {
                self.report(errors::bad_number(expr.span, text, &Type::Error, &error));
                Type::Error
            }
        }
    }

    pub(crate) fn negative_literal(
        &mut self,
        expr: &Expr,
        inner: &Expr,
        want: Option<&Type>,
    ) -> Type {
        let ExprKind::Quantity(text) = &inner.kind else {
            return Type::Error;
        };
        let ty = self.number_literal(expr, &format!("-{text}"), want);
        self.record(inner.id, ty.clone(), Stage::Compile);
        ty
    }

    pub(crate) fn text_literal(
        &mut self,
        expr: &Expr,
        parts: &[StrPart],
        want: Option<&Type>,
    ) -> Typed {
        let mut stage = Stage::Compile;
        let mut whole = true;
        for part in parts {
            if let StrPart::Hole(inner, _) = part {
                whole = false;
                stage = stage.max(self.hole(inner));
            }
        }
        let ty = match want {
            Some(expected) if !place::is_open(expected) => {
                let strings = place::strings(expected);
                match (strings.as_slice(), whole) {
                    ([], _) => {
                        self.report(errors::does_not_fit(expr, expected, &Type::string()));
                        Type::Error
                    }
                    (strings, true) => self.plain_text(expr, parts, strings),
                    (strings, false) => self.made_text(expr, strings, expected),
                }
            }
            Some(_) | None => natural_text(expr),
        };
        (ty, stage)
    }

    /// A text without holes must have the form of one of the types.
    fn plain_text(&mut self, expr: &Expr, parts: &[StrPart], strings: &[&StringType]) -> Type {
        let text = expr.plain_text().unwrap_or_default();
        let mut flaw = None;
        for string in strings {
            match string.problem(&text) {
                None => return Type::String((*string).clone()),
                Some(error) => flaw = flaw.or(Some((*string, error))),
            }
        }
        if let Some((string, error)) = flaw {
            let span = place_in(expr, parts, error.at);
            self.report(errors::bad_text(
                expr.span,
                span,
                &text,
                string,
                &error.reason,
            ));
        }
        Type::Error
    }

    /// A text with holes has a form by promise; that it is one of a few words nobody can promise.
    fn made_text(&mut self, expr: &Expr, strings: &[&StringType], expected: &Type) -> Type {
        match strings.iter().find(|it| it.literals.is_none()) {
            Some(string) => Type::String((*string).clone()),
            None => {
                self.report(errors::made_text(expr.span, expected));
                Type::Error
            }
        }
    }

    /// `#{expr}`: what can be written as text.
    pub(crate) fn hole(&mut self, inner: &Expr) -> Stage {
        let (ty, stage) = self.typed(inner, None);
        let ty = match stage {
            Stage::Run => place::erased(ty, &Type::string()),
            Stage::Compile | Stage::Event => ty,
        };
        if let Some(found) = errors::hole(inner, &ty) {
            self.report(found);
        }
        self.stage_of(inner.id)
    }
}

/// The type of a text of which nothing is expected: that text, where it is known.
fn natural_text(expr: &Expr) -> Type {
    match expr.plain_text() {
        Some(text) => Type::one_of(&[&text]),
        None => Type::string(),
    }
}

/// The type of a number of which nothing is expected: a whole number keeps what it is, so that it fits where that is allowed.
fn exact(value: &Value, text: &str) -> Type {
    match value {
        Value::Int(it) => Type::Int {
            min: Some(*it),
            max: Some(*it),
        },
        Value::Percent(it) => Type::Percent {
            min: Some(*it),
            max: Some(*it),
        },
        _ => natural_type(text).unwrap_or(Type::Error),
    }
}

/// The character of a text at that byte; the whole expression where escapes or an indent hide it.
fn place_in(expr: &Expr, parts: &[StrPart], at: usize) -> Span {
    let [StrPart::Text(text, span)] = parts else {
        return expr.span;
    };
    let Some(character) = text.get(at..).and_then(|it| it.chars().next()) else {
        return expr.span;
    };
    if span.range().len() != text.len() {
        return expr.span;
    }
    let start = span.start as usize + at;
    Span::new(span.file, start, start + character.len_utf8())
}
