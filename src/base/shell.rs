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

/// The words of a command that are programs themselves, each behind the word that says so: `sh -x -c PROGRAM`,
/// `perl -ne PROGRAM`, `awk PROGRAM`. A word that is not known is no option.
pub(crate) fn programs(words: &[Option<&str>]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some(word) = word else { continue };
        let behind = words.get(at + 1..).unwrap_or_default();
        let called = words.get(..at).and_then(interpreter);
        let program = match called.unwrap_or("") {
            "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh" => asks_for_program(word)
                .then(|| first_no_option(behind))
                .flatten(),
            "perl" | "ruby" => match one_liner(word) {
                Some("") => Some(0),
                Some(_) => {
                    found.push((at, at));
                    None
                }
                None => None,
            },
            "php" => (*word == "-r").then_some(0),
            "node" => ["-e", "-p", "-pe", "--eval", "--print"]
                .contains(word)
                .then_some(0),
            _ if is_awk(word) && !word.starts_with('-') => program_of_awk(behind),
            _ => takes_code(word).then_some(0),
        };
        if let Some(program) = program.filter(|it| *it < behind.len()) {
            found.push((at, at + 1 + program));
        }
    }
    found
}

/// The name of the program that these words call: the last that is no option.
fn interpreter<'a>(before: &[Option<&'a str>]) -> Option<&'a str> {
    let word = before
        .iter()
        .rev()
        .find(|it| !it.is_some_and(|it| it.starts_with('-')));
    let name = word.copied().flatten()?.rsplit('/').next()?;
    Some(if name == "nodejs" { "node" } else { name })
}

/// `-c`, also among other letters: `-euxc`.
fn asks_for_program(word: &str) -> bool {
    let letters = word.strip_prefix('-').unwrap_or_default();
    letters.contains('c') && letters.bytes().all(|it| it.is_ascii_lowercase())
}

/// `-o pipefail` has a word of its own.
fn first_no_option(words: &[Option<&str>]) -> Option<usize> {
    let mut at = 0;
    while let Some(Some(word)) = words.get(at).filter(|it| it.is_some_and(is_option)) {
        at += 1 + usize::from(word.ends_with('o'));
    }
    Some(at)
}

fn is_option(word: &str) -> bool {
    word.starts_with(['-', '+']) && word.len() > 1
}

/// What stands behind the `e` of `-e`, `-ne`, `-lane`, `-eputs`.
fn one_liner(word: &str) -> Option<&str> {
    let letters = word.strip_prefix('-')?;
    let (before, program) = letters.split_once(['e', 'E'])?;
    let plain = |it: u8| it.is_ascii_digit() || b"nplaswci".contains(&it);
    before.bytes().all(plain).then_some(program)
}

fn is_awk(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    ["awk", "gawk", "mawk", "nawk"].contains(&name)
}

/// The first word that is no option, unless the program is in a file.
fn program_of_awk(words: &[Option<&str>]) -> Option<usize> {
    let mut at = 0;
    while let Some(Some(word)) = words.get(at).filter(|it| it.is_some_and(is_option)) {
        if word.starts_with("-f") || word.starts_with("--file") {
            return None;
        }
        at += 1 + usize::from(["-v", "-F", "--assign", "--field-separator"].contains(word));
    }
    Some(at)
}

/// `-c`, `-e`, also among other letters, as in `-euc` and `-ce`, `--eval`: the word behind it is a program.
fn takes_code(word: &str) -> bool {
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
    use super::{Quotes, Reader, is_for_a_shell, programs};

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

    #[test]
    fn programs_are_words_of_a_command() {
        let cases: &[(&str, &[(usize, usize)])] = &[
            ("sh -c x", &[(1, 2)]),
            ("-c x", &[(0, 1)]),
            ("/bin/bash -euxo pipefail -c x y", &[(3, 4)]),
            ("sh -c -x x", &[(1, 3)]),
            ("sh -c", &[]),
            ("sh -x", &[]),
            ("sh script.sh -c x", &[(2, 3)]),
            ("busybox sh -ec x", &[(2, 3)]),
            ("python3 -u -c x", &[(2, 3)]),
            ("perl -ne x", &[(1, 2)]),
            ("perl -lane x", &[(1, 2)]),
            ("ruby -eputs", &[(1, 1)]),
            ("perl -Ilib x", &[]),
            ("php -r x", &[(1, 2)]),
            ("nodejs -pe x", &[(1, 2)]),
            ("awk -v a=b -F : x file", &[(0, 5)]),
            ("awk -f file x", &[]),
            ("gawk x", &[(0, 1)]),
            ("tar -cf x", &[]),
            ("git -c x", &[(1, 2)]),
        ];
        for (text, expected) in cases {
            let words: Vec<_> = text.split(' ').map(Some).collect();
            assert_eq!(programs(&words), *expected, "{text}");
        }
    }
}
