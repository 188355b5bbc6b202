//! The words of CEL.

/// A word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token<'a> {
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Word(&'a str),
    /// `&&`, `.`, `(`, …
    Sign(&'a str),
}

const SIGNS: &[&str] = &[
    "&&", "||", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",",
    "(", ")", "[", "]", "{", "}",
];

/// All words of a text.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '/' if rest.starts_with("//") => {
                rest = rest.split_once('\n').map_or("", |it| it.1).trim_start();
                continue;
            }
            _ if quoted(rest).is_some() => string(rest)?,
            '0'..='9' => number(rest)?,
            '.' if rest.chars().nth(1).is_some_and(|it| it.is_ascii_digit()) => number(rest)?,
            'a'..='z' | 'A'..='Z' | '_' => {
                let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_';
                let end = rest.find(|it| !is_part(it)).unwrap_or(rest.len());
                (Token::Word(rest.get(..end).unwrap_or("")), end)
            }
            _ => {
                let sign = SIGNS.iter().find(|it| rest.starts_with(**it));
                let sign = sign.ok_or_else(|| format!("`{first}` is nothing of CEL"))?;
                (Token::Sign(sign), sign.len())
            }
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or("").trim_start();
    }
    Ok(tokens)
}

/// The letters before a quotation mark, and the mark; `None` where no string begins.
fn quoted(rest: &str) -> Option<(&str, &str)> {
    let mut first = rest.char_indices().take(3);
    let (end, _) = first.find(|(_, it)| matches!(it, '"' | '\''))?;
    let (letters, behind) = rest.split_at_checked(end)?;
    let known = matches!(
        letters.to_ascii_lowercase().as_str(),
        "" | "r" | "b" | "rb" | "br"
    );
    let marks = ["\"\"\"", "'''", "\"", "'"];
    let mark = marks.into_iter().find(|it| behind.starts_with(it))?;
    known.then_some((letters, mark))
}

fn string(rest: &str) -> Result<(Token<'_>, usize), String> {
    let (letters, mark) = quoted(rest).unwrap_or(("", "\""));
    let raw = letters.contains(['r', 'R']);
    let is_bytes = letters.contains(['b', 'B']);
    let start = letters.len() + mark.len();
    let body = rest.get(start..).unwrap_or("");
    let mut at = 0;
    loop {
        let here = body.get(at..).unwrap_or("");
        let Some(first) = here.chars().next() else {
            return Err("a string is not closed".to_owned());
        };
        if here.starts_with(mark) {
            break;
        }
        match first {
            '\n' | '\r' if mark.len() == 1 => return Err("a string is not closed".to_owned()),
            '\\' if !raw => at += escape(here)?,
            _ => at += first.len_utf8(),
        }
    }
    let token = if is_bytes { Token::Bytes } else { Token::Text };
    Ok((token, start + at + mark.len()))
}

/// How long an escape is.
fn escape(here: &str) -> Result<usize, String> {
    let wrong = || "an escape in a string is none of CEL".to_owned();
    let second = here.chars().nth(1).ok_or_else(wrong)?;
    let digits = |count: usize, radix: u32| {
        let digits = here.get(2..2 + count).ok_or_else(wrong)?;
        let good = digits.chars().all(|it| it.is_digit(radix));
        if good { Ok(2 + count) } else { Err(wrong()) }
    };
    match second {
        'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' | '\'' | '"' | '`' | '?' => Ok(2),
        'x' | 'X' => digits(2, 16),
        'u' => digits(4, 16),
        'U' => digits(8, 16),
        '0'..='3' => digits(2, 8),
        _ => Err(wrong()),
    }
}

fn number(rest: &str) -> Result<(Token<'_>, usize), String> {
    let digits = |text: &str| {
        let end = text.find(|it: char| !it.is_ascii_digit());
        end.unwrap_or(text.len())
    };
    if let Some(hex) = rest.strip_prefix("0x") {
        let end = hex.find(|it: char| !it.is_ascii_hexdigit());
        return whole(rest, 2, 2 + end.unwrap_or(hex.len()), 16);
    }
    let mut end = digits(rest);
    let mut is_double = false;
    let part = rest.get(end..).and_then(|it| it.strip_prefix('.'));
    let part = part.map_or(0, digits);
    if part > 0 {
        is_double = true;
        end += 1 + part;
    }
    let power = rest.get(end..).and_then(|it| it.strip_prefix(['e', 'E']));
    if let Some(power) = power {
        let bare = power.strip_prefix(['+', '-']).unwrap_or(power);
        let count = digits(bare);
        if count > 0 {
            is_double = true;
            end += 1 + (power.len() - bare.len()) + count;
        }
    }
    if is_double {
        return Ok((Token::Double, end));
    }
    whole(rest, 0, end, 10)
}

/// A whole number, with a `u` behind it where it has no sign.
fn whole(rest: &str, start: usize, end: usize, radix: u32) -> Result<(Token<'_>, usize), String> {
    let digits = rest.get(start..end).unwrap_or("");
    let value = u64::from_str_radix(digits, radix);
    let value = value.map_err(|_| "a number is too large".to_owned())?;
    if rest.get(end..).is_some_and(|it| it.starts_with(['u', 'U'])) {
        return Ok((Token::Uint, end + 1));
    }
    match i64::try_from(value) {
        Ok(_) => Ok((Token::Int, end)),
        Err(_) => Err("a number is too large".to_owned()),
    }
}
