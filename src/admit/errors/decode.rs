//! What is said about an object that the API server or the webhook cannot read.

use std::fmt::Display;

use crate::base::Span;
use crate::diag::{Diagnostic, Edit, Fix, Severity};
use crate::yaml::{Data, Node};

/// How grave it is that a field is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// Tekton's webhook refuses it.
    Webhook,
    /// The API server refuses it if asked to be strict, as `kubectl` does, and drops it otherwise.
    ApiServer,
    /// Pipelines as Code drops it, so that nobody else sees it.
    PipelinesAsCode,
}

pub(crate) fn unknown_field(
    at: Span,
    owner: &str,
    key: &str,
    near: Option<&str>,
    how: Unknown,
) -> Diagnostic {
    let found = Diagnostic::new("unknown-field", at, format!("{owner} has no field `{key}`"));
    let found = found.did_you_mean(at, near);
    match how {
        Unknown::Webhook => found.note("Tekton decodes strictly and refuses the whole object"),
        Unknown::ApiServer => {
            let found = found.note(
                "the API server refuses it where validation is strict, as with `kubectl`, and drops it otherwise",
            );
            warning(found)
        }
        Unknown::PipelinesAsCode => {
            warning(found.note("Pipelines as Code drops it without a word, and runs the rest"))
        }
    }
}

/// A key in other case than the API's.
pub(crate) fn key_case(at: Span, key: &str, canonical: &str) -> Diagnostic {
    let message = format!("`{key}` is spelled `{canonical}`");
    let note = "the webhook takes any case, but the API server only this one";
    let found = Diagnostic::new("key-case", at, message).note(note);
    found.fix(format!("replace with `{canonical}`"), at, canonical)
}

/// `expected` is what the API has there, `found` what stands there: `a string`, `a list`.
pub(crate) fn wrong_type(at: Span, what: impl Display, expected: &str, found: &str) -> Diagnostic {
    let message = format!("{what} must be {expected}, and this is {found}");
    Diagnostic::new("wrong-type", at, message)
}

/// A scalar that would be a string if quotes stood about it.
pub(crate) fn not_quoted(at: Span, what: impl Display, found: &str, value: &str) -> Diagnostic {
    let message = format!("{what} must be a string, and this is {found}");
    let note = format!("without quotes, YAML reads it as `{value}`");
    let found = Diagnostic::new("wrong-type", at, message).note(note);
    quoted(found, at)
}

/// A string that is none of its kind: `expected` is `a duration such as …`.
pub(crate) fn bad_text(at: Span, what: impl Display, expected: &str, text: &str) -> Diagnostic {
    let message = format!("{what} must be {expected}, and `{text}` is none");
    Diagnostic::new("wrong-type", at, message)
}

/// Durations are decoded before anything is substituted.
pub(crate) fn reference_in_duration(at: Span, what: impl Display) -> Diagnostic {
    let message = format!("{what} must be a duration, and no reference stands for one");
    let note = "Tekton decodes the field before it substitutes anything";
    Diagnostic::new("wrong-type", at, message).note(note)
}

pub(crate) fn out_of_range(at: Span, what: impl Display, min: i64, max: i64) -> Diagnostic {
    let message = if min <= i64::from(i32::MIN) {
        format!("{what} must fit into 32 bits")
    } else if max >= i64::from(i32::MAX) {
        format!("{what} must be an integer of at least {min}")
    } else {
        format!("{what} must be an integer from {min} to {max}")
    };
    Diagnostic::new("wrong-type", at, message)
}

pub(crate) fn not_one_of(
    at: Span,
    what: impl Display,
    values: &[&str],
    near: Option<&str>,
) -> Diagnostic {
    let all: Vec<String> = values.iter().map(|it| format!("`{it}`")).collect();
    let message = format!("{what} must be one of {}", all.join(", "));
    Diagnostic::new("wrong-type", at, message).did_you_mean(at, near)
}

/// A scalar whose text reaches the task as another.
pub(crate) fn retyped(at: Span, text: &str) -> Diagnostic {
    let message = format!("this reaches the task as `{text}`");
    let note =
        "without quotes it is a number or truth value of YAML, and Tekton makes text of that";
    quoted(Diagnostic::new("retyped", at, message).note(note), at)
}

/// A list or map that is no list of strings or map of strings.
pub(crate) fn becomes_json(at: Span, of: &str, json: &str) -> Diagnostic {
    let message = format!("this {of} reaches the task as one string that holds JSON");
    let note = format!("Tekton's {of}s hold strings alone; of anything else it makes `{json}`");
    Diagnostic::new("retyped", at, message).note(note)
}

pub(crate) fn not_served(at: Span, api: &str, kind: &str, instead: Option<&str>) -> Diagnostic {
    let message = format!("Tekton serves no `{kind}` of `{api}`");
    let found = Diagnostic::new("unknown-api", at, message);
    match instead {
        Some(instead) => found.help(format!("it is of `{instead}`")),
        None => found,
    }
}

/// A document that is no object of Kubernetes.
pub(crate) fn no_object(node: &Node) -> Diagnostic {
    let what = match &node.data {
        Data::Map(_) if node.get("kind").is_some() => "a map without `apiVersion`",
        Data::Map(_) if node.get("apiVersion").is_some() => "a map without `kind`",
        Data::Map(_) => "a map without `apiVersion` and `kind`",
        Data::List(_) => "a list",
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => "a single value",
    };
    // Of a long document its beginning says as much.
    let at = match node.entries().first() {
        Some(first) => first.at,
        None => node.items().first().map_or(node.span, |it| it.span),
    };
    let message = format!("this document is {what}, and no object of Kubernetes");
    let found = Diagnostic::new("unknown-api", at, message);
    match &node.data {
        // Other programs have files of maps, and people name all that end in `.yaml`.
        Data::Map(_) => warning(found.note("nothing of it is checked")),
        Data::List(_) | Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => found,
    }
}

/// An `apiVersion` that no API has.
pub(crate) fn no_version(at: Span, text: &str) -> Diagnostic {
    let message = format!("`{text}` is no version of an API");
    Diagnostic::new("unknown-api", at, message)
        .note("it is a group and a version such as `tekton.dev/v1`; of what has no group there is `v1` alone")
}

/// An object whose `apiVersion` or `kind` is missing, empty or no string.
pub(crate) fn no_kind(at: Span, key: &str, said: Option<&Node>) -> Diagnostic {
    let message = match said {
        Some(it) if it.text() == Some("") => format!("this object says no `{key}`: it is empty"),
        Some(_) => format!("`{key}` must be a string"),
        None => format!("this object says no `{key}`"),
    };
    let note = "without it the API server does not know what the object is";
    Diagnostic::new("unknown-api", at, message).note(note)
}

fn warning(found: Diagnostic) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        ..found
    }
}

fn quoted(mut found: Diagnostic, at: Span) -> Diagnostic {
    found.help = Some("put quotes about it".to_owned());
    let quote = |span: Span| Edit {
        span,
        text: "\"".to_owned(),
    };
    found.fixes.push(Fix {
        title: "put quotes about it".to_owned(),
        edits: vec![quote(at.at_start()), quote(at.at_end())],
    });
    found
}
