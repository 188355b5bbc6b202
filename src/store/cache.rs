//! What tasks gave, by what they were given: files by their content, and for each key the list of them. Shared by runs and processes.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Serialize};

use crate::host::keep::{self, Kind, Lock, Sharing};
use crate::store::hash::{self, Keyed};

/// So many bytes are kept unless somebody says otherwise.
pub(crate) const LIMIT: u64 = 10 << 30;

/// What a task gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) task: String,
    /// How long it took, in seconds.
    pub(crate) took: f64,
    /// The run that did it.
    pub(crate) run: String,
    pub(crate) results: serde_json::Value,
    pub(crate) files: Vec<File>,
}

/// A file that a task gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct File {
    /// The task's workspace.
    pub(crate) workspace: String,
    /// Below it, parts divided by `/`.
    pub(crate) path: String,
    pub(crate) content: Content,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Content {
    Bytes { hash: String, size: u64, mode: u32 },
    Link(String),
}

/// What a key is made of, each part by what it is called.
pub(crate) type Parts = IndexMap<String, String>;

/// The key of some parts.
pub(crate) fn key(parts: &Parts) -> String {
    let mut hasher = hash::Hasher::default();
    for (name, it) in parts {
        hasher.part(name).part(it);
    }
    hasher.hex()
}

/// A folder of what tasks gave.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    root: PathBuf,
    keyed: Keyed,
}

impl Cache {
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        keep::private(root)?;
        Ok(Self {
            keyed: Keyed::open(&root.join("key"))?,
            root: root.to_owned(),
        })
    }

    /// Hashes that do not give away what they are of.
    pub(crate) fn keyed(&self) -> &Keyed {
        &self.keyed
    }

    /// Nothing is removed while this is held.
    pub(crate) fn hold(&self) -> io::Result<Lock> {
        Lock::take(&self.root.join("lock"), Sharing::WithOthers)
    }

    /// What is kept under a key.
    pub(crate) fn find(&self, key: &str) -> io::Result<Option<Entry>> {
        let path = self.entry(key);
        let Some(bytes) = keep::read(&path)? else {
            return Ok(None);
        };
        let entry = serde_json::from_slice(&bytes).ok();
        if entry.is_some() {
            // What is used stays longest.
            let _ = keep::touch(&path);
        }
        Ok(entry)
    }

    /// Keeps what a task gave.
    pub(crate) fn save(&self, key: &str, entry: &Entry) -> io::Result<()> {
        keep::put(&self.entry(key), &serde_json::to_vec(entry)?)
    }

    /// Keeps what a file holds, and gives the hash of it.
    pub(crate) fn take_in(&self, path: &Path) -> io::Result<String> {
        let hash = hash::of_file(path)?;
        let object = self.object(&hash);
        if keep::look(&object)?.is_none() {
            keep::copy(path, &object, 0o600)?;
            // Somebody may have written to it in the meantime.
            if hash::of_file(&object)? != hash {
                keep::remove_file(&object)?;
                let changed = "it changes while it is read";
                return Err(io::Error::other(changed));
            }
        }
        Ok(hash)
    }

    /// Lays a file out, whole. Gives whether what is kept of it is whole.
    pub(crate) fn lay_out(&self, hash: &str, mode: u32, to: &Path) -> io::Result<bool> {
        let object = self.object(hash);
        if keep::look(&object)?.is_none() {
            return Ok(false);
        }
        if hash::of_file(&object)? != hash {
            keep::remove_file(&object)?;
            return Ok(false);
        }
        keep::copy(&object, to, mode)?;
        Ok(true)
    }

    /// The parts of the last key that this task had.
    pub(crate) fn last(&self, task: &str) -> Option<Parts> {
        let bytes = keep::read(&self.last_path(task)).ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    pub(crate) fn set_last(&self, task: &str, parts: &Parts) -> io::Result<()> {
        keep::put(&self.last_path(task), &serde_json::to_vec(parts)?)
    }

    fn last_path(&self, task: &str) -> PathBuf {
        self.root.join("last").join(hash::of(task.as_bytes()))
    }

    fn entry(&self, key: &str) -> PathBuf {
        below(&self.root.join("entries"), key)
    }

    fn object(&self, hash: &str) -> PathBuf {
        below(&self.root.join("objects"), hash)
    }

    /// Removes what is too much, if it can be removed now.
    pub(crate) fn stay_small(&self) {
        if self.size().is_ok_and(|(_, size)| size > LIMIT) {
            let _ = self.prune(LIMIT / 10 * 8);
        }
    }

    /// How much there is: entries, bytes.
    pub(crate) fn size(&self) -> io::Result<(usize, u64)> {
        let entries = all(&self.root.join("entries"))?.len();
        let objects = all(&self.root.join("objects"))?;
        Ok((entries, objects.values().map(|it| it.1).sum()))
    }

    /// Removes what was not used for longest until no more than so many bytes are left. Does nothing while somebody reads or writes.
    pub(crate) fn prune(&self, most: u64) -> io::Result<bool> {
        let Some(_alone) = Lock::try_take(&self.root.join("lock"), Sharing::Alone)? else {
            return Ok(false);
        };
        let mut entries: Vec<(PathBuf, SystemTime)> = all(&self.root.join("entries"))?
            .into_iter()
            .map(|(path, (used, _))| (path, used))
            .collect();
        entries.sort_by_key(|it| std::cmp::Reverse(it.1));
        let (mut kept, mut size) = (IndexSet::new(), 0);
        let mut full = false;
        for (path, _) in entries {
            let entry = keep::read(&path)?.and_then(|it| serde_json::from_slice(&it).ok());
            let entry: Option<Entry> = entry.filter(|_| !full);
            let mut own = IndexMap::new();
            for it in entry.iter().flat_map(|it| &it.files) {
                if let Content::Bytes { hash, size, .. } = &it.content
                    && !kept.contains(hash)
                {
                    own.insert(hash.clone(), *size);
                }
            }
            let more: u64 = own.values().sum();
            full |= size + more > most;
            if full || entry.is_none() {
                keep::remove_file(&path)?;
                continue;
            }
            size += more;
            kept.extend(own.into_keys());
        }
        for (path, _) in all(&self.root.join("objects"))? {
            let name = path.file_name().map(|it| it.to_string_lossy().into_owned());
            if !name.is_some_and(|it| kept.contains(&it)) {
                keep::remove_file(&path)?;
            }
        }
        Ok(true)
    }
}

fn below(directory: &Path, hash: &str) -> PathBuf {
    directory.join(hash.get(..2).unwrap_or_default()).join(hash)
}

/// The files two levels below, with when they were used and their sizes.
fn all(directory: &Path) -> io::Result<IndexMap<PathBuf, (SystemTime, u64)>> {
    let mut found = IndexMap::new();
    for group in keep::names(directory)? {
        let group = directory.join(group);
        for name in keep::names(&group)? {
            let path = group.join(name);
            if let Some(it) = keep::look(&path)?
                && it.kind == Kind::File
            {
                found.insert(path, (it.modified, it.size));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Cache, Content, Entry, File};
    use crate::host::scratch;

    fn kept(cache: &Cache, directory: &Path, name: &str, size: usize) {
        let path = directory.join(name);
        scratch::write(&path, name.repeat(size).as_bytes()).unwrap();
        let hash = cache.take_in(&path).unwrap();
        let content = Content::Bytes {
            hash,
            size: (name.len() * size) as u64,
            mode: 0o644,
        };
        let entry = Entry {
            task: name.to_owned(),
            took: 1.0,
            run: "r".to_owned(),
            results: serde_json::json!({}),
            files: vec![File {
                workspace: "w".to_owned(),
                path: name.to_owned(),
                content,
            }],
        };
        cache.save(&key(name), &entry).unwrap();
    }

    fn key(name: &str) -> String {
        crate::store::hash::of(name.as_bytes())
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let directory = scratch::fresh().unwrap();
        let cache = Cache::open(&directory.join("cache")).unwrap();
        for name in ["a", "b", "c"] {
            kept(&cache, &directory, name, 100);
            std::thread::sleep(std::time::Duration::from_millis(15));
        }
        assert!(cache.find(&key("a")).unwrap().is_some());
        assert_eq!(cache.size().unwrap(), (3, 300));
        let held = cache.hold().unwrap();
        assert!(!cache.prune(200).unwrap());
        drop(held);
        assert!(cache.prune(200).unwrap());
        assert_eq!(cache.size().unwrap(), (2, 200));
        assert!(cache.find(&key("a")).unwrap().is_some());
        assert!(cache.find(&key("b")).unwrap().is_none());
        scratch::remove(&directory).unwrap();
    }

    #[test]
    fn what_is_damaged_is_not_laid_out() {
        let directory = scratch::fresh().unwrap();
        let cache = Cache::open(&directory.join("cache")).unwrap();
        kept(&cache, &directory, "a", 10);
        let entry = cache.find(&key("a")).unwrap().unwrap();
        let Content::Bytes { hash, .. } = &entry.files[0].content else {
            panic!("a file is bytes");
        };
        let to = directory.join("out/a");
        assert!(cache.lay_out(hash, 0o755, &to).unwrap());
        let object = cache.object(hash);
        scratch::write(&object, b"other").unwrap();
        assert!(!cache.lay_out(hash, 0o755, &to).unwrap());
        assert!(!cache.lay_out(hash, 0o755, &to).unwrap());
        scratch::remove(&directory).unwrap();
    }
}
