//! What the language's tables say: the kinds of declarations, what a target has, and the shapes of the objects of
//! Kubernetes, Tekton, Argo and Pipelines as Code, from their published schemas.

pub(crate) mod kinds;
pub(crate) mod node;
pub(crate) mod objects;
pub(crate) mod profile;
pub(crate) mod settings;

pub(crate) use node::{Field, Node, Object, Text};
pub(crate) use objects::{KindSchema, ObjectId, find, kinds_called, object_called, only_kind};
pub(crate) use profile::Profile;
