//! Forms of strings that refer to something elsewhere: images, URLs, git references.

use crate::types::FormError;
use crate::types::form::{hexadecimal, not_empty, only};

type Checked = Result<(), FormError>;

/// `[host[:port]/]path[:tag][@digest]`
pub(crate) fn image(text: &str) -> Checked {
    not_empty(text, 0, "it is empty")?;
    let (rest, digest_text) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    let last = rest.rfind('/').map_or(0, |it| it + 1);
    let tag_at = rest
        .get(last..)
        .and_then(|it| it.find(':'))
        .map(|it| last + it);
    let name = rest.get(..tag_at.unwrap_or(rest.len())).unwrap_or(rest);
    image_name(name)?;
    if let Some(at) = tag_at {
        tag(rest.get(at + 1..).unwrap_or_default(), at + 1)?;
    }
    if let Some(text) = digest_text {
        digest(text, rest.len() + 1)?;
    }
    Ok(())
}

fn image_name(text: &str) -> Checked {
    let mut at = 0;
    let mut path = text;
    if let Some((host_text, rest)) = text.split_once('/')
        && (host_text.contains(['.', ':'])
            || host_text == "localhost"
            || host_text.starts_with('['))
    {
        host(host_text, 0)?;
        at = host_text.len() + 1;
        path = rest;
    }
    for part in path.split('/') {
        image_path(part, at)?;
        at += part.len() + 1;
    }
    if text.len() > 255 {
        return Err(FormError::new(
            255,
            "the name of an image has at most 255 characters",
        ));
    }
    Ok(())
}

/// Words of lower-case letters and digits, joined by `.`, `_`, `__` or hyphens.
fn image_path(text: &str, at: usize) -> Checked {
    const ALLOWED: &str = "only lower-case letters, digits and `.`, `_`, `-` between them may stand in the path of an image";
    not_empty(text, at, "a part of the path is missing here")?;
    let word = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    only(
        text,
        at,
        |it| word(it) || matches!(it, '.' | '_' | '-'),
        ALLOWED,
    )?;
    for (index, joint) in runs(text, |it| !word(it)) {
        let inside = index > 0 && index + joint.len() < text.len();
        let known = matches!(joint, "." | "_" | "__") || joint.bytes().all(|it| it == b'-');
        if !inside || !known {
            return Err(FormError::new(at + index, ALLOWED));
        }
    }
    Ok(())
}

/// The runs of characters that `belongs` picks, with their offsets.
fn runs(text: &str, belongs: impl Fn(char) -> bool) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|it| it.find(&belongs)) {
        let start = at + start;
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find(|it| !belongs(it)).unwrap_or(rest.len());
        found.push((start, rest.get(..length).unwrap_or_default()));
        at = start + length;
    }
    found
}

/// `host`, `host:port`, `[::1]:port`
fn host(text: &str, at: usize) -> Checked {
    if let Some(rest) = text.strip_prefix('[') {
        let Some((address, rest)) = rest.split_once(']') else {
            return Err(FormError::new(at + text.len(), "`]` is missing here"));
        };
        let digit = |it: char| it.is_ascii_hexdigit() || matches!(it, ':' | '.');
        only(address, at + 1, digit, "this is no IPv6 address")?;
        let port_at = at + address.len() + 2;
        return match rest.strip_prefix(':') {
            Some(number) => port(number, port_at + 1),
            None if rest.is_empty() => Ok(()),
            None => Err(FormError::new(port_at, "`:` and a port were expected here")),
        };
    }
    let (name, number) = match text.split_once(':') {
        Some((name, number)) => (name, Some(number)),
        None => (text, None),
    };
    not_empty(name, at, "the host is missing here")?;
    let mut part_at = at;
    for part in name.split('.') {
        host_label(part, part_at)?;
        part_at += part.len() + 1;
    }
    number.map_or(Ok(()), |it| port(it, at + name.len() + 1))
}

fn host_label(text: &str, at: usize) -> Checked {
    not_empty(text, at, "a part of the host's name is missing here")?;
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    only(
        text,
        at,
        allowed,
        "this character cannot stand in the name of a host",
    )?;
    if text.starts_with('-') {
        return Err(FormError::new(
            at,
            "a part of a host's name begins with a letter or digit",
        ));
    }
    if text.ends_with('-') {
        let at = at + text.len() - 1;
        return Err(FormError::new(
            at,
            "a part of a host's name ends with a letter or digit",
        ));
    }
    Ok(())
}

fn port(text: &str, at: usize) -> Checked {
    not_empty(text, at, "a port is missing here")?;
    only(text, at, |it| it.is_ascii_digit(), "a port is a number")?;
    match text.parse::<u16>() {
        Ok(1..) => Ok(()),
        Ok(0) | Err(_) => Err(FormError::new(at, "a port is a number from 1 to 65535")),
    }
}

/// `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`
pub(crate) fn tag(text: &str, at: usize) -> Checked {
    const ALLOWED: &str = "only letters, digits, `_`, `.` and `-` may stand in a tag";
    not_empty(text, at, "a tag is missing here")?;
    let word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    only(text, at, |it| word(it) || matches!(it, '.' | '-'), ALLOWED)?;
    if !text.starts_with(word) {
        return Err(FormError::new(
            at,
            "a tag begins with a letter, a digit or `_`",
        ));
    }
    if text.len() > 128 {
        return Err(FormError::new(at + 128, "a tag has at most 128 characters"));
    }
    Ok(())
}

/// `sha256:` and 64 digits, `sha512:` and 128.
pub(crate) fn digest(text: &str, at: usize) -> Checked {
    if let Some(digits) = text.strip_prefix("sha256:") {
        return hexadecimal(digits, at + 7, &[64]);
    }
    if let Some(digits) = text.strip_prefix("sha512:") {
        return hexadecimal(digits, at + 7, &[128]);
    }
    Err(FormError::new(at, "it begins with `sha256:`"))
}

/// `scheme://[user@]host[:port][/…]`
pub(crate) fn url(text: &str) -> Checked {
    not_empty(text, 0, "it is empty")?;
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(FormError::new(
            0,
            "it begins with a scheme, such as `https://`",
        ));
    };
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '+' | '.' | '-');
    not_empty(scheme, 0, "a scheme is missing here, such as `https`")?;
    only(
        scheme,
        0,
        allowed,
        "only letters, digits, `+`, `.` and `-` may stand in a scheme",
    )?;
    if !scheme.starts_with(|it: char| it.is_ascii_alphabetic()) {
        return Err(FormError::new(0, "a scheme begins with a letter"));
    }
    authority(rest, scheme.len() + 3)
}

/// What follows `//`: a host, then path, query and fragment.
fn authority(text: &str, at: usize) -> Checked {
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let (authority, rest) = text.split_at(end);
    let user = authority.rfind('@').map_or(0, |it| it + 1);
    let (user_text, host_text) = authority.split_at(user);
    url_characters(user_text, at)?;
    host(host_text, at + user)?;
    url_characters(rest, at + end)
}

fn url_characters(text: &str, at: usize) -> Checked {
    let allowed = |it: char| {
        !it.is_control()
            && !it.is_whitespace()
            && !matches!(it, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
    };
    only(text, at, allowed, "this character cannot stand in a URL")
}

/// What `git clone` takes from elsewhere.
pub(crate) fn git_url(text: &str) -> Checked {
    const SCHEMES: &[&str] = &["https", "http", "ssh", "git", "git+ssh", "ssh+git"];
    not_empty(text, 0, "it is empty")?;
    let Some((scheme, rest)) = text.split_once("://") else {
        return scp_like(text);
    };
    if scheme == "file" {
        let at = scheme.len() + 3;
        not_empty(rest, at, "a path is missing here")?;
        return url_characters(rest, at);
    }
    if !SCHEMES.contains(&scheme) {
        return Err(FormError::new(
            0,
            "git reads `https`, `ssh`, `git`, `http` and `file` URLs",
        ));
    }
    authority(rest, scheme.len() + 3)
}

/// `user@host:path`
fn scp_like(text: &str) -> Checked {
    let Some((place, path)) = text.split_once(':') else {
        return Err(FormError::new(
            0,
            "it begins with a scheme, such as `https://`, or is `user@host:path`",
        ));
    };
    let user = place.find('@').map_or(0, |it| it + 1);
    let (user_text, host_text) = place.split_at(user);
    url_characters(user_text, 0)?;
    host(host_text, user)?;
    let at = place.len() + 1;
    not_empty(path, at, "a path is missing here")?;
    only(
        path,
        at,
        |it| !it.is_control(),
        "no control character may stand in a path",
    )
}

/// A name as `git check-ref-format` takes it, of one or more levels.
pub(crate) fn git_ref(text: &str) -> Checked {
    not_empty(text, 0, "it is empty")?;
    let allowed = |it: char| {
        !it.is_ascii_control() && !matches!(it, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    only(
        text,
        0,
        allowed,
        "this character cannot stand in a git reference",
    )?;
    for wrong in ["..", "@{", "//"] {
        if let Some(at) = text.find(wrong) {
            return Err(FormError::new(
                at,
                format!("`{wrong}` cannot stand in a git reference"),
            ));
        }
    }
    if text.starts_with(['-', '/']) || text == "@" {
        return Err(FormError::new(
            0,
            "a git reference does not begin like this",
        ));
    }
    let last = text.len() - 1;
    if text.ends_with(['/', '.']) {
        return Err(FormError::new(
            last,
            "a git reference does not end like this",
        ));
    }
    let mut at = 0;
    for part in text.split('/') {
        if part.starts_with('.') {
            return Err(FormError::new(
                at,
                "no part of a git reference begins with `.`",
            ));
        }
        at += part.len() + 1;
        if part.ends_with(".lock") {
            return Err(FormError::new(
                at - 6,
                "no part of a git reference ends with `.lock`",
            ));
        }
    }
    Ok(())
}
