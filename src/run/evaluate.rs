//! Values of expressions while a run goes on. What the target sees as text is compared as text.

use indexmap::IndexMap;

use crate::base::Name;
use crate::eval;
use crate::plan::expr::WorkspaceField;
use crate::plan::{Expr, ExprKind, Part, Ref};
use crate::run::artifacts;
use crate::run::cel;
use crate::run::scope::{Lack, Scope};
use crate::run::text;
use crate::value::{BinaryOp, Make, UnaryOp, Value};

/// The value of an expression.
pub(crate) fn evaluate(expr: &Expr, scope: &Scope) -> Result<Value, Lack> {
    match &expr.kind {
        ExprKind::Const(Value::Str(text)) if text.contains("$(") => {
            Ok(Value::str(substituted(text, scope)))
        }
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
            let chosen = if truth(&three.0, scope)? {
                &three.1
            } else {
                &three.2
            };
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
    if let ExprKind::Binary(BinaryOp::And, two) = &expr.kind {
        return Ok(truth(&two.0, scope)? && truth(&two.1, scope)?);
    }
    if expr.is_cel() {
        let words = expr.get("expression").map(|it| text(&it, scope));
        let words = words.transpose()?.unwrap_or_default();
        let fails =
            |reason: String| Lack::Other(format!("the condition `{words}` fails: {reason}"));
        return cel::holds(&words).map_err(fails);
    }
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
            Part::Text(it) if it.contains("$(") => joined.push_str(&substituted(it, scope)),
            Part::Text(it) => joined.push_str(it),
            Part::Hole(expr) => joined.push_str(&text(expr, scope)?),
        }
    }
    Ok(Value::str(joined))
}

/// Text that was allowed to hold the target's own references: those that mean something here have their values.
fn substituted(text: &str, scope: &Scope) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("$(") {
        done.push_str(before);
        let found = from.split_once(')');
        let value = found.and_then(|(path, _)| {
            let artifact = { scope.task.as_ref() }.and_then(|it| artifacts::find(path, it));
            match artifact {
                Some(text) => Some(Value::str(text)),
                None => scope.find(&named(path)?).ok(),
            }
        });
        match (found, value) {
            (Some((_, after)), Some(value)) => {
                done.push_str(&text::of(&value));
                rest = after;
            }
            (_, _) => {
                done.push_str("$(");
                rest = from;
            }
        }
    }
    done + rest
}

/// What the target means by a path within `$(…)`.
fn named(path: &str) -> Option<Ref> {
    let (group, rest) = path.split_once('.')?;
    let name = Name::new;
    match group {
        "params" => Some(Ref::Param(name(rest))),
        "context" => Some(Ref::Context(name(rest))),
        "results" => rest
            .strip_suffix(".path")
            .map(|it| Ref::ResultPath(name(it))),
        "workspaces" => {
            let (workspace, field) = rest.rsplit_once('.')?;
            let field = match field {
                "path" => WorkspaceField::Path,
                "bound" => WorkspaceField::Bound,
                "claim" => WorkspaceField::Claim,
                "volume" => WorkspaceField::Volume,
                _ => return None,
            };
            Some(Ref::Workspace(name(workspace), field))
        }
        "tasks" => {
            let (task, result) = rest.split_once(".results.")?;
            Some(Ref::NodeResult(name(task), name(result)))
        }
        _ => None,
    }
}

/// A reference to a list is spliced into the list around it, as Tekton does.
fn list(all: &[Expr], scope: &Scope) -> Result<Value, Lack> {
    let mut values = Vec::new();
    for it in all {
        let value = evaluate(it, scope)?;
        match value.as_list() {
            Some(more) if matches!(it.kind, ExprKind::Ref(_)) => {
                values.extend(more.iter().cloned())
            }
            Some(_) | None => values.push(value),
        }
    }
    Ok(Value::list(values))
}

fn record(fields: &IndexMap<Name, Expr>, scope: &Scope) -> Result<IndexMap<Name, Value>, Lack> {
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
    if let Some(path) = value.as_str().and_then(unresolved) {
        return Ok(Value::str(format!("$({path}.{name})")));
    }
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

/// The path of a result that is left as text.
fn unresolved(text: &str) -> Option<&str> {
    let path = text.strip_prefix("$(")?.strip_suffix(')')?;
    path.starts_with("tasks.").then_some(path)
}

fn index(of: &Value, at: &Value) -> Result<Value, Lack> {
    if let Some(path) = of.as_str().and_then(unresolved) {
        return Ok(Value::str(format!("$({path}[{}])", text::of(at))));
    }
    let found = if let Value::Int(at) = at {
        let at = usize::try_from(*at).ok();
        at.and_then(|at| of.as_list()?.get(at))
    } else {
        at.as_str().and_then(|key| of.get(key))
    };
    let lack = || {
        Lack::Other(format!(
            "there is no `[{}]` in {}",
            text::of(at),
            text::of(of)
        ))
    };
    found.cloned().ok_or_else(lack)
}

fn unary(op: UnaryOp, value: &Value) -> Result<Value, Lack> {
    if let (UnaryOp::Not, Some(truth)) = (op, as_truth(value)) {
        return Ok(Value::Bool(!truth));
    }
    eval::unary(op, value).map_err(|it| Lack::Other(it.to_string()))
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
    match (op, right) {
        (BinaryOp::Eq, _) => Ok(Value::Bool(same(left, right))),
        (BinaryOp::Ne, _) => Ok(Value::Bool(!same(left, right))),
        (BinaryOp::In, Value::Str(list)) if unresolved(list).is_some() => {
            let whole = unresolved(list).map(|it| format!("$({it}[*])"));
            Ok(Value::Bool(whole.is_some_and(|it| it == text::of(left))))
        }
        (BinaryOp::In, Value::List(all)) => Ok(Value::Bool(all.iter().any(|it| same(it, left)))),
        _ => eval::binary(op, left, right).map_err(|it| Lack::Other(it.to_string())),
    }
}

/// Whether the target could not tell the two apart.
fn same(left: &Value, right: &Value) -> bool {
    eval::equal(left, right) || text::of(left) == text::of(right)
}

/// A function that was left for later.
fn call(name: &Name, args: &[Expr], scope: &Scope) -> Result<Value, Lack> {
    let args = args.iter().map(|it| evaluate(it, scope));
    let args: Vec<Value> = args.collect::<Result<_, _>>()?;
    match (name.as_str(), &*args) {
        ("unsafe", [value]) => Ok(value.clone()),
        _ => eval::call(name, &args).map_err(|it| Lack::Other(it.to_string())),
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
    fn references_of_the_target_have_their_values() {
        let mut scope = Scope::default();
        scope
            .params
            .insert(Name::new("n"), Value::str("$(params.n)"));
        let text = ExprKind::Const(Value::str("a $(params.n) $(params.m) $(cat f"));
        let value = Value::str("a $(params.n) $(params.m) $(cat f");
        assert_eq!(evaluate(&expr(text), &scope), Ok(value));
        scope.params.insert(Name::new("m"), Value::str("x"));
        let text = ExprKind::Const(Value::str("$(params.m)$(params.m)"));
        assert_eq!(evaluate(&expr(text), &scope), Ok(Value::str("xx")));
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
