//! What the same object of several environments has in common: the object as it stands in `base/`.

use serde_json::Map;

use crate::emit::core::data::is_named;
use crate::yaml::Tree;

/// What most environments say, without what each says differently; `None` where nothing is common.
///
/// A field that some do not have is left out as well, so that overlays only add and replace. `own` says of a text that it
/// names something that is not in `base/`.
pub(crate) fn common(trees: &[&Tree], own: &dyn Fn(&str) -> bool) -> Option<Tree> {
    let first = *trees.first()?;
    if trees.iter().all(|it| *it == first) {
        return Some(first.clone());
    }
    let maps: Vec<_> = trees.iter().filter_map(|it| it.as_object()).collect();
    if maps.len() == trees.len() {
        return common_fields(&maps, own);
    }
    let lists: Vec<_> = trees.iter().filter_map(|it| it.as_array()).collect();
    if lists.len() == trees.len() && lists.iter().all(|it| is_named(it)) {
        return common_items(&lists, own);
    }
    most(trees).filter(|it| !names_any(it, own))
}

fn common_fields(maps: &[&Map<String, Tree>], own: &dyn Fn(&str) -> bool) -> Option<Tree> {
    let mut fields = Map::new();
    for key in maps.first()?.keys() {
        let values: Vec<&Tree> = maps.iter().filter_map(|it| it.get(key)).collect();
        if values.len() == maps.len()
            && let Some(value) = common(&values, own)
        {
            fields.insert(key.clone(), value);
        }
    }
    (!fields.is_empty()).then_some(Tree::Object(fields))
}

/// Lists of named elements: the elements that all have, where all have them in one order.
fn common_items(lists: &[&Vec<Tree>], own: &dyn Fn(&str) -> bool) -> Option<Tree> {
    let name = |it: &Tree| it.get("name").cloned();
    let in_all = |it: &&Tree| {
        let wanted = name(it);
        lists
            .iter()
            .all(|list| list.iter().any(|it| name(it) == wanted))
    };
    let order = |list: &Vec<Tree>| list.iter().filter(in_all).map(name).collect::<Vec<_>>();
    let first = order(lists.first()?);
    if first.is_empty() || lists.iter().any(|it| order(it) != first) {
        return None;
    }
    let item = |wanted: &Option<Tree>| {
        let same = |list: &&Vec<Tree>| list.iter().position(|it| name(it) == *wanted);
        let found = lists.iter().filter_map(|list| list.get(same(list)?));
        common(&found.collect::<Vec<_>>(), own)
    };
    let items: Option<Vec<Tree>> = first.iter().map(item).collect();
    let mut items = items?;
    // An element of which only the name is common says nothing; each overlay adds its own.
    let says_something = |it: &Tree| {
        let alone = it.as_object().is_some_and(|it| it.len() == 1);
        !alone || lists.iter().all(|list| list.contains(it))
    };
    items.retain(says_something);
    (!items.is_empty()).then_some(Tree::Array(items))
}

/// What more than half of them say.
fn most(trees: &[&Tree]) -> Option<Tree> {
    let count = |wanted: &Tree| trees.iter().filter(|it| **it == wanted).count();
    let found = trees.iter().find(|it| count(it) * 2 > trees.len());
    found.map(|it| (*it).clone())
}

fn names_any(tree: &Tree, own: &dyn Fn(&str) -> bool) -> bool {
    match tree {
        Tree::String(text) => own(text),
        Tree::Array(items) => items.iter().any(|it| names_any(it, own)),
        Tree::Object(fields) => fields.values().any(|it| names_any(it, own)),
        Tree::Null | Tree::Bool(_) | Tree::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    fn common(trees: &[Value]) -> Option<Value> {
        let trees: Vec<&Value> = trees.iter().collect();
        super::common(&trees, &|it| it == "own")
    }

    #[test]
    fn what_most_say_stays_and_what_each_says_goes() {
        let found = common(&[
            json!({ "a": 1, "b": "x", "c": 1, "d": "own" }),
            json!({ "a": 2, "b": "x", "c": 1, "d": "own" }),
            json!({ "a": 3, "b": "y", "d": "other" }),
        ]);
        assert_eq!(found, Some(json!({ "b": "x" })));
    }

    #[test]
    fn named_lists_keep_what_all_have() {
        let found = common(&[
            json!([{ "name": "a", "u": 0, "v": 1 }, { "name": "b", "v": 1 }]),
            json!([{ "name": "c" }, { "name": "a", "u": 0, "v": 2 }, { "name": "b", "v": 2 }]),
        ]);
        assert_eq!(found, Some(json!([{ "name": "a", "u": 0 }])));
        assert_eq!(common(&[json!([1]), json!([2])]), None);
    }
}
