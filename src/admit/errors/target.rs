//! References, and what the target must have switched on.

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::schema::profile::ApiFields;

/// What is not stable yet stands only where `enable-api-fields` allows it.
pub(crate) fn needs_api_fields(span: Span, feature: &str, fields: ApiFields) -> Diagnostic {
    let value = match fields {
        ApiFields::Stable => "stable",
        ApiFields::Beta => "beta",
        ApiFields::Alpha => "alpha",
    };
    let message = format!("{feature} needs `enable-api-fields: {value}`");
    Diagnostic::new("target-feature", span, message)
        .note("the installation does not have it")
        .help("switch it on in the ConfigMap `feature-flags`, and say so to wudi with `--flag`")
}

/// What has a flag of its own stands only where the flag is on.
pub(crate) fn needs_flag(span: Span, feature: &str, flag: &str) -> Diagnostic {
    let message = format!("{feature} needs the flag `{flag}`");
    Diagnostic::new("target-feature", span, message)
        .note("the installation does not have it on")
        .help("switch it on in the ConfigMap `feature-flags`, and say so to wudi with `--flag`")
}

/// A reference has a name or a resolver.
pub(crate) fn no_name(span: Span) -> Diagnostic {
    Diagnostic::new(
        "missing-field",
        span,
        "this reference has neither name nor resolver",
    )
    .note(
        "it says where the thing is found: in the cluster by its name, or elsewhere by a resolver",
    )
}

/// The name of a reference is that of an object, with a domain before it at most.
pub(crate) fn name_form(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` cannot be the name of something referred to");
    Diagnostic::new("name-form", span, message)
        .note("it holds letters, digits, `-`, `_` and `.`, and is not substituted")
}

/// Params of a reference stand beside a resolver.
pub(crate) fn no_resolver(span: Span) -> Diagnostic {
    Diagnostic::new("missing-field", span, "this reference has no `resolver`")
        .note("only a resolver takes params or a URL")
}

/// A reference has no name beside its params.
pub(crate) fn name_and_params(span: Span) -> Diagnostic {
    Diagnostic::new("exclusive-fields", span, "`params` beside `name`")
        .note("a resolver finds the thing by its params, the cluster by its name")
}

/// A reference with a resolver has no name, unless the name is a URL.
pub(crate) fn name_and_resolver(span: Span, name: &str) -> Diagnostic {
    let message = format!("the name `{name}` beside `resolver`");
    Diagnostic::new("exclusive-fields", span, message)
        .note("a resolver finds the thing by its params")
        .help("say the name as the param `name`")
}
