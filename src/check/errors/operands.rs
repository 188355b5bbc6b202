//! What the checker has to say of operands: of operators, indexes, spreads, comprehensions and matches.

use crate::base::Span;
use crate::check::errors::{a_type, listed, quoted_suggestion, shown};
use crate::diag::Diagnostic;
use crate::types::Type;

pub(crate) fn no_list(span: Span, what: &str, found: &Type) -> Diagnostic {
    let message = format!("{what} takes a list, found `{}`", shown(found));
    Diagnostic::new("type-mismatch", span, message)
}

pub(crate) fn no_record(span: Span, found: &Type) -> Diagnostic {
    let message = format!("`..` takes a record here, found `{}`", shown(found));
    Diagnostic::new("type-mismatch", span, message)
}

pub(crate) fn spread_unknown(span: Span, name: &str, what: &str) -> Diagnostic {
    Diagnostic::new(
        "unknown-field",
        span,
        format!("{what} has no `{name}`, which this record gives"),
    )
}

pub(crate) fn spread_mismatch(span: Span, name: &str, expected: &Type, found: &Type) -> Diagnostic {
    let message = format!(
        "expected `{expected}` as `{name}`, which this record gives as `{}`",
        shown(found)
    );
    Diagnostic::new("type-mismatch", span, message)
}

pub(crate) fn each_refused(span: Span) -> Diagnostic {
    let found = Diagnostic::new(
        "type-mismatch",
        span,
        "`each` stands only as an argument of a node in a pipeline",
    );
    found.help("a list is made of another one by `[f(x) for x in xs]`")
}

pub(crate) fn no_each(span: Span) -> Diagnostic {
    let found = Diagnostic::new("unknown-name", span, "there is no `each` here");
    found.note("`each.x` is an argument of the one instance, among the options of a node that has `x: each […]`")
}

pub(crate) fn no_range(span: Span, found: &Type) -> Diagnostic {
    Diagnostic::new(
        "type-mismatch",
        span,
        format!(
            "a range goes from number to number, found `{}`",
            shown(found)
        ),
    )
}

pub(crate) fn no_number(span: Span, symbol: &str, found: &Type) -> Diagnostic {
    Diagnostic::new(
        "type-mismatch",
        span,
        format!("`{symbol}` takes numbers, found `{}`", shown(found)),
    )
}

pub(crate) fn operands(span: Span, symbol: &str, first: &Type, second: &Type) -> Diagnostic {
    let message = format!(
        "`{symbol}` does not go between `{}` and `{}`",
        shown(first),
        shown(second)
    );
    Diagnostic::new("type-mismatch", span, message)
}

pub(crate) fn never_equal(at: Span, first: &Type, second: &Type) -> Diagnostic {
    let message = format!("`{}` and `{}` are never equal", shown(first), shown(second));
    Diagnostic::new("type-mismatch", at, message)
}

pub(crate) fn never_equal_text(span: Span, text: &str, other: &Type) -> Diagnostic {
    let message = format!("the other side is never `{text}`");
    let found = Diagnostic::new("type-mismatch", span, message).note(format!("it is `{other}`"));
    let literals = match other {
        Type::String(string) => string.literals.as_deref().unwrap_or_default(),
        _ => &[],
    };
    let known: Vec<&str> = literals.iter().map(|it| it.as_str()).collect();
    quoted_suggestion(found, span, text, &known)
}

pub(crate) fn never_none(span: Span, found: &Type) -> Diagnostic {
    Diagnostic::new(
        "type-mismatch",
        span,
        format!("this `{}` is never `none`", shown(found)),
    )
}

pub(crate) fn never_in(span: Span, item: &Type, of: &Type) -> Diagnostic {
    Diagnostic::new(
        "type-mismatch",
        span,
        format!("{} is never in {}", a_type(item), a_type(of)),
    )
}

pub(crate) fn no_container(span: Span, found: &Type) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        "type-mismatch",
        span,
        format!(
            "`in` takes a list, a map or a range, found `{}`",
            shown(found)
        ),
    );
    match found {
        Type::String(_) => diagnostic.help("a part of a text: `text.contains(part)`"),
        _ => diagnostic,
    }
}

pub(crate) fn may_be_none(span: Span, what: &str, ty: &Type) -> Diagnostic {
    let found = Diagnostic::new(
        "type-mismatch",
        span,
        format!("{what} may be `none`: it is `{}`", shown(ty)),
    );
    found.help("say what it is then: `(… ?? value)`, or ask first: `if x != none then …`")
}

pub(crate) fn no_index(span: Span, found: &Type) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        "type-mismatch",
        span,
        format!("{} has no elements", a_type(found)),
    );
    match found {
        Type::Optional(_) => diagnostic
            .note("it may be `none`")
            .help("say what it is then: `(… ?? [])`"),
        _ => diagnostic,
    }
}

pub(crate) fn no_index_name(span: Span, of: &Type) -> Diagnostic {
    let found = Diagnostic::new(
        "type-mismatch",
        span,
        format!("a field of `{}` is named by a text as written", shown(of)),
    );
    found.help("a `Map<T>` can be asked for any key")
}

// ---- match

pub(crate) fn match_leaves_out(at: Span, left: &[String]) -> Diagnostic {
    let message = match left {
        [only] if only == "_" => "this `match` does not take every value".to_owned(),
        _ => format!(
            "this `match` leaves {} out",
            listed(left.iter().map(String::as_str))
        ),
    };
    Diagnostic::new("match", at, message).help("add an arm for the rest: `_ => …`")
}

pub(crate) fn arm_unreached(span: Span) -> Diagnostic {
    Diagnostic::new("match", span, "nothing comes to this arm")
        .note("an arm before it takes the same values")
}

pub(crate) fn bad_pattern(span: Span) -> Diagnostic {
    let found = Diagnostic::new(
        "match",
        span,
        "an arm begins with a value as written, or with `_`",
    );
    found.help("for conditions there is `if … then … else …`")
}

pub(crate) fn exactly(span: Span) -> Diagnostic {
    Diagnostic::new(
        "missing-argument",
        span,
        "`exactly` takes one value, which replaces what is amended",
    )
}

// ---- fields of texts
