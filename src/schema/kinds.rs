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

/// A kind of declaration.
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
    /// This version of the compiler carries it; otherwise its use is `not-supported`.
    pub(crate) supported: bool,
}

/// The row of a kind's word.
pub(crate) fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|it| it.name == name)
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
        supported: true,
    }
}

const FILE: &[&str] = &[""];

/// All kinds, in the order of the language reference.
pub(crate) static KINDS: &[Kind] = &[
    Kind {
        params: true,
        results: true,
        can_be_extern: true,
        ..row("task", Namespace::Callable, FILE, Some("TaskBody"))
    },
    Kind {
        params: true,
        results: true,
        can_be_extern: true,
        supported: false,
        ..row("action", Namespace::Callable, FILE, Some("StepBody"))
    },
    Kind {
        results: true,
        ..row(
            "step",
            Namespace::Value,
            &["task", "host"],
            Some("StepBody"),
        )
    },
    row("sidecar", Namespace::Own, &["task"], Some("SidecarBody")),
    row(
        "workspace",
        Namespace::Value,
        &["task", "pipeline"],
        Some("WorkspaceBody"),
    ),
    Kind {
        params: true,
        results: true,
        can_be_extern: true,
        bindings: Some("node"),
        ..row("pipeline", Namespace::Callable, FILE, Some("PipelineBody"))
    },
    row(
        "run",
        Namespace::Callable,
        &["", "component"],
        Some("RunBody"),
    ),
    Kind {
        can_be_extern: true,
        ..row("repository", Namespace::Value, FILE, Some("RepositoryBody"))
    },
    Kind {
        can_be_extern: true,
        ..row(
            "image",
            Namespace::Value,
            &["", "component"],
            Some("ImageBody"),
        )
    },
    Kind {
        can_be_extern: true,
        ..row(
            "secret",
            Namespace::Value,
            &["", "env", "component"],
            Some("SecretBody"),
        )
    },
    Kind {
        can_be_extern: true,
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
        ..row(
            "analysis",
            Namespace::Callable,
            &["", "env"],
            Some("AnalysisBody"),
        )
    },
    Kind {
        can_be_extern: true,
        ..row("cluster", Namespace::Value, FILE, Some("ClusterBody"))
    },
    row("env", Namespace::Value, FILE, Some("EnvBody")),
    row("gitops", Namespace::Own, FILE, Some("GitopsBody")),
    Kind {
        params: true,
        supported: false,
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
