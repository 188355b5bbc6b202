//! A diagnostic as a machine reads it: one JSON object on one line. Lines and columns count from one, columns in characters.

use serde::Serialize;

use crate::base::{SourceMap, Span};
use crate::diag::Diagnostic;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    code: &'a str,
    severity: &'a str,
    gate: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: Place,
    labels: Vec<Text<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

/// A label, or an edit: a text that belongs to a place.
#[derive(Serialize)]
struct Text<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    edits: Vec<Text<'a>>,
}

/// The diagnostic as one line.
pub(crate) fn write(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let text = |span: Span, text| Text {
        place: place(span, sources),
        text,
    };
    let labels = diagnostic.labels.iter();
    let fixes = diagnostic.fixes.iter().map(|fix| Fix {
        title: &fix.title,
        edits: fix.edits.iter().map(|it| text(it.span, &it.text)).collect(),
    });
    let finding = Finding {
        code: diagnostic.code.name,
        severity: diagnostic.severity.name(),
        gate: diagnostic.code.gate.name(),
        message: &diagnostic.message,
        place: place(diagnostic.span, sources),
        labels: labels.map(|it| text(it.span, &it.text)).collect(),
        notes: &diagnostic.notes,
        help: diagnostic.help.as_deref(),
        fixes: fixes.collect(),
    };
    let mut line = serde_json::to_string(&finding).unwrap_or_default();
    line.push('\n');
    line
}

fn place(span: Span, sources: &SourceMap) -> Place {
    let file = sources.path(span.file).display().to_string();
    let Some(source) = sources.get(span.file) else {
        return Place {
            file,
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
        };
    };
    let (start, end) = (source.position(span.start), source.position(span.end));
    Place {
        file,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}
