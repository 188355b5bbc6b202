//! Strings that must have a form.

use std::borrow::Cow;

use crate::types::{StringType, cron, reference};

/// The forms of the language reference, section "Types". A form is a subtype of what it refines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// An RFC 1123 label: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at most 63 bytes.
    Name,
    /// An OCI image reference, with or without tag and digest.
    Image,
    /// An OCI tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
    Tag,
    /// `sha256:` and 64 hexadecimal digits (or `sha512:` and 128).
    Digest,
    /// An absolute URL with scheme and host.
    Url,
    /// What `git clone` takes: https, ssh, git or file URL, or `user@host:path`.
    GitUrl,
    /// A branch, tag or commit, by git's rules for reference names.
    GitRef,
    /// Forty (or sixty-four) lower-case hexadecimal digits. A form of `GitRef`.
    GitSha,
    /// A path in a file system.
    Path,
    /// Five fields, as cron has them.
    Cron,
    /// A version by semver, a leading `v` allowed, missing parts allowed.
    Version,
    /// A regular expression, RE2 syntax.
    Regex,
}

/// Why a text does not have a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormError {
    /// The byte from which on it is wrong; the length of the text where something is missing at its end.
    pub(crate) at: usize,
    /// In words that complete "… is no `Name`:".
    pub(crate) reason: Cow<'static, str>,
}

/// All forms by their names.
const NAMES: [(&str, Form); 12] = [
    ("Cron", Form::Cron),
    ("Digest", Form::Digest),
    ("GitRef", Form::GitRef),
    ("GitSha", Form::GitSha),
    ("GitUrl", Form::GitUrl),
    ("Image", Form::Image),
    ("Name", Form::Name),
    ("Path", Form::Path),
    ("Regex", Form::Regex),
    ("Tag", Form::Tag),
    ("Url", Form::Url),
    ("Version", Form::Version),
];

impl Form {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|it| it.0 == name)?;
        Some(found.1)
    }

    /// The type's name.
    pub(crate) fn name(self) -> &'static str {
        let found = NAMES.iter().find(|it| it.1 == self);
        found.map_or("String", |it| it.0)
    }

    /// The names of all forms.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|it| it.0)
    }

    /// Whether every text of this form is of that form too, and may pass for it: an image is tagged with the commit.
    pub(crate) fn refines(self, other: Self) -> bool {
        self == other || (self == Self::GitSha && matches!(other, Self::GitRef | Self::Tag))
    }

    /// The most bytes that a text of this form has.
    pub(crate) fn longest(self) -> Option<u64> {
        match self {
            Self::Name => Some(63),
            Self::Tag => Some(128),
            Self::GitSha => Some(64),
            Self::Digest => Some(135),
            Self::Image
            | Self::Url
            | Self::GitUrl
            | Self::GitRef
            | Self::Path
            | Self::Cron
            | Self::Version
            | Self::Regex => None,
        }
    }

    /// Whether `text` has this form, and if not, where it goes wrong.
    pub(crate) fn check(self, text: &str) -> Result<(), FormError> {
        match self {
            Self::Name => name(text),
            Self::Image => reference::image(text),
            Self::Tag => reference::tag(text, 0),
            Self::Digest => reference::digest(text, 0),
            Self::Url => reference::url(text),
            Self::GitUrl => reference::git_url(text),
            Self::GitRef => reference::git_ref(text),
            Self::GitSha => git_sha(text),
            Self::Path => path(text),
            Self::Cron => cron::check(text),
            Self::Version => version(text),
            Self::Regex => regex(text),
        }
    }
}

impl StringType {
    /// Why `text` is none of this type; `None` if it is one.
    pub(crate) fn problem(&self, text: &str) -> Option<FormError> {
        if let Some(literals) = &self.literals
            && !literals.iter().any(|it| it == text)
        {
            let all: Vec<String> = literals.iter().map(|it| format!("`{it}`")).collect();
            return Some(FormError::new(0, format!("expected {}", all.join(", "))));
        }
        if let Some(form) = self.form
            && let Err(error) = form.check(text)
        {
            return Some(error);
        }
        if let Some(pattern) = &self.pattern
            && regex::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|it| !it.is_match(text))
        {
            return Some(FormError::new(0, format!("it does not match `{pattern}`")));
        }
        let most = self.max_bytes?;
        if text.len() as u64 <= most {
            return None;
        }
        let at = text.floor_char_boundary(usize::try_from(most).unwrap_or(usize::MAX));
        Some(FormError::new(
            at,
            format!("it has {} bytes, at most {most} are allowed", text.len()),
        ))
    }

    /// The most bytes that a text of this type has.
    pub(crate) fn longest(&self) -> Option<u64> {
        let literals = self.literals.as_ref();
        let literal = literals.and_then(|all| all.iter().map(|it| it.len() as u64).max());
        let form = self.form.and_then(Form::longest);
        [literal, form, self.max_bytes].into_iter().flatten().min()
    }
}

impl FormError {
    pub(crate) fn new(at: usize, reason: impl Into<Cow<'static, str>>) -> Self {
        let reason = reason.into();
        Self { at, reason }
    }
}

/// The first byte that is not as `allowed` says, as an error with that reason.
pub(crate) fn only(
    text: &str,
    offset: usize,
    allowed: impl Fn(char) -> bool,
    reason: &'static str,
) -> Result<(), FormError> {
    match text.find(|it| !allowed(it)) {
        Some(at) => Err(FormError::new(offset + at, reason)),
        None => Ok(()),
    }
}

/// An error where the text is empty.
pub(crate) fn not_empty(text: &str, at: usize, what: &'static str) -> Result<(), FormError> {
    if text.is_empty() {
        return Err(FormError::new(at, what));
    }
    Ok(())
}

fn name(text: &str) -> Result<(), FormError> {
    const ALLOWED: &str = "only lower-case letters, digits and `-` may stand in it";
    let letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    not_empty(text, 0, "it is empty")?;
    only(text, 0, |it| letter(it) || it == '-', ALLOWED)?;
    if text.starts_with('-') {
        return Err(FormError::new(0, "it begins with a letter or digit"));
    }
    if text.len() > 63 {
        return Err(FormError::new(63, "it has at most 63 characters"));
    }
    if text.ends_with('-') {
        return Err(FormError::new(
            text.len() - 1,
            "it ends with a letter or digit",
        ));
    }
    Ok(())
}

/// Hexadecimal digits in lower case, as many as one of `lengths` says.
pub(crate) fn hexadecimal(text: &str, offset: usize, lengths: &[usize]) -> Result<(), FormError> {
    let digit = |it: char| matches!(it, '0'..='9' | 'a'..='f');
    only(
        text,
        offset,
        digit,
        "only the digits `0` to `9` and `a` to `f` may stand here",
    )?;
    if lengths.contains(&text.len()) {
        return Ok(());
    }
    let wanted: Vec<String> = lengths.iter().map(usize::to_string).collect();
    let reason = format!("it has {} digits, not {}", text.len(), wanted.join(" or "));
    let longest = lengths.iter().copied().max().unwrap_or_default();
    Err(FormError::new(offset + text.len().min(longest), reason))
}

fn git_sha(text: &str) -> Result<(), FormError> {
    not_empty(text, 0, "it is empty")?;
    hexadecimal(text, 0, &[40, 64])
}

fn path(text: &str) -> Result<(), FormError> {
    not_empty(text, 0, "it is empty")?;
    only(
        text,
        0,
        |it| !it.is_control(),
        "no control character may stand in a path",
    )
}

fn version(text: &str) -> Result<(), FormError> {
    let digits = text.strip_prefix('v').unwrap_or(text);
    let mut at = text.len() - digits.len();
    let core_len = digits.find(['-', '+']).unwrap_or(digits.len());
    let (core, rest) = digits.split_at(core_len);
    for (index, part) in core.split('.').enumerate() {
        not_empty(part, at, "a number is missing here")?;
        only(
            part,
            at,
            |it| it.is_ascii_digit(),
            "a number was expected here",
        )?;
        if part.len() > 1 && part.starts_with('0') {
            return Err(FormError::new(
                at,
                "a number of a version has no leading zero",
            ));
        }
        if index > 2 {
            return Err(FormError::new(
                at - 1,
                "a version has at most three numbers",
            ));
        }
        at += part.len() + 1;
    }
    let offset = text.len() - rest.len();
    let word = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.' | '+');
    only(
        rest,
        offset,
        word,
        "only letters, digits, `.` and `-` may stand here",
    )?;
    let words = rest.get(1..).unwrap_or_default();
    let mut at = offset + 1;
    for part in words.split(['.', '+']).filter(|_| !rest.is_empty()) {
        not_empty(part, at, "a word is missing here")?;
        at += part.len() + 1;
    }
    if let Some(second) = rest.match_indices('+').nth(1) {
        return Err(FormError::new(
            offset + second.0,
            "only one `+` may stand in a version",
        ));
    }
    Ok(())
}

fn regex(text: &str) -> Result<(), FormError> {
    let Err(error) = regex::Regex::new(text) else {
        return Ok(());
    };
    let report = error.to_string();
    let reason = report.lines().find_map(|it| it.strip_prefix("error: "));
    let reason = reason.unwrap_or("it is too large when compiled").to_owned();
    // The crate tells the place only as a caret, drawn under the pattern with an indent of four.
    let caret = report.lines().find(|it| it.trim_start().starts_with('^'));
    let column = caret.and_then(|it| it.find('^')?.checked_sub(4));
    let at = column.and_then(|it| text.char_indices().nth(it));
    Err(FormError::new(at.map_or(text.len(), |it| it.0), reason))
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
