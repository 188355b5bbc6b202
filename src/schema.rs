//! What the language's tables say: the kinds of declarations, what a target has, and the shapes of the objects of
//! Kubernetes, Tekton, Argo and Pipelines as Code, from their published schemas.

pub(crate) mod kinds;
#[allow(dead_code, reason = "its users land next")]
pub(crate) mod node;
#[allow(dead_code, reason = "its users land next")]
pub(crate) mod objects;
pub(crate) mod profile;

#[allow(unused_imports, reason = "its users land next")]
pub(crate) use node::{Field, Node, Object, Text};
#[allow(unused_imports, reason = "its users land next")]
pub(crate) use objects::{KindSchema, ObjectId, find, kinds_called, object_called};
pub(crate) use profile::Profile;
