//! Expressions.

use pest::iterators::Pair;

use crate::base::{Name, Span};
use crate::syntax::ast::{
    Arg, Comprehension, Element, Entry, Expr, ExprKind, MatchArm, TypeExpr, TypeExprKind,
};
use crate::syntax::errors;
use crate::syntax::grammar::Rule;
use crate::syntax::lower::{Lowering, MAX_CHAIN, Parts, operators, parts, take, words};
use crate::value::UnaryOp;

impl Lowering<'_> {
    /// The next part as an expression; an error node where there is none.
    pub(crate) fn expr_part(&mut self, all: &mut Parts<'_>, at: Span) -> Expr {
        match take(all, Rule::expr) {
            Some(pair) => self.expr(pair),
            None => self.hole(at),
        }
    }

    pub(crate) fn expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let length = pair.clone().into_inner().count();
        self.chained(length, span, |it| it.expr_chain(pair, span))
    }

    /// Does the work if the expression it makes, `length` links deep, is not too deep for the phases to come.
    fn chained(&mut self, length: usize, span: Span, work: impl FnOnce(&mut Self) -> Expr) -> Expr {
        if self.chain + length > MAX_CHAIN {
            self.found.push(errors::long_chain(span, MAX_CHAIN));
            return self.hole(span);
        }
        self.chain += length;
        let done = work(self);
        self.chain -= length;
        done
    }

    fn expr_chain(&mut self, pair: Pair<'_, Rule>, span: Span) -> Expr {
        let mut all = parts(pair);
        let each = take(&mut all, Rule::kw_each).is_some();
        let range = take(&mut all, Rule::range_to).is_some();
        let first = match take(&mut all, Rule::unary) {
            Some(pair) => self.unary(pair),
            None => self.hole(span),
        };
        let mut rest = Vec::new();
        while let Some(op) = take(&mut all, Rule::binop) {
            let at = self.span(&op);
            let op = op.into_inner().next();
            let op = op.and_then(|it| words::binary(it.as_rule()));
            if let (Some(op), Some(pair)) = (op, take(&mut all, Rule::unary)) {
                rest.push((op, at, self.unary(pair)));
            }
        }
        let whole = operators::tree(self, first, rest);
        if each {
            return self.make(span, ExprKind::Each(Box::new(whole)));
        }
        if range {
            return self.make(span, ExprKind::RangeTo(Box::new(whole)));
        }
        whole
    }

    fn unary(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let length = pair.clone().into_inner().count();
        self.chained(length, span, |it| it.unary_chain(pair, span))
    }

    fn unary_chain(&mut self, pair: Pair<'_, Rule>, span: Span) -> Expr {
        let mut ops = Vec::new();
        let mut operand = None;
        for part in pair.into_inner() {
            let at = self.span(&part);
            let rule = part.as_rule();
            if rule == Rule::op_not {
                ops.push((UnaryOp::Not, at));
            } else if rule == Rule::op_neg {
                ops.push((UnaryOp::Neg, at));
            } else {
                operand = Some(self.postfix(part));
            }
        }
        let mut whole = operand.unwrap_or_else(|| self.hole(span));
        for (op, at) in ops.into_iter().rev() {
            let span = at.to(whole.span);
            whole = self.make(span, ExprKind::Unary(op, Box::new(whole)));
        }
        whole
    }

    fn postfix(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let length = pair.clone().into_inner().count();
        self.chained(length, span, |it| {
            let mut all = parts(pair);
            let mut whole = match take(&mut all, Rule::primary) {
                Some(pair) => it.primary(pair),
                None => it.hole(span),
            };
            for suffix in all {
                whole = it.suffix(whole, suffix);
            }
            whole
        })
    }

    fn suffix(&mut self, whole: Expr, pair: Pair<'_, Rule>) -> Expr {
        let at = self.span(&pair);
        let span = whole.span.to(at);
        let whole = Box::new(whole);
        let rule = pair.as_rule();
        let kind = if rule == Rule::args {
            ExprKind::Call(whole, self.args(pair))
        } else if rule == Rule::index {
            ExprKind::Index(whole, Box::new(self.expr_part(&mut parts(pair), at)))
        } else if rule == Rule::cast {
            ExprKind::Cast(whole, self.cast_type(pair))
        } else {
            match take(&mut parts(pair), Rule::word) {
                Some(word) => ExprKind::Field(whole, self.word(word)),
                None => ExprKind::Error,
            }
        };
        self.make(span, kind)
    }

    fn cast_type(&mut self, pair: Pair<'_, Rule>) -> TypeExpr {
        let span = self.span(&pair);
        match take(&mut parts(pair), Rule::named_type) {
            Some(pair) => self.single_type(pair),
            None => TypeExpr {
                span,
                kind: TypeExprKind::Error,
            },
        }
    }

    fn primary(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let Some(pair) = pair.into_inner().next() else {
            return self.hole(span);
        };
        let rule = pair.as_rule();
        let kind = if rule == Rule::text || rule == Rule::string {
            return self.string(pair);
        } else if rule == Rule::ident {
            ExprKind::Name(Name::new(pair.as_str()))
        } else if rule == Rule::quantity {
            ExprKind::Quantity(Name::new(pair.as_str()))
        } else if rule == Rule::boolean {
            ExprKind::Bool(pair.as_str() == "true")
        } else if rule == Rule::absent {
            ExprKind::None
        } else if rule == Rule::list {
            self.list(pair)
        } else if rule == Rule::record {
            self.record(pair)
        } else if rule == Rule::group {
            ExprKind::Group(Box::new(self.expr_part(&mut parts(pair), span)))
        } else if rule == Rule::if_expr {
            self.if_expr(pair)
        } else if rule == Rule::match_expr {
            self.match_expr(pair)
        } else if let Some(word) = take(&mut parts(pair), Rule::word) {
            ExprKind::EachRef(self.word(word))
        } else {
            ExprKind::Error
        };
        self.make(span, kind)
    }

    fn list(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let mut elements = Vec::new();
        let mut comprehension = None;
        for part in parts(pair) {
            let span = self.span(&part);
            if part.as_rule() == Rule::comprehension {
                comprehension = Some(Box::new(self.comprehension(part)));
                continue;
            }
            let mut all = parts(part);
            elements.push(match take(&mut all, Rule::spread) {
                Some(pair) => Element::Spread(self.expr_part(&mut parts(pair), span), span),
                None => Element::Expr(self.expr_part(&mut all, span)),
            });
        }
        ExprKind::List {
            elements,
            comprehension,
        }
    }

    fn comprehension(&mut self, pair: Pair<'_, Rule>) -> Comprehension {
        let span = self.span(&pair);
        let mut all = parts(pair);
        Comprehension {
            name: self.name(&mut all, span),
            list: self.expr_part(&mut all, span),
            condition: take(&mut all, Rule::expr).map(|it| self.expr(it)),
        }
    }

    fn record(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let mut entries = Vec::new();
        for part in parts(pair) {
            let span = self.span(&part);
            let mut all = parts(part);
            if let Some(pair) = take(&mut all, Rule::spread) {
                let value = self.expr_part(&mut parts(pair), span);
                entries.push(Entry::Spread(value, span));
            } else if let Some(pair) = take(&mut all, Rule::field) {
                entries.push(Entry::Field(self.field(pair)));
            }
        }
        ExprKind::Record(entries)
    }

    fn if_expr(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let span = self.span(&pair);
        let mut all = parts(pair);
        ExprKind::If {
            condition: Box::new(self.expr_part(&mut all, span)),
            then: Box::new(self.expr_part(&mut all, span)),
            otherwise: Box::new(self.expr_part(&mut all, span)),
        }
    }

    fn match_expr(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let subject = Box::new(self.expr_part(&mut all, span));
        let mut arms = Vec::new();
        for arm in all {
            let mut sides = parts(arm);
            arms.push(MatchArm {
                pattern: self.expr_part(&mut sides, span),
                value: self.expr_part(&mut sides, span),
            });
        }
        ExprKind::Match { subject, arms }
    }

    pub(crate) fn args(&mut self, pair: Pair<'_, Rule>) -> Vec<Arg> {
        parts(pair).map(|it| self.arg(it)).collect()
    }

    fn arg(&mut self, pair: Pair<'_, Rule>) -> Arg {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let mut arg = Arg {
            span,
            label: None,
            value: Expr {
                id: crate::syntax::ast::NodeId(0),
                span,
                kind: ExprKind::Error,
            },
            shorthand: false,
            spread: false,
        };
        if let Some(pair) = take(&mut all, Rule::spread) {
            arg.spread = true;
            arg.value = self.expr_part(&mut parts(pair), span);
        } else if let Some(pair) = take(&mut all, Rule::named_arg) {
            let mut all = parts(pair);
            arg.label = take(&mut all, Rule::label).map(|it| self.word(it));
            let value = take(&mut all, Rule::expr).map(|it| self.expr(it));
            arg.shorthand = value.is_none();
            arg.value = match (value, &arg.label) {
                (Some(value), _) => value,
                (None, Some(label)) => self.shorthand(&label.clone()),
                (None, None) => self.hole(span),
            };
        } else {
            arg.value = self.expr_part(&mut all, span);
        }
        arg
    }
}
