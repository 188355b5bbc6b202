//! `$(…)`: the references in a text, as Tekton finds them.
//!
//! Tekton has two readers. The *scanner* sees what creates an order between tasks and what a pipeline checks: identifiers with
//! dots and at most one index, `$(tasks.build.results.digest[0])`. The *matcher* looks for the variables behind one prefix,
//! `$(params.url)` or `$(params["a.b"])`, and takes whatever stands before the parenthesis closes. What only one of them sees is
//! not seen by the rules of the other; both are kept as they are, for the verdict depends on it.

use crate::base::Name;

/// A reference to a variable in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// Between the parentheses: `params.url`, `tasks.build.results.digest`.
    pub(crate) expression: &'a str,
    /// Where `$(` starts in the text, in bytes.
    pub(crate) start: usize,
}

impl<'a> Reference<'a> {
    /// The reference as it stands in the text, `$(params.url)`.
    pub(crate) fn whole(&self) -> String {
        format!("$({})", self.expression)
    }

    /// What stands before the first dot.
    pub(crate) fn prefix(&self) -> &'a str {
        self.expression.split('.').next().unwrap_or("")
    }
}

/// All `$(…)` of a text, from the left, whatever they say; no parenthesis within one.
pub(crate) fn references(text: &str) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|it| it.find("$(")) {
        let start = from + at;
        let inner = text.get(start + 2..).unwrap_or("");
        let Some(end) = inner.find([')', '(']) else {
            break;
        };
        from = start + 2;
        match inner.get(..end) {
            Some(expression) if inner.as_bytes().get(end) == Some(&b')') => {
                found.push(Reference { expression, start });
                from += end + 1;
            }
            // `$(cat $(params.file))`: another may start within.
            Some(_) | None => {}
        }
    }
    found
}

/// What the scanner finds in a text, from the left.
pub(crate) fn scanned(text: &str) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|it| it.find("$(")) {
        let start = from + at;
        let inner = text.get(start + 2..).unwrap_or("");
        from = start + 2;
        if let Some(expression) = identifier(inner) {
            found.push(Reference { expression, start });
            from += expression.len() + 1;
        }
    }
    found
}

/// An identifier with dots and an index, if a parenthesis closes behind it.
fn identifier(inner: &str) -> Option<&str> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '-');
    let name = inner.len() - inner.trim_start_matches(is_part).len();
    let rest = inner.get(name..)?;
    let index = match rest.strip_prefix('[') {
        None => 0,
        Some(index) => {
            let digits = index.len()
                - index
                    .trim_start_matches(|it: char| it.is_ascii_digit())
                    .len();
            let inside = if index.starts_with('*') { 1 } else { digits };
            let closes = inside > 0 && index.get(inside..)?.starts_with(']');
            if closes { inside + 2 } else { 0 }
        }
    };
    let closes = inner.get(name + index..)?.starts_with(')');
    (name > 0 && closes).then(|| inner.get(..name + index))?
}

/// `tasks.TASK.results.RESULT`, the result of a task or of a finally task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResultRef<'a> {
    pub(crate) task: &'a str,
    pub(crate) result: Name,
    pub(crate) part: Part<'a>,
}

/// Which part of a result is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// All of it, as a string.
    Whole,
    /// `[*]`
    All,
    /// `[0]`
    Index(usize),
    /// `.key`
    Key(&'a str),
}

/// Whether Tekton takes the expression for that of a result, well-formed or not.
pub(crate) fn looks_like_result(expression: &str) -> bool {
    let mut parts = expression.split('.');
    let owner = matches!(parts.next(), Some("tasks" | "finally"));
    let named = parts.next().is_some();
    owner && named && parts.next() == Some("results") && parts.next().is_some()
}

/// The result that the expression between the parentheses means.
pub(crate) fn result_ref(expression: &str) -> Option<ResultRef<'_>> {
    if !looks_like_result(expression) {
        return None;
    }
    let mut parts = expression.split('.').skip(1);
    let task = parts.next()?;
    let result = parts.nth(1)?;
    let key = parts.next();
    if parts.next().is_some() {
        return None;
    }
    let (result, part) = match (key, index(result)) {
        (Some(key), _) => (Name::new(result), Part::Key(key)),
        (None, None | Some("")) => (without_index(result), Part::Whole),
        (None, Some("*")) => (without_index(result), Part::All),
        (None, Some(at)) => (without_index(result), Part::Index(at.parse().unwrap_or(0))),
    };
    Some(ResultRef { task, result, part })
}

/// Between the first pair of brackets that holds an index.
fn index(text: &str) -> Option<&str> {
    let (start, end) = find_index(text)?;
    text.get(start + 1..end - 1)
}

/// The text without its indices, `[0]`, `[*]` and `[]`.
pub(crate) fn without_index(text: &str) -> Name {
    let mut rest = text;
    let mut kept = String::new();
    while let Some((start, end)) = find_index(rest) {
        kept.push_str(rest.get(..start).unwrap_or(""));
        rest = rest.get(end..).unwrap_or("");
    }
    kept.push_str(rest);
    Name::new(kept)
}

/// Where an index stands: digits, then perhaps a star, in brackets.
fn find_index(text: &str) -> Option<(usize, usize)> {
    text.match_indices('[').find_map(|(start, _)| {
        let inner = text.get(start + 1..)?;
        let rest = inner.trim_start_matches(|it: char| it.is_ascii_digit());
        let rest = rest.strip_prefix('*').unwrap_or(rest);
        let rest = rest.strip_prefix(']')?;
        Some((start, text.len() - rest.len()))
    })
}

/// What the matcher finds: a variable behind a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variable<'a> {
    /// What stands behind the dot or between the quotes, with its indices and keys.
    pub(crate) inner: &'a str,
    /// `["…"]` or `['…']`.
    pub(crate) quoted: bool,
    /// Where `$(` starts and where the reference ends, in bytes.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'a> Variable<'a> {
    /// The variable's name with its index; `None` where more than one key follows it, which Tekton refuses.
    pub(crate) fn name(&self) -> Option<&'a str> {
        if self.quoted {
            return Some(self.inner);
        }
        let mut parts = self.inner.split('.');
        let name = parts.next().unwrap_or("");
        parts.nth(1).is_none().then_some(name)
    }
}

/// All variables behind `prefix` (`params`, `context.taskRun`) in a text. A reference ends with its line.
pub(crate) fn variables<'a>(text: &'a str, prefix: &str) -> Vec<Variable<'a>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|it| it.find("$(")) {
        let start = from + at;
        from = start + 1;
        let line = text.get(start + 2..).unwrap_or("");
        let line = line.split('\n').next().unwrap_or("");
        let Some(behind) = line.strip_prefix(prefix) else {
            continue;
        };
        if let Some((inner, quoted, length)) = variable(behind) {
            let end = start + 2 + prefix.len() + length;
            found.push(Variable {
                inner,
                quoted,
                start,
                end,
            });
            from = end;
        }
    }
    found
}

/// The name behind a prefix, whether it is quoted, and how long all of it is with the closing parenthesis.
fn variable(behind: &str) -> Option<(&str, bool, usize)> {
    let (open, close) = match behind {
        it if it.starts_with('.') => (".", ")"),
        it if it.starts_with("[\"") => ("[\"", "\"])"),
        it if it.starts_with("['") => ("['", "'])"),
        _ => return None,
    };
    let rest = behind.get(open.len()..)?;
    let end = rest.find(close)?;
    let length = open.len() + end + close.len();
    Some((rest.get(..end)?, open != ".", length))
}

/// `$(params.NAME[*])`, quoted or not, and nothing beside it.
pub(crate) fn is_whole_of(text: &str, prefix: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '-');
    variables(text, prefix).first().is_some_and(|it| {
        let name = it.inner.strip_suffix("[*]").unwrap_or("");
        let named = !name.is_empty() && name.chars().all(is_part);
        named && it.start == 0 && it.end == text.len()
    })
}

/// Whether a text has `$(steps.STEP.results.RESULT)`.
pub(crate) fn has_step_result(text: &str) -> bool {
    step_result(text).is_some()
}

/// The first step result of a text: its step and its result, whatever they look like.
pub(crate) fn step_result(text: &str) -> Option<(&str, &str)> {
    let open = "$(steps.";
    text.match_indices(open).find_map(|(at, _)| {
        let line = text.get(at + open.len()..)?.split('\n').next()?;
        let (step, rest) = line.split_once(".results.")?;
        let (result, _) = rest.split_once(')')?;
        Some((step, result))
    })
}

/// Whether a text asks for the artifacts of a step.
pub(crate) fn has_step_artifact(text: &str) -> bool {
    has_artifact(text, "$(steps.") || text.contains("$(step.artifacts.path)")
}

/// Whether a text asks for the artifacts of a task by its name.
pub(crate) fn has_task_artifact(text: &str) -> bool {
    has_artifact(text, "$(tasks.")
}

/// Whether a text asks for artifacts at all.
pub(crate) fn has_any_artifact(text: &str) -> bool {
    has_step_artifact(text) || has_task_artifact(text) || text.contains("$(artifacts.path)")
}

fn has_artifact(text: &str, open: &str) -> bool {
    text.match_indices(open).any(|(at, _)| {
        let rest = text.get(at + open.len()..).unwrap_or("");
        let Some((owner, rest)) = rest.split_once('.') else {
            return false;
        };
        let inputs = rest.strip_prefix("inputs.");
        let Some(rest) = inputs.or_else(|| rest.strip_prefix("outputs.")) else {
            return false;
        };
        let name = rest.find(['.', ')']).unwrap_or(0);
        let closes = rest.get(name..).is_some_and(|it| it.starts_with(')'));
        !owner.is_empty() && name > 0 && closes
    })
}

#[cfg(test)]
mod tests;
