//! Which text may stand in YAML without quotes, so that readers of 1.1 and of 1.2 take it for the same string.

/// Whether every YAML reader takes the bare text for exactly this string, in block context.
pub(crate) fn is_safe(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    starts_safely(text, first)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_printable)
        && !is_word_of_yaml(text)
        && !is_like_number(text)
        && !is_like_date(text)
}

/// Whether the character can stand in YAML as it is, on one line.
pub(crate) fn is_printable(it: char) -> bool {
    match it {
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => !it.is_control(),
    }
}

fn starts_safely(text: &str, first: char) -> bool {
    let after = text.chars().nth(1);
    match first {
        ' ' | ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
        | '%' | '@' | '`' | '?' | ':' => false,
        '-' => after.is_some_and(|it| it != ' ') && !text.starts_with("---"),
        '.' => !text.starts_with("..."),
        _ => true,
    }
}

/// Words that some reader takes for a truth value, for nothing, or for a key of its own.
fn is_word_of_yaml(text: &str) -> bool {
    let words = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<",
    ];
    words.iter().any(|it| text.eq_ignore_ascii_case(it))
}

/// Anything that some reader may take for a number: also `0o17`, `1_000`, `1:30`, `.5`, `.inf`, by YAML 1.1 `.`, and generously `1.2.3`.
fn is_like_number(text: &str) -> bool {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    if [".inf", ".nan"]
        .iter()
        .any(|it| body.eq_ignore_ascii_case(it))
    {
        return true;
    }
    let based = ["0x", "0o", "0b"].iter();
    let mut based = based.filter_map(|it| strip_prefix_any_case(body, it));
    if based.any(|it| it.bytes().all(|it| it.is_ascii_hexdigit() || it == b'_')) {
        return true;
    }
    let mut bytes = body.bytes();
    let starts = match bytes.next() {
        Some(b'.') => { bytes.next() }
            .is_none_or(|it| it.is_ascii_digit() || matches!(it, b'_' | b'e' | b'E')),
        Some(first) => first.is_ascii_digit(),
        None => false,
    };
    let (mantissa, exponent) = body.split_once(['e', 'E']).unwrap_or((body, ""));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let digits = |text: &str, more: &[u8]| {
        text.bytes()
            .all(|it| it.is_ascii_digit() || more.contains(&it))
    };
    starts && digits(mantissa, b"_.,:") && digits(exponent, b"_")
}

fn strip_prefix_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// `2026-01-31`, and whatever goes on from there: a time.
fn is_like_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let digits = |it: Option<&str>| {
        it.is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
    };
    let year = parts.next();
    year.is_some_and(|it| it.len() == 4)
        && digits(year)
        && digits(parts.next())
        && parts
            .next()
            .is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn what_somebody_would_retype_is_not_plain() {
        let unsafe_ = [
            "",
            "y",
            "N",
            "Yes",
            "off",
            "TRUE",
            "null",
            "~",
            "=",
            "<<",
            "1",
            "-1",
            "+1",
            "0123",
            "0o17",
            "0x1F",
            "0b1",
            "1_000",
            "1:30",
            "1:30:00",
            "1.10",
            ".5",
            ".",
            "._",
            ".e5",
            "-.inf",
            ".NaN",
            "1e3",
            "1E-3",
            "2024-01-01",
            "2024-1-1 10:00:00",
            " a",
            "a ",
            "a: b",
            "a:",
            "a #b",
            "#a",
            "- a",
            "-",
            "---",
            "--- a",
            "...",
            "{{ x }}",
            "[a]",
            "*a",
            "&a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a`",
            "? a",
            ": a",
            "'a'",
            "\"a\"",
            "a\tb",
            "a\u{85}b",
            "a\u{2028}b",
            "\u{feff}a",
        ];
        for text in unsafe_ {
            assert!(!is_safe(text), "{text:?}");
        }
    }

    #[test]
    fn ordinary_text_is_plain() {
        let plain = [
            "a",
            "a b",
            "-c",
            "--flag=1",
            "10s",
            "1h30m",
            "128Mi",
            "100m",
            "a:b",
            "https://x.example.com:80/a?b=c#d",
            "$(params.x)",
            "pr-{{ number }}",
            "构建",
            "emoji 🚀",
            "~/x",
            ".tekton",
            "..",
            "./x",
            ".env",
            "a, b",
            "it's",
            "say \"hi\"",
            "$(params[\"a.b\"])",
            "key=value",
            "v1.2.3",
            "/bin/sh",
            "a#b",
            "==",
            "Yess",
            "deadbeef",
            "20%",
        ];
        for text in plain {
            assert!(is_safe(text), "{text:?}");
        }
    }
}
