//! The piece of a source that a report shows: clean, cropped, and counted in characters.
//!
//! ariadne draws what it is given: it prints lines of any length whole, breaks lines where the language does not,
//! and trusts every span. So it is given a text made for it, in which every line of the source is one line.

use std::ops::Range;

use crate::base::Span;
use crate::base::source::Source;

/// Longer lines are cropped around what is marked in them.
const MAX_COLUMNS: usize = 180;
/// How much of a cropped line stands before the mark.
const LEAD: usize = 60;

/// A text with as many lines before what it shows as the source has, and where the spans asked for lie in it.
#[derive(Debug)]
pub(crate) struct Excerpt {
    pub(crate) text: String,
    /// In characters of `text`, in the order of the spans asked for; of a span of many lines the first.
    pub(crate) marks: Vec<Range<usize>>,
}

/// A line of the source that a mark begins or ends in.
struct Line<'a> {
    text: &'a str,
    /// Bytes of the source before it.
    start: usize,
    /// Characters of it that are cut off in front.
    skipped: usize,
    /// Characters of the excerpt before it.
    at: usize,
    /// Characters of it that are shown, ellipses counted.
    shown: usize,
}

/// The excerpt that shows these spans of the source; spans that do not fit it are moved until they do.
pub(crate) fn excerpt(source: &Source, spans: &[Span]) -> Excerpt {
    let spans: Vec<Range<usize>> = spans.iter().map(|it| fit(&source.text, *it)).collect();
    let first = spans.iter().map(|it| it.start).min().unwrap_or_default();
    let last = spans.iter().map(|it| it.end).max().unwrap_or_default();
    let first_line = source.text.get(..first).unwrap_or_default();
    let lines_before = first_line.matches('\n').count();
    let begin = first_line.rfind('\n').map_or(0, |it| it + 1);
    let rest = source.text.get(last..).unwrap_or_default();
    let end = last + rest.find('\n').unwrap_or(rest.len());

    let mut text = "\n".repeat(lines_before);
    let mut at = lines_before;
    let mut lines = Vec::new();
    let mut start = begin;
    for line in source.text.get(begin..end).unwrap_or_default().split('\n') {
        let range = start..start + line.len();
        let marked = spans.iter().find(|it| touches(&range, it.start));
        let marked = marked.map_or(0, |it| it.start - start);
        let (shown, skipped) = crop(line, marked);
        let count = shown.chars().count();
        text.push_str(&shown);
        text.push('\n');
        lines.push(Line {
            text: line,
            start,
            skipped,
            at,
            shown: count,
        });
        at += count + 1;
        start = range.end + 1;
    }
    let place = |offset: usize| place(&lines, offset);
    let marks = spans.iter().map(|it| {
        let line = source.text.get(it.clone()).and_then(|it| it.find('\n'));
        let end = line.map_or(it.end, |line| it.start + line);
        widen(place(it.start)..place(end))
    });
    let marks = marks.collect();
    Excerpt { text, marks }
}

/// The span as a range of the text: in it, on character boundaries, not backwards.
fn fit(text: &str, span: Span) -> Range<usize> {
    let range = span.range();
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = range.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

fn touches(range: &Range<usize>, offset: usize) -> bool {
    (range.start..=range.end).contains(&offset)
}

/// The part of a line around the byte `marked`, and how many characters are missing in front of it.
fn crop(line: &str, marked: usize) -> (String, usize) {
    let clean = |it: char| if is_safe(it) { it } else { '\u{FFFD}' };
    let line_end = line.strip_suffix('\r').unwrap_or(line);
    let count = line_end.chars().count();
    if count <= MAX_COLUMNS {
        return (line_end.chars().map(clean).collect(), 0);
    }
    let column = line.get(..marked).map_or(0, |it| it.chars().count());
    let from = column.saturating_sub(LEAD).min(count - MAX_COLUMNS);
    let mut shown = String::new();
    if from > 0 {
        shown.push('…');
    }
    shown.extend(line_end.chars().skip(from).take(MAX_COLUMNS).map(clean));
    if from + MAX_COLUMNS < count {
        shown.push('…');
    }
    // The ellipsis takes the place of one character.
    (shown, from.saturating_sub(1))
}

/// Whether a terminal shows the character and does nothing else.
fn is_safe(it: char) -> bool {
    let breaks = matches!(it, '\u{2028}' | '\u{2029}');
    let turns =
        matches!(it, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    it == '\t' || !(it.is_control() || breaks || turns)
}

/// The character of the excerpt that stands for the byte `offset` of the source.
fn place(lines: &[Line<'_>], offset: usize) -> usize {
    let index = lines.partition_point(|it| it.start <= offset);
    let Some(line) = index.checked_sub(1).and_then(|it| lines.get(it)) else {
        return 0;
    };
    let before = line.text.get(..offset - line.start).unwrap_or(line.text);
    let column = before.chars().count().saturating_sub(line.skipped);
    line.at + column.min(line.shown)
}

/// An empty range cannot be seen: it takes the character that follows.
fn widen(range: Range<usize>) -> Range<usize> {
    range.start..range.end.max(range.start + 1)
}
