//! What the parser has to say.

use std::ops::Range;

use crate::base::names::RESERVED;
use crate::base::{FileId, Span};
use crate::diag::Diagnostic;
use crate::syntax::lex::{Flaw, FlawKind, MAX_DEPTH, Token, TokenKind};
use crate::syntax::lower::Failure;
use crate::syntax::recover::{Source, Unit};

fn syntax(at: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new("syntax", at, message)
}

pub(crate) fn not_one_expression(span: Span) -> Diagnostic {
    Diagnostic::new("syntax", span, "this is not one expression")
        .help("indent its second line and those that follow")
}

pub(crate) fn large_file(file: FileId, limit: usize) -> Diagnostic {
    let message = format!("the file is larger than {} MiB", limit >> 20);
    Diagnostic::new("too-large", Span::new(file, 0, 0), message)
}

pub(crate) fn large_item(at: Span, limit: usize) -> Diagnostic {
    let message = format!("the item is larger than {} KiB", limit >> 10);
    Diagnostic::new("too-large", at, message)
}

pub(crate) fn long_chain(at: Span, limit: usize) -> Diagnostic {
    let message = format!("the expression goes deeper than {limit} operators, fields and calls");
    let found = Diagnostic::new("too-large", at, message);
    found.help("name parts of it with `let`, or use a list")
}

/// A line in column 0 that begins no item.
pub(crate) fn stray_line(at: Span, text: &str) -> Diagnostic {
    if text.starts_with('{') {
        let found = Diagnostic::new("column-zero", at, "only an item begins in column 0");
        return found.help("open the block on the line of what it belongs to");
    }
    column_zero(at)
}

fn column_zero(at: Span) -> Diagnostic {
    let message = "only an item begins in column 0";
    let found = Diagnostic::new("column-zero", at, message);
    let found = found.note("what belongs to an item is indented, text included; closing brackets and comments may stand there");
    found.help("put a blank before it")
}

pub(crate) fn indented_item(at: Span) -> Diagnostic {
    let message = "an item begins in column 0";
    let found = Diagnostic::new("column-zero", at, message);
    found.help("remove the blanks before it")
}

pub(crate) fn doc_of_nothing(at: Span) -> Diagnostic {
    let found = syntax(at, "this doc comment belongs to nothing");
    found.help("put it before a declaration, or write it with `//`")
}

pub(crate) fn shorthand_of_a_string(at: Span) -> Diagnostic {
    let found = syntax(at, "expected a value after `:`");
    found.note("`name:` alone is short for `name: name`, and this is no name")
}

pub(crate) fn chained_comparison(at: Span, first: Span) -> Diagnostic {
    let found = syntax(at, "comparisons cannot be chained");
    let found = found.label(first, "the first one");
    found.help("write `a < b && b < c`, or put one of them in brackets")
}

/// A declaration in a block that declares nothing: `image wudi`, where `image: wudi` is meant.
pub(crate) fn bare_declaration(at: Span, kind: &str, kind_span: Span) -> Diagnostic {
    let message = format!("expected a block or `=` after this declaration of kind `{kind}`");
    let found = syntax(at, message);
    found.did_you_mean(kind_span, Some(&format!("{kind}:")))
}

/// What the scan found.
pub(crate) fn flawed(source: Source<'_>, flaw: Flaw) -> Diagnostic {
    let at = source.at(flaw.start, flaw.end);
    let text = source.text.get(flaw.start..flaw.end).unwrap_or_default();
    match flaw.kind {
        FlawKind::UnclosedString => {
            let found = syntax(at, "the string is not closed on its line");
            found.help("close it with `\"`; text of several lines stands between `\"\"\"`")
        }
        FlawKind::UnclosedText(quotes) => {
            let message = "the text block is not closed within its item";
            let fence = "\"".repeat(quotes);
            let found = syntax(at, message);
            found.help(format!(
                "close it with `{fence}`; its lines must not begin in column 0"
            ))
        }
        FlawKind::TextOnFirstLine => {
            let found = syntax(at, "the text of a text block begins on the next line");
            found.help("break the line behind the quotes")
        }
        FlawKind::TextFence => {
            let found = syntax(at, "more quotes in a row than open this text block");
            found.help("open and close it with more quotes than stand in it")
        }
        FlawKind::TextInColumnZero => column_zero(at),
        FlawKind::Escape => {
            let found = syntax(at, format!("`{text}` is no escape"));
            found.help(r#"escapes are `\n \t \r \" \\ \u{1F600} \#{`; `r"…"` has none"#)
        }
        FlawKind::UnclosedBracket => syntax(at, format!("this `{text}` is not closed")),
        FlawKind::Unopened => syntax(at, format!("nothing opens this `{text}`")),
        FlawKind::BrokenHole => {
            let found = syntax(at, "this `#{` is not closed on its line");
            found.note("what stands between `#{` and `}` stays on one line")
        }
        FlawKind::TooDeep => {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            Diagnostic::new("too-large", at, message)
        }
        FlawKind::LeadingZero => leading_zero(at, text),
        FlawKind::BadNumber => {
            let found = syntax(at, format!("`{text}` is no number"));
            found.help("units touch their number: `10s`, `1h30m`, `20%`, `512Mi`, `500m`; a name that begins with a digit is a string")
        }
        FlawKind::Percent => {
            let found = syntax(at, "there is no operator `%`");
            found.help("the remainder is `a.rem(b)`; a percentage touches its number, `20%`")
        }
        FlawKind::CarriageReturn => {
            let message = "a carriage return without a line feed";
            let found = Diagnostic::new("encoding", at, message);
            found.help("end lines with `\\n` or `\\r\\n`; in a string write `\\r`")
        }
        FlawKind::TouchingOperator => {
            let found = syntax(
                at,
                format!("`{text}` between two values has a blank on both sides"),
            );
            found.fix(format!("write ` {text} `"), at, format!(" {text} "))
        }
        FlawKind::DashedList => {
            let found = syntax(at, "the elements of a list have no `-`");
            let found = found
                .note("a line that begins with `-` goes on with the line above, as a subtraction");
            found.help("write one element a line, or separate them with `,`")
        }
        FlawKind::Stray => stray(at, text),
    }
}

fn leading_zero(at: Span, text: &str) -> Diagnostic {
    let found = syntax(at, format!("`{text}` begins with a zero"));
    let digits = text.trim_start_matches('0');
    if !digits.is_empty() && digits.bytes().all(|it| matches!(it, b'0'..=b'7')) {
        let found = found.note("in some languages that is octal, in others it is not");
        return found.did_you_mean(at, Some(&format!("0o{digits}")));
    }
    found.help("write it without the zero")
}

fn stray(at: Span, text: &str) -> Diagnostic {
    let found = syntax(at, format!("`{}` means nothing here", text.escape_debug()));
    let help = match text {
        ";" => "end with a line break or `,`",
        "'" => "strings stand in `\"`",
        "&" => "the operator is `&&`",
        "$" => "a value goes into a string as `#{value}`",
        "#" => "comments begin with `//`",
        _ => return found,
    };
    found.help(help)
}

/// What could not be parsed at `at`, in the member or item that the tokens make.
pub(crate) fn unexpected(
    source: Source<'_>,
    tokens: &Range<usize>,
    unit: Unit,
    at: usize,
    failure: &Failure,
) -> Diagnostic {
    let context = Context::new(source, tokens, at);
    if context.first.is_none() {
        return doc_of_nothing(source.span(tokens));
    }
    if let Some(found) = context.known_mistake(unit, failure) {
        return found;
    }
    let found = context.found_words();
    let line_break = |it: &&'static str| match (*it, unit) {
        ("a line break", Unit::Member) => "`,` or a line break",
        (it, Unit::Member | Unit::Item) => it,
    };
    let expected: Vec<&str> = failure.expected.iter().map(line_break).collect();
    let expected = listed(&expected);
    if expected.is_empty() {
        return syntax(context.at, format!("{found} cannot stand here"));
    }
    syntax(context.at, format!("expected {expected}, found {found}"))
}

/// Where a parse stopped.
struct Context<'a> {
    source: Source<'a>,
    /// The token that could not stand there; `None` at the end.
    token: Option<Token>,
    /// The two tokens with which the member or item begins.
    first: Option<Token>,
    second: Option<Token>,
    before: Option<Token>,
    at: Span,
}

impl<'a> Context<'a> {
    fn new(source: Source<'a>, tokens: &Range<usize>, at: usize) -> Self {
        let all = source.lexed.tokens.get(tokens.clone()).unwrap_or_default();
        let means = |it: &&Token| {
            !matches!(
                it.kind,
                TokenKind::LineBreak | TokenKind::Comment | TokenKind::Doc
            )
        };
        let mut heads = all.iter().filter(means).copied();
        let index = all.partition_point(|it| it.end <= at);
        let token = all.get(index..).unwrap_or_default().iter().find(means);
        let token = token.copied();
        let before = all
            .get(..index)
            .unwrap_or_default()
            .iter()
            .rev()
            .find(means);
        let before = before.copied();
        let end = before.map_or(at, |it| it.end);
        let span = match token {
            Some(token) => source.at(token.start, token.end),
            None => source.at(end, end),
        };
        Self {
            source,
            token,
            first: heads.next(),
            second: heads.next(),
            before,
            at: span,
        }
    }

    fn slice(&self, token: Option<Token>) -> &'a str {
        token.map_or("", |it| self.source.slice(it))
    }

    fn is_first(&self) -> bool {
        self.token.is_some() && self.token == self.first
    }

    fn is_second(&self) -> bool {
        self.token.is_some() && self.token == self.second
    }

    /// Mistakes that have a message of their own.
    fn known_mistake(&self, unit: Unit, failure: &Failure) -> Option<Diagnostic> {
        let word = self.slice(self.token);
        let first = self.slice(self.first);
        if self.is_first() {
            return self.bad_start(self.token, word, unit);
        }
        let is_head = self.first.is_some_and(|it| it.kind == TokenKind::Word);
        if self.is_second() && is_head && self.is_reserved(first) {
            return self.bad_start(self.first, first, unit);
        }
        if self.is_second() && unit == Unit::Member {
            return self.forgotten_colon(first);
        }
        if word == "{" && self.on_new_line() || word == "-" && self.on_new_line() {
            return self.bad_start(self.token, word, unit);
        }
        if self.is_second() && unit == Unit::Item && word == ":" {
            let found = column_zero(self.source.at(
                self.first.map_or(0, |it| it.start),
                self.token.map_or(0, |it| it.end),
            ));
            return Some(found.note(format!("`{first}:` is a field")));
        }
        let apart = |before: Token, it: Token| before.end < it.start;
        let is_apart = self
            .before
            .zip(self.token)
            .is_some_and(|(a, b)| apart(a, b));
        if word == ":" && is_apart {
            let found = syntax(self.at, "`:` touches the name before it");
            return Some(found.help("remove the blank"));
        }
        if failure.expected.contains(&"`else`") && failure.expected.len() == 1 {
            let found = syntax(
                self.at,
                format!("expected `else`, found {}", self.found_words()),
            );
            return Some(found.note("an `if` is a value, so it needs both sides"));
        }
        if word == "-" {
            let found = syntax(self.at, "`-` between two values has a blank on both sides");
            return Some(found.note("`-b` is a negative value, and `a-b` is one name"));
        }
        if word == "=" && failure.expected.contains(&"`,`") {
            let found = syntax(self.at, "expected `:` before the value, found `=`");
            let found =
                found.note("`name: value` fills a field or an argument, `name = value` defines");
            return Some(found);
        }
        if self.is_reserved(word) && failure.expected.contains(&"a name") {
            let found = syntax(self.at, format!("`{word}` is a reserved word"));
            return Some(found.help("take another name, or write it as a string"));
        }
        let starts_value = self.slice(self.before) == "=" && self.second == self.before;
        if starts_value && unit == Unit::Member {
            let message = format!(
                "expected what it is made from, a name or a call, found {}",
                self.found_words()
            );
            let found = syntax(self.at, message);
            return Some(found.help(format!(
                "a field is `{first}: value`; a value with a name is `let {first} = value`"
            )));
        }
        None
    }

    /// Whether a line break stands before the token.
    fn on_new_line(&self) -> bool {
        let (before, token) = (self.before, self.token);
        let end = token.map_or(0, |it| it.start);
        let between = self.source.text.get(before.map_or(0, |it| it.end)..end);
        between.is_some_and(|it| it.contains('\n'))
    }

    fn is_reserved(&self, word: &str) -> bool {
        RESERVED.contains(&word)
    }

    /// The first token cannot begin a member or an item.
    fn bad_start(&self, token: Option<Token>, word: &str, unit: Unit) -> Option<Diagnostic> {
        let at = token.map_or(self.at, |it| self.source.at(it.start, it.end));
        if word == "{" {
            let found = syntax(at, "nothing stands before this `{`");
            return Some(found.note("a block opens on the line of what it belongs to"));
        }
        if word == "-" {
            let found = syntax(at, "expected a member, found `-`");
            return Some(found.help(
                "a list is written `name: [a, b]`, or with one element a line between `[` and `]`",
            ));
        }
        if word == "for" && unit == Unit::Member {
            let found = syntax(at, "a block has no `for`");
            let found = found.note("there are no loops over declarations");
            return Some(
                found.help("`[f(x) for x in xs]` makes a list; an argument `each xs` fans out"),
            );
        }
        if word == "if" && unit == Unit::Member {
            let found = syntax(at, "a block has no `if`");
            let found = found.note("`if` is a value with two sides, or, as `if:`, a field");
            return Some(found.help("write `name: if a then x else y`; a node has `when: a`"));
        }
        if self.is_reserved(word) {
            let found = syntax(
                at,
                format!("`{word}` is a reserved word and begins nothing here"),
            );
            return Some(found.help("take another name, or write it as a string"));
        }
        None
    }

    /// `script "x"`, `cpu 500m`, `args ["a"]`.
    fn forgotten_colon(&self, first: &str) -> Option<Diagnostic> {
        let token = self.token?;
        let word = self.slice(self.token);
        let is_word = self.first.is_some_and(|it| it.kind == TokenKind::Word);
        let touches = self.first.is_some_and(|it| it.end == token.start);
        let is_value = match token.kind {
            TokenKind::Str | TokenKind::Number => true,
            TokenKind::Open => !touches && word == "[",
            TokenKind::Word => self.is_reserved(word),
            TokenKind::Operator
            | TokenKind::Comma
            | TokenKind::LineBreak
            | TokenKind::Comment
            | TokenKind::Doc
            | TokenKind::Close
            | TokenKind::Stray => false,
        };
        if !is_word || !is_value {
            return None;
        }
        let behind = self.source.text.get(token.end..).unwrap_or_default();
        if token.kind == TokenKind::Word && behind.trim_start().starts_with(['{', '(']) {
            let found = syntax(self.at, format!("`{word}` is a reserved word and no name"));
            return Some(found.help(format!("call the {first} something else")));
        }
        let at = self
            .first
            .map_or(self.at, |it| self.source.at(it.start, it.end));
        let found = syntax(
            self.at,
            format!("expected `:` between `{first}` and its value"),
        );
        Some(found.did_you_mean(at, Some(&format!("{first}:"))))
    }

    fn found_words(&self) -> String {
        let Some(token) = self.token else {
            return "the end of the line".to_owned();
        };
        let text = self.source.slice(token);
        let short: String = text.chars().take(40).collect();
        let shown = match token.kind {
            TokenKind::Str if text.starts_with("\"\"\"") => "a text block".to_owned(),
            TokenKind::Str => "a string".to_owned(),
            TokenKind::Word
            | TokenKind::Number
            | TokenKind::Operator
            | TokenKind::Comma
            | TokenKind::LineBreak
            | TokenKind::Comment
            | TokenKind::Doc
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Stray => format!("`{short}`"),
        };
        match self.on_new_line() {
            true => format!("{shown} on a new line"),
            false => shown,
        }
    }
}

/// `a, b or c`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
