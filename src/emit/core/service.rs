//! The Services of an app, as its rollout needs them.

use crate::base::Name;
use crate::emit::core::data::Fields;
use crate::emit::core::{Place, container, object, selector};
use crate::plan::Expr;
use crate::plan::app::{App, Port, Workload};
use crate::plan::rollout::Rollout;
use crate::yaml::Tree;

/// The Services: none without ports.
pub(crate) fn services(app: &App, place: Place<'_>) -> Vec<Tree> {
    let names = names(app);
    names.iter().map(|it| service(it, app, place)).collect()
}

/// The names of the app's Services, the one that carries the users first.
pub(crate) fn names(app: &App) -> Vec<Name> {
    if ports(app).is_empty() {
        return Vec::new();
    }
    let own = || app.meta.name.clone();
    match (&app.workload, &app.rollout) {
        (Workload::Job(_) | Workload::Cron(_), _) => Vec::new(),
        (Workload::Stateful(made), _) => vec![headless_name(app, made).unwrap_or_else(own)],
        (_, Rollout::BlueGreen(it)) => {
            let preview = it.preview.iter().cloned();
            std::iter::once(it.active.clone()).chain(preview).collect()
        }
        (_, Rollout::Canary(it)) => {
            let stable = it.stable.clone().unwrap_or_else(own);
            std::iter::once(stable).chain(it.canary.clone()).collect()
        }
        (_, Rollout::Rolling { .. } | Rollout::Recreate) => vec![own()],
    }
}

/// The ports of the app, or else of its main container.
pub(crate) fn ports(app: &App) -> &indexmap::IndexMap<Name, Port> {
    if app.ports.is_empty() {
        &app.container.ports
    } else {
        &app.ports
    }
}

/// The Service that gives the pods of a StatefulSet their names.
pub(crate) fn headless_name(app: &App, made: &Expr) -> Option<Name> {
    let stated = made.get("service").and_then(|it| it.text().map(Name::new));
    stated.or_else(|| (!ports(app).is_empty()).then(|| app.meta.name.clone()))
}

fn service(name: &str, app: &App, place: Place<'_>) -> Tree {
    let mut spec = Fields::default();
    if matches!(app.workload, Workload::Stateful(_)) {
        spec.put("clusterIP", "None");
    }
    spec.put("selector", selector(app));
    let port = |(name, port): (&Name, &Port)| {
        let mut fields = Fields::default();
        fields.put("name", name.as_str());
        fields.put("port", port.service);
        fields.put("targetPort", name.as_str());
        fields.put_some("protocol", container::protocol(port));
        Tree::from(fields)
    };
    spec.put("ports", ports(app).iter().map(port).collect::<Tree>());
    let mut body = Fields::default();
    body.put("spec", Tree::from(spec));
    object("v1", "Service", name, app, place, body)
}
