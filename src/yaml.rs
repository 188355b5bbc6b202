//! YAML as Kubernetes reads it: an ordered tree (`serde_json::Value`, whose maps keep their order), a deterministic writer that survives YAML 1.1, a reader.
//! Knows nothing of what the trees mean.

mod build;
mod errors;
mod json;
#[allow(dead_code, reason = "what the rules stand on lands before them")]
pub(crate) mod node;
mod number;
mod place;
mod plain;
mod read;
mod scalar;
mod template;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tree;
mod write;

/// An ordered tree of plain data.
pub(crate) type Tree = serde_json::Value;

pub(crate) use json::go_json;
pub(crate) use node::{Data, Entry, Node};
pub(crate) use number::go_number;
pub(crate) use read::{read_nodes, read_templates};
#[cfg(test)]
pub(crate) use tree::{read_all, read_one};
pub(crate) use write::{write, write_all, write_where};
