//! What the session has to say: files that cannot be read, and `wudi.toml`.

use std::io;
use std::path::Path;

use crate::base::{FileId, Span, spelling};
use crate::diag::Diagnostic;
use crate::host;
use crate::schema::settings;
use crate::session::output::Conflict;
use crate::session::project::{Flaw, Refusal};

pub(crate) fn unreadable(at: Span, path: &Path, error: &io::Error) -> Diagnostic {
    let (path, reason) = (path.display(), host::reason(error));
    if error.kind() == io::ErrorKind::FileTooLarge {
        let message = format!("`{path}` is larger than 64 MiB");
        return Diagnostic::new("too-large", at, message);
    }
    let message = format!("cannot read `{path}`: {reason}");
    Diagnostic::new("unreadable-file", at, message)
}

pub(crate) fn not_opened(at: Span, path: &Path, refusal: Refusal) -> Diagnostic {
    let shown = path.display();
    match refusal {
        Refusal::Unreadable(error) => unreadable(at, path, &error),
        Refusal::NoPackage => {
            let message = format!("the directory `{shown}` has no `wudi.toml`");
            let found = Diagnostic::new("unreadable-file", at, message);
            found.help("name a `.wudi` file, or make the directory a package with a `wudi.toml`")
        }
    }
}

pub(crate) fn not_text(file: FileId, flaw: Flaw) -> Diagnostic {
    match flaw {
        Flaw::ByteOrderMark => {
            let at = Span::new(file, 0, '\u{FEFF}'.len_utf8());
            let found = Diagnostic::new("encoding", at, "the file begins with a byte order mark");
            let found = found.help("save it as UTF-8 without BOM");
            found.fix("remove the byte order mark", at, "")
        }
        Flaw::Nul(offset) => {
            let at = Span::new(file, offset, offset + 1);
            let found = Diagnostic::new("encoding", at, "the file holds a NUL byte");
            found.help("is it a program? UTF-16 is not read: save it as UTF-8")
        }
        Flaw::NotUtf8(offset) => {
            let at = Span::new(
                file,
                offset,
                offset + char::REPLACEMENT_CHARACTER.len_utf8(),
            );
            let found = Diagnostic::new("encoding", at, "the file is not UTF-8 from here on");
            found.help("save it as UTF-8")
        }
    }
}

pub(crate) fn empty_dependency(at: Span, path: &str) -> Diagnostic {
    let message = format!("there is no `.wudi` file in `{path}`");
    let found = Diagnostic::new("config", at, message);
    found.note("the path starts at the directory of `wudi.toml`")
}

pub(crate) fn bad_toml(at: Span, message: &str) -> Diagnostic {
    let first = message.lines().next().unwrap_or_default();
    let message = format!("this is no TOML: {first}");
    Diagnostic::new("config", at, message)
}

/// A flag or default of `[target.tekton]` that Tekton does not have, or of a value that it does not take.
pub(crate) fn setting(at: Span, what: &str, name: &str, flaw: &settings::Flaw) -> Diagnostic {
    let unknown = || Diagnostic::new("config", at, format!("Tekton has no {what} `{name}`"));
    match flaw {
        settings::Flaw::Unknown(Some(near)) => unknown().help(format!("did you mean `{near}`?")),
        settings::Flaw::Unknown(None) => unknown()
            .note("they are the keys of Tekton's ConfigMaps `feature-flags` and `config-defaults`"),
        settings::Flaw::Value(expected) => wrong_value(at, name, expected),
    }
}

/// A key of `wudi.toml` that means nothing; `known` are those that do.
pub(crate) fn unknown_key(at: Span, key: &str, place: &str, known: &[&str]) -> Diagnostic {
    let message = format!("{place} has no key `{key}`");
    let found = Diagnostic::new("config", at, message);
    match spelling::nearest(key, known.iter().copied()) {
        Some(near) => found.did_you_mean(at, Some(near)),
        None => found.help(format!("it takes {}", listed(known))),
    }
}

pub(crate) fn wrong_value(at: Span, key: &str, expected: &str) -> Diagnostic {
    let message = format!("`{key}` must be {expected}");
    Diagnostic::new("config", at, message)
}

pub(crate) fn panicked(at: Span) -> Diagnostic {
    let message = "the compiler stopped in the middle of its work";
    let found = Diagnostic::new("internal-error", at, message);
    found.help("please report it with the smallest program that shows it")
}

/// What is wrong with an object that the program becomes, at the place of the program; `path` is where it is in the file.
pub(crate) fn refused(refusal: Diagnostic, place: Span, file: &str, path: &str) -> Diagnostic {
    let found = Diagnostic {
        span: place,
        labels: Vec::new(),
        help: None,
        fixes: Vec::new(),
        ..refusal
    };
    found.note(format!("it becomes `{path}` in `{file}`"))
}

/// A file that building cannot write.
pub(crate) fn conflict(at: Span, path: &str, conflict: &Conflict) -> Diagnostic {
    let (message, help) = match conflict {
        Conflict::Foreign => (
            format!("`{path}` is there, and wudi did not write it"),
            "move it away, or say `file:` to write another; what wudi wrote is listed in `.wudi-NAME`",
        ),
        Conflict::NoFile => (
            format!("`{path}` is there, and is no file"),
            "move it away, or say `file:` to write another",
        ),
        Conflict::Link(link) => (
            format!("`{path}` cannot be written: `{link}` is a link, which may lead anywhere"),
            "replace the link by a directory or file, or build into where it leads",
        ),
        Conflict::NoDirectory(file) => (
            format!("`{path}` cannot be written: `{file}` is no directory"),
            "move it away, or build into another directory",
        ),
        Conflict::Escapes => (
            format!("`{path}` is no path within the directory"),
            "say `file:` with a plain path, parts joined by `/`",
        ),
        Conflict::Twice(other) => (
            format!("`{path}` and `{other}` are one file"),
            "say `file:` for one of the two; some file systems take capitals for small letters",
        ),
        Conflict::Unreadable(reason) => (
            format!("`{path}` cannot be read: {reason}"),
            "wudi reads what it may overwrite, to leave what is somebody else's alone",
        ),
    };
    Diagnostic::new("file-conflict", at, message).help(help)
}

fn listed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
    words.join(", ")
}

/// The program that an import made is refused: what was found in it stands beside this.
pub(crate) fn import_failed(at: Span, message: &str) -> Diagnostic {
    let message = format!("the program that is made of this is refused: {message}");
    Diagnostic::new("not-importable", at, message)
        .note("the same is said of `imported.wudi`, which is that program and was not written")
        .help("mend it here, or leave this file as YAML")
}
