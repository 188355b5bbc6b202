//! What happened in a run that must not be forgotten when the process is killed: one sealed line each, in the order in which it happened.

use std::io;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::host::keep::{self, Appender};
use crate::store::hash;

/// Digits of a line's seal.
const SEAL: usize = 16;

/// Waiting for the disk may take one part in so many of the work that it keeps from being lost.
const SHARE: u32 = 40;

/// Before it is measured how long the disk takes.
const GUESS: Duration = Duration::from_millis(1);

/// A journal that is written to.
#[derive(Debug)]
pub(crate) struct Journal {
    file: Appender,
    /// Work whose records are not certain to be on the disk.
    unsynced: Duration,
    /// How long it takes until they are.
    sync: Duration,
    syncing: Option<Syncing>,
}

/// What is on its way to the disk.
#[derive(Debug)]
struct Syncing {
    done: Receiver<io::Result<Duration>>,
    /// The work that is certain then.
    work: Duration,
}

impl Journal {
    /// Goes on with a journal after what could be read of it.
    pub(crate) fn open(path: &Path, good: u64) -> io::Result<Self> {
        Ok(Self {
            file: Appender::open(path, good)?,
            unsynced: Duration::ZERO,
            sync: GUESS,
            syncing: None,
        })
    }

    /// Writes records of so much work. From here on no kill takes them away. That a failure of the machine does not either is waited
    /// for as long as the work is worth it.
    pub(crate) fn write(&mut self, records: &[Json], work: Duration) -> io::Result<()> {
        let mut lines = String::new();
        for record in records {
            let text = record.to_string();
            lines += seal(&text).as_str();
            lines += " ";
            lines += &text;
            lines += "\n";
        }
        self.file.append(lines.as_bytes())?;
        self.unsynced += work;
        self.settle(Duration::ZERO)?;
        if self.syncing.is_none() && self.unsynced >= self.sync * SHARE {
            self.sync()?;
        }
        Ok(())
    }

    /// Sends all of it to the disk, and waits for that as long as it is worth it.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        let file = self.file.share()?;
        let (sender, done) = mpsc::channel();
        let work = move || {
            let began = Instant::now();
            let _ = sender.send(file.sync().map(|()| began.elapsed()));
        };
        thread::Builder::new().spawn(work)?;
        let work = std::mem::take(&mut self.unsynced);
        self.syncing = Some(Syncing { done, work });
        self.settle(work / SHARE)
    }

    /// Hears whether what was sent is there.
    fn settle(&mut self, wait: Duration) -> io::Result<()> {
        let Some(syncing) = self.syncing.take() else {
            return Ok(());
        };
        match syncing.done.recv_timeout(wait) {
            Ok(Ok(took)) => {
                self.sync = took.max(GUESS / 2);
                Ok(())
            }
            Ok(Err(error)) => {
                self.unsynced += syncing.work;
                Err(error)
            }
            Err(RecvTimeoutError::Timeout) => {
                self.syncing = Some(syncing);
                Ok(())
            }
            Err(RecvTimeoutError::Disconnected) => Ok(()),
        }
    }
}

/// What is whole of a journal.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) records: Vec<Json>,
    /// Its bytes.
    pub(crate) good: u64,
}

/// Reads a journal up to the first line that is not whole; nothing where there is none.
pub(crate) fn read(path: &Path) -> io::Result<Read> {
    let bytes = keep::read(path)?.unwrap_or_default();
    let mut read = Read::default();
    for line in bytes.split_inclusive(|it| *it == b'\n') {
        let Some(record) = record(line) else { break };
        read.records.push(record);
        read.good += line.len() as u64;
    }
    Ok(read)
}

fn record(line: &[u8]) -> Option<Json> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (found, text) = line.split_once(' ')?;
    (found == seal(text)).then(|| serde_json::from_str(text).ok())?
}

fn seal(text: &str) -> String {
    let mut seal = hash::of(text.as_bytes());
    seal.truncate(SEAL);
    seal
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::{Journal, read};
    use crate::host::scratch;

    #[test]
    fn what_is_cut_off_or_damaged_is_left_out_and_written_over() {
        let directory = scratch::fresh().unwrap();
        let path = directory.join("journal");
        let mut journal = Journal::open(&path, 0).unwrap();
        let records: Vec<_> = (0..20)
            .map(|it| json!({ "n": it, "text": "a\nb ü" }))
            .collect();
        journal.write(&records, Duration::from_secs(1)).unwrap();
        let whole = scratch::read(&path, 1 << 20).unwrap().unwrap();
        for cut in 0..whole.len() {
            scratch::write(&path, &whole[..cut]).unwrap();
            let found = read(&path).unwrap();
            assert_eq!(found.records, records[..found.records.len()]);
            let lines = whole[..cut].iter().filter(|it| **it == b'\n').count();
            assert_eq!(found.records.len(), lines);
            let mut journal = Journal::open(&path, found.good).unwrap();
            journal.write(&[json!("next")], Duration::ZERO).unwrap();
            assert_eq!(read(&path).unwrap().records.last(), Some(&json!("next")));
        }
        let mut damaged = whole;
        damaged[40] ^= 1;
        scratch::write(&path, &damaged).unwrap();
        assert_eq!(read(&path).unwrap().records.len(), 0);
        scratch::remove(&directory).unwrap();
    }
}
