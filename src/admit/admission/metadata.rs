//! The name of an object.

use crate::admit::Object;
use crate::admit::admission::Admission;
use crate::admit::errors::name as errors;
use crate::yaml::Node;

const LONGEST: usize = 63;
/// What the API server leaves of `generateName` before it adds five characters.
const LONGEST_PREFIX: usize = 58;

pub(crate) fn check(cx: &mut Admission<'_>, object: &Object) {
    let span = object.span();
    let prefix = object.root.at("metadata.generateName");
    let prefix = prefix.filter(|it| it.text().is_some_and(|text| !text.is_empty()));
    match (object.name(), prefix) {
        ("", None) => cx.say(errors::no_name(span)),
        ("", Some(prefix)) => generated(cx, prefix),
        (name, _) if !is_subdomain(name) => cx.say(errors::no_subdomain(span, name)),
        (name, _) if name.len() > LONGEST => cx.say(errors::too_long(span, name)),
        _ => {}
    }
}

fn generated(cx: &mut Admission<'_>, prefix: &Node) {
    let text = prefix.text().unwrap_or("");
    let kept: String = text.chars().take(LONGEST_PREFIX).collect();
    if !is_subdomain(&format!("{kept}abcde")) {
        cx.say(errors::no_subdomain(prefix.span, text));
    }
}

/// RFC 1123: labels with dots between them, 253 characters at most.
pub(crate) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label_of_any_length)
}

/// RFC 1123: lower-case letters, digits and hyphens, 63 characters at most.
pub(crate) fn is_label(text: &str) -> bool {
    text.len() <= LONGEST && is_label_of_any_length(text)
}

fn is_label_of_any_length(text: &str) -> bool {
    let inner = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    !text.is_empty()
        && text.starts_with(inner)
        && text.ends_with(inner)
        && text.chars().all(|it| inner(it) || it == '-')
}

/// A name as labels have it, with an optional domain and a slash before it.
pub(crate) fn is_qualified(text: &str) -> bool {
    let (domain, name) = match text.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, text),
    };
    let end = |it: char| it.is_ascii_alphanumeric();
    let inner = |it: char| end(it) || matches!(it, '-' | '_' | '.');
    let named = !name.is_empty()
        && name.len() <= LONGEST
        && name.starts_with(end)
        && name.ends_with(end)
        && name.chars().all(inner);
    named && domain.is_none_or(is_subdomain)
}
