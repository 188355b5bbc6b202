//! A scan of one item before it is parsed: its tokens, comments, brackets, and what can be said about them without a grammar.
//!
//! It is linear and bounds how deep brackets and open-ended forms nest, so that what recurses over the text after it has a
//! floor to stand on. Recovery and the formatter work on the same tokens.

mod number;
mod separator;
mod string;

pub(crate) use separator::Place;

/// How deep brackets, `if`s, function types and type arguments may stand in each other.
pub(crate) const MAX_DEPTH: u32 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Word,
    Number,
    /// An operator, `:`, `=`, `->` and their kin.
    Operator,
    Comma,
    LineBreak,
    Comment,
    Doc,
    /// A piece of a string: from its quote, or from the end of a hole, to the next hole or its last quote.
    Str,
    /// `(`, `[`, `{` or `#{`.
    Open,
    Close,
    /// What begins no token.
    Stray,
}

/// Bytes `start..end` of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What keeps a text from being cut into tokens and brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlawKind {
    UnclosedString,
    /// A text block; with how many quotes it opens.
    UnclosedText(usize),
    /// Something behind the quotes that open a text block.
    TextOnFirstLine,
    /// More quotes in a text block than open it, or behind its end.
    TextFence,
    TextInColumnZero,
    Escape,
    UnclosedBracket,
    /// A closing bracket that nothing opens.
    Unopened,
    /// A line break in a hole.
    BrokenHole,
    TooDeep,
    LeadingZero,
    BadNumber,
    Percent,
    CarriageReturn,
    /// `f(a)-1`
    TouchingOperator,
    /// A line of a list that begins with `- `.
    DashedList,
    Stray,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) kind: FlawKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The tokens of a text, with the partner of each bracket.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    /// For the token of a bracket that of its partner.
    pub(crate) partners: indexmap::IndexMap<usize, usize>,
    pub(crate) flaws: Vec<Flaw>,
}

/// A bracket that is open.
#[derive(Clone, Copy, Debug)]
struct Frame {
    /// The token of the bracket.
    token: usize,
    /// `(`, `[`, `{`, or `#` for a hole.
    bracket: u8,
    /// The string that goes on behind the hole.
    string: Option<string::Style>,
    /// Forms without brackets that nest: `if`, `->`, `<`.
    openers: u32,
    /// Column of the first token of the line on which the bracket opens.
    indent: usize,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    out: Lexed,
    frames: Vec<Frame>,
    /// Openers outside of all brackets.
    openers: u32,
    depth: u32,
    /// Column of the first token of this line.
    indent: usize,
    /// Trust the indent of closing brackets where they do not match.
    by_indent: bool,
}

/// Cuts a text into tokens. Stops where nesting exceeds [`MAX_DEPTH`].
pub(crate) fn lex(text: &str) -> Lexed {
    let lexed = Lexer::new(text, false).run();
    let unbalanced = |it: &Flaw| matches!(it.kind, FlawKind::UnclosedBracket | FlawKind::Unopened);
    if lexed.flaws.iter().any(unbalanced) {
        // The indent of the lines tells which bracket the author forgot.
        return Lexer::new(text, true).run();
    }
    lexed
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, by_indent: bool) -> Self {
        Self {
            text,
            at: 0,
            out: Lexed::default(),
            frames: Vec::new(),
            openers: 0,
            depth: 0,
            indent: 0,
            by_indent,
        }
    }

    fn run(mut self) -> Lexed {
        while self.at < self.text.len() && self.depth <= MAX_DEPTH {
            self.step();
        }
        if self.depth > MAX_DEPTH {
            let at = self.at;
            self.flaw(FlawKind::TooDeep, at.saturating_sub(1), at);
            return self.out;
        }
        while let Some(frame) = self.frames.pop() {
            self.unclosed(frame);
        }
        self.out.flaws.sort_by_key(|it| it.start);
        self.out
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn starts(&self, with: &str) -> bool {
        self.rest().starts_with(with)
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let (start, end) = (self.at, self.at + length);
        if self.at_line_start() {
            self.indent = self.column();
        }
        self.out.tokens.push(Token { kind, start, end });
        self.at = end;
    }

    fn at_line_start(&self) -> bool {
        let last = self.out.tokens.last();
        last.is_none_or(|it| it.kind == TokenKind::LineBreak)
    }

    fn column(&self) -> usize {
        let before = self.text.get(..self.at).unwrap_or_default();
        self.at - before.rfind('\n').map_or(0, |it| it + 1)
    }

    fn flaw(&mut self, kind: FlawKind, start: usize, end: usize) {
        self.out.flaws.push(Flaw { kind, start, end });
    }

    fn step(&mut self) {
        let Some(first) = self.rest().chars().next() else {
            return;
        };
        match first {
            ' ' | '\t' => self.at += 1,
            '\n' => self.line_break(1),
            '\r' if self.starts("\r\n") => self.line_break(2),
            '\r' => {
                self.flaw(FlawKind::CarriageReturn, self.at, self.at + 1);
                self.push(TokenKind::Stray, 1);
            }
            ',' => {
                self.push(TokenKind::Comma, 1);
                self.reset_openers();
            }
            '"' => self.string_start(),
            'r' if self.starts("r\"") => self.string(string::Style::Raw, 2),
            'a'..='z' | 'A'..='Z' | '_' => self.word(),
            '0'..='9' => self.number(),
            '(' | '[' | '{' => self.open(1, None),
            ')' | ']' | '}' => self.close(first),
            '/' if self.starts("//") => self.comment(),
            _ => self.operator(first),
        }
    }

    fn line_break(&mut self, length: usize) {
        let hole = self.frames.iter().rposition(|it| it.bracket == b'#');
        let cut = hole.map(|it| self.frames.split_off(it));
        if let Some([frame, inner @ ..]) = cut.as_deref() {
            let openers = inner.iter().chain([frame]).map(|it| 1 + it.openers);
            self.depth = self.depth.saturating_sub(openers.sum());
            if let Some(token) = self.out.tokens.get(frame.token).copied() {
                self.flaw(FlawKind::BrokenHole, token.start, token.end);
            }
            if let Some(style @ string::Style::Text { .. }) = frame.string {
                self.string_rest(style, self.at);
            }
            return;
        }
        self.push(TokenKind::LineBreak, length);
        if !self.goes_on() {
            self.reset_openers();
        }
    }

    /// Whether the next line continues an open-ended form; looks no further than a few lines.
    fn goes_on(&self) -> bool {
        const STARTS: &[&str] = &[
            "then", "else", "->", "|", "&", "?", "+", "*", "=", "<", ">", ".",
        ];
        let openers = self.frames.last().map_or(self.openers, |it| it.openers);
        if openers == 0 {
            return false;
        }
        let ahead = self.rest().bytes().take(200);
        let blank = ahead.take_while(u8::is_ascii_whitespace).count();
        let rest = self.rest().get(blank..).unwrap_or_default();
        STARTS.iter().any(|it| rest.starts_with(it))
    }

    fn word(&mut self) {
        let length = word_length(self.rest());
        let word = self.rest().get(..length).unwrap_or_default();
        let is_label = self
            .rest()
            .get(length..)
            .is_some_and(|it| it.starts_with(':'));
        self.push(TokenKind::Word, length);
        if word == "if" && !is_label {
            self.add_opener();
        }
    }

    fn comment(&mut self) {
        let rest = self.rest();
        let line = rest.split('\n').next().unwrap_or_default();
        let length = line.strip_suffix('\r').unwrap_or(line).len();
        let is_doc = rest.starts_with("///") && !rest.starts_with("////");
        let kind = match is_doc {
            true => TokenKind::Doc,
            false => TokenKind::Comment,
        };
        self.push(kind, length);
    }

    fn operator(&mut self, first: char) {
        const OPERATORS: &[&str] = &[
            "..=", "->", "=>", "==", "!=", "<=", ">=", "??", "||", "&&", "..", ".", ":", "=", "<",
            ">", "+", "-", "*", "/", "!", "?", "|",
        ];
        let Some(found) = OPERATORS.iter().find(|it| self.starts(it)) else {
            let kind = match first {
                '%' => FlawKind::Percent,
                _ => FlawKind::Stray,
            };
            self.flaw(kind, self.at, self.at + first.len_utf8());
            self.push(TokenKind::Stray, first.len_utf8());
            return;
        };
        if self.starts("- ") && self.at_line_start() && self.in_list() {
            self.flaw(FlawKind::DashedList, self.at, self.at + 1);
        }
        if matches!(*found, "-" | "/") {
            let before = self.out.tokens.last().filter(|it| it.end == self.at);
            let operand = [
                TokenKind::Word,
                TokenKind::Number,
                TokenKind::Str,
                TokenKind::Close,
            ];
            if before.is_some_and(|it| operand.contains(&it.kind)) {
                self.flaw(FlawKind::TouchingOperator, self.at, self.at + 1);
            }
        }
        let is_type = *found == "<" && self.touches_word();
        self.push(TokenKind::Operator, found.len());
        if is_type || *found == "->" {
            self.add_opener();
        }
    }

    fn in_list(&self) -> bool {
        self.frames.last().is_some_and(|it| it.bracket == b'[')
    }

    fn touches_word(&self) -> bool {
        let last = self.out.tokens.last();
        last.is_some_and(|it| it.kind == TokenKind::Word && it.end == self.at)
    }

    fn add_opener(&mut self) {
        self.depth += 1;
        match self.frames.last_mut() {
            Some(frame) => frame.openers += 1,
            None => self.openers += 1,
        }
    }

    fn reset_openers(&mut self) {
        let openers = match self.frames.last_mut() {
            Some(frame) => &mut frame.openers,
            None => &mut self.openers,
        };
        self.depth = self.depth.saturating_sub(*openers);
        *openers = 0;
    }

    fn open(&mut self, length: usize, string: Option<string::Style>) {
        let bracket = self.rest().bytes().next().unwrap_or_default();
        let token = self.out.tokens.len();
        self.push(TokenKind::Open, length);
        self.depth += 1;
        let frame = Frame {
            token,
            bracket,
            string,
            openers: 0,
            indent: self.indent,
        };
        self.frames.push(frame);
    }

    fn close(&mut self, bracket: char) {
        let by_indent = self.by_indent && self.at_line_start();
        let column = by_indent.then(|| self.column());
        let token = self.out.tokens.len();
        let fits = |it: &Frame| match it.bracket {
            b'(' => bracket == ')',
            b'[' => bracket == ']',
            _ => bracket == '}',
        };
        let same_indent = |it: &Frame| fits(it) && Some(it.indent) == column;
        let aligned = self.frames.iter().rposition(same_indent);
        let found = aligned.or_else(|| self.frames.iter().rposition(fits));
        let Some(found) = found else {
            self.flaw(FlawKind::Unopened, self.at, self.at + 1);
            self.push(TokenKind::Close, 1);
            return;
        };
        for frame in self.frames.split_off(found + 1) {
            self.unclosed(frame);
        }
        self.push(TokenKind::Close, 1);
        if let Some(frame) = self.frames.pop() {
            self.depth = self.depth.saturating_sub(1 + frame.openers);
            self.out.partners.insert(frame.token, token);
            self.out.partners.insert(token, frame.token);
            if let Some(style) = frame.string {
                self.string_rest(style, self.at);
            }
        }
    }

    fn unclosed(&mut self, frame: Frame) {
        self.depth = self.depth.saturating_sub(1 + frame.openers);
        if let Some(token) = self.out.tokens.get(frame.token).copied() {
            self.flaw(FlawKind::UnclosedBracket, token.start, token.end);
        }
    }
}

/// How long the word is that the text begins with.
pub(crate) fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let part = |it: Option<&u8>| it.is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_');
    let mut length = 0;
    while part(bytes.get(length)) || bytes.get(length) == Some(&b'-') && part(bytes.get(length + 1))
    {
        length += 1;
    }
    length
}
