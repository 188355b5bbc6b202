//! The workload of an app: what makes its pods.

use serde_json::json;

use crate::emit::core::data::{self, Fields};
use crate::emit::core::volume::claims;
use crate::emit::core::{Place, expressions, object, pod, selector, service};
use crate::emit::rollouts;
use crate::plan::Expr;
use crate::plan::app::{App, Replicas, Workload};
use crate::plan::rollout::Rollout;
use crate::value::Value;
use crate::yaml::Tree;

/// `apiVersion` and `kind` of the app's workload.
pub(crate) fn kind(app: &App) -> (&'static str, &'static str) {
    match &app.workload {
        Workload::Stateless => match &app.rollout {
            Rollout::Rolling { .. } | Rollout::Recreate => ("apps/v1", "Deployment"),
            Rollout::Canary(_) | Rollout::BlueGreen(_) => ("argoproj.io/v1alpha1", "Rollout"),
        },
        Workload::Existing(_) => ("argoproj.io/v1alpha1", "Rollout"),
        Workload::Stateful(_) => ("apps/v1", "StatefulSet"),
        Workload::Daemon => ("apps/v1", "DaemonSet"),
        Workload::Job(_) => ("batch/v1", "Job"),
        Workload::Cron(_) => ("batch/v1", "CronJob"),
    }
}

pub(crate) fn workload(app: &App, place: Place<'_>) -> Tree {
    let mut body = Fields::default();
    body.put("spec", spec(app, place));
    let (api_version, kind) = kind(app);
    let mut tree = object(api_version, kind, &app.meta.name, app, place, body);
    let mut metadata = Fields::default();
    let mut annotations = expressions(&app.meta.annotations, place.plan);
    data::merge(&mut annotations, &rollouts::subscriptions(app));
    metadata.put_filled("annotations", annotations);
    data::merge(&mut tree, &json!({ "metadata": Tree::from(metadata) }));
    if let Some(more) = &app.meta.metadata {
        data::merge(
            &mut tree,
            &json!({ "metadata": data::tree(more, place.plan) }),
        );
    }
    tree
}

fn spec(app: &App, place: Place<'_>) -> Tree {
    match &app.workload {
        Workload::Stateless | Workload::Existing(_) => match &app.rollout {
            Rollout::Rolling { .. } | Rollout::Recreate => deployment(app, place),
            Rollout::Canary(_) | Rollout::BlueGreen(_) => rollouts::spec(app, place),
        },
        Workload::Stateful(made) => stateful_set(app, made, place),
        Workload::Daemon => daemon_set(app, place),
        Workload::Job(made) => job(app, made, place),
        Workload::Cron(made) => cron_job(app, made, place),
    }
}

fn deployment(app: &App, place: Place<'_>) -> Tree {
    let mut fields = common(app);
    let strategy = match &app.rollout {
        Rollout::Recreate => json!({ "type": "Recreate" }),
        Rollout::Rolling { .. } => rolling(&app.rollout, "RollingUpdate", place),
        Rollout::Canary(_) | Rollout::BlueGreen(_) => Tree::Null,
    };
    fields.put_filled("strategy", strategy);
    fields.put("template", pod::template(app, place));
    fields.into()
}

/// The fields that all lasting workloads begin with.
pub(crate) fn common(app: &App) -> Fields {
    let mut fields = Fields::default();
    if let Some(Replicas::Fixed(count)) = app.replicas {
        fields.put("replicas", count);
    }
    fields.put_some("revisionHistoryLimit", app.keep_revisions);
    fields.put("selector", json!({ "matchLabels": selector(app) }));
    fields
}

/// A rolling update, where the app states anything of it.
fn rolling(rollout: &Rollout, type_: &str, place: Place<'_>) -> Tree {
    let Rollout::Rolling {
        max_surge,
        max_unavailable,
    } = rollout
    else {
        return Tree::Null;
    };
    let mut fields = Fields::default();
    let stated = |it: &Option<Expr>| {
        it.as_ref()
            .map_or(Tree::Null, |it| data::tree(it, place.plan))
    };
    fields.put_filled("maxSurge", stated(max_surge));
    fields.put_filled("maxUnavailable", stated(max_unavailable));
    if fields.is_empty() {
        return Tree::Null;
    }
    json!({ "type": type_, "rollingUpdate": Tree::from(fields) })
}

fn stateful_set(app: &App, made: &Expr, place: Place<'_>) -> Tree {
    let mut fields = common(app);
    if let Some(service) = service::headless_name(app, made) {
        fields.put("serviceName", service.as_str());
    }
    fields.put_filled(
        "updateStrategy",
        rolling(&app.rollout, "RollingUpdate", place),
    );
    fields.put("template", pod::template(app, place));
    let claims = claims(app).into_iter().map(|(name, size)| {
        json!({
            "metadata": { "name": name.as_str() },
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": { "requests": { "storage": data::bytes(size) } },
            },
        })
    });
    fields.put_filled("volumeClaimTemplates", claims.collect::<Tree>());
    fields.into()
}

fn daemon_set(app: &App, place: Place<'_>) -> Tree {
    let mut fields = Fields::default();
    fields.put_some("revisionHistoryLimit", app.keep_revisions);
    fields.put("selector", json!({ "matchLabels": selector(app) }));
    fields.put_filled(
        "updateStrategy",
        rolling(&app.rollout, "RollingUpdate", place),
    );
    fields.put("template", pod::template(app, place));
    fields.into()
}

fn job(app: &App, made: &Expr, place: Place<'_>) -> Tree {
    let mut fields = Fields::default();
    let stated = |field: &str| made.get(field).and_then(|it| it.value().cloned());
    if let Some(Value::Int(retries)) = stated("retries") {
        fields.put("backoffLimit", retries);
    }
    if let Some(Value::Duration(deadline)) = stated("deadline") {
        fields.put("activeDeadlineSeconds", data::seconds(deadline));
    }
    fields.put("template", pod::template(app, place));
    fields.into()
}

fn cron_job(app: &App, made: &Expr, place: Place<'_>) -> Tree {
    let text = |field: &str| made.get(field).and_then(|it| it.text().map(str::to_owned));
    let mut fields = Fields::default();
    fields.put_some("schedule", text("schedule"));
    fields.put_some("timeZone", text("zone"));
    let policy = match text("overlap").as_deref() {
        Some("forbid") => Some("Forbid"),
        Some("replace") => Some("Replace"),
        _ => None,
    };
    fields.put_some("concurrencyPolicy", policy);
    fields.put("jobTemplate", json!({ "spec": job(app, made, place) }));
    fields.into()
}
