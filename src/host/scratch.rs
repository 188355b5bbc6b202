//! Directories and files of a run: made fresh, read with a limit, removed whole.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub(crate) use std::fs::File;

/// A fresh directory for one run, only for this user, with its links resolved.
pub(crate) fn fresh() -> io::Result<PathBuf> {
    let made = tempfile::Builder::new().prefix("wudi-run-").tempdir()?;
    fs::canonicalize(made.keep())
}

/// Makes a directory and those above it.
pub(crate) fn make(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Writes a file and makes the directories above it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, bytes)
}

/// Writes a file that only this user can read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, b"")?;
    set_mode(path, 0o600)?;
    fs::write(path, bytes)
}

/// A file to write to, empty at first.
pub(crate) fn begin(path: &Path) -> io::Result<File> {
    fs::File::create(path)
}

/// At most so many bytes of a regular file; `None` where there is none.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !found.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// The path from the root, with its links resolved; fails where nothing is there.
pub(crate) fn whole(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// Whether the path leads to a directory.
pub(crate) fn is_directory(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|it| it.is_dir())
}

/// Whether the path leads to a file.
pub(crate) fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|it| it.is_file())
}

/// Whether anything is there.
pub(crate) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Lets every user of this machine read and write a directory that they can reach.
pub(crate) fn share(path: &Path) -> io::Result<()> {
    set_mode(path, 0o777)
}

/// Lets every user read a file that they can reach, and where it is a program run it.
pub(crate) fn publish(path: &Path, runs: bool) -> io::Result<()> {
    set_mode(path, if runs { 0o755 } else { 0o644 })
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// Removes a directory with all that is in it, also where tools left it read-only.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    if fs::remove_dir_all(path).is_ok() {
        return Ok(());
    }
    open_up(path);
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Takes a directory out of the way: removed, or under another name where it cannot be.
pub(crate) fn put_aside(path: &Path) -> io::Result<()> {
    if remove(path).is_ok() {
        return Ok(());
    }
    let mut aside = path.with_extension("cut-0");
    for count in 1.. {
        if fs::symlink_metadata(&aside).is_err() {
            break;
        }
        aside = path.with_extension(format!("cut-{count}"));
    }
    fs::rename(path, aside)
}

/// Makes all directories below writable; links are not followed.
fn open_up(root: &Path) {
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        let _ = writable(&directory);
        let entries = fs::read_dir(&directory).into_iter().flatten().flatten();
        let below = entries.filter(|it| it.file_type().is_ok_and(|it| it.is_dir()));
        open.extend(below.map(|it| it.path()));
    }
}

#[cfg(unix)]
fn writable(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn writable(_directory: &Path) -> io::Result<()> {
    Ok(())
}
