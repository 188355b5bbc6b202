//! Patterns of branches and paths, as far as they can be wrong: only a class of characters can.

/// What is wrong with a pattern; `None` where it is fine.
pub(crate) fn flaw(pattern: &str) -> Option<&'static str> {
    let mut rest = pattern.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => {
                rest.next();
            }
            '[' => match class(rest.as_str()) {
                Ok(after) => rest = after.chars(),
                Err(flaw) => return Some(flaw),
            },
            _ => {}
        }
    }
    None
}

/// What stands behind a class whose `[` has been read.
fn class(inner: &str) -> Result<&str, &'static str> {
    let inner = inner.strip_prefix('!').unwrap_or(inner);
    let mut letters = inner.chars();
    let Some(low) = letters.next() else {
        return Err(OPEN);
    };
    if let Some(high) = letters.as_str().strip_prefix('-') {
        let mut letters = high.chars();
        let Some(high) = letters.next() else {
            return Err(OPEN);
        };
        let Some(rest) = letters.as_str().strip_prefix(']') else {
            return Err("a range stands alone in its brackets: `[a-z]`, and not `[a-z0-9]`");
        };
        return match low <= high {
            true => Ok(rest),
            false => Err("a range goes up: `[a-z]`"),
        };
    }
    let mut letters = inner.char_indices();
    let mut any = false;
    while let Some((at, letter)) = letters.next() {
        match letter {
            ']' if any => return Ok(inner.get(at + 1..).unwrap_or("")),
            ']' => return Err("nothing stands in the brackets"),
            '\\' => {
                letters.next();
                any = true;
            }
            _ => any = true,
        }
    }
    Err(OPEN)
}

const OPEN: &str = "a bracket is not closed";

#[cfg(test)]
mod tests {
    use super::flaw;

    #[test]
    fn only_classes_can_be_wrong() {
        for pattern in [
            "main",
            "release/*",
            "**",
            "{a,b}",
            "{a",
            "a}",
            "v[0-9]*",
            "[abc]",
            "[!a]",
            "[^a]",
            "\\[",
            "[a\\]b]",
            "",
        ] {
            assert_eq!(flaw(pattern), None, "{pattern}");
        }
        for pattern in [
            "[", "[]", "[a", "[a-", "[a-z", "[a-zA-Z]", "[z-a]", "x[!]", "a[b-c",
        ] {
            assert!(flaw(pattern).is_some(), "{pattern}");
        }
    }
}
