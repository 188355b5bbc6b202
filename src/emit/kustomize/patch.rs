//! JSON patches (RFC 6902) from an object of `base/` to that of one environment.

use serde_json::{Map, json};

use crate::emit::core::data::is_named;
use crate::yaml::Tree;

/// The operations that turn `base` into `target`.
///
/// What is replaced or removed is tested first, so that a patch that no longer fits its base fails instead of doing harm.
pub(crate) fn between(base: &Tree, target: &Tree) -> Vec<Tree> {
    let mut operations = Vec::new();
    compare(base, target, "", &mut operations);
    operations
}

fn compare(base: &Tree, target: &Tree, path: &str, out: &mut Vec<Tree>) {
    if base == target {
        return;
    }
    match (base, target) {
        (Tree::Object(old), Tree::Object(new)) => fields(old, new, path, out),
        (Tree::Array(old), Tree::Array(new)) if is_subsequence(old, new) => {
            items(old, new, path, out);
        }
        _ => {
            out.push(json!({ "op": "test", "path": path, "value": base }));
            out.push(json!({ "op": "replace", "path": path, "value": target }));
        }
    }
}

fn fields(old: &Map<String, Tree>, new: &Map<String, Tree>, path: &str, out: &mut Vec<Tree>) {
    for (key, value) in old {
        let path = format!("{path}/{}", escape(key));
        match new.get(key) {
            Some(wanted) => compare(value, wanted, &path, out),
            None => {
                out.push(json!({ "op": "test", "path": path, "value": value }));
                out.push(json!({ "op": "remove", "path": path }));
            }
        }
    }
    for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        let path = format!("{path}/{}", escape(key));
        out.push(json!({ "op": "add", "path": path, "value": value }));
    }
}

/// Changes elements at their old places, then puts new ones between them from the front, so that each index is right when it is used.
fn items(old: &[Tree], new: &[Tree], path: &str, out: &mut Vec<Tree>) {
    let same = |wanted: &Tree| {
        old.iter()
            .position(|it| it.get("name") == wanted.get("name"))
    };
    for item in new {
        if let Some(at) = same(item)
            && let Some(before) = old.get(at)
        {
            compare(before, item, &format!("{path}/{at}"), out);
        }
    }
    for (at, item) in new.iter().enumerate() {
        if same(item).is_none() {
            out.push(json!({ "op": "add", "path": format!("{path}/{at}"), "value": item }));
        }
    }
}

/// Whether the named elements of `old` are all in `new`, in the same order.
fn is_subsequence(old: &[Tree], new: &[Tree]) -> bool {
    let mut rest = new.iter();
    let mut follows = |it: &Tree| rest.any(|other| other.get("name") == it.get("name"));
    is_named(old) && is_named(new) && old.iter().all(&mut follows)
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::between;

    #[test]
    fn replacing_and_removing_is_guarded() {
        let operations = between(
            &json!({ "a": { "b": 1 }, "c/d": 2 }),
            &json!({ "a": { "b": 3, "e": 4 } }),
        );
        assert_eq!(
            operations,
            [
                json!({ "op": "test", "path": "/a/b", "value": 1 }),
                json!({ "op": "replace", "path": "/a/b", "value": 3 }),
                json!({ "op": "add", "path": "/a/e", "value": 4 }),
                json!({ "op": "test", "path": "/c~1d", "value": 2 }),
                json!({ "op": "remove", "path": "/c~1d" }),
            ]
        );
    }

    #[test]
    fn named_elements_are_put_at_their_places() {
        let operations = between(
            &json!([{ "name": "b" }]),
            &json!([{ "name": "a" }, { "name": "b", "v": 1 }, { "name": "c" }]),
        );
        assert_eq!(
            operations,
            [
                json!({ "op": "add", "path": "/0/v", "value": 1 }),
                json!({ "op": "add", "path": "/0", "value": { "name": "a" } }),
                json!({ "op": "add", "path": "/2", "value": { "name": "c" } }),
            ]
        );
    }
}
