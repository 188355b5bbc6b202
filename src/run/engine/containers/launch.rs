//! One container from its image to its end.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::{CreateExecOptions, StartExecResults};
use bollard::models::ContainerWaitResponse;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, KillContainerOptionsBuilder,
    StartContainerOptions, WaitContainerOptions,
};
use futures_util::StreamExt as _;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::run::cancel::{Cancel, Urgency};
use crate::run::engine::containers::body::{Container, Life};
use crate::run::engine::containers::image::Progress;
use crate::run::engine::containers::{Containers, said};
use crate::run::event::Stream;
use crate::run::lines::Cut;
use crate::run::process::ProcessEnd;
use crate::run::start::{Broken, Listener};

/// How long a container may take to end after it was asked to: a first process mostly does not listen.
const GRACE: Duration = Duration::from_secs(2);

/// How long output may come after the end.
const LINGER: Duration = Duration::from_millis(500);

/// Why and when a container is made to end.
#[derive(Debug)]
struct Ending {
    asked: Urgency,
    why: Option<ProcessEnd>,
    kill_at: Option<Instant>,
    leave_at: Option<Instant>,
}

impl Container {
    /// Runs until it is gone.
    pub(crate) async fn run(
        &self,
        limit: Option<Instant>,
        cancel: &mut Cancel,
        listener: Listener<'_>,
    ) -> Result<ProcessEnd, Broken> {
        let mut pull = |it: Progress| (listener.pull)(&self.image, it);
        let ready = tokio::select! { biased;
            _ = cancel.beyond(Urgency::None) => return Ok(ProcessEnd::Cancelled),
            () = until(limit), if limit.is_some() => return Ok(ProcessEnd::TimedOut),
            ready = self.engine.ensure(&self.image, self.pull, &mut pull) => ready,
        };
        ready.map_err(|reason| Broken::Image(self.image.clone(), reason))?;
        let network = beside(self.beside.clone()).await;
        let mut own = self.clone();
        // To the arguments of a step Tekton has a command, if need be the one that they would stand for.
        if self.life.is_none() && self.entrypoint.is_none() && self.args.is_some() {
            own.entrypoint = self.engine.command(&self.image).await;
        }
        let mut done = own
            .lives(network.clone(), limit, cancel, listener.line)
            .await;
        self.engine.remove(&self.name).await;
        if let (Err(Broken::Start(reason)), Some(absent)) = (&done, &self.absent)
            && reason.contains("workdir")
        {
            let mut again = own.clone();
            again.binds.push(absent.clone());
            done = again.lives(network, limit, cancel, listener.line).await;
            self.engine.remove(&self.name).await;
        }
        self.tell(Life::Gone);
        done
    }

    fn tell(&self, life: Life) {
        if let Some(it) = &self.life {
            it.send_replace(life);
        }
    }

    async fn lives(
        &self,
        network: Option<String>,
        limit: Option<Instant>,
        cancel: &mut Cancel,
        line: &mut (dyn FnMut(Stream, Vec<u8>) + Send),
    ) -> Result<ProcessEnd, Broken> {
        self.create(network).await.map_err(Broken::Engine)?;
        let client = &self.engine.client;
        let options = AttachContainerOptionsBuilder::default();
        let options = options.stdout(true).stderr(true).stream(true).logs(true);
        let attached = client.attach_container(&self.name, Some(options.build()));
        // Some engines prepare the container here, and find out that it cannot be.
        let mut output = attached.await.map_err(|it| self.not_started(&it))?.output;
        let started = client.start_container(&self.name, None::<StartContainerOptions>);
        if let Err(error) = started.await {
            return Err(self.not_started(&error));
        }
        self.tell(Life::Running(self.name.clone()));
        let waited = self
            .engine
            .patient
            .wait_container(&self.name, None::<WaitContainerOptions>);
        let mut waited = std::pin::pin!(waited);
        let mut cuts = Cut::both(&self.copies).map_err(|it| Broken::Engine(it.to_string()))?;
        let mut ending = Ending::new();
        let (mut status, mut open) = (None, true);
        loop {
            tokio::select! { biased;
                urgency = cancel.beyond(ending.asked) => self.ask(&mut ending, urgency).await,
                () = until(limit), if ending.why.is_none() => {
                    ending.why = Some(ProcessEnd::TimedOut);
                    self.terminate(&mut ending).await;
                }
                () = until(ending.kill_at), if ending.kill_at.is_some() => {
                    ending.kill_at = None;
                    self.signal("SIGKILL").await;
                }
                chunk = output.next(), if open => match chunk {
                    Some(Ok(LogOutput::StdErr { message })) => cuts[1].pass(&message, line),
                    Some(Ok(LogOutput::StdOut { message } | LogOutput::Console { message })) => cuts[0].pass(&message, line),
                    Some(Ok(LogOutput::StdIn { .. })) => {}
                    Some(Err(_)) | None => open = false,
                },
                done = waited.next(), if status.is_none() => {
                    status = Some(self.code(done).await?);
                    ending.kill_at = None;
                    ending.leave_at = Some(Instant::now() + LINGER);
                }
                () = until(ending.leave_at), if ending.leave_at.is_some() => break,
            }
            if status.is_some() && !open {
                break;
            }
        }
        cuts.iter_mut().for_each(|it| it.flush(line));
        Ok(ending
            .why
            .unwrap_or_else(|| ProcessEnd::Exited(status.unwrap_or(1))))
    }

    async fn create(&self, network: Option<String>) -> Result<(), String> {
        let options = CreateContainerOptionsBuilder::default()
            .name(&self.name)
            .build();
        let body = self.body(self.engine.labels(), network);
        let made = self.engine.client.create_container(Some(options), body);
        made.await.map(drop).map_err(|it| self.reason(&it))
    }

    async fn ask(&self, ending: &mut Ending, urgency: Urgency) {
        ending.asked = urgency;
        ending.why.get_or_insert(ProcessEnd::Cancelled);
        match urgency {
            Urgency::None => {}
            Urgency::Gentle => self.terminate(ending).await,
            Urgency::AtOnce => self.signal("SIGKILL").await,
        }
    }

    async fn terminate(&self, ending: &mut Ending) {
        ending.kill_at.get_or_insert(Instant::now() + GRACE);
        self.signal("SIGTERM").await;
    }

    /// One that has ended is what was wanted.
    async fn signal(&self, signal: &str) {
        let options = KillContainerOptionsBuilder::default()
            .signal(signal)
            .build();
        let _ = self
            .engine
            .client
            .kill_container(&self.name, Some(options))
            .await;
    }

    async fn code(
        &self,
        done: Option<Result<ContainerWaitResponse, Error>>,
    ) -> Result<i32, Broken> {
        let code = match done {
            Some(Ok(it)) => it.status_code,
            Some(Err(Error::DockerContainerWaitError { code, .. })) => code,
            Some(Err(error)) => return Err(self.broken(&error)),
            None => self.inspected().await.unwrap_or(1),
        };
        Ok(i32::try_from(code).unwrap_or(1))
    }

    async fn inspected(&self) -> Option<i64> {
        let found = self.engine.client.inspect_container(&self.name, None);
        found.await.ok()?.state?.exit_code
    }

    fn broken(&self, error: &Error) -> Broken {
        Broken::Engine(self.reason(error))
    }

    fn reason(&self, error: &Error) -> String {
        format!("{}: {}", self.engine.engine.word(), said(error))
    }

    /// What cannot be started is the step's own fault, as far as the engine can be believed.
    fn not_started(&self, error: &Error) -> Broken {
        if !matches!(error, Error::DockerResponseServerError { .. }) {
            return self.broken(error);
        }
        let program = self.entrypoint.as_ref().and_then(|it| it.first());
        let program = program.map_or("what the image starts", String::as_str);
        Broken::Start(format!("cannot start `{program}`: {}", said(error)))
    }
}

impl Ending {
    fn new() -> Self {
        Self {
            asked: Urgency::None,
            why: None,
            kill_at: None,
            leave_at: None,
        }
    }
}

/// The name of the container whose network is shared, once it runs; none where it does not.
async fn beside(life: Option<watch::Receiver<Life>>) -> Option<String> {
    let mut life = life?;
    let known = life.wait_for(|it| *it != Life::Coming).await.ok()?;
    match &*known {
        Life::Running(name) => Some(name.clone()),
        Life::Coming | Life::Gone => None,
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

impl Containers {
    /// Whether a command within a container succeeds.
    pub(crate) async fn succeeds(&self, name: &str, command: &[String]) -> bool {
        let options = CreateExecOptions {
            cmd: Some(command.to_vec()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..CreateExecOptions::default()
        };
        let Ok(made) = self.client.create_exec(name, options).await else {
            return false;
        };
        if let Ok(StartExecResults::Attached { mut output, .. }) =
            self.client.start_exec(&made.id, None).await
        {
            while output.next().await.is_some() {}
        }
        let found = self.client.inspect_exec(&made.id).await;
        found.is_ok_and(|it| it.exit_code == Some(0))
    }

    /// Where a container can be reached from here.
    pub(crate) async fn address(&self, name: &str) -> Option<String> {
        let found = self.client.inspect_container(name, None).await.ok()?;
        let networks = found.network_settings?.networks?;
        let mut addresses = networks.into_values().filter_map(|it| it.ip_address);
        addresses.find(|it| !it.is_empty())
    }

    /// The first process of a container, as it is called here.
    pub(crate) async fn process(&self, name: &str) -> Option<i64> {
        let found = self.client.inspect_container(name, None).await.ok()?;
        found.state?.pid.filter(|it| *it > 0)
    }
}
