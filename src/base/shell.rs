//! What a shell makes of a text, as far as a splice depends on it.

/// Within which quotes of the shell a place of a script stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    None,
    Single,
    Double,
}

/// Tekton gives a script without a first line `#!` to `/bin/sh`.
pub(crate) fn is_for_a_shell(script: &str) -> bool {
    let Some(line) = script.lines().next().and_then(|it| it.strip_prefix("#!")) else {
        return true;
    };
    let words = line.split_whitespace();
    let mut names = words.map(|it| it.rsplit('/').next().unwrap_or(it));
    let name = names.find(|it| *it != "env" && !it.starts_with('-'));
    name.is_some_and(|it| ["sh", "bash", "dash", "ash", "ksh", "zsh"].contains(&it))
}

/// The quotes that are open at the end of a shell script; `None` where a command stands within a command or text is read
/// from the script itself, which nest quotes anew.
pub(crate) fn quotes_after(script: &str) -> Option<Quotes> {
    if script.contains("<<") {
        return None;
    }
    let line = script.rsplit('\n').next().unwrap_or(script);
    if line.contains("$(") || line.contains('`') {
        return None;
    }
    let mut quotes = Quotes::None;
    let mut at_word_start = true;
    let mut rest = script.chars();
    while let Some(it) = rest.next() {
        let starts_word = it.is_whitespace() || ";&|(".contains(it);
        match (quotes, it) {
            (Quotes::None | Quotes::Double, '\\') => {
                rest.next();
            }
            (Quotes::None, '#') if at_word_start => {
                rest.find(|it| *it == '\n');
            }
            (Quotes::None, '\'') => quotes = Quotes::Single,
            (Quotes::None, '"') => quotes = Quotes::Double,
            (Quotes::Single, '\'') | (Quotes::Double, '"') => quotes = Quotes::None,
            (Quotes::None | Quotes::Single | Quotes::Double, _) => {}
        }
        at_word_start = starts_word;
    }
    Some(quotes)
}

/// `-c`, `-e`, also behind other letters, as in `-euc`: the word behind it is a program.
pub(crate) fn takes_code(word: &str) -> bool {
    let Some(letters) = word.strip_prefix('-') else {
        return false;
    };
    let plain = !letters.is_empty() && letters.bytes().all(|it| it.is_ascii_lowercase());
    plain && (letters == "e" || letters.ends_with('c') && letters.len() <= 5)
}

#[cfg(test)]
mod tests {
    use super::{Quotes, is_for_a_shell, quotes_after};

    #[test]
    fn quotes_are_seen_as_the_shell_sees_them() {
        let cases = [
            ("echo ", Some(Quotes::None)),
            ("echo \"", Some(Quotes::Double)),
            ("echo \"a\" ", Some(Quotes::None)),
            ("echo '", Some(Quotes::Single)),
            ("echo \"it's ", Some(Quotes::Double)),
            ("# it's\necho ", Some(Quotes::None)),
            ("echo \\\" ", Some(Quotes::None)),
            ("echo $(", None),
            ("cat <<E\n", None),
        ];
        for (text, expected) in cases {
            assert_eq!(quotes_after(text), expected, "{text}");
        }
    }

    #[test]
    fn a_first_line_says_whose_words_they_are() {
        assert!(is_for_a_shell("echo"));
        assert!(is_for_a_shell("#!/usr/bin/env -S bash -e\necho"));
        assert!(!is_for_a_shell("#!/usr/bin/env python3\nprint()"));
    }
}
