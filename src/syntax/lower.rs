//! From what pest found to the tree: ids, spans, escapes, precedence. The only code that names the rules of the grammar.

mod expr;
mod item;
mod member;
mod operators;
mod string;
mod ty;
mod words;

use std::iter::Peekable;

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};

use crate::base::names::is_word;
use crate::base::{FileId, Name, Span};
use crate::diag::Diagnostic;
use crate::syntax::ast::{Doc, Expr, ExprKind, Ident, ItemKind, Member, NodeId, Word};
use crate::syntax::errors;
use crate::syntax::grammar::{Grammar, Rule};
use crate::syntax::recover::Gaps;

/// How deep an expression may be, counting each operator and suffix of a chain.
const MAX_CHAIN: usize = 1000;

/// Why a text does not parse: where, and what could have stood there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// From the start of the text that was parsed.
    pub(crate) at: usize,
    /// In words of the language, the likeliest first.
    pub(crate) expected: Vec<&'static str>,
}

/// What is carried from one node to the next of an item.
#[derive(Debug)]
pub(crate) struct Lowering<'a> {
    file: FileId,
    /// Where the text that is lowered begins in the file.
    base: usize,
    next_id: u32,
    /// Length of the chains that are open.
    chain: usize,
    /// Blocks whose members are parsed one by one.
    gaps: Gaps<'a>,
    pub(crate) found: Vec<Diagnostic>,
}

/// The parts of a pair that mean something: punctuation and keywords are left out.
type Parts<'i> = Peekable<std::iter::Filter<Pairs<'i, Rule>, fn(&Pair<'i, Rule>) -> bool>>;

impl<'a> Lowering<'a> {
    pub(crate) fn new(file: FileId, gaps: Gaps<'a>) -> Self {
        Self {
            file,
            base: 0,
            next_id: 0,
            chain: 0,
            gaps,
            found: Vec::new(),
        }
    }

    pub(crate) fn gaps_mut(&mut self) -> &mut Gaps<'a> {
        &mut self.gaps
    }

    /// How many node ids were given out.
    pub(crate) fn nodes(&self) -> u32 {
        self.next_id
    }

    /// Parses and lowers an item that begins at `base` of the file.
    pub(crate) fn item(
        &mut self,
        text: &str,
        base: usize,
    ) -> Result<(Vec<Doc>, ItemKind), Failure> {
        let pairs = parse(Rule::whole_item, text)?;
        Ok(self.at_base(base, |it| it.item_pairs(pairs)))
    }

    /// Parses and lowers one member of a block.
    pub(crate) fn member(&mut self, text: &str, base: usize) -> Result<Option<Member>, Failure> {
        let pairs = parse(Rule::whole_member, text)?;
        Ok(self.at_base(base, |it| {
            let mut parts = meaningful(pairs);
            take(&mut parts, Rule::member).and_then(|pair| it.member_pair(pair))
        }))
    }

    fn at_base<T>(&mut self, base: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.base, base);
        let done = work(self);
        self.base = outer;
        done
    }

    fn id(&mut self) -> NodeId {
        let id = NodeId(self.next_id);
        self.next_id += 1;
        id
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.range(span.start(), span.end())
    }

    fn range(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    /// An expression that could not be made; `found` says why, or it is said already.
    fn hole(&mut self, span: Span) -> Expr {
        self.make(span, ExprKind::Error)
    }

    fn make(&mut self, span: Span, kind: ExprKind) -> Expr {
        let id = self.id();
        Expr { id, span, kind }
    }

    fn docs(&self, parts: &mut Parts<'_>) -> Vec<Doc> {
        let mut docs = Vec::new();
        while let Some(pair) = take(parts, Rule::doc) {
            let text = pair.as_str().trim_start_matches('/');
            let text = text.strip_suffix('\r').unwrap_or(text);
            let text = text.strip_prefix(' ').unwrap_or(text);
            let span = self.span(&pair);
            docs.push(Doc {
                text: Name::new(text.trim_end()),
                span,
            });
        }
        docs
    }

    /// A `name`, an `ident` or a `plain`.
    fn ident(&mut self, pair: Pair<'_, Rule>) -> Ident {
        let word = self.word(pair);
        Ident {
            id: self.id(),
            name: word.name,
            span: word.span,
            quoted: word.quoted,
        }
    }

    /// The next part as a name; an empty one where there is none.
    fn name(&mut self, parts: &mut Parts<'_>, at: Span) -> Ident {
        let pair = take(parts, Rule::name).or_else(|| take(parts, Rule::ident));
        match pair {
            Some(pair) => self.ident(pair),
            None => self.no_name(at),
        }
    }

    fn no_name(&mut self, at: Span) -> Ident {
        Ident {
            id: self.id(),
            name: Name::default(),
            span: at,
            quoted: false,
        }
    }

    /// A word, whether bare, quoted or with its `:`.
    fn word(&mut self, pair: Pair<'_, Rule>) -> Word {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        if [Rule::name, Rule::label, Rule::key].contains(&rule)
            && let Some(inner) = parts(pair.clone()).next()
        {
            return self.word(inner);
        }
        if rule == Rule::plain {
            return Word {
                name: string::plain(pair.as_str()),
                span,
                quoted: true,
            };
        }
        Word {
            name: Name::new(pair.as_str().trim()),
            span,
            quoted: false,
        }
    }

    /// `name` as an expression, for `name:` alone.
    fn shorthand(&mut self, word: &Word) -> Expr {
        if !is_word(&word.name) {
            self.found.push(errors::shorthand_of_a_string(word.span));
            return self.hole(word.span);
        }
        self.make(word.span, ExprKind::Name(word.name.clone()))
    }
}

fn parse(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Failure> {
    Grammar::parse(rule, text).map_err(|error| {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let expected = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => words::expected(positives),
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        Failure { at, expected }
    })
}

fn parts(pair: Pair<'_, Rule>) -> Parts<'_> {
    meaningful(pair.into_inner())
}

fn meaningful<'i>(pairs: Pairs<'i, Rule>) -> Parts<'i> {
    let test: fn(&Pair<'i, Rule>) -> bool = means;
    pairs.filter(test).peekable()
}

fn means(pair: &Pair<'_, Rule>) -> bool {
    !words::is_mark(pair.as_rule())
}

fn take<'i>(parts: &mut Parts<'i>, rule: Rule) -> Option<Pair<'i, Rule>> {
    parts.next_if(|it| it.as_rule() == rule)
}
