//! `pass` and `fail` of a metric in the condition language of Argo Rollouts, within what all versions of its engine read alike.

use indexmap::IndexMap;

use crate::base::Name;
use crate::emit::core::data;
use crate::emit::rollouts::analysis::is_text;
use crate::plan::analysis::Metric;
use crate::plan::{Expr, ExprKind, Param, Part, Plan, Ref};
use crate::value::{BinaryOp, UnaryOp, Value};

/// What holds exactly where a query gave a number.
const HAS_DATA: &str = "len(result) > 0 && !isNaN(result[0])";

/// How tightly a piece of text binds; a looser one is put in parentheses within a tighter one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Word,
}

/// A piece of a condition.
struct Piece {
    text: String,
    binds: Binds,
}

/// What `value` and `values` are in the engine, and what the parameters are.
struct Scope<'a> {
    value: &'a str,
    params: &'a IndexMap<Name, Param>,
    plan: &'a Plan,
}

/// `successCondition` and `failureCondition`.
///
/// Where a query may give nothing, `no-data` says what that counts as: both conditions answer for it, so `value` is a number in each.
pub(crate) fn conditions(
    metric: &Metric,
    params: &IndexMap<Name, Param>,
    plan: &Plan,
) -> (Option<String>, Option<String>) {
    let is_vector = metric.provider.maker().is_some_and(|it| it == "prometheus");
    let scope = Scope {
        value: if is_vector { "result[0]" } else { "result" },
        params,
        plan,
    };
    let piece = |it: &Expr| scope.piece(it);
    let pass = metric.pass.as_ref().map(piece);
    let fail = metric.fail.as_ref().map(piece);
    let no_data = metric.no_data.as_deref().filter(|_| is_vector);
    let Some(no_data) = no_data else {
        return (pass.map(|it| it.text), fail.map(|it| it.text));
    };
    let with = |it: Piece| format!("{HAS_DATA} && {}", it.at_least(Binds::And));
    let or_without = |it: Piece| format!("!({HAS_DATA}) || {}", it.at_least(Binds::Or));
    match no_data {
        "pass" => (pass.map(or_without), fail.map(with)),
        "fail" => (pass.map(with), fail.map(or_without)),
        _ => {
            let not = |it: &Piece| Piece::word(format!("!({})", it.text));
            let opposite_of_pass = pass.as_ref().map(not);
            let opposite_of_fail = fail.as_ref().map(not);
            let success = pass.or(opposite_of_fail).map(with);
            (success, fail.or(opposite_of_pass).map(with))
        }
    }
}

impl Piece {
    fn new(text: String, binds: Binds) -> Self {
        Self { text, binds }
    }

    fn word(text: impl Into<String>) -> Self {
        Self::new(text.into(), Binds::Word)
    }

    /// The text, in parentheses where it binds more loosely than its place needs.
    fn at_least(self, binds: Binds) -> String {
        if self.binds < binds {
            format!("({})", self.text)
        } else {
            self.text
        }
    }
}

impl Scope<'_> {
    fn piece(&self, expr: &Expr) -> Piece {
        match &expr.kind {
            ExprKind::Const(value) => Piece::word(self.literal(value)),
            ExprKind::Ref(Ref::Metric(name)) => Piece::word(match name.as_str() {
                "values" => "result",
                _ => self.value,
            }),
            ExprKind::Ref(Ref::Param(name)) => Piece::word(self.param(name)),
            ExprKind::Ref(_) | ExprKind::Error => Piece::word("nil"),
            ExprKind::Text(parts) => Piece::word(self.text(parts)),
            ExprKind::List(items) => {
                let items: Vec<String> = items.iter().map(|it| self.piece(it).text).collect();
                Piece::word(format!("[{}]", items.join(", ")))
            }
            ExprKind::Record(_) | ExprKind::Make(..) | ExprKind::Each(_) => Piece::word("nil"),
            ExprKind::Field(of, name) => {
                let of = self.piece(of).at_least(Binds::Word);
                let plain = name
                    .bytes()
                    .all(|it| it.is_ascii_alphanumeric() || it == b'_');
                Piece::word(if plain {
                    format!("{of}.{name}")
                } else {
                    format!("{of}[{}]", quoted(name))
                })
            }
            ExprKind::Index(two) => {
                let of = self.piece(&two.0).at_least(Binds::Word);
                Piece::word(format!("{of}[{}]", self.piece(&two.1).text))
            }
            ExprKind::Unary(UnaryOp::Not, of) => {
                let of = self.piece(of);
                // The engine's `!` binds more tightly than a comparison.
                let plain = of.binds == Binds::Word && !of.text.starts_with('!');
                Piece::word(if plain {
                    format!("!{}", of.text)
                } else {
                    format!("!({})", of.text)
                })
            }
            ExprKind::Unary(UnaryOp::Neg, of) => {
                Piece::word(format!("-{}", self.piece(of).at_least(Binds::Word)))
            }
            ExprKind::Binary(op, two) => self.binary(*op, &two.0, &two.1),
            ExprKind::Call(name, args) => self.call(name, args),
            ExprKind::If(three) => {
                let [condition, then, or] =
                    [&three.0, &three.1, &three.2].map(|it| self.piece(it).at_least(Binds::Or));
                Piece::word(format!("({condition} ? {then} : {or})"))
            }
        }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Piece {
        let (symbol, own, inner) = match op {
            BinaryOp::Mul => ("*", Binds::Product, Binds::Product),
            BinaryOp::Div => ("/", Binds::Product, Binds::Word),
            BinaryOp::Add => ("+", Binds::Sum, Binds::Sum),
            BinaryOp::Sub => ("-", Binds::Sum, Binds::Product),
            BinaryOp::Eq => ("==", Binds::Comparison, Binds::Sum),
            BinaryOp::Ne => ("!=", Binds::Comparison, Binds::Sum),
            BinaryOp::Lt => ("<", Binds::Comparison, Binds::Sum),
            BinaryOp::Le => ("<=", Binds::Comparison, Binds::Sum),
            BinaryOp::Gt => (">", Binds::Comparison, Binds::Sum),
            BinaryOp::Ge => (">=", Binds::Comparison, Binds::Sum),
            BinaryOp::And => ("&&", Binds::And, Binds::And),
            BinaryOp::Or => ("||", Binds::Or, Binds::Or),
            BinaryOp::In => return self.within(left, right),
            BinaryOp::Coalesce => {
                let [left, right] = [left, right].map(|it| self.piece(it).at_least(Binds::Word));
                return Piece::word(format!("({left} ?? {right})"));
            }
            BinaryOp::Range => ("..", Binds::Comparison, Binds::Sum),
        };
        let first = match own {
            Binds::Comparison => Binds::Sum,
            Binds::Or | Binds::And | Binds::Sum | Binds::Product | Binds::Word => own,
        };
        let left = self.piece(left).at_least(first);
        let right = self.piece(right).at_least(inner);
        Piece::new(format!("{left} {symbol} {right}"), own)
    }

    /// `a in b`; a range is compared with at both ends, since the engine's ranges hold whole numbers only.
    fn within(&self, left: &Expr, right: &Expr) -> Piece {
        let left = self.piece(left).at_least(Binds::Sum);
        if let Some(Value::Range(ends)) = right.value() {
            let [low, high] = [&ends.0, &ends.1].map(|it| self.literal(it));
            return Piece::new(format!("{left} >= {low} && {left} <= {high}"), Binds::And);
        }
        let right = self.piece(right).at_least(Binds::Sum);
        Piece::new(format!("{left} in {right}"), Binds::Comparison)
    }

    fn call(&self, name: &str, args: &[Expr]) -> Piece {
        let texts: Vec<String> = args
            .iter()
            .map(|it| self.piece(it).at_least(Binds::Word))
            .collect();
        let infix = |word: &str| {
            let text = texts.join(&format!(" {word} "));
            Piece::new(text, Binds::Comparison)
        };
        match name {
            "starts-with" => infix("startsWith"),
            "ends-with" => infix("endsWith"),
            "contains" => infix("contains"),
            "matches" => infix("matches"),
            "length" | "count" => Piece::word(format!("len({})", texts.join(", "))),
            other => Piece::word(format!("{other}({})", texts.join(", "))),
        }
    }

    /// A text with holes is a sum, but where all of them are parameters, which are substituted in it.
    fn text(&self, parts: &[Part]) -> String {
        let part = |it: &Part| match it {
            Part::Text(text) => text.to_string(),
            Part::Hole(hole) => data::text(hole, self.plan),
        };
        quoted(&parts.iter().map(part).collect::<String>())
    }

    fn param(&self, name: &str) -> String {
        let placeholder = format!("{{{{args.{name}}}}}");
        if is_text(self.params.get(name)) {
            format!("\"{placeholder}\"")
        } else {
            placeholder
        }
    }

    fn literal(&self, value: &Value) -> String {
        match value {
            Value::None => "nil".to_owned(),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|it| self.literal(it)).collect();
                format!("[{}]", items.join(", "))
            }
            // Digits alone are an integer there, and of those there are 64 bits.
            Value::Float(it) if it.abs() >= 1e15 => format!("{it:?}"),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => data::plain(value, self.plan),
            // A share is a number of hundredths in no metric: 20% is 0.2.
            Value::Percent(it) => {
                #[expect(clippy::cast_precision_loss, reason = "percents are small")]
                let share = *it as f64 / (100 * data::PERCENT) as f64;
                share.to_string()
            }
            Value::Str(_)
            | Value::Duration(_)
            | Value::Bytes(_)
            | Value::Cpu(_)
            | Value::Record(_)
            | Value::Range(_)
            | Value::Make(_)
            | Value::Thing(_) => quoted(&data::plain(value, self.plan)),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
#[path = "condition/tests.rs"]
mod recorded;

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::conditions;
    use crate::base::{FileId, Name, Span};
    use crate::plan::analysis::Metric;
    use crate::plan::{Expr, ExprKind, Plan, Ref};
    use crate::value::{BinaryOp, UnaryOp, Value};

    fn at() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    fn expr(kind: ExprKind) -> Expr {
        Expr { span: at(), kind }
    }

    fn value() -> Expr {
        Expr::reference(at(), Ref::Metric(Name::new("value")))
    }

    fn number(it: f64) -> Expr {
        Expr::constant(at(), Value::Float(it))
    }

    fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
        expr(ExprKind::Binary(op, (left, right).into()))
    }

    fn written(
        provider: &str,
        (pass, fail): (Option<Expr>, Option<Expr>),
        no_data: Option<&str>,
    ) -> (String, String) {
        let metric = Metric {
            name: Name::new("m"),
            span: at(),
            provider: expr(ExprKind::Make(Name::new(provider), IndexMap::new().into())),
            every: None,
            initial_delay: None,
            count: None,
            failure_limit: None,
            inconclusive_limit: None,
            consecutive_error_limit: None,
            pass,
            fail,
            no_data: no_data.map(Name::new),
        };
        let (success, failure) = conditions(&metric, &IndexMap::new(), &Plan::default());
        let text = |it: Option<String>| it.unwrap_or_else(|| "-".to_owned());
        (text(success), text(failure))
    }

    #[test]
    fn no_data_is_answered_by_both_conditions() {
        let pass = || binary(BinaryOp::Ge, value(), number(0.95));
        let fail = || binary(BinaryOp::Lt, value(), number(0.9));
        let has = "len(result) > 0 && !isNaN(result[0])";
        let of = |conditions, no_data| written("prometheus", conditions, Some(no_data));
        assert_eq!(
            of((Some(pass()), None), "inconclusive"),
            (
                format!("{has} && result[0] >= 0.95"),
                format!("{has} && !(result[0] >= 0.95)")
            )
        );
        assert_eq!(
            of((Some(pass()), Some(fail())), "pass"),
            (
                format!("!({has}) || result[0] >= 0.95"),
                format!("{has} && result[0] < 0.9")
            )
        );
        assert_eq!(
            of((Some(pass()), Some(fail())), "fail"),
            (
                format!("{has} && result[0] >= 0.95"),
                format!("!({has}) || result[0] < 0.9")
            )
        );
        assert_eq!(
            of((None, Some(fail())), "inconclusive"),
            (
                format!("{has} && !(result[0] < 0.9)"),
                format!("{has} && result[0] < 0.9")
            )
        );
    }

    #[test]
    fn parentheses_keep_the_meaning() {
        let small = || binary(BinaryOp::Lt, value(), number(1.5));
        let either = binary(BinaryOp::Or, small(), small());
        let (success, _) = written("prometheus", (Some(either.clone()), None), Some("fail"));
        let ending = "&& (result[0] < 1.5 || result[0] < 1.5)";
        assert!(success.ends_with(ending), "{success}");
        let both = binary(BinaryOp::And, either, small());
        let not = expr(ExprKind::Unary(UnaryOp::Not, both.into()));
        assert_eq!(
            written("web", (Some(not), None), None).0,
            "!((result < 1.5 || result < 1.5) && result < 1.5)"
        );
        let less = binary(
            BinaryOp::Sub,
            value(),
            binary(BinaryOp::Sub, value(), number(1.5)),
        );
        let sum = binary(BinaryOp::Lt, less, number(2.5));
        assert_eq!(
            written("web", (Some(sum), None), None).0,
            "result - (result - 1.5) < 2.5"
        );
    }
}
