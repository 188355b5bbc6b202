//! Apps: workloads with what they need, consistent by construction.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::plan::rollout::Rollout;
use crate::plan::{EnvValue, Expr, Meta};

/// An app as it is in one environment: everything amended and computed.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) meta: Meta,
    pub(crate) external: bool,
    pub(crate) workload: Workload,
    pub(crate) container: Container,
    /// More containers beside the main one, by name.
    pub(crate) containers: IndexMap<Name, Container>,
    /// Init containers that go on running (`restartPolicy: Always`), by name.
    pub(crate) sidecars: IndexMap<Name, Container>,
    /// Init containers, by name.
    pub(crate) init: IndexMap<Name, Container>,
    /// `None`: not asked for, the API's default of one.
    pub(crate) replicas: Option<Replicas>,
    /// The Service's ports; with the container's.
    pub(crate) ports: IndexMap<Name, Port>,
    pub(crate) selector: IndexMap<Name, Name>,
    /// A ConfigMap whose keys become environment variables; its name carries a hash of its content.
    pub(crate) config: IndexMap<Name, Expr>,
    pub(crate) keep_revisions: Option<i64>,
    pub(crate) rollout: Rollout,
    pub(crate) account: Option<Account>,
    pub(crate) network: Option<Network>,
    pub(crate) metrics: Option<Metrics>,
    pub(crate) alerts: IndexMap<Name, Alert>,
    /// `{ max-unavailable: 1 }` or `{ min-available: 2 }`: a PodDisruptionBudget.
    pub(crate) disruption: Option<Expr>,
    /// `zone`, `host`
    pub(crate) spread: Option<Name>,
    pub(crate) volumes: IndexMap<Name, Expr>,
    /// `slack("deployments", on: [..])`: who is told of a rollout's fate.
    pub(crate) notify: Vec<Expr>,
    /// Any PodSpec field, as Kubernetes spells it.
    pub(crate) pod: Option<Expr>,
    /// Any field of an object that the app gives, by `service`, `workload`, …
    pub(crate) patch: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) enum Workload {
    Stateless,
    Stateful(Expr),
    Daemon,
    Job(Expr),
    Cron(Expr),
    /// A Rollout that takes its pods from a Deployment which exists already (`workloadRef`).
    Existing(Expr),
}

#[derive(Clone, Debug)]
pub(crate) enum Replicas {
    Fixed(i64),
    /// An HPA; `cpu` in millionths of a percent.
    Auto {
        min: i64,
        max: i64,
        cpu: Option<i64>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Container {
    pub(crate) name: Name,
    pub(crate) span: Span,
    /// A reference, or a declared image.
    pub(crate) image: Option<Expr>,
    pub(crate) command: Vec<Expr>,
    pub(crate) args: Vec<Expr>,
    pub(crate) env: IndexMap<Name, EnvValue>,
    pub(crate) ports: IndexMap<Name, Port>,
    /// `started`, `ready`, `live`: constructors `http(..)`, `tcp(..)`, `exec(..)`.
    pub(crate) health: IndexMap<Name, Expr>,
    /// `cpu`, `memory`, …: a value or a range `request..=limit`.
    pub(crate) resources: IndexMap<Name, Expr>,
    /// By mount path: a volume source made by `claim(..)`, `empty()`, …
    pub(crate) mounts: IndexMap<Name, Expr>,
    /// `restricted`, `baseline`, or none.
    pub(crate) security: Option<Name>,
    pub(crate) lifecycle: Option<Expr>,
    /// Any other Container field, as Kubernetes spells it.
    pub(crate) extra: IndexMap<Name, Expr>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    pub(crate) container: u16,
    pub(crate) service: u16,
    /// `UDP`, `SCTP`; `None` for the API's default, `TCP`.
    pub(crate) protocol: Option<Name>,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// Where it is not the app's name.
    pub(crate) name: Option<Name>,
    pub(crate) mount_token: Option<bool>,
    pub(crate) annotations: IndexMap<Name, Expr>,
}

/// Who may talk to it, and to whom it may: constructors `namespace(..)`, `dns()`, `app(..)`, `cidr(..)`.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) from: Option<Vec<Expr>>,
    pub(crate) to: Option<Vec<Expr>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    pub(crate) path: Name,
    pub(crate) port: Option<Name>,
    /// Nanoseconds.
    pub(crate) every: Option<i64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Alert {
    pub(crate) name: Name,
    pub(crate) expr: Expr,
    /// Nanoseconds.
    pub(crate) for_: Option<i64>,
    pub(crate) severity: Option<Name>,
    pub(crate) summary: Option<Expr>,
}

/// What `patch:` can amend: a word, and the kinds that it means.
pub(crate) static PATCH_WORDS: &[(&str, &[&str])] = &[
    ("account", &["ServiceAccount"]),
    ("alerts", &["PrometheusRule"]),
    ("autoscaler", &["HorizontalPodAutoscaler"]),
    ("config", &["ConfigMap"]),
    ("disruption", &["PodDisruptionBudget"]),
    ("metrics", &["PodMonitor"]),
    ("network", &["NetworkPolicy"]),
    ("service", &["Service"]),
    (
        "workload",
        &[
            "CronJob",
            "DaemonSet",
            "Deployment",
            "Job",
            "Rollout",
            "StatefulSet",
        ],
    ),
];
