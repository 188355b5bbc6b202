//! The real machine.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::host::{Entry, EntryKind, Host, MAX_FILE_BYTES};

/// The real machine: its file system and environment.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsHost;

impl Host for OsHost {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let file = fs::File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(here(directory))? {
            let entry = entry?;
            let kind = kind(entry.file_type()?);
            // What is no Unicode cannot be named in a program either.
            if let Ok(name) = entry.file_name().into_string() {
                entries.push(Entry { name, kind });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn look(&self, path: &Path) -> io::Result<Option<EntryKind>> {
        match fs::symlink_metadata(here(path)) {
            Ok(found) => Ok(Some(kind(found.file_type()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let directory = here(path.parent().unwrap_or(Path::new("")));
        let mut draft = tempfile::Builder::new();
        let mut draft = draft.prefix(".wudi-").tempfile_in(directory)?;
        draft.write_all(bytes)?;
        // A draft is private; what takes its place has the rights that the file had, or those of any new file.
        let rights = match fs::metadata(path) {
            Ok(found) => found.permissions(),
            Err(_) => rights_of_a_new_file(directory)?,
        };
        draft.as_file().set_permissions(rights)?;
        draft.persist(path).map_err(|it| it.error)?;
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path)?.is_dir() {
            fs::remove_dir(path)
        } else {
            fs::remove_file(path)
        }
    }

    fn create_directories(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn current_directory(&self) -> io::Result<PathBuf> {
        std::env::current_dir()
    }
}

/// The empty path is where we are.
fn here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    }
}

fn kind(found: fs::FileType) -> EntryKind {
    if found.is_file() {
        EntryKind::File
    } else if found.is_dir() {
        EntryKind::Directory
    } else if found.is_symlink() {
        EntryKind::Link
    } else {
        EntryKind::Other
    }
}

/// What the user's mask leaves of a new file's rights; the mask can only be learnt by making a file.
fn rights_of_a_new_file(directory: &Path) -> io::Result<fs::Permissions> {
    let made = tempfile::Builder::new()
        .prefix(".wudi-")
        .make_in(directory, |path| fs::File::create_new(path))?;
    Ok(made.as_file().metadata()?.permissions())
}
