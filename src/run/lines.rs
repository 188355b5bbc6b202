//! What a step writes, cut into lines, and copied byte by byte where that is asked for.

use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::host::scratch::{self, File};
use crate::run::event::Stream;

/// What a line may be long; of a longer one the rest is left out.
const LONGEST: usize = 256 << 10;

/// Cuts a stream into lines.
#[derive(Debug)]
pub(crate) struct Cut {
    stream: Stream,
    line: Vec<u8>,
    /// A line break is missing.
    begun: bool,
    copy: Option<File>,
}

impl Cut {
    /// For stdout and stderr; with copies in the same file they share it.
    pub(crate) fn both(copies: &[Option<PathBuf>; 2]) -> io::Result<[Self; 2]> {
        let copied = |path: &Option<PathBuf>| path.as_deref().map(scratch::begin).transpose();
        let [to_out, to_err] = copies;
        let out = copied(to_out)?;
        let err = match to_out == to_err {
            true => out.as_ref().map(File::try_clone).transpose()?,
            false => copied(to_err)?,
        };
        Ok([Self::new(Stream::Out, out), Self::new(Stream::Err, err)])
    }

    fn new(stream: Stream, copy: Option<File>) -> Self {
        Self {
            stream,
            line: Vec::new(),
            begun: false,
            copy,
        }
    }

    /// Takes what was written next.
    pub(crate) fn pass(&mut self, chunk: &[u8], line: &mut (dyn FnMut(Stream, Vec<u8>) + Send)) {
        if let Some(copy) = &mut self.copy
            && copy.write_all(chunk).is_err()
        {
            // A copy that cannot be written is like one that nobody reads: the step goes on.
            self.copy = None;
        }
        for piece in chunk.split_inclusive(|it| *it == b'\n') {
            let (text, ended) = match piece.split_last() {
                Some((b'\n', text)) => (text, true),
                Some(_) | None => (piece, false),
            };
            let room = LONGEST.saturating_sub(self.line.len());
            self.line.extend(text.iter().take(room));
            self.begun = true;
            if ended {
                self.flush(line);
            }
        }
    }

    /// There is no more: what was begun is a line.
    pub(crate) fn flush(&mut self, line: &mut (dyn FnMut(Stream, Vec<u8>) + Send)) {
        if std::mem::take(&mut self.begun) {
            line(self.stream, std::mem::take(&mut self.line));
        }
    }
}
