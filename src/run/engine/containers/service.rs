//! Podman's service, started for one run where none listens.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::host::scratch;

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is looked whether it listens.
const PACE: Duration = Duration::from_millis(20);

/// A service that ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    host: String,
    directory: PathBuf,
    child: Child,
}

impl Service {
    pub(crate) async fn start(environment: &[(String, String)]) -> Result<Self, String> {
        // A path of a socket must be short, which the run's own need not be.
        let directory = scratch::fresh().map_err(|it| crate::host::reason(&it).to_string())?;
        let socket = directory.join("podman.sock");
        let host = format!("unix://{}", socket.display());
        let mut command = Command::new("podman");
        command
            .args(["system", "service", "--time=86400", &host])
            .env_clear()
            .envs(environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // What is typed to stop the run must not stop it first.
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn().map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                "podman is not installed here".to_owned()
            } else {
                format!("cannot start podman: {}", crate::host::reason(&error))
            }
        })?;
        let mut service = Self {
            host,
            directory,
            child,
        };
        service.listens(&socket).await?;
        Ok(service)
    }

    async fn listens(&mut self, socket: &Path) -> Result<(), String> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if scratch::exists(socket) {
                return Ok(());
            }
            if let Ok(Some(_)) = self.child.try_wait() {
                let mut said = String::new();
                if let Some(stderr) = &mut self.child.stderr {
                    let _ = stderr.read_to_string(&mut said).await;
                }
                let last = said.trim().lines().last().unwrap_or_default().to_owned();
                return Err(format!("podman's service ended at once: {last}"));
            }
            tokio::time::sleep(PACE).await;
        }
        Err("podman's service does not listen".to_owned())
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = scratch::remove(&self.directory);
    }
}
