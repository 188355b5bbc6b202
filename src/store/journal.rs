//! What happened in a run that must not be forgotten when the process is killed: one sealed line each, in the order in which it happened.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::host::keep::{self, Appender};
use crate::store::hash;

/// Digits of a line's seal.
const SEAL: usize = 16;

/// Waiting for the disk may take one part in so many of the time that would be lost.
const SHARE: u32 = 40;

/// A journal that is written to.
#[derive(Debug)]
pub(crate) struct Journal {
    file: Appender,
    /// Work whose records are not certain to be on the disk.
    unsynced: Duration,
    /// How long it takes until they are.
    sync: Duration,
}

impl Journal {
    /// Goes on with a journal after what could be read of it.
    pub(crate) fn open(path: &Path, good: u64) -> io::Result<Self> {
        Ok(Self {
            file: Appender::open(path, good)?,
            unsynced: Duration::ZERO,
            sync: Duration::from_millis(2),
        })
    }

    /// Writes records of so much work. From here on no kill takes them away; a failure of the machine takes no more than a small
    /// share of what waiting for the disk each time would cost.
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
        if self.unsynced >= self.sync * SHARE {
            self.sync()?;
        }
        Ok(())
    }

    /// Waits until all of it is on the disk.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        let began = Instant::now();
        self.file.sync()?;
        self.sync = began.elapsed().max(Duration::from_micros(500));
        self.unsynced = Duration::ZERO;
        Ok(())
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
