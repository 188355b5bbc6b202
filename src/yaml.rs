//! YAML as Kubernetes reads it: an ordered tree (`serde_json::Value`, whose maps keep their order), a deterministic writer that survives YAML 1.1, a reader.

/// An ordered tree of plain data.
pub(crate) type Tree = serde_json::Value;
