//! What a variable of a container holds.

use crate::import::reference::Scope;
use crate::import::value::{self, string};
use crate::import::write;
use crate::yaml::Node;

/// Text, `secret("name", "key")`, …, or where only the API's own form says it, that.
pub(crate) fn env_value(item: &Node, scope: &Scope, level: usize) -> String {
    let Some(from) = item.get("valueFrom").filter(|it| !it.is_null()) else {
        return string(item.text_of("value"), scope, level);
    };
    short_env_value(from).unwrap_or_else(|| value::value(from, scope, level))
}

/// A key of a Secret or ConfigMap whose name is known, a field of the pod.
fn short_env_value(from: &Node) -> Option<String> {
    let [entry] = from.entries() else {
        return None;
    };
    let only = |known: &[&str]| {
        let mut keys = entry.value.entries().iter();
        keys.all(|it| known.contains(&it.key.as_str()))
    };
    let text = |key: &str| {
        let text = entry.value.text_of(key);
        (!text.is_empty() && !text.contains('$')).then(|| write::plain(text, 0))
    };
    let key_of = |word: &str| {
        let is_name = crate::types::Form::Name
            .check(entry.value.text_of("name"))
            .is_ok();
        (only(&["name", "key"]) && is_name)
            .then(|| Some(format!("{word}({}, {})", text("name")?, text("key")?)))?
    };
    match entry.key.as_str() {
        "secretKeyRef" => key_of("secret"),
        "configMapKeyRef" => key_of("config"),
        "fieldRef" if only(&["fieldPath"]) => Some(format!("field({})", text("fieldPath")?)),
        _ => None,
    }
}
