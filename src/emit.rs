//! Plan to manifests, one folder per target. A back end is a function and a row of [`BACKENDS`].

mod argocd;
mod core;
pub(crate) mod errors;
mod expr;
mod files;
mod kustomize;
mod pac;
mod rollouts;
mod tekton;

use crate::diag::Sink;
use crate::plan::Plan;

pub(crate) use files::Files;

/// A file of the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Relative to the output directory, with `/`.
    pub path: String,
    /// What it holds, with a last line break.
    pub text: String,
    /// Made where it is missing, then somebody else's: an environment's release file.
    pub keep: bool,
}

/// Something that makes files of a plan.
struct Backend {
    #[expect(dead_code, reason = "what findings about the target will name")]
    name: &'static str,
    emit: fn(&Plan, &mut Files, &mut Sink),
}

/// All back ends, in the order in which a reader wants their files.
static BACKENDS: &[Backend] = &[
    Backend {
        name: "pac",
        emit: pac::emit,
    },
    Backend {
        name: "tekton",
        emit: tekton::emit,
    },
    Backend {
        name: "kustomize",
        emit: kustomize::emit,
    },
    Backend {
        name: "argocd",
        emit: argocd::emit,
    },
];

/// All files of a plan that was verified without an error, in the order in which a reader wants them.
///
/// What a target cannot say is reported, and its file left out or incomplete.
pub(crate) fn emit(plan: &Plan, sink: &mut Sink) -> Vec<Manifest> {
    let mut files = Files::default();
    for backend in BACKENDS {
        (backend.emit)(plan, &mut files, sink);
    }
    files.finish(sink)
}
