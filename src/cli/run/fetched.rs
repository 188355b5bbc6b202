//! What a resolver would fetch, taken from this machine: from repositories of git, and from a directory of what was fetched before.
//!
//! Below that directory lie `git/HOST/PATH`, a repository, `hub/KIND/NAME/VERSION.yaml`, or the catalog's own
//! `KIND/NAME/VERSION/NAME.yaml`, and `http/HOST/PATH` with what these addresses answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use crate::base::FileId;
use crate::diag::Sink;
use crate::host::{Host as _, OsHost};
use crate::yaml::read_nodes;

/// A text and what it is called.
type Text = (PathBuf, Vec<u8>);

/// So many references are followed; beyond, they likely lead in circles.
const MOST: usize = 1000;

/// What texts refer to, and what that refers to; then what could not be had, a line each.
pub(crate) fn fetch(texts: Vec<Text>, kept: Option<&Path>) -> (Vec<Text>, Vec<String>) {
    let mut seen = BTreeSet::new();
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    let mut open: Vec<Vec<u8>> = texts.into_iter().map(|it| it.1).collect();
    while let Some(text) = open.pop() {
        for reference in references(&text) {
            if seen.len() >= MOST || !seen.insert(reference.to_string()) {
                continue;
            }
            match one(&reference, kept) {
                Some(Ok(text)) => {
                    open.push(text.1.clone());
                    found.push(text);
                }
                Some(Err(reason)) => missing.push(reason),
                None => {}
            }
        }
    }
    (found, missing)
}

/// The references in a text that a resolver would follow.
fn references(text: &[u8]) -> Vec<Json> {
    let text = String::from_utf8_lossy(text);
    let mut found = Vec::new();
    // What is wrong with it is said where it is opened.
    for node in read_nodes(FileId(0), &text, &mut Sink::default()) {
        within(&node.to_tree(), &mut found);
    }
    found
}

fn within(tree: &Json, found: &mut Vec<Json>) {
    match tree {
        Json::Array(all) => all.iter().for_each(|it| within(it, found)),
        Json::Object(fields) => {
            for (key, it) in fields {
                let refers = matches!(key.as_str(), "taskRef" | "pipelineRef" | "ref");
                match refers && it.get("resolver").is_some() {
                    true => found.push(it.clone()),
                    false => within(it, found),
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// What one reference means; nothing where nobody here could know.
fn one(reference: &Json, kept: Option<&Path>) -> Option<Result<Text, String>> {
    let params = reference.get("params").and_then(Json::as_array);
    let said = |name: &str| {
        let mut params = params.into_iter().flatten();
        let found = params.find(|it| it.get("name").and_then(Json::as_str) == Some(name));
        let value = found?.get("value")?.as_str()?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    match reference.get("resolver").and_then(Json::as_str)? {
        "git" => of_git(&said, kept),
        "http" => {
            let url = said("url")?;
            let path = kept?.join("http").join(address(&url)?);
            Some(read(&path).ok_or_else(|| lacks(&url, &[path])))
        }
        "hub" => {
            let kept = kept?;
            let or = |it: Option<String>, usual: &str| it.unwrap_or_else(|| usual.to_owned());
            let (kind, name) = (or(said("kind"), "task"), said("name")?);
            let version = or(said("version"), "latest");
            if [&kind, &name, &version].iter().any(|it| !is_plain(it)) {
                return None;
            }
            let hub = kept.join("hub").join(&kind).join(&name);
            let catalog = kept.join(&kind).join(&name).join(&version);
            let places = [
                hub.join(format!("{version}.yaml")),
                catalog.join(format!("{name}.yaml")),
            ];
            let found = places.iter().find_map(|it| read(it));
            let what = format!("{kind} `{name}` {version} of the hub");
            Some(found.ok_or_else(|| lacks(&what, &places)))
        }
        _ => None,
    }
}

fn of_git(
    said: &dyn Fn(&str) -> Option<String>,
    kept: Option<&Path>,
) -> Option<Result<Text, String>> {
    let (url, path) = (said("url")?, said("pathInRepo")?);
    let revision = said("revision").unwrap_or_else(|| "main".to_owned());
    let local = url.strip_prefix("file://").unwrap_or(&url);
    let repository = match local.starts_with('/') {
        true => PathBuf::from(local),
        false => {
            let place = kept?.join("git").join(address(&url)?);
            let bare = place.with_extension("git");
            let stem = place.with_extension("");
            [place.clone(), bare, stem]
                .into_iter()
                .find(|it| it.is_dir())
                .unwrap_or(place)
        }
    };
    if !repository.is_dir() {
        return Some(Err(lacks(&url, &[repository])));
    }
    Some(shown(&repository, &revision, &path))
}

/// A file as a revision of a repository has it.
fn shown(repository: &Path, revision: &str, path: &str) -> Result<Text, String> {
    let object = format!("{revision}:{}", path.trim_start_matches('/'));
    let mut git = Command::new("git");
    git.arg("-C").arg(repository);
    git.args(["show", "--end-of-options", &object])
        .stdin(Stdio::null());
    let output = git
        .output()
        .map_err(|it| format!("cannot start `git`: {it}"))?;
    if output.status.success() {
        let name = format!("{}@{object}", repository.display());
        return Ok((PathBuf::from(name), output.stdout));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().lines().last().unwrap_or_default().to_owned();
    Err(format!(
        "`{}` has no `{object}`: {said}",
        repository.display()
    ))
}

fn lacks(what: &str, places: &[PathBuf]) -> String {
    let places: Vec<String> = { places.iter() }
        .map(|it| format!("`{}`", it.display()))
        .collect();
    format!("{what} is not at {}", places.join(" or "))
}

fn read(path: &Path) -> Option<Text> {
    Some((path.to_owned(), OsHost.read(path).ok()?))
}

/// `HOST/PATH` of an address, also of git's `USER@HOST:PATH`; nothing where it would lead elsewhere.
fn address(url: &str) -> Option<PathBuf> {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest.to_owned(),
        None => url.replacen(':', "/", 1),
    };
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit('@').next().unwrap_or(host);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let parts = path.split('/').filter(|it| !it.is_empty());
    let mut address = PathBuf::from(host.replace(':', "_"));
    for part in parts.chain([host]) {
        if !is_plain(part) {
            return None;
        }
    }
    address.extend(path.split('/').filter(|it| !it.is_empty()));
    Some(address)
}

fn is_plain(part: &str) -> bool {
    !part.contains(['/', '\\']) && !matches!(part, "" | "." | "..")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{address, references};

    #[test]
    fn addresses_are_paths_and_lead_nowhere_else() {
        let known = |url: &str| address(url).map(|it| it.to_string_lossy().into_owned());
        let git = Some("example.com/team/tasks.git".to_owned());
        assert_eq!(known("https://example.com/team/tasks.git"), git);
        assert_eq!(known("git@example.com:team/tasks.git"), git);
        assert_eq!(
            address("http://localhost:8080/a.yaml?b=c"),
            Some(PathBuf::from("localhost_8080/a.yaml"))
        );
        assert_eq!(address("https://example.com/../../etc/passwd"), None);
    }

    #[test]
    fn only_what_a_resolver_would_fetch_is_a_reference() {
        let text =
            b"spec:\n  taskRef: { name: a }\n  other: [{ ref: { resolver: hub, params: [] } }]\n";
        assert_eq!(references(text).len(), 1);
    }
}
