//! From an expression of the plan to its compact form.

use std::sync::Arc;

use crate::base::{Name, Span};
use crate::eval::EvalError;
use crate::eval::form::{
    Answer, Arithmetic, BoolExpr, Compare, Failure, Family, Fault, Find, FloatExpr, Form, Input,
    IntExpr, Kind, MAX_INPUTS, Slot, TextExpr,
};
use crate::plan::{Expr, ExprKind, Ref};
use crate::value::{BinaryOp, UnaryOp, Value};

/// Expressions within expressions; deeper ones are left to the interpreter.
const MAX_DEPTH: usize = 200;

/// Elements of a list that `in` compares one by one.
const MAX_ELEMENTS: usize = 32;

/// The compact form of an expression; `None` where it does something that forms do not have. Only parameters are read: an
/// expression that reaches for a secret, an event or a result has no form.
pub(crate) fn form(expr: &Expr, inputs: &[Input]) -> Option<Form> {
    if inputs.len() > MAX_INPUTS {
        return None;
    }
    let mut builder = Builder {
        inputs,
        failures: Vec::new(),
        absences: Vec::new(),
        needed: 0,
        nodes: 0,
        depth: 0,
    };
    for input in inputs {
        let error = EvalError::Missing(input.name.clone());
        let fault = builder.fault(expr.span, error);
        builder.absences.push(fault);
    }
    let (kind, answer) = builder.expr(expr)?;
    let width = |text: bool| {
        let mut all = inputs.iter();
        let last = all.rposition(|it| (it.kind == Kind::Text) == text);
        last.map_or(0, |it| it + 1)
    };
    Some(Form {
        inputs: inputs.to_vec(),
        answer,
        kind,
        failures: builder.failures,
        needed: builder.needed,
        absences: builder.absences,
        width: (width(false), width(true)),
        nodes: builder.nodes,
    })
}

struct Builder<'a> {
    inputs: &'a [Input],
    failures: Vec<Failure>,
    absences: Vec<Fault>,
    needed: u64,
    nodes: u64,
    depth: usize,
}

type Built = Option<(Kind, Answer)>;

impl Builder<'_> {
    fn fault(&mut self, span: Span, error: EvalError) -> Fault {
        let number = u32::try_from(self.failures.len()).unwrap_or(u32::MAX);
        self.failures.push(Failure { span, error });
        Fault(number)
    }

    fn expr(&mut self, expr: &Expr) -> Built {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        self.nodes += 1;
        let built = self.node(expr);
        self.depth -= 1;
        built
    }

    fn node(&mut self, expr: &Expr) -> Built {
        match &expr.kind {
            ExprKind::Const(value) => constant(value),
            ExprKind::Ref(Ref::Param(name)) => self.input(name, expr.span),
            ExprKind::Unary(op, inner) => self.unary(expr.span, *op, inner),
            ExprKind::Binary(op, two) => self.binary(expr.span, *op, &two.0, &two.1),
            ExprKind::Call(name, args) => self.call(expr.span, name, args),
            ExprKind::If(three) => self.choice(&three.0, &three.1, &three.2),
            ExprKind::Ref(_)
            | ExprKind::Text(_)
            | ExprKind::List(_)
            | ExprKind::Record(_)
            | ExprKind::Make(..)
            | ExprKind::Field(..)
            | ExprKind::Index(_)
            | ExprKind::Each(_)
            | ExprKind::Error => None,
        }
    }

    fn slot(&self, name: &Name) -> Option<(Slot, &Input)> {
        let mut all = self.inputs.iter().enumerate();
        all.find(|(_, it)| it.name == *name)
    }

    /// An input that may be missing, and its number.
    fn optional(&self, expr: &Expr) -> Option<(Slot, Kind)> {
        if let ExprKind::Ref(Ref::Param(name)) = &expr.kind {
            let (slot, input) = self.slot(name)?;
            return input.optional.then_some((slot, input.kind));
        }
        None
    }

    fn input(&mut self, name: &Name, span: Span) -> Built {
        let (slot, input) = self.slot(name)?;
        if input.optional {
            return None;
        }
        let kind = input.kind;
        if self.needed >> slot & 1 == 0 {
            self.needed |= 1 << slot;
            let fault = *self.absences.get(slot)?;
            self.failures.get_mut(fault.0 as usize)?.span = span;
        }
        Some((kind, read(slot, kind)))
    }

    fn bool(&mut self, expr: &Expr) -> Option<BoolExpr> {
        match self.expr(expr)? {
            (_, Answer::Bool(it)) => Some(it),
            _ => None,
        }
    }

    fn text(&mut self, expr: &Expr) -> Option<TextExpr> {
        match self.expr(expr)? {
            (_, Answer::Text(it)) => Some(it),
            _ => None,
        }
    }

    fn int(&mut self, expr: &Expr) -> Option<IntExpr> {
        match self.expr(expr)? {
            (Kind::Int, Answer::Int(it)) => Some(it),
            _ => None,
        }
    }

    fn unary(&mut self, span: Span, op: UnaryOp, inner: &Expr) -> Built {
        let (kind, inner) = self.expr(inner)?;
        match (op, inner) {
            (UnaryOp::Not, Answer::Bool(it)) => bool_answer(BoolExpr::Not(it.into())),
            (UnaryOp::Neg, Answer::Int(it)) => {
                let fault = self.fault(span, EvalError::Overflow("-"));
                Some((kind, Answer::Int(IntExpr::Neg(it.into(), fault))))
            }
            (UnaryOp::Neg, Answer::Float(it)) => {
                Some((kind, Answer::Float(FloatExpr::Neg(it.into()))))
            }
            _ => None,
        }
    }

    fn binary(&mut self, span: Span, op: BinaryOp, left: &Expr, right: &Expr) -> Built {
        match op {
            BinaryOp::And => {
                let two = (self.bool(left)?, self.bool(right)?);
                bool_answer(BoolExpr::And(two.into()))
            }
            BinaryOp::Or => {
                let two = (self.bool(left)?, self.bool(right)?);
                bool_answer(BoolExpr::Or(two.into()))
            }
            BinaryOp::Coalesce => self.coalesce(left, right),
            BinaryOp::Eq => bool_answer(self.equal(left, right)?),
            BinaryOp::Ne => bool_answer(match self.equal(left, right)? {
                BoolExpr::Ints(Compare::Eq, two) => BoolExpr::Ints(Compare::Ne, two),
                BoolExpr::Floats(Compare::Eq, two) => BoolExpr::Floats(Compare::Ne, two),
                BoolExpr::Texts(Compare::Eq, two) => BoolExpr::Texts(Compare::Ne, two),
                BoolExpr::Not(other) => *other,
                other => BoolExpr::Not(other.into()),
            }),
            BinaryOp::Lt => self.ordered(Compare::Lt, left, right),
            BinaryOp::Le => self.ordered(Compare::Le, left, right),
            BinaryOp::Gt => self.ordered(Compare::Gt, left, right),
            BinaryOp::Ge => self.ordered(Compare::Ge, left, right),
            BinaryOp::In => self.within(left, right),
            BinaryOp::Add => self.sum(span, Arithmetic::Add, left, right),
            BinaryOp::Sub => self.sum(span, Arithmetic::Sub, left, right),
            BinaryOp::Mul => self.product(span, left, right),
            BinaryOp::Div => self.quotient(span, left, right),
            BinaryOp::Range => None,
        }
    }

    fn coalesce(&mut self, left: &Expr, right: &Expr) -> Built {
        let Some((slot, kind)) = self.optional(left) else {
            // What is never `none` leaves its right side alone, but names of inputs there count as used.
            let left = self.expr(left)?;
            self.expr(right)?;
            return Some(left);
        };
        let (other, right) = self.expr(right)?;
        if other != kind {
            return None;
        }
        let answer = match right {
            Answer::Bool(it) => Answer::Bool(BoolExpr::Else(slot, it.into())),
            Answer::Int(it) => Answer::Int(IntExpr::Else(slot, it.into())),
            Answer::Float(it) => Answer::Float(FloatExpr::Else(slot, it.into())),
            Answer::Text(it) => Answer::Text(TextExpr::Else(slot, it.into())),
        };
        Some((kind, answer))
    }

    fn equal(&mut self, left: &Expr, right: &Expr) -> Option<BoolExpr> {
        let is_none = |it: &Expr| it.value().is_some_and(Value::is_none);
        match (self.optional(left), self.optional(right)) {
            (Some((slot, _)), None) if is_none(right) => {
                Some(BoolExpr::Not(BoolExpr::Present(slot).into()))
            }
            (None, Some((slot, _))) if is_none(left) => {
                Some(BoolExpr::Not(BoolExpr::Present(slot).into()))
            }
            (None, None) => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                same(left, right)
            }
            // The other side is computed even where this one is missing, since it may fail.
            (Some((slot, kind)), None) => {
                let right = self.expr(right)?;
                let same = same((kind, read(slot, kind)), right)?;
                Some(BoolExpr::And((same, BoolExpr::Present(slot)).into()))
            }
            (None, Some((slot, kind))) => {
                let left = self.expr(left)?;
                let same = same(left, (kind, read(slot, kind)))?;
                Some(BoolExpr::And((same, BoolExpr::Present(slot)).into()))
            }
            (Some(_), Some(_)) => None,
        }
    }

    fn ordered(&mut self, op: Compare, left: &Expr, right: &Expr) -> Built {
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        bool_answer(compared(op, left, right)?)
    }

    /// `x in [a, b]`, `x in a..=b`: of what is cheap to compute again.
    fn within(&mut self, left: &Expr, right: &Expr) -> Built {
        let is_cheap = matches!(left.kind, ExprKind::Ref(_) | ExprKind::Const(_));
        if !is_cheap {
            return None;
        }
        match right.value()? {
            Value::List(all) if all.len() <= MAX_ELEMENTS => {
                let mut any = BoolExpr::Const(false);
                for element in all.iter() {
                    let element = Expr::constant(right.span, element.clone());
                    let one = self.equal(left, &element)?;
                    any = BoolExpr::Or((any, one).into());
                }
                if all.is_empty() {
                    self.expr(left)?;
                }
                bool_answer(any)
            }
            Value::Range(ends) => {
                let left = self.expr(left)?;
                let mut all = BoolExpr::Const(true);
                for (op, end) in [(Compare::Ge, &ends.0), (Compare::Le, &ends.1)] {
                    if !end.is_none() {
                        let one = compared(op, left.clone(), constant(end)?)?;
                        all = BoolExpr::And((all, one).into());
                    }
                }
                bool_answer(all)
            }
            _ => None,
        }
    }

    fn sum(&mut self, span: Span, op: Arithmetic, left: &Expr, right: &Expr) -> Built {
        let symbol = match op {
            Arithmetic::Add => "+",
            Arithmetic::Sub => "-",
            Arithmetic::Mul => "*",
        };
        let ((kind, left), (other, right)) = (self.expr(left)?, self.expr(right)?);
        if kind != other {
            return None;
        }
        self.arithmetic(span, kind, (op, symbol), left, right)
    }

    fn product(&mut self, span: Span, left: &Expr, right: &Expr) -> Built {
        let ((kind, left), (other, right)) = (self.expr(left)?, self.expr(right)?);
        let kind = match (kind, other) {
            (Kind::Float, Kind::Float) => Kind::Float,
            (kind, Kind::Int) | (Kind::Int, kind) if kind.family() == Family::Int => kind,
            _ => return None,
        };
        self.arithmetic(span, kind, (Arithmetic::Mul, "*"), left, right)
    }

    fn arithmetic(
        &mut self,
        span: Span,
        kind: Kind,
        (op, symbol): (Arithmetic, &'static str),
        left: Answer,
        right: Answer,
    ) -> Built {
        match (left, right) {
            (Answer::Int(a), Answer::Int(b)) => {
                let fault = self.fault(span, EvalError::Overflow(symbol));
                let sum = IntExpr::Arithmetic(op, (a, b).into(), fault);
                Some((kind, Answer::Int(sum)))
            }
            (Answer::Float(a), Answer::Float(b)) => {
                let sum = FloatExpr::Arithmetic(op, (a, b).into());
                Some((kind, Answer::Float(sum)))
            }
            _ => None,
        }
    }

    fn quotient(&mut self, span: Span, left: &Expr, right: &Expr) -> Built {
        let ((kind, left), (other, right)) = (self.expr(left)?, self.expr(right)?);
        if let (Answer::Int(a), Answer::Int(b)) = (&left, &right)
            && kind == other
            && kind != Kind::Int
        {
            let two = (a.clone(), b.clone());
            let zero = self.fault(span, EvalError::DivisionByZero);
            return Some((
                Kind::Float,
                Answer::Float(FloatExpr::Ratio(two.into(), zero)),
            ));
        }
        let kind = match (kind, other) {
            (kind, Kind::Int) if kind.family() == Family::Int => kind,
            (Kind::Float, Kind::Float) => Kind::Float,
            _ => return None,
        };
        let zero = self.fault(span, EvalError::DivisionByZero);
        match (left, right) {
            (Answer::Int(a), Answer::Int(b)) => {
                let overflow = self.fault(span, EvalError::Overflow("/"));
                let part = IntExpr::Div((a, b).into(), zero, overflow);
                Some((kind, Answer::Int(part)))
            }
            (Answer::Float(a), Answer::Float(b)) => {
                let part = FloatExpr::Div((a, b).into(), zero);
                Some((kind, Answer::Float(part)))
            }
            _ => None,
        }
    }

    fn choice(&mut self, condition: &Expr, then: &Expr, otherwise: &Expr) -> Built {
        let condition = self.bool(condition)?;
        let ((kind, then), (other, otherwise)) = (self.expr(then)?, self.expr(otherwise)?);
        if kind != other {
            return None;
        }
        let answer = match (then, otherwise) {
            (Answer::Bool(a), Answer::Bool(b)) => {
                Answer::Bool(BoolExpr::If((condition, a, b).into()))
            }
            (Answer::Int(a), Answer::Int(b)) => Answer::Int(IntExpr::If((condition, a, b).into())),
            (Answer::Float(a), Answer::Float(b)) => {
                Answer::Float(FloatExpr::If((condition, a, b).into()))
            }
            (Answer::Text(a), Answer::Text(b)) => {
                Answer::Text(TextExpr::If((condition, a, b).into()))
            }
            _ => return None,
        };
        Some((kind, answer))
    }

    fn call(&mut self, span: Span, name: &Name, args: &[Expr]) -> Built {
        let find = |find: Find| Some(find);
        let find = match name.as_str() {
            "starts-with" => find(Find::Prefix),
            "ends-with" => find(Find::Suffix),
            "contains" => find(Find::Part),
            _ => None,
        };
        match (name.as_str(), args) {
            (_, [text, part]) if find.is_some() => {
                let two = (self.text(text)?, self.text(part)?);
                bool_answer(BoolExpr::Find(find?, two.into()))
            }
            ("matches", [text, pattern]) => {
                let pattern = regex::Regex::new(pattern.text()?).ok()?;
                let text = self.text(text)?;
                bool_answer(BoolExpr::Matches(text.into(), Arc::new(pattern)))
            }
            ("length", [text]) => {
                let text = self.text(text)?;
                Some((Kind::Int, Answer::Int(IntExpr::Length(text.into()))))
            }
            ("abs", [number]) => {
                let number = self.int(number)?;
                let fault = self.fault(span, EvalError::Overflow("abs"));
                Some((Kind::Int, Answer::Int(IntExpr::Abs(number.into(), fault))))
            }
            ("rem", [a, b]) => {
                let two = (self.int(a)?, self.int(b)?);
                let fault = self.fault(span, EvalError::DivisionByZero);
                Some((Kind::Int, Answer::Int(IntExpr::Rem(two.into(), fault))))
            }
            ("min" | "max", [a, b]) => {
                let ((kind, a), (other, b)) = (self.expr(a)?, self.expr(b)?);
                let (Answer::Int(a), Answer::Int(b)) = (a, b) else {
                    return None;
                };
                let make = if name == "min" {
                    IntExpr::Min
                } else {
                    IntExpr::Max
                };
                (kind == other).then(|| (kind, Answer::Int(make((a, b).into()))))
            }
            _ => None,
        }
    }
}

fn bool_answer(it: BoolExpr) -> Built {
    Some((Kind::Bool, Answer::Bool(it)))
}

fn read(slot: Slot, kind: Kind) -> Answer {
    match kind.family() {
        Family::Bool => Answer::Bool(BoolExpr::Input(slot)),
        Family::Int => Answer::Int(IntExpr::Input(slot)),
        Family::Float => Answer::Float(FloatExpr::Input(slot)),
        Family::Text => Answer::Text(TextExpr::Input(slot)),
    }
}

fn constant(value: &Value) -> Built {
    match value {
        Value::Bool(it) => bool_answer(BoolExpr::Const(*it)),
        Value::Int(it) => Some((Kind::Int, Answer::Int(IntExpr::Const(*it)))),
        Value::Float(it) => Some((Kind::Float, Answer::Float(FloatExpr::Const(*it)))),
        Value::Str(it) => Some((
            Kind::Text,
            Answer::Text(TextExpr::Const(it.as_str().into())),
        )),
        Value::Duration(it) => Some((Kind::Duration, Answer::Int(IntExpr::Const(*it)))),
        Value::Bytes(it) => Some((Kind::Bytes, Answer::Int(IntExpr::Const(*it)))),
        Value::Cpu(it) => Some((Kind::Cpu, Answer::Int(IntExpr::Const(*it)))),
        Value::Percent(it) => Some((Kind::Percent, Answer::Int(IntExpr::Const(*it)))),
        Value::None
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Make(_)
        | Value::Thing(_) => None,
    }
}

fn same((kind, left): (Kind, Answer), (other, right): (Kind, Answer)) -> Option<BoolExpr> {
    if kind != other {
        return None;
    }
    match (left, right) {
        (Answer::Bool(a), Answer::Bool(b)) => Some(BoolExpr::Same((a, b).into())),
        (left, right) => compared(Compare::Eq, (kind, left), (other, right)),
    }
}

/// Numbers and texts of one kind, compared.
fn compared(
    op: Compare,
    (kind, left): (Kind, Answer),
    (other, right): (Kind, Answer),
) -> Option<BoolExpr> {
    if kind != other {
        return None;
    }
    match (left, right) {
        (Answer::Int(a), Answer::Int(b)) => Some(BoolExpr::Ints(op, (a, b).into())),
        (Answer::Float(a), Answer::Float(b)) => Some(BoolExpr::Floats(op, (a, b).into())),
        (Answer::Text(a), Answer::Text(b)) => Some(BoolExpr::Texts(op, (a, b).into())),
        _ => None,
    }
}
