//! Podman or docker behind a socket: how it is found, what it can do, and that nothing of a run stays there.

pub(crate) mod body;
pub(crate) mod image;
pub(crate) mod launch;
mod service;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use bollard::Docker;
use bollard::models::{ResourcesUlimits, SystemInfo};
use bollard::query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder};
use indexmap::IndexMap;
use tokio::sync::Semaphore;

use crate::host::scratch;
use crate::run::engine::choice::{Engine, Engines};
use crate::run::engine::containers::image::Pulled;
use crate::run::engine::containers::service::Service;

/// How long an answer may take that needs no work.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a container may run; tasks have limits of their own.
const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 86_400);

/// So many tasks run in containers at once at most.
const ROOM: usize = 16;

/// Of which run a container is.
const RUN: &str = "dev.wudi.run";

/// Which process made it, so that it can be known whether anybody still cares.
const OWNER: &str = "dev.wudi.owner";

/// An engine that is there.
#[derive(Debug)]
pub(crate) struct Containers {
    pub(crate) engine: Engine,
    client: Docker,
    /// Asks what takes long.
    patient: Docker,
    run: String,
    choice: Engines,
    images: Mutex<IndexMap<String, Pulled>>,
    pub(crate) room: Semaphore,
    pub(crate) able: Able,
    ulimits: Vec<ResourcesUlimits>,
    /// What was started for this run; it ends with it.
    _service: Option<Service>,
}

/// What the engine can do on this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Able {
    pub(crate) memory: bool,
    pub(crate) cpu: bool,
}

impl Containers {
    /// Finds the engine by its socket; podman is started where it does not listen.
    pub(crate) async fn connect(
        engine: Engine,
        environment: &[(String, String)],
        choice: &Engines,
    ) -> Result<Self, String> {
        let mut tried = Vec::new();
        let mut found = None;
        for host in hosts(engine, environment) {
            match reach(engine, &host).await {
                Ok(client) => {
                    found = Some((client, None));
                    break;
                }
                Err(reason) => tried.push(format!("{host}: {reason}")),
            }
        }
        let (client, service) = match (found, engine) {
            (Some(found), _) => found,
            (None, Engine::Podman) => {
                let service = Service::start(environment).await?;
                let client = reach(engine, service.host()).await?;
                (client, Some(service))
            }
            (None, Engine::Docker | Engine::Processes) => {
                let tried = tried.join("; ");
                return Err(format!("docker does not answer ({tried})"));
            }
        };
        let info = client.info().await.map_err(|it| said(&it))?;
        let containers = Self {
            engine,
            patient: client.clone().with_timeout(FOR_EVER),
            client,
            run: unique(),
            choice: choice.clone(),
            images: Mutex::default(),
            room: Semaphore::new(ROOM),
            able: Able::of(&info),
            ulimits: ulimits(engine),
            _service: service,
        };
        containers.sweep(false).await;
        Ok(containers)
    }

    /// Removes what is left of this run, or of runs whose process is gone.
    pub(crate) async fn sweep(&self, own: bool) {
        let label = match own {
            true => format!("{RUN}={}", self.run),
            false => OWNER.to_owned(),
        };
        let filters = HashMap::from([("label".to_owned(), vec![label])]);
        let options = ListContainersOptionsBuilder::default();
        let options = options.all(true).filters(&filters).build();
        let Ok(all) = self.client.list_containers(Some(options)).await else {
            return;
        };
        for it in all {
            let labels = it.labels.unwrap_or_default();
            let owner = labels.get(OWNER).and_then(|it| it.parse().ok());
            if let Some(id) = it.id
                && (own || owner.is_some_and(is_gone))
            {
                self.remove(&id).await;
            }
        }
    }

    /// What is gone already is what was wanted.
    async fn remove(&self, name: &str) {
        let options = RemoveContainerOptionsBuilder::default();
        let options = options.force(true).v(true).build();
        let _ = self.client.remove_container(name, Some(options)).await;
    }

    fn labels(&self) -> HashMap<String, String> {
        let owner = std::process::id().to_string();
        let labels = [(RUN, self.run.clone()), (OWNER, owner)];
        labels.map(|(key, it)| (key.to_owned(), it)).into()
    }
}

impl Able {
    fn of(info: &SystemInfo) -> Self {
        Self {
            memory: info.memory_limit != Some(false),
            cpu: info.cpu_cfs_quota != Some(false),
        }
    }
}

/// Where the engine may listen, the likeliest first.
fn hosts(engine: Engine, environment: &[(String, String)]) -> Vec<String> {
    let said = |name: &str| {
        let mut all = environment.iter();
        let found = all.find(|(it, value)| it == name && !value.is_empty());
        found.map(|(_, it)| it.clone())
    };
    let of_user = |file: &str| Some(format!("unix://{}/{file}", said("XDG_RUNTIME_DIR")?));
    let all = match engine {
        Engine::Podman => vec![
            said("CONTAINER_HOST"),
            said("DOCKER_HOST"),
            of_user("podman/podman.sock"),
            Some("unix:///run/podman/podman.sock".to_owned()),
        ],
        Engine::Docker => vec![
            said("DOCKER_HOST"),
            of_user("docker.sock"),
            Some("unix:///var/run/docker.sock".to_owned()),
        ],
        Engine::Processes => Vec::new(),
    };
    all.into_iter().flatten().collect()
}

/// The engine at an address, if it is of that kind.
async fn reach(engine: Engine, host: &str) -> Result<Docker, String> {
    let client = Docker::connect_with_host(host).map_err(|it| said(&it))?;
    let client = client.with_timeout(PATIENCE);
    let client = client.negotiate_version().await.map_err(|it| said(&it))?;
    let version = client.version().await.map_err(|it| said(&it))?;
    let components = version.components.unwrap_or_default();
    let is_podman = components.iter().any(|it| it.name.contains("Podman"));
    match (engine, is_podman) {
        (Engine::Podman, false) => Err("it is not podman".to_owned()),
        (Engine::Podman | Engine::Docker | Engine::Processes, _) => Ok(client),
    }
}

/// What an error says, in one line.
pub(crate) fn said(error: &bollard::errors::Error) -> String {
    if let bollard::errors::Error::DockerResponseServerError { message, .. } = error {
        return message.trim().replace('\n', " ");
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(it) = source {
        let more = it.to_string();
        if !text.contains(&more) {
            text += &format!(": {more}");
        }
        source = it.source();
    }
    text.trim().replace('\n', " ")
}

/// The limits of this process: podman would set higher ones, for which it may lack the right.
fn ulimits(engine: Engine) -> Vec<ResourcesUlimits> {
    #[cfg(unix)]
    if engine == Engine::Podman {
        use rustix::process::{Resource, getrlimit};
        // Podman takes no more processes than the system has numbers for.
        let numbers = scratch::read(Path::new("/proc/sys/kernel/pid_max"), 32);
        let numbers = numbers.ok().flatten().unwrap_or_default();
        let numbers = String::from_utf8_lossy(&numbers).trim().parse();
        let most = numbers.unwrap_or(u64::from(i16::MAX.unsigned_abs()));
        let of = |name: &str, resource: Resource, most: u64| {
            let limit = getrlimit(resource);
            let number = |it: Option<u64>| {
                let number = it.unwrap_or(most).min(most);
                Some(i64::try_from(number).unwrap_or(i64::MAX))
            };
            ResourcesUlimits {
                name: Some(name.to_owned()),
                soft: number(limit.current),
                hard: number(limit.maximum),
            }
        };
        let files = of("nofile", Resource::Nofile, 1 << 20);
        return vec![files, of("nproc", Resource::Nproc, most)];
    }
    let _ = engine;
    Vec::new()
}

/// What no other run of this machine is called.
fn unique() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap_or_default().as_nanos();
    format!("{}-{now}", std::process::id())
}

/// Whether there is no process of that number here.
fn is_gone(process: i32) -> bool {
    #[cfg(unix)]
    {
        let process = rustix::process::Pid::from_raw(process);
        process.is_some_and(|it| {
            rustix::process::test_kill_process(it) == Err(rustix::io::Errno::SRCH)
        })
    }
    #[cfg(not(unix))]
    {
        let _ = process;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::hosts;
    use crate::run::engine::choice::Engine;

    #[test]
    fn what_the_environment_says_comes_first() {
        let of = |name: &str, it: &str| (name.to_owned(), it.to_owned());
        let environment = [of("XDG_RUNTIME_DIR", "/u"), of("DOCKER_HOST", "tcp://a:1")];
        assert_eq!(
            hosts(Engine::Podman, &environment),
            [
                "tcp://a:1",
                "unix:///u/podman/podman.sock",
                "unix:///run/podman/podman.sock"
            ]
        );
        assert_eq!(hosts(Engine::Docker, &[]), ["unix:///var/run/docker.sock"]);
    }
}
