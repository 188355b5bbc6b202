//! Apps, environments and how they are carried there: names, labels, ports and namespaces that Kubernetes would refuse.

mod errors;
mod form;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::plan::app::{App, Container, Replicas, Workload};
use crate::plan::env::Environment;
use crate::plan::rollout::Rollout;
use crate::plan::{Expr, Object, Plan};
use crate::value::Value;

/// Applies the rules to every app, as it is in every environment, and to the environments themselves.
pub(crate) fn verify(plan: &Plan, sink: &mut Sink) {
    apps(&plan.apps, sink);
    given_twice(&plan.apps, plan.objects.iter(), sink);
    for environment in plan.environments.values() {
        apps(&environment.apps, sink);
        foreign_objects(environment, &plan.objects, sink);
        let objects = plan.objects.iter().chain(&environment.objects);
        given_twice(&environment.apps, objects, sink);
    }
    one_namespace_each(plan, sink);
}

fn apps(apps: &IndexMap<Name, App>, sink: &mut Sink) {
    let mut services: IndexMap<Name, &App> = IndexMap::new();
    for app in apps.values().filter(|it| !it.external) {
        app_rules(app, sink);
        for service in service_names(app) {
            let other = services.insert(service.clone(), app);
            if let Some(other) = other.filter(|it| it.meta.name != app.meta.name) {
                sink.push(errors::one_service_of_two(app.meta.span, &service, other));
            }
        }
    }
}

/// The Services by which the app is reached.
fn service_names(app: &App) -> Vec<Name> {
    if app.ports.is_empty() || matches!(app.workload, Workload::Job(_) | Workload::Cron(_)) {
        return Vec::new();
    }
    let name = || app.meta.name.clone();
    match &app.rollout {
        Rollout::Rolling { .. } | Rollout::Recreate => vec![name()],
        Rollout::Canary(it) => {
            let stable = it.stable.clone().unwrap_or_else(name);
            std::iter::once(stable).chain(it.canary.clone()).collect()
        }
        Rollout::BlueGreen(it) => {
            let active = std::iter::once(it.active.clone());
            active.chain(it.preview.clone()).collect()
        }
    }
}

fn app_rules(app: &App, sink: &mut Sink) {
    let longest = match app.workload {
        // Its jobs append a time to its name.
        Workload::Cron(_) => 52,
        Workload::Stateless
        | Workload::Stateful(_)
        | Workload::Daemon
        | Workload::Job(_)
        | Workload::Existing(_) => 63,
    };
    let span = app.meta.span;
    check_form(
        form::label(&app.meta.name, longest),
        span,
        "the name of an app",
        &app.meta.name,
        sink,
    );
    for service in service_names(app) {
        check_form(
            form::service(&service),
            span,
            "the name of a Service",
            &service,
            sink,
        );
    }
    labels(app, sink);
    for key in app.config.keys() {
        let at = app.config.get(key).map_or(span, |it| it.span);
        check_form(form::config_key(key), at, "a key of `config`", key, sink);
    }
    containers(app, sink);
    ports(app, sink);
    scaling(app, sink);
    disruption(app, sink);
    said_twice(app, sink);
}

fn check_form(problem: Option<&'static str>, at: Span, what: &str, text: &str, sink: &mut Sink) {
    if let Some(rule) = problem {
        sink.push(errors::name_form(at, what, text, rule));
    }
}

fn labels(app: &App, sink: &mut Sink) {
    let span = app.meta.span;
    let stated = app.meta.labels.iter();
    let texts = stated.map(|(key, it)| (key, it.text().unwrap_or_default(), it.span));
    let selector = app
        .selector
        .iter()
        .map(|(key, it)| (key, it.as_str(), span));
    for (key, value, at) in texts.chain(selector) {
        check_form(form::label_key(key), at, "the key of a label", key, sink);
        check_form(
            form::label_value(value),
            at,
            "the value of a label",
            value,
            sink,
        );
    }
}

fn containers(app: &App, sink: &mut Sink) {
    if matches!(app.workload, Workload::Existing(_)) {
        return;
    }
    let more = app.containers.values().chain(app.sidecars.values());
    let more: Vec<&Container> = more.chain(app.init.values()).collect();
    let mut seen: Vec<&Name> = Vec::new();
    for container in std::iter::once(&app.container).chain(more) {
        let (name, span) = (&container.name, container.span);
        check_form(
            form::label(name, 63),
            span,
            "the name of a container",
            name,
            sink,
        );
        if seen.contains(&name) {
            sink.push(errors::container_twice(span, name));
        }
        seen.push(name);
        if container.image.is_none() {
            sink.push(errors::no_image(span, name));
        }
        probes(container, app, sink);
        resources(container, sink);
    }
}

/// A probe needs a port, and the one that it names.
fn probes(container: &Container, app: &App, sink: &mut Sink) {
    let is_main = container.name == app.container.name;
    let shared = app.ports.keys().filter(|_| is_main);
    let shared = shared.filter(|it| !container.ports.contains_key(*it));
    let ports: Vec<&Name> = container.ports.keys().chain(shared).collect();
    for probe in container.health.values() {
        if !probe.maker().is_some_and(|it| it == "http" || it == "tcp") {
            continue;
        }
        let stated = probe.get("port");
        match stated.as_ref().and_then(Expr::text) {
            Some(port) if !ports.iter().any(|it| *it == port) => {
                sink.push(errors::unknown_port(probe.span, port, &ports));
            }
            Some(_) => {}
            None if ports.is_empty() => {
                sink.push(errors::probe_without_port(probe.span, &container.name));
            }
            None => {}
        }
    }
}

/// A request does not exceed its limit.
fn resources(container: &Container, sink: &mut Sink) {
    for (name, amount) in &container.resources {
        let Some(Value::Range(ends)) = amount.value() else {
            continue;
        };
        let exceeds = match (&ends.0, &ends.1) {
            (Value::Cpu(low), Value::Cpu(high)) | (Value::Bytes(low), Value::Bytes(high)) => {
                low > high
            }
            _ => false,
        };
        if exceeds {
            sink.push(errors::request_above_limit(amount.span, name));
        }
    }
}

fn ports(app: &App, sink: &mut Sink) {
    let mut seen: IndexMap<(u16, &str), &Name> = IndexMap::new();
    for (name, port) in &app.ports {
        let at = app.container.span;
        check_form(form::port_name(name), at, "the name of a port", name, sink);
        let protocol = port.protocol.as_deref().unwrap_or("TCP");
        if let Some(other) = seen.insert((port.service, protocol), name) {
            sink.push(errors::port_twice(at, port.service, name, other));
        }
    }
}

fn scaling(app: &App, sink: &mut Sink) {
    let Some(Replicas::Auto { min, max, cpu }) = app.replicas else {
        return;
    };
    let span = app.meta.span;
    if min < 1 || max < min {
        sink.push(errors::replicas_out_of_order(span, min, max));
    }
    if cpu.is_some() && !app.container.resources.contains_key("cpu") {
        sink.push(errors::share_of_nothing(span, &app.meta.name));
    }
}

/// A PodDisruptionBudget states one bound.
fn disruption(app: &App, sink: &mut Sink) {
    let Some(stated) = &app.disruption else {
        return;
    };
    let given = |word: &str| {
        let bound = stated.get(word);
        bound.is_some_and(|it| !it.value().is_some_and(Value::is_none))
    };
    match (given("max-unavailable"), given("min-available")) {
        (true, true) => sink.push(errors::two_bounds(stated.span)),
        (false, false) => sink.push(errors::no_bound(stated.span)),
        (true, false) | (false, true) => {}
    }
}

/// What wudi's own words say cannot be said in the API's words as well.
fn said_twice(app: &App, sink: &mut Sink) {
    let own = [
        ("containers", "containers", true),
        ("initContainers", "init", true),
        ("serviceAccountName", "account", app.account.is_some()),
        ("topologySpreadConstraints", "spread", app.spread.is_some()),
    ];
    let Some(pod) = &app.pod else {
        return;
    };
    for (field, word, said) in own {
        if said && let Some(stated) = pod.get(field) {
            sink.push(errors::said_twice(stated.span, field, word));
        }
    }
}

/// A `resource` that an app gives already.
fn given_twice<'a>(
    apps: &IndexMap<Name, App>,
    objects: impl Iterator<Item = &'a Object>,
    sink: &mut Sink,
) {
    let own = apps.values().filter(|it| !it.external);
    let given = own.flat_map(|app| gives(app).into_iter().map(move |it| (it, app)));
    let given: IndexMap<(&str, Name), &App> = given.collect();
    for object in objects {
        let key = (object.kind.as_str(), object.meta.name.clone());
        if let Some(app) = given.get(&key) {
            let found = errors::given_twice(object.meta.span, &object.kind, app);
            sink.push(found);
        }
    }
}

/// Kind and name of the objects that an app gives; not of its ConfigMap, whose name carries a hash.
fn gives(app: &App) -> Vec<(&'static str, Name)> {
    let workload = match (&app.workload, &app.rollout) {
        (Workload::Stateless, Rollout::Rolling { .. } | Rollout::Recreate) => "Deployment",
        (Workload::Stateless, Rollout::Canary(_) | Rollout::BlueGreen(_)) => "Rollout",
        (Workload::Existing(_), _) => "Rollout",
        (Workload::Stateful(_), _) => "StatefulSet",
        (Workload::Daemon, _) => "DaemonSet",
        (Workload::Job(_), _) => "Job",
        (Workload::Cron(_), _) => "CronJob",
    };
    let scales = matches!(app.replicas, Some(Replicas::Auto { .. }));
    let asked = [
        (workload, true),
        ("HorizontalPodAutoscaler", scales),
        ("NetworkPolicy", app.network.is_some()),
        ("PodDisruptionBudget", app.disruption.is_some()),
        ("PodMonitor", app.metrics.is_some()),
        ("PrometheusRule", !app.alerts.is_empty()),
        ("ServiceAccount", app.account.is_some()),
    ];
    let asked = asked.into_iter().filter(|(_, asked)| *asked);
    let named = asked.map(|(kind, _)| (kind, app.meta.name.clone()));
    let services = service_names(app).into_iter();
    named.chain(services.map(|it| ("Service", it))).collect()
}

/// kustomize would move what belongs to another namespace, or to none, into that of the environment.
fn foreign_objects(environment: &Environment, everywhere: &[Object], sink: &mut Sink) {
    for object in everywhere.iter().chain(&environment.objects) {
        let elsewhere = object
            .meta
            .namespace
            .as_ref()
            .filter(|it| **it != environment.namespace);
        if let Some(namespace) = elsewhere {
            let found = errors::other_namespace(object.meta.span, namespace, environment);
            sink.push(found);
        } else if is_of_no_namespace(object) {
            sink.push(errors::of_no_namespace(object.meta.span, &object.kind));
        }
    }
}

fn is_of_no_namespace(object: &Object) -> bool {
    let known = crate::schema::find(&object.api_version, &object.kind);
    known.map_or(CLUSTER_KINDS.contains(&object.kind.as_str()), |it| {
        !it.namespaced
    })
}

/// Kinds that belong to no namespace, of those whose schema wudi does not have.
const CLUSTER_KINDS: &[&str] = &[
    "ClusterIssuer",
    "ClusterPolicy",
    "ClusterSecretStore",
    "GatewayClass",
];

/// Two environments in one namespace would overwrite each other's objects.
fn one_namespace_each(plan: &Plan, sink: &mut Sink) {
    let mut seen: IndexMap<(Option<&Name>, &Name), &Environment> = IndexMap::new();
    for environment in plan.environments.values() {
        let place = (environment.cluster.as_ref(), &environment.namespace);
        match seen.get(&place) {
            Some(first) => sink.push(errors::same_namespace(environment, first)),
            None => {
                seen.insert(place, environment);
            }
        }
    }
}
