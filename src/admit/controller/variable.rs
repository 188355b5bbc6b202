//! What a `$(…)` of Tekton's says, taken apart; all other text between `$(` and `)` is the shell's.

use crate::admit::substitution;
use crate::base::{Span, spelling};
use crate::yaml::Node;

/// The words with which a variable of Tekton's may begin.
const HEADS: [&str; 11] = [
    "params",
    "tasks",
    "finally",
    "context",
    "workspaces",
    "results",
    "steps",
    "step",
    "credentials",
    "artifacts",
    "inputs",
];

/// A variable in a text.
#[derive(Clone, Debug)]
pub(crate) struct Variable<'a> {
    /// The whole text in which it stands.
    pub(crate) text: &'a str,
    /// Where `$(` stands in it, in bytes.
    pub(crate) start: usize,
    /// Where to show it.
    pub(crate) span: Span,
    /// Between the parentheses.
    pub(crate) expression: &'a str,
    /// `params`, `url`; never empty.
    pub(crate) parts: Vec<Part<'a>>,
}

/// A piece of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// `.name`
    Name(&'a str),
    /// `["name"]` or `['name']`
    Quoted(&'a str),
    /// `[0]`
    Index(usize),
    /// `[*]`
    Star,
}

impl<'a> Part<'a> {
    /// The name that the part gives, in dots or in brackets.
    pub(crate) fn name(self) -> Option<&'a str> {
        match self {
            Self::Name(it) | Self::Quoted(it) => Some(it),
            Self::Index(_) | Self::Star => None,
        }
    }
}

impl<'a> Variable<'a> {
    /// `params`, `tasks`, …
    pub(crate) fn head(&self) -> &'a str {
        self.parts.first().and_then(|it| it.name()).unwrap_or("")
    }

    /// The name at that place, in dots or in brackets.
    pub(crate) fn name(&self, at: usize) -> Option<&'a str> {
        self.parts.get(at).and_then(|it| it.name())
    }

    /// Whether the part at that place is this plain word.
    pub(crate) fn is(&self, at: usize, word: &str) -> bool {
        self.parts.get(at) == Some(&Part::Name(word))
    }

    /// Whether nothing else stands in its text.
    pub(crate) fn is_whole(&self) -> bool {
        self.text.len() == self.expression.len() + "$()".len()
    }

    /// The same without `inputs` before `params`, an older spelling that works in tasks.
    fn without_inputs(mut self) -> Self {
        if self.is(0, "inputs") && self.is(1, "params") {
            self.parts.remove(0);
        }
        self
    }

    /// The parameter, where it names one: the name, and what stands behind it.
    pub(crate) fn param(&self) -> Option<(&'a str, &[Part<'a>])> {
        match self.parts.as_slice() {
            [
                Part::Name("params"),
                Part::Name(name) | Part::Quoted(name),
                rest @ ..,
            ] => Some((name, rest)),
            [..] => None,
        }
    }

    /// The names that a parameter in dots may mean: `params.a.b` is `a` with key `b`, or `a.b`.
    pub(crate) fn dotted(&self) -> Option<String> {
        let rest = self.parts.strip_prefix(&[Part::Name("params")])?;
        let names: Option<Vec<&str>> = rest
            .iter()
            .filter(|it| !matches!(it, Part::Index(_) | Part::Star))
            .map(|it| match it {
                Part::Name(name) => Some(*name),
                Part::Quoted(_) | Part::Index(_) | Part::Star => None,
            })
            .collect();
        names.filter(|it| it.len() > 1).map(|it| it.join("."))
    }

    /// The result of a task, where Tekton sees one: `tasks.T.results.R`, with what stands behind.
    pub(crate) fn task_result(&self) -> Option<TaskResult<'a, '_>> {
        match self.parts.as_slice() {
            [
                Part::Name(head @ ("tasks" | "finally")),
                Part::Name(task),
                Part::Name("results"),
                Part::Name(result),
                rest @ ..,
            ] => Some(TaskResult {
                is_final: *head == "finally",
                task,
                result,
                rest,
            }),
            [..] => None,
        }
    }
}

/// A reference to the result of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TaskResult<'a, 'v> {
    pub(crate) is_final: bool,
    pub(crate) task: &'a str,
    pub(crate) result: &'a str,
    pub(crate) rest: &'v [Part<'a>],
}

/// The variables of a text, from the left.
pub(crate) fn variables(node: &Node) -> Vec<Variable<'_>> {
    let Some(text) = node.text() else {
        return Vec::new();
    };
    let found = substitution::references(text).into_iter();
    found
        .filter_map(|it| {
            let parts = parts(it.expression)?;
            let end = it.start + it.expression.len() + "$()".len();
            let span = node.part(it.start..end);
            let expression = it.expression;
            let variable = Variable {
                text,
                start: it.start,
                span,
                expression,
                parts,
            };
            Some(variable.without_inputs())
        })
        .filter(is_of_tekton)
        .collect()
}

/// `$(date)` is the shell's; `$(workspace.source.path)` is nobody's, and meant for Tekton.
fn is_of_tekton(variable: &Variable<'_>) -> bool {
    let head = variable.head();
    variable.parts.len() > 1 && (HEADS.contains(&head) || misspelt(variable).is_some())
}

/// The word that the first one was meant to be; `None` if it is right, or far from all.
pub(crate) fn misspelt(variable: &Variable<'_>) -> Option<&'static str> {
    let head = variable.head();
    let second_is_name = matches!(variable.parts.get(1), Some(Part::Name(_) | Part::Quoted(_)));
    if HEADS.contains(&head) || !second_is_name || head.len() < 4 {
        return None;
    }
    spelling::nearest(head, HEADS)
}

/// `a.b["c"][0]` in its parts; `None` where it is anything else.
fn parts(expression: &str) -> Option<Vec<Part<'_>>> {
    let (first, mut rest) = word(expression)?;
    let mut parts = vec![Part::Name(first)];
    while !rest.is_empty() {
        let (part, after) = match rest.strip_prefix('.') {
            Some(named) => {
                let (name, after) = word(named)?;
                (Part::Name(name), after)
            }
            None => {
                let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
                (bracket(inner)?, after)
            }
        };
        parts.push(part);
        rest = after;
    }
    Some(parts)
}

fn word(text: &str) -> Option<(&str, &str)> {
    let is_end = |it: char| !(it.is_ascii_alphanumeric() || matches!(it, '_' | '-'));
    let end = text.find(is_end).unwrap_or(text.len());
    text.split_at_checked(end).filter(|it| !it.0.is_empty())
}

fn bracket(inner: &str) -> Option<Part<'_>> {
    if inner == "*" {
        return Some(Part::Star);
    }
    let quoted = |mark: char| inner.strip_prefix(mark)?.strip_suffix(mark);
    match quoted('"').or_else(|| quoted('\'')) {
        Some(name) => Some(Part::Quoted(name)),
        None => inner.parse().ok().map(Part::Index),
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, parts};

    #[test]
    fn a_variable_is_taken_apart() {
        let cases: [(&str, Option<&[Part<'_>]>); 7] = [
            (
                "params.a-b",
                Some(&[Part::Name("params"), Part::Name("a-b")]),
            ),
            (
                "params[\"a.b\"][0]",
                Some(&[Part::Name("params"), Part::Quoted("a.b"), Part::Index(0)]),
            ),
            (
                "params['a'][*]",
                Some(&[Part::Name("params"), Part::Quoted("a"), Part::Star]),
            ),
            ("date +%s", None),
            ("", None),
            ("a..b", None),
            ("params.a[", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parts(text).as_deref(), expected, "{text}");
        }
    }
}
