//! What Tekton's ConfigMaps `feature-flags` and `config-defaults` may say: their keys, and the form of each value.

use crate::base::spelling;

/// An entry of a ConfigMap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    form: Form,
}

/// What a value must be.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// What Go reads as a truth value.
    Truth,
    OneOf(&'static [&'static str]),
    /// Some of the words, with commas between them.
    SomeOf(&'static [&'static str]),
    Number,
    /// Of Go's kind.
    Duration,
    /// Text, a list of names, YAML.
    Text,
}

const fn setting(name: &'static str, form: Form) -> Setting {
    Setting { name, form }
}

/// The keys of `feature-flags`.
pub(crate) const FLAGS: &[Setting] = &[
    setting("await-sidecar-readiness", Form::Truth),
    setting(
        "coschedule",
        Form::OneOf(&[
            "workspaces",
            "pipelineruns",
            "isolate-pipelinerun",
            "disabled",
        ]),
    ),
    setting("disable-affinity-assistant", Form::Truth),
    setting("disable-creds-init", Form::Truth),
    setting(
        "disable-inline-spec",
        Form::SomeOf(&["pipeline", "pipelinerun", "taskrun"]),
    ),
    setting(
        "enable-api-fields",
        Form::OneOf(&["stable", "beta", "alpha"]),
    ),
    setting("enable-artifacts", Form::Truth),
    setting("enable-cel-in-whenexpression", Form::Truth),
    setting("enable-concise-resolver-syntax", Form::Truth),
    setting("enable-kubernetes-sidecar", Form::Truth),
    setting("enable-param-enum", Form::Truth),
    setting("enable-provenance-in-status", Form::Truth),
    setting("enable-step-actions", Form::Truth),
    setting("enable-tekton-oci-bundles", Form::Truth),
    setting("enable-termination-message-compression", Form::Truth),
    setting("enable-wait-exponential-backoff", Form::Truth),
    setting("enforce-nonfalsifiability", Form::OneOf(&["none", "spire"])),
    setting("keep-pod-on-cancel", Form::Truth),
    setting("max-result-size", Form::Number),
    setting("require-git-ssh-secret-known-hosts", Form::Truth),
    setting(
        "results-from",
        Form::OneOf(&["termination-message", "sidecar-logs"]),
    ),
    setting("running-in-environment-with-injected-sidecars", Form::Truth),
    setting("send-cloudevents-for-runs", Form::Truth),
    setting("set-security-context", Form::Truth),
    setting(
        "set-security-context-read-only-root-filesystem",
        Form::Truth,
    ),
    setting(
        "trusted-resources-verification-no-match-policy",
        Form::OneOf(&["ignore", "warn", "fail"]),
    ),
];

/// The keys of `config-defaults`.
pub(crate) const DEFAULTS: &[Setting] = &[
    setting("default-affinity-assistant-pod-template", Form::Text),
    setting("default-cloud-events-sink", Form::Text),
    setting("default-container-resource-requirements", Form::Text),
    setting("default-create-container-error-timeout", Form::Duration),
    setting("default-forbidden-env", Form::Text),
    setting("default-imagepullbackoff-timeout", Form::Duration),
    setting("default-managed-by-label-value", Form::Text),
    setting("default-max-matrix-combinations-count", Form::Number),
    setting("default-maximum-resolution-timeout", Form::Duration),
    setting("default-pod-template", Form::Text),
    setting("default-resolver-type", Form::Text),
    setting("default-service-account", Form::Text),
    setting("default-sidecar-log-polling-interval", Form::Duration),
    setting("default-step-ref-concurrency-limit", Form::Number),
    setting("default-task-run-workspace-binding", Form::Text),
    setting("default-timeout-minutes", Form::Number),
];

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// There is no such key; the one that was meant, if one is like it.
    Unknown(Option<&'static str>),
    /// The value is none of this: `true` or `false`.
    Value(String),
}

/// What is wrong with a key of one of the tables and its value; `None` where they are fine.
pub(crate) fn flaw(table: &[Setting], name: &str, value: &str) -> Option<Flaw> {
    let Some(found) = table.iter().find(|it| it.name == name) else {
        let near = spelling::nearest(name, table.iter().map(|it| it.name));
        let begins = |it: &&Setting| it.name.starts_with(name) && !name.is_empty();
        let near = { table.iter() }
            .find(|it| near == Some(it.name))
            .or_else(|| table.iter().find(begins));
        return Some(Flaw::Unknown(near.map(|it| it.name)));
    };
    let expected = found.form.refuses(value)?;
    Some(Flaw::Value(expected))
}

impl Form {
    /// What the value should be, where it is something else.
    fn refuses(self, value: &str) -> Option<String> {
        let is_lower = |all: &[&str], it: &str| all.contains(&it.to_ascii_lowercase().as_str());
        match self {
            Self::Truth => (!is_truth(value)).then(|| "`true` or `false`".to_owned()),
            Self::OneOf(all) => (!is_lower(all, value)).then(|| listed(all)),
            Self::SomeOf(all) => {
                let mut words = value.split(',').map(str::trim).filter(|it| !it.is_empty());
                let refused = words.any(|it| !all.contains(&it));
                refused.then(|| format!("some of {}, with commas between them", listed(all)))
            }
            Self::Number => value
                .parse::<i64>()
                .is_err()
                .then(|| "a whole number".to_owned()),
            Self::Duration => {
                (!is_duration(value)).then(|| "a duration such as `1m30s`".to_owned())
            }
            Self::Text => None,
        }
    }
}

fn listed(all: &[&str]) -> String {
    let names: Vec<String> = all.iter().map(|it| format!("`{it}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Go's `strconv.ParseBool`.
fn is_truth(text: &str) -> bool {
    let all = [
        "1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False",
    ];
    all.contains(&text)
}

/// Go's `time.ParseDuration`, as far as the form goes.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut any = false;
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
        let digits = rest.len() - number.len();
        let units = ["ns", "us", "µs", "ms", "s", "m", "h"];
        let unit = units.iter().find_map(|it| number.strip_prefix(it));
        let Some(after) = unit.filter(|_| digits > 0) else {
            return false;
        };
        any = true;
        rest = after;
    }
    any
}

#[cfg(test)]
mod tests {
    use super::{DEFAULTS, FLAGS, Flaw, flaw};

    #[test]
    fn the_tables_are_sorted() {
        assert!(FLAGS.is_sorted_by_key(|it| it.name));
        assert!(DEFAULTS.is_sorted_by_key(|it| it.name));
    }

    #[test]
    fn values_have_their_forms() {
        for (name, value) in [
            ("coschedule", "Disabled"),
            ("enable-api-fields", "alpha"),
            ("enable-artifacts", "1"),
            ("disable-inline-spec", "pipeline, taskrun"),
            ("disable-inline-spec", ""),
        ] {
            assert_eq!(flaw(FLAGS, name, value), None, "{name}={value}");
        }
        for (name, value) in [
            ("coschedule", "node"),
            ("enable-api-fields", "gamma"),
            ("enable-artifacts", "yes"),
            ("disable-inline-spec", "task"),
        ] {
            let found = flaw(FLAGS, name, value);
            assert!(matches!(found, Some(Flaw::Value(_))), "{name}={value}");
        }
        for value in ["0", "1m", "1h30m", "-1.5s"] {
            assert_eq!(
                flaw(DEFAULTS, "default-imagepullbackoff-timeout", value),
                None
            );
        }
        for value in ["", "1", "1 m", "m", "1d"] {
            let found = flaw(DEFAULTS, "default-imagepullbackoff-timeout", value);
            assert!(matches!(found, Some(Flaw::Value(_))), "{value}");
        }
    }

    #[test]
    fn what_was_meant_is_named() {
        let near = flaw(DEFAULTS, "default-timeout-minute", "1");
        assert_eq!(near, Some(Flaw::Unknown(Some("default-timeout-minutes"))));
    }
}
