//! The outside world as the compiler sees it: files, variables, the current directory. The only home of `std::fs`.

pub(crate) mod keep;
mod memory;
pub(crate) mod net;
mod os;
pub(crate) mod scratch;

use std::io;
use std::path::{Path, PathBuf};

pub use memory::MemoryHost;
pub use os::OsHost;

/// More than any source or manifest has; what is larger is refused unread.
pub(crate) const MAX_FILE_BYTES: u64 = 64 << 20;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, wherever it leads.
    Link,
    /// A device, a pipe, a socket.
    Other,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name alone, without the directory.
    pub name: String,
    /// What it is; a link is not followed.
    pub kind: EntryKind,
}

/// Where a session reads from and writes to.
pub trait Host: Send + Sync {
    /// The bytes of a file; links are followed.
    ///
    /// # Errors
    /// Where there is no such file, or it cannot be read, or it is larger than wudi takes.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// What a directory holds, by name.
    ///
    /// # Errors
    /// Where there is no such directory, or it cannot be read.
    fn list(&self, directory: &Path) -> io::Result<Vec<Entry>>;

    /// What stands at the path itself, a link not followed; `None` where there is nothing.
    ///
    /// # Errors
    /// Where that cannot be told.
    fn look(&self, path: &Path) -> io::Result<Option<EntryKind>>;

    /// Writes a file whole or not at all; its directory must exist.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Removes a file, a link or an empty directory.
    ///
    /// # Errors
    /// Where it cannot be removed.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes a directory and those above it; fine where it exists.
    ///
    /// # Errors
    /// Where one cannot be made.
    fn create_directories(&self, path: &Path) -> io::Result<()>;

    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;

    /// The directory that relative paths start from.
    ///
    /// # Errors
    /// Where it is gone.
    fn current_directory(&self) -> io::Result<PathBuf>;
}

/// Why a file could not be read or written, as the end of a sentence: `cannot read `x`: …`.
pub(crate) fn reason(error: &io::Error) -> String {
    let known = [
        (io::ErrorKind::NotFound, "there is no such file"),
        (io::ErrorKind::PermissionDenied, "permission denied"),
        (io::ErrorKind::IsADirectory, "it is a directory"),
        (
            io::ErrorKind::NotADirectory,
            "a part of the path is not a directory",
        ),
        (io::ErrorKind::FileTooLarge, "it is too large"),
        (io::ErrorKind::StorageFull, "the disk is full"),
        (
            io::ErrorKind::ReadOnlyFilesystem,
            "the file system is read-only",
        ),
        (
            io::ErrorKind::DirectoryNotEmpty,
            "the directory is not empty",
        ),
    ];
    match known.iter().find(|(kind, _)| *kind == error.kind()) {
        Some((_, reason)) => (*reason).to_owned(),
        None => error.to_string().to_lowercase(),
    }
}
