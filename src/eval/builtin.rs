//! The built-in functions: what the prelude declares as `extern fn` without making an opaque value.
//! Their signatures are there; a test holds both sets equal.

mod data;
mod lists;
mod numbers;
mod quantities;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the values, and refuses the others alike"
)]
mod strings;

#[cfg(feature = "parquet")]
pub(crate) use numbers::date_time;

use std::cmp::Ordering;

use crate::base::Name;
use crate::eval::error::describe;
use crate::eval::limit::{check_size, check_text};
use crate::eval::operator::compare;
use crate::eval::{EvalError, equal, to_text};
use crate::value::Value;

/// A function of the language that is computed here; on arguments in the order of its parameters, defaults filled in.
struct Builtin {
    name: &'static str,
    run: fn(&[Value]) -> Outcome,
}

type Outcome = Result<Value, EvalError>;

/// Built-ins whose meaning is in `lower`: they ask for what is declared, or say how something is to be lowered.
#[cfg(test)]
pub(crate) const LOWERED: &[&str] = &["at", "secret"];

/// By name.
const BUILTINS: &[Builtin] = &[
    row("abs", abs),
    row("as-bytes", quantities::as_bytes),
    row("as-millicores", quantities::as_millicores),
    row("as-milliseconds", quantities::as_milliseconds),
    row("as-percent", quantities::as_percent),
    row("as-seconds", quantities::as_seconds),
    row("base64", data::base64),
    row("bytes", quantities::bytes),
    row("ceil", numbers::ceil),
    row("contains", contains),
    row("count", count),
    row("digest-of", data::digest_of),
    row("ends-with", ends_with),
    row("exactly", identity),
    row("find", strings::find),
    row("find-all", strings::find_all),
    row("first", first),
    row("flatten", flatten),
    row("floor", numbers::floor),
    row("fraction", quantities::fraction),
    row("from-base64", data::from_base64),
    row("groups", strings::groups),
    row("has", has),
    row("index-of", strings::index_of),
    row("is-nan", numbers::is_nan),
    row("join", join),
    row("json-path", data::json_path),
    row("keys", keys),
    row("last", last),
    row("length", length),
    row("lines", strings::lines),
    row("list", list),
    row("lower", lower),
    row("matches", strings::matches),
    row("max", max),
    row("millicores", quantities::millicores),
    row("milliseconds", quantities::milliseconds),
    row("min", min),
    row("newer", data::newer),
    row("pad-end", strings::pad_end),
    row("pad-start", strings::pad_start),
    row("parse-json", data::parse_json),
    row("pow", numbers::pow),
    row("rem", rem),
    row("repeat", repeat),
    row("replace", replace),
    row("repository", data::repository),
    row("reverse", reverse),
    row("round", numbers::round),
    row("seconds", quantities::seconds),
    row("sha256", data::sha256),
    row("skip", lists::skip),
    row("slice", strings::slice),
    row("sort", sort),
    row("split", split),
    row("sqrt", numbers::sqrt),
    row("starts-with", starts_with),
    row("strip-prefix", strings::strip_prefix),
    row("strip-suffix", strings::strip_suffix),
    row("sum", sum),
    row("tag-of", data::tag_of),
    row("take", lists::take),
    row("to-float", numbers::to_float),
    row("to-int", numbers::to_int),
    row("to-json", data::json_text),
    row("to-string", to_string),
    row("trim", trim),
    row("unique", unique),
    row("unix-time", numbers::unix_time),
    row("unsafe", identity),
    row("upper", upper),
    row("url-encode", data::url_encode),
    row("values", values),
];

const fn row(name: &'static str, run: fn(&[Value]) -> Outcome) -> Builtin {
    Builtin { name, run }
}

/// The value of a built-in function.
pub(crate) fn call(name: &str, args: &[Value]) -> Result<Value, EvalError> {
    let found = find(name).ok_or_else(|| EvalError::UnknownFunction(Name::new(name)))?;
    let value = (found.run)(args).map_err(|it| name_function(it, name))?;
    check_size(&value).map(|()| value)
}

/// Whether a function of that name is computed here.
#[cfg(test)]
pub(crate) fn is_builtin(name: &str) -> bool {
    find(name).is_some()
}

fn find(name: &str) -> Option<&'static Builtin> {
    let at = BUILTINS.binary_search_by(|it| it.name.cmp(name)).ok()?;
    BUILTINS.get(at)
}

/// The functions below leave their own name out of their errors.
fn name_function(error: EvalError, name: &str) -> EvalError {
    let function = Name::new(name);
    if let EvalError::Argument { found, .. } = error {
        return EvalError::Argument { function, found };
    }
    if let EvalError::Arity(_) = error {
        return EvalError::Arity(function);
    }
    error
}

fn argument(found: &Value) -> EvalError {
    EvalError::Argument {
        function: Name::default(),
        found: describe(found),
    }
}

fn one(args: &[Value]) -> Result<&Value, EvalError> {
    if let [it] = args {
        Ok(it)
    } else {
        Err(EvalError::Arity(Name::default()))
    }
}

fn two(args: &[Value]) -> Result<(&Value, &Value), EvalError> {
    if let [a, b] = args {
        Ok((a, b))
    } else {
        Err(EvalError::Arity(Name::default()))
    }
}

fn text(value: &Value) -> Result<&str, EvalError> {
    value.as_str().ok_or_else(|| argument(value))
}

fn int(value: &Value) -> Result<i64, EvalError> {
    value.as_int().ok_or_else(|| argument(value))
}

fn elements(value: &Value) -> Result<&[Value], EvalError> {
    value.as_list().ok_or_else(|| argument(value))
}

fn one_text(args: &[Value]) -> Result<&str, EvalError> {
    text(one(args)?)
}

fn two_texts(args: &[Value]) -> Result<(&str, &str), EvalError> {
    let (a, b) = two(args)?;
    Ok((text(a)?, text(b)?))
}

fn one_list(args: &[Value]) -> Result<&[Value], EvalError> {
    elements(one(args)?)
}

fn size(count: usize) -> Outcome {
    let count = i64::try_from(count).map_err(|_| EvalError::Overflow("count"))?;
    Ok(Value::Int(count))
}

fn identity(args: &[Value]) -> Outcome {
    one(args).cloned()
}

// ---- text

fn length(args: &[Value]) -> Outcome {
    size(one_text(args)?.chars().count())
}

fn upper(args: &[Value]) -> Outcome {
    Ok(Value::str(one_text(args)?.to_uppercase()))
}

fn lower(args: &[Value]) -> Outcome {
    Ok(Value::str(one_text(args)?.to_lowercase()))
}

fn trim(args: &[Value]) -> Outcome {
    Ok(Value::str(one_text(args)?.trim()))
}

fn starts_with(args: &[Value]) -> Outcome {
    let (text, prefix) = two_texts(args)?;
    Ok(Value::Bool(text.starts_with(prefix)))
}

fn ends_with(args: &[Value]) -> Outcome {
    let (text, suffix) = two_texts(args)?;
    Ok(Value::Bool(text.ends_with(suffix)))
}

fn contains(args: &[Value]) -> Outcome {
    let (text, part) = two_texts(args)?;
    Ok(Value::Bool(text.contains(part)))
}

/// An empty `old` stands nowhere.
fn replace(args: &[Value]) -> Outcome {
    let [whole, old, new] = args else {
        return Err(EvalError::Arity(Name::default()));
    };
    let (whole, old, new) = (text(whole)?, text(old)?, text(new)?);
    if old.is_empty() {
        return Ok(Value::str(whole));
    }
    let count = whole.matches(old).count();
    let kept = whole.len() - count * old.len();
    let added = count.checked_mul(new.len());
    check_text(added.and_then(|it| it.checked_add(kept)))?;
    Ok(Value::str(whole.replace(old, new)))
}

/// An empty separator stands between all characters.
fn split(args: &[Value]) -> Outcome {
    let (text, separator) = two_texts(args)?;
    if separator.is_empty() {
        let letters = text.chars().map(|it| Value::str(it.to_string()));
        return Ok(Value::list(letters.collect()));
    }
    Ok(Value::list(text.split(separator).map(Value::str).collect()))
}

fn repeat(args: &[Value]) -> Outcome {
    let (whole, times) = two(args)?;
    let (whole, times) = (text(whole)?, int(times)?);
    let times = usize::try_from(times).unwrap_or_default();
    check_text(whole.len().checked_mul(times))?;
    Ok(Value::str(whole.repeat(times)))
}

fn join(args: &[Value]) -> Outcome {
    let (all, separator) = two(args)?;
    let separator = text(separator)?;
    let mut joined = String::new();
    for (index, element) in elements(all)?.iter().enumerate() {
        if index > 0 {
            joined += separator;
        }
        joined += &to_text(element).ok_or_else(|| argument(element))?;
        check_text(Some(joined.len()))?;
    }
    Ok(Value::str(joined))
}

fn to_string(args: &[Value]) -> Outcome {
    match to_text(one(args)?) {
        Some(text) => Ok(Value::str(text)),
        None => data::json_text(args),
    }
}

// ---- lists

fn count(args: &[Value]) -> Outcome {
    size(one_list(args)?.len())
}

fn flatten(args: &[Value]) -> Outcome {
    let mut flat = Vec::new();
    for list in one_list(args)? {
        flat.extend_from_slice(elements(list)?);
        check_text(Some(flat.len()))?;
    }
    Ok(Value::list(flat))
}

fn first(args: &[Value]) -> Outcome {
    Ok(one_list(args)?.first().cloned().unwrap_or(Value::None))
}

fn last(args: &[Value]) -> Outcome {
    Ok(one_list(args)?.last().cloned().unwrap_or(Value::None))
}

fn reverse(args: &[Value]) -> Outcome {
    Ok(Value::list(one_list(args)?.iter().rev().cloned().collect()))
}

/// Quadratic unless all are texts; the limit of a value would make the former too slow for large lists.
fn unique(args: &[Value]) -> Outcome {
    const MOST: usize = 10_000;
    let all = one_list(args)?;
    if let Some(texts) = all.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
        let set: indexmap::IndexSet<&str> = texts.into_iter().collect();
        return Ok(Value::list(set.into_iter().map(Value::str).collect()));
    }
    if all.len() > MOST {
        return Err(EvalError::TooLarge(MOST));
    }
    let mut found: Vec<Value> = Vec::new();
    for element in all {
        if !found.iter().any(|it| equal(it, element)) {
            found.push(element.clone());
        }
    }
    Ok(Value::list(found))
}

/// Stable; a NaN is where it was.
fn sort(args: &[Value]) -> Outcome {
    let mut all = one_list(args)?.to_vec();
    let kind = std::mem::discriminant::<Value>;
    let odd = all.first().and_then(|first| {
        let comparable = |it: &&Value| kind(it) != kind(first) || !has_order(it);
        all.iter().find(comparable)
    });
    if let Some(odd) = odd {
        return Err(argument(odd));
    }
    all.sort_by(total_order);
    Ok(Value::list(all))
}

fn has_order(value: &Value) -> bool {
    compare(value, value).is_some() || matches!(value, Value::Float(_))
}

/// As [`compare`], but with a place for NaN too, as sorting demands.
fn total_order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (a, b) => compare(a, b).unwrap_or(Ordering::Equal),
    }
}

fn sum(args: &[Value]) -> Outcome {
    let mut total: i64 = 0;
    for element in one_list(args)? {
        total = total
            .checked_add(int(element)?)
            .ok_or(EvalError::Overflow("sum"))?;
    }
    Ok(Value::Int(total))
}

// ---- maps

fn keys(args: &[Value]) -> Outcome {
    let map = one(args)?;
    let fields = map.as_record().ok_or_else(|| argument(map))?;
    Ok(Value::list(fields.keys().map(Value::str).collect()))
}

fn values(args: &[Value]) -> Outcome {
    let map = one(args)?;
    let fields = map.as_record().ok_or_else(|| argument(map))?;
    Ok(Value::list(fields.values().cloned().collect()))
}

fn has(args: &[Value]) -> Outcome {
    let (map, key) = two(args)?;
    let fields = map.as_record().ok_or_else(|| argument(map))?;
    Ok(Value::Bool(fields.contains_key(text(key)?)))
}

// ---- numbers

fn rem(args: &[Value]) -> Outcome {
    let (a, b) = two(args)?;
    let (a, b) = (int(a)?, int(b)?);
    if b == 0 {
        return Err(EvalError::DivisionByZero);
    }
    // Overflows only for MIN by -1, of which nothing is left.
    Ok(Value::Int(a.checked_rem(b).unwrap_or(0)))
}

fn abs(args: &[Value]) -> Outcome {
    let number = int(one(args)?)?;
    number
        .checked_abs()
        .map(Value::Int)
        .ok_or(EvalError::Overflow("abs"))
}

fn min(args: &[Value]) -> Outcome {
    let (a, b) = two(args)?;
    let order = compare(a, b).ok_or_else(|| argument(b))?;
    Ok(if order.is_gt() { b } else { a }.clone())
}

fn max(args: &[Value]) -> Outcome {
    let (a, b) = two(args)?;
    let order = compare(a, b).ok_or_else(|| argument(b))?;
    Ok(if order.is_lt() { b } else { a }.clone())
}

fn list(args: &[Value]) -> Outcome {
    let range = one(args)?;
    let Value::Range(ends) = range else {
        return Err(argument(range));
    };
    let low = ends
        .0
        .as_int()
        .ok_or(EvalError::OpenRange("first number"))?;
    let high = ends.1.as_int().ok_or(EvalError::OpenRange("last number"))?;
    let span = high.checked_sub(low).ok_or(EvalError::Overflow("list"))?;
    check_text(Some(usize::try_from(span.max(0)).unwrap_or(usize::MAX)))?;
    Ok(Value::list((low..=high).map(Value::Int).collect()))
}

#[cfg(test)]
#[path = "builtin_tests.rs"]
mod tests;
