//! Plan to manifests, one folder per target.

use crate::diag::Sink;
use crate::plan::Plan;

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

/// All files of a plan that was verified without an error, in the order in which a reader wants them.
pub(crate) fn emit(_plan: &Plan, _sink: &mut Sink) -> Vec<Manifest> {
    Vec::new()
}
