//! The partial evaluator: expressions of the tree to expressions of the plan. Whatever needs nothing that is known later becomes a constant.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::eval::EvalError;
use crate::lower::{Lowerer, Scope, amend, budget, errors, fold, literal, shape};
use crate::plan::{Expr, ExprKind, Ref};
use crate::syntax::ast;
use crate::types::{self, DefaultId, RecordType, Type};
use crate::value::{BinaryOp, UnaryOp, Value};

impl<'a> Lowerer<'a> {
    /// The value of an expression, as far as it is known.
    pub(crate) fn expr(&mut self, expr: &'a ast::Expr, scope: &Scope<'a>) -> Expr {
        if !self.spend(1, expr.span) {
            return Expr::error(expr.span);
        }
        if self.depth >= budget::DEPTH {
            let at = self.calls.first().copied().unwrap_or(expr.span);
            self.sink.push(errors::too_deep(at));
            return Expr::error(expr.span);
        }
        self.depth += 1;
        let mut lowered = self.expr_kind(expr, scope);
        self.depth -= 1;
        lowered.span = expr.span;
        lowered
    }

    /// The type that the checker found for an expression.
    pub(crate) fn type_of(&self, expr: &ast::Expr, scope: &Scope<'a>) -> &'a Type {
        self.checked.tables(scope.item).type_of(expr.id)
    }

    /// Takes steps from the budget; `false` where it is used up.
    pub(crate) fn spend(&mut self, amount: u64, span: Span) -> bool {
        // Where in a function the steps end says little; the call of it is to be edited.
        let span = self.calls.first().copied().unwrap_or(span);
        self.budget.spend(amount, span, self.sink)
    }

    /// Charges the size of a value that is built, so that what doubles again and again ends soon.
    pub(crate) fn charged(&mut self, expr: Expr) -> Expr {
        let size = fold::size(&expr, self.budget.left());
        if size.depth > budget::NESTING {
            self.sink.push(errors::too_nested(expr.span));
            return Expr::error(expr.span);
        }
        if self.spend(size.elements, expr.span) {
            expr
        } else {
            Expr::error(expr.span)
        }
    }

    fn expr_kind(&mut self, expr: &'a ast::Expr, scope: &Scope<'a>) -> Expr {
        use ast::ExprKind as Tree;
        let span = expr.span;
        match &expr.kind {
            Tree::Bool(truth) => Expr::constant(span, Value::Bool(*truth)),
            Tree::None => Expr::constant(span, Value::None),
            Tree::Quantity(text) => {
                let value = literal::value(text, self.type_of(expr, scope));
                Expr::constant(span, value)
            }
            Tree::Str { parts, .. } => self.text(span, parts, scope),
            Tree::List {
                elements,
                comprehension,
            } => self.list(span, elements, comprehension.as_deref(), scope),
            Tree::Record(entries) => self.record(expr, entries, scope),
            Tree::Group(inner) => self.expr(inner, scope),
            Tree::Name(name) => self.name(expr, name, scope),
            Tree::EachRef(word) => Expr::reference(span, crate::plan::Ref::Each(word.name.clone())),
            Tree::Field(of, word) => self.field(expr, of, word, scope),
            Tree::Index(of, index) => self.index(expr, of, index, scope),
            Tree::Call(callee, args) => self.call(expr, callee, args, scope),
            Tree::Cast(inner, _) => self.cast(expr, inner, scope),
            Tree::Unary(op, inner) => {
                // The least number has no counterpart without its sign.
                if let (UnaryOp::Neg, Tree::Quantity(text)) = (op, &inner.kind) {
                    let value = literal::value(&format!("-{text}"), self.type_of(expr, scope));
                    return Expr::constant(span, value);
                }
                let inner = self.expr(inner, scope);
                self.folded(fold::unary(span, *op, inner))
            }
            Tree::Binary(left, op, at, right) => self.binary(span, (left, *op, *at, right), scope),
            Tree::Each(list) => {
                let list = self.expr(list, scope);
                Expr {
                    span,
                    kind: ExprKind::Each(list.into()),
                }
            }
            Tree::RangeTo(end) => {
                let start = Expr::constant(span, Value::None);
                let end = self.expr(end, scope);
                self.folded(fold::binary(span, BinaryOp::Range, start, end))
            }
            Tree::If {
                condition,
                then,
                otherwise,
            } => self.choice(span, (condition, then, otherwise), scope),
            Tree::Match { subject, arms } => self.match_(span, subject, arms, scope),
            Tree::Error => Expr::error(span),
        }
    }

    /// What an index found, or the report that it found nothing.
    fn found(&mut self, found: Option<Expr>, span: Span, error: EvalError) -> Expr {
        self.folded(found.ok_or(fold::Failure { span, error }))
    }

    /// A folded expression, or the report why it has no value.
    pub(crate) fn folded(&mut self, result: Result<Expr, fold::Failure>) -> Expr {
        match result {
            Ok(expr) => self.charged(expr),
            Err(failure) => {
                if failure.error != EvalError::Reported {
                    let call = self.calls.first().copied();
                    let found = errors::no_answer(failure.span, &failure.error, call);
                    self.sink.push(found);
                }
                Expr::error(failure.span)
            }
        }
    }

    /// `x as GitSha`: checked here where `x` is known.
    fn cast(&mut self, expr: &'a ast::Expr, inner: &'a ast::Expr, scope: &Scope<'a>) -> Expr {
        let value = self.expr(inner, scope);
        let ty = self.type_of(expr, scope);
        let misfit = value.value().and_then(|it| types::misfit(it, ty));
        if let Some((_, reason)) = misfit {
            self.sink.push(errors::cast(expr.span, &reason));
            return Expr::error(expr.span);
        }
        value
    }

    /// A string: constant holes become text.
    pub(crate) fn text(
        &mut self,
        span: Span,
        parts: &'a [ast::StrPart],
        scope: &Scope<'a>,
    ) -> Expr {
        let mut found = fold::Text::default();
        for part in parts {
            match part {
                ast::StrPart::Text(text, _) => found.push_text(text),
                ast::StrPart::Hole(hole, brackets) => {
                    let is_text = matches!(self.type_of(hole, scope), Type::String(_));
                    let mut value = self.expr(hole, scope);
                    // A reference that is written in the hole is replaced together with its brackets.
                    if matches!(value.kind, ExprKind::Ref(_)) && value.span == hole.span {
                        value.span = *brackets;
                    }
                    if parts.len() == 1 && is_text {
                        return value;
                    }
                    if let Err(failure) = found.push(value) {
                        return self.folded(Err(failure));
                    }
                }
            }
            if found.bytes() > budget::TEXT_BYTES {
                self.sink
                    .push(errors::text_too_large(span, budget::TEXT_BYTES));
                return Expr::error(span);
            }
        }
        self.charged(found.finish(span))
    }

    fn list(
        &mut self,
        span: Span,
        elements: &'a [ast::Element],
        comprehension: Option<&'a ast::Comprehension>,
        scope: &Scope<'a>,
    ) -> Expr {
        let mut found = Vec::new();
        let Some(comprehension) = comprehension else {
            self.elements(elements, scope, &mut found);
            self.places.note_list(span, &found);
            return self.charged(fold::list(span, found));
        };
        let list = self.expr(&comprehension.list, scope);
        for value in self.known_elements(&list, "the list that `for` goes through") {
            let inner = scope.with(comprehension.name.id, value);
            if self.chosen(comprehension.condition.as_ref(), &inner) {
                self.elements(elements, &inner, &mut found);
            }
            if self.budget.left() == 0 {
                return Expr::error(span);
            }
        }
        self.places.note_list(span, &found);
        self.charged(fold::list(span, found))
    }

    /// Whether the condition of a comprehension holds.
    fn chosen(&mut self, condition: Option<&'a ast::Expr>, scope: &Scope<'a>) -> bool {
        let Some(condition) = condition else {
            return true;
        };
        let value = self.expr(condition, scope);
        self.known(&value, "the condition of `for`")
            .and_then(|it| it.as_bool())
            .unwrap_or(false)
    }

    fn elements(&mut self, elements: &'a [ast::Element], scope: &Scope<'a>, found: &mut Vec<Expr>) {
        for element in elements {
            match element {
                ast::Element::Expr(expr) => found.push(self.expr(expr, scope)),
                ast::Element::Spread(expr, _) => {
                    // Elements that a function computed are pointed at where it is called.
                    let mut list = self.expr(expr, scope);
                    list.span = expr.span;
                    // `["-v", ..flags]`: a list known when running stands as one element, which targets splice.
                    if let ExprKind::Ref(
                        Ref::Param(_) | Ref::NodeResult(..) | Ref::StepResult(..),
                    ) = &list.kind
                    {
                        found.push(list);
                        continue;
                    }
                    let mut all = self.known_elements(&list, "a list that is spread");
                    if self.spend(all.len() as u64, expr.span) {
                        found.append(&mut all);
                    }
                }
            }
        }
    }

    /// The elements of a list whose length must be known.
    fn known_elements(&mut self, list: &Expr, what: &str) -> Vec<Expr> {
        if let Some(elements) = fold::elements(list) {
            return elements;
        }
        if !matches!(list.kind, ExprKind::Error) {
            self.sink.push(errors::must_be_known(list.span, what));
        }
        Vec::new()
    }

    /// A value that must be known.
    pub(crate) fn known(&mut self, expr: &Expr, what: &str) -> Option<Value> {
        if let Some(value) = expr.value() {
            return Some(value.clone());
        }
        if !matches!(expr.kind, ExprKind::Error) {
            self.sink.push(errors::must_be_known(expr.span, what));
        }
        None
    }

    fn record(
        &mut self,
        expr: &'a ast::Expr,
        entries: &'a [ast::Entry],
        scope: &Scope<'a>,
    ) -> Expr {
        let mut fields = IndexMap::new();
        for entry in entries {
            match entry {
                ast::Entry::Field(field) => {
                    let value = self.expr(&field.value, scope);
                    if let Some(key) = self.key(field, scope) {
                        fields.insert(key, value);
                    }
                }
                ast::Entry::Spread(from, _) => {
                    let record = self.expr(from, scope);
                    match amend::record(&record) {
                        Some(more) => fields.extend(more),
                        None => {
                            self.known(&record, "a record that is spread");
                        }
                    }
                }
            }
        }
        if let Type::Record(record) = self.type_of(expr, scope).without_none() {
            self.fill(&mut fields, record);
        }
        self.places.note_fields(expr.span, &fields);
        let record = self.charged(fold::record(expr.span, fields));
        let ty = self.type_of(expr, scope).without_none();
        if matches!(ty, Type::List(_)) {
            shape::as_list(record, ty)
        } else {
            record
        }
    }

    /// A record with the defaults of its type where it has no fields of its own.
    pub(crate) fn filled(&mut self, value: Expr, ty: &'a Type) -> Expr {
        let (Type::Record(record), Some(mut fields)) = (ty.without_none(), amend::record(&value))
        else {
            return value;
        };
        self.fill(&mut fields, record);
        fold::record(value.span, fields)
    }

    /// Fills absent fields with the defaults of their type, which may use the fields before them.
    fn fill(&mut self, fields: &mut IndexMap<Name, Expr>, record: &'a RecordType) {
        for (name, field) in &record.fields {
            if let (Some(default), false) = (field.default, fields.contains_key(name)) {
                let value = self.default(default, fields.clone());
                fields.insert(name.clone(), value);
            }
        }
    }

    /// The default of a field or parameter; `known` are those before it.
    pub(crate) fn default(&mut self, id: DefaultId, known: IndexMap<Name, Expr>) -> Expr {
        let nowhere = Span::new(crate::base::FileId(0), 0, 0);
        let Some((item, expr)) = self.checked.default_of(id) else {
            return Expr::constant(nowhere, Value::None);
        };
        self.expr(expr, &Scope::with_siblings(*item, known))
    }

    fn binary(
        &mut self,
        span: Span,
        (left, op, _, right): (&'a ast::Expr, BinaryOp, Span, &'a ast::Expr),
        scope: &Scope<'a>,
    ) -> Expr {
        let a = self.expr(left, scope);
        if let Some(settled) = fold::short_cut(op, &a) {
            return match settled {
                fold::ShortCut::Left => a,
                fold::ShortCut::Right => self.expr(right, scope),
            };
        }
        let b = self.expr(right, scope);
        let has_cel = |it: &Expr| it.conjuncts().iter().any(|it| it.is_cel());
        if op == BinaryOp::And && (has_cel(&a) || has_cel(&b)) {
            let kind = ExprKind::Binary(op, (a, b).into());
            return Expr { span, kind };
        }
        let (a, b) = fold::erase_things(op, a, b);
        self.folded(fold::binary(span, op, a, b))
    }

    fn choice(
        &mut self,
        span: Span,
        (condition, then, otherwise): (&'a ast::Expr, &'a ast::Expr, &'a ast::Expr),
        scope: &Scope<'a>,
    ) -> Expr {
        let condition = self.expr(condition, scope);
        match condition.value().and_then(Value::as_bool) {
            Some(true) => self.expr(then, scope),
            Some(false) => self.expr(otherwise, scope),
            None => {
                let then = self.expr(then, scope);
                let otherwise = self.expr(otherwise, scope);
                fold::choice(span, condition, then, otherwise)
            }
        }
    }

    /// `match`: the first arm that is equal; a chain of conditions where the subject is known later.
    fn match_(
        &mut self,
        span: Span,
        subject: &'a ast::Expr,
        arms: &'a [ast::MatchArm],
        scope: &Scope<'a>,
    ) -> Expr {
        let subject = self.expr(subject, scope);
        let mut open = Vec::new();
        for (index, arm) in arms.iter().enumerate() {
            let is_rest =
                matches!(&arm.pattern.peeled().kind, ast::ExprKind::Name(name) if name == "_");
            let is_last = index + 1 == arms.len();
            let condition = if is_rest {
                Expr::constant(span, Value::Bool(true))
            } else {
                let pattern = self.expr(&arm.pattern, scope);
                let (a, b) = fold::erase_things(BinaryOp::Eq, subject.clone(), pattern);
                self.folded(fold::binary(arm.pattern.span, BinaryOp::Eq, a, b))
            };
            match condition.value().and_then(Value::as_bool) {
                Some(false) => {}
                Some(true) => {
                    let value = self.expr(&arm.value, scope);
                    return fold::chain(span, open, value);
                }
                // The arms are exhaustive, so the last one needs no condition.
                None if is_last => {
                    let value = self.expr(&arm.value, scope);
                    return fold::chain(span, open, value);
                }
                None => open.push((condition, self.expr(&arm.value, scope))),
            }
        }
        match open.pop() {
            Some((_, value)) => fold::chain(span, open, value),
            None => Expr::error(span),
        }
    }

    fn index(
        &mut self,
        expr: &'a ast::Expr,
        of: &'a ast::Expr,
        index: &'a ast::Expr,
        scope: &Scope<'a>,
    ) -> Expr {
        if let Some(found) = self.group_value(expr, scope) {
            return found;
        }
        let base = self.expr(of, scope);
        let at = self.expr(index, scope);
        if let Some(of) = base.thing()
            && let Some(key) = at.text()
        {
            let of = of.clone();
            return self.thing_field(expr.span, &of, &Name::new(key), scope);
        }
        if let (Some(length), Some(Value::Int(index))) = (fold::length(&base), at.value()) {
            let found = usize::try_from(*index).ok();
            let found = found.and_then(|it| fold::element(&base, it));
            let index = *index;
            let error = EvalError::OutOfRange { index, length };
            return self.found(found, at.span, error);
        }
        if let (Some(fields), Some(key)) = (amend::record(&base), at.text()) {
            let optional = matches!(
                self.type_of(expr, scope),
                Type::Optional(_) | Type::Json | Type::None
            );
            let none = || optional.then(|| Expr::constant(expr.span, Value::None));
            let error = EvalError::NoKey(Name::new(key));
            return self.found(fields.get(key).cloned().or_else(none), at.span, error);
        }
        fold::index(expr.span, base, at)
    }
}
