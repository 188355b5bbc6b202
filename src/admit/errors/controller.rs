//! What is said about objects together, by topic.

pub(crate) mod variables;
