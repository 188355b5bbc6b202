//! Text from outside must not become part of a program.

mod rewrite;

use crate::admit::Context;
use crate::admit::controller::model::{self, Declared, Named, Shape};
use crate::admit::controller::task::Scope;
use crate::admit::controller::variable::{Variable, variables};
use crate::admit::errors::controller::script as errors;
use crate::base::shell::{is_for_a_shell, programs};
use crate::diag::Sink;
use crate::yaml::Node;

/// Judges the scripts of a task, and the words that a shell runs.
pub(crate) fn of_task(ctx: &Context<'_>, scope: &Scope<'_>, sink: &mut Sink) {
    let own = ["params"];
    let around = ["params", "tasks"];
    let heads = if scope.outer.in_pipeline {
        &around[..]
    } else {
        &own[..]
    };
    let enums = ctx.profile.tekton.has("enable-param-enum");
    let is_safe = |it: &Variable<'_>| {
        let param = it.param().and_then(|it| scope.params.get(it.0));
        !heads.contains(&it.head()) || enums && param.is_some_and(has_enum)
    };
    let spec = scope.spec;
    for step in spec.list("steps") {
        if let Some(script) = step.get("script") {
            line_breaks(scope, script, sink);
        }
    }
    for container in spec.list("steps").iter().chain(spec.list("sidecars")) {
        if let Some(script) = container.get("script") {
            spliced(container, script, None, &is_safe, sink);
        }
        let words: Vec<&Node> = container
            .list("command")
            .iter()
            .chain(container.list("args"))
            .collect();
        let known: Vec<Option<&str>> = words.iter().map(|it| it.text()).collect();
        for (flag, code) in programs(&known) {
            if let Some(code) = words.get(code) {
                let flag = known.get(flag).copied().flatten();
                spliced(container, code, flag, &is_safe, sink);
            }
        }
    }
}

/// Whether a variable of the environment holds just this.
pub(crate) fn is_value(own: &Named<'_>, it: &Variable<'_>) -> bool {
    let text = own.value().text();
    text.is_some_and(|text| text == format!("$({})", it.expression))
}

/// `echo` ends what it writes with a line break, which becomes part of a result.
fn line_breaks(scope: &Scope<'_>, script: &Node, sink: &mut Sink) {
    let text = script.text().unwrap_or_default();
    if !is_for_a_shell(text) {
        return;
    }
    for it in variables(script).iter().filter(|it| it.head() == "results") {
        let Some(name) = it.name(1).filter(|_| it.is(2, "path")) else {
            continue;
        };
        let is_string = scope
            .results
            .get(name)
            .is_some_and(|it| it.shape == Shape::String);
        let before = text.get(..it.start).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |it| it + 1);
        if let Some((start, end)) = echo(before.get(line..).unwrap_or("")).filter(|_| is_string) {
            let span = script.part(line + start..line + end);
            sink.push(errors::line_break(span, name));
        }
    }
}

/// Where the `echo` stands whose words alone go into what follows; not one that is told to write no line break.
fn echo(line: &str) -> Option<(usize, usize)> {
    let line = line.trim_end_matches(['"', '{', ' ']);
    let command = match line.strip_suffix("tee") {
        Some(piped) => piped.trim_end().strip_suffix('|')?,
        None => line.strip_suffix('>')?.trim_end_matches('>'),
    };
    let start = command
        .rfind([';', '&', '(', '{', '|'])
        .map_or(0, |it| it + 1);
    let own = command.get(start..)?;
    let words = own.trim_start();
    let start = start + own.len() - words.len();
    let rest = words.strip_prefix("echo ")?;
    let quiet = rest.trim_start().starts_with('-');
    (!quiet).then_some((start, start + "echo".len()))
}

fn has_enum(param: &Declared<'_>) -> bool {
    !param.node.list("enum").is_empty()
}

/// One finding for a text, at the first splice: the others are mended the same way.
fn spliced(
    container: &Node,
    text: &Node,
    flag: Option<&str>,
    is_safe: &dyn Fn(&Variable<'_>) -> bool,
    sink: &mut Sink,
) {
    let all = variables(text);
    let outside = |it: &&Variable<'_>| it.parts.len() > 1 && !is_safe(it);
    let mut found: Vec<&Variable<'_>> = all.iter().filter(outside).collect();
    let mut seen: Vec<&str> = Vec::new();
    found.retain(|it| {
        let new = !seen.contains(&it.expression);
        seen.push(it.expression);
        new
    });
    if let Some((first, others)) = found.split_first() {
        let variable = variable_of(container, first);
        let mut finding = errors::spliced(first, others, flag, &variable);
        finding.fixes.extend(rewrite::fix(container, text, &all));
        sink.push(finding);
    }
}

/// The name of the environment variable that would hold it.
pub(crate) fn variable_of(container: &Node, it: &Variable<'_>) -> String {
    let word = |it: char| {
        if it.is_ascii_alphanumeric() {
            it.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let last = it.parts.iter().rev().find_map(|it| it.name());
    let name: String = last.unwrap_or("value").chars().map(word).collect();
    let name = match name.strip_prefix(|it: char| it.is_ascii_digit()) {
        Some(_) => format!("_{name}"),
        None => name,
    };
    let taken = model::named(container, "env");
    if taken
        .iter()
        .any(|own| own.name == name && is_value(own, it))
    {
        return name;
    }
    let risky = matches!(
        name.as_str(),
        "PATH" | "HOME" | "IFS" | "PWD" | "USER" | "SHELL"
    );
    if risky || taken.iter().any(|it| it.name == name) {
        format!("PARAM_{name}")
    } else {
        name
    }
}
