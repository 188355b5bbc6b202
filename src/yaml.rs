//! YAML as Kubernetes reads it: an ordered tree (`serde_json::Value`, whose maps keep their order), a deterministic writer that survives YAML 1.1, a reader.
//! Knows nothing of what the trees mean.

#[expect(dead_code, reason = "no command reads YAML yet")]
pub(crate) mod node;
mod plain;
#[cfg(test)]
mod read;
mod write;

/// An ordered tree of plain data.
pub(crate) type Tree = serde_json::Value;

pub(crate) use node::Node;
#[cfg(test)]
pub(crate) use read::{read_all, read_one};
pub(crate) use write::{write, write_all, write_where};
