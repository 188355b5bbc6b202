//! Names as they stand in the source.

/// A word of the program: cheap to clone, compares by its text, derefs to `str`.
pub(crate) type Name = smol_str::SmolStr;

/// Whether `text` is a word of the language (language reference, lexical rules): `[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*`.
pub(crate) fn is_word(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let starts = first.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    let body = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'_')
    };
    starts && body(first) && parts.all(body)
}

/// Words that are never a name on their own; after `.` and before `:` they are plain words.
pub(crate) const RESERVED: &[&str] = &[
    "if", "then", "else", "match", "for", "in", "as", "each", "true", "false", "none",
];
