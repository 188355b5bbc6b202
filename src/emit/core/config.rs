//! The ConfigMap of an app, whose name carries a hash of its content, so that a change of it replaces the pods.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::emit::core::data::{self, Fields};
use crate::emit::core::{Place, object};
use crate::plan::app::App;
use crate::yaml::Tree;

/// The name of the app's ConfigMap in this environment; `None` where it asks for none.
pub(crate) fn name(app: &App, place: Place<'_>) -> Option<String> {
    if app.config.is_empty() {
        return None;
    }
    let hash = hash(&content(app, place));
    Some(format!("{}-{hash}", app.meta.name))
}

pub(crate) fn config_map(app: &App, place: Place<'_>) -> Option<Tree> {
    let name = name(app, place)?;
    let entry = |(key, it): (&crate::base::Name, &crate::plan::Expr)| {
        (key.clone(), data::text(it, place.plan))
    };
    let mut body = Fields::default();
    body.put("data", data::record(app.config.iter().map(entry)));
    Some(object("v1", "ConfigMap", &name, app, place, body))
}

fn content(app: &App, place: Place<'_>) -> BTreeMap<String, String> {
    let entries = app.config.iter();
    let entries = entries.map(|(key, it)| (key.to_string(), data::text(it, place.plan)));
    entries.collect()
}

/// The suffix that kustomize's generator would give: ten digits of a SHA-256 over the content as sorted JSON,
/// with digits and vowels replaced that could form words.
fn hash(content: &BTreeMap<String, String>) -> String {
    let data = serde_json::to_string(content).unwrap_or_default();
    let text = format!(r#"{{"data":{data},"kind":"ConfigMap","name":""}}"#);
    let digest = Sha256::digest(escape(&text));
    let digits = digest.iter().flat_map(|it| [it >> 4, it & 15]);
    let letters = "gh2k456789mbcdtf".as_bytes();
    let letter = |it: u8| {
        letters
            .get(usize::from(it))
            .map_or('x', |it| char::from(*it))
    };
    digits.take(10).map(letter).collect()
}

/// Go's JSON writes these characters as escapes.
fn escape(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    #[test]
    fn the_hash_is_that_of_kustomize() {
        let content = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        assert_eq!(super::hash(&content), "4h2mbtbbt6");
    }
}
