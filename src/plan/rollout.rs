//! How a new version of an app takes the place of the old one.

use crate::base::{Name, Span};
use crate::plan::Expr;

#[derive(Clone, Debug)]
pub(crate) enum Rollout {
    /// A Deployment's rolling update. Values are ints or percents.
    Rolling {
        max_surge: Option<Expr>,
        max_unavailable: Option<Expr>,
    },
    Recreate,
    Canary(Box<Canary>),
    BlueGreen(Box<BlueGreen>),
}

#[derive(Clone, Debug)]
pub(crate) struct Canary {
    pub(crate) span: Span,
    pub(crate) steps: Vec<(CanaryStep, Span)>,
    /// Services that traffic routing needs; `None` without `route`.
    pub(crate) stable: Option<Name>,
    pub(crate) canary: Option<Name>,
    /// `trafficRouting` as the API has it.
    pub(crate) route: Option<Expr>,
    /// The background analyses.
    pub(crate) watch: Vec<AnalysisUse>,
    pub(crate) max_surge: Option<Expr>,
    pub(crate) max_unavailable: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) enum CanaryStep {
    /// In millionths of a percent.
    Weight(i64),
    /// Nanoseconds; `None` waits for a person.
    Pause(Option<i64>),
    Analyze(AnalysisUse),
    /// `setCanaryScale`, `setHeaderRoute`, `setMirrorRoute`, `experiment`, `plugin`: the API's name and body.
    Other(Name, Expr),
}

#[derive(Clone, Debug)]
pub(crate) struct BlueGreen {
    pub(crate) span: Span,
    pub(crate) active: Name,
    pub(crate) preview: Option<Name>,
    pub(crate) promote: Promote,
    pub(crate) check_before: Vec<AnalysisUse>,
    pub(crate) check_after: Vec<AnalysisUse>,
    pub(crate) preview_replicas: Option<i64>,
    /// Nanoseconds.
    pub(crate) scale_down_delay: Option<i64>,
    /// Nanoseconds.
    pub(crate) abort_scale_down_delay: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promote {
    /// As soon as the new version is ready.
    Automatic,
    Manual,
    /// Nanoseconds after the new version is ready.
    After(i64),
}

impl Rollout {
    /// Every use of an analysis, in the order of the text.
    pub(crate) fn analyses(&self) -> Vec<&AnalysisUse> {
        match self {
            Self::Rolling { .. } | Self::Recreate => Vec::new(),
            Self::Canary(it) => {
                let steps = it.steps.iter().filter_map(|(step, _)| match step {
                    CanaryStep::Analyze(used) => Some(used),
                    CanaryStep::Weight(_) | CanaryStep::Pause(_) | CanaryStep::Other(..) => None,
                });
                steps.chain(&it.watch).collect()
            }
            Self::BlueGreen(it) => it.check_before.iter().chain(&it.check_after).collect(),
        }
    }
}

/// `analyze(success-rate(service: "x"))`: an analysis with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct AnalysisUse {
    pub(crate) analysis: Name,
    pub(crate) span: Span,
    pub(crate) args: Vec<(Name, Expr)>,
}
