//! Values of expressions while a run goes on. What the target sees as text is compared as text.

use std::cmp::Ordering;

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{Expr, ExprKind, Part, Ref};
use crate::run::scope::{Lack, Scope};
use crate::run::text;
use crate::value::{BinaryOp, Make, UnaryOp, Value};

/// The value of an expression.
pub(crate) fn evaluate(expr: &Expr, scope: &Scope) -> Result<Value, Lack> {
    match &expr.kind {
        ExprKind::Const(value) => Ok(value.clone()),
        ExprKind::Ref(reference) => scope.find(reference),
        ExprKind::Text(parts) => joined(parts, scope),
        ExprKind::List(all) => list(all, scope),
        ExprKind::Record(fields) => Ok(Value::record(record(fields, scope)?)),
        ExprKind::Make(name, args) => {
            let (name, args) = (name.clone(), record(args, scope)?);
            Ok(Value::Make(std::sync::Arc::new(Make { name, args })))
        }
        ExprKind::Field(of, name) => field(of, name, scope),
        ExprKind::Index(two) => index(&evaluate(&two.0, scope)?, &evaluate(&two.1, scope)?),
        ExprKind::Unary(op, of) => unary(*op, &evaluate(of, scope)?),
        ExprKind::Binary(op, two) => binary(*op, &two.0, &two.1, scope),
        ExprKind::Call(name, args) => call(name, args, scope),
        ExprKind::If(three) => {
            let chosen = if truth(&three.0, scope)? { &three.1 } else { &three.2 };
            evaluate(chosen, scope)
        }
        ExprKind::Each(list) => evaluate(list, scope),
        ExprKind::Error => Err(Lack::Other("it has an error".to_owned())),
    }
}

/// The text of an expression, as a program that runs sees it.
pub(crate) fn text(expr: &Expr, scope: &Scope) -> Result<String, Lack> {
    evaluate(expr, scope).map(|it| text::of(&it))
}

/// Whether a condition holds.
pub(crate) fn truth(expr: &Expr, scope: &Scope) -> Result<bool, Lack> {
    let value = evaluate(expr, scope)?;
    as_truth(&value).ok_or_else(|| Lack::Other(format!("`{}` is no Bool", text::of(&value))))
}

fn as_truth(value: &Value) -> Option<bool> {
    match value.as_str() {
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) | None => value.as_bool(),
    }
}

fn joined(parts: &[Part], scope: &Scope) -> Result<Value, Lack> {
    let mut joined = String::new();
    for part in parts {
        match part {
            Part::Text(it) => joined.push_str(it),
            Part::Hole(expr) => joined.push_str(&text(expr, scope)?),
        }
    }
    Ok(Value::str(joined))
}

fn list(all: &[Expr], scope: &Scope) -> Result<Value, Lack> {
    let values = all.iter().map(|it| evaluate(it, scope));
    Ok(Value::list(values.collect::<Result<_, _>>()?))
}

fn record(
    fields: &IndexMap<Name, Expr>,
    scope: &Scope,
) -> Result<IndexMap<Name, Value>, Lack> {
    let values = fields.iter();
    let values = values.map(|(name, it)| Ok((name.clone(), evaluate(it, scope)?)));
    values.collect()
}

/// `of.name`; of the event's body, `body.action` may be given by itself.
fn field(of: &Expr, name: &Name, scope: &Scope) -> Result<Value, Lack> {
    let path = path(of).map(|it| Name::new(format!("{it}.{name}")));
    if let Some(found) = path.and_then(|it| scope.given.event.get(&it)) {
        return Ok(found.clone());
    }
    let value = evaluate(of, scope)?;
    let found = value.get(name).cloned();
    found.ok_or_else(|| Lack::Other(format!("there is no `{name}` in {}", text::of(&value))))
}

/// The dotted path of a field of the event.
fn path(expr: &Expr) -> Option<Name> {
    match &expr.kind {
        ExprKind::Ref(Ref::Event(field)) => Some(field.clone()),
        ExprKind::Field(of, name) => Some(Name::new(format!("{}.{name}", path(of)?))),
        ExprKind::Const(_)
        | ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Make(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => None,
    }
}

fn index(of: &Value, at: &Value) -> Result<Value, Lack> {
    let found = match at {
        Value::Int(at) => usize::try_from(*at).ok().and_then(|at| of.as_list()?.get(at)),
        _ => at.as_str().and_then(|key| of.get(key)),
    };
    let lack = || Lack::Other(format!("there is no `[{}]` in {}", text::of(at), text::of(of)));
    found.cloned().ok_or_else(lack)
}

fn unary(op: UnaryOp, value: &Value) -> Result<Value, Lack> {
    let negated = match op {
        UnaryOp::Not => as_truth(value).map(|it| Value::Bool(!it)),
        UnaryOp::Neg => value.as_int().and_then(i64::checked_neg).map(Value::Int),
    };
    negated.ok_or_else(|| Lack::Other(format!("`{}` cannot be negated", text::of(value))))
}

fn binary(op: BinaryOp, left: &Expr, right: &Expr, scope: &Scope) -> Result<Value, Lack> {
    match op {
        BinaryOp::And => Ok(Value::Bool(truth(left, scope)? && truth(right, scope)?)),
        BinaryOp::Or => Ok(Value::Bool(truth(left, scope)? || truth(right, scope)?)),
        BinaryOp::Coalesce => match evaluate(left, scope) {
            Ok(Value::None) | Err(Lack::Result { .. }) => evaluate(right, scope),
            found @ (Ok(_) | Err(Lack::Other(_))) => found,
        },
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
        | BinaryOp::In => apply(op, &evaluate(left, scope)?, &evaluate(right, scope)?),
    }
}

fn apply(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Lack> {
    let compare = |holds: fn(Ordering) -> bool| order(left, right).map(|it| Value::Bool(holds(it)));
    let whole = |of: fn(i64, i64) -> Option<i64>| of(left.as_int()?, right.as_int()?).map(Value::Int);
    let result = match op {
        BinaryOp::Eq => Some(Value::Bool(same(left, right))),
        BinaryOp::Ne => Some(Value::Bool(!same(left, right))),
        BinaryOp::In => contains(right, left).map(Value::Bool),
        BinaryOp::Lt => compare(Ordering::is_lt),
        BinaryOp::Le => compare(Ordering::is_le),
        BinaryOp::Gt => compare(Ordering::is_gt),
        BinaryOp::Ge => compare(Ordering::is_ge),
        BinaryOp::Add => sum(left, right),
        BinaryOp::Sub => whole(i64::checked_sub),
        BinaryOp::Mul => whole(i64::checked_mul),
        BinaryOp::Div => whole(i64::checked_div),
        BinaryOp::Range => Some(Value::Range(std::sync::Arc::new((left.clone(), right.clone())))),
        BinaryOp::Coalesce | BinaryOp::And | BinaryOp::Or => None,
    };
    result.ok_or_else(|| {
        let (left, right) = (text::of(left), text::of(right));
        Lack::Other(format!("`{left} {} {right}` has no value", op.symbol()))
    })
}

/// Whether the target could tell the two apart.
fn same(left: &Value, right: &Value) -> bool {
    left == right || text::of(left) == text::of(right)
}

fn contains(all: &Value, one: &Value) -> Option<bool> {
    if let Some(fields) = all.as_record() {
        return Some(fields.contains_key(text::of(one).as_str()));
    }
    all.as_list().map(|all| all.iter().any(|it| same(it, one)))
}

fn sum(left: &Value, right: &Value) -> Option<Value> {
    if let (Some(left), Some(right)) = (left.as_list(), right.as_list()) {
        return Some(Value::list([left, right].concat()));
    }
    if let (Some(left), Some(right)) = (left.as_str(), right.as_str()) {
        return Some(Value::str(format!("{left}{right}")));
    }
    left.as_int()?.checked_add(right.as_int()?).map(Value::Int)
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    let number = |it: &Value| match it {
        Value::Int(it) | Value::Duration(it) | Value::Bytes(it) | Value::Cpu(it) => Some(*it as f64),
        Value::Percent(it) => Some(*it as f64),
        Value::Float(it) => Some(*it),
        Value::Str(it) => it.parse().ok(),
        Value::None
        | Value::Bool(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Make(_)
        | Value::Thing(_) => None,
    };
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        (None, _) | (_, None) => Some(left.as_str()?.cmp(right.as_str()?)),
    }
}

/// A function that was left for later; most are computed when compiling.
fn call(name: &Name, args: &[Expr], scope: &Scope) -> Result<Value, Lack> {
    match (name.as_str(), args) {
        ("unsafe", [of]) => evaluate(of, scope),
        _ => Err(Lack::Other(format!("`{name}` is not computed while running"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{evaluate, truth};
    use crate::base::{FileId, Name, Span};
    use crate::plan::{Expr, ExprKind, Ref};
    use crate::run::scope::{Lack, Scope};
    use crate::value::{BinaryOp, Value};

    fn expr(kind: ExprKind) -> Expr {
        let span = Span::new(FileId(0), 0, 0);
        Expr { span, kind }
    }

    fn two(op: BinaryOp, left: ExprKind, right: ExprKind) -> Expr {
        expr(ExprKind::Binary(op, (expr(left), expr(right)).into()))
    }

    #[test]
    fn what_is_text_in_the_target_compares_as_text() {
        let mut scope = Scope::default();
        scope.params.insert(Name::new("n"), Value::str("3"));
        let param = ExprKind::Ref(Ref::Param(Name::new("n")));
        let three = ExprKind::Const(Value::Int(3));
        assert_eq!(truth(&two(BinaryOp::Eq, param, three), &scope), Ok(true));
    }

    #[test]
    fn none_is_the_empty_text() {
        let mut scope = Scope::default();
        scope.params.insert(Name::new("to"), Value::str(""));
        let param = ExprKind::Ref(Ref::Param(Name::new("to")));
        let condition = two(BinaryOp::Ne, param, ExprKind::Const(Value::None));
        assert_eq!(truth(&condition, &scope), Ok(false));
    }

    #[test]
    fn a_missing_result_gives_way_to_its_default() {
        let missing = ExprKind::Ref(Ref::NodeResult(Name::new("a"), Name::new("b")));
        let scope = Scope::default();
        let lack = evaluate(&expr(missing.clone()), &scope);
        assert!(matches!(lack, Err(Lack::Result { .. })));
        let given = two(BinaryOp::Coalesce, missing, ExprKind::Const(Value::Int(1)));
        assert_eq!(evaluate(&given, &scope), Ok(Value::Int(1)));
    }
}
