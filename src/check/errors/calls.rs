//! What the checker has to say of names, calls and their arguments.

use crate::base::{Name, Span, spelling};
use crate::check::errors::{a_type, article, listed, shown, suggest};
use crate::diag::Diagnostic;
use crate::syntax::ast::Word;
use crate::types::{ParamType, Type};

/// `a task`, `an app`
fn a(kind: &str) -> String {
    format!("{} {kind}", article(kind))
}

// ---- names

pub(crate) fn unknown_name(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    let found = Diagnostic::new(
        "unknown-name",
        span,
        format!("nothing here is called `{name}`"),
    );
    found.did_you_mean(span, spelling::nearest(name, known.iter().copied()))
}

pub(crate) fn not_a_value(span: Span, name: &str, kind: &str) -> Diagnostic {
    let message = format!("`{name}` is {}, which is no value", a(kind));
    let found = Diagnostic::new("unknown-name", span, message);
    match kind {
        "type" => found.help("a type stands after a colon or `as`"),
        "task" | "pipeline" => found.help(format!(
            "it is called in a pipeline, and what the call is named is a value: `x = {name}(…)`"
        )),
        _ => found.help(format!("call it: `{name}(…)`")),
    }
}

/// `rivals` are the groups of what has the name; empty for a group itself.
pub(crate) fn ambiguous(span: Span, name: &str, rivals: &[&str]) -> Diagnostic {
    let count = match rivals.len() {
        2 => "two",
        3 => "three",
        _ => "several",
    };
    let message = format!("`{name}` is the name of {count} things here");
    let found = Diagnostic::new("ambiguous-name", span, message);
    let groups = rivals.iter().filter(|it| !it.is_empty());
    let long: Vec<String> = groups.map(|it| format!("{it}.{name}")).collect();
    match long.as_slice() {
        [] => found,
        [only] => {
            let found = found.help(format!("say which: `{only}`"));
            found.fix(format!("replace with `{only}`"), span, only.clone())
        }
        [..] => {
            let long: Vec<String> = long.iter().map(|it| format!("`{it}`")).collect();
            found.help(format!("say which: {}", long.join(" or ")))
        }
    }
}

// ---- what is called

pub(crate) fn unknown_callable(word: &Word, known: &[&str]) -> Diagnostic {
    let message = format!("nothing that can be called is named `{}`", word.name);
    let found = Diagnostic::new("unknown-name", word.span, message);
    found.did_you_mean(
        word.span,
        spelling::nearest(&word.name, known.iter().copied()),
    )
}

pub(crate) fn no_path(span: Span, of: &str) -> Diagnostic {
    Diagnostic::new(
        "not-callable",
        span,
        format!("nothing within `{of}` can be called"),
    )
}

pub(crate) fn not_callable(word: &Word, kind: &str) -> Diagnostic {
    let message = format!("`{}` is {}, which cannot be called", word.name, a(kind));
    Diagnostic::new("not-callable", word.span, message)
}

pub(crate) fn value_not_callable(span: Span, ty: &Type) -> Diagnostic {
    Diagnostic::new(
        "not-callable",
        span,
        format!("{} cannot be called", a_type(ty)),
    )
}

pub(crate) fn not_in_expression(word: &Word, kind: &str) -> Diagnostic {
    let message = format!("{} is not called within an expression", a(kind));
    let found = Diagnostic::new("not-callable", word.span, message);
    match kind {
        "task" | "pipeline" => {
            let name = &word.name;
            let found = found.note("it runs in the cluster, as a node of a pipeline or by a run");
            found.help(format!(
                "in a pipeline: `x = {name}(…)`; its results are then `x.result`"
            ))
        }
        _ => found,
    }
}

pub(crate) fn method_alone(word: &Word) -> Diagnostic {
    let found = Diagnostic::new(
        "not-callable",
        word.span,
        format!("`{}` is called on a value", word.name),
    );
    found.help(format!("write `x.{}(…)`", word.name))
}

pub(crate) fn method_not_called(word: &Word, what: &str) -> Diagnostic {
    let message = format!("{what} has no field `{}`", word.name);
    let found = Diagnostic::new("unknown-field", word.span, message);
    let found = found.help(format!("it is called: `{}()`", word.name));
    found.fix("call it", word.span.at_end(), "()")
}

pub(crate) fn unknown_method(word: &Word, of: &Type, known: &[Name]) -> Diagnostic {
    let message = format!("{} has no method `{}`", a_type(of), word.name);
    let known: Vec<&str> = known.iter().map(Name::as_str).collect();
    let found = Diagnostic::new("unknown-name", word.span, message);
    match spelling::nearest(&word.name, known.iter().copied()) {
        Some(near) => found.did_you_mean(word.span, Some(near)),
        None if known.is_empty() => found,
        None => found.help(format!("it has {}", listed(known))),
    }
}

pub(crate) fn no_method_of(word: &Word, expected: &Type, found: &Type) -> Diagnostic {
    let message = format!(
        "`{}` is called on {}, found `{}`",
        word.name,
        a_type(expected),
        shown(found)
    );
    Diagnostic::new("type-mismatch", word.span, message)
}

// ---- arguments

pub(crate) fn unknown_label(label: &Word, what: &str, known: &[&str]) -> Diagnostic {
    let found = Diagnostic::new(
        "extra-argument",
        label.span,
        format!("{what} takes no `{}`", label.name),
    );
    suggest(found, label.span, &label.name, known)
}

pub(crate) fn too_many(span: Span, what: &str, most: usize) -> Diagnostic {
    let takes = match most {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        _ => format!("{most} arguments"),
    };
    Diagnostic::new("extra-argument", span, format!("{what} takes {takes}"))
}

pub(crate) fn given_twice(span: Span, name: &str, first: Span) -> Diagnostic {
    Diagnostic::new("extra-argument", span, format!("`{name}` is given twice"))
        .label(first, "first here")
}

pub(crate) fn missing_argument(at: Span, what: &str, missing: &[&ParamType]) -> Diagnostic {
    let names = listed(missing.iter().map(|it| it.name.as_str()));
    let found = Diagnostic::new("missing-argument", at, format!("{what} needs {names}"));
    let written: Vec<String> = missing
        .iter()
        .map(|it| format!("{}: {}", it.name, it.ty))
        .collect();
    found.note(format!("it takes `{}`", written.join(", ")))
}

pub(crate) fn duplicate_param(span: Span, name: &str, first: Span) -> Diagnostic {
    Diagnostic::new(
        "duplicate-name",
        span,
        format!("two parameters are called `{name}`"),
    )
    .label(first, "first here")
}

pub(crate) fn unknown_analysis(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    let found = Diagnostic::new(
        "unknown-analysis",
        span,
        format!("there is no analysis `{name}`"),
    );
    suggest(found, span, name, known)
}
