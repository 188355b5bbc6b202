//! How large a value may become: few lines of doubling make more text than any machine holds.

use crate::eval::EvalError;
use crate::value::Value;

/// Characters (in bytes) and elements of a value together.
pub(crate) const MAX_SIZE: usize = 1 << 20;

/// An error where the value exceeds the limit. Looks no further than the limit reaches, since shared parts count each time.
pub(crate) fn check_size(value: &Value) -> Result<(), EvalError> {
    let mut left = MAX_SIZE;
    if take(value, &mut left) {
        return Ok(());
    }
    Err(EvalError::TooLarge(MAX_SIZE))
}

/// An error where so many bytes of text exceed the limit: asked before the text is made.
pub(crate) fn check_text(bytes: Option<usize>) -> Result<(), EvalError> {
    match bytes {
        Some(bytes) if bytes <= MAX_SIZE => Ok(()),
        Some(_) | None => Err(EvalError::TooLarge(MAX_SIZE)),
    }
}

fn take(value: &Value, left: &mut usize) -> bool {
    let own = 1 + value.as_str().map_or(0, str::len);
    let Some(rest) = left.checked_sub(own) else {
        return false;
    };
    *left = rest;
    match value {
        Value::List(all) => all.iter().all(|it| take(it, left)),
        Value::Record(fields) => fields
            .iter()
            .all(|(key, it)| take_key(key, left) && take(it, left)),
        Value::Make(make) => make.args.values().all(|it| take(it, left)),
        Value::Range(ends) => take(&ends.0, left) && take(&ends.1, left),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::Thing(_) => true,
    }
}

fn take_key(key: &str, left: &mut usize) -> bool {
    let rest = left.checked_sub(key.len());
    *left = rest.unwrap_or_default();
    rest.is_some()
}
