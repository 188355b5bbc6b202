//! What resolving has to say.

use crate::base::{Span, spelling};
use crate::diag::Diagnostic;
use crate::schema::kinds::KINDS;
use crate::stdlib;
use crate::syntax::ast::{Ident, Word};

pub(crate) fn duplicate(name: &Ident, first: Option<Span>) -> Diagnostic {
    let message = format!("`{}` is declared twice", name.name);
    let found = Diagnostic::new("duplicate-name", name.span, message);
    match first {
        Some(first) => found.label(first, "first here"),
        None => found.note("an import brings it in already"),
    }
}

pub(crate) fn unknown_kind(kind: &Word) -> Diagnostic {
    let message = format!("there is no kind of declaration `{}`", kind.name);
    let found = Diagnostic::new("unknown-kind", kind.span, message);
    let items = KINDS.iter().filter(|it| it.places.contains(&""));
    let words = items
        .map(|it| it.name)
        .chain(["let", "fn", "type", "import"]);
    found.did_you_mean(kind.span, spelling::nearest(&kind.name, words))
}

pub(crate) fn misplaced(kind: &Word, places: &[&str]) -> Diagnostic {
    let article = spelling::article(&kind.name);
    let message = format!("{article} `{}` cannot stand on its own", kind.name);
    let places: Vec<String> = places.iter().map(|it| format!("`{it}`")).collect();
    let found = Diagnostic::new("member-not-allowed", kind.span, message);
    found.help(format!("it belongs into a block of {}", places.join(", ")))
}

pub(crate) fn not_supported(kind: &Word) -> Diagnostic {
    let message = format!("`{}` is not carried by this version of wudi", kind.name);
    let found = Diagnostic::new("not-supported", kind.span, message);
    found.note("it is refused, so that nothing of the program is left out in silence")
}

/// What something is to be made from is not there.
pub(crate) fn unknown_base(base: &Word, kind: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("there is no {kind} `{}`", base.name);
    Diagnostic::new("unknown-name", base.span, message).did_you_mean(base.span, near)
}

pub(crate) fn other_kind(base: &Word, kind: &str) -> Diagnostic {
    let article = spelling::article(kind);
    let message = format!("`{}` is no {kind}", base.name);
    Diagnostic::new("type-mismatch", base.span, message)
        .note(format!("{article} {kind} is made from {article} {kind}"))
}

pub(crate) fn made_of_itself(base: &Word) -> Diagnostic {
    let message = format!("`{}` is made from itself", base.name);
    Diagnostic::new("cycle", base.span, message)
}

/// What is declared elsewhere has nothing that could be amended.
pub(crate) fn made_of_extern(base: &Word) -> Diagnostic {
    let message = format!(
        "`{}` is `extern`: what is in it is not known here",
        base.name
    );
    Diagnostic::new("not-callable", base.span, message)
        .help("call it, with the options of the call")
}

pub(crate) fn no_label(span: Span) -> Diagnostic {
    Diagnostic::new("missing-argument", span, "an argument without a label")
        .help("write `NAME: value`")
}

pub(crate) fn unknown_param(span: Span, label: &Word, near: Option<&str>) -> Diagnostic {
    let message = format!("it has no parameter `{}`", label.name);
    Diagnostic::new("extra-argument", span, message).did_you_mean(label.span, near)
}

pub(crate) fn nothing_to_amend(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("there is no `{name}` to amend");
    Diagnostic::new("override-unknown", span, message).did_you_mean(span, near)
}

pub(crate) fn unknown_package(span: Span, name: &str) -> Diagnostic {
    let found = Diagnostic::new("import", span, format!("there is no package `{name}`"));
    let packages = stdlib::packages();
    let near = spelling::nearest(name, packages.iter().map(String::as_str));
    match near {
        Some(near) => {
            let quoted = format!("\"{near}\"");
            let title = format!("replace with {quoted}");
            let found = found.help(format!("did you mean `{near}`?"));
            found.fix(title, span, quoted)
        }
        None if name.starts_with("std/") => {
            let known: Vec<String> = packages.iter().map(|it| format!("`{it}`")).collect();
            found.help(format!("the standard library has {}", known.join(", ")))
        }
        None => found.help("a dependency is named in the `[dependencies]` of `wudi.toml`"),
    }
}

pub(crate) fn import_cycle(span: Span, name: &str) -> Diagnostic {
    let message = format!("the package `{name}` is imported by what it imports");
    Diagnostic::new("cycle", span, message)
        .note("packages that need each other in a circle are one package")
}

pub(crate) fn unknown_import<'a>(
    ident: &Ident,
    package: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let message = format!("`{package}` has no `{}`", ident.name);
    let found = Diagnostic::new("import", ident.span, message);
    let known: Vec<&str> = known.collect();
    match spelling::nearest(&ident.name, known.iter().copied()) {
        Some(near) => found.did_you_mean(ident.span, Some(near)),
        None if known.is_empty() || known.len() > 12 => found,
        None => {
            let known: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
            found.help(format!("it has {}", known.join(", ")))
        }
    }
}
