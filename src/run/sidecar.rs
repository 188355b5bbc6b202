//! Sidecars of one attempt: they start before the steps, which wait until they are ready, and end after the last.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::base::Name;
use crate::host::net;
use crate::plan::Step;
use crate::run::cancel::{Cancel, Canceller, Urgency, cancellation};
use crate::run::engine::containers::Containers;
use crate::run::engine::containers::body::Life;
use crate::run::engine::containers::image::Progress;
use crate::run::evaluate::evaluate;
use crate::run::event::Stream;
use crate::run::process::{self, Launch, ProcessEnd};
use crate::run::scope::Scope;
use crate::run::start::{self, Listener, Start};
use crate::run::text;
use crate::value::Value;

/// How often it is asked whether a sidecar is ready.
const PACE: Duration = Duration::from_millis(100);

/// How long one that nothing can be asked of is given to begin; containers take longer to start.
const SETTLE: Duration = Duration::from_millis(500);

/// How long an answer may take where the probe does not say.
const PATIENCE: Duration = Duration::from_secs(1);

/// Sidecars that run.
#[derive(Debug, Default)]
pub(crate) struct Sidecars {
    running: JoinSet<Name>,
    cancellers: Vec<Canceller>,
    ended: Vec<Name>,
    waiting: Vec<Waiting>,
}

/// A sidecar that is not ready yet.
#[derive(Debug)]
struct Waiting {
    name: Name,
    delay: Duration,
    /// When it began to run.
    begun: Option<Instant>,
    /// Where it runs in a container.
    life: Option<watch::Receiver<Life>>,
    probes: Vec<Probe>,
}

/// What a sidecar gives to tell.
pub(crate) enum Said {
    Line(Stream, Vec<u8>),
    Pull(String, Progress),
}

/// The engine of a sidecar's container, and how that fares.
pub(crate) type Within = (Arc<Containers>, watch::Receiver<Life>);

/// How a sidecar is asked whether it is ready.
#[derive(Clone, Debug)]
pub(crate) enum Probe {
    Run(Box<Launch>, Duration),
    Connect(String, u16),
    Get(String, u16, String),
    /// The same of one in a container.
    Within(Within, Asked),
}

/// What is asked of a container.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Run(Vec<String>, Duration),
    Connect(Option<String>, u16),
    Get(Option<String>, u16, String),
}

/// What must hold of a sidecar before steps begin.
#[derive(Debug)]
pub(crate) struct Readiness {
    delay: Duration,
    life: Option<watch::Receiver<Life>>,
    probes: Vec<Probe>,
}

/// Why steps do not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unready {
    Late,
    Cancelled,
}

impl Sidecars {
    /// Starts one. What it writes is told as of a step `sidecar-NAME`.
    pub(crate) fn start(
        &mut self,
        name: &Name,
        start: Start,
        readiness: Readiness,
        tell: impl Fn(Said) + Send + Sync + 'static,
    ) {
        let (canceller, mut cancel) = cancellation();
        self.cancellers.push(canceller);
        let own = name.clone();
        self.running.spawn(async move {
            let mut line = |stream, line| tell(Said::Line(stream, line));
            let mut pull = |image: &str, it| tell(Said::Pull(image.to_owned(), it));
            let listener = Listener {
                line: &mut line,
                pull: &mut pull,
            };
            if let Err(broken) = start::run(&start, None, &mut cancel, listener).await {
                tell(Said::Line(Stream::Err, broken.to_string().into_bytes()));
            }
            own
        });
        let Readiness {
            delay,
            life,
            probes,
        } = readiness;
        let settle = match (probes.is_empty(), &life) {
            (true, None) => SETTLE,
            (true, Some(_)) | (false, _) => Duration::ZERO,
        };
        self.waiting.push(Waiting {
            name: name.clone(),
            delay: delay + settle,
            begun: life.is_none().then(Instant::now),
            life,
            probes,
        });
    }

    /// Waits until all are ready. One that has ended is as ready as it will be.
    pub(crate) async fn ready(
        &mut self,
        limit: Option<Instant>,
        cancel: &mut Cancel,
    ) -> Result<(), Unready> {
        loop {
            while let Some(ended) = self.running.try_join_next() {
                self.ended.extend(ended);
            }
            let mut waiting = std::mem::take(&mut self.waiting);
            waiting.retain(|it| !self.ended.contains(&it.name));
            for it in &mut waiting {
                while it.is_due()
                    && let Some(probe) = it.probes.first()
                {
                    if !answers(probe).await {
                        break;
                    }
                    it.probes.remove(0);
                }
            }
            waiting.retain_mut(|it| !it.probes.is_empty() || !it.is_due());
            self.waiting = waiting;
            if self.waiting.is_empty() {
                return Ok(());
            }
            let pause = Instant::now() + PACE;
            tokio::select! { biased;
                _ = cancel.beyond(Urgency::None) => return Err(Unready::Cancelled),
                () = tokio::time::sleep_until(limit.map_or(pause, |it| it.min(pause))) => {}
            }
            if limit.is_some_and(|it| Instant::now() >= it) {
                return Err(Unready::Late);
            }
        }
    }

    /// Ends all, gently.
    pub(crate) async fn stop(mut self) {
        for it in &self.cancellers {
            it.demand(Urgency::Gentle);
        }
        while self.running.join_next().await.is_some() {}
    }
}

impl Waiting {
    /// It runs, and may be asked.
    fn is_due(&mut self) -> bool {
        let running = |it: &watch::Receiver<Life>| matches!(*it.borrow(), Life::Running(_));
        if self.begun.is_none() && self.life.as_ref().is_some_and(running) {
            self.begun = Some(Instant::now());
        }
        self.begun
            .is_some_and(|it| Instant::now() >= it + self.delay)
    }
}

async fn answers(probe: &Probe) -> bool {
    match probe {
        Probe::Run(launch, patience) => {
            let (_canceller, mut cancel) = cancellation();
            let limit = Some(Instant::now() + *patience);
            let done = process::launch(launch, limit, &mut cancel, &mut |_, _| {}).await;
            done.is_ok_and(|it| it == ProcessEnd::Exited(0))
        }
        Probe::Connect(host, port) => {
            let (host, port) = (host.clone(), *port);
            let asked = tokio::task::spawn_blocking(move || net::connects(&host, port, PATIENCE));
            asked.await.unwrap_or(false)
        }
        Probe::Get(host, port, path) => {
            let (host, port, path) = (host.clone(), *port, path.clone());
            let asked = move || net::answers(&host, port, &path, PATIENCE);
            tokio::task::spawn_blocking(asked).await.unwrap_or(false)
        }
        Probe::Within((engine, life), asked) => {
            let name = match &*life.borrow() {
                Life::Running(name) => name.clone(),
                Life::Coming | Life::Gone => return false,
            };
            answers_within(engine, &name, asked).await
        }
    }
}

/// Asks a container; of one that cannot be reached from here, whether it listens at all.
async fn answers_within(engine: &Containers, name: &str, asked: &Asked) -> bool {
    let (host, port) = match asked {
        Asked::Run(command, patience) => {
            let done = tokio::time::timeout(*patience, engine.succeeds(name, command));
            return done.await.unwrap_or(false);
        }
        Asked::Connect(host, port) | Asked::Get(host, port, _) => (host.clone(), *port),
    };
    let host = match host {
        Some(host) => Some(host),
        None => engine.address(name).await,
    };
    let Some(host) = host else {
        let process = engine.process(name).await;
        return process.is_some_and(|it| net::listens(it, port));
    };
    let probe = match asked {
        Asked::Get(_, _, path) => Probe::Get(host, port, path.clone()),
        Asked::Connect(..) | Asked::Run(..) => Probe::Connect(host, port),
    };
    Box::pin(answers(&probe)).await
}

/// How long to wait first, and what must then hold, as the API says it; probes that cannot be asked here are left out.
pub(crate) fn probes(
    sidecar: &Step,
    scope: &Scope,
    within: Option<Within>,
    launch: &mut dyn FnMut(Vec<String>) -> Option<Launch>,
) -> Readiness {
    let mut probes = Vec::new();
    let mut delay = Duration::ZERO;
    for field in ["startupProbe", "readinessProbe"] {
        let said = sidecar.extra.get(field).map(|it| evaluate(it, scope));
        let Some(Ok(said)) = said else { continue };
        let number = |key: &str| said.get(key).and_then(number);
        delay += Duration::from_secs(number("initialDelaySeconds").unwrap_or(0));
        let patience = Duration::from_secs(number("timeoutSeconds").unwrap_or(1).max(1));
        let of = |key: &str| said.get(key).filter(|it| !it.is_none());
        let asked = if let Some(command) = of("exec").and_then(|it| it.get("command")) {
            let words = command.as_list().unwrap_or_default();
            Some(Asked::Run(words.iter().map(text::of).collect(), patience))
        } else if let Some(get) = of("httpGet") {
            let path = get.get("path").map(text::of);
            let path = path.unwrap_or_else(|| "/".to_owned());
            port(get, sidecar).map(|it| Asked::Get(host(get), it, path))
        } else if let Some(socket) = of("tcpSocket") {
            port(socket, sidecar).map(|it| Asked::Connect(host(socket), it))
        } else {
            None
        };
        probes.extend(asked.and_then(|it| match &within {
            Some(within) => Some(Probe::Within(within.clone(), it)),
            None => here(it, launch),
        }));
    }
    Readiness {
        delay,
        life: within.map(|(_, life)| life),
        probes,
    }
}

/// A probe of a process of this machine.
fn here(asked: Asked, launch: &mut dyn FnMut(Vec<String>) -> Option<Launch>) -> Option<Probe> {
    let local = |host: Option<String>| host.unwrap_or_else(|| "127.0.0.1".to_owned());
    match asked {
        Asked::Run(command, patience) => {
            let launch = launch(command)?;
            Some(Probe::Run(Box::new(launch), patience))
        }
        Asked::Connect(host, port) => Some(Probe::Connect(local(host), port)),
        Asked::Get(host, port, path) => Some(Probe::Get(local(host), port, path)),
    }
}

fn number(value: &Value) -> Option<u64> {
    text::of(value).parse().ok()
}

fn host(of: &Value) -> Option<String> {
    of.get("host").filter(|it| !it.is_none()).map(text::of)
}

/// A number, or the name of one of the container's ports.
fn port(of: &Value, sidecar: &Step) -> Option<u16> {
    let said = text::of(of.get("port")?);
    if let Ok(port) = said.parse() {
        return Some(port);
    }
    let ports = sidecar.extra.get("ports")?.elements();
    let named = ports.iter().find(|it| {
        let name = it.get("name");
        name.is_some_and(|it| it.text() == Some(&said))
    });
    let port = named?.get("containerPort")?;
    text::of(port.value()?).parse().ok()
}

/// What a sidecar is called among steps.
pub(crate) fn name(sidecar: &Step, index: usize) -> Name {
    let name = sidecar.name.clone();
    let name = name.unwrap_or_else(|| Name::new(index.to_string()));
    Name::new(format!("sidecar-{name}"))
}
