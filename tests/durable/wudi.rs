//! The command in a directory of its own, with folders of its own.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

/// A directory with all that wudi keeps.
pub(crate) struct Home {
    root: tempfile::TempDir,
}

pub(crate) struct Done {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    err: String,
}

impl Done {
    /// Both streams.
    pub(crate) fn shown(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn directory(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn prepared(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.root.path())
            .env("XDG_STATE_HOME", self.path("state"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn wudi(&self, args: &[&str]) -> Done {
        self.command(env!("CARGO_BIN_EXE_wudi"), args)
    }

    pub(crate) fn command(&self, program: &str, args: &[&str]) -> Done {
        done(self.prepared(program, args).spawn().unwrap())
    }

    /// With what is typed.
    pub(crate) fn typed(&self, program: &str, args: &[&str], text: &str) -> Done {
        let mut command = self.prepared(program, args);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let text = text.to_owned();
        // Nobody types before there is something to type to.
        let typing = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_secs(3));
            let _ = input.write_all(text.as_bytes());
            std::thread::sleep(std::time::Duration::from_secs(2));
        });
        let done = done(child);
        typing.join().unwrap();
        done
    }

    pub(crate) fn start(&self, args: &[&str]) -> Going {
        let mut command = self.prepared(env!("CARGO_BIN_EXE_wudi"), args);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = out.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        Going {
            child,
            reader: Some(reader),
        }
    }

    /// Files that are kept of runs, without those that steps wrote.
    pub(crate) fn kept(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![self.path("state"), self.path("cache")];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(&directory).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.extend((!path.ends_with("files")).then_some(path));
                } else {
                    found.push(path);
                }
            }
        }
        found
    }
}

fn done(mut child: Child) -> Done {
    let mut err = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        err.read_to_end(&mut text).unwrap();
        text
    });
    let mut out = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut out).unwrap();
    let status = child.wait().unwrap();
    let err = reader.join().unwrap();
    Done {
        status,
        out: String::from_utf8_lossy(&out).into_owned(),
        err: String::from_utf8_lossy(&err).into_owned(),
    }
}

/// A run that goes on.
pub(crate) struct Going {
    child: Child,
    reader: Option<std::thread::JoinHandle<String>>,
}

impl Going {
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// What it wrote.
    pub(crate) fn out(&mut self) -> String {
        self.reader
            .take()
            .map_or_else(String::new, |it| it.join().unwrap())
    }
}

/// Whether a program does what it is asked here.
pub(crate) fn have(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    let command = command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|it| it.success())
}
