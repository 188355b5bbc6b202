//! What the checker has to say of items, members and stages; of types in `errors/types.rs`, of operands in
//! `errors/operands.rs`, of names and calls in `errors/calls.rs`.

mod calls;
mod operands;
mod types;

pub(crate) use calls::*;
pub(crate) use operands::*;
pub(crate) use types::*;

use crate::base::{Name, Span, spelling};
use crate::check::Stage;
use crate::diag::Diagnostic;
use crate::resolve::Item;
use crate::syntax::ast::{ItemKind, Member, MemberKind, Word};
use crate::types::RecordType;

/// `a`, `b` and `c`, each in backticks.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|it| format!("`{it}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// "did you mean", or else what there is, where that is short.
pub(crate) fn suggest(found: Diagnostic, span: Span, word: &str, known: &[&str]) -> Diagnostic {
    const SHOWN: usize = 12;
    match spelling::nearest(word, known.iter().copied()) {
        Some(near) => found.did_you_mean(span, Some(near)),
        None if known.is_empty() || known.len() > SHOWN => found,
        None => found.help(format!("it has {}", listed(known.iter().copied()))),
    }
}

/// The word before a name: `function`, or the word of its kind.
pub(crate) fn kind_of(item: &Item) -> &str {
    match &item.tree.kind {
        ItemKind::Import(_) => "import",
        ItemKind::Let(_) => "value",
        ItemKind::Fn(_) => "function",
        ItemKind::Type(_) => "type",
        ItemKind::Decl(decl) => &decl.kind.name,
        ItemKind::Error => "item",
    }
}

// ---- items

pub(crate) fn cycle(items: &[&Item]) -> Option<Diagnostic> {
    let mut named = items.iter().filter_map(|it| Some((*it, it.tree.name()?)));
    let (first, name) = named.next()?;
    let kind = kind_of(first);
    let message = format!("the {kind} `{}` needs itself", name.name);
    let mut found = Diagnostic::new("cycle", name.span, message);
    let others: Vec<_> = named.collect();
    for (_, other) in &others {
        found = found.label(other.span, format!("by way of `{}`", other.name));
    }
    let note = match kind {
        "function" => "there is no recursion: every expression ends",
        _ => "what needs itself has no value",
    };
    Some(found.note(note))
}

pub(crate) fn too_deep(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` is needed by way of too many others");
    let found = Diagnostic::new("too-large", span, message);
    found.note("each of thousands of items needs the next one")
}

pub(crate) fn type_too_large(span: Span, name: &str) -> Diagnostic {
    let message = format!("the type of `{name}` holds more than 100000 types");
    let found = Diagnostic::new("too-large", span, message);
    found.note("a record that holds another one twice doubles it, again and again")
}

pub(crate) fn builtin_type(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` is a type of the language already");
    Diagnostic::new("duplicate-name", span, message).help("give it another name")
}

pub(crate) fn missing_body(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new("syntax", span, format!("{what} has no definition"))
        .note("only the prelude declares what the compiler itself brings along")
}

// ---- fields and members

pub(crate) fn unknown_field<'a>(
    key: &Word,
    what: &str,
    known: impl Iterator<Item = &'a Name>,
) -> Diagnostic {
    let known: Vec<&str> = known.map(Name::as_str).collect();
    let message = format!("{what} has no field `{}`", key.name);
    let found = Diagnostic::new("unknown-field", key.span, message);
    suggest(found, key.span, &key.name, &known)
}

pub(crate) fn missing_field(at: Span, what: &str, missing: &[&Name]) -> Diagnostic {
    let names = listed(missing.iter().map(|it| it.as_str()));
    let word = if missing.len() == 1 {
        "field"
    } else {
        "fields"
    };
    Diagnostic::new(
        "missing-field",
        at,
        format!("{what} lacks the {word} {names}"),
    )
}

pub(crate) fn duplicate_field(at: Span, name: &str, first: Span) -> Diagnostic {
    Diagnostic::new(
        "duplicate-name",
        at,
        format!("the field `{name}` is given twice"),
    )
    .label(first, "first here")
}

pub(crate) fn member_not_allowed(
    member: &Member,
    what: &str,
    fields: &RecordType,
) -> Option<Diagnostic> {
    let (span, shown) = match &member.kind {
        MemberKind::Error => return None,
        MemberKind::Field(it) => (it.key.span, format!("the field `{}`", it.key.name)),
        MemberKind::Binding(it) => (it.name.span, format!("a call, `{} = …`", it.name.name)),
        MemberKind::Amend(it) => (it.name.span, format!("`{} {{ … }}`", it.name.name)),
        MemberKind::Assert(_) => (member.span, "an `assert`".to_owned()),
        MemberKind::Let(it) => (it.name.span, "a `let`".to_owned()),
        MemberKind::Decl(it) => {
            let article = spelling::article(&it.kind.name);
            (it.kind.span, format!("{article} `{}`", it.kind.name))
        }
    };
    let found = Diagnostic::new(
        "member-not-allowed",
        span,
        format!("{what} cannot hold {shown}"),
    );
    let (word, at) = match &member.kind {
        MemberKind::Decl(it) => (&it.kind.name, it.kind.span),
        MemberKind::Binding(it) => (&it.name.name, it.name.span),
        MemberKind::Amend(it) => (&it.name.name, it.name.span),
        MemberKind::Field(_) | MemberKind::Assert(_) | MemberKind::Let(_) | MemberKind::Error => {
            return Some(found);
        }
    };
    if !fields.fields.contains_key(word) {
        return Some(found);
    }
    let found = found.help(format!("a field has a colon: `{word}:`"));
    Some(match &member.kind {
        MemberKind::Binding(_) => found,
        _ => found.fix("add the colon", at.at_end(), ":"),
    })
}

// ---- stages

fn known_when(stage: Stage) -> &'static str {
    match stage {
        Stage::Compile => "when compiling",
        Stage::Event => "when an event starts the run",
        Stage::Run => "when running",
    }
}

pub(crate) fn late_value(span: Span, what: &str, stage: Stage, latest: Stage) -> Diagnostic {
    let message = format!("{what} must be known {}", known_when(latest));
    let note = format!("this value is known only {}", known_when(stage));
    Diagnostic::new("late-value", span, message).note(note)
}
