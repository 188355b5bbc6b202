//! The tokens of an item as nested brackets with what is separated in them.

use std::ops::Range;

use crate::syntax::lex::{Lexed, Place, Token, TokenKind};

/// A part of an element.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    /// A token, or a string with its holes.
    Token {
        text: &'a str,
        /// Something stood between it and what is before it.
        apart: bool,
    },
    Group {
        group: Group<'a>,
        apart: bool,
    },
    /// A comment in the middle of an element; a line break follows.
    Comment(&'a str),
    /// A line break that does not separate.
    Break,
}

/// A pair of brackets with what stands between.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub(crate) open: &'a str,
    pub(crate) close: &'a str,
    pub(crate) entries: Vec<Entry<'a>>,
    /// The author put the first element on a line of its own.
    pub(crate) is_broken: bool,
    /// A comment right behind the opening bracket.
    pub(crate) comment: Option<&'a str>,
}

/// One thing of a group, between separators.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) kind: EntryKind<'a>,
    /// A line break separates it from the entry before.
    pub(crate) on_new_line: bool,
    /// So does a blank line.
    pub(crate) after_blank: bool,
    /// A comment behind it.
    pub(crate) comment: Option<&'a str>,
}

#[derive(Debug)]
pub(crate) enum EntryKind<'a> {
    /// A comment or doc line.
    Line(&'a str),
    Element(Vec<Part<'a>>),
}

pub(crate) struct Reader<'a> {
    text: &'a str,
    lexed: &'a Lexed,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str, lexed: &'a Lexed) -> Self {
        Self { text, lexed }
    }

    /// An item: its doc lines and one element.
    pub(crate) fn item(&self) -> Vec<Entry<'a>> {
        self.entries(0..self.lexed.tokens.len(), None)
    }

    fn token(&self, at: usize) -> Option<Token> {
        self.lexed.tokens.get(at).copied()
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Whether something stands between a token and the one before.
    fn is_apart(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|it| self.token(it));
        match (before, self.token(at)) {
            (Some(before), Some(token)) => before.end != token.start,
            _ => false,
        }
    }

    /// Cuts tokens at their separators; where nothing separates, all but comments and docs is one element.
    fn entries(&self, tokens: Range<usize>, separated: Option<Place>) -> Vec<Entry<'a>> {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let mut breaks = 0;
        let mut at = tokens.start;
        while let Some(token) = self.token(at).filter(|_| at < tokens.end) {
            let line = self.slice(token.start, token.end).trim_end();
            let is_line = matches!(token.kind, TokenKind::Comment | TokenKind::Doc);
            if matches!(token.kind, TokenKind::LineBreak | TokenKind::Comma) {
                breaks += usize::from(token.kind == TokenKind::LineBreak);
                at += 1;
                continue;
            }
            if token.kind == TokenKind::Comment
                && breaks == 0
                && let Some(last) = entries.last_mut()
                && last.comment.is_none()
            {
                last.comment = Some(line);
                at += 1;
                continue;
            }
            let end = match is_line {
                true => at + 1,
                false => self.element_end(at..tokens.end, separated),
            };
            entries.push(Entry {
                kind: match is_line {
                    true => EntryKind::Line(line),
                    false => EntryKind::Element(self.parts(at..end)),
                },
                on_new_line: breaks > 0,
                after_blank: breaks > 1,
                comment: None,
            });
            breaks = 0;
            at = end;
        }
        entries
    }

    /// Where the element ends that begins with the tokens.
    fn element_end(&self, tokens: Range<usize>, separated: Option<Place>) -> usize {
        let mut at = tokens.start;
        let mut end = at;
        while let Some(token) = self.token(at).filter(|_| at < tokens.end) {
            match token.kind {
                TokenKind::Comma if separated.is_some() => break,
                TokenKind::LineBreak => {
                    if let Some(place) = separated
                        && self.lexed.separates(self.text, at, &tokens, place)
                    {
                        break;
                    }
                    at += 1;
                }
                TokenKind::Comment => at += 1,
                TokenKind::Open => {
                    at = self.lexed.partners.get(&at).map_or(at, |it| *it) + 1;
                    end = at;
                }
                TokenKind::Word
                | TokenKind::Number
                | TokenKind::Operator
                | TokenKind::Comma
                | TokenKind::Doc
                | TokenKind::Str
                | TokenKind::Close
                | TokenKind::Stray => {
                    at += 1;
                    end = at;
                }
            }
        }
        end.max(tokens.start + 1)
    }

    fn parts(&self, tokens: Range<usize>) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let mut at = tokens.start;
        while let Some(token) = self.token(at).filter(|_| at < tokens.end) {
            let apart = at > tokens.start && self.is_apart(at);
            let mut next = at + 1;
            match token.kind {
                TokenKind::LineBreak => {
                    if !matches!(parts.last(), Some(Part::Break)) {
                        parts.push(Part::Break);
                    }
                }
                TokenKind::Comment => {
                    let text = self.slice(token.start, token.end).trim_end();
                    parts.push(Part::Comment(text));
                }
                TokenKind::Open => {
                    let close = self.lexed.partners.get(&at).copied().unwrap_or(at);
                    let group = self.group(at, close);
                    parts.push(Part::Group { group, apart });
                    next = close + 1;
                }
                TokenKind::Str => {
                    next = self.string_end(at);
                    let end = self.token(next - 1).map_or(token.end, |it| it.end);
                    let text = self.slice(token.start, end);
                    parts.push(Part::Token { text, apart });
                }
                TokenKind::Word
                | TokenKind::Number
                | TokenKind::Operator
                | TokenKind::Comma
                | TokenKind::Doc
                | TokenKind::Close
                | TokenKind::Stray => {
                    let text = self.slice(token.start, token.end);
                    parts.push(Part::Token { text, apart });
                }
            }
            at = next;
        }
        parts
    }

    /// The token behind a string, its holes and their insides passed over.
    fn string_end(&self, start: usize) -> usize {
        let mut at = start + 1;
        while let Some(token) = self.token(at)
            && token.kind == TokenKind::Open
            && self.slice(token.start, token.end) == "#{"
            && let Some(close) = self.lexed.partners.get(&at)
        {
            at = close + 2;
        }
        at
    }

    fn group(&self, open: usize, close: usize) -> Group<'a> {
        let text = |at: usize| self.token(at).map_or("", |it| self.slice(it.start, it.end));
        let mut from = open + 1;
        let mut comment = None;
        if let Some(first) = self.token(from)
            && first.kind == TokenKind::Comment
        {
            comment = Some(self.slice(first.start, first.end).trim_end());
            from += 1;
        }
        let first = self.token(from).map(|it| it.kind);
        let place = match text(open) {
            "[" => Place::List,
            _ => Place::Elsewhere,
        };
        let entries = self.entries(from..close, Some(place));
        Group {
            open: text(open),
            close: text(close),
            is_broken: first == Some(TokenKind::LineBreak) && !entries.is_empty(),
            entries,
            comment,
        }
    }
}
