//! Sidecars of one attempt: they start before the steps, which wait until they are ready, and end after the last.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::base::Name;
use crate::host::net;
use crate::plan::Step;
use crate::run::cancel::{Cancel, Canceller, Urgency, cancellation};
use crate::run::evaluate::evaluate;
use crate::run::event::Stream;
use crate::run::process::{self, Launch, ProcessEnd};
use crate::run::scope::Scope;
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
    from: Instant,
    probes: Vec<Probe>,
}

/// How a sidecar is asked whether it is ready.
#[derive(Clone, Debug)]
pub(crate) enum Probe {
    Run(Box<Launch>, Duration),
    Connect(String, u16),
    Get(String, u16, String),
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
        launch: Launch,
        probes: (Duration, Vec<Probe>),
        tell: impl FnMut(Stream, Vec<u8>) + Send + 'static,
    ) {
        let (canceller, mut cancel) = cancellation();
        self.cancellers.push(canceller);
        let (own, mut tell) = (name.clone(), tell);
        self.running.spawn(async move {
            let done = process::launch(&launch, None, &mut cancel, &mut tell).await;
            if let Err(error) = done {
                let line = process::not_started(&launch, &error);
                tell(Stream::Err, line.into_bytes());
            }
            own
        });
        let (delay, probes) = probes;
        let delay = match probes.is_empty() {
            true => delay + SETTLE,
            false => delay,
        };
        self.waiting.push(Waiting {
            name: name.clone(),
            from: Instant::now() + delay,
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
                let due = Instant::now() >= it.from;
                while due && let Some(probe) = it.probes.first() {
                    if !answers(probe).await {
                        break;
                    }
                    it.probes.remove(0);
                }
            }
            waiting.retain(|it| !it.probes.is_empty() || Instant::now() < it.from);
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
    }
}

/// How long to wait first, and what must then hold, as the API says it; probes that cannot be asked here are left out.
pub(crate) fn probes(
    sidecar: &Step,
    scope: &Scope,
    launch: &mut dyn FnMut(Vec<String>) -> Option<Launch>,
) -> (Duration, Vec<Probe>) {
    let mut probes = Vec::new();
    let mut delay = Duration::ZERO;
    for field in ["startupProbe", "readinessProbe"] {
        let said = sidecar.extra.get(field).map(|it| evaluate(it, scope));
        let Some(Ok(said)) = said else { continue };
        let number = |key: &str| said.get(key).and_then(number);
        delay += Duration::from_secs(number("initialDelaySeconds").unwrap_or(0));
        let patience = Duration::from_secs(number("timeoutSeconds").unwrap_or(1).max(1));
        let of = |key: &str| said.get(key).filter(|it| !it.is_none());
        if let Some(command) = of("exec").and_then(|it| it.get("command")) {
            let words = command.as_list().unwrap_or_default();
            let launch = launch(words.iter().map(text::of).collect());
            probes.extend(launch.map(|it| Probe::Run(Box::new(it), patience)));
        } else if let Some(get) = of("httpGet") {
            let path = get.get("path").map(text::of);
            let path = path.unwrap_or_else(|| "/".to_owned());
            probes.extend(port(get, sidecar).map(|it| Probe::Get(host(get), it, path)));
        } else if let Some(socket) = of("tcpSocket") {
            probes.extend(port(socket, sidecar).map(|it| Probe::Connect(host(socket), it)));
        }
    }
    (delay, probes)
}

fn number(value: &Value) -> Option<u64> {
    text::of(value).parse().ok()
}

fn host(of: &Value) -> String {
    let said = of.get("host").filter(|it| !it.is_none()).map(text::of);
    said.unwrap_or_else(|| "127.0.0.1".to_owned())
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
