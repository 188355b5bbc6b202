//! A machine in memory, for tests and editors.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::host::{Entry, EntryKind, Host};

/// A file system in memory, whose current directory is its root.
#[derive(Debug, Default)]
pub struct MemoryHost {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<PathBuf, Vec<u8>>,
    directories: BTreeSet<PathBuf>,
    variables: BTreeMap<String, String>,
}

impl MemoryHost {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a file more.
    #[must_use]
    pub fn with_file(self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) -> Self {
        self.state()
            .files
            .insert(plain(path.as_ref()), bytes.into());
        self
    }

    /// With a variable of the environment more.
    #[must_use]
    pub fn with_variable(self, name: &str, value: &str) -> Self {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.state().variables.insert(name, value);
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_directory(&self, path: &Path) -> bool {
        let below = |it: &PathBuf| it != path && it.starts_with(path);
        path.as_os_str().is_empty()
            || self.directories.contains(path)
            || self.files.keys().any(below)
            || self.directories.iter().any(below)
    }
}

impl Host for MemoryHost {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let (state, path) = (self.state(), plain(path));
        match state.files.get(&path) {
            Some(bytes) => Ok(bytes.clone()),
            None if state.is_directory(&path) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Entry>> {
        let (state, directory) = (self.state(), plain(directory));
        if !state.is_directory(&directory) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut found = BTreeMap::new();
        let all = state.files.keys().map(|it| (it, EntryKind::File));
        let all = all.chain(
            state
                .directories
                .iter()
                .map(|it| (it, EntryKind::Directory)),
        );
        for (path, kind) in all {
            let Ok(rest) = path.strip_prefix(&directory) else {
                continue;
            };
            let mut parts = rest.components();
            let Some(first) = parts.next() else { continue };
            let kind = match parts.next() {
                Some(_) => EntryKind::Directory,
                None => kind,
            };
            let name = first.as_os_str().to_string_lossy().into_owned();
            found.insert(name.clone(), Entry { name, kind });
        }
        Ok(found.into_values().collect())
    }

    fn look(&self, path: &Path) -> io::Result<Option<EntryKind>> {
        let (state, path) = (self.state(), plain(path));
        if state.files.contains_key(&path) {
            return Ok(Some(EntryKind::File));
        }
        Ok(state.is_directory(&path).then_some(EntryKind::Directory))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.state().files.insert(plain(path), bytes.to_vec());
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let (mut state, path) = (self.state(), plain(path));
        if state.files.remove(&path).is_some() || state.directories.remove(&path) {
            return Ok(());
        }
        Err(io::ErrorKind::NotFound.into())
    }

    fn create_directories(&self, path: &Path) -> io::Result<()> {
        self.state().directories.insert(plain(path));
        Ok(())
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.state().variables.get(name).cloned()
    }

    fn current_directory(&self) -> io::Result<PathBuf> {
        Ok(PathBuf::from("/"))
    }
}

/// The path from the root, without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => plain.push(name),
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    plain
}
