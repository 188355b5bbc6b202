//! The texts of a session and the positions in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file of the session; an index into [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// One text with its name.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The path as the user gave it, or `std/…` for the standard library.
    pub(crate) path: PathBuf,
    pub(crate) text: Arc<str>,
    line_starts: Arc<[u32]>,
}

/// A position for people and machines: both count from one; a column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LineColumn {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// All texts of a session, numbered.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

impl Source {
    pub(crate) fn new(path: PathBuf, text: Arc<str>) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, it)| *it == b'\n');
        let starts = starts.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
        let line_starts = std::iter::once(0).chain(starts).collect();
        Self {
            path,
            text,
            line_starts,
        }
    }

    /// The line of a byte offset, from zero.
    pub(crate) fn line(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|it| *it <= offset).max(1) - 1
    }

    /// The line and column of a byte offset; an offset inside a character counts as its start.
    pub(crate) fn position(&self, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.line_starts.get(line).map_or(0, |it| *it as usize);
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let column = self.text.get(start..end).map_or(0, |it| it.chars().count()) + 1;
        LineColumn {
            line: line + 1,
            column,
        }
    }
}

impl SourceMap {
    /// Takes a text in and numbers it; a text of the same path is replaced and keeps its number.
    pub(crate) fn add(&mut self, path: &Path, text: Arc<str>) -> FileId {
        let source = Source::new(path.to_path_buf(), text);
        let known = self.sources.iter_mut().position(|it| it.path == path);
        let index = match known {
            Some(index) => {
                self.sources[index] = source;
                index
            }
            None => {
                self.sources.push(source);
                self.sources.len() - 1
            }
        };
        FileId(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub(crate) fn get(&self, file: FileId) -> Option<&Source> {
        self.sources.get(file.0 as usize)
    }

    /// The text of a file; empty for an unknown one.
    pub(crate) fn text(&self, file: FileId) -> &str {
        self.get(file).map_or("", |it| &it.text)
    }

    /// The path of a file; empty for an unknown one.
    pub(crate) fn path(&self, file: FileId) -> &Path {
        self.get(file).map_or(Path::new(""), |it| &it.path)
    }
}
