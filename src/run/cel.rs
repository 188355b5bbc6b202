//! CEL in the `when` of a node, after substitution: no variable is left, so that its value can be computed.

use std::cmp::Ordering;

use indexmap::IndexMap;

/// How deep an expression may nest.
const DEEPEST: usize = 100;

/// A value of CEL.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    List(Vec<Value>),
    Map(IndexMap<String, Value>),
}

type Found = Result<Value, String>;

/// Whether a condition holds.
pub(crate) fn holds(text: &str) -> Result<bool, String> {
    let mut reader = Reader {
        rest: text,
        depth: 0,
    };
    let value = reader.choice()?;
    reader.blank();
    if !reader.rest.is_empty() {
        return Err(format!("`{}` was not expected", reader.rest));
    }
    value.truth()
}

/// Reads and computes at once; what is left of `||`, `&&` and `?:` is computed as well, and its errors passed over.
struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

/// Operators by how tightly they bind.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["==", "!=", "<=", ">=", "<", ">", "in"],
    &["+", "-"],
    &["*", "/", "%"],
];

impl Reader<'_> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn takes(&mut self, word: &str) -> bool {
        self.blank();
        let Some(rest) = self.rest.strip_prefix(word) else {
            return false;
        };
        let wordy = word.ends_with(|it: char| it.is_alphanumeric());
        if wordy && rest.starts_with(|it: char| it.is_alphanumeric() || it == '_') {
            return false;
        }
        self.rest = rest;
        true
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        match self.takes(word) {
            true => Ok(()),
            false => Err(format!("`{word}` was expected before `{}`", self.rest)),
        }
    }

    fn choice(&mut self) -> Found {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("it nests too deeply".to_owned());
        }
        let condition = self.level(0);
        let value = if self.takes("?") {
            let first = self.choice();
            self.expect(":")?;
            let second = self.choice();
            if condition?.truth()? { first } else { second }
        } else {
            condition
        };
        self.depth -= 1;
        value
    }

    fn level(&mut self, at: usize) -> Found {
        let Some(operators) = LEVELS.get(at) else {
            return self.unary();
        };
        let mut left = self.level(at + 1);
        while let Some(operator) = operators.iter().find(|it| self.takes(it)) {
            let right = self.level(at + 1);
            left = apply(operator, left, right);
        }
        left
    }

    fn unary(&mut self) -> Found {
        self.blank();
        if !self.rest.starts_with("!=") && self.takes("!") {
            self.deeper()?;
            return Ok(Value::Bool(!self.unary()?.truth()?));
        }
        if self.takes("-") {
            self.deeper()?;
            let value = self.unary()?;
            return match (&value, double(&value)) {
                (Value::Int(it), _) => it.checked_neg().map(Value::Int).ok_or_else(overflow),
                (_, Some(it)) => Ok(Value::Double(-it)),
                (_, None) => Err(format!("`-` takes no {}", value.kind())),
            };
        }
        self.postfix()
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        match self.depth > 10 * DEEPEST {
            true => Err("it nests too deeply".to_owned()),
            false => Ok(()),
        }
    }

    fn postfix(&mut self) -> Found {
        let mut value = self.primary()?;
        loop {
            if self.takes("[") {
                let at = self.choice()?;
                self.expect("]")?;
                value = index(&value, &at)?;
            } else if self.takes(".") {
                let name = self.name()?;
                value = match self.takes("(") {
                    true => {
                        let mut args = vec![value];
                        args.extend(self.all(")")?);
                        call(&name, &args)?
                    }
                    false => index(&value, &Value::Text(name))?,
                };
            } else {
                return Ok(value);
            }
        }
    }

    fn name(&mut self) -> Result<String, String> {
        self.blank();
        let end = self
            .rest
            .find(|it: char| !it.is_alphanumeric() && it != '_');
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if name.is_empty() {
            return Err(format!("a value was expected before `{}`", self.rest));
        }
        self.rest = rest;
        Ok(name.to_owned())
    }

    /// What stands up to a closing bracket, with commas between.
    fn all(&mut self, close: &str) -> Result<Vec<Value>, String> {
        let mut all = Vec::new();
        while !self.takes(close) {
            all.push(self.choice()?);
            if !self.takes(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(all)
    }

    fn primary(&mut self) -> Found {
        self.blank();
        if self.takes("(") {
            let value = self.choice();
            self.expect(")")?;
            return value;
        }
        if self.takes("[") {
            return self.all("]").map(Value::List);
        }
        if self.takes("{") {
            return self.map();
        }
        let raw = self.rest.starts_with(['r', 'R']);
        let quoted = self.rest.get(usize::from(raw)..).unwrap_or_default();
        if quoted.starts_with(['"', '\'']) {
            self.rest = quoted;
            return self.text(raw).map(Value::Text);
        }
        if self.rest.starts_with(|it: char| it.is_ascii_digit()) {
            return self.number();
        }
        let name = self.name()?;
        match name.as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            "null" => Ok(Value::Null),
            _ if self.takes("(") => call(&name, &self.all(")")?),
            _ => Err(format!("there is no `{name}`")),
        }
    }

    fn map(&mut self) -> Found {
        let mut map = IndexMap::new();
        while !self.takes("}") {
            let key = self.choice()?;
            self.expect(":")?;
            let value = self.choice()?;
            map.insert(key.key(), value);
            if !self.takes(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(Value::Map(map))
    }

    fn number(&mut self) -> Found {
        let digits = |it: char| !it.is_ascii_alphanumeric() && it != '.';
        let end = self.rest.find(digits).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let whole = text.trim_end_matches(['u', 'U']);
        let int = match whole.strip_prefix("0x") {
            Some(digits) => i64::from_str_radix(digits, 16).ok(),
            None => whole.parse().ok(),
        };
        let double = || text.parse().ok().map(Value::Double);
        let value = int.map(Value::Int).or_else(double);
        value.ok_or_else(|| format!("`{text}` is no number"))
    }

    fn text(&mut self, raw: bool) -> Result<String, String> {
        let quote = self.rest.chars().next().unwrap_or('"');
        let long = quote.to_string().repeat(3);
        let close = match self.rest.starts_with(&long) {
            true => long,
            false => quote.to_string(),
        };
        let unclosed = || "a text does not end".to_owned();
        let mut rest = self.rest.get(close.len()..).unwrap_or_default();
        let mut text = String::new();
        loop {
            if let Some(after) = rest.strip_prefix(&close) {
                self.rest = after;
                return Ok(text);
            }
            let mut chars = rest.chars();
            let it = chars.next().ok_or_else(unclosed)?;
            if it == '\\' && !raw {
                text.push(match chars.next().ok_or_else(unclosed)? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                });
            } else {
                text.push(it);
            }
            rest = chars.as_str();
        }
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::List(_) => "list",
            Self::Map(_) => "map",
        }
    }

    fn truth(&self) -> Result<bool, String> {
        if let Self::Bool(it) = self {
            Ok(*it)
        } else {
            Err(format!("a {} is no condition", self.kind()))
        }
    }

    fn key(&self) -> String {
        match self {
            Self::Text(it) => it.clone(),
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Double(_)
            | Self::List(_)
            | Self::Map(_) => format!("{self:?}"),
        }
    }
}

fn overflow() -> String {
    "a number is too large".to_owned()
}

fn apply(operator: &str, left: Found, right: Found) -> Found {
    // One side may decide alone, whatever is wrong with the other.
    let decides = match operator {
        "||" => Some(true),
        "&&" => Some(false),
        _ => None,
    };
    if let Some(decides) = decides {
        let (one, two) = (Value::Bool(decides), Value::Bool(!decides));
        if left.as_ref() == Ok(&one) || right.as_ref() == Ok(&one) {
            return Ok(one);
        }
        return match (left?, right?) {
            (a, b) if a == two && b == two => Ok(two),
            (a, b) => Err(format!(
                "`{operator}` takes no {} and {}",
                a.kind(),
                b.kind()
            )),
        };
    }
    let (left, right) = (left?, right?);
    let ordered = |fits: fn(Ordering) -> bool| match compared(&left, &right) {
        Some(order) => Ok(Value::Bool(fits(order))),
        None => Err(format!(
            "{} and {} have no order",
            left.kind(),
            right.kind()
        )),
    };
    match operator {
        "==" => Ok(Value::Bool(equal(&left, &right))),
        "!=" => Ok(Value::Bool(!equal(&left, &right))),
        "<" => ordered(Ordering::is_lt),
        "<=" => ordered(Ordering::is_le),
        ">" => ordered(Ordering::is_gt),
        ">=" => ordered(Ordering::is_ge),
        "in" => match &right {
            Value::List(all) => Ok(Value::Bool(all.iter().any(|it| equal(it, &left)))),
            Value::Map(map) => Ok(Value::Bool(map.contains_key(&left.key()))),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Double(_) | Value::Text(_) => {
                Err(format!("`in` takes no {}", right.kind()))
            }
        },
        _ => computed(operator, left, right),
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    left == right || compared(left, right) == Some(Ordering::Equal)
}

fn compared(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (a, b) => double(a)?.partial_cmp(&double(b)?),
    }
}

fn double(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "as CEL compares them")]
        Value::Int(it) => Some(*it as f64),
        Value::Double(it) => Some(*it),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
    }
}

fn computed(operator: &str, left: Value, right: Value) -> Found {
    let kinds = (left.kind(), right.kind());
    match (operator, left, right) {
        ("+", Value::Text(a), Value::Text(b)) => Ok(Value::Text(a + &b)),
        ("+", Value::List(a), Value::List(b)) => Ok(Value::List([a, b].concat())),
        (_, Value::Int(a), Value::Int(b)) => {
            let value = match operator {
                "+" => a.checked_add(b),
                "-" => a.checked_sub(b),
                "*" => a.checked_mul(b),
                "/" => a.checked_div(b),
                _ => a.checked_rem(b),
            };
            value.map(Value::Int).ok_or_else(overflow)
        }
        ("+", Value::Double(a), Value::Double(b)) => Ok(Value::Double(a + b)),
        ("-", Value::Double(a), Value::Double(b)) => Ok(Value::Double(a - b)),
        ("*", Value::Double(a), Value::Double(b)) => Ok(Value::Double(a * b)),
        ("/", Value::Double(a), Value::Double(b)) => Ok(Value::Double(a / b)),
        _ => Err(format!("`{operator}` takes no {} and {}", kinds.0, kinds.1)),
    }
}

fn index(of: &Value, at: &Value) -> Found {
    let found = match (of, at) {
        (Value::List(all), Value::Int(at)) => {
            let at = usize::try_from(*at).ok();
            at.and_then(|at| all.get(at)).cloned()
        }
        (Value::Map(map), at) => map.get(&at.key()).cloned(),
        (_, _) => None,
    };
    found.ok_or_else(|| format!("there is no `{}` in it", at.key()))
}

fn call(name: &str, args: &[Value]) -> Found {
    let unknown = || {
        let kinds: Vec<&str> = args.iter().map(Value::kind).collect();
        format!("`{name}` of {} is not computed here", kinds.join(", "))
    };
    let number = |it: usize| i64::try_from(it).map(Value::Int).map_err(|_| overflow());
    match (name, args) {
        ("size", [Value::Text(it)]) => number(it.chars().count()),
        ("size", [Value::List(it)]) => number(it.len()),
        ("size", [Value::Map(it)]) => number(it.len()),
        ("startsWith", [Value::Text(of), Value::Text(it)]) => Ok(Value::Bool(of.starts_with(it))),
        ("endsWith", [Value::Text(of), Value::Text(it)]) => Ok(Value::Bool(of.ends_with(it))),
        ("contains", [Value::Text(of), Value::Text(it)]) => Ok(Value::Bool(of.contains(it))),
        ("matches", [Value::Text(of), Value::Text(it)]) => {
            let regex = regex::Regex::new(it).map_err(|_| format!("`{it}` is no pattern"))?;
            Ok(Value::Bool(regex.is_match(of)))
        }
        ("int", [Value::Int(it)]) => Ok(Value::Int(*it)),
        ("int", [Value::Text(it)]) => it.parse().map(Value::Int).map_err(|_| unknown()),
        ("double", [Value::Text(it)]) => it.parse().map(Value::Double).map_err(|_| unknown()),
        ("double", [it]) => double(it).map(Value::Double).ok_or_else(unknown),
        ("bool", [Value::Text(it)]) => it.parse().map(Value::Bool).map_err(|_| unknown()),
        ("string", [Value::Text(it)]) => Ok(Value::Text(it.clone())),
        ("string", [Value::Int(it)]) => Ok(Value::Text(it.to_string())),
        ("string", [Value::Bool(it)]) => Ok(Value::Text(it.to_string())),
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn conditions_are_computed() {
        for (text, value) in [
            ("'a' == 'a' && 1 + 2 * 3 == 7", true),
            ("'b' in ['a', \"b\"] ? !false : 1 / 0 == 1", true),
            ("true || 1 / 0 == 1", true),
            ("{'a': [1, 2]}.a[1] > 1.5", true),
            ("'main-x'.startsWith('main') && size('abc') != 3", false),
            ("'v1.2'.matches('^v[0-9]+')", true),
            ("-3 < int('2') - 4", true),
            ("(('x')) != 'x'", false),
        ] {
            assert_eq!(holds(text), Ok(value), "{text}");
        }
        for text in ["1", "a == 1", "'a' +", "1 / 0 == 1", "'a' < 1", "true)"] {
            assert!(holds(text).is_err(), "{text}");
        }
        assert!(holds(&"(".repeat(100_000)).is_err());
        assert!(holds(&"!".repeat(100_000)).is_err());
    }
}
