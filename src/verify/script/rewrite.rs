//! The way out of a splice: the value goes into the environment, its variable into the script.

use crate::base::Span;
use crate::diag::{Edit, Fix};
use crate::plan::{EnvValue, Expr, ExprKind, Part, Ref, Step};
use crate::value::Value;
use crate::verify::errors;

/// Within which quotes of the shell a place of a script stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    Double,
}

/// How a hole with a parameter is mended that stands in the step's own script; `None` where that takes more thought: another
/// language than the shell's, single quotes, a command within a command, a text that is only made into a script.
pub(crate) fn fix(step: &Step, script: &Expr, hole: &Expr) -> Option<Fix> {
    let ExprKind::Ref(Ref::Param(name)) = &hole.kind else {
        return None;
    };
    let before = text_before(script, hole)?;
    if !is_for_a_shell(&before) {
        return None;
    }
    let variable = errors::variable(name);
    let text = match quotes_after(&before)? {
        Quotes::None => format!("\"${{{variable}}}\""),
        Quotes::Double => format!("${{{variable}}}"),
        Quotes::Single => return None,
    };
    let span = hole.span;
    let mut edits = vec![Edit { span, text }];
    match step.env.get(variable.as_str()) {
        Some(EnvValue::Text(value)) if value.kind == hole.kind => {}
        Some(_) => return None,
        None => edits.push(declaration(step, script, &variable, name)?),
    }
    edits.sort_by_key(|it| it.span.start);
    Some(errors::rewrite(name, edits))
}

/// `NAME: name` behind the last variable of the step, or a new `env` behind its script.
fn declaration(step: &Step, script: &Expr, variable: &str, name: &str) -> Option<Edit> {
    let Some((_, last)) = step.env.last() else {
        let text = format!(", env: {{ {variable}: {name} }}");
        let span = script.span.at_end();
        return Some(Edit { span, text });
    };
    let last = match last {
        EnvValue::Text(value) | EnvValue::Source(value) => value.span,
        EnvValue::Secret { span, .. }
        | EnvValue::Config { span, .. }
        | EnvValue::Field { span, .. } => *span,
    };
    // A variable that came from elsewhere says nothing about where the step has its own.
    let text = format!(", {variable}: {name}");
    let span = last.at_end();
    is_within_step(step, script, last).then_some(Edit { span, text })
}

/// Whether a value stands between the step's name and its script, where only the step's own fields are.
fn is_within_step(step: &Step, script: &Expr, span: Span) -> bool {
    let same_file = span.file == step.span.file && span.file == script.span.file;
    same_file && step.span.end <= span.start && span.end <= script.span.start
}

/// What is written in the script up to the hole; a hole on the way counts as a word.
fn text_before(script: &Expr, hole: &Expr) -> Option<String> {
    let ExprKind::Text(parts) = &script.kind else {
        return None;
    };
    let mut before = String::new();
    for part in parts.iter() {
        match part {
            Part::Text(text) => before.push_str(text),
            Part::Hole(it) if it.span == hole.span && it.kind == hole.kind => {
                let written_here = script.span.file == hole.span.file
                    && script.span.start <= hole.span.start
                    && hole.span.end <= script.span.end;
                return written_here.then_some(before);
            }
            Part::Hole(Expr {
                kind: ExprKind::Const(Value::Str(text)),
                ..
            }) => before.push_str(text),
            Part::Hole(_) => before.push('x'),
        }
    }
    None
}

/// Tekton gives a script without a first line `#!` to `/bin/sh`.
fn is_for_a_shell(script: &str) -> bool {
    let Some(line) = script.lines().next().and_then(|it| it.strip_prefix("#!")) else {
        return true;
    };
    let words = line.split_whitespace();
    let mut names = words.map(|it| it.rsplit('/').next().unwrap_or(it));
    let name = names.find(|it| *it != "env" && !it.starts_with('-'));
    name.is_some_and(|it| ["sh", "bash", "dash", "ash", "ksh", "zsh"].contains(&it))
}

/// The quotes that are open at the end of a shell script; `None` where a command stands within a command or text is read
/// from the script itself, which nest quotes anew.
fn quotes_after(script: &str) -> Option<Quotes> {
    if script.contains("<<") {
        return None;
    }
    let line = script.rsplit('\n').next().unwrap_or(script);
    if line.contains("$(") || line.contains('`') {
        return None;
    }
    let mut quotes = Quotes::None;
    let mut at_word_start = true;
    let mut rest = script.chars();
    while let Some(it) = rest.next() {
        let starts_word = it.is_whitespace() || ";&|(".contains(it);
        match (quotes, it) {
            (Quotes::None | Quotes::Double, '\\') => {
                rest.next();
            }
            (Quotes::None, '#') if at_word_start => {
                rest.find(|it| *it == '\n');
            }
            (Quotes::None, '\'') => quotes = Quotes::Single,
            (Quotes::None, '"') => quotes = Quotes::Double,
            (Quotes::Single, '\'') | (Quotes::Double, '"') => quotes = Quotes::None,
            (Quotes::None | Quotes::Single | Quotes::Double, _) => {}
        }
        at_word_start = starts_word;
    }
    Some(quotes)
}

#[cfg(test)]
mod tests {
    use super::{Quotes, is_for_a_shell, quotes_after};

    #[test]
    fn quotes_are_seen_as_the_shell_sees_them() {
        let cases = [
            ("echo ", Some(Quotes::None)),
            ("echo \"", Some(Quotes::Double)),
            ("echo \"a\" ", Some(Quotes::None)),
            ("echo '", Some(Quotes::Single)),
            ("echo \"it's ", Some(Quotes::Double)),
            ("# it's\necho ", Some(Quotes::None)),
            ("echo \\\" ", Some(Quotes::None)),
            ("echo $(", None),
            ("cat <<E\n", None),
        ];
        for (text, expected) in cases {
            assert_eq!(quotes_after(text), expected, "{text}");
        }
    }

    #[test]
    fn a_first_line_says_whose_words_they_are() {
        assert!(is_for_a_shell("echo"));
        assert!(is_for_a_shell("#!/usr/bin/env -S bash -e\necho"));
        assert!(!is_for_a_shell("#!/usr/bin/env python3\nprint()"));
    }
}
