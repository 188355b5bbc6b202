//! Strings: escapes, holes, the indent of text blocks.

use pest::iterators::Pair;

use crate::base::Name;
use crate::syntax::ast::{Expr, ExprKind, StrPart, StrStyle};
use crate::syntax::grammar::Rule;
use crate::syntax::lower::{Lowering, parts};

impl Lowering<'_> {
    /// A `string` or a `text`.
    pub(crate) fn string(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let (style, parts) = match pair.as_rule() == Rule::text {
            true => self.text_parts(pair),
            false => self.string_parts(pair),
        };
        self.make(span, ExprKind::Str { style, parts })
    }

    pub(crate) fn string_parts(&mut self, pair: Pair<'_, Rule>) -> (StrStyle, Vec<StrPart>) {
        let mut style = StrStyle::Quoted;
        let mut done = Vec::new();
        for part in parts(pair) {
            let span = self.span(&part);
            let rule = part.as_rule();
            if rule == Rule::hole {
                done.push(self.string_hole(part));
            } else if rule == Rule::raw {
                style = StrStyle::Raw;
                let text = part.as_str();
                let inner = text.strip_prefix("r\"").and_then(|it| it.strip_suffix('"'));
                done.push(StrPart::Text(Name::new(inner.unwrap_or_default()), span));
            } else {
                done.push(StrPart::Text(unescape(part.as_str()), span));
            }
        }
        (style, done)
    }

    fn string_hole(&mut self, pair: Pair<'_, Rule>) -> StrPart {
        let span = self.span(&pair);
        let expr = self.expr_part(&mut parts(pair), span);
        StrPart::Hole(Box::new(expr), span)
    }

    /// The content of a text block, without its first line break and the indent that its lines share.
    fn text_parts(&mut self, pair: Pair<'_, Rule>) -> (StrStyle, Vec<StrPart>) {
        let whole = pair.as_str();
        let quotes = whole.bytes().take_while(|it| *it == b'"').count();
        let from = whole.find('\n').map_or(whole.len(), |it| it + 1);
        let to = whole.len().saturating_sub(quotes).max(from);
        let indent = shared_indent(whole.get(from..to).unwrap_or_default());
        let offset = pair.as_span().start();
        let mut done = Vec::new();
        let mut at = from;
        let holes = parts(pair).filter(|it| it.as_rule() == Rule::hole);
        for hole in holes {
            let range = hole.as_span();
            let before = (at, range.start() - offset);
            self.text_run(whole, offset, before, indent, &mut done);
            at = range.end() - offset;
            done.push(self.string_hole(hole));
        }
        self.text_run(whole, offset, (at, to), indent, &mut done);
        let quotes = u8::try_from(quotes).unwrap_or(u8::MAX);
        (StrStyle::Text(quotes), done)
    }

    fn text_run(
        &self,
        whole: &str,
        offset: usize,
        (from, to): (usize, usize),
        indent: usize,
        done: &mut Vec<StrPart>,
    ) {
        let run = whole.get(from..to).unwrap_or_default();
        let starts_line = from == 0 || whole.get(..from).is_some_and(|it| it.ends_with('\n'));
        let text = without_indent(run, starts_line, indent);
        if !text.is_empty() {
            let span = self.range(offset + from, offset + to);
            done.push(StrPart::Text(text.into(), span));
        }
    }
}

/// The text of a `plain`, which has no holes.
pub(crate) fn plain(quoted: &str) -> Name {
    let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    unescape(inner.unwrap_or_default())
}

/// The text of a string without holes.
pub(crate) fn text_alone(parts: &[StrPart]) -> Option<Name> {
    let text = |part: &StrPart| match part {
        StrPart::Text(text, _) => Some(text.as_str().to_owned()),
        StrPart::Hole(..) => None,
    };
    let text: Option<String> = parts.iter().map(text).collect();
    text.map(Name::from)
}

fn unescape(text: &str) -> Name {
    if !text.contains('\\') {
        return Name::new(text);
    }
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, after) = rest.split_at(at);
        done.push_str(before);
        let (escaped, length) = escape(after);
        done.push_str(&escaped);
        rest = after.get(length..).unwrap_or_default();
    }
    done.push_str(rest);
    done.into()
}

/// What the escape at the start of the text stands for, and its length; the scan refused bad ones.
fn escape(text: &str) -> (String, usize) {
    let code = text.strip_prefix("\\u{").and_then(|it| it.split_once('}'));
    if let Some((code, _)) = code {
        let value = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        return (value.unwrap_or_default().to_string(), code.len() + 4);
    }
    if text.starts_with("\\#{") {
        return ("#{".to_owned(), 3);
    }
    let known = [("\\n", "\n"), ("\\t", "\t"), ("\\r", "\r")];
    let known = known.iter().find(|(written, _)| text.starts_with(written));
    match known {
        Some((_, meant)) => ((*meant).to_owned(), 2),
        None => (text.chars().skip(1).take(1).collect(), 2),
    }
}

/// The longest run of blanks that begins every line: lines of blanks alone aside, the last one included where the quotes stand alone.
fn shared_indent(text: &str) -> usize {
    let mut shared: Option<&str> = None;
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let body = line.trim_start_matches([' ', '\t']);
        if body.is_empty() && !is_last {
            continue;
        }
        let blanks = line.get(..line.len() - body.len()).unwrap_or_default();
        shared = Some(shared.map_or(blanks, |it| common_prefix(it, blanks)));
    }
    shared.map_or(0, str::len)
}

fn common_prefix<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    a.get(..same).unwrap_or_default()
}

/// The lines without `indent` blanks at their start, `\r\n` read as `\n`.
fn without_indent(run: &str, starts_line: bool, indent: usize) -> String {
    let mut done = String::with_capacity(run.len());
    for (index, line) in run.split_inclusive('\n').enumerate() {
        let mut line = line;
        if index > 0 || starts_line {
            let blanks = line.bytes().take_while(|it| matches!(it, b' ' | b'\t'));
            let cut = blanks.count().min(indent);
            line = line.get(cut..).unwrap_or_default();
        }
        match line.strip_suffix("\r\n") {
            Some(line) => {
                done.push_str(line);
                done.push('\n');
            }
            None => done.push_str(line),
        }
    }
    done
}
