//! Patterns of files below a directory: `*`, `?`, `**`; one that fits a directory fits all that is in it.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use regex::Regex;

use crate::host::keep::{self, Found, Kind};

/// A pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    /// The directory that whatever fits is in.
    within: String,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let trimmed = text.trim_start_matches("./").trim_end_matches('/');
        let mut parts = trimmed.split('/');
        if trimmed.is_empty() || parts.any(|it| it == ".." || it.is_empty()) {
            return Err(format!("`{text}` is no pattern of files below a workspace"));
        }
        let mut regex = String::from("^");
        let mut rest = trimmed;
        while let Some(it) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("**/") {
                regex += "(?:[^/]+/)*";
                rest = after;
                continue;
            }
            match it {
                '*' if rest.starts_with("**") => {
                    regex += ".*";
                    rest = rest.trim_start_matches('*');
                    continue;
                }
                '*' => regex += "[^/]*",
                '?' => regex += "[^/]",
                it => regex += &regex::escape(&it.to_string()),
            }
            rest = rest.get(it.len_utf8()..).unwrap_or_default();
        }
        regex += "(?:/.*)?$";
        let fixed = trimmed.split('/').take_while(|it| !it.contains(['*', '?']));
        let mut fixed: Vec<&str> = fixed.collect();
        if fixed.len() == trimmed.split('/').count() {
            fixed.pop();
        }
        let regex = Regex::new(&regex).map_err(|it| it.to_string())?;
        Ok(Self {
            regex,
            within: fixed.join("/"),
        })
    }

    pub(crate) fn fits(&self, path: &str) -> bool {
        self.regex.is_match(path)
    }
}

/// The files and links below a directory that fit one of the patterns, by path.
pub(crate) fn files(root: &Path, patterns: &[Pattern]) -> io::Result<BTreeMap<String, Found>> {
    let mut found = BTreeMap::new();
    for pattern in patterns {
        let mut open = vec![pattern.within.clone()];
        while let Some(directory) = open.pop() {
            let whole = root.join(&directory);
            // A link may lead anywhere, and what it leads to is not below.
            if keep::look(&whole)?.is_none_or(|it| it.kind != Kind::Directory) {
                continue;
            }
            for name in keep::names(&whole)? {
                let path = match directory.is_empty() {
                    true => name,
                    false => format!("{directory}/{name}"),
                };
                let Some(it) = keep::look(&root.join(&path))? else {
                    continue;
                };
                match &it.kind {
                    Kind::Directory => open.push(path),
                    Kind::File | Kind::Link(_) if pattern.fits(&path) => {
                        found.insert(path, it);
                    }
                    Kind::File | Kind::Link(_) | Kind::Other => {}
                }
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Pattern, files};
    use crate::host::scratch;

    #[test]
    fn patterns_fit_what_they_say() {
        for (pattern, path, fits) in [
            ("src", "src/a/b.rs", true),
            ("src/**", "src/a/b.rs", true),
            ("src", "srcs/a", false),
            ("**/*.rs", "a.rs", true),
            ("**/*.rs", "a/b/c.rs", true),
            ("*.rs", "a/b.rs", false),
            ("*.rs", "b.rs", true),
            ("a/?.txt", "a/b.txt", true),
            ("a/?.txt", "a/bc.txt", false),
            ("a+b.(c)", "a+b.(c)", true),
            ("./a/", "a", true),
        ] {
            let it = Pattern::parse(pattern).unwrap();
            assert_eq!(it.fits(path), fits, "{pattern} {path}");
        }
        for pattern in ["", "/etc", "../a", "a/../b", "a//b"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn files_are_found_below_and_links_are_not_followed() {
        let root = scratch::fresh().unwrap();
        for path in ["src/a.rs", "src/b/c.rs", "d.rs", "other/e.rs"] {
            scratch::write(&root.join(path), b"x").unwrap();
        }
        crate::host::keep::link(&root.join("other"), &root.join("src/link")).unwrap();
        let found = |pattern: &str| {
            let found = files(&root, &[Pattern::parse(pattern).unwrap()]).unwrap();
            found.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(found("src/**"), ["src/a.rs", "src/b/c.rs", "src/link"]);
        assert_eq!(found("**/c.rs"), ["src/b/c.rs"]);
        assert_eq!(found("d.rs"), ["d.rs"]);
        assert_eq!(found("nowhere/**"), Vec::<String>::new());
        scratch::remove(&root).unwrap();
    }
}
