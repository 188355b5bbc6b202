//! The directory that a program is built into: what is wudi's there, what must change, and how it is changed.
//!
//! What wudi wrote is listed in `.wudi-NAME` beside it. A file in that list may be overwritten and removed; any other is
//! somebody else's and is never touched. Nothing outside the directory is, links included.

use std::io;
use std::path::{Path, PathBuf};

use indexmap::{IndexMap, IndexSet};

use crate::host::{EntryKind, Host};

/// A file that a program asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Relative to the directory, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Made where it is missing, then somebody else's.
    pub(crate) keep: bool,
}

/// How a file of the directory differs from what the program gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drift {
    Missing,
    Differs,
    /// wudi wrote it and the program no longer asks for it.
    Stale,
}

/// Why a file cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// It is there, wudi did not write it, and it says something else.
    Foreign,
    /// A directory or a device stands there.
    NoFile,
    /// A link stands there, or on the way there.
    Link(String),
    /// A file stands where a directory must be.
    NoDirectory(String),
    /// The path leads out of the directory, or is none.
    Escapes,
    /// Two files of the program have this path; some file systems ignore case.
    Twice(String),
    Unreadable(String),
}

/// What building would do to a directory.
#[derive(Debug)]
pub(crate) struct Changes {
    directory: PathBuf,
    index: String,
    /// Texts to write, by path.
    write: IndexMap<String, (Drift, String)>,
    remove: Vec<String>,
    /// The list as it was, as it must be.
    listed: (IndexSet<String>, IndexSet<String>),
}

const HEADER: &str = "# The files that `wudi build` wrote here: change the program, not them.";

/// What building `wanted` into `directory` would change; `owner` tells apart the programs that are built into it.
pub(crate) fn compare(
    host: &dyn Host,
    directory: &Path,
    owner: &str,
    wanted: &[Wanted],
) -> Result<Changes, Vec<(String, Conflict)>> {
    let index = format!(".wudi-{owner}");
    let before = listed(host, &directory.join(&index));
    let mut conflicts = Vec::new();
    let mut write = IndexMap::new();
    let mut seen: IndexMap<String, &str> = IndexMap::new();
    for it in wanted {
        if let Some(other) = seen.insert(it.path.to_lowercase(), &it.path) {
            conflicts.push((it.path.clone(), Conflict::Twice(other.to_owned())));
            continue;
        }
        match drift(host, directory, it, before.contains(&it.path)) {
            Ok(None) => {}
            Ok(Some(drift)) => {
                write.insert(it.path.clone(), (drift, it.text.clone()));
            }
            Err(conflict) => conflicts.push((it.path.clone(), conflict)),
        }
    }
    if !conflicts.is_empty() {
        return Err(conflicts);
    }
    let own = wanted.iter().filter(|it| !it.keep);
    let mut after: IndexSet<String> = own.map(|it| it.path.clone()).collect();
    after.sort();
    let asked = |path: &String| wanted.iter().any(|it| it.path == *path);
    let stale = before.iter().filter(|it| !asked(it)).cloned();
    let stale = stale.filter(|it| is_removable(host, directory, it));
    Ok(Changes {
        directory: directory.to_owned(),
        index,
        write,
        remove: stale.collect(),
        listed: (before, after),
    })
}

impl Changes {
    /// What differs, by path.
    pub(crate) fn drifts(&self) -> Vec<(&str, Drift)> {
        let written = self.write.iter().map(|(path, it)| (path.as_str(), it.0));
        let removed = self.remove.iter().map(|it| (it.as_str(), Drift::Stale));
        let mut all: Vec<_> = written.chain(removed).collect();
        if all.is_empty() && self.listed.0 != self.listed.1 {
            all.push((&self.index, Drift::Differs));
        }
        all.sort_by_key(|it| it.0);
        all
    }

    /// The same as [`Changes::drifts`], without the files that somebody else changes.
    #[cfg(test)]
    pub(crate) fn drifts_but(&self, kept: &[Wanted]) -> Vec<(&str, Drift)> {
        let keep = |path: &str| kept.iter().any(|it| it.keep && it.path == path);
        let all = self.drifts().into_iter();
        all.filter(|(path, _)| !keep(path)).collect()
    }

    /// Makes the changes; where it fails, everything that is written is in the list, so that the next build goes on.
    pub(crate) fn apply(&self, host: &dyn Host) -> Result<(), (String, io::Error)> {
        let (before, after) = &self.listed;
        if self.write.is_empty() && self.remove.is_empty() && before == after {
            return Ok(());
        }
        let union: IndexSet<String> = before.union(after).cloned().collect();
        self.list(host, &union)?;
        for (path, (_, text)) in &self.write {
            let target = self.directory.join(path);
            let parent = target.parent().unwrap_or(&self.directory);
            let made = host.create_directories(parent);
            let written = made.and_then(|()| host.write(&target, text.as_bytes()));
            written.map_err(|it| (path.clone(), it))?;
        }
        for path in &self.remove {
            let target = self.directory.join(path);
            host.remove(&target).map_err(|it| (path.clone(), it))?;
            self.prune(host, path);
        }
        self.list(host, after)
    }

    /// Writes the list; without files there is none.
    fn list(&self, host: &dyn Host, files: &IndexSet<String>) -> Result<(), (String, io::Error)> {
        let target = self.directory.join(&self.index);
        let named = |it| (self.index.clone(), it);
        if files.is_empty() {
            return match host.look(&target).map_err(named)? {
                Some(_) => host.remove(&target).map_err(named),
                None => Ok(()),
            };
        }
        let mut files: Vec<&str> = files.iter().map(String::as_str).collect();
        files.sort_unstable();
        let text = format!("{HEADER}\n{}\n", files.join("\n"));
        let made = host.create_directories(&self.directory);
        let written = made.and_then(|()| host.write(&target, text.as_bytes()));
        written.map_err(named)
    }

    /// Removes the directories above a removed file that are empty now.
    fn prune(&self, host: &dyn Host, path: &str) {
        let above = Path::new(path).ancestors().skip(1);
        for directory in above.take_while(|it| !it.as_os_str().is_empty()) {
            let directory = self.directory.join(directory);
            let empty = host.list(&directory).is_ok_and(|it| it.is_empty());
            if !empty || host.remove(&directory).is_err() {
                return;
            }
        }
    }
}

/// The paths that the list names; what is no path there is not wudi's.
fn listed(host: &dyn Host, index: &Path) -> IndexSet<String> {
    if !matches!(host.look(index), Ok(Some(EntryKind::File))) {
        return IndexSet::new();
    }
    let bytes = host.read(index).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().map(str::trim);
    let paths = lines.filter(|it| !it.starts_with('#') && is_inside(it));
    let mut paths: IndexSet<String> = paths.map(str::to_owned).collect();
    paths.sort();
    paths
}

/// How the file differs; `None` where nothing is to be done.
fn drift(
    host: &dyn Host,
    directory: &Path,
    wanted: &Wanted,
    is_own: bool,
) -> Result<Option<Drift>, Conflict> {
    if !is_inside(&wanted.path) {
        return Err(Conflict::Escapes);
    }
    way(host, directory, &wanted.path)?;
    let target = directory.join(&wanted.path);
    let unreadable = |it: io::Error| Conflict::Unreadable(crate::host::reason(&it));
    match host.look(&target).map_err(unreadable)? {
        None => Ok(Some(Drift::Missing)),
        Some(_) if wanted.keep => Ok(None),
        Some(EntryKind::Link) => Err(Conflict::Link(wanted.path.clone())),
        Some(EntryKind::Directory | EntryKind::Other) => Err(Conflict::NoFile),
        Some(EntryKind::File) => {
            let there = host.read(&target).map_err(unreadable)?;
            match (there == wanted.text.as_bytes(), is_own) {
                (true, _) => Ok(None),
                (false, true) => Ok(Some(Drift::Differs)),
                (false, false) => Err(Conflict::Foreign),
            }
        }
    }
}

/// Whether all directories on the way to the path are directories, or not there yet.
fn way(host: &dyn Host, directory: &Path, path: &str) -> Result<(), Conflict> {
    let mut above: Vec<&Path> = Path::new(path).ancestors().skip(1).collect();
    above.reverse();
    for step in above.into_iter().filter(|it| !it.as_os_str().is_empty()) {
        let shown = step.display().to_string();
        match host.look(&directory.join(step)) {
            Ok(Some(EntryKind::Directory)) => {}
            Ok(None) => return Ok(()),
            Ok(Some(EntryKind::Link)) => return Err(Conflict::Link(shown)),
            Ok(Some(EntryKind::File | EntryKind::Other)) => {
                return Err(Conflict::NoDirectory(shown));
            }
            Err(error) => return Err(Conflict::Unreadable(crate::host::reason(&error))),
        }
    }
    Ok(())
}

fn is_removable(host: &dyn Host, directory: &Path, path: &str) -> bool {
    let found = host.look(&directory.join(path));
    way(host, directory, path).is_ok() && matches!(found, Ok(Some(EntryKind::File)))
}

/// Whether the path stays in the directory, on every system, and is neither git's nor the list's own.
fn is_inside(path: &str) -> bool {
    let part = |it: &str| !matches!(it, "" | "." | ".." | ".git") && !it.starts_with(".wudi-");
    let odd = |it: char| it.is_control() || matches!(it, '\\' | ':');
    path.split('/').all(part) && !path.contains(odd)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Conflict, Drift, Wanted, compare};
    use crate::host::{Host, MemoryHost};

    fn wanted(path: &str, text: &str) -> Wanted {
        Wanted {
            path: path.to_owned(),
            text: text.to_owned(),
            keep: false,
        }
    }

    fn build(host: &MemoryHost, files: &[Wanted]) -> Vec<(String, Drift)> {
        let changes = compare(host, Path::new("out"), "a", files).unwrap();
        changes.apply(host).unwrap();
        let drifts = changes.drifts_but(files).into_iter();
        drifts.map(|(path, it)| (path.to_owned(), it)).collect()
    }

    fn text(host: &MemoryHost, path: &str) -> String {
        String::from_utf8(host.read(Path::new(path)).unwrap()).unwrap()
    }

    #[test]
    fn the_second_build_changes_nothing() {
        let host = MemoryHost::new();
        let files = [wanted("base/x.yaml", "x"), wanted("y.yaml", "y")];
        assert_eq!(build(&host, &files).len(), 2);
        assert_eq!(build(&host, &files), []);
        assert!(text(&host, "out/.wudi-a").ends_with("\nbase/x.yaml\ny.yaml\n"));
    }

    #[test]
    fn what_is_no_longer_asked_for_goes_with_its_directory() {
        let host = MemoryHost::new().with_file("out/base/mine.yaml", "m");
        build(
            &host,
            &[wanted("base/x.yaml", "x"), wanted("a/b/c.yaml", "c")],
        );
        let drifts = build(&host, &[]);
        let stale = |path: &str| (path.to_owned(), Drift::Stale);
        assert_eq!(drifts, [stale("a/b/c.yaml"), stale("base/x.yaml")]);
        assert_eq!(host.look(Path::new("out/a")).unwrap(), None);
        assert_eq!(host.look(Path::new("out/.wudi-a")).unwrap(), None);
        assert_eq!(text(&host, "out/base/mine.yaml"), "m");
    }

    #[test]
    fn the_file_of_another_is_not_overwritten() {
        let host = MemoryHost::new().with_file("out/x.yaml", "mine");
        let files = [wanted("x.yaml", "x"), wanted("y.yaml", "y")];
        let conflicts = compare(&host, Path::new("out"), "a", &files).unwrap_err();
        assert_eq!(conflicts, [("x.yaml".to_owned(), Conflict::Foreign)]);
    }

    #[test]
    fn a_file_to_keep_is_written_once() {
        let host = MemoryHost::new();
        let keep = |text: &str| Wanted {
            keep: true,
            ..wanted("release/k.yaml", text)
        };
        build(&host, &[keep("1")]);
        assert_eq!(build(&host, &[keep("2")]), []);
        assert_eq!(build(&host, &[]), []);
        assert_eq!(text(&host, "out/release/k.yaml"), "1");
    }

    #[test]
    fn no_path_leaves_the_directory() {
        let host = MemoryHost::new().with_file("out/.wudi-a", "../secret\n/etc/x\n");
        for path in [
            "../x",
            "/x",
            "a/../../x",
            "",
            "a//b",
            ".git/config",
            "c:x",
            ".wudi-b",
        ] {
            let conflicts = compare(&host, Path::new("out"), "a", &[wanted(path, "")]);
            assert_eq!(
                conflicts.unwrap_err(),
                [(path.to_owned(), Conflict::Escapes)]
            );
        }
        let host = host.with_file("secret", "s");
        build(&host, &[]);
        assert_eq!(text(&host, "secret"), "s");
    }

    #[test]
    fn paths_that_differ_in_case_alone_are_refused() {
        let files = [wanted("a.yaml", "x"), wanted("A.yaml", "y")];
        let host = MemoryHost::new();
        let conflicts = compare(&host, Path::new("out"), "a", &files).unwrap_err();
        assert_eq!(
            conflicts,
            [("A.yaml".to_owned(), Conflict::Twice("a.yaml".to_owned()))]
        );
    }
}
