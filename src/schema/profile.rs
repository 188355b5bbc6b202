//! What the output is for: versions and flags of the targets, from `wudi.toml` or the command line; without them, today's
//! stable releases as they are installed.

use indexmap::IndexMap;

use crate::base::Name;

/// The target profile.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) tekton: Tekton,
    pub(crate) pac_layout: PacLayout,
    /// `"1.9"`
    pub(crate) rollouts: Name,
}

/// A Tekton installation.
#[derive(Clone, Debug)]
pub(crate) struct Tekton {
    /// `"1.15"`
    pub(crate) version: Name,
    pub(crate) api: TektonApi,
    /// What its ConfigMap `feature-flags` says beyond the defaults: `enable-api-fields` to `alpha`; a flag that is
    /// switched on has the value `true`. `coschedule` is one of them.
    pub(crate) flags: IndexMap<Name, Name>,
    /// What its ConfigMap `config-defaults` says beyond the defaults: `default-timeout-minutes` to `90`.
    pub(crate) defaults: IndexMap<Name, Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TektonApi {
    V1,
    V1beta1,
}

/// Which fields of Tekton's API may be used, `enable-api-fields`; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ApiFields {
    Stable,
    Beta,
    Alpha,
}

/// What an affinity assistant keeps together, `coschedule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coschedule {
    Workspaces,
    PipelineRuns,
    IsolatePipelineRun,
    Disabled,
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
            flags: IndexMap::new(),
            defaults: IndexMap::new(),
        };
        Self {
            tekton,
            pac_layout: PacLayout::Split,
            rollouts: Name::new_static("1.9"),
        }
    }
}

impl Tekton {
    /// Sets a flag as people write it: `enable-param-enum`, or `enable-api-fields=alpha`.
    pub(crate) fn set_flag(&mut self, text: &str) {
        let (name, value) = text.split_once('=').unwrap_or((text, "true"));
        self.flags.insert(Name::new(name), Name::new(value));
    }

    /// Whether a flag of its own is on; all of them are off where nothing is said.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.get(flag).is_some_and(|it| is_true(it))
    }

    /// What a flag says that is one of some words, in any case of letters.
    fn word(&self, flag: &str) -> Option<String> {
        self.flags.get(flag).map(|it| it.to_ascii_lowercase())
    }

    /// Which fields may be used; beta where nothing is said.
    pub(crate) fn api_fields(&self) -> ApiFields {
        match self.word("enable-api-fields").as_deref() {
            Some("stable") => ApiFields::Stable,
            Some("alpha") => ApiFields::Alpha,
            Some(_) | None => ApiFields::Beta,
        }
    }

    /// Whether a task of a pipeline may run a pipeline. What is written as `v1beta1` becomes `v1` before anybody runs it, and
    /// loses it on the way.
    pub(crate) fn runs_pipelines_in_pipelines(&self) -> bool {
        self.api_fields() >= ApiFields::Alpha && self.api == TektonApi::V1
    }

    /// What is kept together; workspaces where nothing is said.
    pub(crate) fn coschedule(&self) -> Coschedule {
        match self.word("coschedule").as_deref() {
            Some("pipelineruns") => Coschedule::PipelineRuns,
            Some("isolate-pipelinerun") => Coschedule::IsolatePipelineRun,
            Some("disabled") => Coschedule::Disabled,
            Some(_) | None => Coschedule::Workspaces,
        }
    }

    /// How long a run may take that says nothing, in minutes; 0 is for ever.
    pub(crate) fn default_timeout_minutes(&self) -> i64 {
        self.default_number("default-timeout-minutes", 60)
    }

    /// How many combinations a matrix may have.
    pub(crate) fn max_matrix_combinations(&self) -> i64 {
        self.default_number("default-max-matrix-combinations-count", 256)
    }

    fn default_number(&self, name: &str, otherwise: i64) -> i64 {
        let said = self.defaults.get(name).and_then(|it| it.parse().ok());
        said.unwrap_or(otherwise)
    }
}

/// Go's `strconv.ParseBool`, by which Tekton reads its flags.
fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}
