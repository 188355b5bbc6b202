//! What the rules find, in words.

use crate::base::{Name, Span};
use crate::diag::{Diagnostic, Edit, Fix};
use crate::plan::{Meta, Ref, Workspace};
use crate::verify::event::Clash;

// ---- graph and workspaces

pub(crate) fn cycle(span: Span, names: &[Name], rest: &[(Name, Span)]) -> Diagnostic {
    let message = match names {
        [alone] => format!("`{alone}` needs itself"),
        _ => format!("{} need each other in a circle", listed(names)),
    };
    let mut found = Diagnostic::new("cycle", span, message);
    for (name, span) in rest {
        found = found.label(*span, format!("`{name}` is part of it"));
    }
    found.note("a node runs after those whose results, workspaces or `after` it uses")
}

/// Nodes: the first, the second, and which of them writes.
pub(crate) fn race(
    first: Span,
    second: Span,
    nodes: (&Name, &Name, &Name),
    workspace: &Name,
) -> Diagnostic {
    let (earlier, later, writer) = nodes;
    Diagnostic::new(
        "race",
        second,
        format!("`{later}` and `{earlier}` touch `{workspace}` at the same time"),
    )
    .label(first, format!("`{earlier}` touches it here"))
    .note(format!("no order separates them, and `{writer}` may write"))
}

pub(crate) fn race_of_tasks(found: Diagnostic, earlier: &Name, later: &Name) -> Diagnostic {
    found.help(format!(
        "say `after: [{earlier}]` in `{later}`; or pass the workspace with `.ro` where nothing is written, or with `.sub(\"…\")` for a directory of its own"
    ))
}

pub(crate) fn race_at_the_end(found: Diagnostic) -> Diagnostic {
    found
        .note("nodes of `finally` run all at once")
        .help("do both in one node, or give each a directory of its own with `.sub(\"…\")`")
}

pub(crate) fn race_of_instances(span: Span, node: &Name, workspace: &Name) -> Diagnostic {
    Diagnostic::new(
        "race",
        span,
        format!("the instances of `{node}` write `{workspace}` at the same time"),
    )
    .note("`each` makes instances that no order separates")
    .help("give each a directory of its own: `.sub(each.…)`")
}

/// A node's task needs a workspace that may not be there: what it needs, what it is given.
pub(crate) fn maybe_unbound(
    span: Span,
    node: &Name,
    needed: &Workspace,
    given: &Workspace,
) -> Diagnostic {
    let (needs, may) = (&needed.name, &given.name);
    Diagnostic::new(
        "unbound-workspace",
        span,
        format!("`{node}` needs the workspace `{needs}`, and `{may}` may be unbound"),
    )
    .label(given.span, format!("`{may}` is optional here"))
    .label(needed.span, format!("`{needs}` is not"))
    .note("Tekton refuses the run, also where `when` asks whether the workspace is bound")
    .help("make both optional, and ask for `.bound` in the task; or make neither")
}

/// A pipeline that stays a pipeline gives nothing to the one that calls it.
pub(crate) fn result_of_pipeline(span: Span, node: &Name, result: &str) -> Diagnostic {
    Diagnostic::new(
        "target-feature",
        span,
        format!("`{node}` calls a pipeline, and `{result}` of it does not come back"),
    )
    .note("Tekton does not hand on results of a pipeline in a pipeline")
    .help("without `enable-api-fields=alpha` in `wudi.toml` the nodes of the called pipeline stand in this one, and their results can be used; or hand it on in a workspace")
}

/// Two claims in one pod: the node, its workspaces.
pub(crate) fn two_volumes(
    span: Span,
    node: &Name,
    (one, other): (&Name, &Name),
    bound: (Span, Span),
) -> Diagnostic {
    let message = format!("`{node}` would mount the claims of both `{one}` and `{other}`");
    let found = Diagnostic::new("two-volumes", span, message);
    let found = match bound.0 == bound.1 {
        true => found.label(bound.0, "both are bound here"),
        false => { found.label(bound.0, format!("the claim of `{one}`")) }
            .label(bound.1, format!("the claim of `{other}`")),
    };
    found
    .note("with `coschedule: workspaces` a pod can mount one claim, since each is tied to a node of the cluster")
    .help("bind both to one claim, with a `sub-path` each, or set `coschedule = \"disabled\"` in `wudi.toml`")
}

pub(crate) fn unbound(span: Span, run: &Name, what: &str, workspace: &Workspace) -> Diagnostic {
    let name = &workspace.name;
    Diagnostic::new("unbound-workspace", span, format!("run `{run}` does not bind the workspace `{name}`"))
        .label(workspace.span, format!("{what} needs it"))
        .help(format!("add `workspaces: {{ {name}: volume(1Gi) }}`, or `?` behind the workspace if it can do without"))
}

// ---- scripts and strings

/// `hole` is where the value is written, if that is not in the script itself.
pub(crate) fn injection(span: Span, reference: &Ref, hole: Option<Span>) -> Diagnostic {
    let what = described(reference);
    let message = format!("{what} is spliced into a script");
    at_hole(Diagnostic::new("script-injection", span, message), hole)
        .note("its text becomes part of the program, so whoever chooses it can run commands")
        .help(through_environment(reference))
}

pub(crate) fn injection_of_word(
    span: Span,
    reference: &Ref,
    flag: &str,
    hole: Option<Span>,
) -> Diagnostic {
    let what = described(reference);
    let message = format!("{what} is spliced into what `{flag}` runs");
    let note =
        format!("the word after `{flag}` is code, so whoever chooses the text can run commands");
    at_hole(Diagnostic::new("script-injection", span, message), hole)
        .note(note)
        .help(through_environment(reference))
}

fn at_hole(found: Diagnostic, hole: Option<Span>) -> Diagnostic {
    match hole {
        Some(hole) => found.label(hole, "through this hole"),
        None => found,
    }
}

fn through_environment(reference: &Ref) -> String {
    let name = match reference {
        Ref::Param(name)
        | Ref::StepResult(_, name)
        | Ref::NodeResult(_, name)
        | Ref::Each(name) => name.as_str(),
        Ref::Event(path) => path.as_str(),
        Ref::ResultPath(_)
        | Ref::StepResultPath(..)
        | Ref::StepExitCodePath(_)
        | Ref::Workspace(..)
        | Ref::NodeStatus(_)
        | Ref::NodeReason(_)
        | Ref::NodeLength(_)
        | Ref::TasksStatus
        | Ref::Context(_)
        | Ref::Metric(_)
        | Ref::SecretKey(..)
        | Ref::ConfigKey(..)
        | Ref::Field(_) => "value",
    };
    let variable = variable(name);
    format!(
        "pass it through the environment: `env: {{ {variable}: … }}`, and `\"${variable}\"` in the script; `unsafe(…)` says that it is wanted"
    )
}

/// The environment variable that holds what is called `name`: `image-url` gives `IMAGE_URL`.
pub(crate) fn variable(name: &str) -> String {
    let word = |it: char| {
        if it.is_ascii_alphanumeric() {
            it.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    name.chars().map(word).collect()
}

/// The edits that put `name` into the environment and its variable into the script.
pub(crate) fn rewrite(name: &str, edits: Vec<Edit>) -> Fix {
    let title = format!("pass `{name}` through the environment");
    Fix { title, edits }
}

fn described(reference: &Ref) -> String {
    match reference {
        Ref::Param(name) => format!("the parameter `{name}`"),
        Ref::StepResult(step, name) => format!("the result `{name}` of step `{step}`"),
        Ref::NodeResult(node, name) => format!("the result `{name}` of `{node}`"),
        Ref::Each(name) => format!("`each.{name}`"),
        Ref::Event(path) => format!("`event.{path}`"),
        Ref::SecretKey(..) => "a secret".to_owned(),
        Ref::ConfigKey(..) => "a key of a ConfigMap".to_owned(),
        Ref::ResultPath(_)
        | Ref::StepResultPath(..)
        | Ref::StepExitCodePath(_)
        | Ref::Workspace(..)
        | Ref::NodeStatus(_)
        | Ref::NodeReason(_)
        | Ref::NodeLength(_)
        | Ref::TasksStatus
        | Ref::Context(_)
        | Ref::Metric(_)
        | Ref::Field(_) => "this value".to_owned(),
    }
}

pub(crate) fn tekton_syntax(span: Span, found: &str) -> Diagnostic {
    Diagnostic::new("target-syntax", span, format!("Tekton would replace `{found}` in this text"))
        .note("nothing checks a reference that is written as text: a slip of the pen would reach the shell")
        .help("write a hole, `#{…}`, around the parameter, result or path that is meant")
}

pub(crate) fn pac_syntax(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        "target-syntax",
        span,
        format!("Pipelines as Code would replace `{{{{ {name} }}}}` in this text"),
    )
    .note("an event starts what this belongs to, and its text is replaced before YAML is read")
    .help("pass the field of `event` as an argument of the run")
}

// ---- results

pub(crate) fn result_size(span: Span, name: &Name, sum: u64, limit: u64) -> Diagnostic {
    Diagnostic::new(
        "result-size",
        span,
        format!("with `{name}` the results may have {sum} bytes together, {limit} fit"),
    )
    .note("Tekton carries the results of a task in the message with which its container ends")
    .help("write what is large into a workspace, and its path into the result")
}

// ---- events and secrets

pub(crate) fn same_event(first: &Meta, second: &Meta, clash: &Clash) -> Diagnostic {
    let message = format!(
        "`{}` and `{}` are both started by {}",
        first.name, second.name, clash.event
    );
    Diagnostic::new("same-event", clash.second, message)
        .label(clash.first, format!("starts `{}`", first.name))
        .help(
            "narrow one of the filters, or say `allow same-event because \"…\"` in one of the runs",
        )
}

pub(crate) fn nothing_matches(span: Span, pattern: &str, why: &str) -> Diagnostic {
    Diagnostic::new(
        "event-without-run",
        span,
        format!("nothing matches `{pattern}`, so nothing starts this run"),
    )
    .note(why)
}

pub(crate) fn bad_pattern(span: Span, pattern: &str, flaw: &str) -> Diagnostic {
    Diagnostic::new(
        "event-without-run",
        span,
        format!("`{pattern}` is no pattern"),
    )
    .note(flaw)
    .note("Pipelines as Code stops at it")
}

pub(crate) fn no_labels(span: Span, forge: &str) -> Diagnostic {
    Diagnostic::new(
        "target-feature",
        span,
        format!("`{forge}` has no labels on pull requests"),
    )
}

pub(crate) fn fork_workspace(
    trigger: Span,
    workspace: &Name,
    secret: &Name,
    bound: Span,
) -> Diagnostic {
    let message = format!("a pull request from a fork would reach the secret `{secret}`");
    Diagnostic::new("secret-leak", trigger, message)
        .label(bound, format!("the workspace `{workspace}` holds it"))
        .note("the run builds what a stranger wrote, and that can read whatever the run can")
        .help(format!("bind it in a run of its own that a push starts; here `workspaces: {{ {workspace}: none }}`"))
}

pub(crate) fn fork_environment(trigger: Span, secret: &Name, used: Span) -> Diagnostic {
    let message = format!("a pull request from a fork would reach the secret `{secret}`");
    Diagnostic::new("secret-leak", trigger, message)
        .label(used, "a step has it in its environment")
        .note("the run builds what a stranger wrote, and that can read whatever the run can")
        .help("let a pipeline without it check pull requests")
}

// ---- names

pub(crate) fn bad_name(span: Span, name: &Name, what: &str, near: &Name) -> Diagnostic {
    let found = Diagnostic::new("name-form", span, format!("a {what} cannot be called `{name}`"))
        .note("Kubernetes takes lower-case letters, digits and hyphens, and neither a hyphen first nor last");
    if near.is_empty() {
        found
    } else {
        found.help(format!("call it `{near}`"))
    }
}

pub(crate) fn long_name(span: Span, name: &Name, what: &str, most: usize) -> Diagnostic {
    let length = name.len();
    Diagnostic::new(
        "name-form",
        span,
        format!("the name of a {what} has at most {most} characters, this one has {length}"),
    )
    .note("the name becomes the value of a label")
}

pub(crate) fn bad_param(span: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(
        "name-form",
        span,
        format!("a parameter cannot be called `{name}`"),
    )
    .note("Tekton takes letters, digits, `_`, `.` and `-`, and a letter or `_` first")
}

pub(crate) fn dotted_record(span: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(
        "name-form",
        span,
        format!("a record and its fields cannot be called `{name}`"),
    )
    .note("Tekton refers to a field as `params.record.field`, so neither name may hold a dot")
}

pub(crate) fn dotted_result(span: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(
        "name-form",
        span,
        format!("nothing can refer to the result `{name}` of a node"),
    )
    .note("Tekton takes what follows a dot in the name of a result for a field of it")
    .help("call the result otherwise, with `-` in the place of the dot")
}

pub(crate) fn bad_result(span: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(
        "name-form",
        span,
        format!("a result cannot be called `{name}`"),
    )
    .note("Tekton takes letters, digits, `_`, `.` and `-`, and a letter or digit first and last")
}

pub(crate) fn bad_variable(span: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(
        "name-form",
        span,
        format!("an environment variable cannot be called `{name}`"),
    )
    .note("Kubernetes takes letters, digits, `_`, `.` and `-`, and no digit first")
}

pub(crate) fn bad_service(span: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(
        "name-form",
        span,
        format!("a Service cannot be called `{name}`"),
    )
    .note("its name begins with a letter")
}

// ---- shapes

/// Parameters of one name and two shapes, in a run that holds its tasks.
pub(crate) fn two_shapes(
    span: Span,
    name: &Name,
    (what, before): (&str, &str),
    first: Span,
) -> Diagnostic {
    Diagnostic::new(
        "param-type",
        span,
        format!("the parameter `{name}` is {what} here, and {before} before"),
    )
    .label(first, format!("{before} here"))
    .note("an event starts this, so Pipelines as Code writes the tasks into the run, where Tekton takes all parameters of one name for one")
    .help("call one of the parameters otherwise")
}

pub(crate) fn no_steps(span: Span, name: &Name) -> Diagnostic {
    Diagnostic::new("missing-field", span, format!("task `{name}` has no step"))
}

pub(crate) fn no_nodes(span: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(
        "missing-field",
        span,
        format!("pipeline `{name}` has no node"),
    )
    .note("Tekton takes no pipeline without a task")
}

pub(crate) fn no_image(span: Span, name: Option<&str>) -> Diagnostic {
    let step = name.map_or_else(|| "the step".to_owned(), |it| format!("step `{it}`"));
    Diagnostic::new(
        "missing-field",
        span,
        format!("{step} does not say in which `image` it runs"),
    )
    .help("add `image: \"…\"`, or give one to all steps by `stepTemplate`")
}

pub(crate) fn script_and_command(span: Span) -> Diagnostic {
    Diagnostic::new(
        "member-not-allowed",
        span,
        "a step has a `script` or a `command`, not both",
    )
    .note("a script is run by what its first line, `#!`, says")
}

pub(crate) fn retried_and_ignored(span: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(
        "member-not-allowed",
        span,
        format!("`{name}` is retried, and its failure is ignored"),
    )
    .note("Tekton takes `onError: \"continue\"` only without `retries`")
}

fn listed(names: &[Name]) -> String {
    let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// A field that the target accepts only where a flag is set.
/// What `v1beta1` has, and `v1` does not get of it.
pub(crate) fn lost_in_v1beta1(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        "target-feature",
        span,
        format!("{what} cannot be written as `v1beta1`"),
    )
    .note("Tekton turns it into `v1` before it runs it, and loses the reference on the way")
    .help("say `api = \"v1\"` in `[target.tekton]` of `wudi.toml`")
}

pub(crate) fn no_flag(span: Span, what: &str, flag: &str) -> Diagnostic {
    let message = format!("{what} needs the flag `{flag}`");
    Diagnostic::new("target-feature", span, message).help(format!(
        "add `flags = [\"{flag}\"]` to `[target.tekton]` in `wudi.toml`, if the cluster has it"
    ))
}
