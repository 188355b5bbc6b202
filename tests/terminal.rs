//! `wudi eval` on a terminal, as somebody types.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Longer than anything takes on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

struct Terminal {
    keys: File,
    shown: Receiver<Vec<u8>>,
    wudi: Child,
}

impl Terminal {
    fn open(state: &std::path::Path) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let name = OsStr::from_bytes(name.as_bytes());
        let screen = || File::options().read(true).write(true).open(name).unwrap();
        let wudi = Command::new(env!("CARGO_BIN_EXE_wudi"))
            .args(["eval", "--set", "given=5"])
            .env("XDG_STATE_HOME", state)
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .stdin(screen())
            .stdout(screen())
            .stderr(screen())
            .spawn();
        let keys = File::from(master);
        let mut reader = keys.try_clone().unwrap();
        let (sender, shown) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            keys,
            shown,
            wudi: wudi.unwrap(),
        }
    }

    fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until a text stands there, and behind it the prompt that asks for more.
    fn shows(&mut self, wanted: &str) {
        let begin = Instant::now();
        let mut text = String::new();
        let is_shown = |text: &str| match text.split_once(wanted) {
            Some((_, rest)) => rest.contains("> ") || wanted.ends_with("> "),
            None => false,
        };
        while !is_shown(&text) {
            let left = PATIENCE.saturating_sub(begin.elapsed());
            let Ok(bytes) = self.shown.recv_timeout(left) else {
                panic!("`{wanted}` is not shown: {text:?}");
            };
            text += &String::from_utf8_lossy(&bytes);
        }
    }

    /// Whether it ended well, and in time.
    fn ends(&mut self) -> bool {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.wudi.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.wudi.kill();
        let _ = self.wudi.wait();
    }
}

#[test]
fn what_is_typed_is_answered_kept_and_remembered() {
    let state = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(state.path());
    terminal.shows("> ");
    terminal.types("let n = 20\r");
    terminal.shows("20");
    terminal.types("n + given * 1000\r");
    terminal.shows("5020");
    // A method by its first letters.
    terminal.types("\"abcd\".leng\t() + 3000\r");
    terminal.shows("3004");
    // An open bracket asks for the next line.
    terminal.types("[n,\r21].sum() + 700\r");
    terminal.shows("741");
    terminal.types("1 / (n - n)\r");
    terminal.shows("division by zero");
    terminal.types("tow\r");
    terminal.shows("unknown-name");
    terminal.types("\u{4}");
    assert!(terminal.ends());
    let history = std::fs::read_to_string(state.path().join("wudi/history")).unwrap();
    assert!(history.contains("let n = 20"), "{history}");
}
