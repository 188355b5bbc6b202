//! One process in a group of its own: its lines, its end, and that nothing of it stays behind.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use indexmap::IndexMap;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::run::cancel::{Cancel, Urgency};
use crate::run::event::Stream;
use crate::run::lines::Cut;

/// How long a process may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// How long the kernel may take to end what was killed. Some waits of a process cannot be broken off.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long something that left the group may hold on to its output after the process ended.
const LINGER: Duration = Duration::from_millis(500);

/// What to start.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    pub(crate) command: Vec<String>,
    /// The whole environment.
    pub(crate) env: IndexMap<String, String>,
    pub(crate) directory: PathBuf,
    /// Files that get what it writes to stdout and stderr as well, byte by byte.
    pub(crate) copies: [Option<PathBuf>; 2],
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProcessEnd {
    /// 128 and more where a signal ended it.
    Exited(i32),
    TimedOut,
    Cancelled,
}

/// Runs a process until it and its group are gone. `line` takes what it writes, as it comes.
pub(crate) async fn launch(
    launch: &Launch,
    limit: Option<Instant>,
    cancel: &mut Cancel,
    line: &mut (dyn FnMut(Stream, Vec<u8>) + Send),
) -> io::Result<ProcessEnd> {
    let (mut child, group) = spawn(launch)?;
    let [out, err] = Cut::both(&launch.copies)?;
    let mut out = Lines::new(child.stdout.take(), out);
    let mut err = Lines::new(child.stderr.take(), err);
    let mut ending = Ending::default();
    let mut status = None;
    loop {
        tokio::select! { biased;
            urgency = cancel.beyond(ending.asked) => ending.ask(urgency, &group),
            () = until(limit), if ending.why.is_none() => ending.time_out(&group),
            () = until(ending.kill_at), if ending.kill_at.is_some() => ending.kill(&group),
            done = child.wait(), if status.is_none() => {
                status = Some(done?);
                // What it left running ends with it, as in a container.
                ending.kill(&group);
                ending.leave_at = Some(Instant::now() + LINGER);
            }
            open = out.read() => {
                out.pass(open, line);
                // Whoever listens gets its turn after each chunk, so that lines do not pile up.
                tokio::task::yield_now().await;
            }
            open = err.read() => {
                err.pass(open, line);
                tokio::task::yield_now().await;
            }
            () = until(ending.leave_at), if ending.leave_at.is_some() => break,
            () = until(ending.give_up_at), if status.is_none() && ending.give_up_at.is_some() => {
                let text = "it does not end although it was killed, and is left behind";
                line(Stream::Err, format!("wudi: {text}").into_bytes());
                break;
            }
        }
        if status.is_some() && out.closed() && err.closed() {
            break;
        }
    }
    out.cut.flush(line);
    err.cut.flush(line);
    Ok(ending
        .why
        .unwrap_or_else(|| ProcessEnd::Exited(status.map_or(1, code))))
}

/// Runs a process that has the terminal, until it ends.
pub(crate) async fn interactive(launch: &Launch) -> io::Result<()> {
    let mut command = command(launch)?;
    // In the group of this process, so that it may read from the terminal.
    command.spawn()?.wait().await?;
    Ok(())
}

/// What is said of a process that could not be started.
pub(crate) fn not_started(launch: &Launch, error: &io::Error) -> String {
    let program = launch.command.first().map_or("", String::as_str);
    let reason = crate::host::reason(error);
    format!("cannot start `{program}`: {reason}")
}

/// Why and when a process is made to end.
#[derive(Debug)]
struct Ending {
    asked: Urgency,
    why: Option<ProcessEnd>,
    kill_at: Option<Instant>,
    leave_at: Option<Instant>,
    /// When it is left to itself, as the kernel does not let go of it.
    give_up_at: Option<Instant>,
}

impl Default for Ending {
    fn default() -> Self {
        Self {
            asked: Urgency::None,
            why: None,
            kill_at: None,
            leave_at: None,
            give_up_at: None,
        }
    }
}

impl Ending {
    fn ask(&mut self, urgency: Urgency, group: &Group) {
        self.asked = urgency;
        self.why.get_or_insert(ProcessEnd::Cancelled);
        match urgency {
            Urgency::None => {}
            Urgency::Gentle => self.terminate(group),
            Urgency::AtOnce => self.kill(group),
        }
    }

    fn time_out(&mut self, group: &Group) {
        self.why = Some(ProcessEnd::TimedOut);
        self.terminate(group);
    }

    fn terminate(&mut self, group: &Group) {
        group.terminate();
        self.kill_at.get_or_insert(Instant::now() + GRACE);
    }

    fn kill(&mut self, group: &Group) {
        group.kill();
        self.kill_at = None;
        self.give_up_at.get_or_insert(Instant::now() + PATIENCE);
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

fn command(launch: &Launch) -> io::Result<Command> {
    let Some((program, args)) = launch.command.split_first() else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let mut command = Command::new(program);
    command
        .args(args)
        .env_clear()
        .envs(&launch.env)
        .current_dir(&launch.directory)
        .kill_on_drop(true);
    Ok(command)
}

fn spawn(launch: &Launch) -> io::Result<(Child, Group)> {
    let mut command = command(launch)?;
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    command.process_group(0);
    let child = command.spawn()?;
    let group = Group::of(&child);
    Ok((child, group))
}

fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return 128 + signal;
        }
    }
    status.code().unwrap_or(1)
}

/// A process group; whatever is left of it is killed when this is dropped.
#[derive(Debug)]
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|it| i32::try_from(it).ok());
        let leader = id.and_then(rustix::process::Pid::from_raw);
        Self { leader }
    }

    fn terminate(&self) {
        self.send(rustix::process::Signal::TERM);
    }

    fn kill(&self) {
        self.send(rustix::process::Signal::KILL);
    }

    /// A group that is gone is what was wanted.
    fn send(&self, signal: rustix::process::Signal) {
        if let Some(leader) = self.leader {
            let _ = rustix::process::kill_process_group(leader, signal);
        }
    }
}

#[cfg(not(unix))]
impl Group {
    fn of(_child: &Child) -> Self {
        Self {}
    }

    fn terminate(&self) {}

    fn kill(&self) {}
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A pipe whose lines are passed on.
struct Lines<R> {
    pipe: Option<R>,
    chunk: Vec<u8>,
    cut: Cut,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    fn new(pipe: Option<R>, cut: Cut) -> Self {
        Self {
            pipe,
            chunk: Vec::with_capacity(8 << 10),
            cut,
        }
    }

    fn closed(&self) -> bool {
        self.pipe.is_none()
    }

    /// Reads the next chunk; gives whether there may be more. Pends for ever once the stream is closed.
    async fn read(&mut self) -> bool {
        match &mut self.pipe {
            Some(pipe) => {
                self.chunk.clear();
                matches!(pipe.read_buf(&mut self.chunk).await, Ok(1..))
            }
            None => std::future::pending().await,
        }
    }

    fn pass(&mut self, open: bool, line: &mut (dyn FnMut(Stream, Vec<u8>) + Send)) {
        match open {
            true => self.cut.pass(&self.chunk, line),
            false => self.pipe = None,
        }
    }
}
