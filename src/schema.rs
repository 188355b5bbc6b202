//! What the language's tables say: the kinds of declarations. (Object schemas of Kubernetes, Tekton and Argo join it here.)

pub(crate) mod kinds;
