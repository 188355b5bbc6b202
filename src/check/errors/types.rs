//! What the checker has to say of types.

use std::sync::Arc;

use crate::base::{Name, Span, spelling};
use crate::check::errors::{listed, suggest};
use crate::diag::Diagnostic;
use crate::syntax::ast::{Expr, ExprKind, Word};
use crate::types::{FieldType, LiteralError, RecordType, StringType, Type, assignable};

/// The type as messages show it: a lone literal by what it is.
pub(crate) fn shown(ty: &Type) -> String {
    widened(ty).to_string()
}

/// The same with its article: `an Int`.
pub(crate) fn a_type(ty: &Type) -> String {
    let shown = shown(ty);
    format!("{} `{shown}`", article(&shown))
}

pub(crate) fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) {
        "an"
    } else {
        "a"
    }
}

/// The type without what a literal alone says of it.
fn widened(ty: &Type) -> Type {
    match ty {
        Type::Int { min, max } if min.is_some() && min == max => Type::INT,
        Type::Percent { min, max } if min.is_some() && min == max => Type::PERCENT,
        Type::String(string) if string.literals.as_ref().is_some_and(|it| it.len() == 1) => {
            Type::string()
        }
        Type::List(of) => widened(of).list(),
        Type::Map(of) => Type::Map(Box::new(widened(of))),
        Type::Range(of) => Type::Range(Box::new(widened(of))),
        Type::Optional(of) => widened(of).optional(),
        Type::Record(record) if record.name.is_none() => {
            let field = |(name, field): (&Name, &FieldType)| {
                (name.clone(), FieldType::new(widened(&field.ty)))
            };
            Type::Record(Arc::new(RecordType {
                name: None,
                fields: record.fields.iter().map(field).collect(),
            }))
        }
        other => other.clone(),
    }
}

pub(crate) fn mismatch(span: Span, expected: &Type, found: &Type) -> Diagnostic {
    let message = format!("expected `{}`, found `{}`", shown(expected), shown(found));
    Diagnostic::new("type-mismatch", span, message)
}

/// A guard where a gate is awaited.
fn endless_gate(span: Span) -> Diagnostic {
    Diagnostic::new(
        "endless-gate",
        span,
        "this analysis does not end, and the rollout waits for it",
    )
    .note("a metric with `every` and no `count` goes on as long as the rollout does")
    .help("give each of its metrics a `count`, or let `watch` keep it up beside the rollout")
}

/// Whether a gate is expected and a guard found.
fn is_endless_gate(expected: &Type, found: &Type) -> bool {
    let is = |ty: &Type, name: &str| matches!(ty, Type::Opaque(it) if it == name);
    is(expected.without_none(), "Gate") && is(found, "Guard")
}

/// A type that does not fit its place, with the way to make it fit where there is one.
pub(crate) fn does_not_fit(expr: &Expr, expected: &Type, found: &Type) -> Diagnostic {
    let span = expr.span;
    if matches!(found.without_none(), Type::Secret(_)) {
        return secret_leak(span);
    }
    if is_endless_gate(expected, found) {
        return endless_gate(span);
    }
    let diagnostic = mismatch(span, expected, found);
    match (expected.without_none(), found) {
        (expected, Type::Optional(inner)) if assignable(inner, expected) => {
            let found = diagnostic.note("it may be `none`");
            found.help("say what it is then: `… ?? value`")
        }
        (Type::Secret(_), Type::String(_)) => {
            let found = diagnostic.note("what stands in the program is no secret");
            found.help("name a key of a declared secret, or `secret(\"name\", \"key\")`")
        }
        (Type::String(to), Type::String(from)) if narrows(from, to) => {
            let diagnostic = diagnostic.help(format!("say that it is one: `… as {expected}`"));
            match expr.peeled().kind {
                ExprKind::Name(_) | ExprKind::Field(..) => {
                    let cast = format!(" as {expected}");
                    diagnostic.fix(format!("add `as {expected}`"), span.at_end(), cast)
                }
                _ => diagnostic,
            }
        }
        (Type::String(_), Type::Int { .. } | Type::Float | Type::Bool)
            if matches!(expr.kind, ExprKind::Bool(_) | ExprKind::Quantity(_)) =>
        {
            diagnostic.help("put it in quotes")
        }
        (
            Type::String(_),
            Type::Int { .. }
            | Type::Float
            | Type::Bool
            | Type::Duration
            | Type::Bytes
            | Type::Cpu
            | Type::Percent { .. },
        ) => diagnostic.help("write it into a text: `\"#{…}\"`"),
        (Type::String(_), Type::Thing(thing)) if thing.fields.contains_key("name") => {
            diagnostic.help("its name is a text: `….name`")
        }
        (Type::Percent { .. }, Type::Percent { .. }) => {
            diagnostic.help(format!("say that it is: `… as {expected}`"))
        }
        (Type::List(of), other) if assignable(other, of) => {
            diagnostic.help("put it in brackets: `[…]`")
        }
        (Type::Int { min, max }, Type::Int { .. }) => {
            let note = match (min, max) {
                (Some(min), Some(max)) => format!("it must be from {min} to {max}"),
                (Some(min), None) => format!("it must be at least {min}"),
                (None, Some(max)) => format!("it must be at most {max}"),
                (None, None) => return diagnostic,
            };
            diagnostic
                .note(note)
                .help(format!("say that it is: `… as {expected}`"))
        }
        _ => diagnostic,
    }
}

/// Whether `to` asks for a form that a plain text may have: `as` helps.
fn narrows(from: &StringType, to: &StringType) -> bool {
    from.literals.is_none()
        && to.literals.is_none()
        && (to.form.is_some() || to.pattern.is_some() || to.max_bytes.is_some())
        && to.of.is_none()
}

pub(crate) fn secret_leak(span: Span) -> Diagnostic {
    let found = Diagnostic::new("secret-leak", span, "a secret cannot stand here");
    let found = found.note("it would be written where others can read it: into an object, a script, an argument or a log");
    found.help("hand it over in `env`, or as a volume or workspace of the secret")
}

pub(crate) fn none_refused(span: Span, expected: &Type) -> Diagnostic {
    let found = Diagnostic::new(
        "type-mismatch",
        span,
        format!("expected `{expected}`, found `none`"),
    );
    found.note("only a type with `?` may be `none`")
}

pub(crate) fn bad_number(
    span: Span,
    text: &str,
    expected: &Type,
    error: &LiteralError,
) -> Diagnostic {
    let expected = expected.without_none();
    match error {
        LiteralError::Mismatch(found) => {
            let diagnostic = mismatch(span, expected, found);
            match expected {
                Type::String(string) if string.literals.is_none() => {
                    let quoted = format!("\"{text}\"");
                    diagnostic
                        .help("put it in quotes")
                        .fix("put it in quotes", span, quoted)
                }
                _ => diagnostic,
            }
        }
        LiteralError::Ambiguous => {
            let found = Diagnostic::new("bad-literal", span, format!("what is `{text}`?"));
            found
                .note(error.to_string())
                .help("give the place a type, as in `let x: Duration = …`")
        }
        LiteralError::Malformed | LiteralError::Overflow => {
            Diagnostic::new("bad-literal", span, format!("`{text}`: {error}"))
        }
        LiteralError::MissingUnit(unit) => {
            let found = Diagnostic::new(
                "bad-literal",
                span,
                format!("`{text}` is no `{}`: {error}", shown(expected)),
            );
            found.fix(format!("write `{text}{unit}`"), span.at_end(), *unit)
        }
        LiteralError::TooFine(_) | LiteralError::OutOfBounds { .. } => Diagnostic::new(
            "bad-literal",
            span,
            format!("`{text}` is no `{}`: {error}", shown(expected)),
        ),
    }
}

/// A text that has not the form of its place; `at` is the character that is wrong.
pub(crate) fn bad_text(
    whole: Span,
    at: Span,
    text: &str,
    expected: &StringType,
    reason: &str,
) -> Diagnostic {
    if let Some(literals) = &expected.literals {
        let all: Vec<&str> = literals.iter().map(|it| it.as_str()).collect();
        let message = format!("`{text}` is none of {}", listed(all.iter().copied()));
        let found = Diagnostic::new("bad-literal", whole, message);
        return quoted_suggestion(found, whole, text, &all);
    }
    let name = Type::String(expected.clone());
    let shown = if text.is_empty() {
        "an empty text".to_owned()
    } else {
        format!("`{text}`")
    };
    Diagnostic::new(
        "bad-literal",
        at,
        format!("{shown} is no `{name}`: {reason}"),
    )
}

pub(crate) fn quoted_suggestion(
    found: Diagnostic,
    span: Span,
    text: &str,
    known: &[&str],
) -> Diagnostic {
    let Some(near) = spelling::nearest(text, known.iter().copied()) else {
        return found;
    };
    let found = found.help(format!("did you mean `\"{near}\"`?"));
    found.fix(
        format!("replace with `\"{near}\"`"),
        span,
        format!("\"{near}\""),
    )
}

pub(crate) fn made_text(span: Span, expected: &Type) -> Diagnostic {
    let found = mismatch(span, expected, &Type::string());
    found.note("what a text with holes will be, nobody can promise")
}

/// What cannot be written into a text; `None` where it can.
pub(crate) fn hole(expr: &Expr, ty: &Type) -> Option<Diagnostic> {
    let at = expr.span;
    let refused = |what: &str| {
        Diagnostic::new(
            "type-mismatch",
            at,
            format!("{what} cannot be written into a text"),
        )
    };
    let found = match ty {
        Type::Error
        | Type::Json
        | Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::String(_)
        | Type::Variable(_) => return None,
        Type::Union(all) => return all.iter().find_map(|it| hole(expr, it)),
        Type::Secret(_) => secret_leak(at),
        Type::Optional(inner) if matches!(**inner, Type::Secret(_)) => secret_leak(at),
        Type::None => refused("`none`"),
        Type::Optional(_) => {
            let found = refused(&a_type(ty)).note("it may be `none`");
            found.help("say what it is then: `#{… ?? \"\"}`")
        }
        Type::List(_) => refused(&a_type(ty)).help("join its elements: `#{….join(\",\")}`"),
        Type::Thing(thing) => {
            let found = refused(&format!("the {} itself", thing.kind));
            let known: Vec<&str> = thing.fields.keys().map(|it| it.as_str()).collect();
            match known.as_slice() {
                [] => found,
                _ if thing.fields.contains_key("path") => found.help("its path can: `#{….path}`"),
                _ => found.help(format!("it has {}", listed(known))),
            }
        }
        Type::Map(_)
        | Type::Record(_)
        | Type::Object(_)
        | Type::Range(_)
        | Type::Function(_)
        | Type::Opaque(_) => refused(&a_type(ty)),
    };
    Some(found)
}

// ---- types as written

pub(crate) fn unknown_type(word: &Word, known: &[&str]) -> Diagnostic {
    let found = Diagnostic::new(
        "unknown-type",
        word.span,
        format!("there is no type `{}`", word.name),
    );
    found.did_you_mean(
        word.span,
        spelling::nearest(&word.name, known.iter().copied()),
    )
}

pub(crate) fn type_args(span: Span, name: &str) -> Diagnostic {
    let found = Diagnostic::new(
        "unknown-type",
        span,
        format!("`{name}` needs one type to be of"),
    );
    found.help(format!("write `{name}<String>`, say"))
}

pub(crate) fn no_type_args(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        "unknown-type",
        span,
        format!("`{name}` is not of another type"),
    )
}

pub(crate) fn no_image(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` is no declared image");
    Diagnostic::new("unknown-name", span, message).note("`Digest<x>` is a digest of the image `x`")
}

pub(crate) fn refinement(span: Span, name: &str) -> Diagnostic {
    let found = Diagnostic::new(
        "unknown-type",
        span,
        format!("`{name}` cannot be narrowed like this"),
    );
    found
        .help("there is `Int(1..=50)`, `Percent(..=100%)`, `String(..=2048)` and `String(r\"^v\")`")
}

pub(crate) fn no_bound(span: Span) -> Diagnostic {
    Diagnostic::new(
        "unknown-type",
        span,
        "the bound of a type is a number as written",
    )
}

pub(crate) fn spread_of_type(word: &Word) -> Diagnostic {
    let message = format!(
        "`{}` is no record, so it has no fields to take over",
        word.name
    );
    Diagnostic::new("type-mismatch", word.span, message)
}

/// `Partial<…>` of what no published schema describes.
pub(crate) fn no_object(span: Span, of: &Type) -> Diagnostic {
    let message = format!("{} is no object of a published schema", a_type(of));
    Diagnostic::new("type-mismatch", span, message)
        .note("`Partial<…>` is an object of which only some fields are given")
}

// ---- expressions

pub(crate) fn cast(span: Span, from: &Type, to: &Type) -> Diagnostic {
    let message = format!("{} is never {}", a_type(from), a_type(to));
    let found = Diagnostic::new("cast", span, message);
    match (from, to) {
        (_, Type::String(_)) => found.help("write it into a text: `\"#{…}\"`"),
        _ => found.note(
            "`as` says that a value is what its type alone does not promise; it converts nothing",
        ),
    }
}

pub(crate) fn unknown_event_field(word: &Word, of: &Type) -> Diagnostic {
    let fields = match of {
        Type::Record(record) => &record.fields,
        Type::Thing(thing) => &thing.fields,
        _ => return Diagnostic::new("unknown-event-field", word.span, "the event has no fields"),
    };
    let known: Vec<&str> = fields.keys().map(|it| it.as_str()).collect();
    let message = format!("this event has no `{}`", word.name);
    suggest(
        Diagnostic::new("unknown-event-field", word.span, message),
        word.span,
        &word.name,
        &known,
    )
}
