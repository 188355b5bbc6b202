//! What is said about declarations and their blocks.

use crate::base::{Name, Span, spelling};
use crate::diag::code::CODES;
use crate::diag::{Diagnostic, Gate};
use crate::schema::kinds::{self, Kind};

/// A declaration of a kind that stands elsewhere.
pub(crate) fn member_not_allowed(span: Span, kind: &Kind, place: &str) -> Diagnostic {
    let what = block(kind.name);
    let message = format!("{what} cannot stand in {}", block(place));
    let carried = |it: &&&str| kinds::find(it).is_none_or(|it| it.supported);
    let places = kind.places.iter().filter(carried).map(|it| block(it));
    let places: Vec<String> = places.collect();
    Diagnostic::new("member-not-allowed", span, message)
        .note(format!("{what} belongs into {}", places.join(" or ")))
}

/// How a block is called in messages.
pub(crate) fn block(place: &str) -> String {
    match place {
        "" => "a file, in column 0".to_owned(),
        "node" => "the options of a node".to_owned(),
        "metric" => "the options of a metric".to_owned(),
        "host" | "finally" => format!("`{place}`"),
        _ => format!("{} `{place}`", spelling::article(place)),
    }
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

pub(crate) fn no_such_part(span: Span, what: &str, kind: &str) -> Diagnostic {
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

pub(crate) fn not_of_kind(span: Span, name: &str, is: &str, wanted: &[&str]) -> Diagnostic {
    let article = |it: &&str| match it.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => format!("an {it}"),
        false => format!("a {it}"),
    };
    let wanted: Vec<String> = wanted.iter().map(article).collect();
    let message = format!(
        "`{name}` is {is}, and what is called here is {}",
        wanted.join(" or ")
    );
    Diagnostic::new("not-callable", span, message)
}

pub(crate) fn unknown_callee(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    let message = format!("nothing that can be called here is named `{name}`");
    let near = spelling::nearest(name, known.iter().copied());
    Diagnostic::new("unknown-name", span, message).did_you_mean(span, near)
}

pub(crate) fn unbound_workspace(span: Span, name: &Name, what: &str) -> Diagnostic {
    let message = format!("{what} needs the workspace `{name}`, which is not bound here");
    Diagnostic::new("unbound-workspace", span, message)
        .help(format!("pass a workspace: `{name}: …`"))
}

pub(crate) fn arguments_in_brackets(span: Span, name: &Name) -> Diagnostic {
    let message =
        format!("`{name}` belongs to embedded tasks; here arguments stand in the brackets");
    Diagnostic::new("member-not-allowed", span, message)
        .help("write `name = callee(argument: value)`")
}

pub(crate) fn no_object(span: Span, name: &str) -> Diagnostic {
    let message = format!("an embedded task is no object of its own, so it has no `{name}`");
    Diagnostic::new("member-not-allowed", span, message)
}

/// What a step says although its action says it.
pub(crate) fn of_action(span: Span, name: &str) -> Diagnostic {
    let message =
        format!("`{name}` is said by the action, and a step made from it cannot say it too");
    Diagnostic::new("member-not-allowed", span, message).help(format!(
        "give the action a parameter for it, and use that in its `{name}`"
    ))
}

pub(crate) fn results_of_action(span: Span, step: &Name) -> Diagnostic {
    let message = format!("the step `{step}` has the results of its action, and none of its own");
    Diagnostic::new("member-not-allowed", span, message)
        .help("declare them at the action: `action name() -> { … }`")
}

pub(crate) fn from_of_declared(span: Span) -> Diagnostic {
    Diagnostic::new(
        "member-not-allowed",
        span,
        "`from` refers to what is declared elsewhere, and this is declared here",
    )
    .help("declare it by `extern`, or leave `from` out")
}

/// Something of a `PipelineRun` in a run of one task, or the other way round.
pub(crate) fn not_of_run(span: Span, name: &str, is: &str, wanted: &str) -> Diagnostic {
    let message = format!("a run of {is} has no `{name}`");
    Diagnostic::new("unknown-field", span, message)
        .note(format!("it is a field of a run of {wanted}"))
}

pub(crate) fn missing_param(span: Span, name: &Name, what: &str) -> Diagnostic {
    let message = format!("{what} needs the argument `{name}`");
    Diagnostic::new("missing-argument", span, message)
        .help(format!("add `params: {{ {name}: … }}` to its block"))
}

pub(crate) fn extra_argument(span: Span, name: &Name, what: &str, known: &[&str]) -> Diagnostic {
    let message = format!("{what} takes no `{name}`");
    let near = spelling::nearest(name, known.iter().copied());
    Diagnostic::new("extra-argument", span, message).did_you_mean(span, near)
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

/// The target refuses the object, whatever the program accepts.
pub(crate) fn not_allowable(span: Span, name: &Name, gate: Gate) -> Diagnostic {
    let who = match gate {
        Gate::Decode => "the API server cannot read such an object",
        Gate::Admission | Gate::Controller | Gate::Run | Gate::None => {
            "a webhook refuses such an object"
        }
    };
    Diagnostic::new("not-allowable", span, format!("`{name}` cannot be allowed"))
        .note(who)
        .help("mend what it is about; only what the target takes can be allowed")
}

pub(crate) fn allow_without_reason(span: Span, name: &Name) -> Diagnostic {
    let message = format!("`allow {name}` does not say why");
    Diagnostic::new("missing-field", span, message)
        .note("who reads it later must know why the finding is accepted")
        .help(format!("write `allow {name} because \"…\"`"))
}

/// A result of a node that may be skipped, where it must exist.
pub(crate) fn absent_result(
    span: Span,
    node: &Name,
    result: &str,
    skip: (Span, &str),
) -> Diagnostic {
    let message = format!("`{node}.{result}` may be absent where it must exist");
    Diagnostic::new("absent-result", span, message)
        .label(skip.0, skip.1.to_owned())
        .note("Tekton fails the run where a result is used that was never written")
}

pub(crate) fn absent_skippable(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic
        .help("say `if-absent: \"skip\"` among this node's options, so that it is skipped too")
}

pub(crate) fn absent_ignored(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic
        .note("`if-absent: \"skip\"` does not help: after a task that failed, Tekton fails the run")
}

pub(crate) fn absent_pipeline_result(diagnostic: Diagnostic, name: &Name) -> Diagnostic {
    diagnostic.help(format!(
        "make the type of the result `{name}` optional, with `?`"
    ))
}

pub(crate) fn finally_used(span: Span, node: &Name, declared: Span) -> Diagnostic {
    let message = format!("`{node}` runs after all tasks, so none of them can use it");
    Diagnostic::new("finally-order", span, message).label(declared, "a node of `finally`")
}

pub(crate) fn finally_ordered(span: Span) -> Diagnostic {
    let message = "nodes of `finally` run all at once, so they have no `after`";
    Diagnostic::new("finally-order", span, message)
}

pub(crate) fn unknown_event_field(
    span: Span,
    field: &Name,
    who: Option<&str>,
    near: Option<&str>,
) -> Diagnostic {
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

pub(crate) fn inherited_event_field(
    span: Span,
    run: &Name,
    field: &Name,
    read: Span,
) -> Diagnostic {
    let message = format!(
        "`{run}` takes over an argument that reads `event.{field}`, which its events do not have"
    );
    Diagnostic::new("unknown-event-field", span, message).label(read, "read here")
}

/// An override of something that does not exist.
pub(crate) fn override_unknown(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("`{name}` is amended here, but nothing declares it");
    Diagnostic::new("override-unknown", span, message).did_you_mean(span, near)
}

pub(crate) fn cannot_amend(span: Span, name: &Name, kind: &str) -> Diagnostic {
    let message = format!(
        "`{name}` is {}, which an environment cannot amend",
        block(kind)
    );
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
    let message = format!("{provider} gives no value to judge");
    Diagnostic::new("member-not-allowed", span, message)
        .note("the provider itself says whether it passed")
}

pub(crate) fn no_data_missing(span: Span, metric: &Name) -> Diagnostic {
    let message = format!("`{metric}` does not say what it means when there is no data");
    Diagnostic::new("missing-field", span, message)
        .note("an empty answer and NaN pass no condition and fail none")
        .help("add `no-data: \"pass\"`, `\"fail\"` or `\"inconclusive\"`")
}

pub(crate) fn missing_subject(span: Span) -> Diagnostic {
    let message = "`resource` also names the kind of the API: `resource NetworkPolicy name { … }`";
    Diagnostic::new("missing-field", span, message)
}

/// `apiVersion: "apps/v1beta1"` of a kind that only other versions have.
pub(crate) fn unknown_version(
    span: Span,
    stated: &str,
    kind: &str,
    versions: &[&str],
) -> Diagnostic {
    let message = format!("`{stated}` has no `{kind}`");
    let found = Diagnostic::new("unknown-version", span, message);
    let listed = crate::check::errors::listed(versions.iter().copied());
    match versions {
        [only] => found.help(format!("it is of {listed}")).fix(
            format!("write {listed}"),
            span,
            format!("\"{only}\""),
        ),
        _ => found.help(format!("it is of one of {listed}")),
    }
}

pub(crate) fn workspace_mode(span: Span, mode: &Name) -> Diagnostic {
    let message = format!("a workspace is `ro` or `rw`, not `{mode}`");
    let near = spelling::nearest(mode, ["ro", "rw"]);
    Diagnostic::new("type-mismatch", span, message).did_you_mean(span, near)
}

pub(crate) fn unknown_result<'a>(
    span: Span,
    name: &Name,
    what: &str,
    known: impl Iterator<Item = &'a Name>,
) -> Diagnostic {
    let message = format!("{what} declares no result `{name}`");
    let near = spelling::nearest(name, known.map(Name::as_str));
    Diagnostic::new("unknown-field", span, message).did_you_mean(span, near)
}

pub(crate) fn missing_result(at: Span, name: &Name, what: &str) -> Diagnostic {
    let message = format!("{what} does not say where its result `{name}` comes from");
    Diagnostic::new("missing-field", at, message)
        .help(format!("add `results: {{ {name}: node.result }}`"))
}

pub(crate) fn not_written_out(span: Span, what: &str) -> Diagnostic {
    let message = format!("{what} needs these as a record written out, key by key");
    Diagnostic::new("type-mismatch", span, message)
}

pub(crate) fn later_step(span: Span, step: &Name, declared: Span) -> Diagnostic {
    let message = format!("`{step}` runs after this step, so its results are not there yet");
    Diagnostic::new("unknown-name", span, message)
        .label(declared, "declared later")
        .note("steps run in the order of the text")
}
pub(crate) fn status_of_running(span: Span, node: &Name, field: &Name) -> Diagnostic {
    let message = format!("`{node}.{field}` is known only when all tasks have ended");
    Diagnostic::new("late-value", span, message)
        .note("Tekton fills it in for nodes of `finally` only")
}

pub(crate) fn unknown_workspace(span: Span, name: &Name, what: &str, known: &[&str]) -> Diagnostic {
    let message = format!("{what} has no workspace `{name}`");
    let near = spelling::nearest(name, known.iter().copied());
    Diagnostic::new("extra-argument", span, message).did_you_mean(span, near)
}

pub(crate) fn other_kind(span: Span, name: &str, is: &str, wanted: &str) -> Diagnostic {
    let message = format!(
        "`{name}` is {}, so no {wanted} can be made from it",
        block(is)
    );
    Diagnostic::new("type-mismatch", span, message)
}

pub(crate) fn unknown_base(span: Span, name: &str, wanted: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("there is no {wanted} `{name}`");
    Diagnostic::new("unknown-name", span, message).did_you_mean(span, near)
}

pub(crate) fn no_arguments(span: Span, kind: &str) -> Diagnostic {
    let message = format!("{} takes no arguments", block(kind));
    Diagnostic::new("extra-argument", span, message).help("what differs stands in its block")
}

pub(crate) fn amends_own(span: Span, name: &Name) -> Diagnostic {
    let message = format!("`{name}` is declared in this environment, so there is nothing to amend");
    Diagnostic::new("duplicate-name", span, message).help("write its fields where it is declared")
}
