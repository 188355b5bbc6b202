//! What the language's tables say: the kinds of declarations, and what a target has.
//! (Object schemas of Kubernetes, Tekton and Argo join it here.)

pub(crate) mod kinds;
pub(crate) mod profile;

pub(crate) use profile::Profile;
