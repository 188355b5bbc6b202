//! Environments, clusters, and how GitOps carries things there.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::plan::analysis::Analysis;
use crate::plan::app::App;
use crate::plan::{Expr, Object};

#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) name: Name,
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) span: Span,
    /// The API server's URL.
    pub(crate) server: Option<Name>,
    /// The cluster's name in Argo CD and kubeconfig.
    pub(crate) context: Option<Name>,
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) kubernetes: Option<Name>,
    /// Objects of no environment.
    pub(crate) objects: Vec<Object>,
}

#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) cluster: Option<Name>,
    pub(crate) namespace: Name,
    /// `automatic(..)`, `"manual"`; `None`: what the delivery says.
    pub(crate) sync: Option<Sync>,
    /// As amended for this environment.
    pub(crate) apps: IndexMap<Name, App>,
    /// The analyses that its rollouts use.
    pub(crate) analyses: IndexMap<Name, Analysis>,
    pub(crate) images: IndexMap<Name, Image>,
    pub(crate) secrets: IndexMap<Name, Secret>,
    pub(crate) objects: Vec<Object>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    Manual,
    Automatic { prune: bool, self_heal: bool },
}

#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) name: Name,
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) span: Span,
    /// Without tag and digest.
    pub(crate) repository: Name,
}

#[derive(Clone, Debug)]
pub(crate) struct Secret {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) keys: Vec<Name>,
    /// `existing()`, `external("vault", path: …, refresh: …)`
    pub(crate) from: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct Repository {
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) name: Name,
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) span: Span,
    pub(crate) url: Name,
    pub(crate) forge: Option<Name>,
    pub(crate) branch: Option<Name>,
    /// Variables of its own that Pipelines as Code knows, by name.
    pub(crate) params: IndexMap<Name, Expr>,
}

/// `gitops name { … }`
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) name: Name,
    pub(crate) span: Span,
    /// The config repository that Argo CD reads.
    pub(crate) repository: Name,
    pub(crate) sync: Option<Sync>,
    /// `deny(..)`, `allow(..)`
    pub(crate) windows: Vec<Expr>,
    /// Where Argo CD lives; `argocd` by default.
    pub(crate) namespace: Name,
    /// The directory of the repository that the output stands in; `.` is its root.
    pub(crate) path: Name,
    /// The AppProject's name, where it is not the delivery's.
    pub(crate) project: Option<Name>,
}
