//! Runs: a pipeline or task with its arguments, started by an event or by hand.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::plan::{Expr, Meta};

#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) meta: Meta,
    pub(crate) generate_name: Option<Name>,
    pub(crate) target: Target,
    pub(crate) args: IndexMap<Name, Expr>,
    /// By the target's workspace: a volume source as the API has it, `{ emptyDir: {} }`, `{ volumeClaimTemplate: … }`, `{ secret: { secretName } }`.
    pub(crate) workspaces: IndexMap<Name, (Expr, Span)>,
    /// Triggers; a run without one is started by hand.
    pub(crate) on: Vec<(Trigger, Span)>,
    /// `if:`, over `event`
    pub(crate) condition: Option<Expr>,
    pub(crate) max_keep_runs: Option<i64>,
    pub(crate) cancel_in_progress: Option<bool>,
    /// `pipeline`, `tasks`, `finally` in nanoseconds.
    pub(crate) timeouts: IndexMap<Name, i64>,
    /// Other fields of the run's spec, as the API spells them: `taskRunTemplate`, `taskRunSpecs`, …
    pub(crate) extra: IndexMap<Name, Expr>,
    /// Findings accepted by `allow`, by code.
    pub(crate) allowed: Vec<Name>,
}

#[derive(Clone, Debug)]
pub(crate) enum Target {
    Pipeline(Name),
    Task(Name),
}

/// What starts a run. Lists are branch patterns, path patterns, label names; empty means any.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Trigger {
    Push {
        to: Vec<Name>,
        changing: Vec<Name>,
        ignoring: Vec<Name>,
    },
    PullRequest {
        to: Vec<Name>,
        changing: Vec<Name>,
        ignoring: Vec<Name>,
        labels: Vec<Name>,
    },
    /// A comment on a pull request that the regular expression matches.
    Comment {
        matching: Name,
    },
    /// A tag that one of the patterns matches.
    Tag {
        matching: Vec<Name>,
    },
    Incoming {
        to: Vec<Name>,
    },
    /// In CEL's own words.
    Cel(Name),
}
