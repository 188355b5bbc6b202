//! What a node that fans out runs: one instance per combination, in Tekton's order.

use indexmap::IndexMap;

use crate::base::Name;
use crate::value::Value;

/// The arguments of one instance.
pub(crate) type Combination = IndexMap<Name, Value>;

/// The combinations of lists, the first varying fastest, and those that `include` adds.
///
/// An `include` is written into the combinations that it fits; it stands alone where none of its values is among theirs.
/// Empty where a list is empty, which skips the node.
pub(crate) fn combinations(
    lists: &IndexMap<Name, Vec<Value>>,
    include: &[Combination],
) -> Vec<Combination> {
    if lists.is_empty() {
        return include.to_vec();
    }
    let mut all = vec![Combination::new()];
    for (name, values) in lists {
        let with = |value: &Value| {
            let value = value.clone();
            let one = move |it: &Combination| {
                let mut it = it.clone();
                it.insert(name.clone(), value.clone());
                it
            };
            all.iter().map(one).collect::<Vec<_>>()
        };
        all = values.iter().flat_map(with).collect();
    }
    if all.is_empty() {
        return all;
    }
    for combination in &mut all {
        for it in include {
            let agrees = |(name, value): (&Name, &Value)| {
                combination.get(name).is_none_or(|own| own == value)
            };
            if it.iter().all(agrees) {
                let it = it.iter();
                combination.extend(it.map(|(name, value)| (name.clone(), value.clone())));
            }
        }
    }
    for it in include {
        let shares = |combination: &Combination| {
            let mut fields = it.iter();
            fields.any(|(name, value)| combination.get(name) == Some(value))
        };
        if !it.is_empty() && !all.iter().any(shares) {
            all.push(it.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::{Combination, combinations};
    use crate::base::Name;
    use crate::value::Value;

    fn of(pairs: &[(&str, &str)]) -> Combination {
        let pairs = pairs.iter();
        pairs
            .map(|(name, it)| (Name::new(name), Value::str(it)))
            .collect()
    }

    fn lists(all: &[(&str, &[&str])]) -> IndexMap<Name, Vec<Value>> {
        let all = all.iter();
        all.map(|(name, it)| (Name::new(name), it.iter().map(Value::str).collect()))
            .collect()
    }

    #[test]
    fn the_first_list_varies_fastest() {
        let lists = lists(&[
            ("os", &["linux", "mac"]),
            ("browser", &["chrome", "safari"]),
        ]);
        let all = combinations(&lists, &[]);
        let shown: Vec<String> = all
            .iter()
            .map(|it| format!("{:?}/{:?}", it["os"].as_str(), it["browser"].as_str()))
            .map(|it| it.replace("Some(\"", "").replace("\")", ""))
            .collect();
        assert_eq!(
            shown,
            ["linux/chrome", "mac/chrome", "linux/safari", "mac/safari"]
        );
    }

    #[test]
    fn an_include_joins_what_it_fits_or_stands_alone() {
        let lists = lists(&[("os", &["linux", "mac"])]);
        let include = [
            of(&[("os", "linux"), ("flag", "-l")]),
            of(&[("os", "plan9"), ("flag", "-p")]),
        ];
        let expected = vec![
            of(&[("os", "linux"), ("flag", "-l")]),
            of(&[("os", "mac")]),
            of(&[("os", "plan9"), ("flag", "-p")]),
        ];
        assert_eq!(combinations(&lists, &include), expected);
    }

    #[test]
    fn an_empty_list_leaves_nothing() {
        let lists = lists(&[("os", &[]), ("browser", &["chrome"])]);
        assert_eq!(
            combinations(&lists, &[of(&[("os", "linux")])]),
            Vec::<Combination>::new()
        );
    }
}
