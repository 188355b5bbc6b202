//! A diagnostic as a person reads it. The only home of ariadne.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::ops::Range;

use ariadne::{Color, Config, Label, Report, ReportKind, sources};

use crate::base::{FileId, SourceMap, Span};
use crate::diag::render::excerpt::excerpt;
use crate::diag::{Diagnostic, Severity};

/// Whether colours are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Colour,
}

/// A file of the report, by a name that no path can have: where it is shown, the true path and position take its place.
type Key = String;

/// One file of the report.
struct Shown {
    key: Key,
    text: String,
    /// `path:line:column` of the first mark.
    title: String,
    marks: Vec<Mark>,
}

struct Mark {
    range: Range<usize>,
    line: usize,
    text: String,
    primary: bool,
}

/// ariadne underlines only what has a text; this one is taken out again, with the arrow that leads to it.
const SILENT: &str = "\u{2}";

/// The diagnostic with the lines that it is about.
pub(crate) fn write(diagnostic: &Diagnostic, sources_: &SourceMap, ink: Ink) -> String {
    let shown = shown(diagnostic, sources_);
    let Some(primary) = shown.first() else {
        return without_text(diagnostic, None);
    };
    if sources_.text(diagnostic.span.file).is_empty() {
        return without_text(diagnostic, Some(&primary.title));
    }
    let place = primary.marks.iter().find(|it| it.primary);
    let place = place.map_or(0..0, |it| it.range.clone());
    let colour = colour(diagnostic.severity);
    let kind = ReportKind::Custom(diagnostic.severity.name(), colour);
    let mut report = Report::build(kind, (primary.key.clone(), place))
        .with_config(Config::default().with_color(ink == Ink::Colour))
        .with_code(diagnostic.code.name)
        .with_message(clean(&diagnostic.message));
    for (order, (key, mark)) in in_order(&shown).into_iter().enumerate() {
        let order = i32::try_from(order).unwrap_or(i32::MAX);
        let label = Label::new((key.clone(), mark.range.clone())).with_order(order);
        let (label, text) = if mark.primary {
            let alone = primary.marks.iter().filter(|it| it.line == mark.line);
            let text = if alone.count() == 1 { SILENT } else { "here" };
            (label.with_color(colour).with_priority(1), text.to_owned())
        } else {
            (label.with_color(Color::Cyan), clean(&mark.text))
        };
        report = report.with_label(label.with_message(text));
    }
    for note in &diagnostic.notes {
        report.add_note(clean(note));
    }
    if let Some(help) = &diagnostic.help {
        report.add_help(clean(help));
    }
    let texts = shown.iter().map(|it| (it.key.clone(), it.text.clone()));
    let mut out = Vec::new();
    let written = report.finish().write(sources(texts), &mut out);
    if written.is_err() {
        return without_text(diagnostic, Some(&primary.title));
    }
    let text = retitle(&String::from_utf8_lossy(&out), &shown);
    match ink {
        Ink::Colour => text,
        Ink::Plain => anstream::adapter::strip_str(&text).to_string(),
    }
}

fn colour(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Note => Color::Blue,
    }
}

/// The diagnostic where there are no lines to show: of a file that could not be read, say.
fn without_text(it: &Diagnostic, title: Option<&str>) -> String {
    let (code, severity) = (it.code.name, it.severity.name());
    let mut out = format!("[{code}] {severity}: {}\n", clean(&it.message));
    if let Some(title) = title {
        let _ = writeln!(out, "   ╭─[ {title} ]");
        for note in &it.notes {
            let _ = writeln!(out, "   │ Note: {}", clean(note));
        }
        if let Some(help) = &it.help {
            let _ = writeln!(out, "   │ Help: {}", clean(help));
        }
        out.push_str("───╯\n");
    }
    out
}

/// The files that take part, the primary one first, each with its excerpt.
fn shown(diagnostic: &Diagnostic, sources: &SourceMap) -> Vec<Shown> {
    let mut places: Vec<(Span, &str)> = vec![(diagnostic.span, "")];
    let labels = diagnostic.labels.iter();
    places.extend(labels.map(|it| (it.span, it.text.as_str())));
    let mut files: Vec<FileId> = Vec::new();
    for (span, _) in &places {
        if !files.contains(&span.file) {
            files.push(span.file);
        }
    }
    let mut all = Vec::new();
    for (index, file) in files.into_iter().enumerate() {
        let Some(source) = sources.get(file) else {
            continue;
        };
        let own: Vec<_> = places.iter().filter(|it| it.0.file == file).collect();
        let spans: Vec<Span> = own.iter().map(|it| it.0).collect();
        let excerpt = excerpt(source, &spans);
        let marks = excerpt.marks.into_iter().zip(&own);
        let marks = marks.enumerate().map(|(at, (range, (span, text)))| Mark {
            range,
            line: source.position(span.start).line,
            text: (*text).to_owned(),
            primary: file == diagnostic.span.file && at == 0,
        });
        let mut title = source.path.display().to_string();
        if let Some(first) = spans.first().filter(|_| !source.text.is_empty()) {
            let at = source.position(first.start);
            let _ = write!(title, ":{}:{}", at.line, at.column);
        }
        all.push(Shown {
            key: format!("\u{1}{index}"),
            text: excerpt.text,
            title: clean(&title),
            marks: marks.collect(),
        });
    }
    all
}

/// The marks file by file from top to bottom, so that ariadne makes one block of each file; on a line from the right, so that arrows do not cross.
fn in_order(shown: &[Shown]) -> Vec<(&Key, &Mark)> {
    let mut all = Vec::new();
    for file in shown {
        let mut marks: Vec<&Mark> = file.marks.iter().collect();
        marks.sort_by_key(|it| (it.line, Reverse(it.range.start)));
        all.extend(marks.into_iter().map(|it| (&file.key, it)));
    }
    all
}

/// Puts the true path and position where ariadne wrote those of the excerpt.
fn retitle(text: &str, shown: &[Shown]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1}') {
        out.push_str(before);
        let end = after.find(' ').unwrap_or(after.len());
        let (key, after) = after.split_at(end);
        let index = key.split(':').next().and_then(|it| it.parse().ok());
        let file = index.and_then(|it: usize| shown.get(it));
        out.push_str(file.map_or("", |it| &it.title));
        rest = after;
    }
    out.push_str(rest);
    silence(&out)
}

/// Takes out the arrows to [`SILENT`], and blanks at line ends.
fn silence(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if !line.contains(SILENT) {
            lines.push(line.trim_end().to_owned());
        } else if let Some(underline) = lines.last_mut() {
            *underline = underline.replace('┬', "─");
        }
    }
    lines.join("\n") + "\n"
}

/// Text that moves no cursor; line breaks stay.
fn clean(text: &str) -> String {
    let clean = |it: char| match it {
        '\n' => it,
        it if it.is_control() => '\u{FFFD}',
        it => it,
    };
    text.chars().map(clean).collect()
}
