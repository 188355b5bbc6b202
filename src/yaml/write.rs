//! Tree to YAML: block style, two blanks, `|` for text of several lines, quotes only where they are needed, nothing folded.

use crate::yaml::{Tree, plain};

/// Keys longer than this are written with `?`; readers allow 1024 bytes for a plain one.
const LONGEST_KEY: usize = 1000;

/// One document.
pub(crate) fn write(tree: &Tree) -> String {
    write_where(tree, &|_| false)
}

/// Documents one after the other, with `---` between them.
pub(crate) fn write_all(trees: &[Tree]) -> String {
    let all: Vec<String> = trees.iter().map(write).collect();
    all.join("---\n")
}

/// One document in which the strings that `literal` picks stand in blocks, where no quote or mark within ends them.
///
/// It is for text into which something is put before YAML is read.
pub(crate) fn write_where(tree: &Tree, literal: &dyn Fn(&str) -> bool) -> String {
    let mut writer = Writer {
        out: String::new(),
        literal,
    };
    match tree {
        Tree::Object(map) if !map.is_empty() => writer.map(map, 0, Place::Line),
        Tree::Array(items) if !items.is_empty() => writer.items(items, 0, Place::Line),
        Tree::Object(_)
        | Tree::Array(_)
        | Tree::Null
        | Tree::Bool(_)
        | Tree::Number(_)
        | Tree::String(_) => {
            let scalar = writer.scalar(tree, 0);
            writer.out.push_str(&scalar);
            writer.end_line();
        }
    }
    writer.out
}

struct Writer<'a> {
    out: String,
    literal: &'a dyn Fn(&str) -> bool,
}

/// Where the first line of a block begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On a line of its own.
    Line,
    /// On a line that `- ` has opened.
    Opened,
}

impl Writer<'_> {
    fn map(&mut self, map: &serde_json::Map<String, Tree>, indent: usize, mut place: Place) {
        for (key, value) in map {
            self.open(indent, place);
            place = Place::Line;
            let key = inline(key);
            if key.len() > LONGEST_KEY {
                self.out.push_str("? ");
                self.out.push_str(&key);
                self.out.push('\n');
                self.open(indent, Place::Line);
            } else {
                self.out.push_str(&key);
            }
            self.out.push(':');
            self.value(value, indent);
        }
    }

    fn value(&mut self, value: &Tree, indent: usize) {
        match value {
            Tree::Object(map) if !map.is_empty() => {
                self.out.push('\n');
                self.map(map, indent + 2, Place::Line);
            }
            Tree::Array(items) if !items.is_empty() => {
                self.out.push('\n');
                self.items(items, indent, Place::Line);
            }
            Tree::Object(_)
            | Tree::Array(_)
            | Tree::Null
            | Tree::Bool(_)
            | Tree::Number(_)
            | Tree::String(_) => {
                self.out.push(' ');
                let scalar = self.scalar(value, indent);
                self.out.push_str(&scalar);
                self.end_line();
            }
        }
    }

    fn items(&mut self, items: &[Tree], indent: usize, mut place: Place) {
        for item in items {
            self.open(indent, place);
            place = Place::Line;
            self.out.push_str("- ");
            match item {
                Tree::Object(map) if !map.is_empty() => self.map(map, indent + 2, Place::Opened),
                Tree::Array(items) if !items.is_empty() => {
                    self.items(items, indent + 2, Place::Opened)
                }
                Tree::Object(_)
                | Tree::Array(_)
                | Tree::Null
                | Tree::Bool(_)
                | Tree::Number(_)
                | Tree::String(_) => {
                    let scalar = self.scalar(item, indent);
                    self.out.push_str(&scalar);
                    self.end_line();
                }
            }
        }
    }

    fn open(&mut self, indent: usize, place: Place) {
        if place == Place::Line {
            self.out.extend(std::iter::repeat_n(' ', indent));
        }
    }

    /// A block that keeps its last line breaks has ended its line already.
    fn end_line(&mut self) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    /// A value without children; `indent` is that of the key or `-` before it.
    fn scalar(&self, value: &Tree, indent: usize) -> String {
        match value {
            Tree::Null => "null".to_owned(),
            Tree::Bool(truth) => truth.to_string(),
            Tree::Number(number) => self::number(number),
            Tree::Object(_) => "{}".to_owned(),
            Tree::Array(_) => "[]".to_owned(),
            Tree::String(text) => {
                let wanted = text.contains('\n') || (self.literal)(text);
                if wanted && fits_block(text) {
                    block(text, indent + 2)
                } else {
                    inline(text)
                }
            }
        }
    }
}

/// Without an exponent, which YAML 1.1 takes for a number only with a point and a sign.
fn number(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => {
            let digits = float.to_string();
            if digits.contains('.') {
                digits
            } else {
                format!("{digits}.0")
            }
        }
        Some(_) | None => number.to_string(),
    }
}

/// Whether a literal block gives the text back unchanged in every reader.
fn fits_block(text: &str) -> bool {
    let printable = |it: char| it == '\n' || it == '\t' || plain::is_printable(it);
    let body = text.trim_end_matches('\n');
    let blank = |line: &str| !line.is_empty() && line.trim_matches([' ', '\t']).is_empty();
    let first = body.split('\n').find(|it| !it.is_empty());
    let last = body.rsplit('\n').next();
    !body.is_empty()
        && text.chars().all(printable)
        && !first.is_some_and(blank)
        && !last.is_some_and(blank)
}

fn block(text: &str, indent: usize) -> String {
    let body = text.trim_end_matches('\n');
    let ends = text.len() - body.len();
    let mut out = String::from("|");
    let first = body.split('\n').find(|it| !it.is_empty());
    if first.is_some_and(|it| it.starts_with([' ', '\t'])) || body.starts_with('\n') {
        out.push('2');
    }
    match ends {
        0 => out.push('-'),
        1 => {}
        _ => out.push('+'),
    }
    out.push('\n');
    for line in body.split('\n') {
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
        out.push('\n');
    }
    out.extend(std::iter::repeat_n('\n', ends.saturating_sub(1)));
    out
}

/// On one line: bare where that is safe, else in the quotes that need fewer marks.
fn inline(text: &str) -> String {
    if plain::is_safe(text) {
        return text.to_owned();
    }
    let printable = text.chars().all(plain::is_printable);
    if printable && text.contains(['"', '\\']) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for it in text.chars() {
        escape(it, &mut out);
    }
    out.push('"');
    out
}

fn escape(it: char, out: &mut String) {
    match it {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if plain::is_printable(it) => out.push(it),
        _ if u32::from(it) <= 0xff => out.push_str(&format!("\\x{:02X}", u32::from(it))),
        _ => out.push_str(&format!("\\u{:04X}", u32::from(it))),
    }
}

#[cfg(test)]
mod tests;
