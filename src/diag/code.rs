//! The one table of codes. A new code is a row here and a page `src/diag/explain/NAME.md`.

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is emitted and nothing runs.
    Error,
    /// Legal, and most likely not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// Who else would have caught it, had wudi not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// The API server or a webhook while reading the object.
    Decode,
    /// The validating webhook.
    Admission,
    /// A controller, after the object was accepted.
    Controller,
    /// The run itself, by failing.
    Run,
    /// Nobody.
    None,
}

/// A row of the table of codes.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Its kebab-case name, as `wudi explain` takes it.
    pub name: &'static str,
    /// How grave it is unless a place says otherwise.
    pub severity: Severity,
    /// Who else would have caught it.
    pub gate: Gate,
    /// What it is about, in one line.
    pub summary: &'static str,
}

impl Severity {
    /// The word for it in all output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl Gate {
    /// The word for it in all output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Admission => "admission",
            Self::Controller => "controller",
            Self::Run => "run",
            Self::None => "none",
        }
    }
}

/// The row of that name.
pub(crate) fn find(name: &str) -> Option<&'static Code> {
    let at = CODES.binary_search_by(|it| it.name.cmp(name)).ok()?;
    CODES.get(at)
}

/// The row of that name, or that of `internal-error`; a test keeps the names used and the table in step.
pub(crate) fn find_or_internal(name: &str) -> &'static Code {
    find(name).unwrap_or(&INTERNAL)
}

static INTERNAL: Code = error(
    "internal-error",
    Gate::None,
    "wudi met a state that it holds impossible",
);

const fn error(name: &'static str, gate: Gate, summary: &'static str) -> Code {
    row(name, Severity::Error, gate, summary)
}

const fn warning(name: &'static str, gate: Gate, summary: &'static str) -> Code {
    row(name, Severity::Warning, gate, summary)
}

const fn row(name: &'static str, severity: Severity, gate: Gate, summary: &'static str) -> Code {
    Code {
        name,
        severity,
        gate,
        summary,
    }
}

/// All codes, by name.
pub(crate) static CODES: &[Code] = &[
    error(
        "absent-result",
        Gate::Controller,
        "a result that may be absent where it must exist",
    ),
    error(
        "ambiguous-name",
        Gate::None,
        "a bare name that two things of this place share",
    ),
    error("bad-image", Gate::Run, "a name that no image can have"),
    error(
        "bad-literal",
        Gate::Admission,
        "a literal that does not have the form its type demands",
    ),
    error(
        "bad-number",
        Gate::None,
        "arithmetic that has no answer: overflow, division by zero, index out of range",
    ),
    error(
        "bad-timeout",
        Gate::Admission,
        "a timeout below zero, or longer than the one around it",
    ),
    error(
        "bad-value",
        Gate::Admission,
        "a value that its field does not take",
    ),
    error(
        "cast",
        Gate::None,
        "an `as` between types that have nothing in common",
    ),
    error(
        "cel",
        Gate::Controller,
        "an event filter or condition that CEL cannot say",
    ),
    warning(
        "coarse-weight",
        Gate::None,
        "a share of a canary that so few replicas cannot show",
    ),
    error(
        "column-zero",
        Gate::None,
        "something in column 0 that begins no item",
    ),
    error(
        "config",
        Gate::None,
        "a `wudi.toml` that says what cannot be",
    ),
    warning(
        "constant-condition",
        Gate::None,
        "a condition that comes out the same whatever is asked",
    ),
    error(
        "cycle",
        Gate::Admission,
        "things that need each other in a circle",
    ),
    warning(
        "duplicate-key",
        Gate::None,
        "a key that stands twice in a map of YAML",
    ),
    error(
        "duplicate-name",
        Gate::Admission,
        "two declarations of one name",
    ),
    error(
        "empty-condition",
        Gate::Controller,
        "a condition that looks into a list which a run leaves empty",
    ),
    error(
        "encoding",
        Gate::None,
        "a source that is not clean UTF-8 text",
    ),
    error(
        "endless-gate",
        Gate::Controller,
        "an analysis without an end where the rollout waits for it",
    ),
    error(
        "endless-nesting",
        Gate::Controller,
        "a pipeline that comes to run itself",
    ),
    warning(
        "endless-pause",
        Gate::None,
        "a pause of a rollout that only a person ends",
    ),
    error(
        "enum-value",
        Gate::Controller,
        "a text that the parameter does not allow",
    ),
    error(
        "event-without-run",
        Gate::Controller,
        "an event filter that nothing can match",
    ),
    error(
        "exclusive-fields",
        Gate::Admission,
        "fields that exclude each other",
    ),
    error(
        "extra-argument",
        Gate::None,
        "an argument that nothing takes",
    ),
    error(
        "file-conflict",
        Gate::None,
        "an output that would fall on something wudi did not write",
    ),
    error(
        "finally-order",
        Gate::Admission,
        "an order or a result that a `finally` node cannot have",
    ),
    warning(
        "hanging-run",
        Gate::None,
        "a run that stops going on without ending",
    ),
    error("import", Gate::None, "an import that finds nothing"),
    error(
        "index-range",
        Gate::Controller,
        "an element of an array that it does not have",
    ),
    error(
        "internal-error",
        Gate::None,
        "wudi met a state that it holds impossible",
    ),
    warning(
        "key-case",
        Gate::Decode,
        "a key of YAML in other case than the API's",
    ),
    error(
        "late-value",
        Gate::Controller,
        "a value of a later stage where only an earlier one can stand",
    ),
    warning(
        "literal-variable",
        Gate::None,
        "a variable that nothing replaces: its text reaches the container",
    ),
    error(
        "match",
        Gate::None,
        "a `match` that leaves a value out, or an arm that nothing reaches",
    ),
    warning(
        "matrix-include",
        Gate::None,
        "an entry of a matrix that does not add what it says",
    ),
    error(
        "matrix-size",
        Gate::Admission,
        "a matrix of more combinations than the target allows",
    ),
    error(
        "member-not-allowed",
        Gate::Decode,
        "a member that this kind of block cannot hold",
    ),
    error(
        "missing-argument",
        Gate::Controller,
        "an argument without which the call cannot be made",
    ),
    error(
        "missing-field",
        Gate::Admission,
        "a field that must be given",
    ),
    error(
        "mount-path",
        Gate::Admission,
        "a place where nothing may be mounted, or where something is already",
    ),
    error(
        "name-form",
        Gate::Admission,
        "a name that Kubernetes or Tekton does not take",
    ),
    error(
        "negative-number",
        Gate::Controller,
        "a negative number where only zero or more makes sense",
    ),
    error(
        "not-allowable",
        Gate::None,
        "an `allow` of what the target refuses all the same",
    ),
    error(
        "not-callable",
        Gate::None,
        "a call of something that cannot be called",
    ),
    error(
        "not-importable",
        Gate::None,
        "YAML for which the language has no form",
    ),
    error(
        "not-supported",
        Gate::None,
        "a construct of the language that this version does not carry yet",
    ),
    error(
        "override-unknown",
        Gate::None,
        "an override of something that does not exist",
    ),
    error(
        "param-declaration",
        Gate::Admission,
        "a declared parameter or result that contradicts itself",
    ),
    error(
        "param-default",
        Gate::Controller,
        "a default that cannot be computed",
    ),
    error(
        "param-type",
        Gate::Decode,
        "a parameter or result of a type that the target cannot carry",
    ),
    error(
        "race",
        Gate::None,
        "two nodes without an order that touch one workspace",
    ),
    error(
        "reference-form",
        Gate::Admission,
        "a `$(…)` that its place cannot take",
    ),
    error(
        "refused-argument",
        Gate::Controller,
        "an argument or binding that the controller refuses, since nothing takes it",
    ),
    error(
        "refused-pod",
        Gate::Controller,
        "something that the API server refuses in the pod of a task",
    ),
    error(
        "removed-field",
        Gate::Admission,
        "a field that is read only to be refused",
    ),
    warning(
        "repeated-result",
        Gate::None,
        "a result that is declared twice",
    ),
    error(
        "request-over-limit",
        Gate::Controller,
        "a request for more than the limit allows",
    ),
    error(
        "result-size",
        Gate::Run,
        "results that cannot fit into what Tekton carries",
    ),
    warning(
        "retyped",
        Gate::None,
        "a value that YAML and Tekton make another of",
    ),
    error(
        "rollout-step",
        Gate::Controller,
        "a rollout step or route that the controller would refuse",
    ),
    error("same-event", Gate::None, "two runs that one event starts"),
    error(
        "script-injection",
        Gate::None,
        "text spliced into a script that someone outside could write",
    ),
    error("secret-leak", Gate::None, "a secret where it could be read"),
    warning(
        "step-order",
        Gate::None,
        "a step that reads what a later one writes",
    ),
    warning(
        "stranger-label",
        Gate::Decode,
        "a label whose text someone outside chooses",
    ),
    error("syntax", Gate::None, "text that is no program"),
    error(
        "target-feature",
        Gate::Admission,
        "a use of what the target does not have",
    ),
    error(
        "target-syntax",
        Gate::Run,
        "text in a string that the target would substitute",
    ),
    warning(
        "timeout-order",
        Gate::None,
        "a timeout that a shorter one around it always ends first",
    ),
    error(
        "too-large",
        Gate::None,
        "a program or a value that exceeds a limit",
    ),
    warning(
        "trailing-newline",
        Gate::None,
        "a result that ends with a line break",
    ),
    error(
        "two-volumes",
        Gate::Controller,
        "two volume claims in a pod that can mount one",
    ),
    error(
        "type-mismatch",
        Gate::Controller,
        "a value of one type where another is expected",
    ),
    error(
        "unbound-workspace",
        Gate::Controller,
        "a workspace that must be bound and is not",
    ),
    warning(
        "undeclared-variable",
        Gate::Controller,
        "a variable that only an undeclared parameter of a run could fill",
    ),
    error(
        "unknown-analysis",
        Gate::Controller,
        "an analysis that does not exist",
    ),
    error(
        "unknown-api",
        Gate::Decode,
        "a kind or version that Tekton does not serve",
    ),
    error(
        "unknown-event-field",
        Gate::Controller,
        "a field that this event does not have",
    ),
    error(
        "unknown-field",
        Gate::Decode,
        "a field that this thing does not have",
    ),
    error(
        "unknown-kind",
        Gate::None,
        "a kind of declaration that does not exist",
    ),
    error(
        "unknown-name",
        Gate::Admission,
        "a name that nothing declares",
    ),
    error(
        "unknown-override",
        Gate::Controller,
        "a setting of a run for a task or step that does not exist",
    ),
    error(
        "unknown-result",
        Gate::Controller,
        "a result that the task does not declare",
    ),
    error(
        "unknown-route",
        Gate::Controller,
        "a route or Service that does not exist",
    ),
    error("unknown-type", Gate::None, "a type that does not exist"),
    error(
        "unknown-version",
        Gate::Admission,
        "a version of an API that has no such kind",
    ),
    error(
        "unknown-volume",
        Gate::Controller,
        "a mount of a volume that nothing declares",
    ),
    error("unreadable-file", Gate::None, "a file that cannot be read"),
    warning(
        "unusable-name",
        Gate::None,
        "a name that only a pipeline can use",
    ),
    warning("unused", Gate::None, "something declared that nothing uses"),
    error(
        "webhook-crash",
        Gate::Admission,
        "an object on which the webhook itself fails",
    ),
    warning("weights-fall", Gate::None, "canary weights that go down"),
    error(
        "when-form",
        Gate::Admission,
        "a condition that Tekton's `when` cannot express",
    ),
    error(
        "wrong-type",
        Gate::Decode,
        "a value of another type than the API gives its field",
    ),
    error(
        "yaml",
        Gate::Decode,
        "a text that is no YAML as Kubernetes reads it",
    ),
];

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(CODES.is_sorted_by(|a, b| a.name < b.name));
    }
}
