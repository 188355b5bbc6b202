//! Messages about scripts and secrets.

use crate::admit::controller::variable::Variable;
use crate::base::Span;
use crate::diag::{Diagnostic, Edit, Fix, Severity};
use crate::yaml::Node;

pub(crate) fn spliced(
    first: &Variable<'_>,
    others: &[&Variable<'_>],
    flag: Option<&str>,
    variable: &str,
) -> Diagnostic {
    let expression = first.expression;
    let message = match flag {
        Some(flag) => format!("`$({expression})` is spliced into what `{flag}` runs"),
        None => format!("`$({expression})` is spliced into a script"),
    };
    let mut found = Diagnostic::new("script-injection", first.span, message)
        .note("its text becomes part of the program, so whoever chooses it can run commands");
    found.severity = Severity::Warning;
    for it in others {
        found = found.label(it.span, "so is this");
    }
    found.help(format!(
        "pass it through the environment: `env: [{{name: {variable}, value: $({expression})}}]`, and `\"${{{variable}}}\"` in the script"
    ))
}

pub(crate) fn secret(value: &Node, name: &str) -> Diagnostic {
    let message = format!("`{name}` looks like a secret, and stands here for all to read");
    let mut found = Diagnostic::new("secret-leak", value.span, message)
        .note("parameters are shown in the run, in its pods and in whatever records them");
    found.severity = Severity::Warning;
    found.help("put it into a Secret, and mount that as a workspace or take it with `secretKeyRef`")
}

pub(crate) fn rewrite(edits: Vec<Edit>) -> Fix {
    Fix {
        title: "pass the parameters through the environment".to_owned(),
        edits,
    }
}

pub(crate) fn line_break(echo: Span, result: &str) -> Diagnostic {
    let message = format!("the result `{result}` will end with a line break");
    Diagnostic::new("trailing-newline", echo, message)
        .note("a result is taken as it is written, and what uses it gets the line break too")
        .help("write `echo -n` or `printf '%s'`")
        .fix("replace with `echo -n`", echo, "echo -n")
}
