//! Writes a layout: what fits on a line and was on one stays there.

use crate::format::layout::{Entry, EntryKind, Group, Part, Reader};
use crate::format::space;
use crate::syntax::lex::{self, Lexed, Token, TokenKind};

/// Columns that a line takes before its brackets are broken.
const WIDTH: usize = 120;
const INDENT: usize = 2;
/// How far a line goes in that goes on with the line above.
const CONTINUATION: usize = 4;

/// The text of an item; as it is where it cannot be cut into tokens.
pub(crate) fn item(text: &str) -> String {
    let lexed = lex::lex(text);
    if !lexed.flaws.is_empty() {
        return text.to_owned();
    }
    let done = laid_out(text, &lexed);
    // Whatever the author wrote is worth more than its layout.
    match same_tokens(text, &lexed, &done) {
        true => done,
        false => text.to_owned(),
    }
}

/// Whether two texts say the same but for separators and layout.
fn same_tokens(text: &str, lexed: &Lexed, done: &str) -> bool {
    let after = lex::lex(done);
    let means = |it: &&Token| !matches!(it.kind, TokenKind::LineBreak | TokenKind::Comma);
    let slice = |text: &str, it: &Token| text.get(it.start..it.end).unwrap_or_default().to_owned();
    let before = lexed.tokens.iter().filter(means);
    let before = before.map(|it| (it.kind, slice(text, it).trim_end().to_owned()));
    let now = after.tokens.iter().filter(means);
    let now = now.map(|it| (it.kind, slice(done, it).trim_end().to_owned()));
    after.flaws.is_empty() && before.eq(now)
}

fn laid_out(text: &str, lexed: &Lexed) -> String {
    let entries = Reader::new(text, lexed).item();
    let mut printer = Printer {
        out: String::with_capacity(text.len()),
        indent: 0,
    };
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            printer.line_break(0);
        }
        printer.entry(entry, 0);
    }
    printer.out
}

/// How much of a line a group may take before it is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Line,
    /// Where operators join groups, a break within one of them would tear the expression apart: that is left to the author.
    Any,
}

struct Printer {
    out: String,
    /// Of the line that is being written.
    indent: usize,
}

impl Printer {
    fn line_break(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.indent = indent;
    }

    fn column(&self) -> usize {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        line.chars().count()
    }

    fn entry(&mut self, entry: &Entry<'_>, after: usize) {
        match &entry.kind {
            EntryKind::Line(text) => self.out.push_str(text),
            EntryKind::Element(parts) => self.element(parts, after),
        }
        if let Some(comment) = entry.comment {
            self.out.push_str("  ");
            self.out.push_str(comment);
        }
    }

    /// An element; `after` columns follow it on its last line.
    fn element(&mut self, parts: &[Part<'_>], after: usize) {
        let base = self.indent;
        let computes = parts.iter().any(is_operator);
        let mut before = "";
        for (index, part) in parts.iter().enumerate() {
            let rest = parts.get(index + 1..).unwrap_or_default();
            match part {
                Part::Break => {
                    self.line_break(base + CONTINUATION);
                    before = "";
                }
                Part::Comment(text) => {
                    self.blank(!before.is_empty());
                    self.blank(!before.is_empty());
                    self.out.push_str(text);
                    before = text;
                }
                Part::Token { text, apart } => {
                    self.blank(!before.is_empty() && space::is_between(before, text, *apart));
                    self.out.push_str(text);
                    before = text;
                }
                Part::Group { group, apart } => {
                    let open = group.open;
                    self.blank(!before.is_empty() && space::is_between(before, open, *apart));
                    if open == "{" && before == "}" && self.continues_with_results() {
                        // The block of a declaration whose results stand on a line of their own.
                        self.indent = base;
                    }
                    match computes {
                        true => self.group(group, 0, Room::Any),
                        false => self.group(group, following(rest, group.close, after), Room::Line),
                    }
                    before = group.close;
                }
            }
        }
        self.indent = base;
    }

    fn blank(&mut self, wanted: bool) {
        if wanted {
            self.out.push(' ');
        }
    }

    fn continues_with_results(&self) -> bool {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        line.trim_start().starts_with("->")
    }

    fn group(&mut self, group: &Group<'_>, after: usize, room: Room) {
        let flat = flat_width(group);
        let fits = match room {
            Room::Any => true,
            // Nothing is won by breaking what is empty.
            Room::Line if group.entries.is_empty() => true,
            Room::Line => flat.is_none_or(|it| self.column() + it + after <= WIDTH),
        };
        if fits && !must_break(group) {
            self.one_line(group, after);
        } else {
            self.lines(group);
        }
    }

    /// `[a, b]`; what is in it may still take lines.
    fn one_line(&mut self, group: &Group<'_>, after: usize) {
        let padded = group.open == "{" && !group.entries.is_empty();
        self.out.push_str(group.open);
        self.blank(padded);
        let last = group.entries.len().saturating_sub(1);
        for (index, entry) in group.entries.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            let after = match index == last {
                true => after + 1 + usize::from(padded),
                false => 1,
            };
            self.entry(entry, after);
        }
        self.blank(padded);
        self.out.push_str(group.close);
    }

    /// The entries on lines of their own, or several on one where the author put them so.
    fn lines(&mut self, group: &Group<'_>) {
        let outer = self.indent;
        let inner = outer + INDENT;
        self.out.push_str(group.open);
        if let Some(comment) = group.comment {
            self.out.push_str("  ");
            self.out.push_str(comment);
        }
        let mut start = 0;
        while start < group.entries.len() {
            let rest = group.entries.get(start..).unwrap_or_default();
            let together = match group.is_broken {
                true => line_length(rest),
                false => 1,
            };
            let line = rest.get(..together).unwrap_or_default();
            let is_wide = line_width(line).is_some_and(|it| inner + it > WIDTH);
            for (index, entry) in line.iter().enumerate() {
                if index > 0 && !is_wide {
                    self.out.push_str(", ");
                } else {
                    if index == 0 && start > 0 && entry.after_blank {
                        self.out.push('\n');
                    }
                    self.line_break(inner);
                }
                self.entry(entry, usize::from(index + 1 < line.len()));
            }
            start += together.max(1);
        }
        self.line_break(outer);
        self.out.push_str(group.close);
    }
}

fn is_operator(part: &Part<'_>) -> bool {
    const OPERATORS: &[&str] = &["==", "!=", "<=", ">=", "&&", "||", "??", "+", "-", "*", "/"];
    matches!(part, Part::Token { text, .. } if OPERATORS.contains(text))
}

/// How many of the entries stand on one line.
fn line_length(entries: &[Entry<'_>]) -> usize {
    let is_end = |pair: &[Entry<'_>]| {
        let [before, after] = pair else {
            return true;
        };
        let is_line = |it: &Entry<'_>| matches!(it.kind, EntryKind::Line(_));
        after.on_new_line || before.comment.is_some() || is_line(before) || is_line(after)
    };
    let end = entries.windows(2).position(is_end);
    end.map_or(entries.len(), |it| it + 1)
}

/// The columns of several entries on one line; `None` where one of them takes lines, or where there is only one.
fn line_width(entries: &[Entry<'_>]) -> Option<usize> {
    if entries.len() < 2 {
        return None;
    }
    let comments = entries.iter().filter_map(|it| it.comment);
    let comments: usize = comments.map(|it| it.chars().count() + 2).sum();
    let mut width = comments;
    for entry in entries {
        width += entry_width(entry)? + 2;
    }
    Some(width - 2)
}

/// Whether the group cannot stand on one line, whatever its width.
fn must_break(group: &Group<'_>) -> bool {
    let breaks = |it: &Entry<'_>| it.comment.is_some() || matches!(it.kind, EntryKind::Line(_));
    group.is_broken || group.comment.is_some() || group.entries.iter().any(breaks)
}

/// The columns of a group on one line; `None` where something in it takes lines.
fn flat_width(group: &Group<'_>) -> Option<usize> {
    if must_break(group) {
        return None;
    }
    let padding = match group.open == "{" && !group.entries.is_empty() {
        true => 2,
        false => 0,
    };
    let mut width = group.open.len() + group.close.len() + padding;
    for entry in &group.entries {
        width += entry_width(entry)? + 2;
    }
    Some(width - if group.entries.is_empty() { 0 } else { 2 })
}

fn entry_width(entry: &Entry<'_>) -> Option<usize> {
    match &entry.kind {
        EntryKind::Line(_) => None,
        EntryKind::Element(parts) => parts_width(parts, ""),
    }
}

fn parts_width(parts: &[Part<'_>], before: &str) -> Option<usize> {
    let mut before = before;
    let mut width = 0;
    for part in parts {
        let (text, last, apart, wide) = match part {
            Part::Break | Part::Comment(_) => return None,
            Part::Token { text, .. } if text.contains('\n') => return None,
            Part::Token { text, apart } => (*text, *text, *apart, text.chars().count()),
            Part::Group { group, apart } => (group.open, group.close, *apart, flat_width(group)?),
        };
        let blank = !before.is_empty() && space::is_between(before, text, apart);
        width += wide + usize::from(blank);
        before = last;
    }
    Some(width)
}

/// The columns that stand on the same line behind a group that ends with `before`; `after` follow its element.
fn following(rest: &[Part<'_>], before: &str, after: usize) -> usize {
    let breaks = |it: &Part<'_>| match it {
        Part::Break | Part::Comment(_) => true,
        Part::Token { text, .. } => text.contains('\n'),
        Part::Group { group, .. } => flat_width(group).is_none(),
    };
    let end = rest.iter().position(breaks);
    let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let width = parts_width(line, before).unwrap_or_default();
    match end.and_then(|it| rest.get(it)) {
        // A blank and the bracket.
        Some(Part::Group { .. } | Part::Token { .. }) => width + 2,
        Some(Part::Break | Part::Comment(_)) => width,
        None => width + after,
    }
}
