//! Strings and text blocks, with their holes.

use crate::syntax::lex::{FlawKind, Lexer, TokenKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Quoted { start: usize },
    Raw,
    Text { quotes: usize, start: usize },
}

impl Lexer<'_> {
    /// At a `"`: a string, or the quotes of a text block.
    pub(crate) fn string_start(&mut self) {
        let quotes = run_of_quotes(self.rest());
        let start = self.at;
        if quotes < 3 {
            self.string(Style::Quoted { start }, 1);
            return;
        }
        let line = self.rest().get(quotes..).unwrap_or_default();
        let line = line.split('\n').next().unwrap_or_default();
        if !line
            .trim_end_matches('\r')
            .trim_matches([' ', '\t'])
            .is_empty()
        {
            self.flaw(FlawKind::TextOnFirstLine, start, start + quotes);
        }
        self.string(Style::Text { quotes, start }, quotes);
    }

    /// A string that opens here with `skip` bytes.
    pub(crate) fn string(&mut self, style: Style, skip: usize) {
        let from = self.at;
        self.at += skip;
        self.string_rest(style, from);
    }

    /// The rest of a string, to its end or its next hole; the token begins at `from`.
    pub(crate) fn string_rest(&mut self, style: Style, from: usize) {
        let mut at = self.at;
        let opens_hole = loop {
            let rest = self.text.get(at..).unwrap_or_default();
            let Some(first) = rest.chars().next() else {
                self.unclosed_string(style, from, at);
                break false;
            };
            if rest.starts_with("#{") && style != Style::Raw {
                break true;
            }
            match style {
                Style::Quoted { start: _ } | Style::Raw => match first {
                    '"' => {
                        at += 1;
                        break false;
                    }
                    '\n' | '\r' => {
                        self.unclosed_string(style, from, at);
                        break false;
                    }
                    '\\' if style != Style::Raw => at += self.escape(at),
                    _ => at += first.len_utf8(),
                },
                Style::Text { quotes, start: _ } => match first {
                    '"' => {
                        let run = run_of_quotes(rest);
                        at += run;
                        if run > quotes {
                            self.flaw(FlawKind::TextFence, at - run, at);
                        }
                        // Where there are too many quotes, the rest of the line tells whether they close it.
                        if run == quotes || run > quotes && self.ends_line(at) {
                            break false;
                        }
                    }
                    '\n' => at += self.text_line(at),
                    '\r' if !rest.starts_with("\r\n") => {
                        self.flaw(FlawKind::CarriageReturn, at, at + 1);
                        at += 1;
                    }
                    _ => at += first.len_utf8(),
                },
            }
        };
        self.at = from;
        self.push(TokenKind::Str, at - from);
        if opens_hole {
            self.open(2, Some(style));
        }
    }

    fn ends_line(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.lines().next().is_none_or(|it| it.trim().is_empty())
    }

    /// A line break in a text block: what follows it must not stand in column 0.
    fn text_line(&mut self, at: usize) -> usize {
        let next = self.text.get(at + 1..).unwrap_or_default();
        if !next.is_empty() && !next.starts_with([' ', '\t', '\n', '\r']) {
            let line = next.split('\n').next().unwrap_or_default();
            let end = at + 1 + line.trim_end().len();
            self.flaw(FlawKind::TextInColumnZero, at + 1, end);
        }
        1
    }

    /// How long the escape at `at` is.
    fn escape(&mut self, at: usize) -> usize {
        let rest = self.text.get(at + 1..).unwrap_or_default();
        let first = rest.chars().next().unwrap_or_default();
        if matches!(first, 'n' | 't' | 'r' | '"' | '\\') {
            return 2;
        }
        if rest.starts_with("#{") {
            return 3;
        }
        if let Some(code) = rest.strip_prefix("u{") {
            let digits = code.bytes().take_while(u8::is_ascii_hexdigit).count();
            let value = code.get(..digits).unwrap_or_default();
            let value = u32::from_str_radix(value, 16).ok().and_then(char::from_u32);
            if value.is_some()
                && digits <= 6
                && code.get(digits..).is_some_and(|it| it.starts_with('}'))
            {
                return 4 + digits;
            }
        }
        let length = match first {
            '\n' | '\r' | '\0' => 1,
            _ => 1 + first.len_utf8(),
        };
        self.flaw(FlawKind::Escape, at, at + length);
        length
    }

    fn unclosed_string(&mut self, style: Style, from: usize, at: usize) {
        match style {
            Style::Quoted { start } => self.flaw(FlawKind::UnclosedString, start, start + 1),
            Style::Raw => self.flaw(FlawKind::UnclosedString, from, from + 2),
            Style::Text { quotes, start } => {
                self.flaw(FlawKind::UnclosedText(quotes), start, start + quotes);
            }
        }
        let _ = at;
    }
}

fn run_of_quotes(text: &str) -> usize {
    text.bytes().take_while(|it| *it == b'"').count()
}
