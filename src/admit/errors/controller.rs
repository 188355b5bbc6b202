//! What is said about objects together, by topic.

pub(crate) mod calls;
pub(crate) mod conditions;
pub(crate) mod defaults;
pub(crate) mod graph;
pub(crate) mod matrix;
pub(crate) mod nested;
pub(crate) mod pods;
pub(crate) mod results;
pub(crate) mod script;
pub(crate) mod timeouts;
pub(crate) mod unused;
pub(crate) mod variables;
pub(crate) mod wiring;
pub(crate) mod workspaces;
