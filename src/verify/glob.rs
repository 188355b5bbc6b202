//! Patterns of branches and paths: whether two have a text in common, and one such text.

use std::collections::VecDeque;

use indexmap::IndexSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Char(char),
    /// `?`
    Any,
    /// `*`, `**`
    Many,
}

/// A text that both patterns match, a short one; `None` where there is none, or where a pattern says more than `*` and `?` can.
pub(crate) fn common(first: &str, second: &str) -> Option<String> {
    let (first, second) = (pieces(first)?, pieces(second)?);
    let mut open = VecDeque::from([(0_usize, 0_usize, String::new())]);
    let mut seen = IndexSet::from([(0_usize, 0_usize)]);
    while let Some((a, b, text)) = open.pop_front() {
        let (left, right) = (first.get(a).copied(), second.get(b).copied());
        if left.is_none() && right.is_none() {
            return Some(readable(text));
        }
        let mut go = |a: usize, b: usize, next: Option<char>| {
            if seen.insert((a, b)) {
                let mut text = text.clone();
                text.extend(next);
                open.push_back((a, b, text));
            }
        };
        match (left, right) {
            (Some(Piece::Many), Some(Piece::Many)) => {
                go(a + 1, b, None);
                go(a, b + 1, None);
            }
            (Some(Piece::Many), _) => {
                go(a + 1, b, None);
                if let Some(piece) = right {
                    go(a, b + 1, Some(example(piece)));
                }
            }
            (_, Some(Piece::Many)) => {
                go(a, b + 1, None);
                if let Some(piece) = left {
                    go(a + 1, b, Some(example(piece)));
                }
            }
            (Some(Piece::Char(x)), Some(Piece::Char(y))) if x != y => {}
            (Some(Piece::Char(it)), Some(_)) | (Some(_), Some(Piece::Char(it))) => {
                go(a + 1, b + 1, Some(it))
            }
            (Some(Piece::Any), Some(Piece::Any)) => go(a + 1, b + 1, Some('x')),
            (None, _) | (_, None) => {}
        }
    }
    None
}

fn example(piece: Piece) -> char {
    match piece {
        Piece::Char(it) => it,
        Piece::Any | Piece::Many => 'x',
    }
}

/// A name that ends or begins with `/`, or is empty, is filled up where a pattern allows any text.
fn readable(text: String) -> String {
    if text.is_empty() {
        return "main".to_owned();
    }
    if text.ends_with('/') {
        text + "x"
    } else {
        text
    }
}

fn pieces(pattern: &str) -> Option<Vec<Piece>> {
    let mut found = Vec::new();
    for it in pattern.chars() {
        let piece = match it {
            '*' => Piece::Many,
            '?' => Piece::Any,
            '[' | ']' | '{' | '}' | '\\' => return None,
            _ => Piece::Char(it),
        };
        if piece != Piece::Many || found.last() != Some(&Piece::Many) {
            found.push(piece);
        }
    }
    Some(found)
}

/// Why a pattern is no glob.
pub(crate) fn flaw(pattern: &str) -> Option<&'static str> {
    let mut open: Vec<char> = Vec::new();
    let mut chars = pattern.chars();
    while let Some(it) = chars.next() {
        match it {
            '\\' if chars.next().is_none() => return Some("it ends with a lone `\\`"),
            '{' | '[' => open.push(it),
            '}' if open.pop() != Some('{') => return Some("a `}` closes nothing"),
            ']' if open.pop() != Some('[') => return Some("a `]` closes nothing"),
            _ => {}
        }
    }
    match open.pop() {
        Some('{') => Some("a `{` is not closed"),
        Some(_) => Some("a `[` is not closed"),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{common, flaw};

    #[test]
    fn patterns_meet_where_one_text_matches_both() {
        let pairs = [
            ("main", "main", Some("main")),
            ("main", "*", Some("main")),
            ("*", "*", Some("main")),
            ("release/*", "release/1.?", Some("release/1.x")),
            ("release/*", "*", Some("release/x")),
            ("src/**", "src/**/a.rs", Some("src//a.rs")),
            ("main", "stable", None),
            ("release/*", "main", None),
            ("a?c", "ab", None),
        ];
        for (a, b, expected) in pairs {
            assert_eq!(common(a, b).as_deref(), expected, "{a} {b}");
            assert_eq!(common(b, a).is_some(), expected.is_some(), "{b} {a}");
        }
    }

    #[test]
    fn a_broken_pattern_is_told() {
        assert_eq!(flaw("release/{1,2}"), None);
        assert!(flaw("release/[1").is_some());
        assert!(flaw("a}").is_some());
        assert!(flaw("a\\").is_some());
    }
}
