//! `$(…)`: the references in a text, as Tekton finds them.

/// A reference to a variable in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// Between the parentheses: `params.url`, `tasks.build.results.digest`, `params["a.b"][0]`.
    pub(crate) expression: &'a str,
    /// Where `$(` starts in the text, in bytes.
    pub(crate) start: usize,
}

/// All `$(…)` of a text, from the left; no parenthesis within one.
pub(crate) fn references(text: &str) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|it| it.find("$(")) {
        let start = from + at;
        let inner = text.get(start + 2..).unwrap_or("");
        let Some(end) = inner.find([')', '(']) else {
            break;
        };
        match inner.get(..end) {
            Some(expression) if inner.as_bytes().get(end) == Some(&b')') => {
                found.push(Reference { expression, start });
            }
            Some(_) | None => {}
        }
        from = start + 2 + end;
    }
    found
}
