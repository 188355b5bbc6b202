//! One finding, as data.

use crate::base::Span;
use crate::diag::code::{self, Code, Severity};

/// A finding at a place of the program.
///
/// Messages are lower case without a full stop, names in backticks. The primary span is where the user must edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The row of the code table that this finding belongs to.
    pub code: &'static Code,
    /// How grave it is here; mostly the code's own severity.
    pub severity: Severity,
    /// Where to edit.
    pub span: Span,
    /// What is wrong, in one line.
    pub message: String,
    /// Other places that take part in it, each with a few words.
    pub labels: Vec<Label>,
    /// Why it is so, a sentence each.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Option<String>,
    /// Edits that mend it.
    pub fixes: Vec<Fix>,
}

/// A second place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where it is.
    pub span: Span,
    /// What is there, in a few words.
    pub text: String,
}

/// A set of edits that together mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, as a menu would say it.
    pub title: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// A replacement of one piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// The new text.
    pub text: String,
}

impl Diagnostic {
    /// A finding of the code named `code` (a row of [`code::CODES`]) at `span`.
    pub(crate) fn new(code: &str, span: Span, message: impl Into<String>) -> Self {
        let code = code::find_or_internal(code);
        Self {
            code,
            severity: code.severity,
            span,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Adds a second place.
    pub(crate) fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        self.labels.push(Label { span, text });
        self
    }

    /// Adds the reason.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to write instead.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds an edit that mends it, as a fix of its own.
    pub(crate) fn fix(
        mut self,
        title: impl Into<String>,
        span: Span,
        text: impl Into<String>,
    ) -> Self {
        let edit = Edit {
            span,
            text: text.into(),
        };
        self.fixes.push(Fix {
            title: title.into(),
            edits: vec![edit],
        });
        self
    }

    /// Says "did you mean …" and offers the replacement of `span`, where a candidate was found.
    pub(crate) fn did_you_mean(self, span: Span, candidate: Option<&str>) -> Self {
        let Some(candidate) = candidate else {
            return self;
        };
        let help = format!("did you mean `{candidate}`?");
        let title = format!("replace with `{candidate}`");
        self.help(help).fix(title, span, candidate)
    }
}
