//! Events of a run against the schema that is published of them.

use serde_json::Value;

/// The schema.
pub fn schema() -> Value {
    serde_json::from_str(include_str!("../../src/cli/run/events.schema.json")).unwrap()
}

/// Whether a value fits a schema, of which what this one uses is known.
pub fn fits(value: &Value, schema: &Value) -> bool {
    let fields = schema.as_object().unwrap();
    fields.iter().all(|(word, said)| match word.as_str() {
        "oneOf" => {
            said.as_array()
                .unwrap()
                .iter()
                .filter(|it| fits(value, it))
                .count()
                == 1
        }
        "const" => value == said,
        "enum" => said.as_array().unwrap().contains(value),
        "type" => match said.as_array() {
            Some(all) => all.iter().any(|it| is(value, it.as_str().unwrap())),
            None => is(value, said.as_str().unwrap()),
        },
        "minimum" => value.as_f64().is_none_or(|it| it >= said.as_f64().unwrap()),
        "required" => {
            let mut names = said.as_array().unwrap().iter();
            names.all(|it| value.get(it.as_str().unwrap()).is_some())
        }
        "items" => value
            .as_array()
            .is_none_or(|all| all.iter().all(|it| fits(it, said))),
        "properties" => value.as_object().is_none_or(|of| {
            of.iter()
                .all(|(name, it)| said.get(name).is_none_or(|schema| fits(it, schema)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|of| {
            let named = |name: &str| {
                fields
                    .get("properties")
                    .is_some_and(|it| it.get(name).is_some())
            };
            of.iter()
                .filter(|(name, _)| !named(name))
                .all(|(_, it)| match said.as_bool() {
                    Some(allowed) => allowed,
                    None => fits(it, said),
                })
        }),
        "title" | "description" | "$schema" => true,
        other => panic!("`{other}` is not known here"),
    })
}

fn is(value: &Value, of: &str) -> bool {
    match of {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("`{other}` is no type"),
    }
}
