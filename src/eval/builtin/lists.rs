//! Built-ins on lists that give a part of them.

use crate::eval::builtin::{Outcome, elements, int, two};
use crate::value::Value;

pub(super) fn take(args: &[Value]) -> Outcome {
    let (all, count) = two(args)?;
    let count = usize::try_from(int(count)?).unwrap_or_default();
    let all = elements(all)?.iter().take(count);
    Ok(Value::list(all.cloned().collect()))
}

pub(super) fn skip(args: &[Value]) -> Outcome {
    let (all, count) = two(args)?;
    let count = usize::try_from(int(count)?).unwrap_or_default();
    let all = elements(all)?.iter().skip(count);
    Ok(Value::list(all.cloned().collect()))
}
