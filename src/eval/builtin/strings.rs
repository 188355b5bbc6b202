//! Built-ins on texts. Places in a text are counted in characters, from zero.

use regex::Regex;

use crate::base::Name;
use crate::eval::EvalError;
use crate::eval::builtin::{Outcome, int, one_text, text, two_texts};
use crate::eval::limit::check_text;
use crate::value::Value;

pub(super) fn pattern(text: &str) -> Result<Regex, EvalError> {
    Regex::new(text).map_err(|it| {
        let report = it.to_string();
        let reason = report.lines().find_map(|it| it.strip_prefix("error: "));
        EvalError::Regex(reason.unwrap_or("it is too large").to_owned())
    })
}

pub(super) fn matches(args: &[Value]) -> Outcome {
    let (text, sought) = two_texts(args)?;
    Ok(Value::Bool(pattern(sought)?.is_match(text)))
}

pub(super) fn find(args: &[Value]) -> Outcome {
    let (text, sought) = two_texts(args)?;
    let found = pattern(sought)?;
    let found = found.find(text).map(|it| Value::str(it.as_str()));
    Ok(found.unwrap_or(Value::None))
}

pub(super) fn find_all(args: &[Value]) -> Outcome {
    let (text, sought) = two_texts(args)?;
    let found = pattern(sought)?;
    let all = found.find_iter(text).map(|it| Value::str(it.as_str()));
    Ok(Value::list(all.collect()))
}

/// A group that takes no part in the match is the empty text.
pub(super) fn groups(args: &[Value]) -> Outcome {
    let (text, sought) = two_texts(args)?;
    let found = pattern(sought)?;
    let Some(found) = found.captures(text) else {
        return Ok(Value::None);
    };
    let group = |it: Option<regex::Match<'_>>| Value::str(it.map_or("", |it| it.as_str()));
    Ok(Value::list(found.iter().map(group).collect()))
}

pub(super) fn index_of(args: &[Value]) -> Outcome {
    let (text, part) = two_texts(args)?;
    let before = text.find(part).and_then(|it| text.get(..it));
    let Some(before) = before else {
        return Ok(Value::None);
    };
    crate::eval::builtin::size(before.chars().count())
}

/// What is past either end is left out.
pub(super) fn slice(args: &[Value]) -> Outcome {
    let [whole, start, end] = args else {
        return Err(EvalError::Arity(Name::default()));
    };
    let whole = text(whole)?;
    let start = usize::try_from(int(start)?).unwrap_or_default();
    let end = match end {
        Value::None => usize::MAX,
        end => usize::try_from(int(end)?).unwrap_or_default(),
    };
    let part = whole.chars().skip(start).take(end.saturating_sub(start));
    Ok(Value::str(part.collect::<String>()))
}

pub(super) fn lines(args: &[Value]) -> Outcome {
    Ok(Value::list(
        one_text(args)?.lines().map(Value::str).collect(),
    ))
}

pub(super) fn strip_prefix(args: &[Value]) -> Outcome {
    let (text, prefix) = two_texts(args)?;
    Ok(Value::str(text.strip_prefix(prefix).unwrap_or(text)))
}

pub(super) fn strip_suffix(args: &[Value]) -> Outcome {
    let (text, suffix) = two_texts(args)?;
    Ok(Value::str(text.strip_suffix(suffix).unwrap_or(text)))
}

pub(super) fn pad_start(args: &[Value]) -> Outcome {
    let (whole, padding) = padding(args)?;
    Ok(Value::str(padding + whole))
}

pub(super) fn pad_end(args: &[Value]) -> Outcome {
    let (whole, padding) = padding(args)?;
    Ok(Value::str(whole.to_owned() + &padding))
}

/// What is missing to so many characters, of a text again and again.
fn padding(args: &[Value]) -> Result<(&str, String), EvalError> {
    let [whole, width, fill] = args else {
        return Err(EvalError::Arity(Name::default()));
    };
    let (whole, fill) = (text(whole)?, text(fill)?);
    let width = usize::try_from(int(width)?).unwrap_or_default();
    let missing = width.saturating_sub(whole.chars().count());
    check_text(missing.checked_mul(4))?;
    Ok((whole, fill.chars().cycle().take(missing).collect()))
}
