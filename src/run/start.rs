//! What can be started, a process or a container, and what comes of it.

use tokio::time::Instant;

use crate::run::cancel::Cancel;
use crate::run::engine::containers::body::Container;
use crate::run::engine::containers::image::Progress;
use crate::run::event::Stream;
use crate::run::process::{self, Launch, ProcessEnd};

/// A step, sidecar or probe that is ready to start.
#[derive(Clone, Debug)]
pub(crate) enum Start {
    Process(Launch),
    Container(Box<Container>),
}

/// Why something did not run to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Its program could not be started.
    Start(String),
    /// Its image could not be had: the image, and why.
    Image(String, String),
    /// The engine does not do what it was asked.
    Engine(String),
}

/// Who is told of what happens meanwhile.
pub(crate) struct Listener<'a> {
    pub(crate) line: &'a mut (dyn FnMut(Stream, Vec<u8>) + Send),
    pub(crate) pull: &'a mut (dyn FnMut(&str, Progress) + Send),
}

/// Runs it until nothing of it is left.
pub(crate) async fn run(
    start: &Start,
    limit: Option<Instant>,
    cancel: &mut Cancel,
    listener: Listener<'_>,
) -> Result<ProcessEnd, Broken> {
    match start {
        Start::Process(launch) => {
            let done = process::launch(launch, limit, cancel, listener.line).await;
            done.map_err(|error| Broken::Start(process::not_started(launch, &error)))
        }
        Start::Container(container) => container.run(limit, cancel, listener).await,
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Start(reason) | Self::Engine(reason) => f.write_str(reason),
            Self::Image(image, reason) => write!(f, "cannot pull `{image}`: {reason}"),
        }
    }
}
