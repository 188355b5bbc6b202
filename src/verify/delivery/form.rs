//! The forms of Kubernetes' names; each function says the rule that a text breaks.

/// A label of DNS, not longer than `longest`.
pub(crate) fn label(text: &str, longest: usize) -> Option<&'static str> {
    if text.len() > longest {
        return Some(if longest == 52 {
            "it has at most 52 characters, since the time of each job is appended"
        } else {
            "it has at most 63 characters"
        });
    }
    let inner = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    let ends = !text.starts_with('-') && !text.ends_with('-') && !text.is_empty();
    let rule = "it consists of small letters, digits and hyphens, and begins and ends with a letter or digit";
    (!ends || !text.bytes().all(inner)).then_some(rule)
}

/// The name of a Service: a label of DNS that begins with a letter.
pub(crate) fn service(text: &str) -> Option<&'static str> {
    let begins = text.starts_with(|it: char| it.is_ascii_lowercase());
    label(text, 63).or((!begins).then_some("it begins with a letter"))
}

/// The name of a port.
pub(crate) fn port_name(text: &str) -> Option<&'static str> {
    if text.len() > 15 {
        return Some("it has at most 15 characters");
    }
    let no_letter = !text.bytes().any(|it| it.is_ascii_lowercase());
    let rule = no_letter.then_some("it has a letter");
    label(text, 63).or(rule).or(text
        .contains("--")
        .then_some("it has no two hyphens in a row"))
}

/// A key of a ConfigMap that becomes an environment variable.
pub(crate) fn config_key(text: &str) -> Option<&'static str> {
    let inner = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    let fits = !text.is_empty() && text.len() <= 253 && text.bytes().all(inner);
    (!fits).then_some("it consists of letters, digits, `-`, `_` and `.`")
}

/// The key of a label, with or without a prefix.
pub(crate) fn label_key(text: &str) -> Option<&'static str> {
    let (prefix, name) = text
        .split_once('/')
        .map_or((None, text), |(it, name)| (Some(it), name));
    let rule =
        "it is a name of at most 63 letters, digits, `-`, `_`, `.`, maybe behind a domain and `/`";
    let domain = |it: &str| it.len() <= 253 && it.split('.').all(|it| label(it, 63).is_none());
    let fits = prefix.is_none_or(domain) && !name.is_empty() && label_value(name).is_none();
    (!fits).then_some(rule)
}

/// The value of a label; it may be empty.
pub(crate) fn label_value(text: &str) -> Option<&'static str> {
    let inner = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    let end = |it: char| it.is_ascii_alphanumeric();
    let ends = text.is_empty() || (text.starts_with(end) && text.ends_with(end));
    let fits = text.len() <= 63 && ends && text.bytes().all(inner);
    (!fits).then_some("it has at most 63 letters, digits, `-`, `_`, `.`, and begins and ends with a letter or digit")
}

#[cfg(test)]
mod tests {
    use super::{label, label_key, label_value, port_name, service};

    #[test]
    fn forms_are_those_of_kubernetes() {
        assert!(label("wudi-app", 63).is_none());
        assert!(
            label("Wudi", 63).is_some() && label("-a", 63).is_some() && label("", 63).is_some()
        );
        assert!(service("1a").is_some() && service("a1").is_none());
        assert!(port_name("http").is_none());
        assert!(port_name("a-port-with-a-long-name").is_some() && port_name("80").is_some());
        assert!(label_key("app.kubernetes.io/name").is_none() && label_key("a/b/c").is_some());
        assert!(label_value("").is_none() && label_value("a b").is_some());
    }
}
