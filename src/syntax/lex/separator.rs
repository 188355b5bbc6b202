//! Which line breaks separate and which merely go on (language reference, lexical rules).

use std::ops::Range;

use crate::syntax::lex::{Lexed, Token, TokenKind};

/// In which brackets a line breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    List,
    Elsewhere,
}

impl Lexed {
    /// Whether the line break at `at` ends what began at the start of `tokens`: neither what stands before it nor what follows
    /// goes on. Only in a list may it go on with `for` and `if`.
    pub(crate) fn separates(
        &self,
        text: &str,
        at: usize,
        tokens: &Range<usize>,
        place: Place,
    ) -> bool {
        !self.goes_on_after(text, at, tokens) && !self.goes_on_with(text, at, tokens, place)
    }

    fn goes_on_after(&self, text: &str, at: usize, tokens: &Range<usize>) -> bool {
        let before = self.tokens.get(tokens.start..at).unwrap_or_default();
        let mut before = before.iter().enumerate().rev().filter(|(_, it)| means(it));
        let Some((_, last)) = before.next() else {
            return false;
        };
        let touches = before.next().is_some_and(|(_, it)| it.end == last.start);
        match last.kind {
            // `List<T>` is whole, `a >` is not.
            TokenKind::Operator if slice(text, last) == ">" => !touches,
            TokenKind::Operator => !matches!(slice(text, last), ":" | "?"),
            TokenKind::Word => matches!(slice(text, last), "then" | "else" | "in"),
            TokenKind::Doc => true,
            TokenKind::Number
            | TokenKind::Comma
            | TokenKind::LineBreak
            | TokenKind::Comment
            | TokenKind::Str
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Stray => false,
        }
    }

    fn goes_on_with(&self, text: &str, at: usize, tokens: &Range<usize>, place: Place) -> bool {
        let after = self.tokens.get(at..tokens.end).unwrap_or_default();
        let mut after = after.iter().filter(|it| means(it));
        let Some(next) = after.next() else {
            return false;
        };
        let second = after.next();
        let is_label = second.is_some_and(|it| slice(text, it) == ":");
        let touches = second.is_some_and(|it| it.start == next.end);
        match next.kind {
            TokenKind::Operator => match slice(text, next) {
                ".." | "!" => false,
                // `-1` is a value of its own.
                "-" => !touches,
                _ => true,
            },
            TokenKind::Word if is_label => false,
            TokenKind::Word => match slice(text, next) {
                "then" | "else" | "because" | "in" => true,
                "for" => place == Place::List,
                "if" => place == Place::List && self.has_for(text, tokens.start..at),
                _ => false,
            },
            TokenKind::Number
            | TokenKind::Comma
            | TokenKind::LineBreak
            | TokenKind::Comment
            | TokenKind::Doc
            | TokenKind::Str
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Stray => false,
        }
    }

    /// Whether the line break before `at` is followed by a `{`: a block that has lost what it belongs to.
    pub(crate) fn opens_alone(&self, text: &str, at: usize) -> bool {
        let after = self.tokens.get(at..).unwrap_or_default();
        let next = after.iter().find(|it| means(it));
        next.is_some_and(|it| it.kind == TokenKind::Open && slice(text, it) == "{")
    }

    fn has_for(&self, text: &str, tokens: Range<usize>) -> bool {
        let tokens = self.tokens.get(tokens).unwrap_or_default();
        let is_for = |it: &Token| it.kind == TokenKind::Word && slice(text, it) == "for";
        tokens.iter().any(is_for)
    }
}

fn means(token: &Token) -> bool {
    !matches!(token.kind, TokenKind::LineBreak | TokenKind::Comment)
}

fn slice<'a>(text: &'a str, token: &Token) -> &'a str {
    text.get(token.start..token.end).unwrap_or_default()
}
