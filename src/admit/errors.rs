//! What is said about an object: one small function per message.

pub(crate) mod controller;
pub(crate) mod customrun;
pub(crate) mod dag;
pub(crate) mod decode;
pub(crate) mod matrix;
pub(crate) mod name;
pub(crate) mod pac;
pub(crate) mod param;
pub(crate) mod pipeline;
pub(crate) mod pipeline_task;
pub(crate) mod removed;
pub(crate) mod result;
pub(crate) mod run;
pub(crate) mod step;
pub(crate) mod stepaction;
pub(crate) mod target;
pub(crate) mod task;
pub(crate) mod timeout;
pub(crate) mod variable;
pub(crate) mod when;
pub(crate) mod workspace;
