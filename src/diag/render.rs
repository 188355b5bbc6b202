//! Diagnostics as text for people (ariadne) and as JSON, one object a line, for machines.

mod excerpt;
mod human;
mod json;

use std::collections::HashMap;

use crate::base::{FileId, SourceMap};
use crate::diag::Diagnostic;

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// For people, without colour.
    Plain,
    /// For people, with ANSI colours.
    Colour,
    /// One JSON object a line.
    Json,
}

/// How often one message is written about one line.
const MOST: usize = 20;

/// Writes the diagnostics one after the other; each ends with a line break. What is said of one line again and again is written
/// [`MOST`] times.
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    let mut said: HashMap<(FileId, usize, &str, &str), usize> = HashMap::new();
    let write = |it: &Diagnostic| match style {
        Style::Plain => human::write(it, sources, human::Ink::Plain),
        Style::Colour => human::write(it, sources, human::Ink::Colour),
        Style::Json => json::write(it, sources),
    };
    let mut text = String::new();
    for it in diagnostics {
        let source = sources.get(it.span.file);
        let line = source.map_or(0, |source| source.line(it.span.start));
        let times = said.entry((it.span.file, line, it.code.name, &it.message));
        let times = times.or_default();
        *times += 1;
        if *times <= MOST {
            text.push_str(&write(it));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Style, render};
    use crate::base::{SourceMap, Span};
    use crate::diag::Diagnostic;

    fn shown(text: &str, spans: &[(usize, usize)]) -> String {
        let mut sources = SourceMap::default();
        let file = sources.add(Path::new("a.wudi"), text.into());
        let span = |it: &(usize, usize)| Span {
            file,
            start: u32::try_from(it.0).unwrap(),
            end: u32::try_from(it.1).unwrap(),
        };
        let mut found = Diagnostic::new("syntax", span(&spans[0]), "a message");
        for label in &spans[1..] {
            found = found.label(span(label), "a label");
        }
        render(&[found], &sources, Style::Plain)
    }

    #[test]
    fn the_same_of_one_line_is_not_said_without_end() {
        let mut sources = SourceMap::default();
        let file = sources.add(Path::new("a.wudi"), "x".repeat(100).into());
        let found = |at| Diagnostic::new("syntax", Span::new(file, at, at + 1), "m");
        let found: Vec<Diagnostic> = (0..100).map(found).collect();
        assert_eq!(
            render(&found, &sources, Style::Json).lines().count(),
            super::MOST
        );
    }

    #[test]
    fn the_line_is_underlined_without_an_arrow() {
        let text = shown("let a = foo\nlet b = 1\n", &[(8, 11), (16, 17)]);
        insta::assert_snapshot!(text, @r#"
        [syntax] error: a message
           ╭─[ a.wudi:1:9 ]
           │
         1 │ let a = foo
           │         ───
         2 │ let b = 1
           │     ┬
           │     ╰── a label
        ───╯
        "#);
    }

    #[test]
    fn two_marks_of_one_line_have_arrows() {
        let text = shown("let a = foo\n", &[(8, 11), (4, 5)]);
        insta::assert_snapshot!(text, @r#"
        [syntax] error: a message
           ╭─[ a.wudi:1:9 ]
           │
         1 │ let a = foo
           │     ┬   ─┬─
           │     │    ╰─── here
           │     │
           │     ╰──────── a label
        ───╯
        "#);
    }

    #[test]
    fn a_wide_line_is_cropped_around_the_mark() {
        let text = format!(
            "let a = \"{}\" + foo + \"{}\"\n",
            "x".repeat(500),
            "ü".repeat(500)
        );
        insta::assert_snapshot!(shown(&text, &[(513, 516)]), @r#"
        [syntax] error: a message
           ╭─[ a.wudi:1:514 ]
           │
         1 │ …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" + foo + "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü…
           │                                                              ───
        ───╯
        "#);
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_printed() {
        insta::assert_snapshot!(shown("\tlet\u{1b}[2J a\u{202e} = 漢字 foo\u{2028}\r\n", &[(23, 26)]), @r#"
        [syntax] error: a message
           ╭─[ a.wudi:1:18 ]
           │
         1 │     let�[2J a� = 漢字 foo�
           │                       ───
        ───╯
        "#);
    }

    #[test]
    fn spans_of_any_shape_are_shown() {
        let texts = [
            "",
            "\n",
            "a",
            "aé\u{1F600}\n\tb\r\n",
            "\u{2028}\u{85}x\n\n\n",
            "no end",
        ];
        for text in texts {
            for start in 0..=text.len() + 2 {
                for end in 0..=text.len() + 2 {
                    let shown = shown(text, &[(start, end), (end, start), (0, 100)]);
                    assert!(shown.contains("a message"), "{text:?} {start} {end}");
                    assert!(!shown.contains(['\u{1}', '\u{2}']), "{shown}");
                }
            }
        }
    }

    #[test]
    fn json_counts_characters_from_one() {
        let mut sources = SourceMap::default();
        let file = sources.add(Path::new("a.wudi"), "é = b\n".into());
        let span = Span::new(file, 5, 6);
        let found = Diagnostic::new("syntax", span, "m").did_you_mean(span, Some("c"));
        insta::assert_snapshot!(render(&[found], &sources, Style::Json), @r#"
        {"code":"syntax","severity":"error","gate":"none","message":"m","file":"a.wudi","line":1,"column":5,"endLine":1,"endColumn":6,"labels":[],"notes":[],"help":"did you mean `c`?","fixes":[{"title":"replace with `c`","edits":[{"file":"a.wudi","line":1,"column":5,"endLine":1,"endColumn":6,"text":"c"}]}]}
        "#);
    }
}
