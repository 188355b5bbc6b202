//! What kustomize makes of the layout must be what each environment is to have.

use std::collections::BTreeMap;
use std::process::Command;

use indexmap::IndexMap;
use serde_json::{Value as Tree, json};

use crate::base::{FileId, Name, Span};
use crate::diag::Sink;
use crate::emit::core::Place;
use crate::emit::kustomize::objects;
use crate::emit::{Manifest, emit};
use crate::plan::analysis::{Analysis, Metric};
use crate::plan::app::{App, Container, Metrics, Network, Port, Replicas, Workload};
use crate::plan::env::{Cluster, Delivery, Environment, Image, Repository, Sync};
use crate::plan::rollout::{AnalysisUse, BlueGreen, Canary, CanaryStep, Promote, Rollout};
use crate::plan::{EnvValue, Expr, ExprKind, Meta, Param, ParamShape, Part, Plan, Ref};
use crate::types::{StringType, Type};
use crate::value::{BinaryOp, Make, Thing, Value};
use crate::yaml;

const SECOND: i64 = 1_000_000_000;
const MIB: i64 = 1 << 20;

fn at() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn constant(value: Value) -> Expr {
    Expr::constant(at(), value)
}

fn text(text: &str) -> Expr {
    constant(Value::str(text))
}

fn name(text: &str) -> Name {
    Name::new(text)
}

fn make(constructor: &str, args: &[(&str, Value)]) -> Expr {
    let args = args.iter().map(|(key, it)| (name(key), it.clone()));
    let make = Make {
        name: name(constructor),
        args: args.collect(),
    };
    constant(Value::Make(make.into()))
}

fn metric_value() -> Expr {
    Expr::reference(at(), Ref::Metric(name("value")))
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr {
        span: at(),
        kind: ExprKind::Binary(op, (left, right).into()),
    }
}

fn container(of: &str) -> Container {
    let port = Port {
        container: 8080,
        service: 80,
        protocol: None,
    };
    let http = |every: i64| {
        make(
            "http",
            &[
                ("path", Value::str("/health")),
                ("port", Value::None),
                ("every", Value::Duration(every * SECOND)),
                ("fails", Value::Int(6)),
                ("delay", Value::None),
                ("timeout", Value::None),
            ],
        )
    };
    let range = |low, high| constant(Value::Range((low, high).into()));
    Container {
        name: name(of),
        span: at(),
        image: Some(constant(Value::Thing(Thing {
            kind: name("image"),
            name: name("wudi"),
        }))),
        command: Vec::new(),
        args: Vec::new(),
        env: IndexMap::from([
            (
                name("DB_PASSWORD"),
                EnvValue::Secret {
                    name: name("wudi-db"),
                    key: name("password"),
                    span: at(),
                },
            ),
            (
                name("POD_IP"),
                EnvValue::Field {
                    path: name("status.podIP"),
                    span: at(),
                },
            ),
        ]),
        ports: IndexMap::from([(name("http"), port)]),
        health: IndexMap::from([(name("ready"), http(5)), (name("live"), http(10))]),
        resources: IndexMap::from([
            (name("cpu"), range(Value::Cpu(100), Value::Cpu(500))),
            (
                name("memory"),
                range(Value::Bytes(128 * MIB), Value::Bytes(512 * MIB)),
            ),
        ]),
        mounts: IndexMap::from([(
            name("/var/cache"),
            make(
                "empty",
                &[("size", Value::None), ("medium", Value::str(""))],
            ),
        )]),
        security: Some(name("restricted")),
        lifecycle: None,
        extra: IndexMap::new(),
    }
}

fn app(of: &str, replicas: i64, level: &str) -> App {
    let port = Port {
        container: 8080,
        service: 80,
        protocol: None,
    };
    App {
        meta: Meta::new(name(of), at()),
        external: false,
        workload: Workload::Stateless,
        container: container(of),
        containers: IndexMap::new(),
        sidecars: IndexMap::new(),
        init: IndexMap::new(),
        replicas: Some(Replicas::Fixed(replicas)),
        ports: IndexMap::from([(name("http"), port)]),
        selector: IndexMap::new(),
        config: IndexMap::from([(name("LOG_LEVEL"), text(level))]),
        keep_revisions: Some(10),
        rollout: Rollout::Rolling {
            max_surge: Some(constant(Value::Int(1))),
            max_unavailable: None,
        },
        account: None,
        network: Some(Network {
            from: Some(vec![make(
                "namespace",
                &[("name", Value::str("ingress-nginx"))],
            )]),
            to: Some(vec![
                make("dns", &[]),
                make(
                    "namespace",
                    &[("name", Value::str("database")), ("port", Value::Int(5432))],
                ),
            ]),
        }),
        metrics: Some(Metrics {
            path: name("/metrics"),
            port: None,
            every: Some(15 * SECOND),
        }),
        alerts: IndexMap::new(),
        disruption: Some(constant(Value::record(IndexMap::from([(
            name("max-unavailable"),
            Value::Int(1),
        )])))),
        spread: Some(name("zone")),
        volumes: IndexMap::new(),
        notify: Vec::new(),
        pod: None,
        patch: None,
    }
}

fn ramp() -> Canary {
    let gate = AnalysisUse {
        analysis: name("success-rate"),
        span: at(),
        args: vec![(name("service"), text("wudi-app"))],
    };
    let weights = [20, 40, 60, 80].into_iter();
    let steps = weights.flat_map(|it| {
        [
            CanaryStep::Weight(it * 1_000_000),
            CanaryStep::Pause(Some(10 * SECOND)),
        ]
    });
    let mut steps: Vec<_> = steps.map(|it| (it, at())).collect();
    steps.insert(4, (CanaryStep::Analyze(gate), at()));
    Canary {
        span: at(),
        steps,
        stable: None,
        canary: None,
        route: None,
        watch: Vec::new(),
        max_surge: None,
        max_unavailable: None,
    }
}

fn success_rate() -> Analysis {
    let query = |hole| {
        ExprKind::Text(
            vec![
                Part::Text(name("sum(rate(http_requests_total{service=\"")),
                Part::Hole(hole),
                Part::Text(name("\"}[2m]))\n")),
            ]
            .into(),
        )
    };
    let service = Expr::reference(at(), Ref::Param(name("service")));
    let at_least = Expr::reference(at(), Ref::Param(name("at-least")));
    let args = IndexMap::from([
        (name("address"), text("http://prometheus.monitoring:9090")),
        (
            name("query"),
            Expr {
                span: at(),
                kind: query(service),
            },
        ),
    ]);
    let param = |of: &str, ty, default| Param {
        name: name(of),
        span: at(),
        shape: ParamShape::String,
        ty,
        default,
        description: None,
    };
    let metric = Metric {
        name: name("success"),
        span: at(),
        provider: Expr {
            span: at(),
            kind: ExprKind::Make(name("prometheus"), args.into()),
        },
        every: Some(30 * SECOND),
        initial_delay: None,
        count: Some(constant(Value::Int(5))),
        failure_limit: Some(constant(Value::Int(1))),
        inconclusive_limit: None,
        consecutive_error_limit: None,
        pass: Some(binary(BinaryOp::Ge, metric_value(), at_least)),
        fail: Some(binary(
            BinaryOp::Lt,
            metric_value(),
            constant(Value::Float(0.9)),
        )),
        no_data: Some(name("inconclusive")),
    };
    Analysis {
        meta: Meta::new(name("success-rate"), at()),
        external: false,
        cluster_scoped: false,
        params: IndexMap::from([
            (
                name("service"),
                param("service", Type::String(StringType::default()), None),
            ),
            (
                name("at-least"),
                param("at-least", Type::Float, Some(constant(Value::Float(0.95)))),
            ),
        ]),
        metrics: vec![metric],
    }
}

fn environment(of: &str, apps: Vec<App>) -> Environment {
    Environment {
        name: name(of),
        span: at(),
        cluster: Some(name("office")),
        namespace: Name::new(format!("wudi-{of}")),
        sync: None,
        apps: apps
            .into_iter()
            .map(|it| (it.meta.name.clone(), it))
            .collect(),
        analyses: IndexMap::new(),
        images: IndexMap::new(),
        secrets: IndexMap::new(),
        objects: Vec::new(),
    }
}

fn image(repository: &str) -> IndexMap<Name, Image> {
    let image = Image {
        name: name("wudi"),
        span: at(),
        repository: name(repository),
    };
    IndexMap::from([(name("wudi"), image)])
}

/// Three environments: a plain Deployment, a blue-green and a canary Rollout, and a worker that is a Deployment in each.
fn plan() -> Plan {
    let mut audit = container("audit");
    audit.image = Some(text("audit:1"));
    audit.resources.clear();
    let mut prod_worker = app("worker", 3, "info");
    prod_worker.containers.insert(name("audit"), audit);
    prod_worker.replicas = Some(Replicas::Auto {
        min: 3,
        max: 9,
        cpu: Some(70_000_000),
    });
    let mut staging = app("wudi-app", 2, "info");
    staging.rollout = Rollout::BlueGreen(Box::new(BlueGreen {
        span: at(),
        active: name("wudi-active"),
        preview: Some(name("wudi-preview")),
        promote: Promote::Manual,
        check_before: Vec::new(),
        check_after: Vec::new(),
        preview_replicas: None,
        scale_down_delay: None,
        abort_scale_down_delay: None,
    }));
    let mut prod = app("wudi-app", 10, "info");
    prod.rollout = Rollout::Canary(Box::new(ramp()));
    let mut prod = environment("prod", vec![prod, prod_worker]);
    prod.images = image("mirror.example.com/wudi-app");
    prod.sync = Some(Sync::Manual);
    prod.analyses = IndexMap::from([(name("success-rate"), success_rate())]);
    let mut staging_worker = app("worker", 2, "info");
    staging_worker.keep_revisions = Some(3);
    let environments = [
        environment(
            "dev",
            vec![app("wudi-app", 1, "debug"), app("worker", 1, "debug")],
        ),
        environment("staging", vec![staging, staging_worker]),
        prod,
    ];
    let cluster = Cluster {
        name: name("office"),
        span: at(),
        server: Some(name("https://kubernetes.default.svc")),
        context: None,
        kubernetes: None,
        objects: Vec::new(),
    };
    let repository = Repository {
        name: name("deploy"),
        span: at(),
        url: name("https://git.example.com/wudi/deploy"),
        forge: None,
        branch: Some(name("main")),
        params: IndexMap::new(),
    };
    let window = make(
        "deny",
        &[
            ("schedule", Value::str("0 18 * * 5")),
            ("for", Value::Duration(60 * 3600 * SECOND)),
            (
                "envs",
                Value::list(vec![Value::Thing(Thing {
                    kind: name("env"),
                    name: name("prod"),
                })]),
            ),
            ("zone", Value::None),
            ("manual", Value::Bool(false)),
        ],
    );
    let delivery = Delivery {
        name: name("wudi"),
        span: at(),
        repository: name("deploy"),
        sync: Some(Sync::Automatic {
            prune: true,
            self_heal: true,
        }),
        windows: vec![window],
        namespace: name("argocd"),
        path: name("."),
        project: None,
    };
    Plan {
        clusters: IndexMap::from([(name("office"), cluster)]),
        environments: environments
            .into_iter()
            .map(|it| (it.name.clone(), it))
            .collect(),
        deliveries: IndexMap::from([(name("wudi"), delivery)]),
        repositories: IndexMap::from([(name("deploy"), repository)]),
        images: image("registry.example.com/wudi-app"),
        ..Plan::default()
    }
}

fn shown(manifests: &[Manifest]) -> String {
    let one = |it: &Manifest| format!("# {}\n{}", it.path, it.text);
    manifests.iter().map(one).collect()
}

#[test]
fn the_layout_reads_as_if_written_by_hand() {
    let mut sink = Sink::default();
    let manifests = emit(&plan(), &mut sink);
    assert!(sink.all().is_empty());
    insta::assert_snapshot!(shown(&manifests));
}

/// By kind and name.
fn by_key(trees: impl IntoIterator<Item = Tree>) -> BTreeMap<String, Tree> {
    let key = |it: &Tree| format!("{} {}", it["kind"], it["metadata"]["name"]);
    trees.into_iter().map(|it| (key(&it), it)).collect()
}

/// What the environment is to have, with the version and repository that its files say.
fn wanted(plan: &Plan, environment: &Environment) -> BTreeMap<String, Tree> {
    let place = Place {
        plan,
        environment: Some(environment),
    };
    let declared = &plan.images["wudi"].repository;
    let own = environment
        .images
        .get("wudi")
        .map_or(declared, |it| &it.repository);
    let object = |it: objects::Piece| {
        let mut tree = it.tree;
        tree["metadata"]["namespace"] = json!(environment.namespace.as_str());
        let text = tree.to_string();
        let text = text.replace(&format!("\"{declared}\""), &format!("\"{own}:unreleased\""));
        serde_json::from_str(&text).unwrap()
    };
    by_key(objects::of(place).into_iter().map(object))
}

#[test]
fn kustomize_yields_what_each_environment_is_to_have() {
    let plan = plan();
    let directory = tempfile::tempdir().unwrap();
    for manifest in emit(&plan, &mut Sink::default()) {
        let path = directory.path().join(manifest.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, manifest.text).unwrap();
    }
    for environment in plan.environments.values() {
        let mut command = Command::new("kubectl");
        let overlay = directory
            .path()
            .join("envs")
            .join(environment.name.as_str());
        let Ok(output) = command.arg("kustomize").arg(overlay).output() else {
            eprintln!("skipped: no kubectl");
            return;
        };
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let built = yaml::read_all(&String::from_utf8_lossy(&output.stdout)).unwrap();
        assert_eq!(by_key(built), wanted(&plan, environment));
    }
}
