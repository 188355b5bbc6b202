//! Where the parts of computed values stand, so that a rule can point at one step of a canary and not at the whole of it.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::plan::{Expr, ExprKind};
use crate::value::Value;

/// The parts of lists, records and constructors, by the place of the whole.
#[derive(Debug, Default)]
pub(crate) struct Places {
    lists: IndexMap<Span, Vec<Span>>,
    fields: IndexMap<Span, IndexMap<Name, Span>>,
}

impl Places {
    pub(crate) fn note_list(&mut self, span: Span, elements: &[Expr]) {
        let places = elements.iter().map(|it| it.span);
        self.lists.insert(span, places.collect());
    }

    pub(crate) fn note_fields(&mut self, span: Span, fields: &IndexMap<Name, Expr>) {
        let places = fields.iter().map(|(key, it)| (key.clone(), it.span));
        self.fields.insert(span, places.collect());
    }

    /// The same expression with its known parts apart, each at its own place where that is known.
    pub(crate) fn unfold(&self, expr: &Expr) -> Expr {
        let span = expr.span;
        let kind = match &expr.kind {
            ExprKind::Const(Value::List(all)) => {
                let noted = self.lists.get(&span).filter(|it| it.len() == all.len());
                let places = (0..all.len()).map(|at| noted.and_then(|it| it.get(at)));
                let parts = all.iter().zip(places);
                let parts = parts.map(|(it, place)| self.part(it, place, span));
                ExprKind::List(parts.collect::<Vec<_>>().into())
            }
            ExprKind::Const(Value::Record(fields)) => {
                ExprKind::Record(self.fields(fields, span).into())
            }
            ExprKind::Const(Value::Make(make)) => {
                ExprKind::Make(make.name.clone(), self.fields(&make.args, span).into())
            }
            ExprKind::List(all) => {
                let parts: Vec<Expr> = all.iter().map(|it| self.unfold(it)).collect();
                ExprKind::List(parts.into())
            }
            ExprKind::Record(fields) => ExprKind::Record(self.open(fields).into()),
            ExprKind::Make(name, args) => ExprKind::Make(name.clone(), self.open(args).into()),
            ExprKind::Const(_)
            | ExprKind::Ref(_)
            | ExprKind::Text(_)
            | ExprKind::Field(..)
            | ExprKind::Index(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Call(..)
            | ExprKind::If(_)
            | ExprKind::Each(_)
            | ExprKind::Error => expr.kind.clone(),
        };
        Expr { span, kind }
    }

    fn fields(&self, fields: &IndexMap<Name, Value>, span: Span) -> IndexMap<Name, Expr> {
        let noted = self.fields.get(&span);
        let part = |(key, it): (&Name, &Value)| {
            let place = noted.and_then(|it| it.get(key));
            (key.clone(), self.part(it, place, span))
        };
        fields.iter().map(part).collect()
    }

    fn open(&self, fields: &IndexMap<Name, Expr>) -> IndexMap<Name, Expr> {
        let fields = fields.iter();
        fields
            .map(|(key, it)| (key.clone(), self.unfold(it)))
            .collect()
    }

    fn part(&self, value: &Value, place: Option<&Span>, whole: Span) -> Expr {
        let span = place.copied().unwrap_or(whole);
        self.unfold(&Expr::constant(span, value.clone()))
    }
}
