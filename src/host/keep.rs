//! Files that outlive the process: appended to and synced, locked, put in place whole, listed with what is known of them.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file that is only ever written to at its end.
#[derive(Debug)]
pub(crate) struct Appender(fs::File);

impl Appender {
    /// Opens or makes the file; only its first `good` bytes stay.
    pub(crate) fn open(path: &Path, good: u64) -> io::Result<Self> {
        let mut options = fs::OpenOptions::new();
        let file = options.append(true).create(true).open(path)?;
        if file.metadata()?.len() > good {
            file.set_len(good)?;
        }
        Ok(Self(file))
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// The same file, for another thread.
    pub(crate) fn share(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Waits until all of it is on the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

/// A lock that ends with the process at the latest.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: fs::File,
}

/// How a lock is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    Alone,
    WithOthers,
}

impl Lock {
    /// Takes the lock, if nobody holds it in a way that forbids it.
    pub(crate) fn try_take(path: &Path, sharing: Sharing) -> io::Result<Option<Self>> {
        let file = file_to_lock(path)?;
        let taken = match sharing {
            Sharing::Alone => file.try_lock(),
            Sharing::WithOthers => file.try_lock_shared(),
        };
        match taken {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Waits for the lock.
    pub(crate) fn take(path: &Path, sharing: Sharing) -> io::Result<Self> {
        let file = file_to_lock(path)?;
        match sharing {
            Sharing::Alone => file.lock()?,
            Sharing::WithOthers => file.lock_shared()?,
        }
        Ok(Self { _file: file })
    }
}

fn file_to_lock(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    let options = options.read(true).write(true).create(true);
    options.truncate(false).open(path)
}

/// Whether a process holds the lock alone. A lock that was never made is not held.
pub(crate) fn is_locked(path: &Path) -> bool {
    let Ok(file) = fs::File::open(path) else {
        return false;
    };
    matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock))
}

/// Makes a directory that was not there, for this user alone; those above it may be there. Gives whether it was made.
pub(crate) fn make_new(path: &Path) -> io::Result<bool> {
    if let Some(parent) = path.parent() {
        private(parent)?;
    }
    match fs::create_dir(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes a directory and those above it; those that are made are for this user alone.
pub(crate) fn private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Puts a file in place whole or not at all, for this user alone.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    private(directory)?;
    let mut draft = tempfile::Builder::new();
    let mut draft = draft.prefix(DRAFT).tempfile_in(directory)?;
    draft.write_all(bytes)?;
    draft.persist(path).map_err(|it| it.error)?;
    Ok(())
}

/// What files are called that are not in their place yet.
pub(crate) const DRAFT: &str = ".draft-";

/// A copy of a file, put in place whole, with the mode given; the directories above it are made.
pub(crate) fn copy(from: &Path, to: &Path, mode: u32) -> io::Result<()> {
    let directory = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut draft = tempfile::Builder::new();
    let mut draft = draft.prefix(DRAFT).tempfile_in(directory)?;
    let mut source = fs::File::open(from)?;
    io::copy(&mut source, draft.as_file_mut())?;
    set_mode(draft.as_file(), mode)?;
    draft.persist(to).map_err(|it| it.error)?;
    Ok(())
}

/// A link, put in place of whatever file was there.
pub(crate) fn link(target: &Path, path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let _ = fs::remove_file(path);
    #[cfg(unix)]
    return std::os::unix::fs::symlink(target, path);
    #[cfg(not(unix))]
    return fs::write(path, target.to_string_lossy().as_bytes());
}

#[cfg(unix)]
fn set_mode(file: &fs::File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_file: &fs::File, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// Removes a file; fine where it is gone.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Says that a file is used now.
pub(crate) fn touch(path: &Path) -> io::Result<()> {
    let file = fs::File::options().append(true).open(path)?;
    file.set_modified(SystemTime::now())
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    /// Where it leads.
    Link(PathBuf),
    Other,
}

/// What is known of what stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) size: u64,
    /// The rights of a file, as unix has them.
    pub(crate) mode: u32,
    pub(crate) modified: SystemTime,
}

/// Looks at a path, a link not followed; `None` where nothing is there.
pub(crate) fn look(path: &Path) -> io::Result<Option<Found>> {
    match fs::symlink_metadata(path) {
        Ok(it) => found(path, &it).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn found(path: &Path, it: &fs::Metadata) -> io::Result<Found> {
    let kind = if it.is_dir() {
        Kind::Directory
    } else if it.is_file() {
        Kind::File
    } else if it.is_symlink() {
        Kind::Link(fs::read_link(path)?)
    } else {
        Kind::Other
    };
    #[cfg(unix)]
    let mode = {
        use std::os::unix::fs::PermissionsExt as _;
        it.permissions().mode() & 0o7777
    };
    #[cfg(not(unix))]
    let mode = 0o644;
    Ok(Found {
        kind,
        size: it.len(),
        mode,
        modified: it.modified().unwrap_or(SystemTime::UNIX_EPOCH),
    })
}

/// The names in a directory, in their order; none where it is not there.
pub(crate) fn names(directory: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Hands on what a file holds, piece by piece.
pub(crate) fn pieces(path: &Path, piece: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut file = fs::File::open(path)?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            count => piece(buffer.get(..count).unwrap_or_default()),
        }
    }
}

/// All of a file; `None` where there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Bytes that nobody can guess.
pub(crate) fn random() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}
