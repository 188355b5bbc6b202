//! What is said about an object: one small function per message.

pub(crate) mod controller;
pub(crate) mod decode;
