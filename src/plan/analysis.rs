//! Analyses: what is measured to judge a rollout.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::plan::{Expr, Meta, Param};

#[derive(Clone, Debug)]
pub(crate) struct Analysis {
    pub(crate) meta: Meta,
    pub(crate) external: bool,
    /// A ClusterAnalysisTemplate.
    pub(crate) cluster_scoped: bool,
    pub(crate) params: IndexMap<Name, Param>,
    pub(crate) metrics: Vec<Metric>,
}

#[derive(Clone, Debug)]
pub(crate) struct Metric {
    pub(crate) name: Name,
    pub(crate) span: Span,
    /// `prometheus`, `web`, `job`, …, with the provider's fields as the prelude's constructor has them.
    pub(crate) provider: Expr,
    /// Nanoseconds.
    pub(crate) every: Option<i64>,
    pub(crate) initial_delay: Option<i64>,
    /// An int, or a parameter.
    pub(crate) count: Option<Expr>,
    pub(crate) failure_limit: Option<Expr>,
    pub(crate) inconclusive_limit: Option<Expr>,
    pub(crate) consecutive_error_limit: Option<Expr>,
    /// Conditions over `value` and `values`.
    pub(crate) pass: Option<Expr>,
    pub(crate) fail: Option<Expr>,
    /// `pass`, `fail` or `inconclusive`.
    pub(crate) no_data: Option<Name>,
}

impl Metric {
    /// Whether it ends by itself: it has a `count`, or neither count nor interval.
    pub(crate) fn ends(&self) -> bool {
        self.count.is_some() || self.every.is_none()
    }
}

impl Analysis {}
