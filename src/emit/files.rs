//! The files of the output while they are collected: each path once.

use indexmap::IndexMap;

use crate::base::Span;
use crate::diag::Sink;
use crate::emit::{Manifest, errors};
use crate::yaml::{self, Tree};

/// Collects the files of all back ends.
#[derive(Debug, Default)]
pub(crate) struct Files {
    found: Vec<(Manifest, Span)>,
}

impl Files {
    /// Adds a file of one object; `span` is where the program asks for it.
    pub(crate) fn add(&mut self, path: impl Into<String>, span: Span, tree: &Tree) {
        self.add_text(path, span, yaml::write(tree));
    }

    /// Adds a file of any text.
    pub(crate) fn add_text(&mut self, path: impl Into<String>, span: Span, text: String) {
        let manifest = Manifest {
            path: path.into(),
            text,
            keep: false,
        };
        self.found.push((manifest, span));
    }

    /// Adds a file that is made where it is missing and then belongs to others.
    pub(crate) fn add_kept(&mut self, path: impl Into<String>, span: Span, tree: &Tree) {
        let manifest = Manifest {
            path: path.into(),
            text: yaml::write(tree),
            keep: true,
        };
        self.found.push((manifest, span));
    }

    /// All files in the order in which they came; a second one of a path is reported and left out.
    pub(crate) fn finish(self, sink: &mut Sink) -> Vec<Manifest> {
        let mut kept: IndexMap<String, (Manifest, Span)> = IndexMap::new();
        for (manifest, span) in self.found {
            // On many file systems names that differ in case alone are one.
            let key = manifest.path.to_lowercase();
            match kept.get(&key) {
                Some((_, first)) => sink.push(errors::same_file(span, *first, &manifest.path)),
                None => {
                    kept.insert(key, (manifest, span));
                }
            }
        }
        kept.into_values().map(|(manifest, _)| manifest).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Files;
    use crate::base::{FileId, Span};
    use crate::diag::Sink;

    #[test]
    fn two_files_of_one_path_are_reported() {
        let at = |start| Span::new(FileId(0), start, start + 1);
        let mut files = Files::default();
        files.add("tekton/tasks/a.yaml", at(0), &json!({ "a": 1 }));
        files.add("tekton/tasks/A.yaml", at(5), &json!({ "a": 2 }));
        files.add("tekton/tasks/b.yaml", at(9), &json!({ "b": 1 }));
        let mut sink = Sink::default();
        let paths: Vec<String> = files
            .finish(&mut sink)
            .into_iter()
            .map(|it| it.path)
            .collect();
        assert_eq!(paths, ["tekton/tasks/a.yaml", "tekton/tasks/b.yaml"]);
        let found = sink.into_sorted();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].code.name, found[0].span),
            ("file-conflict", at(5))
        );
    }
}
