//! The reference: an expression of the plan, node by node, on values. What the other tiers give is what this gives.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::eval::form::Failure;
use crate::eval::limit::{check_size, check_text};
use crate::eval::{EvalError, binary, call, error, to_text, unary};
use crate::plan::{Expr, ExprKind, Part, Ref};
use crate::value::{BinaryOp, Make, Value};

/// What is not known before: a value for each reference.
pub(crate) type Lookup<'a> = dyn Fn(&Ref) -> Option<Value> + 'a;

/// Steps of one evaluation where nothing else is said.
pub(crate) const STEPS: u64 = 1_000_000;

/// The value of an expression, in at most `limit` steps. Operands are computed from left to right, each at most once; `&&`,
/// `||`, `??` and `if` compute only what they need.
pub(crate) fn interpret(expr: &Expr, lookup: &Lookup<'_>, limit: u64) -> Result<Value, Failure> {
    let mut interpreter = Interpreter {
        lookup,
        left: limit,
        limit,
    };
    interpreter.expr(expr)
}

struct Interpreter<'a> {
    lookup: &'a Lookup<'a>,
    left: u64,
    limit: u64,
}

type Outcome = Result<Value, Failure>;

impl Interpreter<'_> {
    fn expr(&mut self, expr: &Expr) -> Outcome {
        let Some(left) = self.left.checked_sub(1) else {
            return fail(expr.span, EvalError::TooLong(self.limit));
        };
        self.left = left;
        match &expr.kind {
            ExprKind::Const(value) => Ok(value.clone()),
            ExprKind::Ref(reference) => self.reference(expr.span, reference),
            ExprKind::Text(parts) => self.text(expr.span, parts),
            ExprKind::List(all) => self.list(expr.span, all),
            ExprKind::Record(fields) => Ok(Value::record(self.fields(fields)?)),
            ExprKind::Make(name, args) => {
                let (name, args) = (name.clone(), self.fields(args)?);
                Ok(Value::Make(Arc::new(Make { name, args })))
            }
            // What a record lacks is `none`.
            ExprKind::Field(of, name) => {
                let of = self.expr(of)?;
                Ok(of.get(name).cloned().unwrap_or(Value::None))
            }
            ExprKind::Index(two) => {
                let (of, at) = (self.expr(&two.0)?, self.expr(&two.1)?);
                index(&of, &at).map_err(|error| failure(two.1.span, error))
            }
            ExprKind::Unary(op, inner) => {
                let inner = self.expr(inner)?;
                settle(expr.span, unary(*op, &inner))
            }
            ExprKind::Binary(op, two) => self.binary(expr.span, *op, &two.0, &two.1),
            ExprKind::Call(name, args) => {
                let args: Vec<Value> = args
                    .iter()
                    .map(|it| self.expr(it))
                    .collect::<Result<_, _>>()?;
                settle(expr.span, call(name, &args))
            }
            ExprKind::If(three) => {
                let chosen = if self.truth(&three.0)? {
                    &three.1
                } else {
                    &three.2
                };
                self.expr(chosen)
            }
            ExprKind::Each(list) => self.expr(list),
            ExprKind::Error => fail(expr.span, EvalError::Reported),
        }
    }

    fn reference(&self, span: Span, reference: &Ref) -> Outcome {
        if let Some(value) = (self.lookup)(reference) {
            return Ok(value);
        }
        match reference {
            Ref::Param(name) => fail(span, EvalError::Missing(name.clone())),
            _ => fail(span, EvalError::Unknown),
        }
    }

    fn binary(&mut self, span: Span, op: BinaryOp, left: &Expr, right: &Expr) -> Outcome {
        match op {
            BinaryOp::And => Ok(Value::Bool(self.truth(left)? && self.truth(right)?)),
            BinaryOp::Or => Ok(Value::Bool(self.truth(left)? || self.truth(right)?)),
            BinaryOp::Coalesce => match self.expr(left)? {
                Value::None => self.expr(right),
                found => Ok(found),
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
            | BinaryOp::In => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                settle(span, binary(op, &left, &right))
            }
        }
    }

    fn truth(&mut self, condition: &Expr) -> Result<bool, Failure> {
        let value = self.expr(condition)?;
        let refused = || failure(condition.span, EvalError::NoTruth(error::describe(&value)));
        value.as_bool().ok_or_else(refused)
    }

    fn text(&mut self, span: Span, parts: &[Part]) -> Outcome {
        let mut joined = String::new();
        for part in parts {
            match part {
                Part::Text(it) => joined.push_str(it),
                Part::Hole(hole) => {
                    let value = self.expr(hole)?;
                    let text = to_text(&value);
                    let refused = || failure(hole.span, EvalError::NoText(error::describe(&value)));
                    joined.push_str(&text.ok_or_else(refused)?);
                }
            }
            settle(span, check_text(Some(joined.len())))?;
        }
        Ok(Value::str(joined))
    }

    /// A reference to a list is spliced into the list around it, as targets do.
    fn list(&mut self, span: Span, all: &[Expr]) -> Outcome {
        let mut values = Vec::new();
        for it in all {
            let value = self.expr(it)?;
            match value.as_list() {
                Some(more) if matches!(it.kind, ExprKind::Ref(_)) => {
                    values.extend(more.iter().cloned());
                }
                Some(_) | None => values.push(value),
            }
        }
        let list = Value::list(values);
        settle(span, check_size(&list).map(|()| list))
    }

    fn fields(&mut self, fields: &IndexMap<Name, Expr>) -> Result<IndexMap<Name, Value>, Failure> {
        let values = fields.iter();
        let values = values.map(|(name, it)| Ok((name.clone(), self.expr(it)?)));
        values.collect()
    }
}

fn index(of: &Value, at: &Value) -> Result<Value, EvalError> {
    if let (Value::List(all), Value::Int(index)) = (of, at) {
        let found = usize::try_from(*index).ok().and_then(|it| all.get(it));
        let (index, length) = (*index, all.len());
        return found
            .cloned()
            .ok_or(EvalError::OutOfRange { index, length });
    }
    let key = at.as_str().unwrap_or_default();
    let found = of.get(key).cloned();
    found.ok_or_else(|| EvalError::NoKey(Name::new(key)))
}

fn failure(span: Span, error: EvalError) -> Failure {
    Failure { span, error }
}

fn fail<T>(span: Span, error: EvalError) -> Result<T, Failure> {
    Err(failure(span, error))
}

fn settle<T>(span: Span, result: Result<T, EvalError>) -> Result<T, Failure> {
    result.map_err(|error| failure(span, error))
}
