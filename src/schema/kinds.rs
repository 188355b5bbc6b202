//! The table of kinds. A kind of declaration is a row here, a record type in `stdlib/prelude.wudi`,
//! and a file `kind/<kind>.rs` in `check` and in `lower`. It costs no grammar.

/// Which names a kind's declarations share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// Stands in expressions by its name: `image`, `app`, `env`, `secret`, …
    Value,
    /// Is called: `task`, `pipeline`, `analysis`, …
    Callable,
    /// Is only an object: `gitops`, `policy`, … Names are unique within the kind.
    Own,
}

/// The latest moment at which a value may become known that stands in a kind's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Latest {
    /// The compiler must know it.
    Compile,
    /// Pipelines as Code may write it when an event starts the run.
    Event,
    /// The controller may put it in while running.
    Run,
}

/// A kind of declaration, or a block that has rules of its own (the options of a node, `finally`, …).
#[derive(Debug)]
pub(crate) struct Kind {
    /// The word, as written.
    pub(crate) name: &'static str,
    pub(crate) namespace: Namespace,
    /// Kinds in whose blocks it may stand as a declaration; `""` is the file itself.
    pub(crate) places: &'static [&'static str],
    /// The record type of the prelude that gives its fields; `None` where the body has no fields.
    pub(crate) body: Option<&'static str>,
    /// `(params)` may stand after the name.
    pub(crate) params: bool,
    /// `-> { results }` may stand.
    pub(crate) results: bool,
    /// `extern` may stand before it.
    pub(crate) can_be_extern: bool,
    /// What `name = callee(…) { … }` makes in its block: `node`, `metric`; `None` where it cannot stand.
    pub(crate) bindings: Option<&'static str>,
    /// Words before a block that are no amendment: `host { … }`, `finally { … }`.
    pub(crate) blocks: &'static [&'static str],
    /// `kind name = base(…) { … }` may stand: an instance of a template, or like another of its kind.
    pub(crate) based: bool,
    /// The latest stage of what its fields hold.
    pub(crate) latest: Latest,
    /// Fields that the compiler must know although others may come later.
    pub(crate) early: &'static [&'static str],
    /// This version of the compiler carries it; otherwise its use is `not-supported`.
    pub(crate) supported: bool,
}

/// The row of a kind's word.
pub(crate) fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|it| it.name == name)
}

/// The row of a block: a kind's, or one of [`BLOCKS`].
pub(crate) fn find_block(name: &str) -> Option<&'static Kind> {
    find(name).or_else(|| BLOCKS.iter().find(|it| it.name == name))
}

const fn row(
    name: &'static str,
    namespace: Namespace,
    places: &'static [&'static str],
    body: Option<&'static str>,
) -> Kind {
    Kind {
        name,
        namespace,
        places,
        body,
        params: false,
        results: false,
        can_be_extern: false,
        bindings: None,
        blocks: &[],
        based: false,
        latest: Latest::Compile,
        early: &[],
        supported: true,
    }
}

const FILE: &[&str] = &[""];

/// What every object says of itself: the compiler must know it.
const META: &[&str] = &[
    "name",
    "namespace",
    "labels",
    "annotations",
    "metadata",
    "file",
    "displayName",
];

/// Blocks that no kind's word opens.
pub(crate) static BLOCKS: &[Kind] = &[
    Kind {
        latest: Latest::Run,
        early: &["after", "retries", "timeout", "if-absent"],
        ..row("node", Namespace::Own, &[], Some("NodeBody"))
    },
    Kind {
        latest: Latest::Run,
        early: &["every", "initial-delay", "no-data"],
        ..row("metric", Namespace::Own, &[], Some("MetricBody"))
    },
    row("host", Namespace::Own, &[], None),
    Kind {
        bindings: Some("node"),
        ..row("finally", Namespace::Own, &[], None)
    },
];

/// All kinds, in the order of the language reference.
pub(crate) static KINDS: &[Kind] = &[
    Kind {
        params: true,
        results: true,
        can_be_extern: true,
        latest: Latest::Run,
        early: META,
        blocks: &["host"],
        ..row("task", Namespace::Callable, FILE, Some("TaskBody"))
    },
    Kind {
        params: true,
        results: true,
        can_be_extern: true,
        latest: Latest::Run,
        early: META,
        ..row("action", Namespace::Callable, FILE, Some("ActionBody"))
    },
    Kind {
        results: true,
        based: true,
        latest: Latest::Run,
        early: &["timeout", "imagePullPolicy"],
        ..row(
            "step",
            Namespace::Value,
            &["task", "host"],
            Some("StepBody"),
        )
    },
    Kind {
        latest: Latest::Run,
        ..row("sidecar", Namespace::Own, &["task"], Some("SidecarBody"))
    },
    Kind {
        latest: Latest::Run,
        ..row(
            "workspace",
            Namespace::Value,
            &["task", "pipeline"],
            Some("WorkspaceBody"),
        )
    },
    Kind {
        params: true,
        results: true,
        can_be_extern: true,
        bindings: Some("node"),
        latest: Latest::Run,
        early: META,
        blocks: &["finally"],
        ..row("pipeline", Namespace::Callable, FILE, Some("PipelineBody"))
    },
    Kind {
        based: true,
        latest: Latest::Event,
        early: &[
            "on",
            "timeout",
            "timeouts",
            "retries",
            "status",
            "generateName",
            "max-keep-runs",
            "cancel-in-progress",
            "file",
            "name",
        ],
        ..row(
            "run",
            Namespace::Callable,
            &["", "component"],
            Some("RunBody"),
        )
    },
    Kind {
        can_be_extern: true,
        based: true,
        ..row("repository", Namespace::Value, FILE, Some("RepositoryBody"))
    },
    Kind {
        can_be_extern: true,
        based: true,
        ..row(
            "image",
            Namespace::Value,
            &["", "component"],
            Some("ImageBody"),
        )
    },
    Kind {
        can_be_extern: true,
        based: true,
        ..row(
            "secret",
            Namespace::Value,
            &["", "env", "component"],
            Some("SecretBody"),
        )
    },
    Kind {
        can_be_extern: true,
        based: true,
        ..row(
            "app",
            Namespace::Value,
            &["", "env", "component"],
            Some("AppBody"),
        )
    },
    Kind {
        params: true,
        can_be_extern: true,
        bindings: Some("metric"),
        based: true,
        ..row(
            "analysis",
            Namespace::Callable,
            &["", "env"],
            Some("AnalysisBody"),
        )
    },
    Kind {
        can_be_extern: true,
        based: true,
        ..row("cluster", Namespace::Value, FILE, Some("ClusterBody"))
    },
    Kind {
        based: true,
        ..row("env", Namespace::Value, FILE, Some("EnvBody"))
    },
    Kind {
        based: true,
        ..row("gitops", Namespace::Own, FILE, Some("GitopsBody"))
    },
    Kind {
        params: true,
        supported: false,
        based: true,
        ..row("component", Namespace::Callable, &["", "env"], None)
    },
    Kind {
        supported: false,
        ..row("include", Namespace::Own, FILE, None)
    },
    Kind {
        params: true,
        supported: false,
        ..row("policy", Namespace::Own, FILE, None)
    },
    Kind {
        supported: false,
        ..row("test", Namespace::Own, FILE, None)
    },
    Kind {
        can_be_extern: true,
        ..row(
            "resource",
            Namespace::Own,
            &["", "env", "cluster", "component"],
            None,
        )
    },
    Kind {
        ..row(
            "allow",
            Namespace::Own,
            &[
                "task", "step", "pipeline", "node", "run", "app", "env", "analysis",
            ],
            None,
        )
    },
];
