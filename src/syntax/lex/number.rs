//! Numbers and units, as far as a scan can judge them.

use crate::syntax::lex::{FlawKind, Lexer, TokenKind};

impl Lexer<'_> {
    /// A number with all that touches it: `5`, `0.95`, `1h30m`, `20%`, `0o644`.
    pub(crate) fn number(&mut self) {
        let bytes = self.rest().as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut length = 0;
        loop {
            let is_part = |it: &u8| it.is_ascii_alphanumeric() || *it == b'_';
            let is_point = bytes.get(length) == Some(&b'.') && digit(length + 1);
            if !bytes.get(length).is_some_and(is_part) && !is_point {
                break;
            }
            length += 1;
        }
        let text = self.rest().get(..length).unwrap_or_default();
        let zero = bytes.first() == Some(&b'0') && digit(1);
        let good = is_quantity(text);
        if bytes.get(length) == Some(&b'%') {
            length += 1;
        }
        let at = self.at;
        if zero {
            self.flaw(FlawKind::LeadingZero, at, at + length);
        } else if !good {
            self.flaw(FlawKind::BadNumber, at, at + length);
        }
        self.push(TokenKind::Number, length);
    }
}

/// Whether the text is a number, one with a unit, or a duration; `%` left out.
fn is_quantity(text: &str) -> bool {
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && octal.bytes().all(|it| matches!(it, b'0'..=b'7'));
    }
    const SIZES: &[&str] = &[
        "", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "k", "M", "G", "T", "P", "E",
    ];
    const TIMES: &[&str] = &["ns", "us", "ms", "s", "m", "h", "d"];
    let mut rest = text;
    let mut parts = 0;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
        if after.len() == rest.len() {
            return false;
        }
        let unit: String = after
            .chars()
            .take_while(|it| !it.is_ascii_digit())
            .collect();
        let is_last = unit.len() == after.len();
        let number = rest.get(..rest.len() - after.len()).unwrap_or_default();
        let one_point = number.matches('.').count() <= 1;
        let is_size = parts == 0 && is_last && SIZES.contains(&unit.as_str());
        if !one_point || !is_size && !TIMES.contains(&unit.as_str()) {
            return false;
        }
        parts += 1;
        rest = after.get(unit.len()..).unwrap_or_default();
    }
    parts > 0
}
