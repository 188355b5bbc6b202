//! Conditions in CEL: over Tekton's text in `when`, over the event in Pipelines as Code.

use crate::emit::core::data;
use crate::emit::expr::{Context, Forge, reference};
use crate::plan::{Expr, ExprKind, Part, Plan, Ref};
use crate::value::{BinaryOp, UnaryOp, Value};

/// A condition of a pipeline; the error says why CEL cannot have it.
pub(crate) fn in_pipeline(condition: &Expr, ctx: Context<'_>) -> Result<String, String> {
    let variable = |expr: &Expr| spliced(expr);
    let writer = Writer {
        plan: ctx.plan,
        variable: &variable,
    };
    writer.expr(condition, Rank::Lowest)
}

/// A condition over the event, to stand beside `&&`.
pub(crate) fn over_event(condition: &Expr, plan: &Plan, forge: Forge) -> Result<String, String> {
    let variable = |expr: &Expr| event_variable(expr, forge);
    let writer = Writer {
        plan,
        variable: &variable,
    };
    writer.expr(condition, Rank::And)
}

/// A string literal.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for it in text.chars() {
        match it {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if it.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(it))),
            _ => out.push(it),
        }
    }
    out.push('"');
    out
}

/// `["a", "b"]`
pub(crate) fn list_of(texts: &[impl AsRef<str>]) -> String {
    let all: Vec<String> = texts.iter().map(|it| quoted(it.as_ref())).collect();
    format!("[{}]", all.join(", "))
}

/// How tightly the surroundings bind; what binds less is put in parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Lowest,
    Or,
    And,
    Compare,
    Add,
    Mul,
    Unary,
}

struct Writer<'a> {
    plan: &'a Plan,
    /// What stands for a reference.
    variable: &'a dyn Fn(&Expr) -> Result<String, String>,
}

impl Writer<'_> {
    fn expr(&self, expr: &Expr, around: Rank) -> Result<String, String> {
        match &expr.kind {
            ExprKind::Const(value) => self.value(value),
            ExprKind::Ref(_) | ExprKind::Field(..) => (self.variable)(expr),
            ExprKind::Index(two) => {
                let (of, at) = (
                    self.expr(&two.0, Rank::Unary)?,
                    self.expr(&two.1, Rank::Lowest)?,
                );
                Ok(format!("{of}[{at}]"))
            }
            ExprKind::Text(parts) => self.text(parts, around),
            ExprKind::List(items) => self.list(items),
            ExprKind::Unary(op, inner) => {
                let inner = self.expr(inner, Rank::Unary)?;
                Ok(match op {
                    UnaryOp::Not => format!("!{inner}"),
                    UnaryOp::Neg => format!("-{inner}"),
                })
            }
            ExprKind::Binary(op, two) => self.binary(*op, &two.0, &two.1, around),
            ExprKind::Call(name, _) if name == "unsafe" => (self.variable)(expr),
            ExprKind::Call(name, args) => self.call(name, args),
            ExprKind::If(three) => {
                let condition = self.expr(&three.0, Rank::Or)?;
                let then = self.expr(&three.1, Rank::Or)?;
                let otherwise = self.expr(&three.2, Rank::Lowest)?;
                let text = format!("{condition} ? {then} : {otherwise}");
                Ok(in_parentheses(text, around > Rank::Lowest))
            }
            ExprKind::Record(_) | ExprKind::Make(..) | ExprKind::Each(_) | ExprKind::Error => {
                Err("CEL has no such value here".to_owned())
            }
        }
    }

    fn value(&self, value: &Value) -> Result<String, String> {
        match value {
            Value::None => Ok(quoted("")),
            Value::Bool(_) | Value::Int(_) => Ok(data::plain(value, self.plan)),
            Value::Float(it) => Ok(format!("{it:?}")),
            Value::List(items) => {
                let all: Result<Vec<String>, String> =
                    items.iter().map(|it| self.value(it)).collect();
                Ok(format!("[{}]", all?.join(", ")))
            }
            Value::Str(_)
            | Value::Duration(_)
            | Value::Bytes(_)
            | Value::Cpu(_)
            | Value::Percent(_)
            | Value::Thing(_) => Ok(quoted(&data::plain(value, self.plan))),
            Value::Record(_) | Value::Range(_) | Value::Make(_) => {
                Err("CEL has no such value here".to_owned())
            }
        }
    }

    fn text(&self, parts: &[Part], around: Rank) -> Result<String, String> {
        let part = |it: &Part| match it {
            Part::Text(text) => Ok(quoted(text)),
            Part::Hole(hole) => self.expr(hole, Rank::Add),
        };
        let all: Result<Vec<String>, String> = parts.iter().map(part).collect();
        Ok(in_parentheses(
            all?.join(" + "),
            around > Rank::Add && parts.len() > 1,
        ))
    }

    fn list(&self, items: &[Expr]) -> Result<String, String> {
        let all: Result<Vec<String>, String> =
            items.iter().map(|it| self.expr(it, Rank::Lowest)).collect();
        Ok(format!("[{}]", all?.join(", ")))
    }

    fn binary(
        &self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        around: Rank,
    ) -> Result<String, String> {
        let rank = match op {
            BinaryOp::Or => Rank::Or,
            BinaryOp::And => Rank::And,
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge
            | BinaryOp::In => Rank::Compare,
            BinaryOp::Add | BinaryOp::Sub => Rank::Add,
            BinaryOp::Mul | BinaryOp::Div => Rank::Mul,
            BinaryOp::Range | BinaryOp::Coalesce => {
                return Err(format!("CEL has no `{}`", op.symbol()));
            }
        };
        let tighter = match rank {
            Rank::Lowest | Rank::Or => Rank::And,
            Rank::And => Rank::Compare,
            Rank::Compare => Rank::Add,
            Rank::Add => Rank::Mul,
            Rank::Mul | Rank::Unary => Rank::Unary,
        };
        let left_rank = if rank == Rank::Compare { tighter } else { rank };
        let (left, right) = (self.expr(left, left_rank)?, self.expr(right, tighter)?);
        let text = format!("{left} {} {right}", op.symbol());
        Ok(in_parentheses(text, around > rank))
    }

    fn call(&self, name: &str, args: &[Expr]) -> Result<String, String> {
        let Some((of, rest)) = args.split_first() else {
            return Err(format!("CEL has no `{name}`"));
        };
        let method = match name {
            "length" | "count" => return Ok(format!("size({})", self.expr(of, Rank::Lowest)?)),
            "starts-with" => "startsWith",
            "ends-with" => "endsWith",
            "contains" => "contains",
            "matches" => return self.matches(of, rest),
            "has" => return self.has(of, rest),
            _ => return Err(format!("`{name}` has no counterpart in CEL")),
        };
        let of = self.expr(of, Rank::Unary)?;
        let rest: Result<Vec<String>, String> =
            rest.iter().map(|it| self.expr(it, Rank::Lowest)).collect();
        Ok(format!("{of}.{method}({})", rest?.join(", ")))
    }

    fn matches(&self, of: &Expr, rest: &[Expr]) -> Result<String, String> {
        let of = self.expr(of, Rank::Unary)?;
        match rest.first().and_then(Expr::text) {
            Some(pattern) => Ok(format!("{of}.matches({})", quoted(pattern))),
            None => Err("a pattern must be known when compiling".to_owned()),
        }
    }

    fn has(&self, of: &Expr, rest: &[Expr]) -> Result<String, String> {
        let of = self.expr(of, Rank::Unary)?;
        match rest.first() {
            Some(key) => Ok(format!("{} in {of}", self.expr(key, Rank::Add)?)),
            None => Err("CEL has no `has` without a key".to_owned()),
        }
    }
}

fn in_parentheses(text: String, needed: bool) -> String {
    if needed { format!("({text})") } else { text }
}

/// A reference in a `when`: Tekton puts text there before CEL reads it, so only what cannot hold a quote may stand there.
fn spliced(expr: &Expr) -> Result<String, String> {
    if let ExprKind::Call(_, args) = &expr.kind {
        let wanted = args.first().map(|it| &it.kind);
        if let Some(ExprKind::Ref(it)) = wanted
            && let Some(path) = reference::path(it)
        {
            return Ok(format!("'$({path})'"));
        }
    }
    let ExprKind::Ref(it) = &expr.kind else {
        return Err(
            "a field of a value that is known when running cannot stand in CEL safely".to_owned(),
        );
    };
    let path =
        reference::path(it).ok_or("this value is not there when the condition is decided")?;
    match it {
        Ref::Workspace(_, crate::plan::expr::WorkspaceField::Bound) => {
            Ok(format!("('$({path})' == 'true')"))
        }
        Ref::NodeStatus(_) | Ref::NodeReason(_) | Ref::TasksStatus | Ref::Context(_) => {
            Ok(format!("'$({path})'"))
        }
        Ref::NodeLength(_) => Ok(format!("int('$({path})')")),
        Ref::Param(_)
        | Ref::ResultPath(_)
        | Ref::StepResultPath(..)
        | Ref::StepResult(..)
        | Ref::StepExitCodePath(_)
        | Ref::Workspace(..)
        | Ref::NodeResult(..)
        | Ref::Each(_)
        | Ref::Event(_)
        | Ref::Metric(_)
        | Ref::SecretKey(..)
        | Ref::ConfigKey(..)
        | Ref::Field(_) => Err(unsafe_splice(&path)),
    }
}

fn unsafe_splice(what: &str) -> String {
    format!(
        "Tekton writes `{what}` into the CEL text, and whoever chooses it could write code there"
    )
}

/// A field of the event among the variables that Pipelines as Code gives to CEL.
fn event_variable(expr: &Expr, forge: Forge) -> Result<String, String> {
    let path = event_path(expr)
        .ok_or("only the event is known when it is decided whether a run starts")?;
    let hub = matches!(forge, Forge::Github | Forge::Gitea);
    let known = match path.as_str() {
        "type" => "event_type",
        "title" => "event_title",
        "target-branch" => "target_branch",
        "source-branch" => "source_branch",
        "repo-url" => "target_url",
        "source-url" => "source_url",
        "number" if hub => "body.pull_request.number",
        "number" if forge == Forge::Gitlab => "body.object_attributes.iid",
        "sender" if hub => "body.sender.login",
        "sender" if forge == Forge::Gitlab => "body.user.username",
        "repo-name" if hub => "body.repository.name",
        "repo-owner" if hub => "body.repository.owner.login",
        "labels" if hub => "body.pull_request.labels.map(it, it.name)",
        "labels" if forge == Forge::Gitlab => "body.labels.map(it, it.title)",
        "comment" if hub => "body.comment.body",
        _ => match path.split_once('.') {
            Some(("body" | "files", _)) => return Ok(path),
            Some(("headers", name)) => {
                return Ok(format!("headers[{}]", quoted(&name.to_lowercase())));
            }
            Some(("params", name)) => return Ok(name.to_owned()),
            Some(_) | None => return Err(format!("`event.{path}` is not among CEL's variables")),
        },
    };
    Ok(known.to_owned())
}

/// `body.pull_request.title`
fn event_path(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Ref(Ref::Event(path)) => Some(path.to_string()),
        ExprKind::Field(of, name) => Some(format!("{}.{name}", event_path(of)?)),
        ExprKind::Call(name, args) if name == "unsafe" => event_path(args.first()?),
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

#[cfg(all(test, feature = "peers"))]
mod tests;
