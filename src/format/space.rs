//! What stands between two tokens of a line.

/// Operators that have a blank on both sides; where none is named, the author's choice stands, since it can mean something.
const SPACED: &[&str] = &[
    "=", "==", "!=", "<=", ">=", "&&", "||", "??", "+", "*", "=>", "->", "|",
];

/// Whether a blank stands between `before` and `after`; `apart` tells whether one did.
pub(crate) fn is_between(before: &str, after: &str, apart: bool) -> bool {
    if matches!(before, "!" | "." | "..") || matches!(after, ":" | "." | "?") {
        return false;
    }
    if matches!(before, ":") || after == "{" {
        return true;
    }
    if SPACED.contains(&before) || SPACED.contains(&after) {
        return true;
    }
    apart
}
