//! Types, parameters and results.

use pest::iterators::Pair;

use crate::base::Span;
use crate::syntax::ast::{Param, TypeExpr, TypeExprKind, TypeField};
use crate::syntax::grammar::Rule;
use crate::syntax::lower::{Lowering, Parts, parts, string, take};

impl Lowering<'_> {
    /// The next part as a type; an error node where there is none.
    pub(crate) fn type_part(&mut self, all: &mut Parts<'_>, at: Span) -> TypeExpr {
        match take(all, Rule::r#type) {
            Some(pair) => self.type_expr(pair),
            None => TypeExpr {
                span: at,
                kind: TypeExprKind::Error,
            },
        }
    }

    pub(crate) fn type_expr(&mut self, pair: Pair<'_, Rule>) -> TypeExpr {
        let span = self.span(&pair);
        let mut variants = Vec::new();
        for pair in parts(pair) {
            variants.push(self.variant(pair));
        }
        if variants.len() == 1
            && let Some(only) = variants.pop()
        {
            return only;
        }
        TypeExpr {
            span,
            kind: TypeExprKind::Union(variants),
        }
    }

    fn variant(&mut self, pair: Pair<'_, Rule>) -> TypeExpr {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let inner = match all.next() {
            Some(pair) => self.single_type(pair),
            None => TypeExpr {
                span,
                kind: TypeExprKind::Error,
            },
        };
        if take(&mut all, Rule::optional).is_none() {
            return inner;
        }
        TypeExpr {
            span,
            kind: TypeExprKind::Optional(Box::new(inner)),
        }
    }

    pub(crate) fn single_type(&mut self, pair: Pair<'_, Rule>) -> TypeExpr {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let kind = if rule == Rule::record_type {
            TypeExprKind::Record(self.type_fields(pair))
        } else if rule == Rule::fn_type {
            self.fn_type(pair)
        } else if rule == Rule::plain {
            TypeExprKind::Literal(string::plain(pair.as_str()))
        } else if rule == Rule::named_type {
            self.named_type(pair)
        } else {
            TypeExprKind::Error
        };
        TypeExpr { span, kind }
    }

    fn fn_type(&mut self, pair: Pair<'_, Rule>) -> TypeExprKind {
        let span = self.span(&pair);
        let mut all = parts(pair);
        TypeExprKind::Function {
            params: self.params_part(&mut all).unwrap_or_default(),
            result: Box::new(self.type_part(&mut all, span)),
        }
    }

    fn named_type(&mut self, pair: Pair<'_, Rule>) -> TypeExprKind {
        let mut all = parts(pair);
        let Some(name) = take(&mut all, Rule::ident) else {
            return TypeExprKind::Error;
        };
        let name = self.word(name);
        let args = take(&mut all, Rule::type_args).map(parts);
        let args = args.into_iter().flatten();
        let args = args.map(|it| self.type_expr(it)).collect();
        let refined = take(&mut all, Rule::refined).and_then(|it| parts(it).next());
        TypeExprKind::Named {
            name,
            args,
            refined: refined.map(|it| Box::new(self.expr(it))),
        }
    }

    /// The fields of a record type or of results.
    pub(crate) fn type_fields(&mut self, record: Pair<'_, Rule>) -> Vec<TypeField> {
        let mut fields = Vec::new();
        for pair in parts(record) {
            if pair.as_rule() == Rule::param {
                fields.push(TypeField::Field(self.param(pair)));
            } else if let Some(base) = parts(pair).next() {
                fields.push(TypeField::Spread(self.word(base)));
            }
        }
        fields
    }

    pub(crate) fn params_part(&mut self, all: &mut Parts<'_>) -> Option<Vec<Param>> {
        let pair = take(all, Rule::params)?;
        Some(parts(pair).map(|it| self.param(it)).collect())
    }

    fn param(&mut self, pair: Pair<'_, Rule>) -> Param {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let docs = self.docs(&mut all);
        let label = take(&mut all, Rule::label).and_then(|it| parts(it).next());
        let name = match label {
            Some(pair) => self.ident(pair),
            None => self.name(&mut all, span),
        };
        Param {
            span,
            docs,
            name,
            ty: self.type_part(&mut all, span),
            default: take(&mut all, Rule::expr).map(|it| self.expr(it)),
        }
    }
}
