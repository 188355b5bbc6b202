//! Parameters.

use crate::admit::admission::param::Form;
use crate::base::Span;
use crate::diag::Diagnostic;

/// The type of a parameter is `string`, `array` or `object`.
pub(crate) fn no_type(span: Span, name: &str, kind: &str) -> Diagnostic {
    let message = match kind {
        "" => format!("the parameter `{name}` has no type"),
        _ => format!("`{kind}` is no type of the parameter `{name}`"),
    };
    Diagnostic::new("param-declaration", span, message)
        .note("parameters are `string`, `array` or `object`")
}

/// The default of a parameter, or the value that a run gives it, has the declared type.
pub(crate) fn default_of_other_type(span: Span, name: &str, kind: &str, form: Form) -> Diagnostic {
    let form = form.name();
    let message = format!("`{name}` has the type `{kind}` and a default of the type `{form}`");
    Diagnostic::new("param-declaration", span, message)
        .note("a default has the type of its parameter")
        .help(format!("say `type: {form}`, or write another default"))
}

/// The keys of an object parameter are strings.
pub(crate) fn key_is_no_string(span: Span, name: &str, key: &str, kind: &str) -> Diagnostic {
    let message = format!("the key `{key}` of `{name}` has the type `{kind}`");
    Diagnostic::new("param-declaration", span, message).note("keys of objects hold strings")
}

/// An object parameter says which keys it has.
pub(crate) fn no_properties(span: Span, name: &str) -> Diagnostic {
    let message = format!("the object `{name}` does not say which keys it has");
    Diagnostic::new("missing-field", span, message)
        .note("values are taken key by key, so the keys must be known")
        .help("list them under `properties`")
}

/// No two declared parameters have one name.
pub(crate) fn declared_twice(span: Span, name: &str) -> Diagnostic {
    let message = format!("the parameter `{name}` is declared twice");
    Diagnostic::new("duplicate-name", span, message).note("`$(params.…)` could not tell them apart")
}

/// A parameter is bound once.
pub(crate) fn bound_twice(span: Span, name: &str) -> Diagnostic {
    let message = format!("the parameter `{name}` is given twice");
    Diagnostic::new("duplicate-name", span, message).note("one value would be lost")
}

/// A run, or a resolver, is given parameters whose names differ by more than case.
pub(crate) fn bound_twice_in_run(span: Span, name: &str) -> Diagnostic {
    let message = format!("the parameter `{name}` is given twice");
    Diagnostic::new("duplicate-name", span, message)
        .note("where a run or a resolver takes parameters, names that differ by case alone are one")
}

/// Only string parameters have an `enum`.
pub(crate) fn enum_of_no_string(span: Span, name: &str, kind: &str) -> Diagnostic {
    let message = format!("`{name}` has the type `{kind}` and an `enum`");
    Diagnostic::new("param-declaration", span, message)
        .note("only a string can be one of some values")
}

/// The values of an `enum` differ.
pub(crate) fn enum_value_twice(span: Span, name: &str, value: &str) -> Diagnostic {
    let message = format!("`enum` of `{name}` has `{value}` twice");
    Diagnostic::new("duplicate-name", span, message).note("each value stands once")
}

/// The default of a parameter is one of its `enum`.
pub(crate) fn default_not_in_enum(span: Span, name: &str, default: &str) -> Diagnostic {
    let message = format!("the default `{default}` of `{name}` is none of its `enum`");
    Diagnostic::new("param-declaration", span, message)
        .note("a run that gives no value would be refused")
}

/// The name of a parameter starts with a letter or `_` and holds letters, digits, `_`, `-` and `.`; that of an object no `.`.
pub(crate) fn name_form(span: Span, name: &str, dots: bool) -> Diagnostic {
    let message = format!("`{name}` cannot be the name of a parameter");
    let also = if dots {
        "`_`, `-` and `.`"
    } else {
        "`_` and `-`"
    };
    let note = format!("it starts with a letter or `_` and holds letters, digits, {also}");
    Diagnostic::new("name-form", span, message).note(note)
}

/// The key of an object parameter starts with a letter or `_` and holds letters, digits, `_` and `-`.
pub(crate) fn key_form(span: Span, name: &str, key: &str) -> Diagnostic {
    let message = format!("`{key}` cannot be a key of the object `{name}`");
    Diagnostic::new("name-form", span, message)
        .note("it starts with a letter or `_` and holds letters, digits, `_` and `-`")
}

/// Keys that a run or a task gives an object have a default to join.
pub(crate) fn keys_without_default(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` gets keys here, and is declared before without a default");
    Diagnostic::new("webhook-crash", span, message)
        .note("the webhook joins what is declared under one name, and fails where there is nothing to join")
        .help("give the outer declaration a default, or one of the two another name")
}
