//! YAML to tree, for tests: by the reader of another, so that the writer is judged by more than one.

use crate::yaml::Tree;

/// The only document of a text.
pub(crate) fn read_one(text: &str) -> Result<Tree, String> {
    serde_yaml::from_str(text).map_err(|it| it.to_string())
}

/// All documents of a text; empty ones are left out.
pub(crate) fn read_all(text: &str) -> Result<Vec<Tree>, String> {
    serde_yaml::from_multiple(text).map_err(|it| it.to_string())
}
