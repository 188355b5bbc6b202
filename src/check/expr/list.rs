//! Lists, comprehensions, `each` and ranges.

use crate::check::expr::{Typed, place};
use crate::check::{Body, Stage, errors};
use crate::syntax::ast::{Comprehension, Element, Expr, ExprKind};
use crate::types::{Type, join};

impl Body<'_, '_> {
    pub(crate) fn list_literal(
        &mut self,
        expr: &Expr,
        elements: &[Element],
        comprehension: Option<&Comprehension>,
        want: Option<&Type>,
    ) -> Typed {
        let open = want.filter(|it| place::is_open(it));
        let element = match want.and_then(place::element).or(open) {
            Some(element) => Some(element.clone()),
            None if want.is_none() => None,
            None => {
                let (found, stage) = self.elements(elements, comprehension, None);
                let ty = self.fit(expr, found.list(), want);
                return (ty, stage);
            }
        };
        let (found, stage) = self.elements(elements, comprehension, element.as_ref());
        let ty = match (element, want) {
            (Some(element), Some(_)) if open.is_none() => element.list(),
            _ => found.list(),
        };
        (ty, stage)
    }

    /// What the elements have in common.
    fn elements(
        &mut self,
        elements: &[Element],
        comprehension: Option<&Comprehension>,
        want: Option<&Type>,
    ) -> Typed {
        let mut stage = Stage::Compile;
        if let Some(it) = comprehension {
            self.push_scope();
            stage = self.comprehension(it);
        }
        let mut common = Type::Error;
        for element in elements {
            let (ty, known) = match element {
                Element::Expr(expr) => self.typed(expr, want),
                Element::Spread(expr, _) => self.spread_element(expr, want),
            };
            common = join(&common, &ty);
            stage = stage.max(known);
        }
        if comprehension.is_some() {
            self.pop_scope();
        }
        (common, stage)
    }

    /// `..more` of a list: what it is a list of.
    fn spread_element(&mut self, expr: &Expr, want: Option<&Type>) -> Typed {
        let is_literal = matches!(expr.peeled().kind, ExprKind::List { .. });
        let list = want.filter(|_| is_literal).map(|it| it.clone().list());
        let (ty, stage) = self.typed(expr, list.as_ref());
        match ty {
            Type::List(of) => (self.fit(expr, *of, want), stage),
            Type::Error | Type::Json => (ty, stage),
            other => {
                self.report(errors::no_list(expr.span, "`..`", &other));
                (Type::Error, stage)
            }
        }
    }

    /// `for name in list if condition`: binds the name.
    fn comprehension(&mut self, it: &Comprehension) -> Stage {
        let (ty, stage) = self.typed(&it.list, None);
        let of = match ty {
            Type::List(of) => *of,
            Type::Range(of) if matches!(*of, Type::Int { .. }) => *of,
            Type::Error | Type::Json => ty,
            other => {
                self.report(errors::no_list(it.list.span, "`for`", &other));
                Type::Error
            }
        };
        self.bind(&it.name, of, stage);
        let Some(condition) = &it.condition else {
            return stage;
        };
        self.check(condition, &Type::Bool);
        stage.max(self.stage_of(condition.id))
    }

    /// `each list`, as an argument of a node.
    pub(crate) fn each_list(&mut self, expr: &Expr, list: &Expr, want: Option<&Type>) -> Typed {
        if !self.each {
            self.report(errors::each_refused(expr.span));
            self.infer(list);
            return (Type::Error, Stage::Compile);
        }
        let before = std::mem::replace(&mut self.each, false);
        let expected = want.map(|it| it.clone().list());
        let (ty, stage) = self.typed(list, expected.as_ref());
        self.each = before;
        let ty = match ty {
            Type::List(of) => *of,
            Type::Error | Type::Json => ty,
            other => {
                self.report(errors::no_list(list.span, "`each`", &other));
                Type::Error
            }
        };
        (ty, stage)
    }

    /// `a..=b`, `..=b`
    pub(crate) fn range(
        &mut self,
        expr: &Expr,
        start: Option<&Expr>,
        end: &Expr,
        want: Option<&Type>,
    ) -> Typed {
        let ends: Vec<&Expr> = start.into_iter().chain([end]).collect();
        let mut stage = Stage::Compile;
        if let Some(of) = want.and_then(place::range) {
            let of = of.clone();
            for it in ends {
                self.check(it, &of);
                stage = stage.max(self.stage_of(it.id));
            }
            return (Type::Range(Box::new(of)), stage);
        }
        let mut common = Type::Error;
        for it in ends {
            let hint = (!common.is_error()).then(|| place::unbounded(&common));
            let (ty, known) = self.typed(it, hint.as_ref());
            common = join(&common, &ty);
            stage = stage.max(known);
        }
        if !place::has_order(&common) {
            self.report(errors::no_range(expr.span, &common));
            return (Type::Error, stage);
        }
        let found = Type::Range(Box::new(place::unbounded(&common)));
        (self.fit(expr, found, want), stage)
    }
}
