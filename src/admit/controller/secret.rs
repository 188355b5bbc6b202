//! Secrets that are written where anybody can read them.

use crate::admit::controller::model;
use crate::admit::errors::controller::script as errors;
use crate::diag::Sink;
use crate::yaml::Node;

/// How keys and tokens of well-known services begin.
const MARKS: [&str; 11] = [
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "sk_live_",
    "-----BEGIN RSA PRIVATE KEY",
    "-----BEGIN OPENSSH PRIVATE KEY",
];

/// Words at the end of a name whose value is the secret itself.
const WORDS: [&str; 6] = [
    "password",
    "passwd",
    "passphrase",
    "api-key",
    "access-key",
    "private-key",
];

/// Judges the values that a run passes, the defaults of parameters, and the environments of steps.
pub(crate) fn of_spec(spec: &Node, sink: &mut Sink) {
    for it in model::named(spec, "params") {
        for field in ["value", "default"] {
            if let Some(value) = it.node.get(field) {
                judge(it.name, value, sink);
            }
        }
    }
    for list in ["steps", "sidecars"] {
        for variable in spec
            .list(list)
            .iter()
            .flat_map(|it| model::named(it, "env"))
        {
            if let Some(value) = variable.node.get("value") {
                judge(variable.name, value, sink);
            }
        }
    }
}

fn judge(name: &str, value: &Node, sink: &mut Sink) {
    let Some(text) = value.text() else {
        return;
    };
    let is_known = !text.is_empty() && !text.contains("$(") && !text.contains("{{");
    if is_known && (MARKS.iter().any(|it| is_marked(text, it)) || is_named(name)) {
        sink.push(errors::secret(value, name));
    }
}

fn is_marked(text: &str, mark: &str) -> bool {
    text.starts_with(mark) && text.len() >= 20
}

fn is_named(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    WORDS.iter().any(|it| name.ends_with(it))
}
