//! The way out of a splice: the value goes into the environment, its variable into the script.

use crate::base::Span;
use crate::base::shell::{Quotes, Reader, is_for_a_shell};
use crate::diag::{Edit, Fix};
use crate::plan::{EnvValue, Expr, ExprKind, Part, Ref, Step};
use crate::value::Value;
use crate::verify::errors;

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
    let mut reader = Reader::default();
    reader.read(&before);
    let text = match reader.quotes()? {
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
        // A text block ends a line; a step stands in a task, two levels deep.
        let lines = matches!(&script.kind, ExprKind::Text(parts) if parts.iter().any(has_lines));
        let before = if lines { "\n    " } else { ", " };
        let text = format!("{before}env: {{ {variable}: {name} }}");
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

fn has_lines(part: &Part) -> bool {
    matches!(part, Part::Text(text) if text.contains('\n'))
}

/// Whether a value stands between the step's name and its script, where only the step's own fields are.
fn is_within_step(step: &Step, script: &Expr, span: Span) -> bool {
    let same_file = span.file == step.span.file && span.file == script.span.file;
    same_file && step.span.end <= span.start && span.end <= script.span.start
}

/// What is written in the script up to the hole; a hole on the way counts as a word.
fn text_before(script: &Expr, hole: &Expr) -> Option<String> {
    /// With more pieces, each fix reading all that is before it would take long.
    const MOST: usize = 500;
    let ExprKind::Text(parts) = &script.kind else {
        return None;
    };
    if parts.len() > MOST {
        return None;
    }
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
