//! What is said about apps and environments.

use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::plan::app::App;
use crate::plan::env::Environment;

pub(crate) fn name_form(at: Span, what: &str, text: &str, rule: &str) -> Diagnostic {
    let message = format!("`{text}` cannot be {what}");
    Diagnostic::new("name-form", at, message).note(rule)
}

pub(crate) fn one_service_of_two(at: Span, service: &str, other: &App) -> Diagnostic {
    let message = format!("two apps have the Service `{service}`");
    let found = Diagnostic::new("duplicate-name", at, message);
    found.label(other.meta.span, "the other one")
}

pub(crate) fn container_twice(at: Span, name: &str) -> Diagnostic {
    let message = format!("two containers of one pod are called `{name}`");
    let found = Diagnostic::new("duplicate-name", at, message);
    found.note("the main container is called like the app, or as `container:` says")
}

pub(crate) fn no_image(at: Span, container: &str) -> Diagnostic {
    let message = format!("the container `{container}` has no `image`");
    let found = Diagnostic::new("missing-field", at, message);
    found.note("Kubernetes refuses a pod without it")
}

pub(crate) fn unknown_port(at: Span, port: &str, known: &[&Name]) -> Diagnostic {
    let message = format!("the container has no port `{port}`");
    let found = Diagnostic::new("unknown-name", at, message);
    let known: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
    if known.is_empty() {
        return found.help(format!("declare it: `ports: {{ {port}: 8080 }}`"));
    }
    found.help(format!("it has {}", known.join(", ")))
}

pub(crate) fn probe_without_port(at: Span, container: &str) -> Diagnostic {
    let message = format!("`{container}` has no port to ask at");
    let found = Diagnostic::new("missing-field", at, message);
    found.help("declare one: `ports: { http: 8080 }`")
}

pub(crate) fn request_above_limit(at: Span, resource: &str) -> Diagnostic {
    let message = format!("the request of `{resource}` is above its limit");
    let found = Diagnostic::new("bad-literal", at, message);
    found.note("`request..=limit`: the request comes first")
}

pub(crate) fn port_twice(at: Span, port: u16, name: &str, other: &str) -> Diagnostic {
    let message = format!("`{other}` and `{name}` are both port {port} of the Service");
    let found = Diagnostic::new("duplicate-name", at, message);
    found.help(format!(
        "give one of them another: `{name}: {{ container: .., service: .. }}`"
    ))
}

pub(crate) fn replicas_out_of_order(at: Span, min: i64, max: i64) -> Diagnostic {
    let message = format!("an autoscaler cannot keep between {min} and {max} replicas");
    let found = Diagnostic::new("bad-literal", at, message);
    found.note("the least is 1, and the most is not below the least")
}

pub(crate) fn share_of_nothing(at: Span, app: &str) -> Diagnostic {
    let message = format!("`{app}` scales by its use of CPU and requests none");
    let found = Diagnostic::new("missing-field", at, message);
    let found =
        found.note("the share is one of the request; without it the autoscaler does nothing");
    found.help("say what it needs: `resources: { cpu: 100m..=500m }`")
}

pub(crate) fn two_bounds(at: Span) -> Diagnostic {
    let message = "a disruption budget has one bound";
    let found = Diagnostic::new("extra-argument", at, message);
    found.help("state `max-unavailable` or `min-available`")
}

pub(crate) fn no_bound(at: Span) -> Diagnostic {
    let message = "a disruption budget needs a bound";
    let found = Diagnostic::new("missing-field", at, message);
    found.help("state `max-unavailable` or `min-available`")
}

pub(crate) fn said_twice(at: Span, field: &str, word: &str) -> Diagnostic {
    let message = format!("`{field}` is said by `{word}`");
    let found = Diagnostic::new("duplicate-name", at, message);
    found.help(format!("use `{word}:` of the app"))
}

pub(crate) fn other_namespace(at: Span, namespace: &str, environment: &Environment) -> Diagnostic {
    let (env, own) = (&environment.name, &environment.namespace);
    let message =
        format!("an object of namespace `{namespace}` does not belong to the environment `{env}`");
    let found = Diagnostic::new("member-not-allowed", at, message);
    let found = found.note(format!("kustomize would move it into `{own}`"));
    found.help("declare it in a `cluster` block")
}

pub(crate) fn of_no_namespace(at: Span, kind: &str) -> Diagnostic {
    let message = format!("a {kind} belongs to no namespace, so to no environment");
    let found = Diagnostic::new("member-not-allowed", at, message);
    let found = found.note("kustomize would stamp the environment's namespace on it");
    found.help("declare it in a `cluster` block")
}

pub(crate) fn same_namespace(environment: &Environment, first: &Environment) -> Diagnostic {
    let message = format!(
        "`{}` and `{}` are one namespace of one cluster",
        first.name, environment.name
    );
    let found = Diagnostic::new("duplicate-name", environment.span, message);
    let found = found.label(first.span, "the other one");
    found.note("each would overwrite the objects of the other")
}

pub(crate) fn given_twice(at: Span, kind: &str, app: &App) -> Diagnostic {
    let name = &app.meta.name;
    let message = format!("`{name}` gives this {kind} already");
    let found = Diagnostic::new("duplicate-name", at, message);
    let found = found.label(app.meta.span, "its fields ask for it");
    found
        .help("amend it there, with `patch:` where no field says it, or give this one another name")
}
