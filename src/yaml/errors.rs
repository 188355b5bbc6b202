//! What is said about a text that is no YAML, or not what it seems.

use crate::base::Span;
use crate::diag::{Diagnostic, Severity};

/// `problem` is the parser's own word for it.
pub(crate) fn syntax(at: Span, problem: &str) -> Diagnostic {
    Diagnostic::new("yaml", at, format!("this is no YAML: {problem}"))
}

pub(crate) fn template(at: Span) -> Diagnostic {
    let message = "an unquoted `{{` opens a map in YAML, and a map is no key";
    let help = "put quotes about it: `\"{{ name }}\"`";
    Diagnostic::new("yaml", at, message).help(help)
}

pub(crate) fn separator(at: Span) -> Diagnostic {
    let message = "only a comment may stand behind `---`";
    let note = "Kubernetes cuts a stream at such lines and reads nothing else that stands in them";
    Diagnostic::new("yaml", at, message).note(note)
}

pub(crate) fn ignored_document(at: Span) -> Diagnostic {
    let message = "nothing behind `...` is read";
    let note = "Kubernetes separates documents by `---` alone";
    let found = Diagnostic::new("yaml", at, message).note(note);
    Diagnostic {
        severity: Severity::Warning,
        ..found
    }
}

pub(crate) fn bad_key(at: Span, is: &str) -> Diagnostic {
    let message = format!("{is} cannot be a key");
    let note = "Kubernetes turns YAML into JSON, whose keys are text";
    Diagnostic::new("yaml", at, message).note(note)
}

pub(crate) fn not_of_tag(at: Span, tag: &str) -> Diagnostic {
    Diagnostic::new(
        "yaml",
        at,
        format!("this is not what its tag `!!{tag}` says"),
    )
}

pub(crate) fn not_finite(at: Span) -> Diagnostic {
    let message = "infinity and NaN are no numbers of JSON";
    let note = "Kubernetes turns YAML into JSON";
    Diagnostic::new("yaml", at, message)
        .note(note)
        .help("put quotes about it if it is text")
}

pub(crate) fn merge_of_no_map(at: Span) -> Diagnostic {
    Diagnostic::new("yaml", at, "`<<` merges maps, and this is none")
}

pub(crate) fn endless_alias(at: Span) -> Diagnostic {
    Diagnostic::new("yaml", at, "an anchor whose value contains itself")
}

pub(crate) fn too_many_aliases(at: Span) -> Diagnostic {
    let message = "aliases make this document far larger than its text";
    let note = "Kubernetes refuses what nearly all comes from aliases";
    Diagnostic::new("yaml", at, message).note(note)
}

pub(crate) fn too_deep(at: Span) -> Diagnostic {
    Diagnostic::new("too-large", at, "this is nested too deeply")
}

pub(crate) fn repeated_key(at: Span, key: &str, first: Span) -> Diagnostic {
    let message = format!("`{key}` stands twice in this map");
    let note = "the last one counts, and what stands at the first is lost";
    Diagnostic::new("duplicate-key", at, message)
        .label(first, "first here")
        .note(note)
}
