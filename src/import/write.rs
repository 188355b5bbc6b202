//! Program text: names, strings, lists, records, and blocks of lines.

use crate::base::names;

/// How wide a line may get before a list or a record is broken into lines.
const WIDTH: usize = 100;

/// A part of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// `#{…}`: an expression.
    Hole(String),
}

/// Lines of a program, indented by the blocks that are open.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
    level: usize,
}

impl Writer {
    /// A writer whose first line stands at that depth.
    pub(crate) fn at(level: usize) -> Self {
        Self {
            text: String::new(),
            level,
        }
    }

    /// Lines that were written for this depth.
    pub(crate) fn raw(&mut self, lines: &str) {
        self.text.push_str(lines);
    }

    /// Where the next line begins, for [`Writer::insert`].
    pub(crate) fn position(&self) -> usize {
        self.text.len()
    }

    /// Lines that belong before what was written since.
    pub(crate) fn insert(&mut self, at: usize, lines: &[String]) {
        let margin = indent(self.level);
        let mut text = String::new();
        for line in lines {
            if !line.is_empty() {
                text.push_str(&margin);
            }
            text.push_str(line);
            text.push('\n');
        }
        self.text.insert_str(at, &text);
    }

    /// How deep the next line stands.
    pub(crate) fn level(&self) -> usize {
        self.level
    }

    /// A line; what spans several brings its own indent behind the first.
    pub(crate) fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.text.push_str(&indent(self.level));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    /// A blank line, where something stands before in the same block.
    pub(crate) fn gap(&mut self) {
        let opens = ["{\n", "\n\n"];
        if !self.text.is_empty() && !opens.iter().any(|it| self.text.ends_with(it)) {
            self.text.push('\n');
        }
    }

    /// Whether a comment stands right above.
    pub(crate) fn ends_with_comment(&self) -> bool {
        let last = self.text.trim_end_matches('\n').lines().next_back();
        last.is_some_and(|it| it.trim_start().starts_with("// ")) && !self.text.ends_with("\n\n")
    }

    /// `/// …`, a line each.
    pub(crate) fn doc(&mut self, text: &str) {
        for line in text
            .trim_end()
            .split('\n')
            .filter(|_| !text.trim_end().is_empty())
        {
            let line = line.trim_end_matches('\r');
            match line.is_empty() {
                true => self.line("///"),
                false => self.line(&format!("/// {line}")),
            }
        }
    }

    /// `name: value`, where `value` was written for this level.
    pub(crate) fn field(&mut self, name: &str, value: &str) {
        let name = self::name(name);
        if is_same(&name, value) {
            return self.line(&format!("{name}:"));
        }
        self.line(&format!("{name}: {value}"));
    }

    /// A block: its first line up to `{`, and what `body` writes into it.
    pub(crate) fn block(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        let before = self.text.len();
        self.line(&format!("{head} {{"));
        let opened = self.text.len();
        self.level += 1;
        body(self);
        self.level -= 1;
        // What was to come behind a blank line did not.
        if self.text.ends_with("\n\n") {
            self.text.pop();
        }
        if self.text.len() == opened {
            self.text.truncate(before);
            return self.line(&format!("{head} {{}}"));
        }
        self.line("}");
    }

    /// The same, or its first line alone where nothing is written into it.
    pub(crate) fn block_or_line(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.block(head, body);
        if let Some(without) = self.text.strip_suffix(&format!("{head} {{}}\n")) {
            let kept = without.len();
            self.text.truncate(kept + head.len());
            self.text.push('\n');
        }
    }

    /// The whole text.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

fn indent(level: usize) -> String {
    "  ".repeat(level)
}

/// A name where one is declared, called or used as a label: quoted where it is no word.
pub(crate) fn name(text: &str) -> String {
    match names::is_word(text) && !names::RESERVED.contains(&text) {
        true => text.to_owned(),
        false => quoted(&[Piece::Text(text.to_owned())]),
    }
}

/// A name where it is called: the words that open a literal are quoted as well.
pub(crate) fn callee(text: &str) -> String {
    match text {
        "task" | "pipeline" => format!("\"{text}\""),
        _ => name(text),
    }
}

/// A string that holds no expression.
pub(crate) fn plain(text: &str, level: usize) -> String {
    string(&[Piece::Text(text.to_owned())], level)
}

/// A string: a text block where it has several lines and can be one, else between quotes; an expression alone stands bare.
pub(crate) fn string(pieces: &[Piece], level: usize) -> String {
    if let [Piece::Hole(expression)] = pieces {
        return expression.clone();
    }
    let has_lines = pieces
        .iter()
        .any(|it| matches!(it, Piece::Text(text) if text.contains('\n')));
    let block = has_lines.then(|| text_block(pieces, level)).flatten();
    block.unwrap_or_else(|| quoted(pieces))
}

fn quoted(pieces: &[Piece]) -> String {
    let mut done = String::from("\"");
    for piece in pieces {
        match piece {
            Piece::Hole(expression) => done.push_str(&format!("#{{{expression}}}")),
            Piece::Text(text) => {
                let mut rest = text.chars().peekable();
                while let Some(it) = rest.next() {
                    match it {
                        '\n' => done.push_str("\\n"),
                        '\t' => done.push_str("\\t"),
                        '\r' => done.push_str("\\r"),
                        '"' => done.push_str("\\\""),
                        '\\' => done.push_str("\\\\"),
                        '#' if rest.peek() == Some(&'{') => done.push_str("\\#"),
                        it if it.is_control() || is_unseen(it) => {
                            done.push_str(&format!("\\u{{{:x}}}", u32::from(it)));
                        }
                        it => done.push(it),
                    }
                }
            }
        }
    }
    done.push('"');
    done
}

/// Characters that break lines, join or turn text and cannot be seen.
fn is_unseen(it: char) -> bool {
    matches!(it, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// `"""` … `"""`; `None` where a block cannot hold the text as it is.
fn text_block(pieces: &[Piece], level: usize) -> Option<String> {
    let margin = indent(level + 1);
    let mut lines = vec![String::new()];
    let mut literal = String::new();
    for piece in pieces {
        match piece {
            Piece::Hole(expression) => {
                let hole = format!("#{{{expression}}}");
                lines.last_mut()?.push_str(&hole);
                literal.push('x');
            }
            Piece::Text(text) => {
                literal.push_str(text);
                let mut parts = text.split('\n');
                lines.last_mut()?.push_str(&escaped(parts.next()?));
                lines.extend(parts.map(escaped));
            }
        }
    }
    let odd = |it: char| is_unseen(it) || it.is_control() && it != '\n' && it != '\t';
    if literal.contains(odd) || literal.ends_with('"') {
        return None;
    }
    let closed_alone = literal.ends_with('\n');
    if closed_alone {
        lines.pop();
    } else if shares_indent(&literal) {
        return None;
    }
    let quotes = "\"".repeat(longest_run(&literal, '"').max(2) + 1);
    let mut done = quotes.clone();
    for line in &lines {
        done.push('\n');
        if !line.is_empty() {
            done.push_str(&margin);
            done.push_str(&without_trailing_blanks(line));
        }
    }
    if closed_alone {
        done.push('\n');
        done.push_str(&margin);
    }
    done.push_str(&quotes);
    Some(done)
}

/// Whether every line that is not blank starts with a blank, which a block would take for its own indent.
fn shares_indent(text: &str) -> bool {
    let mut lines = text.split('\n').filter(|it| !it.trim().is_empty());
    lines.all(|it| it.starts_with([' ', '\t']))
}

/// A literal `#{` in a text block.
fn escaped(line: &str) -> String {
    line.replace("#{", "#{\"#\"}{")
}

/// Blanks at the end of a line are written so that one sees them.
fn without_trailing_blanks(line: &str) -> String {
    let kept = line.trim_end_matches([' ', '\t']);
    let blanks = line.get(kept.len()..).unwrap_or_default();
    if blanks.is_empty() {
        return line.to_owned();
    }
    let shown = blanks.replace('\t', "\\t");
    format!("{kept}#{{\"{shown}\"}}")
}

fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for it in text.chars() {
        run = if it == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// `[a, b]`, broken into lines where it is long; the elements were written for one level deeper.
pub(crate) fn list(elements: &[String], level: usize) -> String {
    bracketed("[", elements, "]", level)
}

/// `{ a: 1 }`, broken into lines where it is long; the values were written for one level deeper.
pub(crate) fn record(fields: &[(String, String)], level: usize) -> String {
    let field = |(key, value): &(String, String)| match is_same(key, value) {
        true => format!("{key}:"),
        false => format!("{key}: {value}"),
    };
    let fields: Vec<String> = fields.iter().map(field).collect();
    match fields.is_empty() {
        true => "{}".to_owned(),
        false => braces(&fields, level),
    }
}

/// Whether `name:` alone says it: a name in quotes is a text where a value stands.
pub(crate) fn is_same(name: &str, value: &str) -> bool {
    name == value && !name.starts_with('"')
}

/// `{ a: 1, b: 2 }` of fields that are written already.
pub(crate) fn braces(fields: &[String], level: usize) -> String {
    bracketed("{ ", fields, " }", level)
}

/// `(a: 1, b: 2)`, the arguments or parameters of something.
pub(crate) fn parenthesised(parts: &[String], level: usize) -> String {
    bracketed("(", parts, ")", level)
}

fn bracketed(open: &str, parts: &[String], close: &str, level: usize) -> String {
    let width: usize = parts.iter().map(|it| it.chars().count() + 2).sum();
    let spans_lines = parts.iter().any(|it| it.contains('\n'));
    if !spans_lines && width + 2 * level < WIDTH {
        return format!("{open}{}{close}", parts.join(", "));
    }
    let mut done = open.trim_end().to_owned();
    for part in parts {
        done.push('\n');
        done.push_str(&indent(level + 1));
        done.push_str(part);
    }
    done.push('\n');
    done.push_str(&indent(level));
    done.push_str(close.trim_start());
    done
}

#[cfg(test)]
mod tests {
    use super::{Piece, list, name, plain, string};

    #[test]
    fn strings_are_written_as_the_language_reads_them() {
        assert_eq!(plain("a \"b\" \\ #{x}", 0), "\"a \\\"b\\\" \\\\ \\#{x}\"");
        assert_eq!(plain("a\tb", 0), "\"a\\tb\"");
        assert_eq!(plain("a\nb\n", 1), "\"\"\"\n    a\n    b\n    \"\"\"");
        assert_eq!(plain("a\n\n  b", 1), "\"\"\"\n    a\n\n      b\"\"\"");
        assert_eq!(plain("  a\n  b", 1), "\"  a\\n  b\"");
        assert_eq!(
            plain("a  \n#{b\n", 0),
            "\"\"\"\n  a#{\"  \"}\n  #{\"#\"}{b\n  \"\"\""
        );
        assert_eq!(
            plain("a\n\"\"\"\n", 0),
            "\"\"\"\"\n  a\n  \"\"\"\n  \"\"\"\""
        );
        assert_eq!(plain("a\r\n", 0), "\"a\\r\\n\"");
    }

    #[test]
    fn an_expression_alone_stands_bare() {
        let hole = Piece::Hole("params.x".to_owned());
        assert_eq!(string(std::slice::from_ref(&hole), 0), "params.x");
        assert_eq!(
            string(&[Piece::Text("a".to_owned()), hole], 0),
            "\"a#{params.x}\""
        );
    }

    #[test]
    fn what_is_long_is_broken_into_lines() {
        assert_eq!(list(&["a".to_owned(), "b".to_owned()], 0), "[a, b]");
        let long = "x".repeat(120);
        assert_eq!(
            list(std::slice::from_ref(&long), 1),
            format!("[\n    {long}\n  ]")
        );
    }

    #[test]
    fn what_is_no_word_is_quoted() {
        assert_eq!(name("a-b"), "a-b");
        assert_eq!(name("5080-x"), "\"5080-x\"");
        assert_eq!(name("none"), "\"none\"");
    }
}
