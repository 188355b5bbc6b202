//! Apps: workloads with what they need.

use indexmap::IndexMap;

use crate::base::Name;
use crate::lower::fields::as_duration;
use crate::lower::kind::has_environments;
use crate::lower::kind::task::env_values;
use crate::lower::{Fields, Layer, Lowerer, amend};
use crate::plan::app::{
    Account, Alert, App, Container, Metrics, Network, Port, Replicas, Workload,
};
use crate::plan::{Expr, Meta};
use crate::resolve::Item;
use crate::syntax::ast;
use crate::value::Value;

/// A declaration of this kind at the top level. Where there are environments, each has its own.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) {
    if has_environments(lowerer.program) {
        return;
    }
    let layers = lowerer.layers(item.id);
    let app = lowerer.app(decl, &item.tree.docs, &layers);
    lowerer.plan.apps.insert(decl.head.name.name.clone(), app);
}

impl<'a> Lowerer<'a> {
    /// An app as its blocks, laid over each other, say.
    pub(crate) fn app(
        &mut self,
        decl: &'a ast::Decl,
        docs: &[ast::Doc],
        layers: &[Layer<'a>],
    ) -> App {
        let mut fields = self.laid(decl.head.name.span, layers);
        self.fill_body(&mut fields, "AppBody");
        let meta = self.meta(&decl.head.name, docs, &mut fields);
        self.app_of(meta, decl.is_extern, fields)
    }

    fn app_of(&mut self, meta: Meta, external: bool, mut fields: Fields) -> App {
        let name = fields.take_text("container");
        let container_name = name.unwrap_or_else(|| meta.name.clone());
        // What the rules point at by its parts.
        for field in [
            "rollout",
            "health",
            "resources",
            "ports",
            "disruption",
            "pod",
            "patch",
            "containers",
            "sidecars",
            "init",
        ] {
            fields.reshape(field, |it| self.places.unfold(it));
        }
        let rollout = fields.take("rollout");
        let app = App {
            external,
            workload: workload(fields.take("workload")),
            containers: containers(fields.take_map("containers")),
            sidecars: containers(fields.take_map("sidecars")),
            init: containers(fields.take_map("init")),
            replicas: fields.take("replicas").and_then(|it| replicas(&it)),
            selector: texts(fields.take_map("selector")),
            config: fields.take_map("config"),
            keep_revisions: fields.take_int("keep-revisions"),
            rollout: self.rollout(rollout.as_ref(), &meta.name),
            account: fields.take("account").map(|it| account(&it)),
            network: fields.take("network").map(|it| network(&it)),
            metrics: fields.take("metrics").and_then(|it| metrics(&it)),
            alerts: alerts(fields.take_map("alerts")),
            disruption: fields.take("disruption"),
            spread: fields.take_text("spread"),
            volumes: fields.take_map("volumes"),
            notify: fields.take_list("notify"),
            pod: fields.take("pod"),
            patch: fields.take("patch"),
            container: container(container_name, fields),
            ports: IndexMap::new(),
            meta,
        };
        let ports = app.container.ports.clone();
        App { ports, ..app }
    }
}

fn workload(made: Option<Expr>) -> Workload {
    let Some(made) = made else {
        return Workload::Stateless;
    };
    match made.maker().map(Name::as_str) {
        Some("stateful") => Workload::Stateful(made),
        Some("daemon") => Workload::Daemon,
        Some("job") => Workload::Job(made),
        Some("cron") => Workload::Cron(made),
        Some("existing" | "existing-workload") => Workload::Existing(made),
        Some(_) | None => Workload::Stateless,
    }
}

fn replicas(stated: &Expr) -> Option<Replicas> {
    if let Some(count) = stated.value().and_then(Value::as_int) {
        return Some(Replicas::Fixed(count));
    }
    let range = stated.get("range")?;
    let Some(Value::Range(ends)) = range.value() else {
        return None;
    };
    let cpu = match stated.get("cpu").as_ref().and_then(Expr::value) {
        Some(Value::Percent(share)) => Some(*share),
        _ => None,
    };
    Some(Replicas::Auto {
        min: ends.0.as_int().unwrap_or(1),
        max: ends.1.as_int()?,
        cpu,
    })
}

/// Containers by name, from records.
fn containers(stated: IndexMap<Name, Expr>) -> IndexMap<Name, Container> {
    let one = |(name, it): (Name, Expr)| {
        let mut fields = Fields::new(it.span);
        for (key, value) in amend::record(&it).unwrap_or_default() {
            let span = value.span;
            fields.amend(&key, span, value);
        }
        (name.clone(), container(name, fields))
    };
    stated.into_iter().map(one).collect()
}

/// A container, from the fields that are left after all others were taken.
fn container(name: Name, mut fields: Fields) -> Container {
    let ports = fields.take_map("ports").into_iter();
    Container {
        name,
        span: fields.span,
        image: fields.take("image"),
        command: fields.take_list("command"),
        args: fields.take_list("args"),
        env: env_values(fields.take("env")),
        ports: ports
            .filter_map(|(key, it)| Some((key, port(&it)?)))
            .collect(),
        health: fields.take_map("health"),
        resources: fields.take_map("resources"),
        mounts: fields.take_map("mounts"),
        security: fields.take_text("security"),
        lifecycle: fields.take("lifecycle"),
        extra: fields.rest(),
    }
}

/// `8080`, which is both, or `{ container: 8080, service: 80 }`.
fn port(stated: &Expr) -> Option<Port> {
    let number = |it: Option<Expr>| u16::try_from(it?.value()?.as_int()?).ok();
    if let Some(both) = number(Some(stated.clone())) {
        return Some(Port {
            container: both,
            service: both,
            protocol: None,
        });
    }
    let container = number(stated.get("container"))?;
    let protocol = stated.get("protocol");
    let protocol = protocol.as_ref().and_then(Expr::text);
    Some(Port {
        container,
        service: number(stated.get("service")).unwrap_or(container),
        protocol: protocol.filter(|it| *it != "TCP").map(Name::new),
    })
}

fn texts(map: IndexMap<Name, Expr>) -> IndexMap<Name, Name> {
    let map = map.into_iter();
    map.filter_map(|(key, it)| Some((key, Name::new(it.text()?))))
        .collect()
}

fn account(stated: &Expr) -> Account {
    let annotations = stated.get("annotations");
    let mount_token = stated.get("mount-token");
    Account {
        name: text(stated, "name"),
        mount_token: mount_token.and_then(|it| it.value()?.as_bool()),
        annotations: annotations
            .as_ref()
            .and_then(amend::record)
            .unwrap_or_default(),
    }
}

fn network(stated: &Expr) -> Network {
    let peers = |name: &str| {
        let all = stated.get(name).filter(|it| !amend::is_none(it))?;
        Some(crate::lower::fields::elements(&all))
    };
    Network {
        from: peers("from"),
        to: peers("to"),
    }
}

/// `http("/metrics", every: 15s)`
fn metrics(stated: &Expr) -> Option<Metrics> {
    Some(Metrics {
        path: text(stated, "path")?,
        port: text(stated, "port"),
        every: duration(stated, "every"),
    })
}

fn alerts(stated: IndexMap<Name, Expr>) -> IndexMap<Name, Alert> {
    let alert = |(name, it): (Name, Expr)| {
        let alert = Alert {
            name: name.clone(),
            expr: it.get("expr")?,
            for_: duration(&it, "for"),
            severity: text(&it, "severity"),
            summary: it.get("summary").filter(|it| !amend::is_none(it)),
        };
        Some((name, alert))
    };
    stated.into_iter().filter_map(alert).collect()
}

fn text(of: &Expr, field: &str) -> Option<Name> {
    of.get(field)?.text().map(Name::new)
}

fn duration(of: &Expr, field: &str) -> Option<i64> {
    as_duration(&of.get(field)?)
}
