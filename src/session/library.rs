//! Checks a program beside as much of the prelude as it can mean: the items whose names are among its words, and what those need
//! in turn. Where there is something to report, beside the whole, so that messages know every name.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use crate::base::{FileId, Name, SourceMap};
use crate::check::{self, Checked};
use crate::diag::Sink;
use crate::resolve::{self, Program};
use crate::schema::kinds;
use crate::session::Input;
use crate::stdlib;
use crate::syntax::{self, Cache, ast};

const PRELUDE: &str = "prelude";

/// What the files of a program are read with.
pub(crate) struct Reader<'a> {
    pub(crate) input: &'a Input,
    pub(crate) sources: &'a mut SourceMap,
    pub(crate) cache: Cache,
}

impl Reader<'_> {
    pub(crate) fn parse(&mut self, files: &[FileId], sink: &mut Sink) -> Vec<Arc<ast::Tree>> {
        let (sources, cache) = (&*self.sources, &mut self.cache);
        let tree = |it: &FileId| Arc::new(syntax::parse(*it, sources.text(*it), cache, sink));
        files.iter().map(tree).collect()
    }

    /// The program of those trees, checked. `words` are words of it that stand in no file.
    pub(crate) fn check(
        &mut self,
        root: &[Arc<ast::Tree>],
        words: &str,
        sink: &mut Sink,
    ) -> (Program, Checked) {
        if sink.count() == 0 {
            let mut trial = sink.clone();
            let needed = self.needed(root, words);
            let (program, checked) = self.check_beside(root, needed, &mut trial);
            if trial.count() == 0 && !checked.lacking {
                return (program, checked);
            }
        }
        self.check_beside(root, PIECES.clone(), sink)
    }

    /// The program of those trees, checked beside the whole prelude.
    pub(crate) fn check_beside_all(
        &mut self,
        root: &[Arc<ast::Tree>],
        sink: &mut Sink,
    ) -> (Program, Checked) {
        self.check_beside(root, PIECES.clone(), sink)
    }

    fn check_beside(
        &mut self,
        root: &[Arc<ast::Tree>],
        prelude: Vec<Range<usize>>,
        sink: &mut Sink,
    ) -> (Program, Checked) {
        let input = self.input;
        let mut load = |name: &Name, sink: &mut Sink| {
            if let Some((_, files)) = input.packages.iter().find(|(it, _)| it == name) {
                return Some(self.parse(files, sink));
            }
            let text = stdlib::package(name)?;
            let path = format!("{name}.wudi");
            let file = self.sources.add(Path::new(&path), text.into());
            if name != PRELUDE {
                return Some(self.parse(&[file], sink));
            }
            let cache = &mut self.cache;
            let tree = syntax::parse_pieces(file, text, &prelude, cache, sink);
            Some(vec![Arc::new(tree)])
        };
        let program = resolve::resolve(root.to_vec(), &mut load, sink);
        let checked = check::check(&program, sink);
        (program, checked)
    }

    /// The pieces of the prelude that a program can mean.
    fn needed(&self, root: &[Arc<ast::Tree>], words: &str) -> Vec<Range<usize>> {
        let packages = self.input.packages.iter().flat_map(|it| &it.1);
        let files = root.iter().map(|it| it.file).chain(packages.copied());
        let mut texts: Vec<&str> = files.map(|it| self.sources.text(it)).collect();
        // A package is read where its name stands, in an import or not.
        for name in stdlib::packages() {
            let named = texts.iter().any(|it| it.contains(&name));
            texts.extend(stdlib::package(&name).filter(|_| named));
        }
        let mut needed = Needed::default();
        texts.iter().for_each(|it| needed.read(it));
        needed.read(words);
        needed.close()
    }
}

static PIECES: LazyLock<Vec<Range<usize>>> = LazyLock::new(|| syntax::pieces(&TEXT));

/// Words, sorted, each with the number of a piece that it asks for.
static INDEX: LazyLock<Vec<(&'static str, usize)>> = LazyLock::new(index);

static TEXT: LazyLock<&str> = LazyLock::new(|| stdlib::package(PRELUDE).unwrap_or_default());

/// The lines of a piece that are no comments.
fn code(piece: usize) -> impl Iterator<Item = &'static str> {
    let range = PIECES.get(piece).cloned();
    let piece = range.and_then(|it| TEXT.get(it)).unwrap_or_default();
    piece
        .lines()
        .filter(|it| !it.trim_start().starts_with("//"))
}

fn index() -> Vec<(&'static str, usize)> {
    let declared = |piece: usize| {
        let mut head = words(code(piece).find(|it| !it.is_empty())?);
        let name = head.find(|it| !matches!(*it, "extern" | "fn" | "type" | "let"))?;
        Some((name, piece))
    };
    let mut index: Vec<(&str, usize)> = (0..PIECES.len()).filter_map(declared).collect();
    index.sort_unstable();
    let body = |kind: &kinds::Kind| {
        let at = index.binary_search_by_key(&kind.body?, |it| it.0).ok()?;
        index.get(at).map(|it| it.1)
    };
    let mut kinds = Vec::new();
    for kind in kinds::KINDS.iter().chain(kinds::BLOCKS) {
        kinds.extend(body(kind).map(|it| (kind.name, it)));
        let bound = kind.bindings.and_then(kinds::find_block);
        kinds.extend(bound.and_then(body).map(|it| (kind.name, it)));
    }
    for (ty, kind) in check::ty::THINGS {
        kinds.extend(kinds::find(kind).and_then(body).map(|it| (*ty, it)));
    }
    index.extend(kinds);
    index.sort_unstable();
    index
}

/// What a text has in the way of words, whatever they are there.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-');
    let runs = text.as_bytes().split(move |it| !is_part(*it));
    let runs = runs.filter(|it| !it.is_empty());
    runs.filter_map(|it| Some(str::from_utf8(it).ok()?.trim_matches('-')))
}

#[derive(Default)]
struct Needed {
    taken: HashSet<usize>,
    /// Those whose own words were not read yet.
    open: Vec<usize>,
}

impl Needed {
    fn read(&mut self, text: &str) {
        for word in words(text) {
            let first = INDEX.partition_point(|it| it.0 < word);
            let asked = INDEX.iter().skip(first).take_while(|it| it.0 == word);
            for (_, piece) in asked {
                if self.taken.insert(*piece) {
                    self.open.push(*piece);
                }
            }
        }
    }

    fn close(mut self) -> Vec<Range<usize>> {
        while let Some(piece) = self.open.pop() {
            code(piece).for_each(|it| self.read(it));
        }
        let pieces = PIECES.iter().enumerate();
        let pieces = pieces.filter(|it| self.taken.contains(&it.0));
        pieces.map(|it| it.1.clone()).collect()
    }
}

#[cfg(test)]
#[path = "library_tests.rs"]
mod tests;
