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

/// Reads a shell script piece by piece, and knows at each place which quotes are open.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    quotes: Quotes,
    last: char,
    is_escaped: bool,
    in_comment: bool,
    /// Text is read from the script itself: `<<`.
    has_document: bool,
    /// A command stands within a command on this line.
    is_nested: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            quotes: Quotes::None,
            last: '\n',
            is_escaped: false,
            in_comment: false,
            has_document: false,
            is_nested: false,
        }
    }
}

impl Reader {
    /// The quotes that are open here; `None` where a command stands within a command or text is read from the script itself,
    /// which nest quotes anew.
    pub(crate) fn quotes(&self) -> Option<Quotes> {
        (!self.has_document && !self.is_nested).then_some(self.quotes)
    }

    pub(crate) fn read(&mut self, text: &str) {
        text.chars().for_each(|it| self.step(it));
    }

    fn step(&mut self, it: char) {
        self.has_document |= self.last == '<' && it == '<';
        self.is_nested |= self.last == '$' && it == '(' || it == '`';
        if it == '\n' {
            self.is_nested = false;
            self.in_comment = false;
        }
        let starts_word = self.last.is_whitespace() || ";&|(".contains(self.last);
        if self.is_escaped {
            self.is_escaped = false;
        } else if !self.in_comment {
            match (self.quotes, it) {
                (Quotes::None | Quotes::Double, '\\') => self.is_escaped = true,
                (Quotes::None, '#') if starts_word => self.in_comment = true,
                (Quotes::None, '\'') => self.quotes = Quotes::Single,
                (Quotes::None, '"') => self.quotes = Quotes::Double,
                (Quotes::Single, '\'') | (Quotes::Double, '"') => self.quotes = Quotes::None,
                (Quotes::None | Quotes::Single | Quotes::Double, _) => {}
            }
        }
        self.last = it;
    }
}

/// `-c`, `-e`, also among other letters, as in `-euc` and `-ce`, `--eval`: the word behind it is a program.
pub(crate) fn takes_code(word: &str) -> bool {
    if ["--eval", "-Command"].contains(&word) {
        return true;
    }
    let Some(letters) = word.strip_prefix('-') else {
        return false;
    };
    let plain = !letters.is_empty() && letters.bytes().all(|it| it.is_ascii_lowercase());
    // Options of a shell that mean something else elsewhere, as `-cf` does to `tar`, are not taken for them.
    let behind = letters.trim_start_matches('c');
    let first = behind.len() < letters.len() && behind.bytes().all(|it| b"eux".contains(&it));
    plain && (letters == "e" || first || letters.ends_with('c') && letters.len() <= 5)
}

#[cfg(test)]
mod tests {
    use super::{Quotes, Reader, is_for_a_shell};

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
            let mut reader = Reader::default();
            reader.read(text);
            assert_eq!(reader.quotes(), expected, "{text}");
        }
    }

    #[test]
    fn a_first_line_says_whose_words_they_are() {
        assert!(is_for_a_shell("echo"));
        assert!(is_for_a_shell("#!/usr/bin/env -S bash -e\necho"));
        assert!(!is_for_a_shell("#!/usr/bin/env python3\nprint()"));
    }
}
