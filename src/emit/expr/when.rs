//! Conditions as Tekton's `when`: a list of `input in values`, all of which must hold; else CEL, where the cluster allows it.

use crate::diag::Sink;
use crate::emit::core::data;
use crate::emit::errors;
use crate::emit::expr::{Context, cel, list, reference, text};
use crate::plan::{Expr, ExprKind, Ref};
use crate::value::{BinaryOp, UnaryOp, Value};
use crate::yaml::Tree;

const CEL_FLAG: &str = "enable-cel-in-whenexpression";

/// One `input in values`, not yet written.
#[derive(Clone, Debug)]
struct Guard {
    input: Expr,
    negated: bool,
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    These(Vec<Expr>),
    /// A list that is known only when running.
    Whole(Expr),
}

/// A condition as the value of `when`; empty where it always holds.
pub(crate) fn when(condition: &Expr, ctx: Context<'_>, sink: &mut Sink) -> Vec<Tree> {
    let all = condition.conjuncts();
    if all.iter().any(|it| it.is_cel()) {
        let each = |it: &&Expr| match it.is_cel() {
            true => own_words(it, ctx, sink),
            false => when(it, ctx, sink),
        };
        return all.iter().flat_map(each).collect();
    }
    let mut guards = Vec::new();
    match guards_of(condition, false, &mut guards) {
        Ok(()) => guards.iter().map(|it| guard(it, ctx, sink)).collect(),
        Err(odd) if ctx.plan.profile.tekton.has(CEL_FLAG) => match cel::in_pipeline(condition, ctx)
        {
            Ok(text) => vec![data::record([("cel", text)])],
            Err(reason) => {
                sink.push(errors::when_form(&odd, Some(&reason)));
                Vec::new()
            }
        },
        Err(odd) => {
            if !matches!(odd.kind, ExprKind::Error) {
                sink.push(errors::when_form(&odd, None));
            }
            Vec::new()
        }
    }
}

/// `cel("…")`
fn own_words(condition: &Expr, ctx: Context<'_>, sink: &mut Sink) -> Vec<Tree> {
    if !ctx.plan.profile.tekton.has(CEL_FLAG) {
        sink.push(errors::no_flag(condition.span, "CEL in `when`", CEL_FLAG));
        return Vec::new();
    }
    let words = condition.get("expression");
    let words = words.map_or_else(String::new, |it| text(&it, ctx, sink));
    vec![data::record([("cel", words)])]
}

fn guard(guard: &Guard, ctx: Context<'_>, sink: &mut Sink) -> Tree {
    let operator = if guard.negated { "notin" } else { "in" };
    let values = match &guard.values {
        Values::These(values) => list(values, ctx, sink),
        Values::Whole(of) => {
            let whole = reference::whole(of, ctx).unwrap_or_else(|| text(of, ctx, sink));
            Tree::Array(vec![Tree::String(whole)])
        }
    };
    data::record([
        ("input", Tree::String(text(&guard.input, ctx, sink))),
        ("operator", Tree::String(operator.to_owned())),
        ("values", values),
    ])
}

/// Adds what must hold for `condition`, or for its contrary, in order. The error is the piece that has no such form.
fn guards_of(condition: &Expr, negated: bool, found: &mut Vec<Guard>) -> Result<(), Expr> {
    match &condition.kind {
        ExprKind::Const(Value::Bool(truth)) => {
            if *truth == negated {
                found.push(truth_of(condition, !*truth));
            }
            Ok(())
        }
        ExprKind::Unary(UnaryOp::Not, inner) => guards_of(inner, !negated, found),
        ExprKind::Binary(BinaryOp::And, two) if !negated => both(&two.0, &two.1, negated, found),
        ExprKind::Binary(BinaryOp::Or, two) if negated => both(&two.0, &two.1, negated, found),
        ExprKind::Binary(BinaryOp::And | BinaryOp::Or, two) => {
            found.push(either(condition, &two.0, &two.1, negated)?);
            Ok(())
        }
        ExprKind::Binary(BinaryOp::Eq, two) => {
            found.push(equal(condition, &two.0, &two.1, negated)?);
            Ok(())
        }
        ExprKind::Binary(BinaryOp::Ne, two) => {
            found.push(equal(condition, &two.0, &two.1, !negated)?);
            Ok(())
        }
        ExprKind::Binary(BinaryOp::In, two) => {
            found.push(member(condition, &two.0, &two.1, negated)?);
            Ok(())
        }
        ExprKind::Ref(_) | ExprKind::Field(..) | ExprKind::Index(_) => {
            found.push(truth_of(condition, !negated));
            Ok(())
        }
        ExprKind::If(three) => match rewritten(&three.0, &three.1, &three.2) {
            Some(simple) => guards_of(&simple, negated, found),
            None => Err(condition.clone()),
        },
        ExprKind::Const(_)
        | ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Make(..)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::Each(_)
        | ExprKind::Error => Err(condition.clone()),
    }
}

fn both(left: &Expr, right: &Expr, negated: bool, found: &mut Vec<Guard>) -> Result<(), Expr> {
    guards_of(left, negated, found)?;
    guards_of(right, negated, found)
}

/// `a == "x" || a == "y"`: one input, the values of both.
fn either(whole: &Expr, left: &Expr, right: &Expr, negated: bool) -> Result<Guard, Expr> {
    let single = |side: &Expr| {
        let mut found = Vec::new();
        guards_of(side, negated, &mut found).ok()?;
        let guard = found.pop()?;
        found.is_empty().then_some(guard)
    };
    let (Some(left), Some(right)) = (single(left), single(right)) else {
        return Err(whole.clone());
    };
    let same = left.input.kind == right.input.kind && !left.negated && !right.negated;
    match (left.values, right.values) {
        (Values::These(mut values), Values::These(more)) if same => {
            values.extend(more);
            Ok(Guard {
                input: left.input,
                negated: false,
                values: Values::These(values),
            })
        }
        (Values::These(_) | Values::Whole(_), Values::These(_) | Values::Whole(_)) => {
            Err(whole.clone())
        }
    }
}

fn equal(whole: &Expr, left: &Expr, right: &Expr, negated: bool) -> Result<Guard, Expr> {
    let (input, value) = if left.value().is_some() {
        (right, left)
    } else {
        (left, right)
    };
    if !is_text(input) || !is_text(value) {
        return Err(whole.clone());
    }
    Ok(Guard {
        input: input.clone(),
        negated,
        values: Values::These(vec![value.clone()]),
    })
}

fn member(whole: &Expr, element: &Expr, list: &Expr, negated: bool) -> Result<Guard, Expr> {
    let constants = |items: &[Value]| {
        items
            .iter()
            .map(|it| Expr::constant(list.span, it.clone()))
            .collect()
    };
    let values = match &list.kind {
        ExprKind::Const(Value::List(items)) => Values::These(constants(items)),
        ExprKind::List(items) if items.iter().all(is_text) => Values::These(items.to_vec()),
        ExprKind::Ref(Ref::Param(_) | Ref::NodeResult(..)) => Values::Whole(list.clone()),
        ExprKind::Const(_)
        | ExprKind::Ref(_)
        | ExprKind::Text(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Make(..)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => return Err(whole.clone()),
    };
    // Tekton refuses `values` without an element; what is in no list is never so.
    let empty = matches!(&values, Values::These(values) if values.is_empty());
    if empty {
        return Ok(truth_of(
            &Expr::constant(list.span, Value::Bool(false)),
            !negated,
        ));
    }
    if !is_text(element) {
        return Err(whole.clone());
    }
    Ok(Guard {
        input: element.clone(),
        negated,
        values,
    })
}

/// A Boolean that must be `wanted`.
fn truth_of(of: &Expr, wanted: bool) -> Guard {
    let wanted = Expr::constant(of.span, Value::Bool(wanted));
    Guard {
        input: of.clone(),
        negated: false,
        values: Values::These(vec![wanted]),
    }
}

/// `if c then a else b` where one branch is known, as `&&` and `||`.
fn rewritten(condition: &Expr, then: &Expr, otherwise: &Expr) -> Option<Expr> {
    let span = condition.span;
    let known = |it: &Expr| it.value().and_then(Value::as_bool);
    let binary = |op, left: Expr, right: &Expr| Expr {
        span,
        kind: ExprKind::Binary(op, (left, right.clone()).into()),
    };
    let not = || Expr {
        span,
        kind: ExprKind::Unary(UnaryOp::Not, condition.clone().into()),
    };
    match (known(then), known(otherwise)) {
        (Some(true), Some(true)) => Some(then.clone()),
        (Some(false), Some(false)) => Some(then.clone()),
        (Some(true), Some(false)) => Some(condition.clone()),
        (Some(false), Some(true)) => Some(not()),
        (_, Some(false)) => Some(binary(BinaryOp::And, condition.clone(), then)),
        (_, Some(true)) => Some(binary(BinaryOp::Or, not(), then)),
        (Some(true), None) => Some(binary(BinaryOp::Or, condition.clone(), otherwise)),
        (Some(false), None) => Some(binary(BinaryOp::And, not(), otherwise)),
        (None, None) => None,
    }
}

/// Whether Tekton can put it into one string.
fn is_text(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Const(value) => !matches!(
            value,
            Value::List(_) | Value::Record(_) | Value::Make(_) | Value::Range(_)
        ),
        ExprKind::Ref(_) | ExprKind::Text(_) | ExprKind::Field(..) | ExprKind::Index(_) => true,
        ExprKind::Call(name, _) => name == "unsafe",
        ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Make(..)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => false,
    }
}
