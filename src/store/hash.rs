//! Content hashes, and hashes that only this machine can make.

use std::io;
use std::path::Path;

use crate::host::keep;

/// Hashes one thing after the other, so that no two lists of things give the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hasher(blake3::Hasher);

impl Hasher {
    /// One more thing.
    pub(crate) fn part(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let bytes = bytes.as_ref();
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// A number.
    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// The hash of all so far, as hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}

/// The hash of some bytes.
pub(crate) fn of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// The hash of what a file holds.
pub(crate) fn of_file(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    keep::pieces(path, &mut |it| {
        hasher.update(it);
    })?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Hashes that say nothing to those who lack the key, however few texts there are to try.
#[derive(Clone)]
pub(crate) struct Keyed([u8; 32]);

impl Keyed {
    /// With the key in this file, which is made where it is not there.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let known = |bytes: Option<Vec<u8>>| bytes.and_then(|it| <[u8; 32]>::try_from(it).ok());
        if let Some(key) = known(keep::read(path)?) {
            return Ok(Self(key));
        }
        keep::put(path, &keep::random()?)?;
        // Another process may have put its own there in the meantime.
        let read = known(keep::read(path)?);
        read.map(Self)
            .ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    pub(crate) fn of(&self, text: &str) -> String {
        blake3::keyed_hash(&self.0, text.as_bytes())
            .to_hex()
            .to_string()
    }
}

impl std::fmt::Debug for Keyed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyed")
    }
}
