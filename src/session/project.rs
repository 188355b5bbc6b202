//! Which files make a program: a `.wudi` file by itself, or all beside and below a `wudi.toml`.

use std::io;
use std::path::{Component, Path, PathBuf};

use crate::host::{EntryKind, Host};

const CONFIG: &str = "wudi.toml";

/// The files of a program.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Its `wudi.toml`, where it has one.
    pub(crate) config: Option<PathBuf>,
    pub(crate) files: Vec<PathBuf>,
}

/// Why there is no program at a path.
#[derive(Debug)]
pub(crate) enum Refusal {
    Unreadable(io::Error),
    /// A directory that is no package.
    NoPackage,
}

/// What keeps bytes from being a source; with the byte of the text where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    ByteOrderMark,
    Nul(usize),
    NotUtf8(usize),
}

/// The program that a file or a package directory belongs to.
pub(crate) fn locate(host: &dyn Host, path: &Path) -> Result<Found, Refusal> {
    let path = plain(path);
    if is_directory(host, &path).map_err(Refusal::Unreadable)? {
        if !is_package(host, &path) {
            return Err(Refusal::NoPackage);
        }
        return Ok(package(host, &path));
    }
    let directory = path.parent().unwrap_or(Path::new(""));
    let Some(root) = package_above(host, directory) else {
        let files = vec![path];
        return Ok(Found {
            config: None,
            files,
        });
    };
    let mut found = package(host, &root);
    if !found.files.contains(&path) {
        found.files.push(path);
    }
    Ok(found)
}

/// All programs at a path, each as [`locate`] takes it.
pub(crate) fn programs(host: &dyn Host, path: &Path) -> Vec<PathBuf> {
    let path = plain(path);
    let is_directory = is_directory(host, &path).unwrap_or(false);
    if !is_directory {
        let directory = path.parent().unwrap_or(Path::new(""));
        return vec![package_above(host, directory).unwrap_or(path)];
    }
    if let Some(root) = package_above(host, &path) {
        return vec![root];
    }
    let mut all = Vec::new();
    walk(host, &path, &mut |directory, name| {
        if is_package(host, directory) {
            all.push(directory.to_owned());
            return Descend::No;
        }
        if let Some(name) = name {
            all.push(directory.join(name));
        }
        Descend::Yes
    });
    all.dedup();
    all
}

/// What the program at a path is called: its package's directory, or its file, or of a `main.wudi` the directory.
pub(crate) fn name(host: &dyn Host, path: &Path) -> String {
    let path = match programs(host, path).into_iter().next() {
        Some(found) => found,
        None => path.to_owned(),
    };
    let here = host.current_directory().unwrap_or_default();
    let whole = plain(&here.join(path));
    let word = |it: Option<&std::ffi::OsStr>| it.and_then(|it| it.to_str()).map(str::to_owned);
    let parent = || word(whole.parent().and_then(Path::file_name));
    let named = match whole.extension() {
        Some(it) if it == "wudi" => {
            let stem = word(whole.file_stem());
            stem.filter(|it| it != "main").or_else(parent)
        }
        Some(_) | None => word(whole.file_name()),
    };
    named.unwrap_or_else(|| "main".to_owned())
}

/// The `.wudi` files beside and below a directory, those of packages below it left out.
pub(crate) fn files(host: &dyn Host, root: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    walk(host, root, &mut |directory, name| {
        if directory != root && is_package(host, directory) {
            return Descend::No;
        }
        if let Some(name) = name {
            all.push(directory.join(name));
        }
        Descend::Yes
    });
    all
}

/// All `.wudi` files at a path, whichever package they belong to.
pub(crate) fn all_files(host: &dyn Host, path: &Path) -> Vec<PathBuf> {
    let path = plain(path);
    if !is_directory(host, &path).unwrap_or(false) {
        return vec![path];
    }
    let mut all = Vec::new();
    walk(host, &path, &mut |directory, name| {
        all.extend(name.map(|it| directory.join(it)));
        Descend::Yes
    });
    all
}

/// All files of YAML at a path: the file itself, or all in and below a directory. Those of a directory that begin with a dot
/// are left out; of directories so called, `.tekton` alone is looked into.
pub(crate) fn yaml_files(host: &dyn Host, path: &Path) -> Vec<PathBuf> {
    let path = plain(path);
    if !is_directory(host, &path).unwrap_or(false) {
        return vec![path];
    }
    let mut all = Vec::new();
    let mut open = vec![path];
    while let Some(directory) = open.pop() {
        let mut below = Vec::new();
        for entry in host.list(&directory).unwrap_or_default() {
            let hidden = entry.name.starts_with('.');
            match entry.kind {
                EntryKind::Directory if !hidden || entry.name == ".tekton" => {
                    below.push(directory.join(&entry.name));
                }
                EntryKind::File | EntryKind::Link if !hidden && is_yaml(&entry.name) => {
                    all.push(directory.join(&entry.name));
                }
                EntryKind::Directory | EntryKind::File | EntryKind::Link | EntryKind::Other => {}
            }
        }
        open.extend(below.into_iter().rev());
    }
    all
}

/// Whether a file is called as YAML is.
pub(crate) fn is_yaml(name: &str) -> bool {
    let (_, extension) = name.rsplit_once('.').unwrap_or_default();
    matches!(extension, "yaml" | "yml")
}

/// The text of a file; where it is no clean text, what can be shown of it and why it is none.
pub(crate) fn decode(bytes: Vec<u8>) -> (String, Option<Flaw>) {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let nul = text.find('\0').filter(|it| *it < valid);
            return (text, Some(nul.map_or(Flaw::NotUtf8(valid), Flaw::Nul)));
        }
    };
    if text.starts_with('\u{FEFF}') {
        return (text, Some(Flaw::ByteOrderMark));
    }
    let nul = text.find('\0').map(Flaw::Nul);
    (text, nul)
}

/// The path without `.`, and without `a/..` where `a` is a plain name.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(last(&plain), Some(Component::Normal(_))) => {
                plain.pop();
            }
            Component::Prefix(_)
            | Component::RootDir
            | Component::ParentDir
            | Component::Normal(_) => plain.push(part),
        }
    }
    plain
}

fn last(path: &Path) -> Option<Component<'_>> {
    path.components().next_back()
}

fn package(host: &dyn Host, root: &Path) -> Found {
    Found {
        config: Some(root.join(CONFIG)),
        files: files(host, root),
    }
}

fn is_package(host: &dyn Host, directory: &Path) -> bool {
    let found = host.look(&directory.join(CONFIG));
    matches!(found, Ok(Some(EntryKind::File | EntryKind::Link)))
}

/// Whether the path leads to a directory; links are followed.
fn is_directory(host: &dyn Host, path: &Path) -> io::Result<bool> {
    match host.look(path)? {
        None => Err(io::ErrorKind::NotFound.into()),
        Some(EntryKind::Directory) => Ok(true),
        Some(EntryKind::Link) => Ok(host.list(path).is_ok()),
        Some(EntryKind::File | EntryKind::Other) => Ok(false),
    }
}

/// The `wudi.toml` of the package that a path belongs to.
pub(crate) fn config_above(host: &dyn Host, path: &Path) -> Option<PathBuf> {
    let path = plain(path);
    let directory = match is_directory(host, &path) {
        Ok(true) => &path,
        Ok(false) | Err(_) => path.parent().unwrap_or(Path::new("")),
    };
    package_above(host, directory).map(|it| it.join(CONFIG))
}

/// The nearest directory with a `wudi.toml`, from `directory` upwards.
fn package_above(host: &dyn Host, directory: &Path) -> Option<PathBuf> {
    let here = host.current_directory().ok();
    let mut steps = here.map_or(0, |it| it.components().count());
    let mut directory = directory.to_owned();
    loop {
        if is_package(host, &directory) {
            return Some(directory);
        }
        if matches!(last(&directory), Some(Component::Normal(_))) {
            directory.pop();
        } else if directory.has_root() || steps == 0 {
            return None;
        } else {
            steps -= 1;
            directory.push("..");
        }
    }
}

/// Whether [`walk`] goes on in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Descend {
    Yes,
    No,
}

/// Calls `visit` with each directory (and no name), then with each `.wudi` file in it, then goes deeper; hidden directories and links to directories are left out.
fn walk(host: &dyn Host, root: &Path, visit: &mut dyn FnMut(&Path, Option<&str>) -> Descend) {
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        if visit(&directory, None) == Descend::No {
            continue;
        }
        let entries = host.list(&directory).unwrap_or_default();
        let mut below = Vec::new();
        for entry in entries {
            let hidden = entry.name.starts_with('.');
            match entry.kind {
                EntryKind::Directory if !hidden => below.push(directory.join(&entry.name)),
                EntryKind::File | EntryKind::Link if is_source(&entry.name) => {
                    visit(&directory, Some(&entry.name));
                }
                EntryKind::Directory | EntryKind::File | EntryKind::Link | EntryKind::Other => {}
            }
        }
        open.extend(below.into_iter().rev());
    }
}

fn is_source(name: &str) -> bool {
    name.ends_with(".wudi") && !name.starts_with('.')
}
