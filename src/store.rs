//! What wudi keeps between runs: the history of runs, the journal of each, the cache of what tasks gave. Knows nothing of what a run
//! is: it keeps texts. The only home of the database and of content hashes.

pub(crate) mod cache;
pub(crate) mod hash;
pub(crate) mod history;
pub(crate) mod journal;
pub(crate) mod query;
pub(crate) mod record;

use std::io;
use std::path::{Path, PathBuf};

use crate::host::keep::{self, Lock, Sharing};
use crate::host::scratch;

/// Where files of secrets are while a run goes on, below its files.
pub(crate) const SECRETS: &str = "secrets";

/// The folder in which runs are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(crate) fn new(root: &Path) -> Self {
        let root = root.to_owned();
        Self { root }
    }

    /// The database.
    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("history.sqlite")
    }

    /// The runs that have a folder.
    pub(crate) fn runs(&self) -> Vec<String> {
        keep::names(&self.root.join("runs")).unwrap_or_default()
    }

    /// What is kept of one run.
    pub(crate) fn run(&self, name: &str) -> RunFolder {
        RunFolder {
            root: self.root.join("runs").join(name),
        }
    }
}

/// What is kept of one run: its lock, its journal, its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunFolder {
    root: PathBuf,
}

impl RunFolder {
    /// Makes it; gives whether no other run has it.
    pub(crate) fn make(&self) -> io::Result<bool> {
        keep::make_new(&self.root)
    }

    pub(crate) fn exists(&self) -> bool {
        scratch::is_directory(&self.root)
    }

    /// Held by the process that runs it. `None` where another one does.
    pub(crate) fn lock(&self) -> io::Result<Option<Lock>> {
        Lock::try_take(&self.root.join("lock"), Sharing::Alone)
    }

    pub(crate) fn is_running(&self) -> bool {
        keep::is_locked(&self.root.join("lock"))
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// Where the run's own files are, unless it was given another place.
    pub(crate) fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// How it says that it ended.
    pub(crate) fn over(&self) -> Option<String> {
        let read = journal::read(&self.journal()).ok()?;
        let over = read.records.last()?.get("over")?;
        over.as_str().map(str::to_owned)
    }

    /// Removes what only a run that goes on may have on the disk.
    pub(crate) fn remove_secrets(&self) -> io::Result<()> {
        scratch::remove(&self.files().join(SECRETS))
    }

    /// Removes all of it.
    pub(crate) fn remove(&self) -> io::Result<()> {
        scratch::remove(&self.root)
    }
}
