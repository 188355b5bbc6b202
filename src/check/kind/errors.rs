//! What is said about declarations and their blocks.

use crate::base::{Name, Span, spelling};
use crate::diag::{CODES, Diagnostic};

fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
    quoted.join(", ")
}

/// A member of a form that the block does not know.
pub(crate) fn member_not_allowed(span: Span, what: &str, place: &str) -> Diagnostic {
    let message = format!("{what} cannot stand in {}", block(place));
    Diagnostic::new("member-not-allowed", span, message)
}

/// How a block is called in messages.
pub(crate) fn block(place: &str) -> String {
    match place {
        "" => "a file".to_owned(),
        "env" | "app" | "analysis" | "image" => format!("an `{place}`"),
        "node" => "the options of a node".to_owned(),
        "metric" => "the options of a metric".to_owned(),
        "host" | "finally" => format!("`{place}`"),
        _ => format!("a `{place}`"),
    }
}

/// `image wudi` for `image: wudi`.
pub(crate) fn forgotten_colon(word: Span, name: &Name, place: &str) -> Diagnostic {
    let message = format!("`{name}` is a field of {} and needs a colon", block(place));
    Diagnostic::new("member-not-allowed", word, message)
        .note("two words in a row declare something")
        .help(format!("did you mean `{name}:`?"))
        .fix("insert a colon", word.at_end(), ":")
}

/// `resources { … }` for `resources: { … }`.
pub(crate) fn forgotten_colon_before_block(word: Span, name: &Name, place: &str) -> Diagnostic {
    let message = format!("`{name}` is a field of {} and needs a colon", block(place));
    Diagnostic::new("member-not-allowed", word, message)
        .note("a name before a block amends what is declared elsewhere")
        .help(format!("did you mean `{name}: {{ … }}`?"))
        .fix("insert a colon", word.at_end(), ":")
}

/// `name = value` where a field is meant.
pub(crate) fn field_not_binding(word: Span, name: &Name, place: &str) -> Diagnostic {
    let message = format!(
        "`{name}` is a field of {}, which `:` fills",
        block(place)
    );
    Diagnostic::new("member-not-allowed", word, message)
        .note("`name = callee(…)` defines, `name: value` fills a field")
        .help(format!("write `{name}: …`"))
}

pub(crate) fn unknown_kind(span: Span, name: &Name, known: &[&'static str]) -> Diagnostic {
    let message = format!("there is no kind `{name}`");
    let near = spelling::nearest(name, known.iter().copied());
    Diagnostic::new("unknown-kind", span, message).did_you_mean(span, near)
}

pub(crate) fn not_supported(span: Span, what: &str) -> Diagnostic {
    let message = format!("{what} cannot be compiled yet");
    Diagnostic::new("not-supported", span, message)
        .note("the language has it, this version of wudi does not carry it")
}

pub(crate) fn no_such_part(span: Span, what: &str, kind: &Name) -> Diagnostic {
    let message = format!("`{kind}` takes no {what}");
    Diagnostic::new("member-not-allowed", span, message)
}

pub(crate) fn duplicate(span: Span, name: &Name, first: Span) -> Diagnostic {
    Diagnostic::new("duplicate-name", span, format!("`{name}` is there already"))
        .label(first, "first here")
}

pub(crate) fn missing_base(span: Span, kind: &str) -> Diagnostic {
    let message = format!("a `{kind}` says what it runs: `{kind} name = callee(…) {{ … }}`");
    Diagnostic::new("missing-field", span, message)
}

pub(crate) fn not_of_kind(span: Span, name: &str, is: &str, wanted: &str) -> Diagnostic {
    let message = format!("`{name}` is {}, where {wanted} is expected", block(is));
    Diagnostic::new("not-callable", span, message)
}

pub(crate) fn unknown_callee(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("nothing that can be called is named `{name}`");
    Diagnostic::new("unknown-name", span, message).did_you_mean(span, near)
}

/// A parameter whose type Tekton cannot carry.
pub(crate) fn param_type(span: Span, name: &Name, ty: &str, what: &str) -> Diagnostic {
    let message = format!("{what} `{name}` cannot be `{ty}`");
    Diagnostic::new("param-type", span, message)
        .note("Tekton passes text, a list of texts, or a record of texts")
}

pub(crate) fn optional_param(span: Span, name: &Name, ty: &str) -> Diagnostic {
    let message = format!("parameter `{name}` cannot be `{ty}`: Tekton has no absent parameter");
    Diagnostic::new("param-type", span, message)
        .help("give it a default instead, such as `String = \"\"`")
}

pub(crate) fn secret_param(span: Span, name: &Name, what: &str) -> Diagnostic {
    let message = format!("{what} `{name}` would show a secret");
    Diagnostic::new("secret-leak", span, message)
        .note("parameters and results are stored in the run's object, which many can read")
        .help("pass it as a workspace, or let the step's `env` take it")
}

pub(crate) fn unknown_code(span: Span, name: &Name) -> Diagnostic {
    let near = spelling::nearest(name, CODES.iter().map(|it| it.name));
    Diagnostic::new("unknown-name", span, format!("there is no code `{name}`"))
        .did_you_mean(span, near)
}

pub(crate) fn allow_without_reason(span: Span, name: &Name) -> Diagnostic {
    let message = format!("`allow {name}` does not say why");
    Diagnostic::new("missing-field", span, message)
        .note("who reads it later must know why the finding is accepted")
        .help(format!("write `allow {name} because \"…\"`"))
}

/// A result of a node that may be skipped, where it must exist.
pub(crate) fn absent_result(span: Span, node: &Name, result: &str, skip: (Span, &str)) -> Diagnostic {
    let message = format!("`{node}.{result}` may be absent where it must exist");
    Diagnostic::new("absent-result", span, message)
        .label(skip.0, skip.1.to_owned())
        .note("Tekton fails the run where a result is used that was never written")
}

pub(crate) fn absent_skippable(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.help("say `if-absent: \"skip\"` among this node's options, so that it is skipped too")
}

pub(crate) fn absent_ignored(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.note("`if-absent: \"skip\"` does not help: after a task that failed, Tekton fails the run")
}

pub(crate) fn absent_pipeline_result(diagnostic: Diagnostic, name: &Name) -> Diagnostic {
    diagnostic.help(format!("make the type of the result `{name}` optional, with `?`"))
}

pub(crate) fn finally_used(span: Span, node: &Name, declared: Span) -> Diagnostic {
    let message = format!("`{node}` runs after all tasks, so none of them can use it");
    Diagnostic::new("finally-order", span, message).label(declared, "a node of `finally`")
}

pub(crate) fn finally_ordered(span: Span) -> Diagnostic {
    let message = "nodes of `finally` run all at once, so they have no `after`";
    Diagnostic::new("finally-order", span, message)
}

pub(crate) fn unknown_event_field(span: Span, field: &Name, who: Option<&str>, near: Option<&str>) -> Diagnostic {
    let message = match who {
        Some(_) => format!("not every event that starts this run has `event.{field}`"),
        None => format!("no event has a field `{field}`"),
    };
    let found = Diagnostic::new("unknown-event-field", span, message);
    match who {
        Some(who) => found.note(format!("only {who} have it")),
        None => found.did_you_mean(span, near),
    }
}

pub(crate) fn no_event(span: Span, run: &Name) -> Diagnostic {
    let message = format!("no event starts `{run}`, so there is no `event`");
    Diagnostic::new("unknown-event-field", span, message)
        .help("say what starts it: `on: push(to: [\"main\"])`")
}

pub(crate) fn inherited_event_field(span: Span, run: &Name, field: &Name, read: Span) -> Diagnostic {
    let message = format!("`{run}` takes over an argument that reads `event.{field}`, which its events do not have");
    Diagnostic::new("unknown-event-field", span, message).label(read, "read here")
}

/// An override of something that does not exist.
pub(crate) fn override_unknown(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("`{name}` is amended here, but nothing declares it");
    Diagnostic::new("override-unknown", span, message).did_you_mean(span, near)
}

pub(crate) fn cannot_amend(span: Span, name: &Name, kind: &str) -> Diagnostic {
    let message = format!("`{name}` is {}, which an environment cannot amend", block(kind));
    Diagnostic::new("override-unknown", span, message)
}

pub(crate) fn only_none(span: Span, name: &Name) -> Diagnostic {
    let message = format!("a colon after `{name}` can only take it away, with `none`");
    Diagnostic::new("type-mismatch", span, message)
        .help(format!("to amend it, write `{name} {{ … }}`"))
}

pub(crate) fn late_keys(span: Span) -> Diagnostic {
    let message = "the keys of a secret are a list of texts, written out";
    Diagnostic::new("late-value", span, message)
        .note("each key is a field of the secret, so the compiler must know them")
}

pub(crate) fn no_provider(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("there is no provider `{name}`");
    Diagnostic::new("unknown-name", span, message).did_you_mean(span, near)
}

pub(crate) fn no_condition(span: Span, provider: &str) -> Diagnostic {
    let message = format!("`{provider}` gives no value to judge");
    Diagnostic::new("member-not-allowed", span, message)
        .note("the provider itself says whether it passed")
}

pub(crate) fn no_data_missing(span: Span, metric: &Name) -> Diagnostic {
    let message = format!("`{metric}` does not say what it means when there is no data");
    Diagnostic::new("missing-field", span, message)
        .note("an empty answer and NaN pass no condition and fail none")
        .help("add `no-data: \"pass\"`, `\"fail\"` or `\"inconclusive\"`")
}

pub(crate) fn wrong_subject(span: Span, kind: &Name) -> Diagnostic {
    let message = format!("`{kind}` takes one name");
    Diagnostic::new("member-not-allowed", span, message)
        .note("only `resource` also names the kind of the API")
}

pub(crate) fn missing_subject(span: Span) -> Diagnostic {
    let message = "`resource` also names the kind of the API: `resource NetworkPolicy name { … }`";
    Diagnostic::new("missing-field", span, message)
}

pub(crate) fn missing_api_version(span: Span, kind: &Name) -> Diagnostic {
    let message = format!("the kind `{kind}` is not built in, so its `apiVersion` must be said");
    Diagnostic::new("missing-field", span, message)
}

pub(crate) fn because_elsewhere(span: Span, kinds: &[&str]) -> Diagnostic {
    Diagnostic::new("member-not-allowed", span, format!("`because` belongs to {}", list(kinds)))
}
