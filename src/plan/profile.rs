//! What the output is for: versions and flags of the targets, from `wudi.toml`; without it, today's stable releases.

use crate::base::Name;

/// The target profile.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) tekton: Tekton,
    pub(crate) pac_layout: PacLayout,
    /// `"1.9"`
    pub(crate) rollouts: Name,
}

#[derive(Clone, Debug)]
pub(crate) struct Tekton {
    /// `"1.15"`
    pub(crate) version: Name,
    pub(crate) api: TektonApi,
    /// Feature flags that are switched on, `enable-cel-in-whenexpression`, or `enable-api-fields=alpha`.
    pub(crate) flags: Vec<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TektonApi {
    V1,
    V1beta1,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PacLayout {
    /// Runs, pipelines and tasks as files of their own.
    Split,
    /// Each run self-contained.
    Inline,
}

impl Default for Profile {
    fn default() -> Self {
        let tekton = Tekton {
            version: Name::new_static("1.15"),
            api: TektonApi::V1,
            flags: Vec::new(),
        };
        Self {
            tekton,
            pac_layout: PacLayout::Split,
            rollouts: Name::new_static("1.9"),
        }
    }
}

impl Tekton {
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|it| it == flag)
    }
}
