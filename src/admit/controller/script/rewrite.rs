//! The way out of a splice: the value goes into the environment, its variable into the script.

use indexmap::IndexMap;

use crate::admit::controller::model;
use crate::admit::controller::script::{is_value, variable_of};
use crate::admit::controller::variable::Variable;
use crate::admit::errors::controller::script as errors;
use crate::base::Span;
use crate::base::shell::{Quotes, Reader, is_for_a_shell};
use crate::diag::{Edit, Fix};
use crate::yaml::{Entry, Node};

/// How all parameters in a script are mended at once; `None` where that takes more thought: another language than the shell's,
/// single quotes, a command within a command, a container whose indentation cannot be told.
pub(crate) fn fix(container: &Node, script: &Node, all: &[Variable<'_>]) -> Option<Fix> {
    let is_script = container
        .get("script")
        .is_some_and(|it| it.span == script.span);
    let text = script.text().filter(|it| is_script && is_for_a_shell(it))?;
    let mut edits = Vec::new();
    let mut names: IndexMap<String, &str> = IndexMap::new();
    let mut reader = Reader::default();
    let mut from = 0;
    for it in all {
        reader.read(text.get(from..it.start)?);
        let quotes = reader.quotes();
        // A variable on the way counts as a word.
        reader.read("x");
        from = it.start + it.expression.len() + "$()".len();
        if it.param().is_none() {
            continue;
        }
        // Written in another way than it is read.
        if it.span.range().len() != it.expression.len() + "$()".len() {
            return None;
        }
        let name = variable_of(container, it);
        let env = model::named(container, "env");
        let is_there = env.iter().any(|own| own.name == name && is_value(own, it));
        if !is_there && *names.entry(name.clone()).or_insert(it.expression) != it.expression {
            return None;
        }
        let text = match quotes? {
            Quotes::None => format!("\"${{{name}}}\""),
            Quotes::Double => format!("${{{name}}}"),
            Quotes::Single => return None,
        };
        edits.push(Edit {
            span: it.span,
            text,
        });
    }
    if !names.is_empty() {
        edits.push(declaration(container, text, script, &names)?);
    }
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|it| it.span.start);
    Some(errors::rewrite(edits))
}

/// The variables, before all others of the container or in a new `env` before its script.
fn declaration(
    container: &Node,
    text: &str,
    script: &Node,
    names: &IndexMap<String, &str>,
) -> Option<Edit> {
    let entries = container.entries();
    let at = entries.iter().position(|it| it.key == "script")?;
    let own = entries.get(at)?;
    let mut pairs = entries.windows(2);
    let column = pairs.find_map(|pair| match pair {
        [before, own] => column(before, own),
        [..] => None,
    })?;
    if indentation(text, script)? != column + 2 {
        return None;
    }
    let Some(env) = container.entry("env") else {
        let blank = " ".repeat(column);
        let mut text = "env:\n".to_owned();
        for (name, expression) in names {
            text.push_str(&item(&blank, name, expression));
        }
        text.push_str(&blank);
        let span = own.at.at_start();
        return Some(Edit { span, text });
    };
    // `env:`, a line break, blanks, `- `.
    let first = env.value.items().first()?;
    let dash = between(env.at, first.span)?.checked_sub(":\n- ".len())?;
    if dash != column && dash != column + 2 {
        return None;
    }
    let blank = " ".repeat(dash);
    let mut text = String::new();
    for (name, expression) in names {
        text.push_str(item(&blank, name, expression).get(dash + "- ".len()..)?);
        text.push_str(&blank);
        text.push_str("- ");
    }
    let span = first.span.at_start();
    Some(Edit { span, text })
}

fn item(blank: &str, name: &str, expression: &str) -> String {
    format!("{blank}- name: {name}\n{blank}  value: $({expression})\n")
}

fn between(first: Span, second: Span) -> Option<usize> {
    let gap = second.start.checked_sub(first.end)?;
    usize::try_from(gap).ok()
}

/// The column of a key whose forerunner is a plain value right above it.
fn column(before: &Entry, own: &Entry) -> Option<usize> {
    let text = before.value.text()?;
    let written = before.value.span.range().len();
    let is_on_one_line = !text.contains('\n') && written <= text.len() + 2;
    let gap = between(before.value.span, own.at)?;
    gap.checked_sub(1).filter(|_| is_on_one_line)
}

/// How far the lines of a block are indented.
fn indentation(text: &str, script: &Node) -> Option<usize> {
    let (first, rest) = text.split_once('\n')?;
    let second = rest.lines().next().filter(|it| !it.is_empty())?;
    let start = first.len() + 1;
    let one = script.part(0..first.len());
    let other = script.part(start..start + second.len());
    between(one, other)?.checked_sub(1)
}
