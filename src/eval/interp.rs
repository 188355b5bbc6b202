//! Expressions of the plan, computed when what they refer to is known.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::eval::error::describe;
use crate::eval::limit::{check_size, check_text};
use crate::eval::{EvalError, binary, call, to_text, unary};
use crate::plan::{Expr, ExprKind, Part, Ref};
use crate::value::{BinaryOp, Make, Value};

/// Tells what a reference stands for now; `None` where it has no value.
pub(crate) type Lookup<'a> = dyn FnMut(&Ref) -> Option<Value> + 'a;

/// The value of an expression. `if`, `&&`, `||` and `??` look only at what they need.
pub(crate) fn evaluate(expr: &Expr, lookup: &mut Lookup<'_>) -> Result<Value, EvalError> {
    match &expr.kind {
        ExprKind::Const(value) => Ok(value.clone()),
        ExprKind::Ref(reference) => {
            lookup(reference).ok_or_else(|| EvalError::NotKnown(reference.clone()))
        }
        ExprKind::Text(parts) => text(parts, lookup),
        ExprKind::List(all) => {
            let list = Value::list(evaluate_all(all, lookup)?);
            check_size(&list).map(|()| list)
        }
        ExprKind::Record(fields) => {
            let record = Value::record(evaluate_fields(fields, lookup)?);
            check_size(&record).map(|()| record)
        }
        ExprKind::Make(name, args) => {
            let (name, args) = (name.clone(), evaluate_fields(args, lookup)?);
            Ok(Value::Make(Arc::new(Make { name, args })))
        }
        ExprKind::Field(of, name) => field(&evaluate(of, lookup)?, name),
        ExprKind::Index(two) => {
            let (of, at) = (evaluate(&two.0, lookup)?, evaluate(&two.1, lookup)?);
            index(&of, &at)
        }
        ExprKind::Unary(op, of) => unary(*op, &evaluate(of, lookup)?),
        ExprKind::Binary(op, two) => evaluate_binary(*op, &two.0, &two.1, lookup),
        ExprKind::Call(name, args) => call(name, &evaluate_all(args, lookup)?),
        ExprKind::If(three) => {
            let condition = evaluate(&three.0, lookup)?;
            match condition.as_bool() {
                Some(true) => evaluate(&three.1, lookup),
                Some(false) => evaluate(&three.2, lookup),
                None => Err(unexpected("a `Bool`", &condition)),
            }
        }
        ExprKind::Each(list) => evaluate(list, lookup),
        ExprKind::Error => Err(EvalError::Reported),
    }
}

/// `a.name` of a record or of what a constructor made.
pub(crate) fn field(of: &Value, name: &Name) -> Result<Value, EvalError> {
    if !matches!(of, Value::Record(_) | Value::Make(_)) {
        return Err(unexpected("a record", of));
    }
    of.get(name)
        .cloned()
        .ok_or_else(|| EvalError::NoKey(name.clone()))
}

/// `a[i]` of a list, `a["key"]` of a record.
pub(crate) fn index(of: &Value, at: &Value) -> Result<Value, EvalError> {
    match (of, at) {
        (Value::List(all), Value::Int(index)) => {
            let found = usize::try_from(*index).ok().and_then(|it| all.get(it));
            let (index, length) = (*index, all.len());
            found
                .cloned()
                .ok_or(EvalError::OutOfRange { index, length })
        }
        (Value::Record(_), Value::Str(key)) => field(of, key),
        (Value::List(_), other) => Err(unexpected("an `Int`", other)),
        (Value::Record(_), other) => Err(unexpected("a `String`", other)),
        (other, _) => Err(unexpected("a list or record", other)),
    }
}

fn text(parts: &[Part], lookup: &mut Lookup<'_>) -> Result<Value, EvalError> {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(piece) => text += piece,
            Part::Hole(expr) => {
                let value = evaluate(expr, lookup)?;
                text += &to_text(&value).ok_or_else(|| EvalError::NoText(describe(&value)))?;
            }
        }
        check_text(Some(text.len()))?;
    }
    Ok(Value::str(text))
}

fn evaluate_all(all: &[Expr], lookup: &mut Lookup<'_>) -> Result<Vec<Value>, EvalError> {
    all.iter().map(|it| evaluate(it, lookup)).collect()
}

fn evaluate_fields(
    fields: &IndexMap<Name, Expr>,
    lookup: &mut Lookup<'_>,
) -> Result<IndexMap<Name, Value>, EvalError> {
    let mut found = IndexMap::with_capacity(fields.len());
    for (name, expr) in fields {
        found.insert(name.clone(), evaluate(expr, lookup)?);
    }
    Ok(found)
}

fn evaluate_binary(
    op: BinaryOp,
    left: &Expr,
    right: &Expr,
    lookup: &mut Lookup<'_>,
) -> Result<Value, EvalError> {
    let left = evaluate(left, lookup)?;
    let decided = match (op, &left) {
        (BinaryOp::And, Value::Bool(false)) | (BinaryOp::Or, Value::Bool(true)) => true,
        (BinaryOp::Coalesce, value) => !value.is_none(),
        _ => false,
    };
    if decided {
        return Ok(left);
    }
    binary(op, &left, &evaluate(right, lookup)?)
}

fn unexpected(expected: &'static str, found: &Value) -> EvalError {
    let found = describe(found);
    EvalError::Unexpected { expected, found }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::base::{FileId, Name, Span};
    use crate::eval::{EvalError, evaluate};
    use crate::plan::{Expr, ExprKind, Part, Ref};
    use crate::value::{BinaryOp, Value};

    fn expr(kind: ExprKind) -> Expr {
        Expr {
            span: Span::new(FileId(0), 0, 0),
            kind,
        }
    }

    fn param(name: &str) -> Expr {
        expr(ExprKind::Ref(Ref::Param(Name::new(name))))
    }

    fn run(it: &Expr) -> Result<Value, EvalError> {
        evaluate(it, &mut |reference| match reference {
            Ref::Param(name) if name == "branch" => Some(Value::str("main")),
            _ => None,
        })
    }

    #[test]
    fn references_are_looked_up() {
        let hole = Part::Hole(param("branch"));
        let text = expr(ExprKind::Text(Arc::new(vec![
            Part::Text("on ".into()),
            hole,
        ])));
        assert_eq!(run(&text), Ok(Value::str("on main")));
        let missing = Ref::Param(Name::new("x"));
        assert_eq!(run(&param("x")), Err(EvalError::NotKnown(missing)));
    }

    #[test]
    fn what_is_not_needed_is_not_asked() {
        let truth = expr(ExprKind::Const(Value::Bool(true)));
        let either = ExprKind::Binary(BinaryOp::Or, Arc::new((truth, param("x"))));
        assert_eq!(run(&expr(either)), Ok(Value::Bool(true)));
    }

    #[test]
    fn indexes_outside_are_errors() {
        let list = expr(ExprKind::Const(Value::list(vec![Value::Int(1)])));
        let at = expr(ExprKind::Const(Value::Int(-1)));
        let outside = run(&expr(ExprKind::Index(Arc::new((list, at)))));
        assert_eq!(
            outside,
            Err(EvalError::OutOfRange {
                index: -1,
                length: 1
            })
        );
    }
}
