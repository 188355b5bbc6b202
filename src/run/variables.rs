//! The environment of a step: what every program gets, `envFrom`, variables of its own.

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{EnvValue, Expr, Ref, Step};
use crate::run::evaluate::{evaluate, text};
use crate::run::scope::{Lack, Scope};
use crate::run::text;
use crate::value::Value;

/// All variables of a step.
pub(crate) fn environment(
    step: &Step,
    base: &IndexMap<String, String>,
    scope: &Scope,
) -> Result<IndexMap<String, String>, Lack> {
    let mut env = base.clone();
    if let Some(from) = step.extra.get("envFrom") {
        let from = evaluate(from, scope)?;
        for it in from.as_list().unwrap_or_default() {
            whole(it, scope, &mut env)?;
        }
    }
    for (name, value) in &step.env {
        let value = match value {
            EnvValue::Text(expr) => Some(expand(&text(expr, scope)?, &env)),
            EnvValue::Secret { name, key, .. } => {
                Some(found(scope, Ref::SecretKey(name.clone(), key.clone()))?)
            }
            EnvValue::Config { name, key, .. } => {
                Some(found(scope, Ref::ConfigKey(name.clone(), key.clone()))?)
            }
            EnvValue::Field { path, .. } => Some(found(scope, Ref::Field(path.clone()))?),
            EnvValue::Source(source) => of_source(name, &evaluate(source, scope)?, scope)?,
        };
        if let Some(value) = value {
            env.insert(name.to_string(), value);
        }
    }
    Ok(env)
}

fn found(scope: &Scope, reference: Ref) -> Result<String, Lack> {
    scope.find(&reference).map(|it| text::of(&it))
}

/// Every key of a config map or secret.
fn whole(from: &Value, scope: &Scope, env: &mut IndexMap<String, String>) -> Result<(), Lack> {
    let prefix = from.get("prefix").map(text::of).unwrap_or_default();
    let given = &scope.given;
    let kinds = [
        ("configMapRef", &given.configs, "config map"),
        ("secretRef", &given.secrets, "secret"),
    ];
    for (field, known, kind) in kinds {
        let Some(of) = from.get(field).filter(|it| !it.is_none()) else {
            continue;
        };
        let name = of.get("name").map(text::of).unwrap_or_default();
        let keys = known.iter();
        let own =
            keys.filter_map(|(path, it)| Some((path.strip_prefix(&name)?.strip_prefix('/')?, it)));
        let before = env.len();
        env.extend(own.map(|(key, it)| (format!("{prefix}{key}"), it.clone())));
        if env.len() == before && !is_optional(of) && !is_known(known, &name) {
            return Err(Lack::Other(format!(
                "the {kind} `{name}` is not known here"
            )));
        }
    }
    Ok(())
}

fn is_optional(of: &Value) -> bool {
    of.get("optional").and_then(Value::as_bool) == Some(true)
}

fn is_known(known: &IndexMap<String, String>, name: &str) -> bool {
    let mut keys = known.keys();
    keys.any(|it| it.strip_prefix(name).is_some_and(|it| it.starts_with('/')))
}

/// What a `valueFrom` in the API's form gives; nothing where what is optional is absent.
fn of_source(name: &Name, source: &Value, scope: &Scope) -> Result<Option<String>, Lack> {
    let said = |field: &str| source.get(field).filter(|it| !it.is_none());
    let keyed = |of: &Value, make: fn(Name, Name) -> Ref| {
        let text = |key: &str| Name::new(of.get(key).map(text::of).unwrap_or_default());
        match found(scope, make(text("name"), text("key"))) {
            Ok(value) => Ok(Some(value)),
            Err(_) if is_optional(of) => Ok(None),
            Err(lack) => Err(lack),
        }
    };
    if let Some(of) = said("secretKeyRef") {
        return keyed(of, Ref::SecretKey);
    }
    if let Some(of) = said("configMapKeyRef") {
        return keyed(of, Ref::ConfigKey);
    }
    if let Some(path) = said("fieldRef").and_then(|it| it.get("fieldPath")) {
        return found(scope, Ref::Field(Name::new(text::of(path)))).map(Some);
    }
    Err(Lack::Other(unknown(name)))
}

fn unknown(name: &Name) -> String {
    format!("`{name}` is filled in by the cluster, in a way that is not known here")
}

/// The secrets and config maps that must be there for a `valueFrom`, as far as they are known before the run; otherwise why
/// it has no value here.
pub(crate) fn wanted(name: &Name, source: &Expr) -> Result<Option<Ref>, String> {
    let optional = |of: &Expr| {
        let said = of.get("optional");
        said.and_then(|it| it.value()?.as_bool()) == Some(true)
    };
    let keyed = |of: &Expr, make: fn(Name, Name) -> Ref| {
        let text = |key: &str| of.get(key)?.text().map(Name::new);
        let both = text("name").zip(text("key"));
        both.filter(|_| !optional(of))
            .map(|(name, key)| make(name, key))
    };
    let said = |field: &str| {
        source
            .get(field)
            .filter(|it| !it.value().is_some_and(Value::is_none))
    };
    if let Some(of) = said("secretKeyRef") {
        return Ok(keyed(&of, Ref::SecretKey));
    }
    if let Some(of) = said("configMapKeyRef") {
        return Ok(keyed(&of, Ref::ConfigKey));
    }
    match said("fieldRef") {
        Some(_) => Ok(None),
        None => Err(unknown(name)),
    }
}

/// `$(NAME)` of the environment, as a kubelet puts it into commands and variables; `$$` is one dollar.
pub(crate) fn expand(text: &str, env: &IndexMap<String, String>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        expanded.push_str(before);
        let after = from.get(1..).unwrap_or_default();
        if let Some(after) = after.strip_prefix('$') {
            expanded.push('$');
            rest = after;
            continue;
        }
        let name = after.strip_prefix('(').and_then(|it| it.split_once(')'));
        match name.and_then(|(name, after)| Some((env.get(name)?, after))) {
            Some((value, after)) => {
                expanded.push_str(value);
                rest = after;
            }
            None => {
                expanded.push('$');
                rest = after;
            }
        }
    }
    expanded.push_str(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::expand;

    #[test]
    fn variables_are_expanded_as_a_kubelet_does() {
        let env = IndexMap::from([("A".to_owned(), "x".to_owned())]);
        assert_eq!(expand("$(A) $(B) $A $$(A) $", &env), "x $(B) $A $(A) $");
    }
}
