//! Typing: every expression gets a type and a stage, every name its meaning. Results are tables beside the tree, by item and node id.

pub(crate) mod tables;

pub(crate) use tables::{Checked, Meaning, Stage, Tables};
