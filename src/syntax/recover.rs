//! Parses an item, and where it does not parse, the parts of it that do: a block's members are cut apart at their separators and
//! parsed one by one, so that a broken one hides nothing else.

use std::ops::Range;

use indexmap::IndexMap;

use crate::base::{FileId, Name, Span};
use crate::syntax::ast::{Item, ItemKind, Member, MemberKind};
use crate::syntax::errors;
use crate::syntax::lex::{Flaw, FlawKind, Lexed, Place, Token, TokenKind};
use crate::syntax::lower::{Failure, Lowering};

/// The text of an item with what the scan found in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) file: FileId,
    pub(crate) text: &'a str,
    /// Where the text begins in the file.
    pub(crate) base: usize,
    pub(crate) lexed: &'a Lexed,
}

/// Blocks that are left out of the text when it is parsed, by where their `{` stands in the file.
#[derive(Debug, Default)]
pub(crate) struct Gaps<'a>(IndexMap<usize, Gap<'a>>);

/// The tokens between the brackets of a block.
#[derive(Clone, Debug)]
pub(crate) struct Gap<'a> {
    source: Source<'a>,
    inner: Range<usize>,
}

impl<'a> Gaps<'a> {
    pub(crate) fn take(&mut self, at: usize) -> Option<Gap<'a>> {
        self.0.swap_remove(&at)
    }
}

/// The item that the tokens make; what is wrong with it is in [`Lowering::found`].
pub(crate) fn item<'a>(
    lowering: &mut Lowering<'a>,
    source: Source<'a>,
    tokens: Range<usize>,
) -> Item {
    for flaw in reportable(source) {
        let found = errors::flawed(source, flaw);
        lowering.found.push(found);
    }
    let span = source.span(&tokens);
    let parsed = unit(
        lowering,
        source,
        tokens.clone(),
        Unit::Item,
        |it, text, base| it.item(text, base),
    );
    let (docs, kind) = parsed.unwrap_or((Vec::new(), ItemKind::Error));
    let lost = if let ItemKind::Error = kind {
        first_words(source, tokens)
    } else {
        Vec::new()
    };
    let comments = source.lexed.tokens.iter();
    let comments = comments.filter(|it| it.kind == TokenKind::Comment);
    let comment = |it: &Token| crate::syntax::ast::Comment {
        span: source.at(it.start, it.end),
    };
    let inside = comments.map(comment).filter(|it| it.span.end <= span.end);
    Item {
        span,
        docs,
        kind,
        lost,
        nodes: lowering.nodes(),
        comments: inside.collect(),
    }
}

/// The words with which an item begins, doc lines aside: `extern task build`.
fn first_words(source: Source<'_>, tokens: Range<usize>) -> Vec<Name> {
    let tokens = source.lexed.tokens.get(tokens).unwrap_or_default().iter();
    let head = tokens.skip_while(|it| it.kind != TokenKind::Word);
    let words = head.take_while(|it| it.kind == TokenKind::Word);
    let text = |it: &Token| Some(Name::new(source.text.get(it.start..it.end)?));
    words.filter_map(text).collect()
}

/// The members of a block that was left out.
pub(crate) fn members<'a>(lowering: &mut Lowering<'a>, gap: &Gap<'a>) -> Vec<Member> {
    let source = gap.source;
    let mut members = Vec::new();
    for tokens in source.segments(gap.inner.clone()) {
        let span = source.span(&tokens);
        let parsed = unit(lowering, source, tokens, Unit::Member, |it, text, base| {
            it.member(text, base)
        });
        members.push(parsed.flatten().unwrap_or(Member {
            span,
            docs: Vec::new(),
            kind: MemberKind::Error,
        }));
    }
    members
}

/// What is parsed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Item,
    Member,
}

/// Parses the tokens as they stand or, where that fails, without what stands in their blocks.
fn unit<'a, T>(
    lowering: &mut Lowering<'a>,
    source: Source<'a>,
    tokens: Range<usize>,
    kind: Unit,
    parse: impl Fn(&mut Lowering<'a>, &str, usize) -> Result<T, Failure>,
) -> Option<T> {
    let (start, end) = source.extent(&tokens);
    let text = source.text.get(start..end).unwrap_or_default();
    let base = source.base + start;
    let flawed = source.is_flawed(start, end);
    let mut failure = None;
    if !flawed {
        match parse(lowering, text, base) {
            Ok(parsed) => return Some(parsed),
            Err(it) => failure = Some(it),
        }
    }
    let blocks = source.blocks(tokens.clone());
    let mut skeleton = text.to_owned();
    for block in &blocks {
        skeleton = without(&skeleton, block, start);
        let gap = Gap {
            source,
            inner: block.inner.clone(),
        };
        lowering.gaps_mut().0.insert(source.base + block.open, gap);
    }
    let outside = source.flaws(start, end).any(|it| {
        let inside = |block: &Block| (block.open..block.close).contains(&it.start);
        !blocks.iter().any(inside)
    });
    if !blocks.is_empty() && !outside {
        match parse(lowering, &skeleton, base) {
            Ok(parsed) => return Some(parsed),
            Err(it) => failure = Some(it),
        }
    }
    for block in &blocks {
        lowering.gaps_mut().take(source.base + block.open);
    }
    if !outside && let Some(failure) = failure {
        let found = errors::unexpected(source, &tokens, kind, start + failure.at, &failure);
        lowering.found.push(found);
    }
    None
}

/// A block within a text: from its `{` to behind its `}`.
#[derive(Debug)]
struct Block {
    open: usize,
    close: usize,
    /// It has no `}`.
    unclosed: bool,
    inner: Range<usize>,
}

/// The text with blanks instead of what stands in the block.
fn without(text: &str, block: &Block, start: usize) -> String {
    let from = block.open + 1 - start;
    let to = match block.unclosed {
        true => text.len(),
        false => block.close - 1 - start,
    };
    let inner = text.get(from..to).unwrap_or_default();
    let blank = |it: u8| if it == b'\n' { '\n' } else { ' ' };
    let mut done = text.get(..from).unwrap_or_default().to_owned();
    done.extend(inner.bytes().map(blank));
    match block.unclosed {
        true => done.push('}'),
        false => done.push_str(text.get(to..).unwrap_or_default()),
    }
    done
}

impl<'a> Source<'a> {
    pub(crate) fn at(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    pub(crate) fn token(&self, index: usize) -> Option<Token> {
        self.lexed.tokens.get(index).copied()
    }

    pub(crate) fn slice(&self, token: Token) -> &'a str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    /// From the start of the first token to the end of the last.
    pub(crate) fn extent(&self, tokens: &Range<usize>) -> (usize, usize) {
        let first = self.token(tokens.start).map_or(0, |it| it.start);
        let last = tokens.end.checked_sub(1).and_then(|it| self.token(it));
        (first, last.map_or(first, |it| it.end.max(first)))
    }

    pub(crate) fn span(&self, tokens: &Range<usize>) -> Span {
        let (start, end) = self.extent(tokens);
        self.at(start, end)
    }

    fn flaws(&self, start: usize, end: usize) -> impl Iterator<Item = &'a Flaw> + use<'a> {
        let all = self.lexed.flaws.iter();
        all.filter(move |it| (start..end).contains(&it.start))
    }

    fn is_flawed(&self, start: usize, end: usize) -> bool {
        self.flaws(start, end).next().is_some()
    }

    /// The blocks in the tokens that stand in no other bracket.
    fn blocks(&self, tokens: Range<usize>) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut in_match = false;
        let mut at = tokens.start;
        while at < tokens.end {
            let Some(token) = self.token(at) else {
                break;
            };
            let word = self.slice(token);
            in_match |= token.kind == TokenKind::Word && matches!(word, "match" | "import");
            if token.kind != TokenKind::Open {
                at += 1;
                continue;
            }
            let partner = self.lexed.partners.get(&at).copied();
            let close = partner.unwrap_or(tokens.end);
            if word == "{" && !in_match && self.opens_block(at) {
                blocks.push(Block {
                    open: token.start,
                    close: match partner.and_then(|it| self.token(it)) {
                        Some(close) => close.end,
                        None => self.extent(&tokens).1,
                    },
                    unclosed: partner.is_none(),
                    inner: at + 1..close,
                });
            }
            in_match &= word != "{";
            at = close + 1;
        }
        blocks
    }

    /// Whether a `{` opens a block and no record: it follows a name or what closes a head.
    fn opens_block(&self, at: usize) -> bool {
        const NO_NAMES: &[&str] = &["if", "then", "else", "in", "each", "for", "because"];
        let before = at.checked_sub(1).and_then(|it| self.token(it));
        let Some(before) = before else {
            return false;
        };
        match before.kind {
            TokenKind::Word => !NO_NAMES.contains(&self.slice(before)),
            TokenKind::Close | TokenKind::Str => true,
            TokenKind::Operator => self.slice(before) == "?",
            TokenKind::Number
            | TokenKind::Comma
            | TokenKind::LineBreak
            | TokenKind::Comment
            | TokenKind::Doc
            | TokenKind::Open
            | TokenKind::Stray => false,
        }
    }

    /// The tokens between separators that stand in no bracket, each part without line breaks and comments around it.
    fn segments(&self, tokens: Range<usize>) -> Vec<Range<usize>> {
        let mut segments = Vec::new();
        let mut from = tokens.start;
        let mut at = tokens.start;
        while at < tokens.end {
            let Some(token) = self.token(at) else {
                break;
            };
            let separates = match token.kind {
                TokenKind::Comma => true,
                TokenKind::LineBreak => {
                    let lexed = self.lexed;
                    lexed.separates(self.text, at, &(from..tokens.end), Place::Elsewhere)
                        && !lexed.opens_alone(self.text, at)
                }
                TokenKind::Open => {
                    at = self.behind(at, tokens.end);
                    continue;
                }
                TokenKind::Word
                | TokenKind::Number
                | TokenKind::Operator
                | TokenKind::Comment
                | TokenKind::Doc
                | TokenKind::Str
                | TokenKind::Close
                | TokenKind::Stray => false,
            };
            if separates {
                segments.extend(self.trimmed(from..at));
                from = at + 1;
            }
            at += 1;
        }
        segments.extend(self.trimmed(from..tokens.end));
        segments
    }

    /// The token behind a bracket; for one that is not closed the end of the lines that are indented deeper than its own.
    fn behind(&self, open: usize, end: usize) -> usize {
        if let Some(close) = self.lexed.partners.get(&open) {
            return close + 1;
        }
        let own = self.indent(open);
        let ends = |it: &usize| {
            let line_break = self.token(*it).map(|it| it.kind) == Some(TokenKind::LineBreak);
            let next = self.token(it + 1).map(|it| it.kind);
            line_break && next != Some(TokenKind::LineBreak) && self.indent(it + 1) <= own
        };
        let first = (open + 1..end).find(ends);
        first.unwrap_or(end)
    }

    /// How many blanks begin the line of the token.
    fn indent(&self, token: usize) -> usize {
        let at = self.token(token).map_or(0, |it| it.start);
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |it| it + 1);
        let line = self.text.get(line..).unwrap_or_default();
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    fn trimmed(&self, tokens: Range<usize>) -> Option<Range<usize>> {
        let idle = |it: usize| {
            let kind = self.token(it).map(|it| it.kind);
            matches!(kind, Some(TokenKind::LineBreak | TokenKind::Comment))
        };
        let start = tokens.clone().find(|it| !idle(*it))?;
        let end = tokens.rev().find(|it| !idle(*it))?;
        Some(start..end + 1)
    }
}

/// The flaws that are worth a message: none that only follows from another.
fn reportable(source: Source<'_>) -> Vec<Flaw> {
    const MANY: usize = 20;
    let flaws = &source.lexed.flaws;
    let text = flaws
        .iter()
        .find(|it| matches!(it.kind, FlawKind::UnclosedText(_)));
    let deep = flaws.iter().find(|it| it.kind == FlawKind::TooDeep);
    if let Some(only) = deep {
        return vec![*only];
    }
    let balance = |it: &Flaw| matches!(it.kind, FlawKind::UnclosedBracket | FlawKind::Unopened);
    let same_line = |a: &Flaw, b: &Flaw| {
        let (from, to) = (a.start.min(b.start), a.start.max(b.start));
        source
            .text
            .get(from..to)
            .is_some_and(|it| !it.contains('\n'))
    };
    let strings: Vec<&Flaw> = flaws
        .iter()
        .filter(|it| matches!(it.kind, FlawKind::UnclosedString | FlawKind::BrokenHole))
        .take(MANY)
        .collect();
    let follows = |it: &Flaw| {
        let is_string = it.kind == FlawKind::UnclosedString;
        let in_hole = |hole: &&Flaw| hole.kind == FlawKind::BrokenHole && hole.start < it.start;
        let mut before = strings.iter().copied().filter(in_hole);
        if is_string && before.any(|hole| same_line(it, hole)) {
            return true;
        }
        let swallowed = text.is_some_and(|text| balance(it) || it.start > text.start);
        swallowed || balance(it) && strings.iter().any(|string| same_line(it, string))
    };
    let kept = flaws.iter().filter(|it| !follows(it));
    kept.copied().take(MANY).collect()
}
