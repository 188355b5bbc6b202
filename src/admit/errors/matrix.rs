//! Matrices.

use crate::base::Span;
use crate::diag::Diagnostic;

/// A matrix has no more combinations than `default-max-matrix-combinations-count`.
pub(crate) fn too_many(span: Span, count: i128, limit: i64) -> Diagnostic {
    let message = format!("a matrix of {count} combinations, where {limit} may be");
    Diagnostic::new("matrix-size", span, message).note(
        "each combination is a pod; `default-max-matrix-combinations-count` says how many may be",
    )
}

/// A parameter is given by the matrix or as a parameter.
pub(crate) fn in_matrix_and_params(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` stands in `params` and in the matrix");
    Diagnostic::new("exclusive-fields", span, message)
        .note("each combination gives it a value already")
}

/// The result of a task with a matrix is taken as a whole.
pub(crate) fn not_in_aggregate(span: Span, expression: &str) -> Diagnostic {
    let message = format!("`$({expression})` is of a task with a matrix");
    Diagnostic::new("reference-form", span, message)
        .note("it has as many results as combinations, which are taken together as an array")
        .help("end it with `[*]`")
}

/// The result of a task with a matrix is a string.
pub(crate) fn no_string(span: Span, result: &str, kind: &str) -> Diagnostic {
    let message = format!("`{result}` of a task with a matrix is of the type `{kind}`");
    Diagnostic::new("reference-form", span, message)
        .note("the results of all combinations become one array, of strings")
}
