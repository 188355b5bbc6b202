//! Which byte of a string stands at which byte of its file: block scalars are indented, quoted ones have escapes, folded ones
//! other line breaks.

use std::ops::Range;

/// Where the bytes of a string stand.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Layout {
    /// Only as a whole.
    Opaque,
    /// Only as a whole: a number or truth value whose text in the file is another than its own.
    Retyped,
    /// As they are, from this byte of the file on.
    From(u32),
    /// Piece by piece, in order; each goes on as it is until the next begins.
    Pieces(Box<[Piece]>),
}

/// From this byte of the string, and of the file, both go on alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Piece {
    string: u32,
    file: u32,
}

/// How a scalar is written, as far as its layout depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

impl Layout {
    /// Lays `value` over `source`, the text that it was read from, which starts at byte `at` of the file.
    pub(crate) fn of(value: &str, source: &str, at: usize, style: Style) -> Self {
        let start = match style {
            Style::Plain if source == value => Some(at),
            Style::Single | Style::Double if inner(source) == Some(value) => Some(at + 1),
            Style::Plain | Style::Single | Style::Double | Style::Literal | Style::Folded => None,
        };
        if let Some(start) = start {
            return Self::From(narrow(start));
        }
        let mut pieces = Pieces {
            at,
            found: Vec::new(),
        };
        match style {
            Style::Literal => pieces.lines(value, source),
            Style::Plain | Style::Single | Style::Double | Style::Folded => {
                pieces.walk(value, source, style);
            }
        }
        if pieces.found.is_empty() {
            return Self::Opaque;
        }
        Self::Pieces(pieces.found.into())
    }

    /// The bytes of the file where a part of the string stands.
    pub(crate) fn find(&self, range: Range<usize>) -> Option<Range<usize>> {
        let start = self.byte(range.start)?;
        if range.is_empty() {
            return Some(start..start);
        }
        let end = self.byte(range.end - 1)? + 1;
        (start < end).then_some(start..end)
    }

    fn byte(&self, of: usize) -> Option<usize> {
        match self {
            Self::Opaque | Self::Retyped => None,
            Self::From(start) => Some(*start as usize + of),
            Self::Pieces(pieces) => {
                let next = pieces.partition_point(|it| it.string as usize <= of);
                let piece = pieces.get(next.checked_sub(1)?)?;
                Some(piece.file as usize + (of - piece.string as usize))
            }
        }
    }
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// What stands between the quotes.
fn inner(source: &str) -> Option<&str> {
    source.get(1..source.len().checked_sub(1)?)
}

/// The pieces of a layout, while it is found.
struct Pieces {
    at: usize,
    found: Vec<Piece>,
}

impl Pieces {
    fn begin(&mut self, string: usize, source: usize) {
        let string = narrow(string);
        let file = narrow(self.at + source);
        match self.found.last() {
            Some(last) if last.string >= string => {}
            Some(last) if file.wrapping_sub(last.file) == string - last.string => {}
            Some(_) | None => self.found.push(Piece { string, file }),
        }
    }

    /// A literal block: each line ends as the line of the file does.
    fn lines(&mut self, value: &str, source: &str) {
        let (mut string, mut file) = (0, 0);
        let mut written = source.split_inclusive('\n').peekable();
        // The source may begin behind the blank lines that the string begins with.
        let blank = |it: &str| it.trim().is_empty();
        while let Some(line) = written.next_if(|it| blank(it)) {
            file += line.len();
        }
        let mut read = value.split_inclusive('\n').peekable();
        while let Some(line) = read.next_if(|it| *it == "\n") {
            string += line.len();
        }
        for (line, shown) in read.zip(written) {
            let (body, end) = (
                line.trim_end_matches('\n'),
                shown.trim_end_matches(['\n', '\r']),
            );
            if !end.ends_with(body) {
                return;
            }
            self.begin(string, file + end.len() - body.len());
            string += line.len();
            file += shown.len();
        }
    }

    /// Any other scalar: what is alike goes on, escapes are stepped over, white space of the one stands for that of the other.
    fn walk(&mut self, value: &str, source: &str, style: Style) {
        let quoted = matches!(style, Style::Single | Style::Double);
        let (value, source) = (value.as_bytes(), source.as_bytes());
        let (mut string, mut file) = (0, usize::from(quoted));
        while let (Some(read), Some(shown)) = (value.get(string), source.get(file)) {
            let next = source.get(file + 1);
            match shown {
                b'\\' if style == Style::Double => {
                    file += escape(next);
                    if !matches!(next, Some(b'\n' | b'\r')) {
                        self.begin(string, file.saturating_sub(1));
                        string += 1;
                        while value.get(string).is_some_and(|it| it & 0xc0 == 0x80) {
                            string += 1;
                        }
                    }
                }
                b'\'' if style == Style::Single && next == Some(&b'\'') => {
                    self.begin(string, file);
                    string += 1;
                    file += 2;
                }
                _ if read == shown => {
                    self.begin(string, file);
                    string += 1;
                    file += 1;
                }
                b' ' | b'\t' | b'\n' | b'\r' => {
                    string += spaces(value, string);
                    file += spaces(source, file);
                }
                _ => return,
            }
        }
    }
}

/// How long an escape is, by its letter.
fn escape(letter: Option<&u8>) -> usize {
    match letter {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        Some(_) | None => 2,
    }
}

fn spaces(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or(&[]);
    let spaces = rest
        .iter()
        .take_while(|it| matches!(it, b' ' | b'\t' | b'\n' | b'\r'));
    spaces.count()
}
