//! Making expressions of the plan: whatever has only constants within becomes a constant.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::eval::{self, EvalError};
use crate::plan::{Expr, ExprKind, Part, Ref};
use crate::types::Type;
use crate::value::{BinaryOp, Make, UnaryOp, Value};

/// Why an expression has no value.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) span: Span,
    pub(crate) error: EvalError,
}

/// What the left side alone settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShortCut {
    Left,
    Right,
}

/// A text under construction.
#[derive(Debug, Default)]
pub(crate) struct Text {
    parts: Vec<Part>,
    /// Constant text that is not in `parts` yet.
    last: String,
    bytes: usize,
    /// A piece was reported, so the whole is.
    failed: bool,
}

impl Text {
    pub(crate) fn push_text(&mut self, text: &str) {
        self.last.push_str(text);
        self.bytes += text.len();
    }

    pub(crate) fn push(&mut self, value: Expr) -> Result<(), Failure> {
        self.failed |= matches!(value.kind, ExprKind::Error);
        if let ExprKind::Const(value_known) = &value.kind {
            let text = eval::to_text(value_known).ok_or_else(|| Failure {
                span: value.span,
                error: EvalError::NoText(eval::error::describe(value_known)),
            })?;
            self.push_text(&text);
            return Ok(());
        }
        if let ExprKind::Text(parts) = &value.kind {
            for part in parts.iter() {
                match part {
                    Part::Text(text) => self.push_text(text),
                    Part::Hole(hole) => self.push_hole(hole.clone()),
                }
            }
            return Ok(());
        }
        self.push_hole(value);
        Ok(())
    }

    fn push_hole(&mut self, hole: Expr) {
        self.flush();
        self.bytes += 64;
        self.parts.push(Part::Hole(hole));
    }

    fn flush(&mut self) {
        if !self.last.is_empty() {
            let text = std::mem::take(&mut self.last);
            self.parts.push(Part::Text(text.into()));
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn finish(mut self, span: Span) -> Expr {
        if self.failed {
            return Expr::error(span);
        }
        if self.parts.is_empty() {
            return Expr::constant(span, Value::Str(self.last.into()));
        }
        self.flush();
        Expr {
            span,
            kind: ExprKind::Text(self.parts.into()),
        }
    }
}

pub(crate) fn list(span: Span, elements: Vec<Expr>) -> Expr {
    if has_error(elements.iter()) {
        return Expr::error(span);
    }
    let known: Option<Vec<Value>> = elements.iter().map(|it| it.value().cloned()).collect();
    let kind = match known {
        Some(values) => ExprKind::Const(Value::list(values)),
        None => ExprKind::List(elements.into()),
    };
    Expr { span, kind }
}

pub(crate) fn record(span: Span, fields: IndexMap<Name, Expr>) -> Expr {
    if has_error(fields.values()) {
        return Expr::error(span);
    }
    let kind = match known(&fields) {
        Some(values) => ExprKind::Const(Value::record(values)),
        None => ExprKind::Record(fields.into()),
    };
    Expr { span, kind }
}

/// A constructor with its arguments; those that are `none` are left out.
pub(crate) fn make(span: Span, name: &Name, mut args: IndexMap<Name, Expr>) -> Expr {
    if has_error(args.values()) {
        return Expr::error(span);
    }
    args.retain(|_, it| !crate::lower::amend::is_none(it));
    let kind = match known(&args) {
        Some(args) => {
            let name = name.clone();
            ExprKind::Const(Value::Make(Make { name, args }.into()))
        }
        None => ExprKind::Make(name.clone(), args.into()),
    };
    Expr { span, kind }
}

/// What was reported makes the whole reported, so that nothing is said of it again.
fn has_error<'e>(mut all: impl Iterator<Item = &'e Expr>) -> bool {
    all.any(|it| matches!(it.kind, ExprKind::Error))
}

fn known(fields: &IndexMap<Name, Expr>) -> Option<IndexMap<Name, Value>> {
    let fields = fields.iter();
    fields
        .map(|(key, it)| Some((key.clone(), it.value()?.clone())))
        .collect()
}

/// The elements of a list whose length is known.
pub(crate) fn elements(list: &Expr) -> Option<Vec<Expr>> {
    if let ExprKind::List(elements) = &list.kind {
        return Some(elements.to_vec());
    }
    let values = list.value()?.as_list()?.iter();
    Some(
        values
            .map(|it| Expr::constant(list.span, it.clone()))
            .collect(),
    )
}

/// How many elements a list has, where that is known.
pub(crate) fn length(list: &Expr) -> Option<usize> {
    if let ExprKind::List(elements) = &list.kind {
        return Some(elements.len());
    }
    list.value()?.as_list().map(<[Value]>::len)
}

pub(crate) fn element(list: &Expr, index: usize) -> Option<Expr> {
    if let ExprKind::List(elements) = &list.kind {
        return elements.get(index).cloned();
    }
    let value = list.value()?.as_list()?.get(index)?;
    Some(Expr::constant(list.span, value.clone()))
}

pub(crate) fn unary(span: Span, op: UnaryOp, inner: Expr) -> Result<Expr, Failure> {
    if let Some(value) = inner.value() {
        let result = eval::unary(op, value);
        return settled(span, result);
    }
    if matches!(inner.kind, ExprKind::Error) {
        return Ok(Expr::error(span));
    }
    if let (ExprKind::Unary(UnaryOp::Not, twice), UnaryOp::Not) = (&inner.kind, op) {
        return Ok((**twice).clone());
    }
    let kind = ExprKind::Unary(op, inner.into());
    Ok(Expr { span, kind })
}

/// What the left side of `&&`, `||` or `??` settles without the right one.
pub(crate) fn short_cut(op: BinaryOp, left: &Expr) -> Option<ShortCut> {
    let left = left.value()?;
    let takes_left = match op {
        BinaryOp::And => !left.as_bool()?,
        BinaryOp::Or => left.as_bool()?,
        BinaryOp::Coalesce => !left.is_none(),
        BinaryOp::Mul
        | BinaryOp::Div
        | BinaryOp::Add
        | BinaryOp::Sub
        | BinaryOp::Range
        | BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Lt
        | BinaryOp::Le
        | BinaryOp::Gt
        | BinaryOp::Ge
        | BinaryOp::In => return None,
    };
    Some(if takes_left {
        ShortCut::Left
    } else {
        ShortCut::Right
    })
}

/// An operator on two operands; one that is already reported makes the whole reported.
pub(crate) fn binary(span: Span, op: BinaryOp, left: Expr, right: Expr) -> Result<Expr, Failure> {
    if let (Some(a), Some(b)) = (left.value(), right.value())
        && !(op == BinaryOp::In && (is_open(a) || elements_of(b).iter().any(is_open)))
    {
        return settled(span, eval::binary(op, a, b));
    }
    if matches!(left.kind, ExprKind::Error) || matches!(right.kind, ExprKind::Error) {
        return Ok(Expr::error(span));
    }
    // `x && true` is `x`, and `x && false` is `false` where `x` has a value in any case.
    match (op, right.value().and_then(Value::as_bool)) {
        (BinaryOp::And, Some(true)) | (BinaryOp::Or, Some(false)) => return Ok(left),
        (BinaryOp::And, Some(false)) | (BinaryOp::Or, Some(true)) if !can_fail(&left) => {
            return Ok(right);
        }
        _ => {}
    }
    let kind = ExprKind::Binary(op, (left, right).into());
    Ok(Expr { span, kind })
}

fn elements_of(list: &Value) -> &[Value] {
    if let Value::List(items) = list {
        items
    } else {
        &[]
    }
}

/// A text that a target may still make another of: what is looked for in a list then is known to the target alone.
fn is_open(value: &Value) -> bool {
    value.as_str().is_some_and(|it| it.contains("$("))
}

/// Whether computing an expression may end without a value.
fn can_fail(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Ref(_) | ExprKind::Error => false,
        ExprKind::Call(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(UnaryOp::Neg, _)
        | ExprKind::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div, _) => {
            true
        }
        ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Make(..)
        | ExprKind::Field(..)
        | ExprKind::Unary(UnaryOp::Not, _)
        | ExprKind::Binary(..)
        | ExprKind::If(_)
        | ExprKind::Each(_) => parts_of(expr).into_iter().any(can_fail),
    }
}

/// `to == none`, where `to: Env?` is a parameter: things travel by their names, and `none` as `""`.
pub(crate) fn erase_things(op: BinaryOp, left: Expr, right: Expr) -> (Expr, Expr) {
    let compares = matches!(op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::In);
    if !compares || (left.value().is_some() && right.value().is_some()) {
        return (left, right);
    }
    (erased(left), erased(right))
}

/// A thing as the text by which it travels: its name, `""` for `none`.
pub(crate) fn erased(mut expr: Expr) -> Expr {
    if let ExprKind::Const(value) = &mut expr.kind {
        *value = erased_value(std::mem::replace(value, Value::None));
    }
    expr
}

fn erased_value(value: Value) -> Value {
    match value {
        Value::None => Value::str(""),
        Value::Thing(thing) => Value::Str(thing.name),
        Value::List(values) => Value::list(values.iter().cloned().map(erased_value).collect()),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Make(_) => value,
    }
}

/// An argument for a parameter of that type, as it travels.
pub(crate) fn erased_for(ty: &Type, argument: Expr) -> Expr {
    if matches!(ty.without_none(), Type::Thing(_)) {
        erased(argument)
    } else {
        argument
    }
}

pub(crate) fn choice(span: Span, condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    if matches!(condition.kind, ExprKind::Error) {
        return Expr::error(span);
    }
    let kind = ExprKind::If((condition, then, otherwise).into());
    Expr { span, kind }
}

/// Conditions in order, each with its value, and what holds where none does.
pub(crate) fn chain(span: Span, arms: Vec<(Expr, Expr)>, otherwise: Expr) -> Expr {
    let arms = arms.into_iter().rev();
    arms.fold(otherwise, |rest, (condition, value)| {
        choice(span, condition, value, rest)
    })
}

/// A field of a value that is no thing; what a record lacks is `none`.
pub(crate) fn field(span: Span, of: Expr, name: &Name) -> Expr {
    if let Some(found) = of.get(name) {
        return found;
    }
    match &of.kind {
        ExprKind::Error => Expr::error(span),
        ExprKind::Const(Value::Range(ends)) => match name.as_str() {
            "min" | "start" => Expr::constant(span, ends.0.clone()),
            "max" | "end" => Expr::constant(span, ends.1.clone()),
            _ => Expr::constant(span, Value::None),
        },
        // A workspace that the caller of an inlined pipeline leaves out.
        ExprKind::Const(Value::None) if name == "bound" => Expr::constant(span, Value::Bool(false)),
        ExprKind::Const(_) | ExprKind::Record(_) | ExprKind::Make(..) => {
            Expr::constant(span, Value::None)
        }
        // `build.exitCode.path`
        ExprKind::Ref(Ref::StepExitCodePath(_)) if name == "path" => of,
        // `event.body` is open data of which any depth may be asked for.
        ExprKind::Ref(Ref::Event(path)) => {
            let path = Name::new(format!("{path}.{name}"));
            Expr::reference(span, Ref::Event(path))
        }
        ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_) => {
            let kind = ExprKind::Field(of.into(), name.clone());
            Expr { span, kind }
        }
    }
}

pub(crate) fn index(span: Span, of: Expr, at: Expr) -> Expr {
    if matches!(of.kind, ExprKind::Error) || matches!(at.kind, ExprKind::Error) {
        return Expr::error(span);
    }
    let kind = ExprKind::Index((of, at).into());
    Expr { span, kind }
}

/// How large an expression is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    /// Elements, and text by the 64 bytes.
    pub(crate) elements: u64,
    pub(crate) depth: usize,
}

/// How large an expression is; counting ends at `limit` elements, since shared parts count each time.
pub(crate) fn size(expr: &Expr, limit: u64) -> Size {
    let mut size = Size::default();
    let mut exprs = vec![(expr, 0)];
    let mut values: Vec<(&Value, usize)> = Vec::new();
    while size.elements < limit {
        if let Some((value, depth)) = values.pop() {
            size.add(1 + size_of_value(value, depth + 1, &mut values), depth);
            continue;
        }
        let Some((expr, depth)) = exprs.pop() else {
            break;
        };
        if let ExprKind::Const(value) = &expr.kind {
            values.push((value, depth));
        }
        size.add(1 + text_size(expr), depth);
        exprs.extend(parts_of(expr).into_iter().map(|it| (it, depth + 1)));
    }
    size
}

/// The constant text between holes, by the 64 bytes.
fn text_size(expr: &Expr) -> u64 {
    let ExprKind::Text(parts) = &expr.kind else {
        return 0;
    };
    let texts = parts.iter().map(|it| match it {
        Part::Text(text) => text.len() as u64 / 64,
        Part::Hole(_) => 0,
    });
    texts.sum()
}

/// The expressions right within an expression.
fn parts_of(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Ref(_) | ExprKind::Error => Vec::new(),
        ExprKind::Text(parts) => {
            let holes = parts.iter().filter_map(|it| match it {
                Part::Text(_) => None,
                Part::Hole(hole) => Some(hole),
            });
            holes.collect()
        }
        ExprKind::List(all) | ExprKind::Call(_, all) => all.iter().collect(),
        ExprKind::Record(fields) | ExprKind::Make(_, fields) => fields.values().collect(),
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::Each(of) => vec![of],
        ExprKind::Index(two) | ExprKind::Binary(_, two) => vec![&two.0, &two.1],
        ExprKind::If(three) => vec![&three.0, &three.1, &three.2],
    }
}

impl Size {
    fn add(&mut self, elements: u64, depth: usize) {
        self.elements += elements;
        self.depth = self.depth.max(depth);
    }
}

fn size_of_value<'v>(value: &'v Value, depth: usize, rest: &mut Vec<(&'v Value, usize)>) -> u64 {
    match value {
        Value::List(values) => rest.extend(values.iter().map(|it| (it, depth))),
        Value::Record(fields) => rest.extend(fields.values().map(|it| (it, depth))),
        Value::Make(make) => rest.extend(make.args.values().map(|it| (it, depth))),
        Value::Range(ends) => rest.extend([(&ends.0, depth), (&ends.1, depth)]),
        Value::Str(text) => return text.len() as u64 / 64,
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::Thing(_) => {}
    }
    0
}

fn settled(span: Span, result: Result<Value, EvalError>) -> Result<Expr, Failure> {
    match result {
        Ok(value) => Ok(Expr::constant(span, value)),
        Err(error) => Err(Failure { span, error }),
    }
}

/// The value of a built-in function.
pub(crate) fn call(span: Span, name: &str, args: &[Value]) -> Result<Expr, Failure> {
    settled(span, eval::call(name, args))
}
